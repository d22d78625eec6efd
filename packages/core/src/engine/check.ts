import type { Pair } from '../kernel/engine.js'
import { InputError } from '../num/errors.js'
import type { Matrix } from '../num/matrix.js'

/** What every engine checks before it works: shapes, finite coordinates and values, log terms below +∞. Cost O((n + m)·d + m·c). */
export function checkPair(pair: Pair, log?: Float64Array, values?: Matrix): void {
  checkCall(pair, log, values)
  checkFinite(pair.to.points)
}

/** All of that but the points of `to`, for an engine that keeps them: it looks at them when it takes them. Cost O(n·d + m·c). */
export function checkCall(pair: Pair, log?: Float64Array, values?: Matrix): void {
  const { from, to, kernel } = pair
  const m = to.points.rows
  if (from.points.cols !== to.points.cols)
    throw mismatch(`clouds in ${from.points.cols} and ${to.points.cols} dimensions`, 'equal dimensions')
  if (log && log.length !== m) throw mismatch(`${log.length} log terms for ${m} points`, 'one a point')
  if (values && values.rows !== m) throw mismatch(`${values.rows} value rows for ${m} points`, 'one a point')
  if (kernel.kind === 'variable') {
    if (kernel.fromWidth.length !== from.points.rows || kernel.toWidth.length !== m)
      throw mismatch(`widths of length ${kernel.fromWidth.length} and ${kernel.toWidth.length}`, `${from.points.rows} and ${m}`)
  }
  if (from.points !== to.points) checkFinite(from.points)
  if (values && values !== to.points && values !== from.points) checkFinite(values)
  if (log) checkLog(log)
}

/** `count` neighbours must exist. */
export function checkNeighbourCount(count: number, m: number): void {
  if (!(Number.isInteger(count) && count >= 1 && count <= m))
    throw mismatch(`${count} neighbours among ${m} points`, `a whole number from 1 to ${m}`)
}

export function checkFinite({ data, cols }: Matrix): void {
  // A sum is finite only if every term is: the loop that names the entry runs only when there is one, or on overflow.
  // Four sums, so that none waits for the one before it.
  let [a, b, c, d] = [0, 0, 0, 0]
  const fours = data.length - (data.length % 4)
  for (let i = 0; i < fours; i += 4) {
    a += data[i]! * 0
    b += data[i + 1]! * 0
    c += data[i + 2]! * 0
    d += data[i + 3]! * 0
  }
  for (let i = fours; i < data.length; i++) a += data[i]! * 0
  if (a + b + c + d === 0) return
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) throw mismatch(`the coordinate ${data[i]} in row ${Math.floor(i / cols)}`, 'finite coordinates')
  }
}

function checkLog(log: Float64Array): void {
  for (let j = 0; j < log.length; j++) {
    if (!(log[j]! < Number.POSITIVE_INFINITY)) throw mismatch(`the log term ${log[j]} of point ${j}`, 'a finite number or −∞')
  }
}

function mismatch(got: string, expected: string): InputError {
  return new InputError({ code: 'pair-shape', got, expected, try: 'building both clouds from the same columns' })
}
