// Two closures for the slow variables alone: a learned transition, and the one of Wilks (2005).
import { fitTransition, keyAtStep, keyFor, matrix, normals, Transition } from 'sbridge'
import { K, rungeKutta, slowTendency } from './two-scale.mjs'

/** What the next change of U_k is drawn from: X_k, U_k and how both changed in the last step. */
function inputsAt({ x, u, pastX, pastU }, k, interval) {
  return [x[k], u[k], (u[k] - pastU[k]) / interval, (x[k] - pastX[k]) / interval]
}

/** Learns the change of the subgrid tendency over one interval from a run of the full model; all sites are alike. */
export async function learnClosure({ run, interval, pairs, engine, key }) {
  const inputs = matrix(pairs, 4)
  const outputs = matrix(pairs, 1)
  const times = run.x.length - 2
  for (let j = 0; j < pairs; j++) {
    const n = 1 + Math.floor(((j + 0.5) * times) / pairs)
    const k = (j * 7) % K
    inputs.data.set(inputsAt({ x: run.x[n], u: run.u[n], pastX: run.x[n - 1], pastU: run.u[n - 1] }, k, interval), 4 * j)
    outputs.data[j] = run.u[n + 1][k] - run.u[n][k]
  }
  const model = await fitTransition({ inputs, outputs }, { outputFactor: 'free' }, { engine, key })
  return new Transition(model, engine)
}

/** The slow variables with the learned closure, stepped inside this integrator: X at every interval [count][K]. */
export async function runLearned({ transition, start, count, interval, key }) {
  let { x, u, pastX, pastU } = start
  const out = []
  for (let n = 0; n < count; n++) {
    out.push(x)
    const inputs = matrix(K, 4)
    for (let k = 0; k < K; k++) inputs.data.set(inputsAt({ x, u, pastX, pastU }, k, interval), 4 * k)
    const change = (await transition.step(inputs, keyAtStep(key, n))).data
    const next = u.map((value, k) => value + change[k])
    const middle = u.map((value, k) => value + 0.5 * change[k])
    // The four stages of a Runge–Kutta step see U at its beginning, middle, middle and end.
    const stages = [u, middle, middle, next]
    const after = x.slice()
    rungeKutta(after, interval, (at, tendency) => slowTendency(at, stages.shift(), tendency))
    pastX = x
    pastU = u
    x = after
    u = next
  }
  return out
}

/** Least-squares polynomial of degree 4 in x/10. */
function fitPolynomial(xs, ys) {
  const terms = 5
  const rows = Array.from({ length: terms }, () => new Float64Array(terms + 1))
  for (let i = 0; i < xs.length; i++) {
    const powers = Array.from({ length: terms }, (_, p) => (xs[i] / 10) ** p)
    for (let a = 0; a < terms; a++) {
      for (let b = 0; b < terms; b++) rows[a][b] += powers[a] * powers[b]
      rows[a][terms] += powers[a] * ys[i]
    }
  }
  for (let a = 0; a < terms; a++) {
    for (let r = 0; r < terms; r++) {
      if (r === a) continue
      const factor = rows[r][a] / rows[a][a]
      for (let c = a; c <= terms; c++) rows[r][c] -= factor * rows[a][c]
    }
  }
  return rows.map((row, a) => row[terms] / row[a])
}

/** U = polynomial of degree 4 in X plus an AR(1) residual, from all sites and times of the run. Wilks 2005. */
export function fitWilks(run) {
  const xs = run.x.flatMap((row) => Array.from(row))
  const us = run.u.flatMap((row) => Array.from(row))
  const coefficients = fitPolynomial(xs, us)
  const mean = (x) => coefficients.reduceRight((sum, c) => (sum * x) / 10 + c, 0)
  const residuals = us.map((u, i) => u - mean(xs[i]))
  let square = 0
  let product = 0
  for (let i = 0; i + K < residuals.length; i++) {
    square += residuals[i] ** 2
    product += residuals[i] * residuals[i + K]
  }
  return { mean, phi: product / square, deviation: Math.sqrt(square / (residuals.length - K)) }
}

/** The slow variables with Wilks' closure: X at every interval [count][K]. */
export function runWilks({ closure, start, count, interval, key }) {
  const { mean, phi, deviation } = closure
  const x = start.x.slice()
  let residual = start.u.map((u, k) => u - mean(start.x[k]))
  const u = new Float64Array(K)
  const out = []
  for (let n = 0; n < count; n++) {
    out.push(x.slice())
    rungeKutta(x, interval, (at, tendency) => {
      for (let k = 0; k < K; k++) u[k] = mean(at[k]) + residual[k]
      slowTendency(at, u, tendency)
    })
    const xi = normals(keyAtStep(keyFor(key, 'wilks'), n), K)
    residual = residual.map((e, k) => phi * e + deviation * Math.sqrt(1 - phi * phi) * xi[k])
  }
  return out
}
