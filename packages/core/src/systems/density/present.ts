import { addedNumbers, refuseTaken } from '../../table/added-numbers.js'
import type { CellStyle } from '../../table/present.js'
import type { RawColumn, RawTable } from '../../table/raw.js'
import type { CodedColumn } from '../imputation/coding.js'
import type { DensityGrid } from './grid.js'
import type { DensityModel } from './model.js'
import type { ScoreRequest } from './options.js'
import type { ScoredRows } from './score.js'
import { levelColumns, numberColumns } from './units.js'

const ADDED = ['log_density', 'outlier', 'outlier_p'] as const

/** Refuses a column of the rows that has the name of one that is added. */
export function refuseScoreNames(raw: RawTable, { gradient, denoise }: ScoreRequest): void {
  const each = (prefix: string) => raw.columns.map(({ name }) => `${prefix}_${name}`)
  refuseTaken(raw, [...ADDED, ...(gradient ? each('gradient') : []), ...(denoise ? each('denoised') : [])])
}

/** The rows as they came, with what the density says of them: numbers exact, as other columns part decimals. */
export function presentScored(model: DensityModel, answer: ScoredRows, as: CellStyle): RawTable {
  const { raw, logDensity, outlier, outlierP, gradient, denoised } = answer
  const has = (name: string) => raw.columns.some((column) => column.name === name)
  const numbers = (name: string, values: Float64Array) => addedNumbers({ name, values }, model.coding.formats, as)
  const own = numberColumns(model)
  const at = (values: Float64Array, a: number) => Float64Array.from({ length: raw.rowCount }, (_, i) => values[i * own.length + a]!)
  const slopes = gradient ? own.flatMap(({ name }, a) => (has(name) ? [numbers(`gradient_${name}`, at(gradient.data, a))] : [])) : []
  const columns = [
    ...raw.columns,
    numbers('log_density', logDensity),
    numbers('outlier', outlier),
    numbers('outlier_p', outlierP),
    ...slopes,
    ...(denoised ? denoisedColumns(model, answer, { numbers, at }).filter(({ name }) => has(name.slice('denoised_'.length))) : [])
  ]
  const dialect = raw.dialect === undefined || as === 'plain' ? {} : { dialect: raw.dialect }
  return { columns, rowCount: raw.rowCount, ...dialect }
}

/** The points of a grid with the density at each. */
export function presentGrid({ points, names, density }: DensityGrid): RawTable {
  const name = names.includes('density') ? 'grid_density' : 'density'
  return { ...points, columns: [...points.columns, { name, source: 'number', values: density }] }
}

interface Writing {
  readonly numbers: (name: string, values: Float64Array) => RawColumn
  readonly at: (values: Float64Array, a: number) => Float64Array
}

function denoisedColumns(model: DensityModel, { denoised, raw }: ScoredRows, { numbers, at }: Writing): RawColumn[] {
  const factors = levelColumns(model)
  const rows = denoised!
  const column = (coded: CodedColumn): RawColumn[] => {
    const name = `denoised_${coded.name}`
    if (coded.carries === 'number') {
      const values = at(rows.numbers.data, numberColumns(model).indexOf(coded))
      const isDate = model.kinds.find((one) => one.name === coded.name)!.kind === 'datetime'
      return [isDate ? { name, source: 'datetime', values } : numbers(name, values)]
    }
    if (coded.carries !== 'levels') return []
    const f = factors.indexOf(coded)
    return [
      { name, source: 'text', values: Array.from({ length: raw.rowCount }, (_, i) => coded.levels[rows.levels[i * factors.length + f]!]!) }
    ]
  }
  return model.coding.columns.flatMap(column)
}
