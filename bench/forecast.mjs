// Forecasts and closures at full length: Lorenz 1963 for 10^5 steps of one trajectory, and the two-scale Lorenz 1996 model
// against Wilks' closure. Run after `npm run build`: node bench/forecast.mjs [--quick] [--seeds 3] [--first 1] [folder for figures]
import { parseArgs } from 'node:util'
import { lorenz63 } from '../examples/lorenz63/lorenz63.mjs'
import { fullStatistics, lorenz96 } from '../examples/lorenz96-closure/lorenz96.mjs'

const { values: asked, positionals } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '3' },
    first: { type: 'string', default: '1' }
  },
  allowPositionals: true
})
const { quick } = asked
const [folder] = positionals

const seconds = async (work) => {
  const started = performance.now()
  const result = await work()
  return { result, time: ((performance.now() - started) / 1000).toFixed(1) }
}

const steps = quick ? 2000 : 100_000
const one = await seconds(() => lorenz63({ steps, members: 1, folder }))
console.log(`Lorenz 1963, one trajectory of ${steps} steps, ${one.time} s`)
for (const s of one.result)
  console.log(
    `  ${s.name}: histogram distance ${s.distance.toFixed(3)} (training set ${s.trainingDistance.toFixed(3)}), autocorrelation error ${s.correlationError.toFixed(3)} (${s.trainingCorrelationError.toFixed(3)}), largest ${s.largest.toFixed(1)}`
  )

const scores = {}
const first = Number(asked.first)
const seeds = Array.from({ length: quick ? 1 : Number(asked.seeds) }, (_, k) => first + k)
const [time, truthTime] = quick ? [20, 100] : [2000, 10_000]
const truth = await seconds(() => fullStatistics(1000, truthTime))
console.log(`Lorenz 1996, ${truthTime} time units of the full model, ${truth.time} s`)
for (const seed of seeds) {
  const run = await seconds(() => lorenz96({ time, pairs: 8000, seed, truth: truth.result, folder: seed === first ? folder : undefined }))
  console.log(`Lorenz 1996, seed ${seed}, ${time} time units, ${run.time} s`)
  for (const [name, score] of Object.entries(run.result)) {
    scores[name] ??= []
    scores[name].push(score)
    console.log(
      `  ${name.padEnd(8)} histogram distance ${score.distance.toFixed(4)}, autocorrelation error ${score.correlationError.toFixed(4)}`
    )
  }
}

/** Mean ± standard error over seeds; the floor is what runs of the full model as long as theirs are off. */
const summary = (values) => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1)
  return `${mean.toFixed(4)} ± ${Math.sqrt(variance / values.length).toFixed(4)}`
}
if (seeds.length > 1) {
  console.log(`mean ± standard error over ${seeds.length} seeds`)
  for (const [name, of] of Object.entries(scores))
    console.log(
      `  ${name.padEnd(8)} histogram distance ${summary(of.map((s) => s.distance))}, autocorrelation error ${summary(of.map((s) => s.correlationError))}`
    )
  for (const [word, key] of Object.entries({ 'histogram distance': 'distance', 'autocorrelation error': 'correlationError' }))
    console.log(`  learned less Wilks, seed by seed: ${word} ${summary(scores.learned.map((s, k) => s[key] - scores.wilks[k][key]))}`)
}
