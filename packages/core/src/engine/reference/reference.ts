import { DRAW_COUNT, type Draw, type Engine, type Moments, type Neighbours, type Noise, type Pair } from '../../kernel/engine.js'
import { exp, log as naturalLog } from '../../num/elementary.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { keyFor, normals, uniforms } from '../../num/random.js'
import { blockOrder } from '../../space/blocks.js'
import { checkNeighbourCount, checkPair } from '../check.js'

export { checkPair } from '../check.js'

/** log k between row i of `from` and row j of `to`. */
function logKernel(pair: Pair, i: number, j: number): number {
  const kernel = pair.kernel
  const squared = squaredDistance(pair, i, j)
  if (kernel.kind === 'gaussian') return -squared / (4 * kernel.epsilon)
  return -squared / (2 * kernel.epsilon * (kernel.fromWidth[i]! + kernel.toWidth[j]!))
}

function squaredDistance(pair: Pair, i: number, j: number): number {
  const a = pair.from.points
  const b = pair.to.points
  let sum = 0
  for (let c = 0; c < a.cols; c++) {
    const difference = a.data[i * a.cols + c]! - b.data[j * b.cols + c]!
    sum += difference * difference
  }
  return sum
}

/** Softmax weights p of one row, with log Σ and 1/Σp². */
function weightsOf(pair: Pair, log: Float64Array, i: number, out: Float64Array): { logSum: number; effectiveCount: number } {
  let largest = Number.NEGATIVE_INFINITY
  for (let j = 0; j < out.length; j++) {
    out[j] = log[j] === Number.NEGATIVE_INFINITY ? log[j]! : logKernel(pair, i, j) + log[j]!
    if (out[j]! > largest) largest = out[j]!
  }
  if (largest === Number.NEGATIVE_INFINITY) {
    out.fill(0)
    return { logSum: largest, effectiveCount: 0 }
  }
  let sum = 0
  for (let j = 0; j < out.length; j++) {
    out[j] = exp(out[j]! - largest)
    sum += out[j]!
  }
  let squares = 0
  for (let j = 0; j < out.length; j++) {
    out[j] = out[j]! / sum
    squares += out[j]! * out[j]!
  }
  return { logSum: largest + naturalLog(sum), effectiveCount: 1 / squares }
}

function meanInto(p: Float64Array, values: Matrix, empty: boolean, out: Float64Array): void {
  out.fill(empty ? Number.NaN : 0)
  if (empty) return
  for (let j = 0; j < p.length; j++) {
    if (p[j] === 0) continue
    for (let c = 0; c < values.cols; c++) out[c] = out[c]! + p[j]! * values.data[j * values.cols + c]!
  }
}

/** Indices at which the cumulated weights, in block order, first exceed each ascending target in [0, 1). */
function indicesAt(p: Float64Array, order: Uint32Array, targets: Float64Array): Uint32Array {
  const picked = new Uint32Array(targets.length)
  let cumulated = 0
  let next = 0
  let last = 0
  for (const j of order) {
    if (p[j] === 0) continue
    cumulated += p[j]!
    last = j
    while (next < targets.length && targets[next]! < cumulated) picked[next++] = j
  }
  picked.fill(last, next)
  return picked
}

/** The oracle: plain float64, one row at a time, no speed-ups. Cost O(n·m·(d + c)), memory O(m). */
export class ReferenceEngine implements Engine {
  readonly name = 'reference'

  async logSum(pair: Pair, log: Float64Array): Promise<Float64Array> {
    checkPair(pair, log)
    const p = new Float64Array(pair.to.points.rows)
    return Float64Array.from({ length: pair.from.points.rows }, (_, i) => weightsOf(pair, log, i, p).logSum)
  }

  async mean(pair: Pair, log: Float64Array, values: Matrix): Promise<Matrix> {
    checkPair(pair, log, values)
    const p = new Float64Array(values.rows)
    const out = matrix(pair.from.points.rows, values.cols)
    for (let i = 0; i < out.rows; i++) {
      const { effectiveCount } = weightsOf(pair, log, i, p)
      meanInto(p, values, effectiveCount === 0, out.data.subarray(i * out.cols, (i + 1) * out.cols))
    }
    return out
  }

  async draw(pair: Pair, log: Float64Array, values: Matrix, { key, chains }: Noise): Promise<Draw> {
    checkPair(pair, log, values)
    const n = pair.from.points.rows
    const order = blockOrder(pair.to.points)
    const p = new Float64Array(values.rows)
    const result = {
      mean: matrix(n, values.cols),
      noise: matrix(n, values.cols),
      logSum: new Float64Array(n),
      effectiveCount: new Float64Array(n)
    }
    for (let i = 0; i < n; i++) {
      const chain = chains ? chains[i]! : i
      const { logSum, effectiveCount } = weightsOf(pair, log, i, p)
      result.logSum[i] = logSum
      result.effectiveCount[i] = effectiveCount
      const m = result.mean.data.subarray(i * values.cols, (i + 1) * values.cols)
      const noise = result.noise.data.subarray(i * values.cols, (i + 1) * values.cols)
      meanInto(p, values, effectiveCount === 0, m)
      if (effectiveCount === 0) {
        noise.fill(Number.NaN)
        continue
      }
      const targets = uniforms(keyFor(key, 'pick'), DRAW_COUNT, chain).map((u, k) => (k + u) / DRAW_COUNT)
      const xi = normals(keyFor(key, 'normal'), DRAW_COUNT, chain)
      indicesAt(p, order, targets).forEach((j, k) => {
        for (let c = 0; c < values.cols; c++)
          noise[c] = noise[c]! + ((values.data[j * values.cols + c]! - m[c]!) * xi[k]!) / Math.sqrt(DRAW_COUNT)
      })
    }
    return result
  }

  async moments(pair: Pair, log: Float64Array, values: Matrix): Promise<Moments> {
    checkPair(pair, log, values)
    const n = pair.from.points.rows
    const c = values.cols
    const p = new Float64Array(values.rows)
    const result = {
      mean: matrix(n, c),
      covariance: matrix(n, (c * (c + 1)) / 2),
      logSum: new Float64Array(n),
      effectiveCount: new Float64Array(n)
    }
    for (let i = 0; i < n; i++) {
      const { logSum, effectiveCount } = weightsOf(pair, log, i, p)
      result.logSum[i] = logSum
      result.effectiveCount[i] = effectiveCount
      const m = result.mean.data.subarray(i * c, (i + 1) * c)
      meanInto(p, values, effectiveCount === 0, m)
      const packed = result.covariance.data.subarray(i * result.covariance.cols, (i + 1) * result.covariance.cols)
      if (effectiveCount === 0) packed.fill(Number.NaN)
      else addCovariance(p, values, m, packed)
    }
    return result
  }

  async pick(pair: Pair, log: Float64Array, { key, chains }: Noise): Promise<Uint32Array> {
    checkPair(pair, log)
    const order = blockOrder(pair.to.points)
    const p = new Float64Array(pair.to.points.rows)
    return Uint32Array.from({ length: pair.from.points.rows }, (_, i) => {
      if (weightsOf(pair, log, i, p).effectiveCount === 0) return 0xffffffff
      return indicesAt(p, order, uniforms(keyFor(key, 'pick'), 1, chains ? chains[i]! : i))[0]!
    })
  }

  async nearest(pair: Pair, count: number): Promise<Neighbours> {
    checkPair(pair)
    const m = pair.to.points.rows
    checkNeighbourCount(count, m)
    const n = pair.from.points.rows
    const result = { indices: new Uint32Array(n * count), squaredDistances: new Float64Array(n * count), count }
    const distances = new Float64Array(m)
    const order = Uint32Array.from({ length: m }, (_, j) => j)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) distances[j] = squaredDistance(pair, i, j)
      order.sort((a, b) => distances[a]! - distances[b]! || a - b)
      for (let k = 0; k < count; k++) {
        result.indices[i * count + k] = order[k]!
        result.squaredDistances[i * count + k] = distances[order[k]!]!
      }
    }
    return result
  }

  async close(): Promise<void> {}
}

function addCovariance(p: Float64Array, values: Matrix, m: Float64Array, packed: Float64Array): void {
  for (let j = 0; j < p.length; j++) {
    if (p[j] === 0) continue
    let at = 0
    for (let a = 0; a < values.cols; a++) {
      const weighted = p[j]! * (values.data[j * values.cols + a]! - m[a]!)
      for (let b = 0; b <= a; b++, at++) packed[at] = packed[at]! + weighted * (values.data[j * values.cols + b]! - m[b]!)
    }
  }
}
