/** What sums of some thousand terms in another order differ by, at most, of what they are. */
const ROUNDING = 1e-9

/**
 * Whether a measure lies above what it is held against. Measures are sums in double precision, so that the same one found along
 * another way differs in its last digits: such a one is a tie, and neither above nor below.
 */
export const isAbove = (value: number, bound: number): boolean => value - bound > ROUNDING * Math.max(Math.abs(value), Math.abs(bound))

export const isBelow = (value: number, bound: number): boolean => isAbove(bound, value)
