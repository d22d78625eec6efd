import { type DrawnTable, withColumns } from './drawn-table.js'
import { pairsOf, type SchemaKeys } from './keys.js'

/** Rows whose own keys, which others may refer to, are numbers from 1, and so are references among them. Keys that are another table's stay. */
export function numberedKeys<T extends DrawnTable>(name: string, { primary, foreign }: SchemaKeys, drawn: T): T {
  const elsewhere = new Set(
    foreign.filter(({ table, to }) => table === name && to.table !== name).flatMap((key) => pairsOf(key).map(({ column }) => column))
  )
  const referred = foreign.filter(({ to, and }) => to.table === name && !and).map(({ to }) => to.column)
  const own = new Set([...(Object.hasOwn(primary, name) ? [primary[name]!] : []), ...referred].filter((column) => !elsewhere.has(column)))
  return [...own].reduce((rows, column) => withNumbers(name, foreign, { rows, column }), drawn)
}

function withNumbers<T extends DrawnTable>(
  name: string,
  foreign: SchemaKeys['foreign'],
  { rows, column }: { readonly rows: T; readonly column: string }
): T {
  const cellsOf = (of: string) => {
    const found = rows.table.columns.find((one) => one.name === of)
    return found && 'cells' in found ? found.cells : undefined
  }
  const cells = cellsOf(column)
  if (!cells) return rows
  const numberOf = new Map(cells.map((cell, i) => [cell, String(i + 1)]))
  const within = foreign.filter(({ table, to, and }) => table === name && to.table === name && to.column === column && !and)
  const renamed = [column, ...within.map((key) => key.column)].map((of) => ({
    name: of,
    kind: 'identifier' as const,
    cells:
      cellsOf(of)?.map((cell) => (cell === null ? null : (numberOf.get(cell) ?? null))) ?? new Array<null>(rows.table.rowCount).fill(null)
  }))
  return withColumns(rows, renamed)
}
