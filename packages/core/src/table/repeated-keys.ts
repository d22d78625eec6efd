import { flagWord } from '../num/listed.js'
import { type Codes, codesIn, codesOf, jointCodes, spreadRows, surelyMore } from './codes.js'
import { type CategoricalColumn, type Column, isCategorical, isNumeric, type NumericColumn, type Table } from './table.js'

/** A column whose values name what was looked at several times: patients of visits, shares of days. */
interface RepeatedKey {
  readonly name: string
  /** How many values it has. */
  readonly keys: number
  /** Columns that are alike in rows of one value, beyond chance. */
  readonly alike: readonly string[]
  /** A column of times or numbers of which no value comes twice in rows of one key. */
  readonly time?: string | undefined
}

/** Fewer values are the levels of a factor rather than keys. */
const LEAST_KEYS = 5
/** Candidates of either kind that are looked at, at most. */
const MOST_CANDIDATES = 40
/** Rows of one key share this part of a column's spread, or of the chance to differ. */
const ALIKE = 0.5
/** Last words of names of keys; parted by what is no letter, or by a capital. */
const KEY_WORDS = /^(id|ids|patient|subject|participant|person|respondent|customer|client|user|member|household|student|pupil|employee)$/
/** Words that may follow them. */
const NUMBER_WORDS = /^(no|nr|num|number|key|code|ref|name)$/

/**
 * The column whose rows are likeliest to belong together, or undefined: it is named as a key, or forms one with a time
 * column that recurs from key to key; nearly all its values recur; and other columns are alike in rows of one value, far
 * beyond chance. Categories that merely recur are none. Cost O(cells), little where no column can be one.
 */
export function repeatedKey(table: Table): RepeatedKey | undefined {
  const first = spreadRows(table.rowCount, FIRST_ROWS)
  const coded = (columns: readonly (CategoricalColumn | NumericColumn)[]) => columns.map((column) => new Coded(column, first))
  const numbers = coded(table.columns.filter(isNumeric).slice(0, MOST_CANDIDATES))
  const keys = [...coded(table.columns.filter(isCategorical)), ...numbers]
    .filter(({ column: { kind } }) => kind === 'category' || kind === 'integer')
    .filter((one) => one.recurs && one.count >= LEAST_KEYS)
    .slice(0, MOST_CANDIDATES)
  const found = keys
    .map((key) => ({ key, time: timeBeside(key, numbers) }))
    .filter(({ key, time }) => isNamedAsKey(key.column.name) || time)
    .map(({ key, time }) => ({
      name: key.column.name,
      keys: key.count,
      alike: alikeColumns(table.columns, key),
      ...(time ? { time: time.column.name } : {})
    }))
    .filter(({ alike }) => alike.length > 0)
  return found.sort((a, b) => b.alike.length - a.alike.length || b.keys - a.keys)[0]
}

/** Columns that are alike in rows of one level of a category, beyond chance: what recurs is then somebody or something. Cost O(cells). */
export const alikeBy = (column: CategoricalColumn, { columns, rowCount }: Table): readonly string[] =>
  alikeColumns(columns, new Coded(column, spreadRows(rowCount, FIRST_ROWS)))

/** What a person should know about a table whose rows hang together. */
export function repeatedKeyNotes(table: Table): string[] {
  const found = repeatedKey(table)
  if (!found) return []
  const { name, keys, alike, time } = found
  const shown = alike.length > 4 ? `${alike.slice(0, 4).join(', ')} and ${alike.length - 4} more` : alike.join(', ')
  const each = table.rowCount / keys
  const rows = `${Number.isInteger(each) ? '' : 'about '}${Math.round(each)} rows per ${name}`
  const flags = `--group ${flagWord(name)}${time === undefined ? '' : ` --time ${flagWord(time)}`}`
  return [
    `${rows} (${keys} values), alike in ${shown}, but rows are drawn one by one, so new rows with the same ${name} need not fit together; ${flags} draws whole groups, --exclude ${flagWord(name)} leaves the column out`
  ]
}

/** Two columns of which every combination of values stands in one row, and how many values each has. */
interface Crossing {
  readonly names: readonly [string, string]
  readonly counts: readonly [number, number]
}

/** Such columns, where there are some: plates and their wells, a table of all pairs. Cost O(cells). */
export function crossingIn({ columns, rowCount }: Table): Crossing | undefined {
  const coded = columns
    .filter((column): column is CategoricalColumn | NumericColumn => isCategorical(column) || column.kind === 'integer')
    .slice(0, MOST_CANDIDATES)
    .flatMap((column) => {
      const codes = surelyMore(column, rowCount / 2) ? undefined : codesOf(column)
      return codes && codes.count > 1 && rowCount % codes.count === 0 ? [{ name: column.name, ...codes }] : []
    })
  const pairs = coded.flatMap((a, k) => coded.slice(k + 1).map((b) => [a, b] as const))
  const found = pairs.find(([a, b]) => a.count * b.count === rowCount && rowCount >= LEAST_DESIGN && jointCodes(a, b).count === rowCount)
  return found && { names: [found[0].name, found[1].name], counts: [found[0].count, found[1].count] }
}

/** What a person should know where nothing keeps these apart in new rows. */
export const crossingNote = ({ names: [a, b], counts }: Crossing): string =>
  `${a} and ${b}: each of ${counts.join(' × ')} combinations is in one row, as in a design, but new rows need not have each of them once; --given-file with one row for each combination draws the other columns`

/** Combinations of a design, at least: of fewer each stands in one row by chance. */
const LEAST_DESIGN = 20

/** The column that with a key tells all rows apart, dates first. */
function timeBeside(key: Coded, times: readonly Coded[]): Coded | undefined {
  const found = times.filter((time) => time !== key && isAlwaysNew(key.first, time.first) && time.recurs && formKey(key, time))
  return found.find(({ column }) => column.kind === 'datetime') ?? found[0]
}

/** Rows, spread over the table, that two columns must tell apart before all rows are looked at. */
const FIRST_ROWS = 2000

/** A column by its values. Those of all rows are numbered when they are asked for. */
class Coded {
  readonly first: Codes
  #all: Codes | undefined
  #recurs: boolean | undefined

  constructor(
    readonly column: CategoricalColumn | NumericColumn,
    first: Uint32Array
  ) {
    this.first = codesIn(column, first)
  }

  get codes(): Int32Array {
    return this.all.codes
  }

  get count(): number {
    return this.all.count
  }

  private get all(): Codes {
    this.#all ??= codesOf(this.column)
    return this.#all
  }

  /** Whether the column has several values that nearly all recur, and no row lacks one. */
  get recurs(): boolean {
    this.#recurs ??= this.#doesRecur()
    return this.#recurs
  }

  #doesRecur(): boolean {
    const { column } = this
    const rows = isNumeric(column) ? column.values.length : column.codes.length
    const lacks = isNumeric(column) ? column.missing?.includes(1) : column.codes.includes(-1)
    if (lacks || surelyMore(column, rows / 2) || this.count < 2 || 2 * this.count > rows) return false
    let alone = 0
    for (const size of sizesOf(this.codes, this.count)) if (size === 1) alone++
    return alone <= 0.05 * rows
  }
}

function sizesOf(codes: Int32Array, count: number): Int32Array {
  const rows = new Int32Array(count)
  for (const code of codes) if (code >= 0) rows[code]!++
  return rows
}

/** Whether a column is named as a key is: `user.id` and `customer_no`, but not `user.address.n` or `household_size`. */
export function isNamedAsKey(name: string): boolean {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '')
  const [last = '', before = ''] = words.reverse()
  return KEY_WORDS.test(last) || (KEY_WORDS.test(before) && NUMBER_WORDS.test(last))
}

/** Whether no two rows share both values, where by chance at least ten pairs of rows would. */
function formKey(a: Coded, b: Coded): boolean {
  const n = a.codes.length
  return (n * n) / (2 * a.count * b.count) >= 10 && isAlwaysNew(a, b)
}

const isAlwaysNew = (a: Codes, b: Codes): boolean => jointCodes(a, b).count === a.codes.length

function alikeColumns(columns: readonly Column[], key: Coded): string[] {
  const pairs = sizesOf(key.codes, key.count).reduce((sum, size) => sum + size * (size - 1), 0)
  // Under chance the share scatters by about the root of two over the pairs of rows of one key.
  const least = Math.max(ALIKE, 5 * Math.sqrt(2 / pairs))
  const shared = (column: Column) => (isNumeric(column) ? sharedSpread(column, key) : isCategorical(column) ? sharedLevel(column, key) : 0)
  return columns.filter((column) => column.name !== key.column.name && shared(column) >= least).map(({ name }) => name)
}

/** Intraclass correlation of one-way analysis of variance; 0 for constants and columns with missing cells only. @source Fisher 1925. */
function sharedSpread({ values, missing }: NumericColumn, key: Coded): number {
  const rows = key.codes.length
  const [sums, counts] = [new Float64Array(key.count), new Float64Array(key.count)]
  let centre = 0
  let present = 0
  for (let i = 0; i < rows; i++) {
    if (missing?.[i]) continue
    sums[key.codes[i]!]! += values[i]!
    counts[key.codes[i]!]!++
    centre += values[i]!
    present++
  }
  if (present < rows / 2) return 0
  centre /= present
  let within = 0
  let between = 0
  let squares = 0
  for (let i = 0; i < rows; i++) if (!missing?.[i]) within += (values[i]! - sums[key.codes[i]!]! / counts[key.codes[i]!]!) ** 2
  for (let k = 0; k < key.count; k++) {
    if (counts[k]! > 0) between += counts[k]! * (sums[k]! / counts[k]! - centre) ** 2
    squares += counts[k]! ** 2
  }
  const groups = counts.filter((count) => count > 0).length
  if (present <= groups || groups < 2) return 0
  const [meanBetween, meanWithin] = [between / (groups - 1), within / (present - groups)]
  const typical = (present - squares / present) / (groups - 1)
  const whole = meanBetween + (typical - 1) * meanWithin
  return whole > 0 ? (meanBetween - meanWithin) / whole : 0
}

/** How much likelier two rows of one key are to share a level than any two rows, of what is left to share (Cohen's κ). */
function sharedLevel({ codes, levels }: CategoricalColumn, key: Coded): number {
  const count = levels.length
  const together = new Map<number, number>()
  codes.forEach((code, i) => {
    const both = key.codes[i]! * (count + 1) + code + 1
    together.set(both, (together.get(both) ?? 0) + 1)
  })
  const pairs = (sizes: Iterable<number>) => {
    let sum = 0
    for (const size of sizes) sum += size * (size - 1)
    return sum
  }
  const overall = pairs(sizesOf(codes, count)) / (codes.length * (codes.length - 1))
  const within = pairs(together.values()) / pairs(sizesOf(key.codes, key.count))
  return overall < 1 ? (within - overall) / (1 - overall) : 0
}
