// The system of Lorenz (1963), seen every 0.1 time units, and a transition that is learned from pairs of its states.
import { fitTransition, keyAtStep, keyFor, matrix, Transition } from 'sbridge/kernels'

export const INTERVAL = 0.1
/** Where histograms of x, y and z are taken. */
export const RANGE = [
  { low: -25, high: 25, bins: 40 },
  { low: -30, high: 30, bins: 40 },
  { low: 0, high: 50, bins: 40 }
]

function tendency([x, y, z]) {
  return [10 * (y - x), x * (28 - z) - y, x * y - (8 / 3) * z]
}

function rungeKutta(s, dt) {
  const at = (k, h) => s.map((v, i) => v + h * k[i])
  const k1 = tendency(s)
  const k2 = tendency(at(k1, dt / 2))
  const k3 = tendency(at(k2, dt / 2))
  const k4 = tendency(at(k3, dt))
  return s.map((v, i) => v + (dt / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]))
}

/** States of the true system every INTERVAL [count, 3]. */
export function truth(count, start) {
  const out = matrix(count, 3)
  let s = start
  for (let n = 0; n < 1000; n++) s = rungeKutta(s, 0.01)
  for (let n = 0; n < count; n++) {
    out.data.set(s, 3 * n)
    for (let k = 0; k < Math.round(INTERVAL / 0.01); k++) s = rungeKutta(s, 0.01)
  }
  return out
}

/** A coordinate of states. */
export const column = ({ data, rows }, c) => Float64Array.from({ length: rows }, (_, n) => data[3 * n + c])

/** Trajectories [members][steps, 3] of a transition that is learned from states one after the other [pairs + 1, 3]. */
export async function learnedRuns(training, { steps, members, engine, key }) {
  const pairs = training.rows - 1
  const learned = { inputs: matrix(pairs, 3, training.data.slice(0, 3 * pairs)), outputs: matrix(pairs, 3, training.data.slice(3)) }
  const transition = new Transition(await fitTransition(learned, {}, { engine, key }), engine)
  // Far enough apart to be strangers, where there are states enough.
  const apart = Math.min(150, Math.floor(pairs / members))
  let state = matrix(members, 3)
  for (let i = 0; i < members; i++) state.data.set(training.data.subarray(3 * i * apart, 3 * i * apart + 3), 3 * i)
  const runs = Array.from({ length: members }, () => matrix(steps, 3))
  for (let n = 0; n < steps; n++) {
    state = await transition.step(state, keyAtStep(keyFor(key, 'run'), n))
    for (let i = 0; i < members; i++) runs[i].data.set(state.data.subarray(3 * i, 3 * i + 3), 3 * n)
  }
  return runs
}
