// Two-scale Lorenz 1996: the subgrid tendency drawn given the resolved state by a learned transition, against the full
// model and Wilks' polynomial with AR(1) residual. node examples/lorenz96-closure/lorenz96.mjs [time] [pairs] [seed] [folder]
import * as Plot from '@observablehq/plot'
import { createEngine, keyFor, keyFromSeed } from 'sbridge'
import { autocorrelation, histogram, rootMeanSquare, totalVariation, writeFigure } from '../figure.mjs'
import { fitWilks, learnClosure, runLearned, runWilks } from './closures.mjs'
import { K, runFull } from './two-scale.mjs'

const INTERVAL = 0.02
const TRAINING_TIME = 20
const RANGE = { low: -12, high: 18, bins: 60 }
const LAGS = Array.from({ length: 31 }, (_, k) => 5 * k)

const sites = (run) => Array.from({ length: K }, (_, k) => Float64Array.from(run, (x) => x[k]))

function statistics(run) {
  const series = sites(run)
  return {
    histogram: histogram(
      series.flatMap((values) => Array.from(values)),
      RANGE
    ),
    correlation: autocorrelation(series, LAGS)
  }
}

/** Trains, runs both closures for `time` model units and compares them with `reference` times as long a full run. */
export async function lorenz96({ time = 20, pairs = 2000, seed = 1, reference = 2, folder } = {}) {
  const key = keyFromSeed(seed)
  const training = runFull({ seedOffset: seed, count: Math.round(TRAINING_TIME / INTERVAL), interval: INTERVAL })
  const full = runFull({ seedOffset: seed + 100, count: Math.round((reference * time) / INTERVAL), interval: INTERVAL })
  const engine = await createEngine('wasm')
  const transition = await learnClosure({ run: training, interval: INTERVAL, pairs, engine, key })
  const start = { x: full.x[1], u: full.u[1], pastX: full.x[0], pastU: full.u[0] }
  const common = { start, count: Math.round(time / INTERVAL), interval: INTERVAL }
  const learned = await runLearned({ ...common, transition, key: keyFor(key, 'learned') })
  await engine.close()
  const runs = {
    learned,
    wilks: runWilks({ ...common, closure: fitWilks(training), key }),
    // What two runs of the full model differ by.
    floor: runFull({ seedOffset: seed + 200, count: common.count, interval: INTERVAL }).x
  }
  const truth = statistics(full.x)
  const found = Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, statistics(run)]))
  const scores = Object.fromEntries(
    Object.entries(found).map(([name, of]) => [
      name,
      { distance: totalVariation(of.histogram, truth.histogram), correlationError: rootMeanSquare(of.correlation, truth.correlation) }
    ])
  )
  if (folder) await draw(folder, { truth, ...found })
  return scores
}

async function draw(folder, { truth, learned, wilks }) {
  const runs = { 'full model': truth, 'learned closure': learned, 'Wilks 2005': wilks }
  const color = { domain: Object.keys(runs), range: ['#999999', '#c2410c', '#30678d'] }
  const width = (RANGE.high - RANGE.low) / RANGE.bins
  const bins = Object.entries(runs).flatMap(([name, of]) =>
    Array.from(of.histogram, (share, b) => ({ name, x: RANGE.low + (b + 0.5) * width, share }))
  )
  await writeFigure(
    `${folder}/lorenz96-histogram.svg`,
    'Histogram of the slow variables: full model grey, learned closure orange, Wilks blue',
    {
      width: 640,
      height: 300,
      color,
      marks: [Plot.line(bins, { x: 'x', y: 'share', stroke: 'name' }), Plot.ruleY([0])]
    }
  )
  const points = Object.entries(runs).flatMap(([name, of]) =>
    LAGS.map((lag, k) => ({ name, time: lag * INTERVAL, correlation: of.correlation[k] }))
  )
  await writeFigure(
    `${folder}/lorenz96-autocorrelation.svg`,
    'Autocorrelation of the slow variables: full model grey, learned closure orange, Wilks blue',
    {
      width: 640,
      height: 300,
      color,
      marks: [Plot.line(points, { x: 'time', y: 'correlation', stroke: 'name' }), Plot.ruleY([0])]
    }
  )
}

if (process.argv[1]?.endsWith('lorenz96.mjs')) {
  const [time = 100, pairs = 8000, seed = 1] = process.argv.slice(2, 5).map(Number)
  const folder = process.argv[5]
  const started = performance.now()
  const scores = await lorenz96({ time, pairs, seed, folder })
  console.log('                  histogram distance   autocorrelation error')
  for (const [name, { distance, correlationError }] of Object.entries(scores))
    console.log(`${name.padEnd(18)}${distance.toFixed(4).padEnd(21)}${correlationError.toFixed(4)}`)
  console.log(
    `${time} time units, ${pairs} pairs, ${((performance.now() - started) / 1000).toFixed(1)} s${folder ? `, figures in ${folder}` : ''}`
  )
}
