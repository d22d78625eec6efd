// Weights of four queries with the block at hand: exponentials of their log weights.
import { LN2_HIGH, LN2_LOW, LOG2_E, LOWEST, ROUNDER, ROW, add, constant, larger, madd, nmadd, power, scaled, sub } from './lanes'
import * as state from './state'

/** Bytes from the weight rows to those of the powers of two. */
const TO_POWERS: usize = 4 * ROW

/** Clamps log weights and writes x = n·ln 2 + r (float32: n + r): r to the weights at `w`, the bits of 2ⁿ four rows further. */
@inline export function storeReduced(w: usize, x: v128): void {
  const rounder = constant(ROUNDER)
  const clamped = larger(x, constant(LOWEST))
  const t = FLOAT32 ? add(clamped, rounder) : madd(clamped, constant(LOG2_E), rounder)
  const n = sub(t, rounder)
  v128.store(w, power(t), TO_POWERS)
  v128.store(w, FLOAT32 ? sub(clamped, n) : nmadd(n, constant(LN2_LOW), nmadd(n, constant(LN2_HIGH), clamped)))
}

/** Log weights of rows r, r+1 become what `exponentials` takes. */
export function reduceRows(r: i32): void {
  const end = state.weights + <usize>(r + 2) * ROW
  for (let w = state.weights + <usize>r * ROW; w < end; w += 16) storeReduced(w, v128.load(w))
}

/** The four weight rows from their reduced arguments: a polynomial by Horner's rule, several vectors side by side. */
export function exponentials(): void {
  const weights = state.weights
  for (let j: usize = 0; j < 4 * ROW; j += 16 * UNROLL) {
    const at = weights + j
    const r$ = v128.load(at, 16 * $)
    // The constants are loaded at each turn: there are not registers enough to keep them all.
    let p$ = FLOAT32 ? constant(5) : madd(constant(11), r$, constant(10))
    if (!FLOAT32) p$ = madd(p$, r$, constant(9))
    if (!FLOAT32) p$ = madd(p$, r$, constant(8))
    if (!FLOAT32) p$ = madd(p$, r$, constant(7))
    if (!FLOAT32) p$ = madd(p$, r$, constant(6))
    if (!FLOAT32) p$ = madd(p$, r$, constant(5))
    p$ = madd(p$, r$, constant(4))
    p$ = madd(p$, r$, constant(3))
    p$ = madd(p$, r$, constant(2))
    p$ = madd(p$, r$, constant(1))
    p$ = madd(p$, r$, constant(0))
    v128.store(at, scaled(p$, v128.load(at, TO_POWERS + 16 * $)), 16 * $)
  }
}
