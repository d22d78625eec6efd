/** Greatest common divisor of two whole numbers, not below 0; of one and 0 that one. */
export function commonDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b]
  return a
}
