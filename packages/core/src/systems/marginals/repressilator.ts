import type { Drift } from '../../bridge/drift.js'
import { exp, log } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { type Family, type FamilyContext, type Parameter, positiveParameter } from './family.js'

/** Places in a gene's kept numbers: what they were made for, then production and its derivatives. */
const [U, BETA, N, K, RATE, BY_U, BY_BETA, BY_N, BY_K] = [0, 1, 2, 3, 4, 5, 6, 7, 8]

/** Gene a is repressed by gene (a + 2) mod 3. */
const repressor = (a: number): number => (a + 2) % 3

/**
 * Production β/(1 + (u/k)^n) of the three genes with its derivatives. Value, Jacobian and gradient are asked for at the same
 * state one after the other: each gene's numbers are made once.
 */
class Production {
  private readonly kept = [0, 1, 2].map(() => new Float64Array(9).fill(Number.NaN))

  of(gene: number, u: number, theta: Float64Array): Float64Array {
    const kept = this.kept[gene]!
    const [beta, n, k] = [theta[0]!, theta[1]!, theta[2]!]
    if (kept[U] === u && kept[BETA] === beta && kept[N] === n && kept[K] === k) return kept
    kept[U] = u
    kept[BETA] = beta
    kept[N] = n
    kept[K] = k
    kept.fill(0, RATE)
    const ratio = Math.max(u, 0) / k
    const logRatio = log(ratio)
    const power = ratio > 0 ? exp(n * logRatio) : 0
    if (!(power < 1e150)) return kept
    const share = 1 / (1 + power)
    const slope = -beta * share * share * power
    kept[RATE] = beta * share
    kept[BY_U] = u > 0 ? (slope * n) / u : 0
    kept[BY_BETA] = share
    kept[BY_N] = ratio > 0 ? slope * logRatio : 0
    kept[BY_K] = (-slope * n) / k
    return kept
  }
}

function messengerDrift(): Drift {
  const production = new Production()
  return {
    dimension: 3,
    parameterCount: 4,
    value(x, _time, theta, out) {
      for (let a = 0; a < 3; a++) out[a] = production.of(a, x[repressor(a)]!, theta)[RATE]! - theta[3]! * x[a]!
    },
    jacobian(x, _time, theta, out) {
      out.fill(0)
      for (let a = 0; a < 3; a++) {
        out[a * 3 + a] = -theta[3]!
        out[a * 3 + repressor(a)] = production.of(a, x[repressor(a)]!, theta)[BY_U]!
      }
    },
    gradient(x, _time, theta, out) {
      for (let a = 0; a < 3; a++) {
        writeProduction(production.of(a, x[repressor(a)]!, theta), out, a * 4)
        out[a * 4 + 3] = -x[a]!
      }
    }
  }
}

function writeProduction(made: Float64Array, out: Float64Array, at: number): void {
  out[at] = made[BY_BETA]!
  out[at + 1] = made[BY_N]!
  out[at + 2] = made[BY_K]!
}

/** Columns 0–2 are messengers, 3–5 their proteins; θ = (β, n, k, γ, translation, decay). */
function messengerAndProteinDrift(): Drift {
  const production = new Production()
  return {
    dimension: 6,
    parameterCount: 6,
    value(x, _time, theta, out) {
      for (let a = 0; a < 3; a++) {
        out[a] = production.of(a, x[3 + repressor(a)]!, theta)[RATE]! - theta[3]! * x[a]!
        out[3 + a] = theta[4]! * x[a]! - theta[5]! * x[3 + a]!
      }
    },
    jacobian(x, _time, theta, out) {
      out.fill(0)
      for (let a = 0; a < 3; a++) {
        const protein = 3 + repressor(a)
        out[a * 6 + a] = -theta[3]!
        out[a * 6 + protein] = production.of(a, x[protein]!, theta)[BY_U]!
        out[(3 + a) * 6 + a] = theta[4]!
        out[(3 + a) * 6 + 3 + a] = -theta[5]!
      }
    },
    gradient(x, _time, theta, out) {
      out.fill(0)
      for (let a = 0; a < 3; a++) {
        writeProduction(production.of(a, x[3 + repressor(a)]!, theta), out, a * 6)
        out[a * 6 + 3] = -x[a]!
        out[(3 + a) * 6 + 4] = x[a]!
        out[(3 + a) * 6 + 5] = -x[3 + a]!
      }
    }
  }
}

/**
 * Three genes that repress each other in a ring: dm_a = (β/(1 + (u_a/k)^n) − γ m_a) dt, u_a the repressor of gene a:
 * its messenger (3 columns: messengers), or its protein with dp_a = (translation·m_a − decay·p_a) dt (6 columns:
 * messengers, then proteins).
 * @source Elowitz, Leibler, *A synthetic oscillatory network of transcriptional regulators*, Nature 2000.
 */
export function repressilatorFamily({ dimension, interval, mean }: FamilyContext): Family {
  if (dimension !== 3 && dimension !== 6) {
    throw new InputError({
      code: 'reference-columns',
      got: `${dimension} columns for repressilator`,
      expected: '3 (messengers) or 6 (messengers, then proteins)',
      try: 'choosing the columns with --columns'
    })
  }
  const rate = 1 / interval
  const average = (from: number): number =>
    Math.max(1e-12, (Math.abs(mean[from]!) + Math.abs(mean[from + 1]!) + Math.abs(mean[from + 2]!)) / 3)
  const level = average(0)
  const repressing = average(dimension - 3)
  const steepness: Parameter = { name: 'n', start: 2, lower: 0.5, upper: 12, positive: true, penalty: 0 }
  const parameters = [
    positiveParameter('beta', 3 * rate * level),
    steepness,
    positiveParameter('k', repressing),
    positiveParameter('gamma', rate),
    ...(dimension === 6 ? [positiveParameter('translation', (rate * repressing) / level), positiveParameter('decay', rate)] : [])
  ]
  return { name: 'repressilator', drift: dimension === 3 ? messengerDrift() : messengerAndProteinDrift(), parameters, starts: 8 }
}
