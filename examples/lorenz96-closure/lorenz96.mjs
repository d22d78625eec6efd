// Two-scale Lorenz 1996: the subgrid tendency drawn given the resolved state by a learned transition, against the full
// model and Wilks' polynomial with AR(1) residual. node examples/lorenz96-closure/lorenz96.mjs [time] [pairs] [seed] [folder]
import * as Plot from '@observablehq/plot'
import { createEngine } from 'sbridge'
import { keyFor, keyFromSeed } from 'sbridge/kernels'
import { writeFigure } from '../figure.mjs'
import { autocorrelation, histogram, rootMeanSquare, totalVariation } from '../statistics.mjs'
import { fitWilks, historyAt, learnClosure, runLearned, runWilks } from './closures.mjs'
import { K, runFull } from './two-scale.mjs'

const INTERVAL = 0.02
/** Of the run that is learned from: pairs stand equally far apart, however few there are. */
const PAIRS_A_TIME_UNIT = 16
const RANGE = { low: -12, high: 18, bins: 60 }
const LAGS = Array.from({ length: 31 }, (_, k) => 5 * k)

const fullRun = (seedOffset, time) => runFull({ seedOffset, count: Math.round(time / INTERVAL), interval: INTERVAL })

/** Histogram and autocorrelation of the slow variables, over all sites. */
function statistics(run) {
  const series = Array.from({ length: K }, (_, k) => Float64Array.from(run, (x) => x[k]))
  const histograms = series.map((values) => histogram(values, RANGE))
  return {
    histogram: Float64Array.from({ length: RANGE.bins }, (_, b) => histograms.reduce((sum, of) => sum + of[b] / K, 0)),
    correlation: autocorrelation(series, LAGS)
  }
}

/** What the closures are compared with: statistics of a run of the full model. */
export const fullStatistics = (seed, time) => statistics(fullRun(seed, time).x)

/** How far statistics are off: total variation of histograms, root mean square of the autocorrelation's error. */
export const errorsOf = (found, truth) => ({
  distance: totalVariation(found.histogram, truth.histogram),
  correlationError: rootMeanSquare(found.correlation, truth.correlation)
})

/** Learns both closures from a run of the full model and runs each for `time` model units; statistics by closure. */
export async function lorenz96({ time, pairs, seed }) {
  const key = keyFromSeed(seed)
  const training = fullRun(seed, pairs / PAIRS_A_TIME_UNIT)
  // Half the cost: what is drawn is chance in far more than its seventh digit.
  const engine = await createEngine('wasm', { precision: 'float32' })
  const transition = await learnClosure({ run: training, pairs, engine, key })
  const common = { start: historyAt(training, training.x.length - 1), count: Math.round(time / INTERVAL), interval: INTERVAL }
  const learned = await runLearned({ ...common, transition, key: keyFor(key, 'learned') })
  await engine.close()
  return {
    learned: statistics(learned),
    wilks: statistics(runWilks({ ...common, closure: fitWilks(training), key })),
    // A run of the full model as long as theirs.
    floor: fullStatistics(seed + 200, time)
  }
}

/** What closures are off by; the curves themselves lie on each other. */
export async function draw(folder, { truth, learned, wilks, floor }) {
  const runs = { 'full model': floor, 'learned closure': learned, 'Wilks 2005': wilks }
  const color = { domain: Object.keys(runs), range: ['#999999', '#c2410c', '#30678d'] }
  const words = 'less that of a long run of the full model: learned closure orange, Wilks blue, the full model itself grey'
  const width = (RANGE.high - RANGE.low) / RANGE.bins
  const figure = (x, y, points) => ({
    width: 640,
    height: 300,
    marginLeft: 52,
    color,
    x: { label: x },
    y: { label: y },
    marks: [Plot.line(points, { x: 'x', y: 'off', stroke: 'name' }), Plot.ruleY([0])]
  })
  const named = Object.entries(runs)
  await writeFigure(
    `${folder}/lorenz96-histogram.svg`,
    `Histogram of the slow variables ${words}`,
    figure(
      'X',
      `share of a bin of ${width} less the full model’s`,
      named.flatMap(([name, of]) =>
        Array.from(of.histogram, (share, b) => ({ name, x: RANGE.low + (b + 0.5) * width, off: share - truth.histogram[b] }))
      )
    )
  )
  await writeFigure(
    `${folder}/lorenz96-autocorrelation.svg`,
    `Autocorrelation of the slow variables ${words}`,
    figure(
      'time',
      'autocorrelation less the full model’s',
      named.flatMap(([name, of]) => LAGS.map((lag, k) => ({ name, x: lag * INTERVAL, off: of.correlation[k] - truth.correlation[k] })))
    )
  )
}

if (process.argv[1]?.endsWith('lorenz96.mjs')) {
  const [time = 100, pairs = 8000, seed = 1] = process.argv.slice(2, 5).map(Number)
  const folder = process.argv[5]
  const started = performance.now()
  const found = await lorenz96({ time, pairs, seed })
  const truth = fullStatistics(seed + 100, 2 * time)
  if (folder) await draw(folder, { truth, ...found })
  console.log('                  histogram distance   autocorrelation error')
  for (const [name, of] of Object.entries(found)) {
    const { distance, correlationError } = errorsOf(of, truth)
    console.log(`${name.padEnd(18)}${distance.toFixed(4).padEnd(21)}${correlationError.toFixed(4)}`)
  }
  console.log(
    `${time} time units, ${pairs} pairs, ${((performance.now() - started) / 1000).toFixed(1)} s${folder ? `, figures in ${folder}` : ''}`
  )
}
