// Forecasts and closures at full length: Lorenz 1963 for 10^5 steps of one trajectory, and the two-scale Lorenz 1996 model
// against Wilks' closure. Run after `npm run build`: node bench/forecast.mjs [--quick] [--seeds 3] [--first 1]
// [--time 2000] [folder for figures]
import { parseArgs } from 'node:util'
import { lorenz63 } from '../examples/lorenz63/lorenz63.mjs'
import { draw, errorsOf, fullStatistics, lorenz96 } from '../examples/lorenz96-closure/lorenz96.mjs'

const { values: asked, positionals } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '3' },
    first: { type: 'string', default: '1' },
    time: { type: 'string', default: '2000' }
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

const first = Number(asked.first)
const seeds = Array.from({ length: quick ? 2 : Number(asked.seeds) }, (_, k) => first + k)
const [time, truthTime] = quick ? [20, 100] : [Number(asked.time), 10_000]
const mean = (values) => values.reduce((sum, x) => sum + x / values.length, 0)
/** Several runs as one: what is off by chance in one run is off less here, what a closure gets wrong is not. */
const together = (list) =>
  Object.fromEntries(['histogram', 'correlation'].map((key) => [key, list[0][key].map((_, i) => mean(list.map((of) => of[key][i])))]))

// Long runs one after the other: all at once would not fit into memory, and of one alone the chance would weigh as much as a closure's error.
const truthSeeds = quick ? [1000] : [1000, 1001, 1002, 1003, 1004, 1005]
const full = await seconds(() => together(truthSeeds.map((seed) => fullStatistics(seed, truthTime))))
const truth = full.result
console.log(`Lorenz 1996, ${truthSeeds.length} times ${truthTime} time units of the full model, ${full.time} s`)
const words = ({ distance, correlationError }) =>
  `histogram distance ${distance.toFixed(4)}, autocorrelation error ${correlationError.toFixed(4)}`
/** Statistics by closure, one for every seed. The floor is a run of the full model as long as theirs. */
const runs = { learned: [], wilks: [], floor: [] }
for (const seed of seeds) {
  const { result, time: took } = await seconds(() => lorenz96({ time, pairs: 8000, seed }))
  console.log(`Lorenz 1996, seed ${seed}, ${time} time units, ${took} s`)
  for (const [name, of] of Object.entries(result)) {
    runs[name].push(of)
    console.log(`  ${name.padEnd(8)} ${words(errorsOf(of, truth))}`)
  }
}

/** Mean ± standard error over seeds. */
const summary = (values) => {
  const variance = mean(values.map((x) => (x - mean(values)) ** 2)) / (values.length - 1)
  return `${mean(values).toFixed(4)} ± ${Math.sqrt(variance).toFixed(4)}`
}
const all = Object.fromEntries(Object.entries(runs).map(([name, list]) => [name, together(list)]))
if (folder) await draw(folder, { truth, ...all })
if (seeds.length > 1) {
  console.log(`over ${seeds.length} seeds: mean ± standard error of a run's, and that of all runs as one`)
  for (const [name, list] of Object.entries(runs)) {
    const errors = list.map((of) => errorsOf(of, truth))
    console.log(
      `  ${name.padEnd(8)} histogram distance ${summary(errors.map((e) => e.distance))}, autocorrelation error ${summary(errors.map((e) => e.correlationError))}; as one: ${words(errorsOf(all[name], truth))}`
    )
  }
  const less = (key) => summary(runs.learned.map((of, k) => errorsOf(of, truth)[key] - errorsOf(runs.wilks[k], truth)[key]))
  console.log(
    `  learned less Wilks, seed by seed: histogram distance ${less('distance')}, autocorrelation error ${less('correlationError')}`
  )
}
