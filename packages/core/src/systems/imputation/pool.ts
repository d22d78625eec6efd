import { InputError } from '../../num/errors.js'

/** One number estimated on several fills of the same table. */
export interface Pooled {
  readonly estimate: number
  /** Root of the total variance: that within fills, and that between them. */
  readonly standardError: number
  /** Of Student's law for intervals; infinite where fills do not differ. */
  readonly degreesOfFreedom: number
  /** Share of the total variance that is there since cells are missing. */
  readonly missingShare: number
}

/**
 * Rubin's rules: the estimates [m] of m ≥ 2 fills and their squared standard errors [m] become one estimate with one standard
 * error. Throws `InputError` (code `pool`) for fewer than two fills, or variances that are none.
 * @source Rubin, *Multiple imputation for nonresponse in surveys*, 1987.
 */
export function poolEstimates(estimates: ArrayLike<number>, variances: ArrayLike<number>): Pooled {
  const m = estimates.length
  const values = Array.from(estimates)
  const own = Array.from(variances)
  if (m < 2 || own.length !== m || !values.every(Number.isFinite) || !own.every((v) => Number.isFinite(v) && v >= 0))
    throw new InputError({
      code: 'pool',
      got: `${m} estimates and ${own.length} variances`,
      expected: 'finite estimates of at least two fills, and as many squared standard errors',
      try: 'impute with draws: 20, and an estimate on each draw'
    })
  const estimate = values.reduce((sum, x) => sum + x, 0) / m
  const within = own.reduce((sum, v) => sum + v, 0) / m
  const between = values.reduce((sum, x) => sum + (x - estimate) ** 2, 0) / (m - 1)
  const added = (1 + 1 / m) * between
  const total = within + added
  return {
    estimate,
    standardError: Math.sqrt(total),
    degreesOfFreedom: added > 0 ? (m - 1) * (1 + within / added) ** 2 : Number.POSITIVE_INFINITY,
    missingShare: total > 0 ? added / total : 0
  }
}
