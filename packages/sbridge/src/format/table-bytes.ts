import { open } from 'node:fs/promises'
import { InputError, SbridgeError } from '@sbridge/core'
import type { RawTable } from '@sbridge/core/tables'
import { joined } from './bytes.js'
import type { ReadContext } from './columns.js'
import { PipeLimit } from './content-limit.js'
import { tooLarge } from './encoding.js'
import { isGzip, parseTable, type TableFormat, type TableStream, tableStream } from './table-format.js'

/** Bytes that are read at once. */
const PIECE = 1 << 20

/** Bytes up to which text may fit one string. */
const MOST_TEXT = 2 ** 29

type Pieces = AsyncIterable<Uint8Array | string>

const pieceOf = (piece: Uint8Array | string): Uint8Array => (typeof piece === 'string' ? new TextEncoder().encode(piece) : piece)

/**
 * The table in a file, read as it comes where its format and what stands in it allow, otherwise as a whole by `read`. Throws `InputError` (code
 * `file-changed`) where something writes to the file meanwhile, and what readers throw.
 */
export async function tableInFile(
  path: string,
  { format, context, read }: { readonly format: TableFormat; readonly context: ReadContext; readonly read: () => Promise<Uint8Array> }
): Promise<RawTable> {
  const stream = await tableStream(format, context)
  const file = stream && (await open(path))
  if (!file) return parseTable(await read(), format, context)
  try {
    const before = await file.stat()
    // Pipes have a name too, and files of the system no size.
    if (!before.isFile() || before.size === 0) return await tableInPipe(piecesOf(file), format, context)
    stream.expect(before.size)
    const table = await tableIn(piecesOf(file), { stream, context, size: before.size })
    const after = await file.stat()
    if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) throw changed(context, [before.size, after.size])
    if (table) return table
  } finally {
    await file.close()
  }
  return readWhole(read, format, { context, reason: stream.reason })
}

async function* piecesOf(file: { read: (into: { buffer: Uint8Array }) => Promise<{ bytesRead: number }> }): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(PIECE)
  for (;;) {
    const { bytesRead } = await file.read({ buffer })
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}

interface Streaming {
  readonly stream: TableStream
  readonly context: ReadContext
  /** Bytes of the file. */
  readonly size: number
}

/** The table of pieces of a file, which may be compressed; undefined where it has to be read as a whole. */
async function tableIn(pieces: AsyncIterable<Uint8Array>, { stream, context, size }: Streaming): Promise<RawTable | undefined> {
  let unpack: { push(bytes: Uint8Array): void; finish(): void } | undefined
  let isFirst = true
  for await (const piece of pieces) {
    if (isFirst && isGzip(piece)) unpack = new (await import('./gzip.js')).GzipReader(size, context, (content) => stream.push(content))
    isFirst = false
    if (unpack) unpack.push(piece)
    else stream.push(piece)
    if (stream.reason) return undefined
  }
  unpack?.finish()
  return stream.finish()
}

/**
 * The table that comes through a pipe, whose bytes are kept as long as they might have to be read as a whole. Throws
 * `FormatError` (code `content-too-large`) where it goes on beyond its limit, and what readers throw.
 */
export async function tableInPipe(pieces: Pieces, format: TableFormat, context: ReadContext): Promise<RawTable> {
  const limit = new PipeLimit(context)
  const kept: Uint8Array[] = []
  let stream = await tableStream(format, context)
  let length = 0
  for await (const one of pieces) {
    const piece = pieceOf(one)
    limit.take(piece.length)
    if (length === 0 && isGzip(piece)) stream = undefined
    length += piece.length
    const goesOn = stream?.push(piece) === true
    if (!goesOn || length <= MOST_TEXT) kept.push(piece.slice())
    else kept.length = 0
    if (stream && !goesOn && length > MOST_TEXT) throw tooLarge(context, stream.reason)
  }
  const table = stream?.finish()
  if (stream && !table && length > MOST_TEXT) throw tooLarge(context, stream.reason)
  return table ?? readWhole(async () => joined(kept), format, { context, reason: stream?.reason })
}

async function readWhole(
  read: () => Promise<Uint8Array>,
  format: TableFormat,
  { context, reason }: { readonly context: ReadContext; readonly reason: string | undefined }
): Promise<RawTable> {
  try {
    return await parseTable(await read(), format, context)
  } catch (error) {
    if (error instanceof SbridgeError && error.code === 'file-too-large') throw tooLarge(context, reason)
    throw error
  }
}

function changed({ source }: ReadContext, [before, after]: readonly [number, number]): InputError {
  const how = after === before ? 'which was written to' : `which went from ${before} to ${after} bytes`
  return new InputError({
    code: 'file-changed',
    got: `${source}, ${how} while it was read`,
    expected: 'a file that nothing writes to',
    try: 'reading it again once it is whole, or a copy of it'
  })
}
