import type { Drift } from '../../bridge/drift.js'
import { log, pow } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { type Family, type FamilyContext, type Parameter, positiveParameter } from './family.js'

/** Production β/(1 + (u/k)^n) and its derivatives with respect to u, β, n and k. */
function hill(u: number, beta: number, n: number, k: number): { rate: number; du: number; dBeta: number; dn: number; dk: number } {
  const ratio = Math.max(u, 0) / k
  const power = pow(ratio, n)
  const share = 1 / (1 + power)
  const slope = -beta * share * share * power
  if (!(power < 1e150)) return { rate: 0, du: 0, dBeta: 0, dn: 0, dk: 0 }
  return {
    rate: beta * share,
    du: u > 0 ? (slope * n) / u : 0,
    dBeta: share,
    dn: ratio > 0 ? slope * log(ratio) : 0,
    dk: (-slope * n) / k
  }
}

/** Gene a is repressed by gene (a + 2) mod 3. */
const repressor = (a: number): number => (a + 2) % 3

const messenger: Drift = {
  dimension: 3,
  parameterCount: 4,
  value(x, _time, theta, out) {
    for (let a = 0; a < 3; a++) out[a] = hill(x[repressor(a)]!, theta[0]!, theta[1]!, theta[2]!).rate - theta[3]! * x[a]!
  },
  jacobian(x, _time, theta, out) {
    out.fill(0)
    for (let a = 0; a < 3; a++) {
      out[a * 3 + a] = -theta[3]!
      out[a * 3 + repressor(a)] = hill(x[repressor(a)]!, theta[0]!, theta[1]!, theta[2]!).du
    }
  },
  gradient(x, _time, theta, out) {
    for (let a = 0; a < 3; a++) {
      const h = hill(x[repressor(a)]!, theta[0]!, theta[1]!, theta[2]!)
      out.set([h.dBeta, h.dn, h.dk, -x[a]!], a * 4)
    }
  }
}

/** Columns 0–2 are messengers, 3–5 their proteins; θ = (β, n, k, γ, translation, decay). */
const messengerAndProtein: Drift = {
  dimension: 6,
  parameterCount: 6,
  value(x, _time, theta, out) {
    for (let a = 0; a < 3; a++) {
      out[a] = hill(x[3 + repressor(a)]!, theta[0]!, theta[1]!, theta[2]!).rate - theta[3]! * x[a]!
      out[3 + a] = theta[4]! * x[a]! - theta[5]! * x[3 + a]!
    }
  },
  jacobian(x, _time, theta, out) {
    out.fill(0)
    for (let a = 0; a < 3; a++) {
      const p = 3 + repressor(a)
      out[a * 6 + a] = -theta[3]!
      out[a * 6 + p] = hill(x[p]!, theta[0]!, theta[1]!, theta[2]!).du
      out[(3 + a) * 6 + a] = theta[4]!
      out[(3 + a) * 6 + 3 + a] = -theta[5]!
    }
  },
  gradient(x, _time, theta, out) {
    out.fill(0)
    for (let a = 0; a < 3; a++) {
      const h = hill(x[3 + repressor(a)]!, theta[0]!, theta[1]!, theta[2]!)
      out.set([h.dBeta, h.dn, h.dk, -x[a]!], a * 6)
      out[(3 + a) * 6 + 4] = x[a]!
      out[(3 + a) * 6 + 5] = -x[3 + a]!
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
  return { name: 'repressilator', drift: dimension === 3 ? messenger : messengerAndProtein, parameters, starts: 8 }
}
