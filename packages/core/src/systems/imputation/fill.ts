import { rowCompleter } from '../../code/rules/complete.js'
import { inBatchesOfEach } from '../../draw/batches.js'
import type { NamedWarning } from '../../know/support.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { throwIfStopped, unshared } from '../../num/iterate.js'
import { later } from '../../num/later.js'
import { counted } from '../../num/listed.js'
import { rowOf } from '../../num/matrix.js'
import { type Key, keyAtStep, keyFor } from '../../num/random.js'
import { type CellValue, isMissing } from '../../table/cells.js'
import type { RawTable } from '../../table/raw.js'
import { stackTables, takeTableRows } from '../../table/rows.js'
import type { Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { admitted, type Coding, codeRows, levelsByNearness, numberAt, valueAt } from './coding.js'
import { limitsOfDonors } from './donor-limits.js'
import { drawDonors, drawGaps } from './donors.js'
import { FilledCells } from './filled-cells.js'
import type { ImputationModel } from './model.js'
import { readRows } from './read-rows.js'
import { type FillSetting, type RowLaw, RowLaws } from './row-law.js'

/** What a gap is filled with. */
type FillAs = 'draw' | 'mean' | 'median'

export interface ImputationRequest {
  /** The rows whose gaps are filled. */
  readonly fill?: RawTable | undefined
  /** Default draw. */
  readonly as?: FillAs | undefined
  /** Fills the rows so many times, one below the other, with a column `draw`. */
  readonly draws?: number | undefined
  /** Adds a column `filled`: the names of the filled columns of a row. */
  readonly flag?: boolean | undefined
  /** Default 1. */
  readonly seed?: number | undefined
}

/** The rows filled, once or several times. */
export interface FilledRows {
  readonly raw: RawTable
  readonly request: Pick<ImputationRequest, 'draws' | 'flag'>
  /** The columns of the model that the rows have, before. */
  readonly given: Table
  /** The same filled, a table a draw. */
  readonly tables: readonly Table[]
  /** Names of the filled columns of each row, of each draw. */
  readonly filled: readonly (readonly (readonly string[])[])[]
  readonly counts: FillCounts
  readonly warnings: readonly NamedWarning[]
}

interface FillCounts {
  readonly rows: number
  /** Rows with a gap. */
  readonly gapRows: number
  /** By column: gaps, and how many of them stay since a rule says that the cell is missing. */
  readonly columns: readonly { readonly name: string; readonly gaps: number; readonly stay: number }[]
}

export const FILLING = 'filling'
/** Rows between two looks at whether to stop. */
const LOOK = 64
/** Fewer donors than this near a row are one neighbour's answer, not a law. */
const FEW_DONORS = 5

/** Fills the gaps of rows. Cost a draw: four rounds of the donors, and O(rows with gaps · L·d²). */
export async function fillRows(model: ImputationModel, request: ImputationRequest, { key, watch }: Context): Promise<FilledRows> {
  const { fill, as = 'draw', draws } = request
  if (!fill) throw nothingToFill()
  const { table, warnings } = readRows(model, fill)
  const setting: FillSetting = model.summary
  const count = draws ?? 1
  const alone = unshared(watch)
  const ways = Array.from({ length: count }, (_, draw) => {
    const own = keyFor(keyFor(key, 'fill'), draw)
    const laws = later(async () => {
      const donors = as === 'draw' ? await drawDonors(model.donors, model.coding, { setting, watch: alone, key: own }) : model.donors
      return new RowLaws(donors)
    })
    return { count: table.rowCount, key: keyFor(own, 'rows'), laws }
  })
  const told = (done: number) => watch?.progress?.({ stage: FILLING, done, total: count * table.rowCount })
  const drawn = await inBatchesOfEach(ways, { ...watch, progress: undefined }, async (draw, { first, count: rows }) => {
    const { laws, key: own } = ways[draw]!
    const part =
      rows === table.rowCount
        ? table
        : takeTableRows(
            table,
            Uint32Array.from({ length: rows }, (_, i) => first + i)
          )
    return fillOnce({ model, table: part, first, as, laws: await laws(), key: own }, (done) => {
      throwIfStopped(watch, FILLING)
      told(draw * table.rowCount + first + done)
    })
  })
  told(count * table.rowCount)
  const parts = drawn.map(joined)
  return {
    raw: fill,
    request: defined({ draws, flag: request.flag }),
    given: table,
    tables: parts.map((part) => part.table),
    filled: parts.map(({ filled }) => filled),
    counts: countsOf(table, parts[0]!.table),
    warnings: [...warnings, ...rowWarnings(parts[0]!)]
  }
}

interface Once {
  readonly model: ImputationModel
  /** Some of the rows, from place `first` on. */
  readonly table: Table
  readonly first: number
  readonly as: FillAs
  readonly laws: RowLaws
  readonly key: Key
}

/** Filled rows. Plain data. */
interface FilledOnce {
  readonly table: Table
  /** Names of the filled columns of each row. */
  readonly filled: readonly (readonly string[])[]
  /** Rows of which nothing is known, rows with few donors, rows that no fill was found for that obeys the rules. */
  readonly unknown: number
  readonly lonely: number
  readonly unruly: number
}

function joined(parts: readonly FilledOnce[]): FilledOnce {
  if (parts.length === 1) return parts[0]!
  const sum = (of: 'unknown' | 'lonely' | 'unruly') => parts.reduce((all, part) => all + part[of], 0)
  return {
    table: stackTables(parts.map(({ table }) => table)),
    filled: parts.flatMap(({ filled }) => filled),
    unknown: sum('unknown'),
    lonely: sum('lonely'),
    unruly: sum('unruly')
  }
}

async function fillOnce({ model, table, first, as, laws, key }: Once, look: (done: number) => void): Promise<FilledOnce> {
  const cells = new FilledCells(model, table)
  const rows = codeRows(model.coding, table)
  const complete = model.rules && rowCompleter(model.rules)
  const d = rows.data.cols
  const gapped = gapRows(table)
  const filled = new Map<number, Float64Array>()
  let [unknown, lonely, unruly] = [0, 0, 0]
  for (const [r, i] of gapped.entries()) {
    if (r % LOOK === 0) look(Math.round((r / gapped.length) * table.rowCount))
    const known = rows.known.subarray(i * d, (i + 1) * d)
    const row = rowOf(rows.data, i).slice()
    let means: ReadonlyMap<number, number> = new Map()
    if (known.includes(0)) {
      let near = 0
      if (as === 'draw') near = drawGaps(row, known, { laws, coding: model.coding, setting: model.summary, key, chain: first + i })
      else {
        laws.near(row, known, model.summary.epsilon)
        const law = laws.law(row, model.summary.ridge)
        near = law.effectiveCount
        const values = as === 'median' ? laws.median(law) : law.mean
        law.unknown.forEach((c, k) => {
          row[c] = values[k]!
        })
        if (as === 'mean') means = meansOfScored(model.coding, laws, law)
      }
      if (!known.includes(1)) unknown++
      else if (near < FEW_DONORS) lonely++
    }
    decode({ model, cells, row, i, means })
    filled.set(i, row)
  }
  const kept = limitsOfDonors(
    model,
    table.columns.map(({ name }) => name)
  )
  const isGap = (i: number, name: string) => cells.isGap(name, i)
  cells.take(
    await kept.filled(cells.table(), {
      isGap,
      key: keyAtStep(key, first),
      levelsOf: (i, name) => cells.row(i, filled.get(i)!).levels(name)
    })
  )
  for (const i of gapped) if (complete && !complete(cells.row(i, filled.get(i)!))) unruly++
  return { table: cells.table(), filled: cells.filledNames(), unknown, lonely, unruly }
}

const gapRows = ({ columns, rowCount }: Table): number[] =>
  Array.from({ length: rowCount }, (_, i) => i).filter((i) => columns.some((column) => isMissing(column, i)))

interface Decoded {
  readonly model: ImputationModel
  readonly cells: FilledCells
  readonly row: Float64Array
  readonly i: number
  /** Numbers that stand for themselves and not for their coordinate, by its place. */
  readonly means: ReadonlyMap<number, number>
}

/** Means of columns that are coded by their scores: the mean of a score is not the score of the mean. */
function meansOfScored({ columns }: Coding, laws: RowLaws, law: RowLaw): ReadonlyMap<number, number> {
  return new Map(
    columns.flatMap((column): [number, number][] => {
      const k = column.carries === 'number' && column.scores ? law.unknown.indexOf(column.at) : -1
      return column.carries === 'number' && k >= 0 ? [[column.at, laws.meanOf(law, k, (z) => valueAt(column, z))]] : []
    })
  )
}

/** A filled row's coordinates → cells of its gaps. */
function decode({ model: { coding }, cells, row, i, means }: Decoded): void {
  coding.columns.forEach((column, c) => {
    if (column.carries === 'nothing' || !cells.isGap(column.name, i)) return
    const value: CellValue =
      column.carries === 'number'
        ? means.has(column.at)
          ? admitted(column, means.get(column.at)!, coding.formats[c]!)
          : numberAt(column, row[column.at]!, coding.formats[c]!)
        : column.carries === 'levels'
          ? column.levels[levelsByNearness(column, row)[0]!]!
          : column.value
    cells.set(column.name, i, value)
  })
}

function countsOf(table: Table, filled: Table): FillCounts {
  return {
    rows: table.rowCount,
    gapRows: gapRows(table).length,
    columns: table.columns.map((column, c) => {
      const gaps = Array.from({ length: table.rowCount }, (_, i) => i).filter((i) => isMissing(column, i))
      return { name: column.name, gaps: gaps.length, stay: gaps.filter((i) => isMissing(filled.columns[c]!, i)).length }
    })
  }
}

function rowWarnings({ unknown, lonely, unruly }: FilledOnce): { name: string; message: string }[] {
  const rows = (count: number) => counted(count, 'row')
  return [
    ...(unknown > 0
      ? [{ name: 'rows-unknown', message: `nothing is known of ${rows(unknown)}: filled as any row of the table may be` }]
      : []),
    ...(lonely > 0
      ? [
          {
            name: 'few-donors',
            message: `fewer than ${FEW_DONORS} rows are near ${rows(lonely)}: filled mostly by the regression on all rows`
          }
        ]
      : []),
    ...(unruly > 0
      ? [
          {
            name: 'rule-unmet',
            message: `${rows(unruly)} obey not all rules of the table: no values of their gaps were found that do, beside the cells that are given`
          }
        ]
      : [])
  ]
}

function nothingToFill(): InputError {
  return new InputError({ code: 'rows-missing', got: 'no rows', expected: 'rows to fill', try: 'fill: a table' })
}
