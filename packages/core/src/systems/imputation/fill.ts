import { type Completed, rowCompleter } from '../../code/rules/complete.js'
import { inputsOfKept, type KeptRules, ruleTexts } from '../../code/rules/kept-rules.js'
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
import { UNMET_WARNING } from '../rules/tell-rules.js'
import { admitted, type Coding, codeRows, levelsByNearness, numberAt, valueAt } from './coding.js'
import { limitsOfDonors } from './donor-limits.js'
import { drawDonors, drawGaps } from './donors.js'
import { keepRatios } from './equal-cells.js'
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
/** Draws of a row in place of one whose filled cells would give way to an end, at most: eight times as many rows, as for new rows. */
const MOST_REDRAWN = 8
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
  /** Rows of which nothing is known, and rows with few donors. */
  readonly unknown: number
  readonly lonely: number
  /** Rows that no fill was found for that obeys the rules: their places, from 0, and the rules. */
  readonly unruly: readonly { readonly row: number; readonly rules: readonly string[] }[]
}

function joined(parts: readonly FilledOnce[]): FilledOnce {
  if (parts.length === 1) return parts[0]!
  const sum = (of: 'unknown' | 'lonely') => parts.reduce((all, part) => all + part[of], 0)
  return {
    table: stackTables(parts.map(({ table }) => table)),
    filled: parts.flatMap(({ filled }) => filled),
    unknown: sum('unknown'),
    lonely: sum('lonely'),
    unruly: parts.flatMap(({ unruly }) => unruly)
  }
}

async function fillOnce({ model, table, first, as, laws, key }: Once, look: (done: number) => void): Promise<FilledOnce> {
  const cells = new FilledCells(model, table)
  const rows = codeRows(model.coding, table)
  const complete = model.rules && rowCompleter(model.rules)
  const d = rows.data.cols
  const gapped = gapRows(table)
  const filled = new Map<number, Float64Array>()
  let [unknown, lonely] = [0, 0]
  for (const [r, i] of gapped.entries()) {
    if (r % LOOK === 0) look(Math.round((r / gapped.length) * table.rowCount))
    const known = rows.known.subarray(i * d, (i + 1) * d)
    const given = rowOf(rows.data, i)
    const decoded = (row: Float64Array, means: ReadonlyMap<number, number> = NO_MEANS) => decode({ model, cells, row, i, means })
    const drawn = (own: Key): OneFill => {
      const row = given.slice()
      return { row, near: drawGaps(row, known, { laws, coding: model.coding, setting: model.summary, key: own, chain: first + i }) }
    }
    const isWhole = !known.includes(0)
    const one: OneFill =
      as === 'draw' || isWhole
        ? isWhole
          ? { row: given.slice(), near: Number.NaN }
          : drawn(key)
        : expected({ model, laws, as }, given.slice(), known)
    decoded(one.row, one.means)
    const isKept = (row: Float64Array) => !complete || isAsDrawn(complete(cells.row(i, row)), cells, i)
    if (as === 'draw' && !isWhole && complete) {
      // What gives way to an end piles up there; another draw has the law that rows have which keep it.
      let row: Float64Array | undefined = one.row
      for (let round = 0; row && !isKept(row); round++) {
        row = round < MOST_REDRAWN ? drawn(keyAtStep(keyFor(key, 'again'), round)).row : undefined
        if (row) decoded(row)
      }
      one.row.set(row ?? one.row)
      decoded(one.row)
    }
    if (!isWhole) {
      if (!known.includes(1)) unknown++
      else if (one.near < FEW_DONORS) lonely++
    }
    filled.set(i, one.row)
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
  if (as === 'draw')
    for (const i of gapped) {
      const open = { cell: (name: string) => cells.cell(name, i), isOpen: (name: string) => cells.isGap(name, i) }
      const set = (name: string, value: number) => cells.set(name, i, value)
      // Where rules tell the number that is given way to, what it is of gives way.
      for (const side of ['number', 'of'] as const) {
        keepRatios({ ...open, set }, side, model)
        complete?.(cells.row(i, filled.get(i)!))
      }
    }
  const unruly = gapped.flatMap((i) => {
    const broken = complete?.(cells.row(i, filled.get(i)!)).broken ?? []
    return broken.length > 0 ? [{ row: first + i, rules: textsOf(broken, model.rules!) }] : []
  })
  return { table: cells.table(), filled: cells.filledNames(), unknown, lonely, unruly }
}

const NO_MEANS: ReadonlyMap<number, number> = new Map()

const textsOf = (rules: KeptRules['rules'], kept: KeptRules): string[] => [...new Set(ruleTexts({ ...kept, rules }))]

/** Whether rules leave a filled row as it was drawn, or what they miss is given. */
const isAsDrawn = ({ broken, isCut }: Completed, cells: FilledCells, i: number): boolean =>
  !isCut && !broken.some((rule) => [rule.column, ...(rule.kind === 'equal' ? [] : inputsOfKept(rule))].some((name) => cells.isGap(name, i)))

interface Expecting {
  readonly model: ImputationModel
  readonly laws: RowLaws
  readonly as: FillAs
}

interface OneFill {
  readonly row: Float64Array
  /** Effective number of donors near the row. */
  readonly near: number
  readonly means?: ReadonlyMap<number, number>
}

/** A row with what is expected of its gaps. */
function expected({ model, laws, as }: Expecting, row: Float64Array, known: Uint8Array): OneFill {
  laws.near(row, known, model.summary.epsilon)
  const law = laws.law(row, model.summary.ridge)
  const values = as === 'median' ? laws.median(law) : law.mean
  law.unknown.forEach((c, k) => {
    row[c] = values[k]!
  })
  return { row, near: law.effectiveCount, ...(as === 'mean' ? { means: meansOfScored(model.coding, laws, law) } : {}) }
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
    ...(unruly.length > 0 ? [{ name: UNMET_WARNING, message: unmetWords(unruly) }] : [])
  ]
}

/** Rules that are named, at most. */
const MOST_NAMED = 3

function unmetWords(unruly: FilledOnce['unruly']): string {
  const rows = new Map<string, number[]>()
  for (const { row, rules } of unruly) for (const rule of rules) rows.set(rule, [...(rows.get(rule) ?? []), row + 1])
  const named = [...rows].sort((one, other) => other[1].length - one[1].length)
  const words = named
    .slice(0, MOST_NAMED)
    .map(([rule, own]) => `“${rule}” in ${own.length === 1 ? `row ${own[0]}` : `${own.length} rows, as row ${own[0]}`}`)
  const more = named.length > MOST_NAMED ? [`${named.length - MOST_NAMED} more rules`] : []
  return `${counted(unruly.length, 'row')} ${unruly.length === 1 ? 'obeys' : 'obey'} not all rules of the table, ${[...words, ...more].join(', ')}: no values of their gaps were found that do, beside the cells that are given; look at these, or leave the rules out with --rules off`
}

function nothingToFill(): InputError {
  return new InputError({ code: 'rows-missing', got: 'no rows', expected: 'rows to fill', try: 'fill: a table' })
}
