import { type CellValue, cellAt } from '../../table/cells.js'
import { roundToFormat } from '../../table/present.js'
import { isNumeric, type NumericColumn } from '../../table/table.js'
import { derives, inputsOfKept, type KeptRules, type RuledColumn } from './kept-rules.js'
import { columnOfCells } from './lookup-table.js'
import { DAY, sameness, unitOf } from './quantity.js'
import { columnIn, formatIn, type WrittenTable } from './rows-of-rule.js'
import { wholeRow } from './rule-row.js'

/** A derived number that every row shall have as it is written; dates in milliseconds. */
export interface Target {
  readonly column: string
  readonly value: number
}

/** What a drawn column may be: one value, or an interval. */
export type Bound = { readonly value: CellValue } | { readonly low: number; readonly high: number }

export interface Meeting {
  readonly kept: KeptRules
  /** Rows of the table without what rules derive: they say which values its columns have. */
  readonly data: WrittenTable
  readonly targets: readonly Target[]
  /** What else is given, of drawn columns. */
  readonly bounds: ReadonlyMap<string, Bound>
}

/** What targets leave of drawn columns. */
export interface Solved {
  readonly roots: ReadonlyMap<string, Bound>
  /** Columns that are met so. */
  readonly targets: readonly string[]
}

type Cells = Readonly<Record<string, CellValue>>

/** Rows of the data that are moved until they meet the targets: they say whether that can be, and what rows that fail fall back on. */
const MOST_TRIED = 200
/** Values of a second column that are tried beside the one that is solved for: all where there are no more, those next to it else. */
const MOST_BESIDE = 64
/** Combinations of values that are all tried: half a second's work. */
const MOST_COMBINATIONS = 10_000
/** Turns of the secant rule: monotone formulas take fewer than ten. */
const MOST_TURNS = 40

/** Moves rows to the nearest ones, in parts of their range, that meet their targets. */
export class Meeter {
  private readonly solvers: readonly Solver[]
  private readonly names: readonly string[]
  /** Rows that the data come nearest to the targets with. */
  private readonly examples: readonly Cells[]

  constructor(private readonly meeting: Meeting) {
    this.solvers = meeting.targets.map((target) => new Solver(target, meeting))
    this.names = [...new Set(this.solvers.flatMap(({ drawn }) => drawn))]
    const rows = this.cellsOf(meeting.data)
    const count = Math.min(MOST_TRIED, meeting.data.table.rowCount)
    this.examples = Array.from({ length: count }, (_, k) => rows(Math.floor(((k + 0.5) * meeting.data.table.rowCount) / count)))
      .filter((row) => Object.values(row).every((cell) => cell !== null))
      .map((row) => this.met({ ...row, ...this.given() }))
      .filter((row) => row !== undefined)
  }

  /** Whether any row was found that meets the targets. */
  get canBeMet(): boolean {
    return this.examples.length > 0
  }

  /**
   * What the targets leave of the columns that they are derived from, and which targets these values meet: all, where columns of few
   * values have only one combination that does, and each one that is derived from one number alone which nothing else is known of.
   */
  solved(): Solved {
    const only = this.only()
    if (only) {
      const roots = Object.entries(only).map(([name, value]): [string, Bound] => [name, { value }])
      return { roots: new Map(roots), targets: this.meeting.targets.map(({ column }) => column) }
    }
    const roots = new Map<string, Bound>()
    const targets: string[] = []
    for (const solver of this.solvers) {
      const [root, ...others] = solver.roots
      if (!root || others.length > 0 || roots.has(root.name)) continue
      const bound = solver.inverse(this.given())
      if (!bound) continue
      roots.set(root.name, bound)
      targets.push(solver.target.column)
    }
    return { roots, targets }
  }

  /** Undefined where other values meet the targets too, or there are too many to try. */
  only(): Cells | undefined {
    const roots = new Map(this.solvers.flatMap((solver) => solver.roots.map((root) => [root.name, root.values] as const)))
    const count = [...roots.values()].reduce((product, values) => product * values.length, 1)
    if (count === 0 || count > MOST_COMBINATIONS) return undefined
    let rows: Cells[] = [this.given()]
    for (const [name, values] of roots) rows = rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value })))
    const met = rows.filter((row) => this.solvers.every((solver) => solver.meets(row)))
    return met.length === 1 ? met[0] : undefined
  }

  /** Drawn rows, moved; those that cannot be take what is derived from of the nearest row that could. Cost O(rows · values of a column). */
  meet(drawn: WrittenTable): WrittenTable {
    const rows = this.cellsOf(drawn)
    const moved = Array.from({ length: drawn.table.rowCount }, (_, i) => this.met(rows(i)) ?? this.nearestExample(rows(i)))
    const columns = drawn.table.columns.map((column) => {
      if (!this.names.includes(column.name)) return column
      const cells = moved.map((row) => row[column.name]!)
      return columnOfCells(column, cells)
    })
    return { ...drawn, table: { ...drawn.table, columns } }
  }

  /** The row that meets all targets in turn; undefined where none was found. */
  private met(row: Cells): Cells | undefined {
    let own: Cells | undefined = row
    let fixed: readonly string[] = []
    for (const solver of this.solvers) {
      const before: Cells = own
      own = solver.nearest(before, fixed)
      if (!own) return undefined
      const after: Cells = own
      fixed = [...fixed, ...solver.drawn.filter((name) => after[name] !== before[name])]
    }
    return this.solvers.every((solver) => solver.meets(own)) ? own : undefined
  }

  private nearestExample(row: Cells): Cells {
    const distance = (other: Cells) => this.solvers.reduce((sum, solver) => sum + solver.distance(row, other), 0)
    return this.examples.reduce((best, one) => (distance(one) < distance(best) ? one : best))
  }

  private cellsOf(data: WrittenTable): (row: number) => Cells {
    const cells = this.names.map((name) => {
      const column = columnIn(data, name)
      const at = cellAt(column)
      if (!isNumeric(column)) return at
      const format = formatIn(data, name)
      return (i: number) => {
        const cell = at(i)
        return cell === null || this.isFixed(name) ? cell : roundToFormat(cell as number, format)
      }
    })
    return (i) => Object.fromEntries(this.names.map((name, k) => [name, cells[k]!(i)]))
  }

  private isFixed(name: string): boolean {
    const bound = this.meeting.bounds.get(name)
    return bound !== undefined && 'value' in bound
  }

  private given(): Cells {
    return Object.fromEntries(
      this.names.flatMap((name) => {
        const bound = this.meeting.bounds.get(name)
        return bound && 'value' in bound ? [[name, bound.value]] : []
      })
    )
  }
}

/** A drawn column that may be moved. */
interface Root {
  readonly name: string
  /** Its values in the data, in order; of numbers only where they are few. */
  readonly values: readonly CellValue[]
  /** Of numbers; categories have none. */
  readonly number?: RootNumber
}

interface RootNumber {
  readonly unit: number
  readonly low: number
  readonly high: number
  readonly range: number
  /** Some of its values, ascending, from the least to the largest. */
  readonly ladder: readonly number[]
  readonly rowsWithin: (low: number, high: number) => number
}

class Solver {
  /** Drawn columns that the target is derived from. */
  readonly drawn: readonly string[]
  readonly roots: readonly Root[]
  private readonly exact: (row: Cells) => number
  private readonly written: (row: Cells) => number
  private readonly slack: number

  constructor(
    readonly target: Target,
    { kept, data, bounds }: Meeting
  ) {
    const needed = new Set([target.column])
    const own = [...kept.rules].reverse().filter((rule) => {
      if (rule.kind === 'gap' || !needed.has(rule.column)) return false
      inputsOfKept(rule).forEach((name) => {
        needed.add(name)
      })
      return true
    })
    const part = { ...kept, rules: own.reverse() }
    const derived = new Set(part.rules.filter(derives).map(({ column }) => column))
    this.drawn = [...needed].filter((name) => !derived.has(name))
    this.roots = this.drawn.flatMap((name) => rootOf(name, data, bounds.get(name)) ?? [])
    const [all, written] = [wholeRow(part), wholeRow(part, 'written')]
    const number = (value: unknown) => (typeof value === 'number' ? value : Number.NaN)
    this.exact = (row) => number(all(row)[target.column])
    this.written = (row) => number(written(row)[target.column])
    this.slack = sameness(target.value, kept.columns.find(({ name }) => name === target.column)!.format)
  }

  meets(row: Cells): boolean {
    return Math.abs(this.written(row) - this.target.value) <= this.slack
  }

  /**
   * The values of the only number that may be moved which meet the target: one, or an interval where rounding leaves several. Undefined where what is
   * computed of it does not go one way all along the data, as the square of a number of both signs, and of intervals with few rows: all others
   * would count for nothing. Cost O(rungs of its ladder).
   */
  inverse(given: Cells): Bound | undefined {
    const [root, ...others] = this.roots
    if (!root?.number || others.length > 0 || this.drawn.some((name) => name !== root.name && !Object.hasOwn(given, name))) return undefined
    const { unit, low, high, ladder } = root.number
    const at = (x: number) => this.written({ ...given, [root.name]: x })
    const heights = ladder.map(at)
    const way = Math.sign(heights[heights.length - 1]! - heights[0]!)
    if (!(way !== 0 && heights.every((height, k) => k === 0 || way * (height - heights[k - 1]!) >= 0))) return undefined
    const { value } = this.target
    // Where it begins to be as high as the target, and where it is higher: ends that rounding leaves lie between.
    const [first, last] = [-1, 1].map((side) => crossing((x) => way * (at(x) - value) - side * this.slack, { unit, low, high, side }))
    const mean = unit === 0 ? 0.5 * (first! + last!) : first!
    const isOne = last! - first! <= (unit === 0 ? ONE * Math.abs(mean) : 0.5 * unit)
    const ends = isOne ? [mean] : [first!, last!]
    if (!ends.every((x) => x >= low && x <= high && this.meets({ ...given, [root.name]: x }))) return undefined
    if (isOne) return { value: mean }
    return root.number.rowsWithin(first!, last!) >= ENOUGH_ROWS ? { low: first!, high: last! } : undefined
  }

  /** How far rows stand apart: numbers in parts of their range, categories 1 where they differ. */
  distance(row: Cells, other: Cells): number {
    return this.roots.reduce((sum, { name, number }) => {
      const [a, b] = [row[name], other[name]]
      if (a === b) return sum
      return sum + (number && typeof a === 'number' && typeof b === 'number' ? Math.abs(a - b) / number.range : 1)
    }, 0)
  }

  /** The row with one column moved, or two where one does not do. */
  nearest(row: Cells, fixed: readonly string[]): Cells | undefined {
    if (this.meets(row)) return row
    const roots = this.roots.filter(({ name }) => !fixed.includes(name))
    const one = this.best(
      row,
      roots.flatMap((root) => this.solved(row, root))
    )
    if (one) return one
    const two = roots.flatMap((beside) =>
      valuesBeside(beside, row).flatMap((value) =>
        roots.filter((root) => root !== beside).flatMap((root) => this.solved({ ...row, [beside.name]: value }, root))
      )
    )
    return this.best(row, two)
  }

  private best(row: Cells, candidates: readonly Cells[]): Cells | undefined {
    let found: Cells | undefined
    let least = Number.POSITIVE_INFINITY
    for (const one of candidates) {
      const distance = this.distance(row, one)
      if (distance < least) [found, least] = [one, distance]
    }
    return found
  }

  /** Rows that differ in one column and meet the target. */
  private solved(row: Cells, root: Root): Cells[] {
    const values = root.number ? this.numbers(row, root as Required<Root>) : root.values
    return values.map((value) => ({ ...row, [root.name]: value })).filter((one) => this.meets(one))
  }

  /** Values of a number near where the formula gives the target, on the column's lattice. */
  private numbers(row: Cells, { name, number: { unit, low, high, range } }: Required<Root>): number[] {
    const miss = (x: number) => this.exact({ ...row, [name]: x }) - this.target.value
    const start = row[name]
    if (typeof start !== 'number') return []
    let [a, b] = [start, start + (start + 0.01 * range <= high ? 0.01 : -0.01) * range]
    let [atA, atB] = [miss(a), miss(b)]
    for (let turn = 0; turn < MOST_TURNS && atA !== atB && Number.isFinite(atB) && atB !== 0; turn++) {
      const next = Math.min(high + range, Math.max(low - range, b - (atB * (b - a)) / (atB - atA)))
      ;[a, atA, b, atB] = [b, atB, next, miss(next)]
      if (a === b) break
    }
    const near = unit === 0 ? [b] : [-1, 0, 1].map((k) => (Math.round(b / unit) + k) * unit)
    return near.map((x) => Number(x.toPrecision(15))).filter((x) => x >= low && x <= high)
  }
}

function valuesBeside({ name, values, number }: Root, row: Cells): readonly CellValue[] {
  const own = row[name]
  if (values.length > 0 || !number || number.unit === 0 || typeof own !== 'number') return values
  const { unit, low, high } = number
  const steps = Array.from({ length: MOST_BESIDE }, (_, k) => (k % 2 === 0 ? 1 : -1) * (1 + (k >> 1)))
  return steps.map((k) => Number((own + k * unit).toPrecision(15))).filter((x) => x >= low && x <= high)
}

/** Numbers with all their digits that stand no farther apart, as a part of them, are one. */
const ONE = 1e-10
/** Rows of an interval that say enough of what else rows have. */
const ENOUGH_ROWS = 20
/** Halvings of an interval: all digits of a double. */
const MOST_HALVINGS = 100

interface Crossed {
  /** The lattice that is looked on; 0 where there is none. */
  readonly unit: number
  readonly low: number
  readonly high: number
  /** Whether the first number that is not below is asked for (−1), or the last one that is not above. */
  readonly side: number
}

/** The first number of an interval at which a rising function is not below zero, or the last one at which it is not above. */
function crossing(f: (x: number) => number, { unit, low, high, side }: Crossed): number {
  const at = (k: number) => (unit === 0 ? k : Number((k * unit).toPrecision(15)))
  const isBeside = (k: number) => (side < 0 ? f(at(k)) >= 0 : f(at(k)) > 0)
  let [a, b] = unit === 0 ? [low, high] : [Math.round(low / unit) - 1, Math.round(high / unit) + 1]
  for (let turn = 0; turn < MOST_HALVINGS; turn++) {
    const middle = unit === 0 ? 0.5 * (a + b) : Math.floor(0.5 * (a + b))
    if (middle <= a || middle >= b) break
    if (isBeside(middle)) b = middle
    else a = middle
  }
  return at(side < 0 ? b : a)
}

/** What may be moved of a column; undefined where it is given. */
function rootOf(name: string, data: WrittenTable, bound: Bound | undefined): Root | undefined {
  if (bound && 'value' in bound) return undefined
  const column = columnIn(data, name)
  const at = cellAt(column)
  const all = Array.from({ length: data.table.rowCount }, (_, i) => at(i)).filter((cell) => cell !== null)
  if (all.length === 0) return undefined
  if (!isNumeric(column)) return { name, values: [...new Set(all)] }
  const numbers = (all as number[]).sort((x, y) => x - y)
  const [first, last] = [numbers[0]!, numbers[numbers.length - 1]!]
  const within =
    bound && (bound.low > last || bound.high < first)
      ? bound
      : { low: Math.max(first, bound?.low ?? first), high: Math.min(last, bound?.high ?? last) }
  const { low, high } = within
  const values = [...new Set(numbers)].filter((x) => x >= low && x <= high)
  const unit = unitOf(column.kind, formatIn(data, name)) * (column.kind === 'datetime' ? DAY : 1)
  const range = last - first || 1
  const rowsWithin = (from: number, to: number) => numbers.filter((x) => x >= from && x <= to).length
  const ladder = rungsOf(values.length > 1 ? values : [low, high])
  return { name, values: values.length <= MOST_BESIDE ? values : [], number: { unit, low, high, range, ladder, rowsWithin } }
}

/** Some of ascending numbers, with both ends. */
function rungsOf(values: readonly number[]): readonly number[] {
  if (values.length <= MOST_TRIED) return values
  return Array.from({ length: MOST_TRIED }, (_, k) => values[Math.round((k * (values.length - 1)) / (MOST_TRIED - 1))]!)
}

/** Whether a number can stand in a derived column as it is written. */
export function isWritten(value: number, { kind, format }: RuledColumn): boolean {
  const unit = unitOf(kind as NumericColumn['kind'], format)
  return unit === 0 || Math.abs(roundToFormat(value, format) - value) <= sameness(value, format)
}
