import type { GivenChoice } from '../../choose/window-bandwidth.js'
import type { FittedWindow } from '../../law/units.js'
import type { WindowBandwidth } from '../../law/window.js'
import type { ModelArray } from '../../model-file/contents.js'
import {
  BANDWIDTH,
  damaged,
  exactly,
  float64Array,
  list,
  measured,
  number,
  type Range,
  type Reader,
  record,
  SCALED,
  whole,
  wordOr
} from '../../model-file/reading.js'

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

/** Numbers of different columns of `width`. */
export const columnsBelow =
  (width: number): Reader<readonly number[]> =>
  (value, field) => {
    const columns = list(whole({ least: 0, most: width - 1 }))(value, field)
    if (new Set(columns).size === columns.length) return columns
    throw damaged(`a model with a column twice in ${field}`, 'different columns')
  }

export const windowBandwidth: Reader<WindowBandwidth> = record<WindowBandwidth>({
  target: wordOr('free', number(BANDWIDTH)),
  given: number(BANDWIDTH)
})

/** Average local covariance of c columns, packed; standardised numbers are bounded, so are their products. */
export const PRODUCTS: Range = { least: -1e18, most: 1e18 }

/** What is recorded of a window on rows of `width` columns. */
export const windowRecord = (width: number): Reader<WindowRecord> =>
  record<WindowRecord>({
    targets: columnsBelow(width),
    givens: columnsBelow(width),
    bandwidth: windowBandwidth,
    pooledLength: whole()
  })

/** Throws `FormatError` unless a unit draws something, from other columns, and its packed covariances are as many as its columns ask. */
export function checkUnit({ targets, givens, pooledLength }: Omit<WindowRecord, 'bandwidth'>, field: string): void {
  const c = targets.length + givens.length
  if (targets.length === 0 || givens.some((given) => targets.includes(given)))
    throw damaged(`a model with ${field} of ${targets.length} columns to draw`, 'columns to draw, from others')
  exactly((c * (c + 1)) / 2)(pooledLength, `${field}.pooledLength`)
}

/** The inverse of `recordWindows`, for windows on `rowCount` training rows. Throws `FormatError` (code `model-damaged`). */
export function restoreWindows(
  records: readonly WindowRecord[],
  arrays: Readonly<Record<string, ModelArray>>,
  rowCount: number
): FittedWindow[] {
  const potentials = float64Array(arrays, 'potentials', records.length * rowCount, SCALED)
  for (const [k, record] of records.entries()) checkUnit(record, `units[${k}]`)
  const pooledLength = records.reduce((sum, record) => sum + record.pooledLength, 0)
  const pooled = float64Array(arrays, 'pooled', pooledLength, PRODUCTS)
  let at = 0
  return records.map(({ targets, givens, bandwidth, pooledLength }, k) => {
    const fit = { potentials: potentials.slice(k * rowCount, (k + 1) * rowCount), pooled: pooled.slice(at, at + pooledLength) }
    at += pooledLength
    return { targets: Uint32Array.from(targets), givens: Uint32Array.from(givens), bandwidth, fit }
  })
}

/** What is recorded of a choice of bandwidths. */
export const givenChoice: Reader<GivenChoice> = record<GivenChoice>({
  given: measured,
  targetFactor: wordOr('free', measured),
  curve: list(record<GivenChoice['curve'][number]>({ given: measured, targetFactor: wordOr('free', measured), score: measured })),
  score: measured,
  rowCount: whole(),
  givenCount: whole(),
  unitCount: whole()
})

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
