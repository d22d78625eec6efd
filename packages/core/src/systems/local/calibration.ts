import type { Evidence } from '../../know/evidence.js'
import { linearLaw, posteriorMeans } from '../../law/linear-law.js'
import { linearObservations } from '../../law/linear-observations.js'
import type { Unit } from '../../law/units.js'
import { log, normalQuantile } from '../../num/elementary.js'
import { columnOf } from '../../num/matrix.js'
import { type Key, keyFor, normals } from '../../num/random.js'
import { mean } from '../../num/statistics.js'
import type { LocalModel } from './model.js'

/** A coordinate whose true values lie farther from, or nearer to, their posterior means than its spread says: `by` times. */
interface Miscalibration {
  readonly coordinate: number
  readonly by: number
}

/** Chance that one of the columns of a posterior that is as it should be is said not to be. */
const FALSE_ALARM = 0.01
/** Misses and spread that differ by less than this, in standard deviations of a column, are no matter. */
const LEAST = 0.05
/** Variances below this share of a column's own are those of rounding. */
const ROUNDING = 1e-9

interface Asked {
  readonly pass: readonly Unit[]
  /** Coordinates that are given. */
  readonly given: readonly number[]
  readonly evidence: readonly Evidence[]
}

/**
 * Whether rows of the data would be told as well as the drawn ones say they are: each has the same columns given and observes the
 * same of itself, with noise of its own, and what the linear law of the pass says of its other columns is set beside them. For a law
 * with the covariance of the data the mean squared miss is the variance, whether or not these are Gaussian. The coordinate that is
 * farthest from it, of those beyond chance; undefined where there is none, or where intervals and what is not linear are all there is.
 * Cost O(M·d·f), f coordinates that a message speaks of.
 */
export async function miscalibration(model: LocalModel, { pass, given, evidence }: Asked, key: Key): Promise<Miscalibration | undefined> {
  const { coordinates } = model
  const count = coordinates.rows
  const observed = (await Promise.all(evidence.filter(({ linear }) => linear).map((one) => linearObservations(model, one)))).flat()
  if (given.length + observed.length === 0) return undefined
  const known = {
    count,
    given: new Map(given.map((a) => [a, columnOf(coordinates, a)])),
    factors: observed.map(({ terms, precision }, o) => {
      const values = normals(keyFor(key, `noise ${o}`), count).map((xi) => xi / Math.sqrt(precision))
      for (const { coordinate, factor } of terms)
        columnOf(coordinates, coordinate).forEach((x, i) => {
          values[i] = values[i]! + factor * x
        })
      return { terms, precision, values }
    })
  }
  const law = linearLaw(model, pass)
  const means = posteriorMeans(law, known)
  const drawn = posteriorMeans(law, known, (target) => normals(keyFor(key, `scatter ${target}`), count))
  const threshold = -normalQuantile(FALSE_ALARM / (2 * coordinates.cols))
  let worst: (Miscalibration & { readonly size: number }) | undefined
  for (const { target: a } of law) {
    if (known.given.has(a)) continue
    const own = columnOf(coordinates, a)
    const misses = own.map((x, i) => (x - means[a]![i]!) ** 2)
    const miss = mean(misses)
    const spread = mean(drawn[a]!.map((x, i) => (x - means[a]![i]!) ** 2))
    if (!(spread > ROUNDING && miss > 0)) continue
    // The spread is that of as many Gaussian draws.
    const error = Math.sqrt((mean(misses.map((x) => x * x)) / miss ** 2 + 1) / count)
    const size = Math.abs(log(miss / spread))
    const matters = Math.abs(Math.sqrt(miss) - Math.sqrt(spread)) > LEAST
    if (matters && size > Math.max(threshold * error, worst?.size ?? 0)) worst = { coordinate: a, by: Math.sqrt(miss / spread), size }
  }
  return worst && { coordinate: worst.coordinate, by: worst.by }
}
