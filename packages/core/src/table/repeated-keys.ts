import { type Column, isCategorical, isNumeric, type Table } from './table.js'

/** A column whose values name what was looked at several times: patients of visits, shares of days. */
export interface RepeatedKey {
  readonly name: string
  /** How many values it has. */
  readonly keys: number
  /** Columns that are alike in rows of one value, beyond chance. */
  readonly alike: readonly string[]
}

/** Fewer values are the levels of a factor rather than keys. */
const LEAST_KEYS = 5
/** Candidates of either kind that are looked at, at most. */
const MOST_CANDIDATES = 40
/** Rows of one key share this part of a column's spread, or of the chance to differ. */
const ALIKE = 0.5
/** Words of names of keys; parted by what is no letter, or by a capital. */
const KEY_WORDS = /^(id|ids|patient|subject|participant|person|respondent|customer|client|user|member|household|student|pupil|employee)$/

/**
 * The column whose rows are likeliest to belong together, or undefined: it is named as a key, or forms one with a time
 * column that recurs from key to key; nearly all its values recur; and other columns are alike in rows of one value, far
 * beyond chance. Categories that merely recur are none. Cost O(cells · log n) at most, little where no column can be one.
 */
export function repeatedKey(table: Table): RepeatedKey | undefined {
  const coded = table.columns.map((column) => ({ column, ...codesOf(column) }))
  const recurring = coded.filter(({ codes, count }) => count > 1 && 2 * count <= codes.length && recurs(codes, count))
  const keys = recurring
    .filter(({ column: { kind }, count }) => count >= LEAST_KEYS && (kind === 'category' || kind === 'integer'))
    .slice(0, MOST_CANDIDATES)
  const times = recurring.filter(({ column }) => isNumeric(column)).slice(0, MOST_CANDIDATES)
  const found = keys
    .filter((key) => isNamedAsKey(key.column.name) || times.some((time) => time !== key && formKey(key, time)))
    .map((key) => ({ name: key.column.name, keys: key.count, alike: alikeColumns(coded, key) }))
    .filter(({ alike }) => alike.length > 0)
  return found.sort((a, b) => b.alike.length - a.alike.length || b.keys - a.keys)[0]
}

/** What a person should know about a table whose rows hang together. */
export function repeatedKeyNotes(table: Table): string[] {
  const found = repeatedKey(table)
  if (!found) return []
  const { name, keys, alike } = found
  const shown = alike.length > 4 ? `${alike.slice(0, 4).join(', ')} and ${alike.length - 4} more` : alike.join(', ')
  return [
    `${name}: ${table.rowCount} rows of ${keys} values, and rows of one value are alike (${shown}): each row is drawn as if it stood alone, and new rows of one value need not fit together; one row for each ${name}, with what was seen later in columns of its own, keeps them together, or --exclude ${name}`
  ]
}

interface Coded {
  /** Which of its values every row has; −1 where it has none. */
  readonly codes: Int32Array
  readonly count: number
}

function codesOf(column: Column): Coded {
  if (isCategorical(column)) return { codes: column.codes, count: column.levels.length }
  if (!isNumeric(column)) return { codes: new Int32Array(0), count: 0 }
  const known = new Map<number, number>()
  const codes = Int32Array.from(column.values, (value, i) => {
    if (column.missing?.[i]) return -1
    const code = known.get(value) ?? known.size
    known.set(value, code)
    return code
  })
  return { codes, count: known.size }
}

/** Whether nearly all rows have a value that another row has too, and none lacks one. */
function recurs(codes: Int32Array, count: number): boolean {
  const rows = sizesOf(codes, count)
  let alone = 0
  for (const size of rows) if (size === 1) alone++
  return !codes.includes(-1) && alone <= 0.05 * codes.length
}

function sizesOf(codes: Int32Array, count: number): Int32Array {
  const rows = new Int32Array(count)
  for (const code of codes) if (code >= 0) rows[code]!++
  return rows
}

function isNamedAsKey(name: string): boolean {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .some((word) => KEY_WORDS.test(word))
}

/** Whether no two rows share both values, where by chance at least ten pairs of rows would. */
function formKey(a: Coded, b: Coded): boolean {
  const n = a.codes.length
  if ((n * n) / (2 * a.count * b.count) < 10) return false
  const seen = new Set<number>()
  for (let i = 0; i < n; i++) {
    const both = a.codes[i]! * b.count + b.codes[i]!
    if (seen.has(both)) return false
    seen.add(both)
  }
  return true
}

function alikeColumns(columns: readonly (Coded & { readonly column: Column })[], key: Coded): string[] {
  const sizes = sizesOf(key.codes, key.count)
  const pairs = sizes.reduce((sum, size) => sum + size * (size - 1), 0)
  // Under chance the share scatters by about the root of two over the pairs of rows of one key.
  const least = Math.max(ALIKE, 5 * Math.sqrt(2 / pairs))
  return columns
    .filter((other) => other.codes !== key.codes && other.count > 1)
    .filter(({ column, ...coded }) => (isNumeric(column) ? sharedSpread(column, key) : sharedLevel(coded, key)) >= least)
    .map(({ column }) => column.name)
}

/** Intraclass correlation of one-way analysis of variance; 0 for constants and columns with missing cells only. @source Fisher 1925. */
function sharedSpread({ values, missing }: Extract<Column, { values: Float64Array }>, key: Coded): number {
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
function sharedLevel({ codes, count }: Coded, key: Coded): number {
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
