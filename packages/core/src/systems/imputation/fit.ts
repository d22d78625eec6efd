import { leaveKeysOut } from '../../code/keys/leave-keys-out.js'
import { exp } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { counted, listed, typesFlag } from '../../num/listed.js'
import { type Matrix, takeRows } from '../../num/matrix.js'
import { type Key, keyFor, permutation } from '../../num/random.js'
import { isMissing } from '../../table/cells.js'
import { REPEATED } from '../../table/infer-text.js'
import type { RawTable } from '../../table/raw.js'
import { type Column, isEmpty, kindOf, type Table } from '../../table/table.js'
import { contextOf, type JobContext } from '../context.js'
import { rowLogWeights } from '../options/row-weights.js'
import { type PreparedTable, prepareTable, type TableOptions } from '../prepare.js'
import { readingWords } from '../read-as.js'
import type { RuleOptions } from '../rules/rule-options.js'
import { type CodedRows, type Coding, codeRows, fitCoding } from './coding.js'
import { FILLING_DONORS, meanRounds, ROUNDS } from './donors.js'
import { fitGaussian } from './expectation.js'
import { chooseSetting, type Masked } from './masking.js'
import { missingnessNotes } from './missingness.js'
import type { ImputationModel } from './model.js'
import type { Donors, FillSetting } from './row-law.js'
import { rulesWithGaps } from './rules.js'

/** Options of a fit: plain data. */
export interface ImputationFit extends TableOptions, RuleOptions {
  /** Default: that with which masked cells are filled best. */
  readonly bandwidth?: number | 'auto' | undefined
  /** Whole number from 0 to 2⁵³ − 1. Default 1. */
  readonly seed?: number | undefined
}

/** Multiplications and additions of one round over all donors that have gaps: about a second of one core. */
const ROUND_WORK = 5e8
/** More donors cost their square in time, and each row of the table looks at all of them: what a person waits for sets it, no figure of fills. */
export const MOST_DONORS = 4000
/** Fewer rows that know a column say nothing of how others determine it. */
const LEAST_KNOWN = 10
/** Fewer rows are too few to choose by: the widest bandwidth and the largest ridge stand. */
export const FEW_ROWS = 30

/** Learns how gaps of a raw table are filled. Throws `InputError`: what reading a table throws, `weights`, `column-sparse`, stated rules that are broken. */
export async function fitImputation(raw: RawTable, options: ImputationFit, jobContext: JobContext): Promise<ImputationModel> {
  const { bandwidth, seed = 1, ...reading } = options
  const { key, watch } = contextOf(seed, jobContext)
  const { prepared, coding, kinds, reading: read } = readTableWithGaps(raw, reading)
  const { data } = prepared
  const rules = rulesWithGaps(data, reading)
  const sparse = sparseColumns(data.table)
  refuseSparse(data.table, sparse)
  const { rows, weights, usable } = takeDonors(prepared, { coding, key: keyFor(key, 'donors') })
  const masked = await settingOf({ coding, rows, weights }, { bandwidth, key: keyFor(key, 'masking'), watch })
  const start = { completed: fitGaussian(rows, weights).completed, known: rows.known, weights }
  const donors: Donors = { ...start, completed: await meanRounds(start, { setting: masked.setting, watch }) }
  watch?.progress?.({ stage: FILLING_DONORS, done: ROUNDS, total: ROUNDS })
  return {
    coding,
    kinds,
    donors,
    rules,
    reading: read,
    summary: {
      rowCount: data.table.rowCount,
      donorCount: rows.data.rows,
      ...masked.setting,
      masking: { tried: masked.tried, columns: masked.columns },
      gaps: data.table.columns.map((column) => ({ name: column.name, missing: gapCount(column, data.table.rowCount) })),
      notes: [
        ...data.notes,
        ...sparseNotes(data.table, sparse),
        ...fitNotes(data.table, { masked, derived: new Set(rules?.rules.map(({ column }) => column)), taken: rows.data.rows, usable })
      ]
    }
  }
}

/** A table with gaps, and all that it takes to read other rows as it was read. */
export function readTableWithGaps(
  raw: RawTable,
  options: TableOptions,
  ofKey: KeyNote = staysAsItIs
): Pick<ImputationModel, 'coding' | 'kinds' | 'reading'> & { readonly prepared: PreparedTable } {
  const prepared = readGaps(raw, options, ofKey)
  const { table, formats } = prepared.data
  const coding = fitCoding(table, formats, 'scored', new Set(sparseColumns(table)))
  return { prepared, coding, kinds: table.columns.map(kindOf), reading: readingWords(options) }
}

/** What is said of a column that names rows. */
type KeyNote = (name: string) => string

const staysAsItIs: KeyNote = (name) => `${name}: names rows, so it stays as it is, gaps included; ${typesFlag(name, 'category')} fills it`

/** A table read for filling: keys stay as they are, and so do their cells. */
function readGaps(raw: RawTable, options: TableOptions, ofKey: KeyNote): PreparedTable {
  const prepared = prepareTable(raw, options)
  const data = leaveKeysOut(raw, prepared.data, { ...options, forms: 'off' })
  const keys = data.table.columns.filter(({ kind }) => kind === 'identifier').map(({ name }) => name)
  // What is said of keys and weights is of new rows; here they stay.
  const said = [...keys, ...(options.weights === undefined ? [] : [options.weights])]
  const isOfNewRows = (note: string): boolean =>
    note.includes(REPEATED) || said.some((name) => note.startsWith(`${name}: `) || note.startsWith(`${name} is used`))
  const notes = [...data.notes.filter((note) => !isOfNewRows(note)), ...keys.map(ofKey)]
  return { ...prepared, data: { ...data, notes } }
}

function gapCount(column: Column, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) if (isMissing(column, i)) count++
  return count
}

/** Columns with gaps of which so few cells are known that nothing is learned of them. */
const sparseColumns = ({ columns, rowCount }: Table): string[] =>
  columns.flatMap((column) => {
    const gaps = column.kind === 'identifier' || isEmpty(column) ? 0 : gapCount(column, rowCount)
    return gaps > 0 && rowCount - gaps < LEAST_KNOWN ? [column.name] : []
  })

/** Throws `InputError` (code `column-sparse`) where nothing can be filled: all columns with gaps are known in too few rows. */
function refuseSparse({ columns, rowCount }: Table, sparse: readonly string[]): void {
  const open = columns.filter((column) => column.kind !== 'identifier' && !isEmpty(column) && gapCount(column, rowCount) > 0)
  if (sparse.length === 0 || open.length > sparse.length) return
  throw new InputError({
    code: 'column-sparse',
    got: `gaps of ${listed(sparse)} alone, with ${counted(rowCount - gapCount(open[0]!, rowCount), 'known cell')}`,
    expected: `at least ${LEAST_KNOWN} known cells of a column to learn from`,
    try: 'a table in which more of it is known'
  })
}

function sparseNotes({ columns, rowCount }: Table, names: readonly string[]): string[] {
  return names.map((name) => {
    const known = rowCount - gapCount(columns.find((column) => column.name === name)!, rowCount)
    return `${name}: ${counted(known, 'known cell')}, fewer than the ${LEAST_KNOWN} that something could be learned of, so its gaps stay`
  })
}

/** Rows that know something and weigh something: all, or as many as a round may take. */
export function takeDonors(
  { data, weights }: PreparedTable,
  { coding, key, limit = Number.POSITIVE_INFINITY }: { readonly coding: Coding; readonly key: Key; readonly limit?: number }
) {
  const all = codeRows(coding, data.table)
  const rowWeights = rowLogWeights(data.table, weights).map(exp)
  const d = coding.width
  const knows = (i: number) => all.known.subarray(i * d, (i + 1) * d).includes(1)
  const usable = Array.from(rowWeights, (_, i) => i).filter((i) => rowWeights[i]! > 0 && (knows(i) || d === 0))
  if (usable.length < 2)
    throw new InputError({
      code: 'rows-unknown',
      got: `${counted(usable.length, 'row')} with a known cell and a weight above 0`,
      expected: 'at least 2',
      try: 'a table with more that is known'
    })
  const gapShare = usable.filter((i) => all.known.subarray(i * d, (i + 1) * d).includes(0)).length / usable.length
  const most = Math.min(
    MOST_DONORS,
    limit,
    Math.max(FEW_ROWS, Math.floor(Math.sqrt(ROUND_WORK / (Math.max(gapShare, 0.01) * (d + d * d)))))
  )
  const chosen =
    usable.length <= most ? usable : Array.from(permutation(key, usable.length).subarray(0, most), (k) => usable[k]!).sort((a, b) => a - b)
  const sum = chosen.reduce((total, i) => total + rowWeights[i]!, 0)
  return { rows: takeCoded(all, chosen), weights: Float64Array.from(chosen, (i) => rowWeights[i]! / sum), usable: usable.length }
}

function takeCoded({ data, known }: CodedRows, rows: readonly number[]): CodedRows {
  const out = new Uint8Array(rows.length * data.cols)
  rows.forEach((i, k) => {
    out.set(known.subarray(i * data.cols, (i + 1) * data.cols), k * data.cols)
  })
  return { data: takeRows(data, rows) as Matrix, known: out }
}

type Problem = Parameters<typeof chooseSetting>[0]

export async function settingOf(
  problem: Problem,
  { bandwidth, ...context }: Parameters<typeof chooseSetting>[1] & Pick<ImputationFit, 'bandwidth'>
): Promise<Masked> {
  const found = await chooseSetting(problem, context)
  const few = problem.rows.data.rows < FEW_ROWS
  const widest = found.tried[found.tried.length - 1]!
  const setting: FillSetting = few ? { epsilon: widest.epsilon, ridge: widest.ridge } : found.setting
  return { ...found, setting: typeof bandwidth === 'number' ? { ...setting, epsilon: bandwidth } : setting }
}

interface Noted {
  readonly masked: Masked
  /** Columns that rules derive: what the regression says of them does not count. */
  readonly derived: ReadonlySet<string>
  /** Rows that gaps are filled from. */
  readonly taken: number
  /** Rows that know and weigh something. */
  readonly usable: number
}

/** Why not all rows of a table are learned from. `what`: `gaps are filled`. */
export function takenNotes(what: string, { rowCount }: Table, { taken, usable }: Pick<Noted, 'taken' | 'usable'>): string[] {
  const left = rowCount - usable
  return [
    ...(left > 0
      ? [
          `${counted(left, 'row')} of ${rowCount} ${left === 1 ? 'has' : 'have'} no known cell, or no weight: nothing is learned from ${left === 1 ? 'it' : 'them'}`
        ]
      : []),
    ...(taken < usable ? [`${what} from ${taken} of ${usable} rows, taken at random, which bounds the time that it takes`] : [])
  ]
}

/** From this error of masked cells on, in standard deviations, the other columns say no more than the mean. */
const UNPREDICTED = 0.95
/** Masked cells below which their error says little: the root of a mean of 30 squares is good to 13 %. */
const LEAST_CELLS = 30

function fitNotes(table: Table, { masked, derived, taken, usable }: Noted): string[] {
  const gaps = new Set(table.columns.filter((column) => gapCount(column, table.rowCount) > 0).map(({ name }) => name))
  const blind = masked.columns.filter(
    ({ name, error, cells }) => gaps.has(name) && !derived.has(name) && cells >= LEAST_CELLS && error >= UNPREDICTED
  )
  return [
    ...(taken < FEW_ROWS
      ? [`${counted(taken, 'row')}: too few to choose how near ones count; gaps are filled by a regression on all of them`]
      : []),
    ...takenNotes('gaps are filled', table, { taken, usable }),
    ...blind.map(
      ({ name, cells }) =>
        `${name}: on ${cells} masked cells the other columns predict it no better than its mean does: its fills say little about the single row`
    ),
    ...missingnessNotes(table)
  ]
}
