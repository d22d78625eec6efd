// Lorenz 1963 from 2,000 training pairs: the learned transition, run freely, has the histogram and the autocorrelation of
// the true attractor and stays on it. node examples/lorenz63/lorenz63.mjs [steps] [members] [folder]
import * as Plot from '@observablehq/plot'
import { createEngine } from 'sbridge'
import { fitTransition, keyAtStep, keyFor, keyFromSeed, matrix, Transition } from 'sbridge/kernels'
import { autocorrelation, histogram, rootMeanSquare, totalVariation, writeFigure } from '../figure.mjs'

const INTERVAL = 0.1
const PAIRS = 2000
const COORDINATES = ['x', 'y', 'z']
const RANGE = [
  { low: -25, high: 25, bins: 40 },
  { low: -30, high: 30, bins: 40 },
  { low: 0, high: 50, bins: 40 }
]

function tendency([x, y, z]) {
  return [10 * (y - x), x * (28 - z) - y, x * y - (8 / 3) * z]
}

function rungeKutta(s, dt) {
  const at = (k, h) => s.map((v, i) => v + h * k[i])
  const k1 = tendency(s)
  const k2 = tendency(at(k1, dt / 2))
  const k3 = tendency(at(k2, dt / 2))
  const k4 = tendency(at(k3, dt))
  return s.map((v, i) => v + (dt / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]))
}

/** States of the true system every INTERVAL [count, 3]. */
function truth(count, start) {
  const out = matrix(count, 3)
  let s = start
  for (let n = 0; n < 1000; n++) s = rungeKutta(s, 0.01)
  for (let n = 0; n < count; n++) {
    out.data.set(s, 3 * n)
    for (let k = 0; k < Math.round(INTERVAL / 0.01); k++) s = rungeKutta(s, 0.01)
  }
  return out
}

const column = ({ data, rows }, c) => Float64Array.from({ length: rows }, (_, n) => data[3 * n + c])

/** Trains, runs, compares and draws; all numbers of the comparison come back. */
export async function lorenz63({ steps = 2000, members = 10, folder } = {}) {
  const training = truth(PAIRS + 1, [1, 1, 20])
  const reference = truth(50_000, [-3, 2, 25])
  const engine = await createEngine('wasm')
  const key = keyFromSeed(1)
  const pairs = { inputs: matrix(PAIRS, 3, training.data.slice(0, 3 * PAIRS)), outputs: matrix(PAIRS, 3, training.data.slice(3)) }
  const transition = new Transition(await fitTransition(pairs, {}, { engine, key }), engine)

  let state = matrix(members, 3)
  for (let i = 0; i < members; i++) state.data.set(training.data.subarray(3 * i * 150, 3 * i * 150 + 3), 3 * i)
  const runs = Array.from({ length: members }, () => matrix(steps, 3))
  for (let n = 0; n < steps; n++) {
    state = await transition.step(state, keyAtStep(keyFor(key, 'run'), n))
    for (let i = 0; i < members; i++) runs[i].data.set(state.data.subarray(3 * i, 3 * i + 3), 3 * n)
  }
  await engine.close()

  const lags = Array.from({ length: 25 }, (_, k) => k)
  const scores = COORDINATES.map((name, c) => {
    const ours = runs.map((run) => column(run, c))
    const all = Float64Array.from(ours.flatMap((values) => Array.from(values)))
    const histograms = {
      ours: histogram(all, RANGE[c]),
      truth: histogram(column(reference, c), RANGE[c]),
      training: histogram(column(training, c), RANGE[c])
    }
    const correlations = {
      ours: autocorrelation(ours, lags),
      truth: autocorrelation([column(reference, c)], lags),
      training: autocorrelation([column(training, c)], lags)
    }
    return {
      name,
      distance: totalVariation(histograms.ours, histograms.truth),
      trainingDistance: totalVariation(histograms.training, histograms.truth),
      correlationError: rootMeanSquare(correlations.ours, correlations.truth),
      trainingCorrelationError: rootMeanSquare(correlations.training, correlations.truth),
      largest: all.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
      histograms,
      correlations
    }
  })
  if (folder) await draw(folder, { runs, reference, scores, lags })
  return scores
}

async function draw(folder, { runs, reference, scores, lags }) {
  const path = (m, name) => Array.from({ length: Math.min(m.rows, 2000) }, (_, n) => ({ x: m.data[3 * n], z: m.data[3 * n + 2], name }))
  await writeFigure(`${folder}/lorenz63-attractor.svg`, 'Attractor of the true system and of the learned transition', {
    width: 760,
    height: 380,
    fx: { label: null },
    marks: [
      Plot.dot([...path(reference, 'true system'), ...path(runs[0], 'learned transition')], {
        x: 'x',
        y: 'z',
        fx: 'name',
        r: 1,
        fill: '#30678d'
      })
    ]
  })
  const bins = scores.flatMap(({ name, histograms }, c) =>
    ['truth', 'ours'].flatMap((of) =>
      Array.from(histograms[of], (share, b) => ({
        name,
        of,
        share,
        value: RANGE[c].low + ((b + 0.5) * (RANGE[c].high - RANGE[c].low)) / RANGE[c].bins
      }))
    )
  )
  await writeFigure(`${folder}/lorenz63-histograms.svg`, 'Histograms of x, y and z: true system grey, learned transition orange', {
    width: 760,
    height: 240,
    color: { domain: ['truth', 'ours'], range: ['#999999', '#c2410c'] },
    fx: { label: null },
    marks: [Plot.line(bins, { x: 'value', y: 'share', stroke: 'of', fx: 'name', strokeWidth: 1.6 }), Plot.ruleY([0])]
  })
  const points = scores.flatMap(({ name, correlations }) =>
    ['truth', 'ours'].flatMap((of) => lags.map((lag) => ({ name, of, time: lag * INTERVAL, correlation: correlations[of][lag] })))
  )
  await writeFigure(
    `${folder}/lorenz63-autocorrelation.svg`,
    'Autocorrelation of x, y and z: true system grey, learned transition orange',
    {
      width: 760,
      height: 240,
      color: { domain: ['truth', 'ours'], range: ['#999999', '#c2410c'] },
      fx: { label: null },
      marks: [Plot.line(points, { x: 'time', y: 'correlation', stroke: 'of', fx: 'name', strokeWidth: 1.6 }), Plot.ruleY([0])]
    }
  )
}

if (process.argv[1]?.endsWith('lorenz63.mjs')) {
  const [steps = 2000, members = 10] = process.argv.slice(2, 4).map(Number)
  const folder = process.argv[4]
  const started = performance.now()
  const scores = await lorenz63({ steps, members, folder })
  console.log('      histogram distance     autocorrelation error   largest')
  console.log('      ours     training      ours     training       ours')
  for (const s of scores)
    console.log(
      `${s.name}     ${s.distance.toFixed(3)}    ${s.trainingDistance.toFixed(3)}         ${s.correlationError.toFixed(3)}    ${s.trainingCorrelationError.toFixed(3)}          ${s.largest.toFixed(1)}`
    )
  console.log(`${steps * members} steps, ${((performance.now() - started) / 1000).toFixed(1)} s${folder ? `, figures in ${folder}` : ''}`)
}
