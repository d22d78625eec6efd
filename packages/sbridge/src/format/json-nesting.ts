import { isJsonObject } from './json-values.js'

type Row = Readonly<Record<string, unknown>>
type Path = readonly (string | number)[]

/** Objects within objects that are taken apart; deeper ones are cells that no table holds. */
const MOST_DEPTH = 16

interface Leaves {
  /** Cells [rows] of every leaf, by its name; null where a row lacks it. */
  readonly cells: ReadonlyMap<string, unknown[]>
  /** Where leaves stand that are not directly in their row. */
  readonly nested: Readonly<Record<string, Path>>
}

/**
 * Rows with the values in their objects, and in lists that are equally long in all rows, as columns of their own: `user.age`,
 * `sizes.0`. A place that holds an object in one row and another value in the next stays one column. Cost O(values).
 */
export function flatCells(rows: readonly Row[], keys: readonly string[]): Leaves {
  const cells = new Map<string, unknown[]>()
  const nested: [string, Path][] = []
  const columns = new Map<string, unknown[]>(keys.map((key) => [key, new Array(rows.length).fill(null)]))
  for (const [i, row] of rows.entries()) for (const key of Object.keys(row)) columnAt(columns, key, rows.length)[i] = row[key]
  const taken = new Set(columns.keys())
  const visit = (values: unknown[], name: string, path: Path): void => {
    const parts = path.length < MOST_DEPTH ? partsOf(values) : undefined
    const inner = parts?.map(([key]) => `${name}.${key}`)
    if (!parts || inner!.some((one) => taken.has(one))) {
      cells.set(name, values)
      if (path.length > 1) nested.push([name, path])
      return
    }
    for (const one of inner!) taken.add(one)
    for (const [k, [key, column]] of parts.entries()) visit(column, inner![k]!, [...path, key])
  }
  for (const [key, values] of columns) visit(values, key, [key])
  // Not set one by one: a name may be __proto__.
  return { cells, nested: Object.fromEntries(nested) }
}

function columnAt(columns: Map<string, unknown[]>, key: string, rowCount: number): unknown[] {
  const column = columns.get(key) ?? new Array<unknown>(rowCount).fill(null)
  columns.set(key, column)
  return column
}

/** The parts of objects or of equally long lists; undefined where the values are none, or some are not. */
function partsOf(values: readonly unknown[]): (readonly [string | number, unknown[]])[] | undefined {
  const present = values.filter((value) => value !== null && value !== undefined)
  if (present.length === 0) return undefined
  if (present.every(isJsonObject)) {
    const columns = new Map<string, unknown[]>()
    for (const [i, value] of values.entries())
      for (const key of isJsonObject(value) ? Object.keys(value) : []) columnAt(columns, key, values.length)[i] = (value as Row)[key]
    return columns.size > 0 ? [...columns] : undefined
  }
  const length = Array.isArray(present[0]) ? present[0].length : 0
  if (length === 0 || !present.every((value) => Array.isArray(value) && value.length === length)) return undefined
  return Array.from({ length }, (_, k) => [k, values.map((value) => (value as unknown[] | null)?.[k] ?? null)] as const)
}

interface Leaf {
  readonly name: string
  readonly write: (row: number) => string
}

interface Branch {
  readonly key: string | number
  readonly leaf?: Leaf
  readonly branches: Branch[]
}

/** The text of a row as an object, leaves at the places that `nested` says, whatever of them is left. */
export function nestedWriter(leaves: readonly Leaf[], nested: Readonly<Record<string, Path>>): (row: number) => string {
  const root: Branch = { key: '', branches: [] }
  for (const leaf of leaves) {
    const path = Object.hasOwn(nested, leaf.name) ? nested[leaf.name]! : [leaf.name]
    let at = root
    for (const key of path.slice(0, -1)) {
      const next: Branch = at.branches.find((branch) => branch.key === key && !branch.leaf) ?? { key, branches: [] }
      if (!at.branches.includes(next)) at.branches.push(next)
      at = next
    }
    at.branches.push({ key: path.at(-1)!, leaf, branches: [] })
  }
  const text = (branch: Branch, row: number): string => {
    if (branch.leaf) return branch.leaf.write(row)
    if (branch !== root && branch.branches.every(({ key }) => typeof key === 'number'))
      return `[${branch.branches.map((one) => text(one, row)).join(',')}]`
    return `{${branch.branches.map((one) => `${JSON.stringify(String(one.key))}:${text(one, row)}`).join(',')}}`
  }
  return (row) => text(root, row)
}
