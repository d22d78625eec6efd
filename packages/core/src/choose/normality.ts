import { mardia } from '../diagnose/normality.js'
import type { TrainingRows } from '../law/training-rows.js'
import { embedEncoded } from '../table/encoder.js'

/** Mardia's scores, each beyond this for 1 Gaussian sample in 100. */
const LARGEST_SKEWNESS = 2.33
const LARGEST_KURTOSIS = 2.58
/** Fewer rows of a uniform law would pass. */
const FEWEST_TESTED = 100
/** Whether third and fourth moments of the rows are those of a Gaussian. */
export function looksGaussian({ encoder, rows, logWeights }: TrainingRows): boolean {
  // The tests are of rows that count alike.
  if (logWeights.length < FEWEST_TESTED || logWeights.some((a) => a !== logWeights[0])) return false
  const normality = mardia(embedEncoded(encoder, rows))
  return normality !== undefined && normality.skewness < LARGEST_SKEWNESS && Math.abs(normality.kurtosis) < LARGEST_KURTOSIS
}
