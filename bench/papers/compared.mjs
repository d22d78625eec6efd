// Methods on snapshots, scored where they did not see: ours, straight lines, splines, persistence and the truth simulated again.
import { fitMarginals, sampleTrajectories } from 'sbridge'
import { keyFor, keyFromSeed } from 'sbridge/kernels'
import { trajectoriesAt } from '../../packages/core/dist/systems/marginals/sample.js'
import { maximumMeanDiscrepancy, wasserstein } from '../../packages/core/dist/systems/marginals/score.js'
import { TransportBaselines } from '../../packages/core/dist/systems/marginals/transport-baselines.js'
import { mean, sliced } from './experiments/points.mjs'
import { simulate } from './experiments/snapshots.mjs'

/** Four paths a particle, as `scoreHeldOut` draws. */
const PATHS = 4

/** Distances of points to a snapshot that was seen. */
export const measures = async (points, seen) => ({
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

/** A fit that does not see some times, and what it draws there, `count` paths. */
export async function learned({ times, clouds, columnNames }, held, { reference, options, seed, count }) {
  const key = keyFromSeed(seed)
  const model = await fitMarginals({ times, clouds, columnNames }, { reference, holdOut: held, intervals: 'none', ...options }, { key })
  const many = count ?? PATHS * Math.max(...clouds.map(({ points }) => points.rows))
  const paths = sampleTrajectories(model, { count: many, times: held, key: keyFor(key, 'held-out') })
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
