import { type Plan, planOf } from '../system.js'
import type { ForecastModel } from './forecast.js'
import { type ForecastOptions, MEMBERS } from './options.js'

/** A table, by its size. */
interface Sized {
  readonly rowCount: number
  readonly columns: { readonly length: number }
}

/** What of a job its work hangs on. */
interface Fitted extends Pick<ForecastOptions, 'memory'> {
  readonly local?: unknown
}
interface Requested {
  readonly rows?: number | undefined
  readonly steps: number
  /** What is known. */
  readonly asked?: { readonly givens: readonly unknown[] } | undefined
}

/** Memories that are tried, mostly. */
const MEMORIES = 3

/** Passes over M² pairs of a unit: bandwidths tried, and the scaling. */
const PASSES = { choosing: 25, scaling: 14 }

/** Sizes and work of a fit of a series, of a draw, or of both: an upper estimate. */
export function planForecast(
  source: { readonly input: Sized; readonly options: Fitted } | { readonly model: ForecastModel },
  request?: Requested
): Plan {
  const learns = 'input' in source
  const rowCount = learns ? source.input.rowCount : source.model.summary.pairCount
  const columnCount = learns ? source.input.columns.length : source.model.summary.columns.length
  const units = learns ? (source.options.local === undefined ? 1 : columnCount) : source.model.transition.units.length
  const asked = learns ? (source.options.memory ?? 'auto') : source.model.memory
  const memory = asked === 'auto' ? 1 : asked
  const drawnRows = request ? (request.asked?.givens.length ?? 1) * (request.rows ?? MEMBERS) * request.steps : 0
  const known = request?.asked !== undefined
  const each = 1.5 * units * drawnRows * rowCount
  const stages = [
    ...(asked === 'auto' ? [{ stage: 'choosing the memory', pairs: MEMORIES * units * PASSES.choosing * rowCount ** 2 }] : []),
    ...(learns ? [{ stage: 'choosing the bandwidth', pairs: units * PASSES.choosing * rowCount ** 2 }] : []),
    ...(learns || known ? [{ stage: 'scaling', pairs: (units + (known ? columnCount : 0)) * PASSES.scaling * rowCount ** 2 }] : []),
    ...(request ? [{ stage: known ? 'sampling' : 'forecast', pairs: each }] : [])
  ]
  const dimension = memory * columnCount
  return planOf(stages, { rowCount, columnCount, dimension, drawnRows, bytes: 8 * (rowCount * 6 + drawnRows) * dimension })
}
