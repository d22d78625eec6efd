import { log } from '../num/elementary.js'

/** How much faster the (k + 1)-th coordinate decays than the k-th. */
export interface SpectralGap {
  readonly dimension: number
  readonly eigenvalue: number
  /** log λ_{k+1} / log λ_k: 1 for a double eigenvalue, 4 between the first two harmonics of an interval. */
  readonly ratio: number
}

/** Eigenvalues below this are not told from noise, so that no gap is looked for beyond them. */
const NOISE = 0.02
/** A ratio that stands for an eigenvalue of one (disconnected data). */
const LARGEST_RATIO = 1e6

/**
 * The dimension with the largest gap between decay rates −log λ, the first of nearly equal ones. The spectrum leaves out
 * the constant eigenfunction; its last value serves only as the other side of a gap.
 */
export function chooseDimension(spectrum: Float64Array): { dimension: number; gaps: readonly SpectralGap[] } {
  const rates = spectrum.map((value) => -log(Math.min(1, Math.max(value, 1e-300))))
  const gaps: SpectralGap[] = []
  for (let k = 0; k + 1 < spectrum.length && (k === 0 || spectrum[k]! > NOISE); k++) {
    const ratio = Math.min(LARGEST_RATIO, rates[k + 1]! / Math.max(rates[k]!, 1e-12))
    gaps.push({ dimension: k + 1, eigenvalue: spectrum[k]!, ratio })
  }
  let best = 0
  for (let k = 1; k < gaps.length; k++) if (gaps[k]!.ratio > gaps[best]!.ratio * 1.02) best = k
  return { dimension: gaps[best]?.dimension ?? 1, gaps }
}
