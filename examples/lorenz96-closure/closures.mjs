// Two closures for the slow variables alone: a learned transition, and the one of Wilks (2005).
import { fitTransition, keyAtStep, keyFor, matrix, normals, Transition } from 'sbridge/kernels'
import { K, rungeKutta, slowTendency } from './two-scale.mjs'

/** How many states, newest first, the inputs are made of. */
export const MEMORY = 3
/** How many intervals are drawn together: what joins them is learned, not composed of single draws; less than half the cost. */
const AHEAD = 3
/** ε of the inputs: the search of `fitTransition` finds 0.125 or 0.25; held-out draws are likelier at 0.125, noise less smoothed. */
const INPUT_BANDWIDTH = 0.125

/** What the next U_k are drawn from: X_k, U_k, their last changes, and how that of U changed. */
function inputsAt([now, past, before], k) {
  const change = now.u[k] - past.u[k]
  return [now.x[k], now.u[k], change, now.x[k] - past.x[k], change - (past.u[k] - before.u[k])]
}
const INPUTS = 5

/** The last `MEMORY` states of a run up to time n, newest first. */
export const historyAt = (run, n) => Array.from({ length: MEMORY }, (_, age) => ({ x: run.x[n - age], u: run.u[n - age] }))

/** Learns how far the subgrid tendency moves over the next intervals from a run of the full model; all sites are alike. */
export async function learnClosure({ run, pairs, engine, key }) {
  const inputs = matrix(pairs, INPUTS)
  const outputs = matrix(pairs, AHEAD)
  const times = run.x.length - MEMORY - AHEAD + 1
  for (let j = 0; j < pairs; j++) {
    const n = MEMORY - 1 + Math.floor(((j + 0.5) * times) / pairs)
    const k = (j * 7) % K
    inputs.data.set(inputsAt(historyAt(run, n), k), INPUTS * j)
    for (let i = 0; i < AHEAD; i++) outputs.data[AHEAD * j + i] = run.u[n + 1 + i][k] - run.u[n][k]
  }
  const options = { outputFactor: 'free', inputBandwidth: INPUT_BANDWIDTH, twicing: true }
  return new Transition(await fitTransition({ inputs, outputs }, options, { engine, key }), engine)
}

/** The slow variables with the learned closure, stepped inside this integrator: X at every interval [count][K]. */
export async function runLearned({ transition, start, count, interval, key }) {
  let history = start
  const out = []
  const step = rungeKutta(K)
  const inputs = matrix(K, INPUTS)
  for (let n = 0; n < count; n += AHEAD) {
    for (let k = 0; k < K; k++) inputs.data.set(inputsAt(history, k), INPUTS * k)
    const moves = (await transition.step(inputs, keyAtStep(key, n))).data
    const { u: from } = history[0]
    for (let i = 0; i < AHEAD; i++) {
      const { x, u } = history[0]
      out.push(x)
      const next = from.map((value, k) => value + moves[AHEAD * k + i])
      const middle = u.map((value, k) => 0.5 * (value + next[k]))
      // The four stages of a Runge–Kutta step see U at its beginning, middle, middle and end.
      const stages = [u, middle, middle, next]
      const after = x.slice()
      step(after, interval, (at, tendency, stage) => slowTendency(at, stages[stage], tendency))
      history = [{ x: after, u: next }, ...history.slice(0, MEMORY - 1)]
    }
  }
  return out.slice(0, count)
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
  const [now] = start
  const x = now.x.slice()
  let residual = now.u.map((u, k) => u - mean(x[k]))
  const step = rungeKutta(K)
  const u = new Float64Array(K)
  const out = []
  for (let n = 0; n < count; n++) {
    out.push(x.slice())
    step(x, interval, (at, tendency) => {
      for (let k = 0; k < K; k++) u[k] = mean(at[k]) + residual[k]
      slowTendency(at, u, tendency)
    })
    const xi = normals(keyAtStep(keyFor(key, 'wilks'), n), K)
    residual = residual.map((e, k) => phi * e + deviation * Math.sqrt(1 - phi * phi) * xi[k])
  }
  return out
}
