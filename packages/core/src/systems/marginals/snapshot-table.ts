import type { KeptRules } from '../../code/rules/kept-rules.js'
import { InputError } from '../../num/errors.js'
import { listed } from '../../num/listed.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { cloud } from '../../space/cloud.js'
import { type DateOrder, isDigitPattern } from '../../table/date-style.js'
import { decimalMarks, notationFor } from '../../table/decimal-marks.js'
import { digitTimesNote } from '../../table/infer-digits.js'
import { fractionOf, isPlain, type Notation, PLAIN, readNumber } from '../../table/notation.js'
import { isEmptyColumn, type RawColumn, type RawTable } from '../../table/raw.js'
import { type Calendar, daysAsked, timeText } from './calendar.js'
import { checkOffspring, checkTotal, marksAt } from './marks.js'
import { logWeightsFrom, type SnapshotInput } from './snapshots.js'

/** Which columns of a long table mean what. */
export interface SnapshotColumns {
  /** Name of the time column. */
  readonly time: string
  readonly weights?: string | undefined
  /** `off`, `estimate`, or the name of a column of offspring in a unit of time. */
  readonly growth?: string | undefined
  /** Name of a column of labels of the last snapshot. */
  readonly fates?: string | undefined
  /** Name of a column that says which group a particle is of. */
  readonly by?: string | undefined
  /** Coordinates; all other columns when left out. */
  readonly columns?: readonly string[] | undefined
  readonly exclude?: readonly string[] | undefined
  /** Velocities, one column a coordinate in their order. */
  readonly velocity?: readonly string[] | undefined
  /** Which of two numbers is the day in dates that leave it open. */
  readonly dateOrder?: DateOrder | undefined
}

/** What is needed to write paths in the columns of a table. */
export interface WrittenColumns {
  readonly columnNames: readonly string[]
  /** Names in the order of the input, the time column and those of empty columns among them. */
  readonly order: readonly string[]
  /** Columns in which every cell is missing: no coordinates, and written so again. */
  readonly emptyNames?: readonly string[]
  /** Decimals of each written column in the input; undefined where numbers are written in full. */
  readonly decimals: ReadonlyMap<string, number | undefined>
  /** Marks and signs of those whose numbers are not plain. */
  readonly notations?: ReadonlyMap<string, Notation> | undefined
  /** Where times are dates: they count in days since the first. */
  readonly calendar?: Calendar | undefined
  /** What derives the columns besides these from the coordinates. */
  readonly rules?: KeptRules | undefined
  /** What is to be said of columns that are no coordinates. */
  readonly notes?: readonly string[] | undefined
}

/** The name of the column of times. */
export function timeColumnOf({ order, columnNames, emptyNames = [], rules }: WrittenColumns): string {
  const others = new Set([...columnNames, ...emptyNames, ...derivedNames(rules)])
  return order.find((name) => !others.has(name)) ?? 'time'
}

/** Columns that rules derive. */
export const derivedNames = (rules: KeptRules | undefined): readonly string[] => rules?.rules.map(({ column }) => column) ?? []

/** A long table as snapshots. */
export interface SnapshotTable extends SnapshotInput, WrittenColumns {
  readonly columnNames: readonly string[]
}

/** Snapshots from a long table; dates count in days since the first. Throws `InputError` naming row and column of what is not a number. */
export function snapshotsOf(table: RawTable, wanted: SnapshotColumns): SnapshotTable {
  const notationIn = notationsOf(table)
  const time = timesOf(columnNamed(table, wanted.time, '--time'), wanted.dateOrder, notationIn)
  const weights =
    wanted.weights === undefined ? undefined : numbersOf(columnNamed(table, wanted.weights, '--weights'), 'weight', notationIn)
  const offspring = offspringOf(table, wanted.growth, notationIn)
  const labels = wanted.fates === undefined ? undefined : labelsOf(columnNamed(table, wanted.fates, '--fates'))
  const groups = wanted.by === undefined ? undefined : groupsIn(labelsOf(columnNamed(table, wanted.by, '--by')), wanted.by)
  const chosen = chosenNames(table, wanted)
  const emptyNames = chosen.filter((name) => isEmptyColumn(columnNamed(table, name, '--columns')))
  const names = chosen.filter((name) => !emptyNames.includes(name))
  if (names.length === 0) throw noCoordinates()
  const coordinates = names.map((name) => numbersOf(columnNamed(table, name, '--columns'), 'coordinate', notationIn))
  const velocities = wanted.velocity?.map((name) => numbersOf(columnNamed(table, name, '--velocity'), 'coordinate', notationIn))
  if (velocities) checkVelocities(wanted.velocity!, names)
  if (weights) checkWeights(weights.values, wanted.weights!)
  const rowsAt = new Map<number, number[]>()
  time.values.forEach((t, i) => {
    const rows = rowsAt.get(t)
    if (rows) rows.push(i)
    else rowsAt.set(t, [i])
  })
  const kept = new Set([wanted.time, ...chosen])
  if (offspring)
    for (const [t, rows] of withoutLast(rowsAt)) checkTotal(marksAt({ offspring }, rows).offspring!, timeText(t, time.calendar))
  return {
    times: [...rowsAt.keys()],
    clouds: [...rowsAt.values()].map((rows) => cloudOf(rows, { coordinates, weights })),
    ...((offspring || labels || groups) && { marks: [...rowsAt.values()].map((rows) => marksAt({ offspring, labels, groups }, rows)) }),
    ...(velocities && { velocities: [...rowsAt.values()].map((rows) => valuesAt(rows, velocities)) }),
    columnNames: names,
    emptyNames,
    order: table.columns.map((column) => column.name).filter((name) => kept.has(name)),
    decimals: new Map([[wanted.time, time.decimals], ...names.map((name, a) => [name, coordinates[a]!.decimals] as const)]),
    notations: new Map(
      [[wanted.time, time] as const, ...names.map((name, a) => [name, coordinates[a]!] as const)].flatMap(([name, { notation }]) =>
        notation === undefined ? [] : [[name, notation] as const]
      )
    ),
    calendar: time.calendar,
    ...(isDigitPattern(time.calendar?.style.date) ? { notes: [digitTimesNote(wanted.time, time.calendar.style)] } : {})
  }
}

/** The column of offspring, where one is named. */
function offspringOf(table: RawTable, growth: string | undefined, notationIn: NotationIn): Float64Array | undefined {
  if (growth === undefined || growth === 'off' || growth === 'estimate') return undefined
  const { values } = numbersOf(columnNamed(table, growth, '--growth'), 'growth', notationIn)
  checkOffspring(values, growth)
  return values
}

/** Cells as labels; null where they are empty. */
function labelsOf(column: RawColumn): (string | null)[] {
  return Array.from(column.values as ArrayLike<string | number | boolean | null>, (cell, i) => {
    const empty = cell === null || ('missing' in column && column.missing?.[i] === 1) || String(cell).trim() === ''
    return empty ? null : String(cell).trim()
  })
}

/** The groups of particles. Throws `InputError` where one has none, or all have the same. */
function groupsIn(labels: readonly (string | null)[], name: string): string[] {
  const bad = labels.indexOf(null)
  if (bad >= 0)
    throw new InputError({
      code: 'group-missing',
      got: `an empty cell in column ${name}, row ${bad + 1}, used as group`,
      expected: 'the group of every particle',
      try: 'removing that row, or no --by'
    })
  if (new Set(labels).size < 2)
    throw new InputError({
      code: 'groups-few',
      got: `one group, ${labels[0]}, in column ${name}`,
      expected: 'two groups or more',
      try: 'no --by'
    })
  return labels as string[]
}

function withoutLast<T>(rowsAt: ReadonlyMap<number, T>): [number, T][] {
  const last = Math.max(...rowsAt.keys())
  return [...rowsAt].filter(([time]) => time !== last)
}

type NotationIn = (column: RawColumn) => Notation

/** The notation of the numbers of a column of text; plain where it is none of numbers. */
export function notationsOf(table: RawTable): NotationIn {
  const marks = decimalMarks(table, {})
  return ({ name, source, values }) =>
    (source === 'text' ? notationFor(name, values as readonly (string | null)[], { marks, notes: [] }) : undefined) ?? PLAIN
}

/** The number that a cell of text spells; NaN for other text. */
export function numberIn(cell: unknown, notation: Notation): number {
  if (typeof cell !== 'string' || cell.trim() === '') return Number.NaN
  return isPlain(notation) ? Number(cell) : (readNumber(cell, notation) ?? Number.NaN)
}

function cloudOf(rows: readonly number[], parts: { coordinates: readonly Numbers[]; weights: Numbers | undefined }) {
  const points = valuesAt(rows, parts.coordinates)
  if (!parts.weights) return cloud(points)
  return cloud(points, logWeightsFrom(rows.map((row) => parts.weights!.values[row]!)))
}

function valuesAt(rows: readonly number[], columns: readonly Numbers[]): Matrix {
  return matrix(
    rows.length,
    columns.length,
    Float64Array.from(
      { length: rows.length * columns.length },
      (_, e) => columns[e % columns.length]!.values[rows[Math.floor(e / columns.length)]!]!
    )
  )
}

function checkVelocities(velocity: readonly string[], names: readonly string[]): void {
  if (velocity.length === names.length && new Set(velocity).size === names.length) return
  throw new InputError({
    code: 'velocity-columns',
    got: `--velocity ${velocity.join(',')} for the coordinates ${names.join(', ')}`,
    expected: 'one column of velocities a coordinate, in their order',
    try: `--columns to choose the coordinates that have velocities`
  })
}

/** Names of the columns that are to be coordinates, in which values may be missing. */
function chosenNames(table: RawTable, { time, weights, growth, fates, by, columns, exclude, velocity }: SnapshotColumns): string[] {
  for (const name of exclude ?? []) columnNamed(table, name, '--exclude')
  const left = new Set([time, weights, growth, fates, by, ...(exclude ?? []), ...(velocity ?? [])])
  const names = columns ? [...columns] : table.columns.map((column) => column.name)
  return names.filter((name) => !left.has(name))
}

function noCoordinates(): InputError {
  return new InputError({
    code: 'no-coordinates',
    got: 'no column besides time and weights',
    expected: 'at least one column of coordinates',
    try: 'checking --columns and --exclude'
  })
}

function columnNamed(table: RawTable, name: string, flag: string): RawColumn {
  const column = table.columns.find((c) => c.name === name)
  if (column) return column
  throw new InputError({
    code: 'column-unknown',
    got: `${flag} ${name}`,
    expected: `one of the columns ${listed(table.columns.map((c) => c.name))}`,
    try: 'naming a column of the table'
  })
}

interface Numbers {
  readonly values: Float64Array
  readonly decimals: number | undefined
  readonly notation?: Notation
}

function timesOf(column: RawColumn, order: DateOrder | undefined, notationIn: NotationIn): Numbers & { readonly calendar?: Calendar } {
  const days = daysAsked(column, order)
  return days ? { ...days, decimals: undefined } : numbersOf(column, 'time', notationIn)
}

function numbersOf(column: RawColumn, role: 'time' | 'weight' | 'growth' | 'coordinate', notationIn: NotationIn): Numbers {
  if (column.source === 'datetime') {
    const bad = role === 'time' ? column.values.findIndex((x, i) => column.missing?.[i] === 1 || !Number.isFinite(x)) : 0
    throw notNumber(column, bad, role === 'time' ? 'an empty cell' : 'a date', role)
  }
  // A coordinate need not have been measured of every particle.
  const mayBeEmpty = role === 'coordinate'
  if (column.source === 'number') {
    const isEmpty = (i: number): boolean => column.missing?.[i] === 1
    const bad = column.values.findIndex((x, i) => (isEmpty(i) ? !mayBeEmpty : !Number.isFinite(x)))
    if (bad >= 0) throw notNumber(column, bad, isEmpty(bad) ? 'an empty cell' : String(column.values[bad]), role)
    const values = column.missing?.includes(1) ? column.values.map((x, i) => (isEmpty(i) ? Number.NaN : x)) : column.values
    return { values, decimals: column.integer ? 0 : undefined }
  }
  const notation = notationIn(column)
  const values = new Float64Array(column.values.length)
  let decimals: number | undefined = 0
  ;(column.values as readonly (string | boolean | null)[]).forEach((cell, i) => {
    if (mayBeEmpty && (cell === null || cell === '')) {
      values[i] = Number.NaN
      return
    }
    const number = numberIn(cell, notation)
    if (!Number.isFinite(number)) throw notNumber(column, i, cell === null ? 'an empty cell' : `"${String(cell)}"`, role)
    values[i] = number
    if (decimals !== undefined) {
      const exponent = isPlain(notation) && /[eE]/.test(cell as string)
      decimals = exponent ? undefined : Math.max(decimals, fractionOf(cell as string, notation).length)
    }
  })
  return { values, decimals, ...(isPlain(notation) ? {} : { notation }) }
}

function notNumber(column: RawColumn, row: number, got: string, role: string): InputError {
  return new InputError({
    code: role === 'time' ? 'time-not-number' : 'not-a-number',
    got: `${got} in column ${column.name}, row ${row + 1}, used as ${role}`,
    expected: role === 'time' ? 'finite numbers, or dates in one spelling, in every row' : 'a finite number in every row',
    try:
      role === 'coordinate'
        ? `leaving it out (--exclude ${column.name}), or removing that row`
        : role === 'time'
          ? 'a column of numbers, or of dates such as 2020-01-31'
          : 'a column of numbers'
  })
}

function checkWeights(values: Float64Array, name: string): void {
  const bad = values.findIndex((w) => !(w > 0))
  if (bad < 0) return
  throw new InputError({
    code: 'weight-not-positive',
    got: `the weight ${values[bad]} in column ${name}, row ${bad + 1}`,
    expected: 'weights above 0',
    try: 'removing rows of weight zero'
  })
}
