import { apartAt, type KeptUnique } from '../../code/rules/unique.js'
import { type CellValue, cellAt } from '../../table/cells.js'
import { rangeOf } from '../../table/column-facts.js'
import { type Column, isCategorical, isNumeric, type Table } from '../../table/table.js'

/** Rows of the data whose values are looked at for one that has none of its own: the nearest of a thousand is near. */
const MOST_FREE = 1000

interface Problem {
  readonly table: Table
  /** Rows that agree with an earlier one. */
  readonly left: readonly number[]
  readonly sets: readonly KeptUnique[]
  /** What rows have in the columns of each set; what is given to a row is added. */
  readonly seen: readonly Set<string>[]
  readonly training: Table
  /** Columns that stay as they are. */
  readonly fixed: ReadonlySet<string>
}

/**
 * Rows that agree with earlier ones in some columns, with the nearest values in their place that a row of the data has and no new row
 * yet; and those for which there are none. Of several sets of columns one is changed at a time, and none may agree afterwards.
 * Cost O(rows left · 1,000 · columns).
 */
export function freeTuples({ table, left, sets, seen, training, fixed }: Problem): {
  readonly table: Table
  readonly left: readonly number[]
} {
  const usable = sets.filter(({ columns }) => columns.some((name) => !fixed.has(name)))
  if (left.length === 0 || usable.length === 0) return { table, left }
  const columns = table.columns.map(copied)
  const changed: Table = { ...table, columns }
  const tuples = sets.map((set) => apartAt(set, changed))
  const isNew = (row: number) => tuples.every((at, s) => !seen[s]!.has(at(row) ?? ''))
  const still: number[] = []
  for (const row of left) {
    if (!isNew(row) && !usable.some((set) => moved(row, set))) still.push(row)
    else for (const [s, at] of tuples.entries()) seen[s]!.add(at(row)!)
  }
  return { table: changed, left: still }

  function moved(row: number, set: KeptUnique): boolean {
    const own = set.columns.map((name) => columns.find((one) => one.name === name)!)
    const before = own.map((column) => cellAt(column)(row))
    for (const cells of nearestFirst(set, before)) {
      if (!own.every((column, k) => has(column, cells[k]!))) continue
      own.forEach((column, k) => {
        put(column, row, cells[k]!)
      })
      if (isNew(row)) return true
    }
    own.forEach((column, k) => {
      put(column, row, before[k]!)
    })
    return false
  }

  /** Free values of the data in the columns of a set, those nearest to some cells first. */
  function nearestFirst(set: KeptUnique, to: readonly CellValue[]): readonly (readonly CellValue[])[] {
    const own = set.columns.map((name) => training.columns.find((one) => one.name === name)!)
    const at = own.map(cellAt)
    const tuple = apartAt(set, training)
    const known = seen[sets.indexOf(set)]!
    const free: number[] = []
    for (let i = 0; i < training.rowCount && free.length < MOST_FREE; i++) {
      const one = tuple(i)
      const isFree = set.differ ? one === undefined : one !== undefined && !known.has(one)
      if (isFree && at.every((cell, k) => !fixed.has(set.columns[k]!) || cell(i) === to[k])) free.push(i)
    }
    const scales = own.map((column) => (isNumeric(column) ? rangeOf(column.values) : ([0, 1] as const)).reduce((a, b) => b - a, 0))
    const far = (row: number) =>
      at.reduce((sum, cell, k) => {
        const [one, other] = [cell(row), to[k]!]
        return sum + (one === other ? 0 : typeof one === 'number' && typeof other === 'number' ? Math.abs(one - other) / scales[k]! : 1)
      }, 0)
    return free
      .map((row) => ({ row, distance: far(row) }))
      .sort((a, b) => a.distance - b.distance || a.row - b.row)
      .map(({ row }) => at.map((cell) => cell(row)))
  }
}

/**
 * Rows in the places of those of the data, each of its own in the columns of all sets together, which these have without agreeing in any:
 * those that stand in one stay, the others go to the nearest that is left; and those for which there is none. What is given to rows is
 * added to `seen`. Cost O(rows · 1,000 · columns).
 */
export function wholePlaces({ table, sets, seen, training, fixed }: Omit<Problem, 'left'>): ReturnType<typeof freeTuples> {
  // Columns that only differ in each row give it no place.
  if (sets.every(({ differ }) => differ)) return { table, left: Array.from({ length: table.rowCount }, (_, i) => i) }
  const place: KeptUnique = { columns: [...new Set(sets.flatMap(({ columns }) => columns))] }
  const free = new Set<string>()
  const taken = new Set<string>()
  const known = sets.map((set) => apartAt(set, training))
  const placeOf = apartAt(place, training)
  for (let i = 0; i < training.rowCount; i++) {
    const own = placeOf(i)
    if (own !== undefined) (known.some((at, s) => seen[s]!.has(at(i) ?? '')) ? taken : free).add(own)
  }
  const own = apartAt(place, table)
  const left: number[] = []
  for (let row = 0; row < table.rowCount; row++) {
    if (!free.delete(own(row) ?? '')) left.push(row)
    taken.add(own(row) ?? '')
  }
  const moved = freeTuples({ table, left, sets: [place], seen: [taken], training, fixed })
  const still = new Set(moved.left)
  const given = sets.map((set) => apartAt(set, moved.table))
  for (let row = 0; row < table.rowCount; row++) if (!still.has(row)) for (const [s, at] of given.entries()) seen[s]!.add(at(row) ?? '')
  return moved
}

function copied(column: Column): Column {
  if (isNumeric(column)) return { ...column, values: column.values.slice() }
  return isCategorical(column) ? { ...column, codes: column.codes.slice() } : column
}

/** Whether a cell can stand in a column: new rows need not have all categories of the data. */
const has = (column: Column, cell: CellValue): boolean => !isCategorical(column) || column.levels.includes(cell as string)

function put(column: Column, row: number, cell: CellValue): void {
  if (isNumeric(column)) column.values[row] = cell as number
  else if (isCategorical(column)) column.codes[row] = column.levels.indexOf(cell as string)
}
