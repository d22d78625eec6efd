import { InputError } from '@sbridge/core'
import { notTogether } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { isDatabase } from '../database/address.js'
import type { Pieces, ReadContext } from './columns.js'
import { refuseOther } from './other-content.js'

/** Takes a table as its bytes come. */
export interface TableStream {
  /** Is told how many bytes come, before they do. */
  expect(bytes: number): void
  /** Whether it goes on. */
  push(bytes: Uint8Array): boolean
  /** The table; undefined where it takes all bytes at once to read it. */
  finish(): RawTable | undefined
  /** Why it does. */
  readonly reason: string | undefined
}

interface Codec {
  readonly stream?: (context: ReadContext) => TableStream
  readonly read: (bytes: Uint8Array, context: ReadContext) => Promise<RawTable> | RawTable
  readonly write: (table: RawTable) => Promise<Uint8Array> | Uint8Array
  /** The same bytes, some rows at a time. */
  readonly pieces?: (table: Pieces) => Iterable<Uint8Array>
}

interface Format {
  readonly extensions: readonly string[]
  /** What a cell of the raw table is when it is written. */
  readonly cells: 'text' | 'typed' | 'json' | 'sheet'
  /** Asks for what its writer takes besides sbridge. */
  readonly ready?: () => Promise<unknown>
  readonly load: () => Promise<Codec>
}

/** One entry a format; each is loaded when first used, the larger readers being several megabytes. */
const formats = {
  csv: { extensions: ['.csv', '.txt', '.dat'], cells: 'text', load: () => import('./csv.js').then((of) => of.delimited(',')) },
  tsv: { extensions: ['.tsv'], cells: 'text', load: () => import('./csv.js').then((of) => of.delimited('\t')) },
  json: {
    extensions: ['.json'],
    cells: 'json',
    load: () =>
      Promise.all([import('./json.js'), import('./json-text.js')]).then(([of, text]) => ({ read: of.readJson, write: text.writeJson }))
  },
  jsonl: {
    extensions: ['.jsonl', '.ndjson'],
    cells: 'json',
    load: () =>
      Promise.all([import('./json.js'), import('./json-text.js')]).then(([of, text]) => ({
        read: of.readJsonLines,
        write: text.writeJsonLines,
        pieces: text.jsonLinePieces
      }))
  },
  parquet: {
    extensions: ['.parquet'],
    cells: 'typed',
    load: () => import('./parquet.js').then((of) => ({ read: of.readParquet, write: of.writeParquet, pieces: of.parquetPieces }))
  },
  arrow: {
    extensions: ['.arrow', '.feather'],
    cells: 'typed',
    load: () => import('./arrow.js').then((of) => ({ read: of.readArrow, write: (table: RawTable) => of.writeArrow(table) }))
  },
  xlsx: {
    extensions: ['.xlsx'],
    cells: 'sheet',
    load: () => import('./xlsx.js').then((of) => ({ read: of.readXlsx, write: of.writeXlsx })),
    ready: () => import('./xlsx.js').then((of) => of.readyToWrite())
  },
  npy: { extensions: ['.npy'], cells: 'typed', load: () => import('./npy.js').then((of) => ({ read: of.readNpy, write: of.writeNpy })) },
  npz: { extensions: ['.npz'], cells: 'typed', load: () => import('./npz.js').then((of) => ({ read: of.readNpz, write: of.writeNpz })) }
} satisfies Record<string, Format>

/** Formats that tables are read from and written to. */
export type TableFormat = keyof typeof formats

/** Extensions of file names that say a format, with their dots. */
export const tableExtensions: readonly string[] = Object.values<Format>(formats).flatMap(({ extensions }) => extensions)

/** Extension of a file name in small letters with its dot, that of what is in it for `.gz`; empty when there is none. */
export function extensionOf(name: string): string {
  return /\.[^./\\]+$/.exec(isGzipName(name) ? name.slice(0, -3) : name)?.[0].toLowerCase() ?? ''
}

/** Whether a file of this name is compressed by gzip. */
export const isGzipName = (name: string): boolean => /\.gz$/i.test(name)

/** Whether bytes begin as gzip does: no table does otherwise. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** The format that a file name says, CSV for `-`. Fails with `InputError` on an unknown extension. */
export function tableFormatOf(name: string): TableFormat {
  if (name === '-') return 'csv'
  const extension = extensionOf(name)
  const known = Object.entries<Format>(formats).find(([, { extensions }]) => extensions.includes(extension))
  if (known) return known[0] as TableFormat
  throw new InputError({
    code: 'extension-unknown',
    got: extension === '' ? `the name ${name} without an extension` : `the extension ${extension} of ${name}`,
    expected: `one of ${tableExtensions.join(' ')}, or - for CSV on standard input or output`,
    try: 'saving the table as CSV where it comes from, unpacking an archive, or renaming what is one of these'
  })
}

/** How a file is to be read, as it is typed. */
export interface Reading {
  readonly encoding?: string | undefined
  readonly skip?: string | undefined
  readonly sheet?: string | undefined
}

/** What the readers are told of it. Throws `InputError` for what cannot be read, or means nothing to the format. */
export function readingContext(name: string, format: TableFormat, { encoding, skip, sheet }: Reading): Omit<ReadContext, 'source'> {
  if (sheet !== undefined && format !== 'xlsx')
    throw notTogether(`--sheet ${sheet} with ${name}`, 'leaving --sheet out', 'a workbook (.xlsx)')
  return { encoding, sheet, skip: skip === undefined ? undefined : skippedLines(skip) }
}

/** `2` and `2,1` → lines above and below. Throws `InputError` for other text. */
function skippedLines(text: string): { readonly top: number; readonly bottom: number } {
  const match = /^\s*(\d{1,6})(?:\s*,\s*(\d{1,6}))?\s*$/.exec(text)
  if (match) return { top: Number(match[1]), bottom: Number(match[2] ?? 0) }
  throw new InputError({
    code: 'option-value',
    got: `--skip ${text}`,
    expected: 'lines above the names, and perhaps lines behind the last row',
    try: '--skip 2, or --skip 2,1'
  })
}

/** A table from the bytes of a file. Host-free. */
export async function parseTable(bytes: Uint8Array, format: TableFormat, context: ReadContext): Promise<RawTable> {
  const content = isGzip(bytes) ? (await import('./gzip.js')).inflateGzip(bytes, context) : bytes
  refuseOther(content, format, context)
  return (await formats[format].load()).read(content, context)
}

/** What reads a table of the format as its bytes come; undefined for formats that are read as a whole. */
export async function tableStream(format: TableFormat, context: ReadContext): Promise<TableStream | undefined> {
  return ((await formats[format].load()) as Codec).stream?.(context)
}

/** The bytes of a file that holds the table. Host-free; the same table always gives the same bytes. */
export async function serializeTable(table: RawTable, format: TableFormat): Promise<Uint8Array> {
  return (await formats[format].load()).write(table)
}

/** The same of rows that are handed over some at a time: formats of lines are made so, others as a whole. Host-free. */
export async function serializePieces(table: Pieces, format: TableFormat): Promise<Iterable<Uint8Array>> {
  const codec: Codec = await formats[format].load()
  return codec.pieces?.(table) ?? [await codec.write(table.rows(0, table.rowCount))]
}

/** Asks for what a writer of this path takes besides sbridge, before anything is computed. Throws `EngineError` (code `package-missing`). */
export async function readyToWrite(path: string): Promise<void> {
  const known = Object.values<Format>(formats).find(({ extensions }) => extensions.includes(extensionOf(path)))
  await known?.ready?.()
}

/** How a writer of this path takes cells: as text (CSV, TSV), typed with dates as text (JSON), as of a sheet, or typed. */
export function cellsFor(path: string): Format['cells'] {
  return isDatabase(path) ? 'typed' : formats[tableFormatOf(path)].cells
}

/** Whether a writer of this path keeps the types that columns had where their table was read. */
export const keepsTypes = (path: string): boolean => !isDatabase(path) && ['parquet', 'arrow'].includes(tableFormatOf(path))
