// A stochastic subgrid closure by conditional sampling: the tendency U of Lorenz 1996's fast variables given its 36 slow ones X, all
// sites at once beside each site from its window; and the localised closure inside the integrator, beside Wilks (2005).
import { keyFor } from 'sbridge/kernels'
import { errorsOf, fullStatistics, lorenz96 } from '../../examples/lorenz96-closure/lorenz96.mjs'
import { runFull } from '../../examples/lorenz96-closure/two-scale.mjs'
import { digits, experiment } from './experiment.mjs'
import { heldOutScores, pairsOf } from './experiments/closure.mjs'
import { BLUE, curves, GREY, VERMILION } from './figure.mjs'

/** States that are held out. */
const HELD = 30
/** Model time between states that are learned from: far enough apart to be nearly independent. */
const APART = 0.5

await experiment({
  name: 'closure',
  title: 'A subgrid closure, global and localised',
  paper: 'GR',
  async run({ full, engine, key }) {
    const counts = full ? [100, 200, 400, 800, 1600] : [40, 120]
    const [time, pairs, truthTime] = full ? [1000, 8000, 5000] : [20, 1500, 100]
    const run = runFull({ seedOffset: 3, count: counts.at(-1) + HELD, interval: APART })
    const part = (from, to) => ({ x: run.x.slice(from, to), u: run.u.slice(from, to) })
    const rules = { 'all sites at once': undefined, 'each site, X of its own': 0, 'each site, X of three': 1 }
    const found = {}
    for (const [name, radius] of Object.entries(rules)) {
      const test = pairsOf(part(counts.at(-1), counts.at(-1) + HELD), radius)
      found[name] = []
      for (const count of counts)
        found[name].push(
          await heldOutScores({
            training: pairsOf(part(0, count), radius),
            test,
            most: full ? 4000 : 600,
            engine,
            key: keyFor(key, `${name} ${count}`)
          })
        )
    }
    const inside = await lorenz96({ time, pairs, seed: 1 })
    const truth = fullStatistics(1000, truthTime)
    const errors = Object.fromEntries(Object.entries(inside).map(([name, of]) => [name, errorsOf(of, truth)]))
    const last = (name, what) => found[name].at(-1)[what]
    const [whole, , three] = Object.keys(rules)
    return {
      claims: [
        {
          claim:
            'localisation of a subgrid closure: held-out score of U given X (CRPS in standard deviations of U), all sites at once against each site from three',
          found: `${digits(last(whole, 'crps'))} against ${digits(last(three, 'crps'))} from ${counts.at(-1)} states`,
          met: last(three, 'crps') < last(whole, 'crps')
        },
        {
          claim:
            'a closure by conditional sampling runs inside the slow equations and keeps their statistics: distance of the histogram, beside Wilks’ closure and another run of the full model',
          found: `${digits(errors.learned.distance)}; ${digits(errors.wilks.distance)}; ${digits(errors.floor.distance)}`,
          met: errors.learned.distance < 2 * errors.floor.distance
        },
        {
          claim: 'and their memory: error of the autocorrelation',
          found: `${digits(errors.learned.correlationError)}; ${digits(errors.wilks.correlationError)}; ${digits(errors.floor.correlationError)}`,
          met: errors.learned.correlationError < 2 * errors.floor.correlationError
        }
      ],
      tables: [
        {
          title: `U given X on ${HELD} states that were held out; score, and share of the variance that the mean of the draws leaves unexplained`,
          head: ['closure', ...counts.flatMap((n) => [`CRPS, ${n} states`, 'unexplained'])],
          rows: Object.keys(rules).map((name) => [name, ...found[name].flatMap((of) => [digits(of.crps), digits(of.unexplained)])])
        },
        {
          title: `${time} time units inside the integrator, ${pairs} pairs (${truthTime} units of the full model as truth)`,
          head: ['', 'histogram distance', 'autocorrelation error'],
          rows: Object.entries({ learned: 'learned, site by site', wilks: 'Wilks (2005)', floor: 'the full model again' }).map(
            ([name, words]) => [words, digits(errors[name].distance), digits(errors[name].correlationError)]
          )
        }
      ],
      picture: {
        words: 'Held-out score against the number of states: each site from its window needs few, all sites at once many',
        panels: [
          {
            title: 'U given X, held out',
            key: [
              ['all at once', VERMILION],
              ['own X', GREY],
              ['X of three', BLUE]
            ],
            x: { type: 'log', ticks: counts, tickFormat: String },
            y: { domain: [0, Math.max(...found[whole].map((of) => of.crps)) * 1.1], nice: true },
            xName: 'states of the full model',
            yName: 'CRPS, standard deviations of U',
            marks: curves(
              Object.keys(rules).map((name, k) => ({
                colour: [VERMILION, GREY, BLUE][k],
                points: counts.map((n, i) => [n, found[name][i].crps])
              }))
            )
          }
        ]
      }
    }
  }
})
