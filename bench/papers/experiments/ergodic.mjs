// How fast chains forget where they began: the factor by which laws of two groups of chains near each other, step by step.
import { bridgeOf, cloud, gaussianKernel, keyAtStep, keyFor, matrix, normals, plainKernel, rowOf, symmetricScaling } from 'sbridge/kernels'
import { symmetricEigen } from '../../../packages/core/dist/num/eigen.js'
import { bridgeAt } from './chains.mjs'
import { moons, plane } from './laws.mjs'
import { columnsOf, fieldCovariance, gaussianField, list, mean } from './points.mjs'

const PHI = 0.7
/** Standard deviations that chains begin away from the rows. */
export const FAR = 1000
/** Steps in which chains come in from afar and forget the faster modes. */
export const AFTER = 3
/** Laws, with the radius of the neighbourhoods where the sampler is localised; `closed` is the factor of rows without number. */
export const ERGODIC = {
  'Gaussian in the plane': { draw: plane, d: 2, closed: (epsilon) => Math.sqrt(1 + epsilon * epsilon) - epsilon },
  'two moons': { draw: moons, d: 2 },
  'Gaussian field of 10, localised': {
    draw: (n, key) => gaussianField(n, 10, PHI, key),
    d: 10,
    radius: 1,
    closed: (epsilon) => fieldFactor(10, 1, epsilon)
  }
}

/** Softmax weights of the training rows seen from a point [M]. */
function weightsAt(point, { training, logTerms, epsilon }) {
  const { data, rows, cols } = training.points
  const logs = list(rows, (j) => {
    let squared = 0
    for (let c = 0; c < cols; c++) squared += (point[c] - data[j * cols + c]) ** 2
    return logTerms[j] - squared / (4 * epsilon)
  })
  const largest = logs.reduce((a, b) => Math.max(a, b))
  const weights = Float64Array.from(logs, (x) => Math.exp(x - largest))
  const sum = weights.reduce((a, b) => a + b)
  return weights.map((w) => w / sum)
}

/** A law on the rows one exact step of the bridge later. */
const afterStep = (law, transitions) => {
  const out = new Float64Array(law.length)
  law.forEach((share, i) => {
    transitions[i].forEach((w, j) => {
      out[j] += share * w
    })
  })
  return out
}

/** Distance of the means of two laws on the rows, that begin far on both sides, step by step [steps + 1]: exact, no chance in it. */
function exactDistances({ points, bridge, transitions, steps }) {
  const [one, other] = [FAR, -FAR].map((place) => weightsAt(new Array(points.cols).fill(place), bridge))
  let apart = one.map((share, i) => share - other[i])
  const distances = [2 * FAR * Math.sqrt(points.cols)]
  for (let n = 1; n <= steps; n++) {
    const means = list(points.cols, (c) => apart.reduce((sum, share, i) => sum + share * points.data[i * points.cols + c], 0))
    distances.push(Math.hypot(...means))
    apart = afterStep(apart, transitions)
  }
  return distances
}

/** The second eigenvalue of transitions whose stationary law is uniform, by power iteration, and how many rows its mode has (1/Σ v⁴). */
function secondMode(weights, key, turns = 400) {
  let vector = normals(key, weights.length)
  let value = 0
  let unit = vector
  for (let turn = 0; turn < turns; turn++) {
    const centre = mean(vector)
    const length = Math.hypot(...vector.map((x) => x - centre))
    unit = vector.map((x) => (x - centre) / length)
    vector = Float64Array.from(weights, (row) => row.reduce((sum, w, j) => sum + w * unit[j], 0))
    value = Math.hypot(...vector.map((x) => x - mean(vector)))
  }
  return { value, rows: 1 / unit.reduce((sum, x) => sum + x ** 4, 0) }
}

/** m(x) of a centred Gaussian is A x: each principal direction of variance v by (√(v² + ε²) − ε)/v. */
function gaussianMean(covariance, epsilon) {
  const d = covariance.length
  const { values, vectors } = symmetricEigen(matrix(d, d, Float64Array.from(covariance.flat())))
  const factors = values.map((v) => (Math.sqrt(v * v + epsilon * epsilon) - epsilon) / v)
  return list(d, (a) => list(d, (b) => factors.reduce((sum, f, k) => sum + f * vectors.data[a * d + k] * vectors.data[b * d + k], 0)))
}

/** The largest absolute eigenvalue of a matrix with positive row sums, by power iteration. */
function spectralRadius(rows, turns = 500) {
  let [vector, value] = [rows.map(() => 1), 0]
  for (let turn = 0; turn < turns; turn++) {
    const next = rows.map((row) => row.reduce((sum, x, b) => sum + x * vector[b], 0))
    value = Math.hypot(...next) / Math.hypot(...vector)
    vector = next.map((x) => x / Math.hypot(...next))
  }
  return value
}

/** A bridge a column, of the column and its neighbours: [2]'s simultaneous scheme in split steps. */
async function localSteps(points, { radius, epsilon, engine }) {
  const d = points.cols
  const kernel = gaussianKernel(epsilon)
  const windows = []
  for (let a = 0; a < d; a++) {
    const chosen = list(d, (b) => b).filter((b) => Math.abs(b - a) <= radius)
    const training = cloud(columnsOf(points, chosen))
    const { potentials } = await symmetricScaling({ cloud: training, kernel, engine })
    const { logTerms } = await bridgeOf(training, potentials, { kind: 'fixed', epsilon }, engine)
    windows.push({ chosen, training, logTerms, values: columnsOf(points, [a]) })
  }
  return async (state, key) => {
    const z = normals(key, state.data.length)
    const noisy = matrix(
      state.rows,
      d,
      state.data.map((x, i) => x + Math.sqrt(2 * epsilon) * z[i])
    )
    const next = matrix(state.rows, d)
    for (const [a, { chosen, training, logTerms, values }] of windows.entries()) {
      const { data } = await engine.mean({ from: cloud(columnsOf(noisy, chosen)), to: training, kernel }, logTerms, values)
      for (let i = 0; i < state.rows; i++) next.data[i * d + a] = data[i]
    }
    return next
  }
}

/** Means of chains that all begin at one point, step by step [steps + 1][d]. */
async function forget(step, start, { count, steps, key }) {
  const d = start.length
  let state = matrix(
    count,
    d,
    Float64Array.from({ length: count * d }, (_, i) => start[i % d])
  )
  const means = [meansOf(state)]
  for (let n = 1; n <= steps; n++) {
    state = await step(state, keyAtStep(key, n))
    means.push(meansOf(state))
  }
  return means
}

const meansOf = ({ data, rows, cols }) =>
  list(cols, (c) => {
    let sum = 0
    for (let i = 0; i < rows; i++) sum += data[i * cols + c]
    return sum / rows
  })

/** Steps between a first one and where chance, `floor`, takes over. */
function windowOf(distances, { from, floor }) {
  const end = distances.findIndex((x, n) => n > from && x < floor)
  return [from, end < 0 ? distances.length : end]
}

/** The factor a step: slope of the log distances by least squares in a window of steps; and R². */
function factorOf(distances, [from, end]) {
  const used = distances.slice(from, end).map((x, k) => [from + k, Math.log(x)])
  const [mx, my] = [mean(used.map(([n]) => n)), mean(used.map(([, y]) => y))]
  const sum = (of) => used.reduce((all, [n, y]) => all + of(n - mx, y - my), 0)
  const slope = sum((x, y) => x * y) / sum((x) => x * x)
  return { factor: Math.exp(slope), fit: sum((x, y) => x * y) ** 2 / (sum((x) => x * x) * sum((_, y) => y * y)), steps: used.length }
}

/** The factor a step of the localised scheme on a Gaussian field, by its linear mean. */
function fieldFactor(d, radius, epsilon) {
  const covariance = fieldCovariance(d, PHI)
  return spectralRadius(
    list(d, (a) => {
      const chosen = list(d, (b) => b).filter((b) => Math.abs(b - a) <= radius)
      const A = gaussianMean(
        chosen.map((b) => chosen.map((c) => covariance[b][c])),
        epsilon
      )
      const row = new Array(d).fill(0)
      chosen.forEach((b, k) => {
        row[b] = A[chosen.indexOf(a)][k]
      })
      return row
    })
  )
}

/** The step of a law's sampler, and where it is one bridge that bridge with its transitions between rows. */
async function stepOf(points, { radius, epsilon, engine }) {
  if (radius !== undefined) return { step: await localSteps(points, { radius, epsilon, engine }) }
  const whole = await bridgeAt(points, epsilon, engine)
  const kernel = plainKernel(whole, { engine })
  const bridge = { training: whole.training, logTerms: whole.logTerms, epsilon }
  const transitions = list(points.rows, (i) => weightsAt(rowOf(points, i), bridge))
  return { step: async (state, key) => (await kernel.step(state, key)).state, bridge, transitions }
}

/**
 * Two groups of chains from both sides: their means, and the distances of these [steps + 1], the factor a step with its R², what theory says
 * (`exact`, of the transitions between rows over the same steps; `second`, their slowest mode; `closed`, of rows without number), and how
 * far the furthest mean is after one step, the furthest row 1.
 */
export async function forgetting(name, { rows, count, steps, epsilon, engine, key }) {
  const { draw, d, radius, closed } = ERGODIC[name]
  const points = draw(rows, keyFor(key, 'rows'))
  const { step, bridge, transitions } = await stepOf(points, { radius, epsilon, engine })
  const [one, other] = await Promise.all(
    [1, -1].map((side) => forget(step, new Array(d).fill(side * FAR), { count, steps, key: keyFor(key, side > 0 ? 'up' : 'down') }))
  )
  const distances = one.map((m, n) => Math.hypot(...m.map((x, c) => x - other[n][c])))
  const largest = points.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  const reach = Math.max(...[one, other].map((means) => Math.max(...means[1].map(Math.abs)))) / largest
  // Means of independent chains of unit variance differ by this much by chance, in root mean square; four times of it is not chance.
  const window = windowOf(distances, { from: AFTER, floor: 4 * Math.sqrt((2 * d) / count) })
  return {
    distances,
    means: [one, other],
    reach,
    closed: closed?.(epsilon),
    ...factorOf(distances, window),
    ...(transitions && {
      second: secondMode(transitions, keyFor(key, 'start')),
      exact: factorOf(exactDistances({ points, bridge, transitions, steps }), window).factor
    })
  }
}
