import type { NamedWarning } from '../../know/support.js'
import type { DensityRows } from '../../law/step-mixture.js'
import { exp } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { listed } from '../../num/listed.js'
import type { RawColumn, RawTable } from '../../table/raw.js'
import type { Context } from '../context.js'
import { parseGiven } from '../given.js'
import type { DensityModel } from './model.js'
import type { ScoreRequest } from './options.js'
import { readScored } from './read.js'
import { densityOf, logDensities } from './score.js'
import { categoryColumns, levelColumns, type NumberColumn, numberColumns, spikedColumns, unitsOf } from './units.js'

/** Points along a number: a curve looks smooth; of two columns a person tells no finer picture apart. */
const POINTS = { one: 201, two: 51 }
/** How far a grid goes beyond the data, in standard deviations: what lies farther is a tail. */
const BEYOND = 1

/** A density of one or two columns given some others, on a grid; columns that are neither are integrated out. */
export interface DensityGrid {
  readonly kind: 'grid'
  /** The columns of the grid, a row a point. */
  readonly points: RawTable
  readonly names: readonly string[]
  readonly given: Readonly<Record<string, string>>
  /** Per unit of each number (dates: per day) times the probability of levels [points]. */
  readonly density: Float64Array
  /** What of the whole lies on the grid. */
  readonly mass: number
  readonly warnings: readonly NamedWarning[]
}

/** p(grid | given) = p(grid, given)/p(given). Cost of scoring the points. Throws `InputError` for columns that the density lacks, levels that nobody has, and intervals. */
export async function densityGrid(
  model: DensityModel,
  { grid = [], given }: ScoreRequest,
  { engine, watch }: Pick<Context, 'engine' | 'watch'>
): Promise<DensityGrid> {
  const known = given === undefined ? {} : parseGiven(given)
  refuse(model, { grid, known })
  const axes = grid.map((name) => axisOf(model, name, grid.length === 1 ? POINTS.one : POINTS.two))
  const count = axes.reduce((product, { column }) => product * column.values.length, 1)
  const points: RawTable = { rowCount: count, columns: axes.map((_, a) => repeated(axes, { a, count })) }
  const rows = densityOf(model)
  const logsOf = async (columns: readonly RawColumn[], rowCount: number): Promise<Float64Array> => {
    const { read, warnings } = readScored(model, rows, { columns, rowCount })
    const unknown = warnings.find(({ name }) => name === 'level-unknown')
    if (unknown)
      throw new InputError({
        code: 'level-unknown',
        got: unknown.message,
        expected: 'a level that the data have',
        try: 'info, which lists them'
      })
    // A point of a grid is no row of the table, whatever it equals.
    const free = { ...read, levels: besideSpikes(model, read.levels, grid), own: new Int32Array(rowCount).fill(-1) }
    return (await logDensities({ model, rows, read: free, gradient: false }, { engine, watch })).logDensity
  }
  const givenColumns = (n: number) =>
    Object.entries(known).map(([name, value]): RawColumn => ({ name, source: 'text', values: new Array<string>(n).fill(value) }))
  const joint = await logsOf([...points.columns, ...givenColumns(count)], count)
  const base = Object.keys(known).length === 0 ? 0 : (await logsOf(givenColumns(1), 1))[0]!
  const density = joint.map((x) => exp(x - base))
  const volume = axes.reduce((product, { width }) => product * width, 1)
  return {
    kind: 'grid',
    points,
    names: grid,
    given: known,
    density,
    mass: density.reduce((sum, p) => sum + p * volume, 0),
    warnings: spikeWarnings(model, rows, grid)
  }
}

/** Levels of the points of a grid: where it meets a spike it has the density beside it. */
function besideSpikes(model: DensityModel, levels: Int32Array, grid: readonly string[]): Int32Array {
  const width = levelColumns(model).length
  const out = levels.slice()
  for (const { column, f, beside } of spikedColumns(model))
    if (grid.includes(column.name)) for (let at = f; at < out.length; at += width) if (out[at]! >= 0) out[at] = beside
  return out
}

/** What a grid of numbers with spikes does not show. */
function spikeWarnings(model: DensityModel, rows: DensityRows, grid: readonly string[]): NamedWarning[] {
  return spikedColumns(model).flatMap(({ column, f, beside }) => {
    if (!grid.includes(column.name)) return []
    const share = rows.weights.reduce((sum, w, j) => sum + (rows.levels[j * rows.levelCounts.length + f] === beside ? 0 : w), 0)
    return [
      {
        name: 'spike',
        message: `${column.name}: ${Math.round(100 * share)} % of the rows have ${listed((column.spikes ?? []).map(String))}, which has a probability and no density: the grid has the others`
      }
    ]
  })
}

interface Axis {
  readonly column: RawColumn
  /** Distance of its points in units of the column; 1 between levels. */
  readonly width: number
}

function axisOf(model: DensityModel, name: string, count: number): Axis {
  const factor = categoryColumns(model).find((one) => one.name === name)
  if (factor) return { column: { name, source: 'text', values: factor.levels }, width: 1 }
  const number = numberColumns(model).find((one) => one.name === name)!
  const { low, high, scale } = number
  const step = (high - low + 2 * BEYOND * scale) / (count - 1)
  const values = Float64Array.from({ length: count }, (_, k) => low - BEYOND * scale + k * step)
  return { column: { name, source: sourceOf(model, number), values }, width: (step / scale) * unitsOf(model, number) }
}

const sourceOf = ({ kinds }: DensityModel, { name }: NumberColumn): 'datetime' | 'number' =>
  kinds.find((one) => one.name === name)!.kind === 'datetime' ? 'datetime' : 'number'

/** The values of an axis as rows of the whole grid have them: the last axis goes fastest. */
function repeated(axes: readonly Axis[], { a, count }: { readonly a: number; readonly count: number }): RawColumn {
  const { column } = axes[a]!
  const inner = axes.slice(a + 1).reduce((product, axis) => product * axis.column.values.length, 1)
  const at = (i: number) => Math.floor(i / inner) % column.values.length
  if (column.source === 'text') return { ...column, values: Array.from({ length: count }, (_, i) => column.values[at(i)]!) }
  const numbers = column as Extract<RawColumn, { values: Float64Array }>
  return { ...numbers, values: Float64Array.from({ length: count }, (_, i) => numbers.values[at(i)]!) }
}

function refuse(
  model: DensityModel,
  { grid, known }: { readonly grid: readonly string[]; readonly known: Readonly<Record<string, string>> }
): void {
  const own = [...numberColumns(model), ...categoryColumns(model)].map(({ name }) => name)
  const wrong = (got: string, expected: string, instead: string) => new InputError({ code: 'grid', got, expected, try: instead })
  if (grid.length < 1 || grid.length > 2 || new Set(grid).size < grid.length)
    throw wrong(`a grid over ${listed(grid) || 'no column'}`, 'one column, or two different ones', `--grid ${own[0]}`)
  const absent = [...grid, ...Object.keys(known)].find((name) => !own.includes(name))
  if (absent !== undefined) throw wrong(`the column ${absent}, which has no density here`, `one of ${listed(own)}`, `--grid ${own[0]}`)
  const both = grid.find((name) => Object.hasOwn(known, name))
  if (both !== undefined) throw wrong(`${both} on the grid and given`, 'one or the other', 'leaving it out of --given')
  const interval = Object.entries(known).find(([, value]) => value.includes('..'))
  if (interval)
    throw wrong(
      `${interval[0]} given as the interval ${interval[1]}`,
      'one value: a density is taken at a point',
      `--given '${interval[0]}=…'`
    )
}
