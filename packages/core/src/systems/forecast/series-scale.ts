import { normalQuantile } from '../../num/elementary.js'
import { mean, variance } from '../../num/statistics.js'
import { decoderOf, fitScaler, type ScalingMethod, scaleValues } from '../../table/scaling.js'
import { autoRegression } from './autoregression.js'

/** Stretches whose scores are compared. */
const STRETCHES = 20
/** Places in a forecast that it is scored at. */
const QUANTILES = Array.from({ length: 10 }, (_, k) => (k + 0.5) / 10).map((p) => ({ p, z: normalQuantile(p) }))

/**
 * How a column that comes back is scaled: by normal scores, which keep it in its range however skewed it is, unless its steps are of one
 * size in its own units, as those of a price: then the next value, as an autoregression of either foretells it, scores better in these
 * by more than a standard error. Cost O(n·quantiles).
 * @source Gneiting, Raftery, JASA 2007 (quantile score).
 */
export function scaleOfSeries(values: Float64Array, places: Float64Array): ScalingMethod {
  const [scores, straight] = (['quantile', 'standard'] as const).map((method) => lossesOf(values, places, method))
  if (!scores || !straight) return 'quantile'
  const gains = scores.map((loss, s) => loss - straight[s]!)
  return mean(gains) > Math.sqrt(variance(gains) / gains.length) ? 'standard' : 'quantile'
}

/** Mean score of the next value in each stretch; undefined where an autoregression leaves nothing, or rows are too few. */
function lossesOf(values: Float64Array, places: Float64Array, method: ScalingMethod): Float64Array | undefined {
  const scaler = fitScaler(values, method)
  const z = scaleValues(scaler, values)
  const found = autoRegression(z, { places, hasLevel: true })
  if (!found) return undefined
  const [spread] = found.spreads(1)
  const decode = decoderOf(scaler)
  const { ends } = found
  const stretches = Math.min(STRETCHES, ends.length)
  const [sums, counts] = [new Float64Array(stretches), new Float64Array(stretches)]
  for (const [k, end] of ends.entries()) {
    const next = found.next(z.subarray(Math.max(0, end - MOST_BACK), end))
    const s = Math.floor((k * stretches) / ends.length)
    for (const { p, z: quantile } of QUANTILES) {
      const above = values[end]! - decode(next + quantile * spread!)
      sums[s] = sums[s]! + above * (above > 0 ? p : p - 1)
    }
    counts[s] = counts[s]! + 1
  }
  return sums.map((sum, s) => sum / counts[s]!)
}

/** Rows back that an autoregression looks at, at most, of any length that there is. */
const MOST_BACK = 1000
