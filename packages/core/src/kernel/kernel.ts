import { InputError } from '../num/errors.js'

/**
 * A kernel is plain data: it goes unchanged to WebAssembly, a worker, a file or another machine.
 *
 * - `gaussian`: log k(x, y) = −‖x − y‖² / (4ε). ε is at once bandwidth and time step: this is the heat kernel of
 *   dX = √2 dW over time ε, so one step of reference noise has variance 2ε a coordinate.
 * - `variable`: log k(x, y) = −‖x − y‖² / (2ε(ρ(x) + ρ(y))), with the field ρ given at both ends of the pair
 *   (`fromWidth` [n], `toWidth` [m]). ρ ≡ 1 is the gaussian kernel exactly.
 *
 * Unit of ε: squared length of scaled coordinates.
 * @source mathematics: Gottwald, Li, Marzouk, Reich, arXiv 2401.04372.
 */
export type Kernel =
  | { readonly kind: 'gaussian'; readonly epsilon: number }
  | { readonly kind: 'variable'; readonly epsilon: number; readonly fromWidth: Float64Array; readonly toWidth: Float64Array }

/** The fixed-bandwidth kernel. Throws `InputError` unless ε is finite and positive. */
export function gaussianKernel(epsilon: number): Kernel {
  return { kind: 'gaussian', epsilon: positiveEpsilon(epsilon) }
}

/** The variable-bandwidth kernel with ρ [n] at the `from` points and ρ [m] at the `to` points, all positive. */
export function variableKernel(epsilon: number, fromWidth: Float64Array, toWidth: Float64Array): Kernel {
  return { kind: 'variable', epsilon: positiveEpsilon(epsilon), fromWidth, toWidth }
}

function positiveEpsilon(epsilon: number): number {
  if (Number.isFinite(epsilon) && epsilon > 0) return epsilon
  throw new InputError({
    code: 'epsilon-not-positive',
    got: `ε = ${epsilon}`,
    expected: 'a finite number above 0',
    try: "leaving the bandwidth at 'auto', or a number such as 0.05"
  })
}
