import { log } from '../../num/elementary.js'
import { type CodedColumn, spikeLevels } from '../imputation/coding.js'
import type { DensityModel } from './model.js'

type Columns = Pick<DensityModel, 'coding' | 'kinds'>

/** A column of numbers among the coordinates, and one of levels. */
export type NumberColumn = Extract<CodedColumn, { carries: 'number' }>
type LevelColumn = Extract<CodedColumn, { carries: 'levels' }>

export const numberColumns = ({ coding }: Pick<Columns, 'coding'>): NumberColumn[] =>
  coding.columns.filter((column): column is NumberColumn => column.carries === 'number')

/** Categories, and which spike a number has. */
export const levelColumns = ({ coding }: Pick<Columns, 'coding'>): LevelColumn[] =>
  coding.columns.flatMap((column) => {
    if (column.carries === 'levels') return [column]
    return (column.carries === 'number' && spikeLevels(column)) || []
  })

export const categoryColumns = ({ coding }: Pick<Columns, 'coding'>): LevelColumn[] =>
  coding.columns.filter((column): column is LevelColumn => column.carries === 'levels')

/** A number with spikes: its place among the numbers, that of the level that says which spike a row has, and this level beside them all. */
interface Spiked {
  readonly column: NumberColumn
  readonly a: number
  readonly f: number
  readonly beside: number
}

export function spikedColumns(model: Pick<Columns, 'coding'>): Spiked[] {
  const factors = levelColumns(model)
  return numberColumns(model).flatMap((column, a) => {
    const apart = spikeLevels(column)
    return apart ? [{ column, a, f: factors.indexOf(apart), beside: apart.levels.length - 1 }] : []
  })
}

/** Milliseconds of a day: dates have densities per day. */
const DAY = 86_400_000

/** How many units of a column a scaled coordinate's unit is: dates count in days. */
export function unitsOf({ kinds }: Pick<Columns, 'kinds'>, { name, scale }: NumberColumn): number {
  return kinds.find((one) => one.name === name)!.kind === 'datetime' ? scale / DAY : scale
}

/** log of the volume, in units of the columns, of a unit cube of scaled coordinates. */
export function logVolume(model: Columns, columns: readonly NumberColumn[]): number {
  return columns.reduce((sum, column) => sum + log(unitsOf(model, column)), 0)
}

/** What a density is with respect to, in words. */
export function measureOf(model: Columns): string {
  const numbers = numberColumns(model).map(({ name }) =>
    model.kinds.find((one) => one.name === name)!.kind === 'datetime' ? `day of ${name}` : `unit of ${name}`
  )
  const levels = levelColumns(model).map(({ name }) => name)
  return [
    ...(levels.length > 0 ? [`probability of ${levels.join(', ')}`] : []),
    ...(numbers.length > 0 ? [`${levels.length > 0 ? 'density of numbers given these, ' : 'density '}per ${numbers.join(' and ')}`] : [])
  ].join(' times ')
}
