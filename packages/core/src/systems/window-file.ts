import type { ModelArray } from '../model-file/container.js'
import type { Unit } from '../sampling/units.js'
import type { WindowBandwidth, WindowFit } from '../sampling/window.js'
import { float64Array } from './encoder-file.js'

/** A unit with what was fitted for it. */
export type FittedWindow = Unit & { readonly bandwidth: WindowBandwidth; readonly fit: WindowFit }

/** A fitted window without its arrays: plain JSON. */
export interface WindowRecord {
  readonly targets: readonly number[]
  readonly givens: readonly number[]
  readonly bandwidth: WindowBandwidth
  readonly pooledLength: number
}

/** Windows → JSON, and the arrays `potentials` and `pooled`, one window after the other. */
export function recordWindows(windows: readonly FittedWindow[]): {
  records: WindowRecord[]
  arrays: { potentials: Float64Array; pooled: Float64Array }
} {
  return {
    records: windows.map(({ targets, givens, bandwidth, fit }) => ({
      targets: Array.from(targets),
      givens: Array.from(givens),
      bandwidth,
      pooledLength: fit.pooled.length
    })),
    arrays: {
      potentials: concatenated(windows.map(({ fit }) => fit.potentials)),
      pooled: concatenated(windows.map(({ fit }) => fit.pooled))
    }
  }
}

/** The inverse of `recordWindows`, for windows on `rowCount` training rows. */
export function restoreWindows(
  records: readonly WindowRecord[],
  arrays: Readonly<Record<string, ModelArray>>,
  rowCount: number
): FittedWindow[] {
  const potentials = float64Array(arrays, 'potentials')
  const pooled = float64Array(arrays, 'pooled')
  let at = 0
  return records.map(({ targets, givens, bandwidth, pooledLength }, k) => {
    const fit = { potentials: potentials.slice(k * rowCount, (k + 1) * rowCount), pooled: pooled.slice(at, at + pooledLength) }
    at += pooledLength
    return { targets: Uint32Array.from(targets), givens: Uint32Array.from(givens), bandwidth, fit }
  })
}

/** Arrays one after the other. */
export function concatenated(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
