import { sorted } from '../num/statistics.js'

/**
 * CRPS E|X − y| − ½ E|X − X′| of draws that come from several chains, `count` of each, one chain's after the other's: draws of
 * one chain stand near each other, so pairs are of different chains. Unbiased for the law that the chains come from.
 * @source Gneiting and Raftery 2007; Ferro 2014. Cost O(m log m).
 */
export function crpsOfChains(draws: Float64Array, count: number, observed: number): number {
  const chains = draws.length / count
  let between = sumOfPairs(draws)
  for (let chain = 0; chain < chains; chain++) between -= sumOfPairs(draws.subarray(chain * count, (chain + 1) * count))
  const pairs = (count * count * chains * (chains - 1)) / 2
  const error = draws.reduce((sum, x) => sum + Math.abs(x - observed), 0) / draws.length
  return error - between / (2 * pairs)
}

/** Σ |x_i − x_j| over pairs. */
function sumOfPairs(values: Float64Array): number {
  const ascending = sorted(values)
  let sum = 0
  for (let i = 0; i < ascending.length; i++) sum += (2 * i + 1 - ascending.length) * ascending[i]!
  return sum
}
