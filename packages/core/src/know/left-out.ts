import { cholesky, choleskySolve, dot, multiply, transpose } from '../num/linear-algebra.js'
import { copyMatrix, type Matrix, matrix, rowOf } from '../num/matrix.js'
import { fillNormal, type Key } from '../num/random.js'
import type { Encoded, Encoder } from '../table/encoder.js'
import type { ObservationExpression } from '../table/parse-expression.js'
import { observationLikelihood } from './row-likelihoods.js'

interface LeftOut {
  readonly encoder: Encoder
  readonly observations: readonly ObservationExpression[]
  /** Variance of what the codec leaves out of each coordinate, nought where it is given [D]. */
  readonly residual: Float64Array
  readonly key: Key
}

/** Times that what is observed is linearised anew at the row that it led to. */
const RELINEARISATIONS = 2
/** What is left out by less than this share of the noise of an observation, in variance, does not show in it. */
const LEAST = 1e-9

/**
 * Decoded rows with what is observed of that which their codec leaves out. A row is x = D(z) + r, r ~ N(0, R); z is drawn where r counts as noise of
 * the observation, and what the observation says of r beside z is drawn here: u = F r ~ N(S(S + I)⁻¹t, S(S + I)⁻¹), S = F R Fᵀ, for slopes F
 * and misses t in units of the noise, and of r itself its mean R Fᵀ S⁻¹ u. What is not observed stays the decoder's. Cost O(n·(r²·D + r³)).
 */
export function withLeftOut(rows: Encoded, { encoder, observations, residual, key }: LeftOut): Encoded {
  const likelihood = observationLikelihood(encoder, observations)
  const coordinates = copyMatrix(rows.coordinates)
  const [n, d, width] = [coordinates.rows, coordinates.cols, encoder.factors.length]
  const normal = new Float64Array(d + observations.length)
  for (let i = 0; i < n; i++) {
    const [decoded, into] = [rowOf(rows.coordinates, i), rowOf(coordinates, i)]
    const codes = rows.codes.subarray(i * width, (i + 1) * width)
    fillNormal(key, i, normal)
    for (let turn = 0; turn <= (likelihood.linear ? 0 : RELINEARISATIONS); turn++) {
      const local = likelihood.standIn!(into, codes)
      if (!local) break
      const moved = into.map((x, c) => x - decoded[c]!)
      const targets = local.targets.map((t, o) => t + dot(rowOf(local.rows, o), moved))
      const left = leftOut({ rows: local.rows, targets, residual, normal })
      if (!left) break
      for (let c = 0; c < d; c++) into[c] = decoded[c]! + left[c]!
    }
  }
  return { coordinates, codes: rows.codes }
}

interface Missed {
  /** F, and what is missed, in units of the noise. */
  readonly rows: Matrix
  readonly targets: Float64Array
  readonly residual: Float64Array
  readonly normal: Float64Array
}

/** r by a draw of F r, from normals for what is left out and for the noise [D + r]. */
function leftOut({ rows: f, targets, residual, normal }: Missed): Float64Array | undefined {
  const [r, d] = [f.rows, f.cols]
  const spread = matrix(
    r,
    d,
    f.data.map((x, place) => x * residual[place % d]!)
  )
  const s = multiply(spread, transpose(f))
  const trace = Array.from({ length: r }, (_, o) => s.data[o * (r + 1)]!).reduce((a, b) => a + b, 0)
  if (trace < LEAST) return undefined
  const plus = (own: number) =>
    cholesky(
      matrix(
        r,
        r,
        s.data.map((x, place) => x + (place % (r + 1) === 0 ? own : 0))
      )
    )
  const prior = Float64Array.from(targets, (_, o) =>
    residual.reduce((sum, variance, c) => sum + f.data[o * d + c]! * Math.sqrt(variance) * normal[c]!, 0)
  )
  const missed = targets.map((t, o) => t - prior[o]! - normal[d + o]!)
  const gain = multiply(s, choleskySolve(plus(1), matrix(r, 1, missed)))
  const drawn = prior.map((x, o) => x + gain.data[o]!)
  // Observations of one and the same thing have no more than that to share.
  const along = choleskySolve(plus(LEAST * trace), matrix(r, 1, drawn))
  return multiply(transpose(spread), along).data
}
