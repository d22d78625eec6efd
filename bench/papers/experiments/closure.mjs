// The subgrid tendency of slow variables, drawn given them: scores of what was held out.
import { fitTransition, keyAtStep, matrix, Transition } from 'sbridge/kernels'
import { K } from '../../../examples/lorenz96-closure/two-scale.mjs'
import { list, mean } from './points.mjs'

const MEMBERS = 10
/** Continuous ranked probability score of an ensemble, and the squared error of its mean. */
function scoresOf(ensemble, truth) {
  const m = mean(ensemble)
  const near = mean(ensemble.map((x) => Math.abs(x - truth)))
  const apart = mean(ensemble.map((x) => mean(ensemble.map((y) => Math.abs(x - y)))))
  return { crps: near - (0.5 * apart * ensemble.length) / (ensemble.length - 1), square: (m - truth) ** 2 }
}

/** Sites of states as pairs: all of a state at once, or each site with neighbours up to a radius. */
export function pairsOf({ x, u }, radius) {
  if (radius === undefined)
    return {
      inputs: matrix(x.length, K, Float64Array.from(x.flatMap((row) => [...row]))),
      outputs: matrix(u.length, K, Float64Array.from(u.flatMap((row) => [...row])))
    }
  const window = list(2 * radius + 1, (i) => i - radius)
  const inputs = x.flatMap((row) => list(K, (k) => window.map((i) => row[(k + i + K) % K])).flat())
  return {
    inputs: matrix(x.length * K, window.length, Float64Array.from(inputs)),
    outputs: matrix(u.length * K, 1, Float64Array.from(u.flatMap((row) => [...row])))
  }
}

/** Every so many pairs, so that there are no more than are asked for. */
function thinned({ inputs, outputs }, most) {
  const chosen = list(Math.min(most, inputs.rows), (i) => Math.floor((i * inputs.rows) / Math.min(most, inputs.rows)))
  const take = ({ data, cols }) =>
    matrix(chosen.length, cols, Float64Array.from(chosen.flatMap((i) => [...data.subarray(i * cols, (i + 1) * cols)])))
  return { inputs: take(inputs), outputs: take(outputs) }
}

/** Scores of ensembles on pairs that were held out, and one draw of each. */
export async function heldOutScores({ training, test, most, engine, key }) {
  const { inputs, outputs } = thinned(training, most)
  const transition = new Transition(await fitTransition({ inputs, outputs }, { outputFactor: 'free' }, { engine, key }), engine)
  const draws = []
  for (let m = 0; m < MEMBERS; m++) draws.push((await transition.step(test.inputs, keyAtStep(key, m + 1))).data)
  const scores = list(test.outputs.data.length, (i) =>
    scoresOf(
      draws.map((of) => of[i]),
      test.outputs.data[i]
    )
  )
  const m = mean(Array.from(test.outputs.data))
  const variance = mean(Array.from(test.outputs.data, (x) => (x - m) ** 2))
  return {
    crps: mean(scores.map((s) => s.crps)) / Math.sqrt(variance),
    unexplained: mean(scores.map((s) => s.square)) / variance,
    drawn: draws[0]
  }
}
