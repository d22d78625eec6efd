import { InputError, type RawTable } from '@sbridge/core'
import type { ReadContext } from './columns.js'

interface Format {
  readonly read: (bytes: Uint8Array, context: ReadContext) => Promise<RawTable>
  readonly write: (table: RawTable) => Promise<Uint8Array>
}

/** One entry a format; each is loaded when first used, the larger readers being several megabytes. */
const formats = {
  csv: {
    read: async (bytes, context) => (await import('./csv.js')).readDelimited(bytes, context),
    write: async (table) => (await import('./csv.js')).writeDelimited(table, ',')
  },
  tsv: {
    read: async (bytes, context) => (await import('./csv.js')).readDelimited(bytes, { ...context, delimiter: '\t' }),
    write: async (table) => (await import('./csv.js')).writeDelimited(table, '\t')
  },
  json: {
    read: async (bytes, context) => (await import('./json.js')).readJson(bytes, context),
    write: async (table) => (await import('./json.js')).writeJson(table)
  },
  jsonl: {
    read: async (bytes, context) => (await import('./json.js')).readJsonLines(bytes, context),
    write: async (table) => (await import('./json.js')).writeJsonLines(table)
  },
  parquet: {
    read: async (bytes, context) => (await import('./parquet.js')).readParquet(bytes, context),
    write: async (table) => (await import('./parquet.js')).writeParquet(table)
  },
  arrow: {
    read: async (bytes, context) => (await import('./arrow.js')).readArrow(bytes, context),
    write: async (table) => (await import('./arrow.js')).writeArrow(table)
  },
  npy: {
    read: async (bytes, context) => (await import('./npy.js')).readNpy(bytes, context),
    write: async (table) => (await import('./npy.js')).writeNpy(table)
  },
  npz: {
    read: async (bytes, context) => (await import('./npz.js')).readNpz(bytes, context),
    write: async (table) => (await import('./npz.js')).writeNpz(table)
  }
} satisfies Record<string, Format>

/** Formats that tables are read from and written to. */
export type TableFormat = keyof typeof formats

const formatOfExtension: Readonly<Record<string, TableFormat>> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.json': 'json',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.parquet': 'parquet',
  '.arrow': 'arrow',
  '.feather': 'arrow',
  '.npy': 'npy',
  '.npz': 'npz'
}

/** Extensions of file names that say a format, with their dots. */
export const tableExtensions: readonly string[] = Object.keys(formatOfExtension)

/** Extension of a file name in small letters with its dot, empty when there is none. */
export function extensionOf(name: string): string {
  return /\.[^./\\]+$/.exec(name)?.[0].toLowerCase() ?? ''
}

/** The format that a file name says, CSV for `-`. Fails with `InputError` on an unknown extension. */
export function tableFormatOf(name: string): TableFormat {
  if (name === '-') return 'csv'
  const extension = extensionOf(name)
  if (Object.hasOwn(formatOfExtension, extension)) return formatOfExtension[extension]!
  throw new InputError({
    code: 'extension-unknown',
    got: extension === '' ? `the name ${name} without an extension` : `the extension ${extension} of ${name}`,
    expected: `one of ${tableExtensions.join(' ')}, or - for CSV on standard input or output`,
    try: 'renaming or converting the file'
  })
}

/** A table from the bytes of a file. Host-free. */
export function parseTable(bytes: Uint8Array, format: TableFormat, context: ReadContext): Promise<RawTable> {
  return formats[format].read(bytes, context)
}

/** The bytes of a file that holds the table. Host-free; the same table always gives the same bytes. */
export function serializeTable(table: RawTable, format: TableFormat): Promise<Uint8Array> {
  return formats[format].write(table)
}

/** Whether a writer of this path takes text cells (CSV, TSV) or typed ones. */
export function cellsFor(path: string): 'text' | 'typed' {
  const format = tableFormatOf(path)
  return format === 'csv' || format === 'tsv' ? 'text' : 'typed'
}
