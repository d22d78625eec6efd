// Lorenz 1963 from 2,000 training pairs: the learned transition, run freely, has the histogram and the autocorrelation of
// the true attractor and stays on it. node examples/lorenz63/lorenz63.mjs [steps] [members] [folder]
import * as Plot from '@observablehq/plot'
import { createEngine } from 'sbridge'
import { keyFromSeed } from 'sbridge/kernels'
import { writeFigure } from '../figure.mjs'
import { autocorrelation, histogram, rootMeanSquare, totalVariation } from '../statistics.mjs'
import { column, INTERVAL, learnedRuns, RANGE, truth } from './system.mjs'

const PAIRS = 2000
const COORDINATES = ['x', 'y', 'z']

/** Trains, runs, compares and draws; all numbers of the comparison come back. */
export async function lorenz63({ steps = 2000, members = 10, folder } = {}) {
  const training = truth(PAIRS + 1, [1, 1, 20])
  const reference = truth(50_000, [-3, 2, 25])
  const engine = await createEngine('wasm')
  const runs = await learnedRuns(training, { steps, members, engine, key: keyFromSeed(1) })
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
