// Stability with bandwidth = time step: chains of the bridge at ε from tiny to huge on stiff laws, beside the unadjusted
// Langevin algorithm with the score of a kernel density, whose bandwidth and step are two numbers.
import { keyAtStep, keyFor, matrix, normals } from 'sbridge/kernels'
import { bridgeAt, digits, experiment, runChains, sliced } from './experiment.mjs'
import { reachOf, unadjusted } from './experiments/chains.mjs'
import { COS, needle, ring, SIN, THIN } from './experiments/laws.mjs'
import { BLUE, curves, GREEN, GREY, PURPLE, VERMILION } from './figure.mjs'

const EPSILONS = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1e3, 1e4]
/** A chain this many times as far from the middle as any row has left the data for good. */
const LOST = 1000
/** A mean of rows (1 at most) plus noise no wider than the rows: no normal number of so many draws is above 5. */
const BOUND = 6
const LAWS = { needle, ring }

const METHODS = {
  'bridge, covariance': {
    colour: VERMILION,
    run: async (rows, start, o) => runChains(await bridgeAt(rows, o.epsilon, o.engine), start, { ...o, noise: 'covariance' })
  },
  'bridge, split': {
    colour: BLUE,
    run: async (rows, start, o) => runChains(await bridgeAt(rows, o.epsilon, o.engine), start, { ...o, noise: 'split' })
  },
  'Langevin, δ = 0.3': { colour: GREY, run: (rows, start, o) => unadjusted(rows, start, { ...o, step: o.epsilon, deviation: 0.3 }) },
  'Langevin, δ = 0.01': { colour: PURPLE, run: (rows, start, o) => unadjusted(rows, start, { ...o, step: o.epsilon, deviation: THIN }) },
  'Langevin, exact score': {
    colour: GREEN,
    // On the needle the score is linear and known: its thin direction is what makes it stiff.
    run: (_, start, { epsilon, steps, key }) => {
      let { data } = start
      for (let n = 1; n <= steps; n++) {
        const z = normals(keyAtStep(key, n), data.length)
        data = data.map((x, i) => {
          const [a, b] = [data[i - (i % 2)], data[i - (i % 2) + 1]]
          const [long, thin] = [COS * a + SIN * b, (COS * b - SIN * a) / THIN ** 2]
          return x - epsilon * (i % 2 === 0 ? COS * long - SIN * thin : SIN * long + COS * thin) + Math.sqrt(2 * epsilon) * z[i]
        })
        if (reachOf({ data, rows: start.rows }) > 1e6) return undefined
      }
      return matrix(start.rows, 2, data)
    }
  }
}

await experiment({
  name: 'stability',
  title: 'Stability: bandwidth = time step',
  paper: 'GLMR',
  async run({ full, engine, key }) {
    const [count, chains, steps] = full ? [2000, 1000, 200] : [500, 200, 50]
    const [tables, panels] = [[], []]
    let [largest, nearest] = [0, Number.POSITIVE_INFINITY]
    const lost = {}
    for (const [law, draw] of Object.entries(LAWS)) {
      const [rows, fresh, start] = [count, chains, chains].map((n, i) => draw(n, keyFor(key, `${law} ${i}`)))
      const floor = await sliced(draw(chains, keyFor(key, `${law} floor`)), fresh)
      const radius = reachOf(rows)
      const found = {}
      for (const [method, { run }] of Object.entries(METHODS)) {
        if (method.includes('exact') && law !== 'needle') continue
        found[method] = []
        for (const epsilon of EPSILONS) {
          const end = await run(rows, start, { epsilon, engine, steps, key: keyFor(key, method) })
          const reach = end ? reachOf(end) / radius : Number.POSITIVE_INFINITY
          found[method].push({ reach, distance: end && reach < LOST ? (await sliced(end, fresh)) / floor : Number.POSITIVE_INFINITY })
        }
        const reaches = found[method].map((f) => f.reach)
        if (method.startsWith('bridge')) largest = Math.max(largest, ...reaches)
        else {
          const first = EPSILONS.find((_, k) => !(reaches[k] < LOST))
          nearest = Math.min(nearest, first ?? nearest)
          lost[`${law}, ${method}`] = first
        }
      }
      const head = ['ε (or step)', ...Object.keys(found)]
      tables.push({
        title: `${law}: how far the furthest chain is from the middle, the furthest training row 1; in brackets sliced Wasserstein distance to fresh rows, that of other fresh rows 1`,
        head,
        rows: EPSILONS.map((epsilon, k) => [
          digits(epsilon, 1),
          ...Object.values(found).map((of) => (of[k].reach < LOST ? `${digits(of[k].reach)} (${digits(of[k].distance)})` : 'lost'))
        ])
      })
      panels.push({
        title: `${law}: furthest chain`,
        key:
          panels.length === 0
            ? [
                ['bridge', VERMILION],
                ['its split step', BLUE]
              ]
            : [
                ['Langevin δ 0.3', GREY],
                ['δ 0.01', PURPLE],
                ['exact score', GREEN]
              ],
        x: { type: 'log', tickFormat: (x) => x.toExponential(0) },
        y: { type: 'log', domain: [0.2, 1e3] },
        xName: 'ε, or the step',
        yName: 'distance from the middle, furthest row 1 (above: lost)',
        marks: curves(
          Object.entries(found).map(([method, of]) => ({
            colour: METHODS[method].colour,
            points: of.map(({ reach }, k) => [EPSILONS[k], Math.min(reach, 5e3)])
          })),
          { clip: true }
        )
      })
    }
    return {
      claims: [
        {
          claim: 'ε as bandwidth and time step circumvents the stability issues of stiff equations',
          found: `no chain of the bridge lost for ε from 1e-6 to 1e4, the furthest at ${digits(largest, 3)} of the furthest row; Langevin is lost from a step of ${digits(nearest, 1)}`,
          met: largest < BOUND
        }
      ],
      tables,
      picture: { panels, words: 'Distance of the furthest chain against ε: level for the bridge, without bound for Langevin steps' }
    }
  }
})
