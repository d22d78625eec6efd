import type { RawTable } from '../../table/raw.js'
import { planForecast } from '../forecast/plan.js'
import type { Plan } from '../system.js'
import type { StretchModel } from './model.js'

type Source = { readonly input: RawTable; readonly options: { readonly time?: string | undefined } } | { readonly model: StretchModel }

/** As of a forecast of one member, from the beginning of the series on. */
export function planStretch(source: Source, request: { readonly rows?: number | undefined } | undefined): Plan {
  const all = 'input' in source ? source.input.rowCount : source.model.summary.rowCount
  const asked = request && { steps: request.rows ?? all, rows: 1 }
  if ('model' in source) return planForecast({ model: source.model.series }, asked)
  return planForecast({ input: source.input, options: {} }, asked)
}
