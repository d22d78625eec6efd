import type { RawColumn, RawTable } from '@sbridge/core/tables'
import { File, type Group, ready } from 'h5wasm'

let writings = 0

/**
 * AnnData (.h5ad as of version 0.8): `columns` are X with their names in var, all others columns of obs, a row an observation.
 * Dates are text in ISO 8601, texts categories, missing numbers NaN.
 */
export async function writeAnnData(table: RawTable, columns: readonly string[]): Promise<Uint8Array> {
  const { FS } = await ready
  const name = `sbridge-written-${writings++}.h5ad`
  // HDF5 keeps the second at which each object is made: the same table shall give the same bytes.
  const { now } = Date
  Date.now = () => 0
  try {
    const file = new File(name, 'w')
    encoded(file, 'anndata', '0.1.0')
    const isCoordinate = ({ name }: RawColumn): boolean => columns.includes(name)
    const obs = frame(file, 'obs', {
      index: Array.from({ length: table.rowCount }, (_, row) => String(row + 1)),
      order: table.columns.filter((column) => !isCoordinate(column)).map((column) => column.name)
    })
    for (const column of table.columns) if (!isCoordinate(column)) writeColumn(obs, column)
    const coordinates = table.columns.filter(isCoordinate)
    frame(file, 'var', { index: coordinates.map((column) => column.name), order: [] })
    const values = coordinates.map(numbersOf)
    const cells = Float64Array.from(
      { length: table.rowCount * values.length },
      (_, k) => values[k % values.length]![Math.floor(k / values.length)]!
    )
    encoded(file.create_dataset({ name: 'X', data: cells, shape: [table.rowCount, values.length] }), 'array', '0.2.0')
    for (const part of ['layers', 'obsm', 'obsp', 'uns', 'varm', 'varp']) encoded(file.create_group(part), 'dict', '0.1.0')
    file.close()
    return (FS.readFile(name) as Uint8Array).slice()
  } finally {
    Date.now = now
    FS.unlink(name)
  }
}

interface Encoded {
  create_attribute(name: string, data: string): void
}

function encoded<E extends Encoded>(entry: E, kind: string, version: string): E {
  entry.create_attribute('encoding-type', kind)
  entry.create_attribute('encoding-version', version)
  return entry
}

function frame(file: Group, name: string, { index, order }: { readonly index: string[]; readonly order: string[] }): Group {
  const group = encoded(file.create_group(name), 'dataframe', '0.2.0')
  group.create_attribute('_index', '_index')
  if (order.length > 0) group.create_attribute('column-order', order)
  else group.create_attribute('column-order', new Float64Array(0), [0])
  encoded(group.create_dataset({ name: '_index', data: index }), 'string-array', '0.2.0')
  return group
}

/** Numbers as they are; all else as categories, which are written once. */
function writeColumn(obs: Group, column: RawColumn): void {
  const { name, source } = column
  if (source === 'number') {
    const whole = column.integer && !column.missing?.includes(1)
    const data = whole ? BigInt64Array.from(column.values, (x) => BigInt(x)) : numbersOf(column)
    encoded(obs.create_dataset({ name, data }), 'array', '0.2.0')
    return
  }
  const cells = Array.from(column.values as ArrayLike<number | string | boolean | null>, (cell, i) => {
    if (cell === null || ('missing' in column && column.missing?.[i] === 1)) return null
    return source === 'datetime' ? new Date(cell as number).toISOString() : String(cell)
  })
  const categories = [...new Set(cells.filter((cell) => cell !== null))]
  const places = new Map(categories.map((category, place) => [category, place]))
  const group = encoded(obs.create_group(name), 'categorical', '0.2.0')
  group.create_attribute('ordered', Int8Array.of(0), [])
  encoded(
    group.create_dataset({ name: 'codes', data: Int32Array.from(cells, (cell) => (cell === null ? -1 : places.get(cell)!)) }),
    'array',
    '0.2.0'
  )
  const texts = categories.length > 0 ? { data: categories } : { data: new Float64Array(0), shape: [0] }
  encoded(group.create_dataset({ name: 'categories', ...texts }), 'string-array', '0.2.0')
}

function numbersOf(column: RawColumn): Float64Array {
  const missing = 'missing' in column ? column.missing : undefined
  return Float64Array.from(column.values as ArrayLike<number>, (x, i) => (missing?.[i] === 1 ? Number.NaN : x))
}
