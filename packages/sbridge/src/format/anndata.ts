import { InputError } from '@sbridge/core'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import type { Entity } from 'h5wasm'
import { Dataset, File, Group, ready } from 'h5wasm'
import {
  booleanColumn,
  numberColumn,
  type ReadContext,
  reading,
  refuseEmptyFile,
  tableOf,
  textColumn,
  unreadable,
  wholeNumberColumn
} from './columns.js'
import { ContentLimit } from './content-limit.js'
import { refuseEndlessHeaps } from './hdf5-heaps.js'

export interface AnnDataOptions {
  /** Coordinates of the cells: `X` (default), `layers/NAME`, or an entry of obsm as `X_pca` or `obsm/X_pca`. */
  readonly representation?: string
  /** Columns of obs in the order wanted; all of them when absent. */
  readonly columns?: readonly string[]
}

/** What every step of reading is told. */
interface Reading extends ReadContext {
  readonly limit: ContentLimit
}

/** Values that a dense table may hold: 2 GB as float64. */
const largestTable = 2 ** 28

/**
 * A table from AnnData (.h5ad, written by version 0.7 or later): the columns of obs asked for, then the representation,
 * one row a cell.
 *
 * X and layers, dense or sparse by rows or columns, take the names of the variables; an obsm array gives NAME_1,
 * NAME_2, …. Categorical, nullable, boolean, text and number columns of obs are understood.
 * Fails with `InputError` on a representation or column that is not there (naming those that are), with `FormatError` on
 * damaged bytes and on arrays that state more content than `ContentLimit` allows.
 */
export async function readAnnData(bytes: Uint8Array, options: AnnDataOptions & ReadContext): Promise<RawTable> {
  refuseEmptyFile(bytes, options)
  if (!hasSignature(bytes)) throw unreadable('AnnData', options, 'the mark of HDF5 is not there')
  return reading('AnnData', options, async () => {
    refuseEndlessHeaps(bytes)
    const host = await ready
    const name = `sbridge-${openings++}.h5ad`
    const diagnostics = catchDiagnostics(host.FS)
    let file: File | undefined
    try {
      host.FS.writeFile(name, bytes)
      file = new File(name, 'r')
      if (file.file_id < 0n) throw new Error('HDF5 cannot open it')
      const context = { ...options, limit: new ContentLimit(bytes.length, options) }
      const table = tableOf([...observations(file, context), ...coordinates(file, context)], options)
      if (diagnostics.failed) throw new Error('HDF5 could not read all of it')
      return table
    } finally {
      if (file && file.file_id >= 0n) file.close()
      host.FS.unlink(name)
      diagnostics.restore()
    }
  })
}

let openings = 0

interface OpenStream {
  stream_ops: { readonly write: (...call: never[]) => number }
}

/**
 * The library prints a page to standard error for a call that fails, and then hands over whatever memory holds:
 * that it printed is the only sign. Here the print is kept from the terminal and remembered.
 */
function catchDiagnostics(system: unknown): { readonly failed: boolean; restore(): void } {
  const stream = (system as { getStream(descriptor: number): OpenStream }).getStream(2)
  const { stream_ops } = stream
  const diagnostics = {
    failed: false,
    restore: () => {
      stream.stream_ops = stream_ops
    }
  }
  const write = (_stream: never, _buffer: never, _offset: never, length: number) => {
    diagnostics.failed = true
    return length
  }
  stream.stream_ops = { ...stream_ops, write }
  return diagnostics
}

/** The mark stands at the start, or behind a user block of 512, 1024, … bytes. */
function hasSignature(bytes: Uint8Array): boolean {
  const mark = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
  for (let at = 0; at + mark.length <= bytes.length; at = at === 0 ? 512 : 2 * at) {
    if (mark.every((byte, i) => bytes[at + i] === byte)) return true
  }
  return false
}

function observations(file: File, options: AnnDataOptions & Reading): RawColumn[] {
  const obs = entry(file, 'obs')
  if (!(obs instanceof Group)) throw unreadable('AnnData', options, 'obs is not a table; write it again with anndata 0.7 or later')
  const known = columnNames(obs)
  const wanted = options.columns ?? known
  const index = text(obs.attrs._index?.value)
  return wanted.map((name) => {
    if (known.includes(name) || name === index) return frameColumn(obs, name, options)
    throw new InputError({
      code: 'column-unknown',
      got: `the column "${name}", which obs of ${options.source} lacks`,
      expected: `one of ${known.join(', ') || '(none)'}`,
      try: 'naming one of these columns'
    })
  })
}

function coordinates(file: File, options: AnnDataOptions & Reading): RawColumn[] {
  const representation = options.representation ?? 'X'
  const path = representation === 'X' || representation.includes('/') ? representation : `obsm/${representation}`
  const stored = entry(file, path)
  if (stored === null) {
    throw new InputError({
      code: 'representation-unknown',
      got: `the representation "${representation}", which ${options.source} lacks`,
      expected: `one of ${representations(file).join(', ') || '(none)'}`,
      try: 'naming one of these'
    })
  }
  if (stored instanceof Group && kindOf(stored) === 'dataframe') {
    return columnNames(stored).map((name) => frameColumn(stored, name, options))
  }
  const matrix = matrixOf(stored, options)
  const names = path.startsWith('obsm/') ? undefined : variableNames(file, matrix.width, options)
  const prefix = path.split('/').at(-1)
  return matrix.columns.map((values, c) => numberColumn(names?.[c] ?? `${prefix}_${c + 1}`, values, false))
}

function representations(file: File): string[] {
  const found = entry(file, 'X') ? ['X'] : []
  for (const folder of ['obsm', 'layers']) {
    const group = entry(file, folder)
    if (group instanceof Group) found.push(...group.keys().map((name) => `${folder}/${name}`))
  }
  return found
}

function variableNames(file: File, width: number, context: Reading): string[] {
  const frame = entry(file, 'var')
  const names = frame instanceof Group ? entry(frame, text(frame.attrs._index?.value) || '_index') : null
  if (!(names instanceof Dataset)) throw unreadable('AnnData', context, 'the names of the variables are missing')
  const values = Array.from(valuesOf(names, context), String)
  if (values.length !== width) throw unreadable('AnnData', context, `${values.length} names for ${width} variables`)
  return values
}

/** Filters that the library carries: deflate, shuffle, fletcher32, szip, n-bit, scale-offset. */
const knownFilters = 6

function valuesOf<T>(dataset: Dataset, context: Reading): ArrayLike<T> {
  const unknown = dataset.filters.find((filter) => filter.id > knownFilters)
  if (!unknown) {
    const { shape, size } = dataset.metadata
    context.limit.take((shape ?? []).reduce((product, length) => product * length, size))
    return dataset.value as unknown as ArrayLike<T>
  }
  throw unreadable('AnnData', context, `${dataset.path} is compressed with "${unknown.name}"; write it again with compression="gzip"`)
}

interface DenseColumns {
  readonly width: number
  readonly columns: readonly Float64Array[]
}

function matrixOf(stored: Entity, context: Reading): DenseColumns {
  if (stored instanceof Dataset) {
    const shape = stored.shape ?? []
    const [rows, width] = [shape[0] ?? 0, shape[1] ?? 1]
    if (shape.length < 1 || shape.length > 2) throw unreadable('AnnData', context, `an array of ${shape.length} dimensions`)
    refuseTooLarge(rows, width, context)
    const values = valuesOf<number | bigint>(stored, context)
    const columns = Array.from({ length: width }, (_, c) => Float64Array.from({ length: rows }, (_, i) => Number(values[i * width + c])))
    return { width, columns }
  }
  if (stored instanceof Group && /^cs[rc]_matrix$/.test(kindOf(stored))) return sparseMatrix(stored, context)
  throw unreadable('AnnData', context, 'the representation is neither a matrix nor a sparse matrix')
}

function sparseMatrix(group: Group, context: Reading): DenseColumns {
  const shape = Array.from((group.attrs.shape ?? group.attrs.h5sparse_shape)?.value as ArrayLike<number | bigint>, Number)
  const [rows, width] = [shape[0]!, shape[1]!]
  refuseTooLarge(rows, width, context)
  const part = (name: string) => valuesOf<number | bigint>(entry(group, name) as Dataset, context)
  const [data, indices, starts] = [part('data'), part('indices'), part('indptr')]
  const byRows = kindOf(group) === 'csr_matrix'
  if (starts.length !== (byRows ? rows : width) + 1) throw unreadable('AnnData', context, 'the shape of the sparse matrix is not its own')
  const columns = Array.from({ length: width }, () => new Float64Array(rows))
  for (let major = 0; major + 1 < starts.length; major++) {
    for (let at = Number(starts[major]); at < Number(starts[major + 1]); at++) {
      const minor = Number(indices[at])
      const [row, column] = byRows ? [major, minor] : [minor, major]
      if (!(row < rows && column < width)) throw unreadable('AnnData', context, 'an index of the sparse matrix lies outside it')
      columns[column]![row]! += Number(data[at])
    }
  }
  return { width, columns }
}

function refuseTooLarge(rows: number, width: number, context: Reading): void {
  if (Math.max(rows, 1) * Math.max(width, 1) <= largestTable) return
  throw new InputError({
    code: 'matrix-too-large',
    got: `a matrix of ${rows} cells and ${width} variables in ${context.source}`,
    expected: `at most ${largestTable} values`,
    try: 'a reduced representation, for example obsm/X_pca'
  })
}

/** One column of an AnnData table: an array, a categorical, or values with a mask. */
function frameColumn(frame: Group, name: string, context: Reading): RawColumn {
  const stored = entry(frame, name)
  if (stored instanceof Dataset) {
    const older = entry(frame, `__categories/${name}`)
    if (older instanceof Dataset) return categorical(name, { codes: stored, categories: older }, context)
    return arrayColumn(name, { values: stored }, context)
  }
  if (stored instanceof Group) {
    const [codes, categories, values, mask] = ['codes', 'categories', 'values', 'mask'].map((part) => entry(stored, part))
    if (codes instanceof Dataset && categories instanceof Dataset) return categorical(name, { codes, categories }, context)
    if (values instanceof Dataset && mask instanceof Dataset) return arrayColumn(name, { values, mask }, context)
  }
  throw unreadable('AnnData', context, `column "${name}" is of an unknown kind`)
}

interface Categorical {
  readonly codes: Dataset
  readonly categories: Dataset
}

function categorical(name: string, { codes, categories }: Categorical, context: Reading): RawColumn {
  const levels = arrayColumn(name, { values: categories }, context)
  const cells = Array.from(valuesOf<number>(codes, context), (code) => (code < 0 ? null : (levels.values[code] ?? null)))
  if (levels.source === 'number') return numberColumn(name, cells as (number | null)[], levels.integer === true)
  return levels.source === 'boolean' ? booleanColumn(name, cells) : textColumn(name, cells)
}

interface MaskedArray {
  readonly values: Dataset
  /** True where missing. */
  readonly mask?: Dataset
}

function arrayColumn(name: string, { values, mask }: MaskedArray, context: Reading): RawColumn {
  const hidden = mask ? valuesOf<number | boolean>(mask, context) : undefined
  const cells = Array.from(valuesOf<unknown>(values, context), (cell, i) => (hidden?.[i] ? null : cell))
  const { dtype, metadata } = values
  // NumPy's booleans are stored as an enumeration of FALSE and TRUE.
  if (metadata.enum_type && 'TRUE' in metadata.enum_type.members) return booleanColumn(name, cells)
  if (typeof dtype === 'string' && /[fd]$/.test(dtype)) return numberColumn(name, cells as (number | null)[], false)
  if (typeof dtype === 'string' && /[bBhHiIlLqQ]$/.test(dtype)) return wholeNumberColumn(name, cells as (number | bigint | null)[])
  return textColumn(name, cells)
}

function columnNames(frame: Group): string[] {
  return Array.from((frame.attrs['column-order']?.value ?? []) as ArrayLike<unknown>, String)
}

function kindOf(group: Group): string {
  const kind = text(group.attrs['encoding-type']?.value)
  return kind || `${text(group.attrs.h5sparse_format?.value)}_matrix`
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** What stands at a path below the group, null when nothing does. */
function entry(group: Group, path: string): Entity | null {
  let at: Entity | null = group
  for (const part of path.split('/')) {
    if (!(at instanceof Group) || !at.keys().includes(part)) return null
    at = at.get(part)
  }
  return at
}
