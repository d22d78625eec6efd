// Trajectories through snapshots: error at held-out times beside baselines and the truth, parameters, time.
// usage: node bench/trajectories.mjs [closed] [gaussian] [plain] [smooth] [growth] [lotka-volterra] [repressilator] [rotation] [noise] [cells] [large] [--seeds 1] [--job COUNT,REFERENCE] [--save]
//   Where none is named, all but cells and large: five minutes of processor time.
//   closed: the tests that hold couplings, smoothers, growth and fates against closed forms, run.
//   plain: the plain bridge beside straight lines along optimal couplings, on six sets of snapshots.
//   smooth: velocities that change smoothly beside straight lines, splines and persistence, on seven sets.
//   cells: gradient and free fields on five coordinates, 300 and 1,000 particles at seven times, processor time.
//   growth: fates and rates of a population in which one of two branches multiplies, and days held out, beside the same without growth;
//     with several seeds means and standard errors.
//   noise: gradient fields with the likeliest noise, less of it and the true one.
//   large: 2,000 to 20,000 particles at three times, no and non-linear references: time, peak memory, silence of progress, and a
//     fourth time held out (minutes); --job 20000,lotka-volterra one of them, as of cells; --save kept for the guide.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { velocityProcess } from '../packages/core/dist/bridge/velocity.js'
import { gridFilter, smoothingWeights } from '../packages/core/dist/bridge/velocity-smoother.js'
import { matrixFromRows } from '../packages/core/dist/num/matrix.js'
import { keyFor, normals } from '../packages/core/dist/num/random.js'
import { cloud } from '../packages/core/dist/space/cloud.js'
import { fitGrowing } from '../packages/core/dist/systems/marginals/fit-growing.js'
import { trajectoriesAt } from '../packages/core/dist/systems/marginals/sample.js'
import { wasserstein } from '../packages/core/dist/systems/marginals/score.js'
import { createEngine, fitMarginals, keyFromSeed, sampleTrajectories, scoreHeldOut } from '../packages/sbridge/dist/index.js'
import { keep } from './kept.mjs'

const TARGETS = { 'lotka-volterra': 0.07, seconds: 5 }
const args = process.argv.slice(2)
const seedsAt = args.indexOf('--seeds')
const seeds = seedsAt < 0 ? 1 : Number(args.splice(seedsAt, 2)[1])
const jobAt = args.indexOf('--job')
const jobs = jobAt < 0 ? undefined : [args.splice(jobAt, 2)[1].split(',')]
const CELLS = [
  ['300', 'gradient'],
  ['300', 'free'],
  ['1000', 'gradient'],
  ['1000', 'free']
]
const LARGE = [
  ['2000', 'lotka-volterra'],
  ['5000', 'brownian'],
  ['20000', 'brownian'],
  ['20000', 'lotka-volterra']
]
const saveAt = args.indexOf('--save')
const save = saveAt >= 0 && args.splice(saveAt, 1).length > 0
const wanted =
  args.length > 0 ? args : ['closed', 'gaussian', 'plain', 'smooth', 'growth', 'lotka-volterra', 'repressilator', 'rotation', 'noise']

const number = (x) => (x === undefined ? '–' : Number(x.toPrecision(3)))
const mean = (values) => values.reduce((sum, x) => sum + x, 0) / values.length
const verdict = (ok) => (ok ? 'met' : 'NOT MET')

/** What every seed came to: [name][figure][seed]. */
const tallies = new Map()
/** Prints figures of a seed, and keeps them for means over all. */
function tally(name, seed, figures) {
  const known = tallies.get(name) ?? {}
  tallies.set(name, known)
  for (const [figure, values] of Object.entries(figures)) known[figure] = [...(known[figure] ?? []), values]
  const text = Object.entries(figures).map(([figure, values]) => `${figure} ${values.map((x) => x.toFixed(3)).join(', ')}`)
  console.log(`${name}, seed ${seed}: ${text.join('; ')}`)
}
/** Mean W1 of what needs no model, over held-out times. */
const baselinesOf = (scores) => ({
  'straight lines': number(mean(scores.map((s) => s.straightLine))),
  splines: number(mean(scores.map((s) => s.spline))),
  persistence: number(mean(scores.map((s) => s.sanity.persistence.w1)))
})
/** Means over seeds with their standard errors. */
function tellTallies() {
  for (const [name, figures] of tallies)
    for (const [figure, runs] of Object.entries(figures)) {
      const each = runs[0].map((_, k) => runs.map((values) => values[k]))
      const error = (values) => Math.sqrt(mean(values.map((x) => (x - mean(values)) ** 2)) / (values.length - 1))
      console.log(
        `${name}, ${runs.length} seeds: ${figure} ${each.map((v) => `${mean(v).toFixed(3)} ± ${error(v).toFixed(3)}`).join(', ')}`
      )
    }
}

/** Standard normals one after the other. */
function stream(seed) {
  let [block, at, values] = [0, 0, []]
  return () => {
    if (at >= values.length) [values, at] = [normals(keyFromSeed(seed), 8192, block++), 0]
    return values[at++]
  }
}

/** Fresh particles at every time, by Euler–Maruyama with a step far below the dynamics. */
function simulate({ drift, noise, start, times, count, step = 0.001 }, z) {
  return times.map((time) =>
    cloud(
      matrixFromRows(
        Array.from({ length: count }, () => {
          const x = start(z)
          for (let s = Math.round(time / step); s > 0; s--) {
            const b = drift(x)
            const g = noise(x)
            for (let a = 0; a < x.length; a++) x[a] += b[a] * step + g[a] * Math.sqrt(step) * z()
          }
          return x
        })
      )
    )
  )
}

/** The same particles at every time, as no snapshots have them. */
function follow({ drift, noise, start, times, count, step }, z) {
  const seen = Array.from({ length: count }, () => {
    const x = start(z)
    return times.map((time, k) => {
      grow({ rate: () => 0, drift, noise, step }, x, time - (times[k - 1] ?? 0), z)
      return x.slice()
    })
  })
  return times.map((_, k) => cloud(matrixFromRows(seen.map((places) => places[k]))))
}

/** Mean W1 at times left out of where followed particles pass by the kernel of a fit, given themselves at all other times. */
function withTruePartners(model, { times, clouds }, { followed, holdOut }) {
  const own = Float64Array.from(times.filter((time) => !holdOut.includes(time)))
  const distances = holdOut.map((out) => {
    const all = Float64Array.from([...own, out]).sort()
    const weights = smoothingWeights(
      gridFilter(velocityProcess(model.velocity.kernel), { times: all, seen: Array.from(all, (time) => time !== out) })
    )
    const row = weights.data.subarray(all.indexOf(out) * own.length, (all.indexOf(out) + 1) * own.length)
    const seen = Array.from(own, (time) => followed[times.indexOf(time)].points)
    const points = matrixFromRows(
      Array.from({ length: seen[0].rows }, (_, p) =>
        counts(seen[0].cols).map((a) => row.reduce((sum, w, k) => sum + w * seen[k].data[p * seen[k].cols + a], 0))
      )
    )
    return wasserstein(points, clouds[times.indexOf(out)], 1)
  })
  return mean(distances)
}

const counts = (n) => Array.from({ length: n }, (_, t) => t)

/** Snapshots of predator and prey, as simulated by others. */
function lotkaVolterra() {
  const file = new URL('../examples/data/lotka-volterra.csv', import.meta.url)
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))
  const times = counts(11)
  const clouds = times.map((t) => cloud(matrixFromRows(rows.filter((row) => row[0] === t).map((row) => row.slice(1)))))
  return { times, clouds, columnNames: ['prey', 'predator'] }
}

const REPRESSILATOR = { beta: 10, n: 3, k: 1, gamma: 1 }
const GENES = {
  drift: (x) =>
    [0, 1, 2].map((a) => REPRESSILATOR.beta / (1 + (x[(a + 2) % 3] / REPRESSILATOR.k) ** REPRESSILATOR.n) - REPRESSILATOR.gamma * x[a]),
  noise: (x) => x.map((v) => 0.02 * v),
  start: (z) => [1 + 0.03 * z(), 1 + 0.03 * z(), 2 + 0.03 * z()],
  times: counts(11),
  count: 200
}
const ROTATION = {
  drift: (x) => [-0.5 * x[1], 0.5 * x[0]],
  noise: () => [0.1, 0.1],
  start: (z) => [2 + 0.3 * z(), 0.3 * z()],
  times: counts(9),
  count: 200,
  step: 0.01
}

const onSide = (side, z) => [-2 * side + 0.2 * z(), 0.2 * z(), 0.3 * side]
/** The third coordinate tells the groups apart, and how far one has moved on its way. */
const CROSSING = {
  drift: (x) => [Math.sign(x[2]), 0, 0],
  noise: () => [0.1, 0.1, 0.02],
  start: (z) => onSide(z() > 0 ? 1 : -1, z),
  times: counts(7).map((t) => t / 1.5),
  count: 200,
  step: 0.01
}
/**
 * As many of each group at every time: where chance makes the groups of two snapshots unequal, some particles must change groups, and of
 * seven snapshots of 100 about 0.8 could keep their partners from end to end at best.
 */
function inTurns() {
  let side = -1
  return (z) => {
    side = -side
    return onSide(side, z)
  }
}

/** What nothing is known of: [name, problem to simulate]. */
const UNKNOWN = [
  ['repressilator', GENES],
  ['rotating group', ROTATION],
  [
    'growing ring',
    {
      drift: (x) => x.map((v) => (0.3 * v) / Math.hypot(...x)),
      noise: () => [0.1, 0.1],
      start: (z) => {
        const [a, b] = [z(), z()]
        return [a, b].map((v) => v / Math.hypot(a, b))
      },
      times: counts(9),
      count: 200,
      step: 0.01
    }
  ],
  ['crossing groups', CROSSING],
  [
    'branching, ten columns',
    {
      drift: (x) => x.map((v, a) => (a === 0 ? v * (1 - v * v) : a === 1 ? 0.5 : -0.3 * v)),
      noise: (x) => x.map(() => 0.15),
      start: (z) => Array.from({ length: 10 }, () => 0.2 * z()),
      times: counts(7),
      count: 200,
      step: 0.01
    }
  ]
]

/** Predator and prey as other papers simulate them: nine snapshots of 50, every second held out. */
const NINE = {
  drift: (x) => [x[0] * (1 - 0.4 * x[1]), x[1] * (0.1 * x[0] - 0.4)],
  noise: () => [0.1, 0.1],
  start: (z) => [5.05 + 0.03 * z(), 4.05 + 0.03 * z()],
  times: counts(9),
  count: 50,
  step: 0.002
}
/** A group on an arc of a ring, fresh particles each time, turning by 75° from one kept snapshot to the next. */
function arc(z) {
  const times = counts(11)
  const at = (t) => {
    const [angle, radius] = [0.5 * z() + ((37.5 * Math.PI) / 180) * t, 1 + 0.1 * z()]
    return [radius * Math.cos(angle), radius * Math.sin(angle)]
  }
  return { times, clouds: times.map((t) => cloud(matrixFromRows(Array.from({ length: 100 }, () => at(t))))) }
}
/** Drifters that an eddy takes round faster in its middle than at its rim. */
const EDDY = {
  drift: (x) => {
    const turn = 1.2 * Math.exp(-(x[0] ** 2 + x[1] ** 2) / 4)
    return [0.1 - turn * x[1], turn * x[0]]
  },
  noise: () => [0.05, 0.05],
  start: (z) => [1.2 + 0.35 * z(), 0.35 * z()],
  times: counts(9).map((t) => t * 0.75),
  count: 150,
  step: 0.01
}

/** A stem that parts into two branches, of which the upper one grows at a rate; all other coordinates are noise. */
const branching = (d, rate) => ({
  rate: (x) => (x[1] > 0.3 ? rate : 0),
  drift: (x) => x.map((v, a) => (a === 0 ? 1 : a === 1 ? 3 * v * (1 - v * v) : -v)),
  noise: (x) => x.map((_, a) => (a === 0 ? 0.1 : a === 1 ? 0.2 : 0.35)),
  start: (z) => Array.from({ length: d }, (_, a) => (a === 0 ? 0.1 : a === 1 ? 0.15 : 0.25) * z()),
  step: 0.02
})

/** Moves a particle on in place; how many it has become. */
function grow({ rate, drift, noise, step }, x, span, z) {
  let log = 0
  for (let s = Math.round(span / step); s > 0; s--) {
    const [b, g] = [drift(x), noise(x)]
    log += rate(x) * step
    for (let a = 0; a < x.length; a++) x[a] += b[a] * step + g[a] * Math.sqrt(step) * z()
  }
  return Math.exp(log)
}

/** Particles seen at a time: of eight times as many, in proportion to what they have become. */
function population(problem, time, count, z) {
  const all = Array.from({ length: 8 * count }, () => {
    const x = problem.start(z)
    return { x, mass: grow(problem, x, time, z) }
  })
  const total = all.reduce((sum, { mass }) => sum + mass, 0)
  let [next, cumulated] = [0, 0]
  const order = all.map((one) => ({ one, by: z() })).sort((a, b) => a.by - b.by)
  const seen = []
  for (const { one } of order) {
    cumulated += one.mass / total
    while (next < count && (next + 0.5) / count < cumulated) {
      seen.push(one.x)
      next++
    }
  }
  return seen
}

/**
 * Share of the upper branch among the descendants of a particle at x after a span: the branches and their growth hang on one coordinate,
 * whose steps are taken backwards on a grid. From 60 runs of each particle it was known to 0.03 only.
 */
function trueShare({ rate, drift, noise, step }, span) {
  const [least, width, cells] = [-2, 0.01, 401]
  const grid = Array.from({ length: cells }, (_, i) => least + i * width)
  let share = grid.map((v) => (Math.abs(v) < width / 2 ? 0.5 : Number(v > 0)))
  let all = grid.map(() => 1)
  const moves = grid.map((v) => {
    const [to, spread] = [v + drift([0, v])[1] * step, noise([0, v])[1] * Math.sqrt(step)]
    const density = grid.map((w) => Math.exp(-((w - to) ** 2) / (2 * spread ** 2)))
    const total = density.reduce((sum, p) => sum + p, 0)
    return density.flatMap((p, j) => (p > 1e-12 * total ? [[j, (p / total) * Math.exp(rate([0, v]) * step)]] : []))
  })
  const back = (of) => moves.map((row) => row.reduce((sum, [j, p]) => sum + p * of[j], 0))
  for (let s = Math.round(span / step); s > 0; s--) [share, all] = [back(share), back(all)]
  return ([, v]) => {
    const at = Math.min(cells - 1.001, Math.max(0, (v - least) / width))
    const [below, part] = [Math.floor(at), at % 1]
    const between = (of) => (1 - part) * of[below] + part * of[below + 1]
    return between(share) / between(all)
  }
}

/** Share of paths that end on the side of the last coordinate on which they begin. */
function keptSides(model) {
  const { times, values, count } = sampleTrajectories(model, { count: 400, times: [], key: keyFromSeed(1) })
  const side = (path, place) => Math.sign(values.data[(path * times.length + place + 1) * values.cols - 1])
  return Array.from({ length: count }, (_, path) => Number(side(path, 0) === side(path, times.length - 1))).reduce(
    (sum, x) => sum + x / count,
    0
  )
}

async function measure({ name, input, options, seed, truth }) {
  const key = keyFromSeed(seed)
  const [start, cpu] = [performance.now(), process.cpuUsage()]
  const model = await fitMarginals(input, options, { key })
  const scores = await scoreHeldOut(model, keyFor(key, 'scores'))
  const used = process.cpuUsage(cpu)
  const line = {
    w1: number(mean(scores.map((s) => s.w1))),
    w2: number(mean(scores.map((s) => s.w2))),
    mmd: number(mean(scores.map((s) => s.mmd))),
    ...baselinesOf(scores),
    'half-split floor': number(mean(scores.map((s) => s.floor))),
    ...(truth && { truth: number(truth) }),
    rounds: model.history.at(-1)?.round,
    ending: model.ending,
    seconds: number((performance.now() - start) / 1000),
    'cpu seconds': number((used.user + used.system) / 1e6)
  }
  console.log(
    `${name}, seed ${seed}: ${Object.entries(line)
      .map(([k, v]) => `${k} ${v}`)
      .join(', ')}`
  )
  console.log(
    `  sigma ${Array.from(model.sigma, number).join(', ')}${model.smoothness ? `, length scale ${model.smoothness.lengthScale}, amplitude ${model.smoothness.amplitude}` : ''}`
  )
  return { model, scores, w1: mean(scores.map((s) => s.w1)), straight: mean(scores.map((s) => s.straightLine)) }
}

function parameters(model, truth, tolerance) {
  for (const [k, { name, estimate, lower, upper }] of model.intervals.entries()) {
    const off = Math.abs(estimate / truth[k] - 1)
    console.log(
      `  ${name} ${number(estimate)} (truth ${truth[k]}, off ${(100 * off).toFixed(2)} %, target ${100 * tolerance} %: ${verdict(off <= tolerance)}); 95 % ${number(lower)} to ${number(upper)}: ${lower <= truth[k] && truth[k] <= upper ? 'holds it' : 'MISSES it'}`
    )
  }
}

/** Tests that hold results against closed forms. */
const CLOSED = [
  'bridge/coupling',
  'bridge/growth',
  'bridge/guided-bridge',
  'bridge/linear-noise',
  'bridge/resolution',
  'bridge/schrodinger',
  'bridge/velocity-smoother',
  'systems/marginals/growing',
  'systems/marginals/velocity'
]

const BENCHES = {
  closed(seed) {
    if (seed > 1) return
    const files = CLOSED.map((name) => `packages/core/src/${name}.test.ts`)
    const root = new URL('..', import.meta.url).pathname
    const { status, stdout } = spawnSync('npx', ['vitest', 'run', '--reporter=verbose', ...files], { cwd: root, encoding: 'utf8' })
    // Of each test its name and whether it passed.
    console.log(stdout.trim())
    console.log(`Closed forms: ${verdict(status === 0)}`)
  },
  async 'lotka-volterra'(seed) {
    const options = { reference: 'lotka-volterra', holdOut: [1, 3, 5, 7, 9] }
    const { model, w1 } = await measure({
      name: 'Lotka–Volterra',
      input: lotkaVolterra(),
      options,
      seed
    })
    console.log(
      `  mean W1 ${number(w1)}, target ${TARGETS['lotka-volterra']}: ${verdict(w1 <= TARGETS['lotka-volterra'])} (forward simulation with the true parameters: 0.051)`
    )
    parameters(model, [1, 0.4, 0.4, 0.1], 0.03)
    commandTime()
  },
  async repressilator(seed) {
    const problem = GENES
    const z = stream(1000 + seed)
    const clouds = simulate(problem, z)
    const holdOut = [1, 3, 5, 7, 9]
    const fresh = simulate({ ...problem, times: holdOut }, z)
    const truth = mean(holdOut.map((t, i) => wasserstein(fresh[i].points, clouds[t], 1)))
    const input = { times: problem.times, clouds, columnNames: ['m1', 'm2', 'm3'] }
    const { model, w1 } = await measure({ name: 'Repressilator', input, options: { reference: 'repressilator', holdOut }, seed, truth })
    console.log(`  mean W1 ${number(w1 / truth)} times the truth's, target 1.3: ${verdict(w1 <= 1.3 * truth)}`)
    parameters(model, Object.values(REPRESSILATOR), 0.15)
  },
  async rotation(seed) {
    const problem = ROTATION
    const z = stream(2000 + seed)
    const clouds = simulate(problem, z)
    const holdOut = [1, 3, 5, 7]
    const fresh = simulate({ ...problem, times: holdOut }, z)
    const truth = mean(holdOut.map((t, i) => wasserstein(fresh[i].points, clouds[t], 1)))
    const { w1, straight } = await measure({
      name: 'Rotating flow, free field',
      input: { times: problem.times, clouds },
      options: { reference: 'free', holdOut },
      seed,
      truth
    })
    console.log(`  mean W1 ${number(w1 / straight)} of straight lines', target 0.5: ${verdict(w1 < straight / 2)}`)
  },
  async plain(seed) {
    const inputs = [
      ['lotka-volterra.csv', lotkaVolterra()],
      ...UNKNOWN.map(([name, problem], k) => [name, { times: problem.times, clouds: simulate(problem, stream(5000 + 10 * k + seed)) }])
    ]
    for (const [name, input] of inputs) {
      const options = { reference: 'brownian', holdOut: input.times.filter((_, k) => k % 2 === 1 && k + 1 < input.times.length) }
      const of = (scores, pick) => mean(scores.map(pick))
      const scored = async (sigma) => {
        const model = await fitMarginals(input, { ...options, sigma }, { key: keyFromSeed(seed) })
        const scores = await scoreHeldOut(model, keyFor(keyFromSeed(seed), 'scores'))
        return { model, scores, w1: of(scores, (s) => s.w1) }
      }
      const { model, scores, w1 } = await scored('auto')
      const straight = of(scores, (s) => s.straightLine)
      const wide = await scored(Array.from(model.sigma, (s) => 3 * s))
      const estimated = await scored('estimate')
      const sigmas = model.intervalSigmas.map((s) => s[0])
      const widened = model.notes.filter((note) => note.includes('σ² was doubled')).length
      const line = {
        W1: number(w1),
        ...baselinesOf(scores),
        'of straight lines': `${(w1 / straight).toFixed(3)}, target 1.01: ${verdict(w1 <= 1.01 * straight)}`,
        'at three times σ': `${(wide.w1 / straight).toFixed(3)} times`,
        'at the σ of the likelihood': number(estimated.w1),
        'half-split floor': number(of(scores, (s) => s.floor)),
        sigma: `${number(Math.min(...sigmas))} to ${number(Math.max(...sigmas))}, ${widened} of ${sigmas.length} widened`
      }
      console.log(
        `Plain bridge, ${name}, seed ${seed}: ${Object.entries(line)
          .map(([k, v]) => `${k} ${v}`)
          .join(', ')}`
      )
    }
  },
  async smooth(seed) {
    const simulated = (problem, k) => ({ times: problem.times, clouds: simulate(problem, stream(6000 + 10 * k + seed)) })
    const inputs = [
      ['Lotka–Volterra, 9 × 50', simulated(NINE, 0), 0.18, follow({ ...NINE, count: 300 }, stream(99_100 + seed))],
      ['lotka-volterra.csv', lotkaVolterra()],
      ['arc of a ring, 75° a gap', arc(stream(6010 + seed)), 0.15],
      ['eddy of drifters', simulated(EDDY, 2), undefined, follow({ ...EDDY, count: 600 }, stream(99_000 + seed))],
      ...UNKNOWN.slice(0, 3).map(([name, problem], k) => [name, simulated({ ...problem, count: 100 }, 3 + k)]),
      ['crossing groups', simulated({ ...CROSSING, count: 100, start: inTurns() }, 6)]
    ]
    for (const [name, input, target, followed] of inputs) {
      const holdOut = input.times.filter((_, k) => k % 2 === 1 && k + 1 < input.times.length)
      const truth =
        followed && mean(holdOut.map((t) => input.times.indexOf(t)).map((k) => wasserstein(followed[k].points, input.clouds[k], 1)))
      const { model, w1, straight } = await measure({
        name: `Smooth, ${name}`,
        input,
        options: { reference: 'smooth', holdOut },
        seed,
        truth
      })
      const kernel = model.velocity
        ? `${model.velocity.kernel.shape}, couplings ${model.velocity.pairs ? 'by velocity' : 'by distance'}`
        : 'the plain bridge'
      console.log(`  ${number(w1 / straight)} of straight lines; ${kernel}${target ? `; target ${target}: ${verdict(w1 <= target)}` : ''}`)
      if (followed && model.velocity) {
        // Two samples of one eddy are half as far apart as straight lines miss by: half of these would be perfect.
        const partners = withTruePartners(model, input, { followed, holdOut })
        const beyond = (w1 - truth) / (straight - truth)
        console.log(
          `  with true partners ${number(partners)}, ${number(partners / straight)} of straight lines; beyond the truth ${number(beyond)} of what straight lines miss by, target 0.5: ${verdict(beyond <= 0.5)}`
        )
        tally(`Smooth, ${name}`, seed, {
          'W1, straight lines, true partners, truth': [w1, straight, partners, truth],
          'beyond the truth, of what straight lines miss by': [beyond]
        })
      }
      if (name === 'crossing groups') {
        // Its third coordinate says which group a particle is of.
        const all = await fitMarginals(input, { reference: 'smooth' }, { key: keyFromSeed(seed) })
        const [held, every] = [model, all].map(keptSides)
        console.log(
          `  right partners from end to end ${number(held)}, of all snapshots ${number(every)}, target 0.9: ${verdict(Math.min(held, every) >= 0.9)}`
        )
      }
    }
  },
  async growth(seed) {
    for (const [d, rate] of [
      [2, 0.6],
      [5, 0.6],
      [2, 0]
    ]) {
      const problem = branching(d, rate)
      const z = stream(7000 + 100 * d + seed)
      const times = counts(4)
      const seen = times.map((t) => population(problem, t, 200, z))
      const marks = seen.map((rows, t) => ({ labels: rows.map((x) => (t < 3 ? null : x[1] > 0 ? 'up' : 'down')) }))
      const truth = [0, 1, 2].map((t) => seen[t].map(trueShare(problem, 3 - t)))
      const input = { times, clouds: seen.map((rows) => cloud(matrixFromRows(rows))), marks }
      const key = keyFromSeed(seed)
      const start = performance.now()
      const wanted = { growth: 'estimate', fates: true, spell: String }
      const model = await fitGrowing(input, { reference: 'brownian' }, wanted, { key })
      const seconds = (performance.now() - start) / 1000
      const off = ({ shares }) => [0, 1, 2].map((t) => mean(truth[t].map((u, i) => Math.abs(shares[t].data[2 * i + 1] - u))))
      const rates = seen[2].map(problem.rate)
      const level = Math.log(mean(rates.map(Math.exp)))
      const rateError = (of) => mean(rates.map((r, i) => Math.abs(of(i) - (r - level))))
      const held = { grown: [], balanced: [], lines: [], splines: [], persistence: [] }
      for (const day of [1, 2]) {
        const grown = await fitGrowing(input, { reference: 'brownian', holdOut: [day] }, { ...wanted, fates: false, bare: true }, { key })
        const balanced = await fitMarginals(input, { reference: 'brownian', holdOut: [day] }, { key })
        const [[ours], [without]] = await Promise.all([grown, balanced].map((one) => scoreHeldOut(one, keyFor(key, 'scores'))))
        held.grown.push(ours.w1)
        held.balanced.push(without.w1)
        held.lines.push(without.straightLine)
        held.splines.push(without.spline)
        held.persistence.push(without.sanity.persistence.w1)
      }
      tally(`Growth, d ${d}, one branch at rate ${rate}`, seed, {
        'error of fates on days 0, 1, 2': off(model.fates),
        'without growth': off(model.growth.balanced.fates),
        'of rates in the last interval': [rateError((i) => model.growth.logOffspring[2][i])],
        'of no rates': [rateError(() => 0)],
        'their standard error': [mean(model.growth.errors[2])],
        'W1 on day 1 or 2, held out': held.grown,
        'the same without growth': held.balanced,
        'straight lines': held.lines,
        splines: held.splines,
        persistence: held.persistence,
        seconds: [seconds]
      })
    }
  },
  async noise(seed) {
    const wells = {
      drift: (x) => [x[0] - x[0] ** 3, -x[1]],
      noise: () => [0.5, 0.5],
      start: (z) => [0.3 * z(), 1.5 + 0.3 * z()],
      step: 0.01
    }
    for (const [name, problem] of Object.entries({ 'a stem that parts': branching(2, 0), 'two wells': wells })) {
      const times = counts(7).map((t) => t / 2)
      const input = { times, clouds: simulate({ ...problem, times, count: 100 }, stream(7300 + seed)) }
      const key = keyFromSeed(seed)
      const options = { reference: 'gradient', holdOut: [0.5, 1.5, 2.5], intervals: 'none' }
      const likeliest = await fitMarginals(input, options, { key })
      const { lengthScale, amplitude } = likeliest.smoothness
      const scored = async (model) => (await scoreHeldOut(model, keyFor(key, 'scores'))).map(({ w1, straightLine }) => [w1, straightLine])
      const given = async (sigma) =>
        scored(await fitMarginals(input, { ...options, lengthScale, amplitude, sigma: Array.from(sigma) }, { key }))
      const first = await scored(likeliest)
      const of = (pairs, which) => mean(pairs.map((pair) => pair[which]))
      tally(`Gradient field, ${name}`, seed, {
        'W1 at the likeliest noise': [of(first, 0)],
        'at a half and a quarter of it': [
          of(await given(likeliest.sigma.map((s) => s / 2)), 0),
          of(await given(likeliest.sigma.map((s) => s / 4)), 0)
        ],
        'at the true one': [of(await given(problem.noise([0, 0])), 0)],
        'straight lines': [of(first, 1)]
      })
    }
  },
  async gaussian(seed) {
    const [s0, s1, sigma] = [0.5, 0.9, 0.8]
    const z = stream(3000 + seed)
    const clouds = [s0, s1].map((s) => cloud(matrixFromRows(Array.from({ length: 2000 }, () => [s * z()]))))
    const own = clouds.map(({ points }) => Math.sqrt(mean(Array.from(points.data, (x) => x * x)) - mean(points.data) ** 2))
    const model = await fitMarginals({ times: [0, 1], clouds }, { reference: 'brownian', sigma: [sigma] }, { key: keyFromSeed(seed) })
    const times = [0.1, 0.3, 0.5, 0.7, 0.9]
    const paths = sampleTrajectories(model, { count: 4000, times, key: keyFromSeed(seed) })
    const cross = (Math.sqrt(4 * own[0] ** 2 * own[1] ** 2 + sigma ** 4) - sigma ** 2) / 2
    const off = times.map((t) => {
      const { data } = trajectoriesAt(paths, t)
      const seen = mean(Array.from(data, (x) => x * x)) - mean(data) ** 2
      return Math.abs(seen / ((1 - t) ** 2 * own[0] ** 2 + t ** 2 * own[1] ** 2 + 2 * t * (1 - t) * cross + sigma ** 2 * t * (1 - t)) - 1)
    })
    console.log(
      `Gaussian bridge, Brownian: largest relative error of the variance at five times ${number(Math.max(...off))} (standard error ${number(Math.sqrt(2 / 4000))})`
    )
  },
  async cells(seed) {
    const branching = {
      drift: (x) => x.map((v, a) => (a === 0 ? v * (1 - v * v) : a === 1 ? 0.5 : -0.3 * v)),
      noise: (x) => x.map(() => 0.15),
      start: (z) => Array.from({ length: 5 }, () => 0.2 * z()),
      times: counts(7),
      step: 0.02
    }
    for (const [count, reference] of jobs ?? CELLS) {
      const input = { times: branching.times, clouds: simulate({ ...branching, count: Number(count) }, stream(7000 + seed)) }
      await measure({ name: `${count} cells, ${reference}`, input, options: { reference, holdOut: [1, 3, 5] }, seed })
    }
  },
  async large(seed) {
    // A process each: peak memory is that of one job.
    for (const job of jobs ?? LARGE) {
      if (jobs) await large(seed, job)
      else spawnSync(process.execPath, [...process.argv.slice(1), '--job', job.join(',')], { stdio: 'inherit' })
    }
  }
}

/** Predator and prey that start far apart, at four times of which the second is held out. */
const MANY = {
  drift: NINE.drift,
  noise: (x) => x.map((v) => 0.05 * v),
  start: (z) => [5 * Math.exp(0.3 * z()), 4 * Math.exp(0.3 * z())],
  times: [0, 0.5, 1, 1.5],
  step: 0.01
}

async function large(seed, [count, reference]) {
  const input = { times: MANY.times, clouds: simulate({ ...MANY, count: Number(count) }, stream(4000 + seed)) }
  const engine = await createEngine('wasm')
  const cpu = process.cpuUsage()
  const start = performance.now()
  let [events, last, silence] = [0, start, 0]
  const progress = () => {
    const now = performance.now()
    silence = Math.max(silence, now - last)
    last = now
    events++
  }
  const options = { reference, intervals: 'none', holdOut: [0.5] }
  const model = await fitMarginals(input, options, { key: keyFromSeed(seed), watch: { progress, crew: engine.crew } })
  const used = process.cpuUsage(cpu)
  const [score] = await scoreHeldOut(model, keyFor(keyFromSeed(seed), 'scores'))
  const memory = `${Math.round(process.resourceUsage().maxRSS / 1024)} MB`
  const line = {
    'cpu seconds': number((used.user + used.system) / 1e6),
    seconds: number((performance.now() - start) / 1000),
    'peak memory': memory,
    'longest silence': `${number(silence / 1000)} s of ${events} events`,
    couplings: model.couplingEndings.map(({ ending, error }) => `${ending} (${number(error)})`).join(', '),
    widened: model.notes.filter((note) => note.includes('σ² was doubled')).length,
    W1: number(score.w1),
    'straight lines': number(score.straightLine)
  }
  console.log(
    `${count} particles a snapshot, ${reference}: ${Object.entries(line)
      .map(([k, v]) => `${k} ${v}`)
      .join(', ')}`
  )
  await engine.close()
  if (save)
    keep(
      'trajectories',
      'large',
      {
        title: 'three snapshots of predator and prey: the fit, and the distance to a fourth in between',
        head: ['particles a snapshot', 'CPU seconds', 'peak memory', 'Wasserstein-1', 'straight lines'],
        rows: [[`${Number(count).toLocaleString('en')}, \`${reference}\``, line['cpu seconds'], memory, line.W1, line['straight lines']]]
      },
      { merge: true }
    )
}

/** The whole command on one core, when the verb is there. */
function commandTime() {
  const bin = new URL('../packages/sbridge/bin/sbridge.js', import.meta.url).pathname
  const data = new URL('../examples/data/lotka-volterra.csv', import.meta.url).pathname
  const command = [
    'trajectories',
    data,
    '--time',
    'time',
    '--reference',
    'lotka-volterra',
    '--at',
    '1,3,5,7,9',
    '--hold-out',
    '1,3,5,7,9',
    '--seed',
    '1',
    '--threads',
    '1',
    '-o',
    '-'
  ]
  const start = performance.now()
  const done = spawnSync(process.execPath, [bin, ...command], { encoding: 'utf8' })
  const seconds = (performance.now() - start) / 1000
  if (done.status === 0)
    console.log(`  whole command ${number(seconds)} s, target ${TARGETS.seconds} s: ${verdict(seconds < TARGETS.seconds)}`)
  else console.log(`  the command did not run: ${done.stderr.split('\n')[0]}`)
}

for (const name of wanted) {
  if (!(name in BENCHES)) throw new Error(`no bench ${name}; there are ${Object.keys(BENCHES).join(', ')}`)
  for (let seed = 1; seed <= seeds; seed++) await BENCHES[name](seed)
}
if (seeds > 1) tellTallies()
