// Methods on snapshots, scored where they did not see: ours, straight lines, splines, persistence and the truth simulated again.
import { fitMarginals, sampleTrajectories } from 'sbridge'
import { keyFor, keyFromSeed } from 'sbridge/kernels'
import { trajectoriesAt } from '../../packages/core/dist/systems/marginals/sample.js'
import { maximumMeanDiscrepancy, TransportBaselines, wasserstein } from '../../packages/core/dist/systems/marginals/score.js'
import { mean, sliced } from './experiments/points.mjs'
import { simulate } from './experiments/snapshots.mjs'

/** Four paths a particle, as `scoreHeldOut` draws. */
const PATHS = 4

const measures = async (points, seen) => ({
  w1: wasserstein(points, seen, 1),
  w2: Math.sqrt(wasserstein(points, seen, 2)),
  sliced: await sliced(points, seen.points),
  mmd: maximumMeanDiscrepancy(points, seen) ** 2
})

/** What was seen last before a time, and straight lines and splines through all: none of them learns. */
function baselines({ times, clouds }, held, key) {
  const kept = times.flatMap((time, k) => (held.includes(time) ? [] : [{ time, cloud: clouds[k] }]))
  const transport = new TransportBaselines(kept, key)
  const inside = held.filter((t) => t < kept.at(-1).time)
  const splines = transport.splines(inside)
  return {
    'straight lines': (t) => transport.straightLine(t),
    splines: (t) => splines.get(t),
    persistence: (t) => kept.filter(({ time }) => time < t).at(-1).cloud.points
  }
}

async function learned({ times, clouds, columnNames }, held, { reference, options, seed }) {
  const key = keyFromSeed(seed)
  const model = await fitMarginals({ times, clouds, columnNames }, { reference, holdOut: held, intervals: 'none', ...options }, { key })
  const count = PATHS * Math.max(...clouds.map(({ points }) => points.rows))
  const paths = sampleTrajectories(model, { count, times: held, key: keyFor(key, 'held-out') })
  return { model, at: (t) => trajectoriesAt(paths, t) }
}

/** Every method's measures at every held-out time, over seeds: { method: { knows, of: [seed][time] } }. */
export async function compared(problem, held, { seeds, methods }) {
  const found = {}
  const note = (name, knows, of) => {
    found[name] ??= { knows, of: [] }
    found[name].of.push(of)
  }
  for (const seed of seeds) {
    const input = problem.clouds ? problem : { ...problem, clouds: simulate(problem, 7000 + seed) }
    const seen = held.map((t) => input.clouds[input.times.indexOf(t)])
    const scored = async (at) => Promise.all(held.map(async (t, k) => (at(t) ? measures(at(t), seen[k]) : undefined)))
    for (const [name, { reference, knows, options }] of Object.entries(methods))
      note(name, knows, await scored((await learned(input, held, { reference, options: { ...options }, seed })).at))
    for (const [name, at] of Object.entries(baselines(input, held, keyFromSeed(seed)))) {
      const of = await scored(at)
      if (of.every(Boolean)) note(name, 'nothing', of)
    }
    if (problem.drift) {
      const fresh = simulate({ ...problem, times: held, count: PATHS * problem.count }, 9000 + seed)
      note('the truth, simulated again', 'everything', await scored((t) => fresh[held.indexOf(t)].points))
    }
  }
  return found
}

/** Means over the held-out times, a seed each. */
export const meanOf = ({ of }, what) => of.map((times) => mean(times.map((one) => one[what])))

export const AHEAD = 'ours, on from the last snapshot'
/** What of a model is put in the place of the truth, in fresh particles that start as the first snapshot's do. */
const AFRESH = {
  'ours, from the first snapshot on': ['drift', 'noise'],
  'our drift with the true noise, from the first': ['drift'],
  'the true drift with our noise, from the first': ['noise']
}
const TRUTH_ON = 'the truth, on from the last snapshot'

/**
 * The last snapshot from those before, and where its error comes from: the chance of the last seen particles, the drift and the noise
 * that were learned.
 */
export async function ahead(problem, seeds) {
  const last = problem.times.at(-1)
  const found = await compared(problem, [last], {
    seeds,
    methods: { [AHEAD]: { reference: problem.family, knows: 'family', options: problem.options } }
  })
  const scored = { ...problem, count: PATHS * problem.count }
  const note = async (name, knows, { particles, seen }) => {
    found[name] ??= { knows, of: [] }
    found[name].of.push([await measures(particles[0].points, seen)])
  }
  for (const seed of seeds) {
    const clouds = simulate(problem, 7000 + seed)
    const seen = clouds.at(-1)
    const { model } = await learned({ ...problem, clouds }, [last], { reference: problem.family, options: problem.options, seed })
    const own = { drift: (x) => learnedDrift(model, x), noise: learnedNoise(model) }
    const first = { ...scored, times: [last - problem.times[0]], start: drawOf(clouds[0].points) }
    for (const [name, parts] of Object.entries(AFRESH)) {
      const replaced = Object.fromEntries(parts.map((part) => [part, own[part]]))
      await note(name, 'family', { particles: simulate({ ...first, ...replaced }, 8000 + seed), seen })
    }
    const on = { ...scored, times: [last - problem.times.at(-2)], start: drawOf(clouds.at(-2).points) }
    await note(TRUTH_ON, 'everything', { particles: simulate(on, 8500 + seed), seen })
  }
  return found
}

const learnedNoise = ({ diffusion, sigma }) => (diffusion === 'proportional' ? (x) => x.map((v, a) => sigma[a] * v) : () => sigma)

/** The drift that was learned. */
function learnedDrift({ family, theta }, x) {
  const out = new Float64Array(x.length)
  family.drift.value(Float64Array.from(x), 0, theta, out)
  return out
}

/** Starts at one of the particles that were seen. */
const drawOf =
  ({ data, rows, cols }) =>
  ({ u }) => {
    const i = Math.floor(rows * u())
    return Array.from(data.subarray(i * cols, (i + 1) * cols))
  }
