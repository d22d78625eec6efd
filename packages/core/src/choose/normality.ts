import { largestPairScore, mardia } from '../diagnose/normality.js'
import type { TrainingRows } from '../law/training-rows.js'
import { normalQuantile } from '../num/elementary.js'
import { embedEncoded } from '../table/standing.js'

/** Mardia's scores, each beyond this for 1 Gaussian sample in 100. */
const LARGEST_SKEWNESS = 2.33
const LARGEST_KURTOSIS = 2.58
/** Fewer rows of a uniform law would pass. */
const FEWEST_TESTED = 100
/** A pair of columns hangs together otherwise than by a line for one Gaussian table in so many. */
const ONE_PAIR_IN = 100

/** Whether third and fourth moments of the rows are those of a Gaussian, and no two columns hang together otherwise than by a line. */
export function looksGaussian({ encoder, rows, logWeights }: TrainingRows): boolean {
  // The tests are of rows that count alike.
  if (logWeights.length < FEWEST_TESTED || logWeights.some((a) => a !== logWeights[0])) return false
  const points = embedEncoded(encoder, rows)
  const normality = mardia(points)
  if (!normality || normality.skewness >= LARGEST_SKEWNESS || Math.abs(normality.kurtosis) >= LARGEST_KURTOSIS) return false
  const largest = largestPairScore(points)
  return !largest || largest.score < normalQuantile(1 - 1 / (ONE_PAIR_IN * largest.pairs))
}
