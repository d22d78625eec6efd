// Geometric ergodicity: chains that begin far apart near each other by one factor a step, globally and localised, beside the
// same of the bridge's transitions between rows, the closed form for Gaussians, and the transitions' second eigenvalue.
import { keyFor } from 'sbridge/kernels'
import { digits, experiment } from './experiment.mjs'
import { AFTER, ERGODIC, FAR, forgetting } from './experiments/ergodic.mjs'
import { BLUE, curves, GREEN, VERMILION } from './figure.mjs'

const EPSILONS = [0.05, 0.2, 0.5]
/** Share of the log distance's variance that one factor a step explains: the slowest mode is not alone. */
const STRAIGHT = 0.95
/** Of a factor a step, from what it should be. */
const NEAR = 0.05

await experiment({
  name: 'ergodicity',
  title: 'Geometric ergodicity',
  paper: 'GR',
  async run({ full, engine, key }) {
    const [rows, count, steps] = full ? [800, 2000, 150] : [300, 1000, 60]
    const [table, all] = [[], []]
    for (const name of Object.keys(ERGODIC)) {
      for (const epsilon of EPSILONS) {
        const found = await forgetting(name, { rows, count, steps, epsilon, engine, key: keyFor(key, `${name} ${epsilon}`) })
        const { factor, exact, second, closed, fit, reach } = found
        all.push({ name, epsilon, ...found })
        table.push([
          name,
          epsilon,
          digits(factor, 3),
          exact ? digits(exact, 3) : '–',
          closed ? digits(closed, 3) : '–',
          second ? `${digits(second.value, 3)} (${digits(second.rows)})` : '–',
          digits(fit, 3),
          found.steps,
          digits(reach)
        ])
      }
    }
    const geometric = (one) => one.factor < 1 && one.fit >= STRAIGHT
    const apart = (one) => Math.abs(one.factor - (one.exact ?? one.closed))
    const fromSecond = (one) => Math.abs(one.factor - one.second.value)
    const of = (part) => all.filter(({ name }) => name.includes('localised') === part)
    const words = (some) => some.map((one) => `${digits(one.factor, 3)} (${digits(one.exact ?? one.closed, 3)})`).join(', ')
    return {
      claims: [
        {
          claim: `the sampler is geometrically ergodic: the distance between chains that begin ${2 * FAR} deviations apart falls by one factor a step, below 1 (R² of the line ${STRAIGHT} or more); in brackets that of the bridge's transitions between rows, computed without chance over the same steps`,
          found: words(of(false)),
          met: of(false).every(geometric)
        },
        {
          claim: `so is the localised sampler; in brackets the spectral radius of its linear mean on the law itself`,
          found: words(of(true)),
          met: of(true).every(geometric)
        },
        {
          claim: `the factor is that in the bracket: within ${NEAR} everywhere (our bound)`,
          found: `largest difference ${digits(Math.max(...all.map(apart)), 2)}`,
          met: all.every((one) => apart(one) <= NEAR)
        },
        {
          claim: `and within ${NEAR} of the second eigenvalue of the transitions, their slowest mode (largest difference, and how many rows that mode has; of few rows one or two that stand alone may be the slowest, which means hardly see)`,
          found: secondWords(of(false).toSorted((a, b) => fromSecond(b) - fromSecond(a))[0]),
          met: of(false).every((one) => fromSecond(one) <= NEAR)
        },
        {
          claim: 'however far chains begin, one step takes them to the rows (furthest mean after it, furthest training row 1)',
          found: digits(Math.max(...all.map(({ reach }) => reach)), 3),
          // A mean of rows, and noise of some standard deviations about it.
          met: all.every(({ reach }) => reach <= 1.5)
        }
      ],
      tables: [
        {
          title: `${rows} training rows, two groups of ${count} chains; the distance is that of the groups' means, fitted from step ${AFTER} to where chance takes over`,
          head: [
            'law',
            'ε',
            'factor a step',
            'of the transitions',
            'rows without number',
            'second eigenvalue (rows of its mode)',
            'R² of the line',
            'steps fitted',
            'reach after one step'
          ],
          rows: table
        }
      ],
      picture: pictureOf(all)
    }
  }
})

function secondWords({ name, epsilon, factor, second }) {
  return `${digits(Math.abs(factor - second.value), 2)} at ${name}, ε ${epsilon}, a mode of ${digits(second.rows)} rows`
}

function pictureOf(all) {
  const names = [...new Set(all.map(({ name }) => name))]
  const colours = [BLUE, VERMILION, GREEN]
  return {
    words: 'Distance between two groups of chains against the step, on a logarithmic scale: straight lines until chance takes over',
    panels: names.map((title) => ({
      title,
      key: EPSILONS.map((epsilon, k) => [`ε ${epsilon}`, colours[k]]),
      x: { ticks: 5 },
      y: { type: 'log', domain: [0.01, 30], tickFormat: String },
      xName: 'step',
      yName: 'distance between the means of both groups',
      marks: curves(
        all
          .filter(({ name }) => name === title)
          .map(({ distances }, k) => ({ colour: colours[k], dots: false, points: distances.slice(1).map((y, n) => [n + 1, y]) })),
        { clip: true }
      )
    }))
  }
}
