import { readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { FormatError, InputError, SbridgeError } from '@sbridge/core'
import { notTogether, refuseUnknown } from '@sbridge/core/internal'
import { type RawTable, type Rows, tableOfRows } from '@sbridge/core/tables'
import { addressOf, isDatabase, SQLITE_NAME, withoutPassword } from '../database/address.js'
import type { DatabaseSource, DatabaseTarget } from '../database/contract.js'
import { causeOf } from '../host/causes.js'
import { isObject, readObject } from '../host/objects.js'
import { withPackage } from '../host/optional-package.js'
import type { AnnDataOptions } from './anndata.js'
import { inCells } from './as-drawn.js'
import { finalPath, isOnTheWeb, writeAtomically } from './atomic-file.js'
import { joined } from './bytes.js'
import type { Pieces } from './columns.js'
import { tooLarge } from './encoding.js'
import { tableInFile, tableInPipe } from './table-bytes.js'
import {
  cellsFor,
  extensionOf,
  isGzipName,
  parseTable,
  readingContext,
  serializePieces,
  serializeTable,
  type TableFormat,
  tableFormatOf
} from './table-format.js'

export interface ReadOptions extends DatabaseSource {
  /** Lets `.h5ad` be read, and says what of it. */
  readonly annData?: AnnDataOptions
  /** Of text, as the WHATWG calls it; found from the bytes when left out. */
  readonly encoding?: string | undefined
  /** Lines of text above the names (`2`) and behind the last row (`2,1`) that are not the table's; found when left out. */
  readonly skip?: string | undefined
  /** Of a workbook: the name of a sheet, or its place from 1; the first when left out. */
  readonly sheet?: string | undefined
  /** Where `-` reads from; default standard input. */
  readonly input?: AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean }
}

/**
 * The table in a file, by its extension; `-` is CSV on standard input; `sqlite:FILE`, `duckdb:FILE`, `postgres://…` and `mysql://…` are databases, `s3://BUCKET/KEY` an object in a store.
 *
 * Fails with `FormatError` when the file is not there or cannot be read, with `InputError` when its extension is
 * unknown or what it holds is no table.
 */
export async function readTable(path: string, options: ReadOptions = {}): Promise<RawTable> {
  refuseUnknown(options, READ_OPTIONS)
  if (options.annData && extensionOf(path) === '.h5ad') {
    const bytes = await readBytes(path)
    const { readAnnData } = await withPackage('h5wasm', () => import('./anndata.js'))
    return readAnnData(bytes, { ...options.annData, source: path })
  }
  if (isDatabase(path)) return (await import('../database/database.js')).readDatabase(path, refuseOfFiles(path, options))
  refuseOfDatabases(path, options)
  const format = tableFormatOf(path)
  const reading = readingContext(path, format, options)
  if (path === '-') return tableInPipe(pipeOf(options.input ?? process.stdin), format, { ...reading, source: 'standard input' })
  const context = { ...reading, source: path }
  if (isObject(path)) return parseTable(await readObject(path), format, context)
  return tableInFile(path, { format, context, read: () => readBytes(path) }).catch((error: unknown) => {
    throw inputFileError(path, error)
  })
}

const READ_OPTIONS = ['annData', 'encoding', 'skip', 'sheet', 'input', 'table', 'query', 'querySeconds']

/** Options of files mean nothing to a database. */
function refuseOfFiles(path: string, { encoding, skip, sheet, ...source }: ReadOptions): DatabaseSource {
  const [given] = Object.entries({ encoding, skip, sheet }).find(([, value]) => value !== undefined) ?? []
  if (given === undefined) return source
  throw elsewhere(`--${given} with ${withoutPassword(path)}`, 'a file', given)
}

/** And the other way round. */
function refuseOfDatabases(path: string, { table, query, querySeconds, into, append }: DatabaseSource & DatabaseTarget): void {
  const flags = { table, query, 'query-seconds': querySeconds, into, append: append || undefined }
  const [given] = Object.entries(flags).find(([, value]) => value !== undefined) ?? []
  if (given === undefined) return
  // Without its kind before it the name of a file of SQLite is that of all its tables.
  const remedy = SQLITE_NAME.test(path) ? `sqlite:${path}` : `leaving --${given} out`
  throw notTogether(`--${given} with the file ${path}`, remedy, 'a database (sqlite:FILE, postgres://…)')
}

const elsewhere = (got: string, expected: string, flag: string) => notTogether(got, `leaving --${flag} out`, expected)

/** Refuses what says how to write to a database beside the name of a file. Throws `InputError` (code `option-combination`). */
export function checkTarget(path: string, target: DatabaseTarget): void {
  if (!isDatabase(path)) refuseOfDatabases(path, target)
}

/**
 * Writes a table, or records, to a file, by its extension and atomically; `-` is CSV on standard output. Into a database, as `target`
 * says. Rows of `draw` are written in the cells that the format takes, numbers as numbers, unless their call says in which.
 */
export async function writeTable(path: string, rows: Rows<object>, target: DatabaseTarget = {}): Promise<void> {
  const table = inCells(tableOfRows(rows), cellsFor(path))
  return written(path, { table: () => table, pieces: async (format) => [await serializeTable(table, format)] }, target)
}

/** The same of rows that are handed over some at a time, and are never all there at once where the format is one of lines. */
export function writePieces(path: string, table: Pieces, target: DatabaseTarget = {}): Promise<void> {
  return written(path, { table: () => table.rows(0, table.rowCount), pieces: (format) => serializePieces(table, format) }, target)
}

/** A folder for what stands beside an output for a while: its own, or that of the system where it is no file here. */
export async function folderBeside(path: string): Promise<string> {
  const file = isDatabase(path) ? (addressOf(path).file ? addressOf(path).at : undefined) : path
  if (file === undefined || file === '-' || isObject(file)) return tmpdir()
  const existing = await stat(file).catch(() => undefined)
  return existing && !existing.isFile() ? tmpdir() : dirname(await finalPath(file))
}

interface Writable {
  table(): RawTable
  pieces(format: TableFormat): Promise<Iterable<Uint8Array>>
}

async function written(path: string, content: Writable, target: DatabaseTarget): Promise<void> {
  checkTarget(path, target)
  if (isDatabase(path)) return (await import('../database/database.js')).writeDatabase(path, content.table(), target)
  const format = tableFormatOf(path)
  const pieces = await content.pieces(format)
  if (path === '-') {
    // Nothing is written to a pipe of what cannot be written to its end: pieces are made once before, and thrown away.
    if (!Array.isArray(pieces)) for (const piece of pieces) void piece
    await writeStream(process.stdout, Array.isArray(pieces) ? pieces : await content.pieces(format))
  } else if (isGzipName(path)) await writeAtomically(path, (await import('./gzip.js')).deflateGzip(joined([...pieces])))
  else await writeAtomically(path, pieces)
}

/** The bytes of an input file. Fails with `FormatError` when it is missing, a folder or not readable. */
export async function readBytes(path: string): Promise<Uint8Array> {
  if (isObject(path)) return readObject(path)
  try {
    return await readFile(path)
  } catch (error) {
    throw inputFileError(path, error)
  }
}

/** What is used of a writable stream, so that the types of this package need none of Node's. */
interface ByteStream {
  write(content: Uint8Array | string, done?: (error?: Error | null) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
}

/**
 * Watches a stream for writes that fail, whoever writes: `arrived` resolves when all is handed over.
 *
 * A reader that has closed its end (as `head` does) wanted no more: that is no failure, and the job goes on. Fails
 * with `InputError` otherwise.
 */
export function watchOutput(stream: ByteStream): { arrived(): Promise<void> } {
  let lost: NodeJS.ErrnoException | undefined
  let failed = false
  const listen = (error: NodeJS.ErrnoException): void => {
    failed = true
    if (error.code !== 'EPIPE') lost ??= error
  }
  stream.on('error', listen)
  return {
    async arrived() {
      // The error of a write is told to listeners before the next write is done.
      await new Promise((resolve) => stream.write('', resolve))
      // A stream that has failed once may do so again.
      if (!failed) stream.removeListener('error', listen)
      if (lost) throw streamError(lost)
    }
  }
}

/** Resolves when all is handed over, or the reader wants no more. Fails with `InputError`. */
export async function writeStream(stream: ByteStream, content: string | Iterable<Uint8Array>): Promise<void> {
  const output = watchOutput(stream)
  // Each piece is gone before the next is made.
  for (const piece of typeof content === 'string' ? [content] : content) await new Promise((resolve) => stream.write(piece, resolve))
  await output.arrived()
}

function streamError(error: NodeJS.ErrnoException): InputError {
  return new InputError({
    code: error.code === 'ENOSPC' ? 'disk-full' : 'output-failed',
    got: `standard output, which cannot be written to (${error.message})`,
    expected: 'a stream with room for the table',
    try: 'writing to a file with -o'
  })
}

function pipeOf(input: NonNullable<ReadOptions['input']>): NonNullable<ReadOptions['input']> {
  if (!input.isTTY) return input
  throw new InputError({
    code: 'standard-input-terminal',
    got: '"-" while standard input is a terminal',
    expected: 'a CSV table on standard input',
    try: 'a pipe or redirection, or the name of a file'
  })
}

const onTheWeb = (path: string): FormatError =>
  new FormatError({
    code: 'file-missing',
    got: `${path}, an address on the web, which nothing is fetched from`,
    expected: 'a file, a database, an object as s3://BUCKET/KEY, or - for CSV on standard input',
    try: `curl -sSf '${path}' | sbridge sample - …, or downloading it first`
  })

function inputFileError(path: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ERR_FS_FILE_TOO_LARGE') return tooLarge({ source: path })
  if (code === undefined || error instanceof SbridgeError || causeOf(error)) return error
  const missing = code === 'ENOENT' || code === 'ENOTDIR'
  if (missing && isOnTheWeb(path)) return onTheWeb(path)
  const reason = missing ? 'which does not exist' : code === 'EISDIR' ? 'which is a folder' : `which cannot be read (${message})`
  return new FormatError({
    code: missing ? 'file-missing' : 'file-unreadable',
    got: `${path}, ${reason}`,
    expected: 'a file that you may read',
    try: missing ? 'checking the name and the folder' : 'naming a file, and checking its permissions'
  })
}
