// Convex hulls in the plane.
import { rowsOf } from './points.mjs'

const turn = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])

/** Corners of the convex hull, counter-clockwise. @source Andrew's monotone chain. */
export function hullOf(points) {
  const sorted = rowsOf(points).sort((a, b) => a[0] - b[0] || a[1] - b[1])
  const half = (list) => {
    const out = []
    for (const p of list) {
      while (out.length > 1 && turn(out.at(-2), out.at(-1), p) <= 0) out.pop()
      out.push(p)
    }
    return out.slice(0, -1)
  }
  return [...half(sorted), ...half(sorted.reverse())]
}

/** Rounding of a mean of rows puts it no further outside than this. */
const ROUNDING = 1e-12

/** How many points are outside. */
export const outside = (hull, points) =>
  rowsOf(points).filter((p) => hull.some((a, k) => turn(a, hull[(k + 1) % hull.length], p) < -ROUNDING)).length
