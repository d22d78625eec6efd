import { type Key, keyAtStep, permutation } from '../num/random.js'
import { mean } from '../num/statistics.js'
import { componentsOf } from '../num/variance-components.js'
import { takeTableRows } from '../table/rows.js'
import { type Column, isCategorical, isNumeric, type Table } from '../table/table.js'

/** Rows in the order of their groups, and of time within them. */
export interface GroupedTable {
  readonly table: Table
  /** Where each group's rows begin, and the end [G + 1]. */
  readonly first: Uint32Array
}

/** A figure of real and of synthetic rows, and how far two random halves of the real groups are apart in it. */
export interface PanelFigure {
  readonly real: number
  readonly synthetic: number
  readonly floor: number
}

export interface PanelColumn {
  readonly name: string
  /** Share of a column's variance that is between groups (intraclass correlation); of a category, of its levels together. */
  readonly between: PanelFigure
  /** Correlation of rows that follow each other in a group, about the group's mean. */
  readonly lag: PanelFigure
}

/** Whether groups hang together as those of the data do. */
export interface PanelFigures {
  /** Columns that vary within groups. */
  readonly columns: readonly PanelColumn[]
  /** Mean rows of a group. */
  readonly sizes: PanelFigure
  /** Groups in which all columns are constant that are so in every real group, of all groups: real, then synthetic. */
  readonly constant: Omit<PanelFigure, 'floor'>
  /** Rows whose group and time another row has too; absent without a time. */
  readonly repeated?: Omit<PanelFigure, 'floor'>
}

/** Rows in the order of their keys, and of a time where one is named. Cost O(n log n). */
export function groupRows(table: Table, keys: Int32Array, time?: string): GroupedTable {
  const column = table.columns.find(({ name }) => name === time)
  const at = column && isNumeric(column) ? column.values : undefined
  const order = Uint32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]! || (at ? at[a]! - at[b]! : 0) || a - b)
  const first = [0]
  order.forEach((row, i) => {
    if (i > 0 && keys[row] !== keys[order[i - 1]!]) first.push(i)
  })
  return { table: takeTableRows(table, order), first: Uint32Array.from([...first, keys.length]) }
}

/** Random halves of the real groups whose differences are averaged. */
const HALVES = 20

/**
 * Compares how rows belong together in two tables of the same columns. `time`: the column of which no value may come twice in a
 * group. Cost O(cells), twenty times for the floors.
 */
export function comparePanels(
  { real, synthetic, time }: { readonly real: GroupedTable; readonly synthetic: GroupedTable; readonly time?: string | undefined },
  key: Key
): PanelFigures {
  const modelled = real.table.columns.filter(({ kind, name }) => kind !== 'identifier' && name !== time)
  const constant = modelled.filter((column) => constantShare([column], real.first) === 1).map(({ name }) => name)
  const inside = ({ columns }: Table, names: readonly string[]) => columns.filter(({ name }) => names.includes(name))
  const halves = Array.from({ length: HALVES }, (_, k) => halvesOf(real.first.length - 1, keyAtStep(key, k)))
  const figure = (of: (grouped: GroupedTable, groups?: Uint32Array) => number): PanelFigure => ({
    real: of(real),
    synthetic: of(synthetic),
    floor: mean(halves.map(([a, b]) => Math.abs(of(real, a) - of(real, b))))
  })
  const varying = modelled.filter(({ name }) => !constant.includes(name))
  const names = varying.map(({ name }) => name)
  const repeatedIn = (grouped: GroupedTable) => repeatedRows(inside(grouped.table, [time!])[0]!, grouped.first)
  return {
    columns: names.map((name) => ({
      name,
      between: figure((grouped, groups) => betweenShare(inside(grouped.table, [name])[0]!, groupsOf(grouped, groups))),
      lag: figure((grouped, groups) => lagOf(inside(grouped.table, [name])[0]!, groupsOf(grouped, groups)))
    })),
    sizes: {
      real: mean(sizesOf(real)),
      synthetic: mean(sizesOf(synthetic)),
      floor: mean(halves.map(([a, b]) => Math.abs(mean(sizesOf(real, a)) - mean(sizesOf(real, b)))))
    },
    constant: {
      real: constantShare(inside(real.table, constant), real.first),
      synthetic: constantShare(inside(synthetic.table, constant), synthetic.first)
    },
    ...(time === undefined ? {} : { repeated: { real: repeatedIn(real), synthetic: repeatedIn(synthetic) } })
  }
}

type Groups = readonly (readonly [from: number, to: number])[]

function groupsOf({ first }: GroupedTable, groups?: Uint32Array): Groups {
  const chosen = groups ?? Uint32Array.from({ length: first.length - 1 }, (_, g) => g)
  return Array.from(chosen, (g) => [first[g]!, first[g + 1]!] as const)
}

function halvesOf(groups: number, key: Key): readonly [Uint32Array, Uint32Array] {
  const order = permutation(key, groups)
  const middle = groups >> 1
  return [order.subarray(0, middle), order.subarray(middle)]
}

const sizesOf = (grouped: GroupedTable, groups?: Uint32Array): number[] => groupsOf(grouped, groups).map(([from, to]) => to - from)

/** A column as numbers: itself, or an indicator for each level of a category; NaN where a cell is missing. */
function indicatorsOf(column: Column): ((row: number) => number)[] {
  if (isNumeric(column)) return [(i) => (column.missing?.[i] ? Number.NaN : column.values[i]!)]
  if (!isCategorical(column)) return []
  return column.levels.map((_, level) => (i) => (column.codes[i]! < 0 ? Number.NaN : column.codes[i] === level ? 1 : 0))
}

function betweenShare(column: Column, groups: Groups): number {
  let [between, whole] = [0, 0]
  for (const at of indicatorsOf(column)) {
    const values = groups.map(([from, to]) => presentIn(at, from, to)).filter(({ length }) => length > 0)
    const parts = componentsOf(values)
    between += parts.between
    whole += parts.between + parts.within
  }
  return whole > 0 ? between / whole : 0
}

function presentIn(at: (row: number) => number, from: number, to: number): number[] {
  const values: number[] = []
  for (let i = from; i < to; i++) if (!Number.isNaN(at(i))) values.push(at(i))
  return values
}

function lagOf(column: Column, groups: Groups): number {
  let [products, pairs, squares, rows] = [0, 0, 0, 0]
  for (const at of indicatorsOf(column)) {
    for (const [from, to] of groups) {
      const values = presentIn(at, from, to)
      if (values.length < 2) continue
      const own = mean(values)
      for (let i = from; i < to; i++) {
        const value = at(i) - own
        if (Number.isNaN(value)) continue
        squares += value * value
        rows++
        const next = i + 1 < to ? at(i + 1) - own : Number.NaN
        if (Number.isNaN(next)) continue
        products += value * next
        pairs++
      }
    }
  }
  return squares > 0 && pairs > 0 ? products / pairs / (squares / rows) : 0
}

/** Groups in which all of these columns are constant, of all. */
function constantShare(columns: readonly Column[], first: Uint32Array): number {
  const cells = columns.flatMap(indicatorsOf)
  let constant = 0
  for (let g = 0; g + 1 < first.length; g++) {
    const same = cells.every((at) => {
      for (let i = first[g]! + 1; i < first[g + 1]!; i++) if (!Object.is(at(i), at(first[g]!))) return false
      return true
    })
    if (same) constant++
  }
  return constant / (first.length - 1)
}

function repeatedRows(column: Column, first: Uint32Array): number {
  if (!isNumeric(column)) return 0
  let repeated = 0
  for (let g = 0; g + 1 < first.length; g++) {
    const times = column.values.subarray(first[g]!, first[g + 1]!)
    repeated += times.length - new Set(times).size
  }
  return repeated
}
