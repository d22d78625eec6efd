/** Places among n, spread evenly over all of them, at most so many: all where these are as many. */
export const evenly = (n: number, most: number): Uint32Array =>
  Uint32Array.from({ length: Math.min(n, most) }, (_, k) => Math.floor((k * n) / Math.min(n, most)))
