import type { ContentLimit } from './content-limit.js'

/**
 * Refuses Arrow IPC bytes whose metadata state lengths that the bytes cannot hold. The library loops over lengths and
 * allocates by them as they are stated: billions, where one byte of a length is wrong. What compressed buffers state is
 * taken from the limit.
 *
 * Throws `Error` (`RangeError` where a place lies outside) for a damaged file or stream; values are not looked at.
 * @source Arrow columnar format 1.5, format/Message.fbs, Schema.fbs and File.fbs, github.com/apache/arrow
 */
export function refuseImpossibleLengths(bytes: Uint8Array, kind: 'file' | 'stream', limit: ContentLimit): void {
  if (kind === 'file') checkFile(bytes, limit)
  else checkStream(bytes, limit)
}

/** `ARROW1`, padded to 8 bytes at the start; behind the footer stand its length and the mark again. */
const MARK = 6

function checkFile(bytes: Uint8Array, limit: ContentLimit): void {
  const view = viewOf(bytes, 0, bytes.length)
  const end = bytes.length - MARK - 4
  const length = view.getInt32(end, true)
  const footer = FlatTable.root(viewOf(bytes, end - length, length))
  checkSchema(footer.table(1))
  checkPairs(footer, 4)
  for (const kind of [DICTIONARY_BATCH, RECORD_BATCH]) {
    const blocks = footer.vector(kind, 24)
    for (let i = 0; i < blocks.length; i++) {
      // At a message of another kind the library would stay for ever.
      if (checkMessage(bytes, whole(footer.view, blocks.start + 24 * i), limit).kind !== kind) throw new Error('a batch that is none')
    }
  }
}

function checkStream(bytes: Uint8Array, limit: ContentLimit): void {
  for (let at = 0; at < bytes.length; ) {
    const { kind, end } = checkMessage(bytes, at, limit)
    if (kind === END) return
    at = end
  }
}

/** Kinds of messages; blocks of batches stand in the slots of the footer that have the same numbers. */
const END = 0
const SCHEMA = 1
const DICTIONARY_BATCH = 2
const RECORD_BATCH = 3

/** Checks the message at a place; gives its kind and the place behind it. */
function checkMessage(bytes: Uint8Array, start: number, limit: ContentLimit): { readonly kind: number; readonly end: number } {
  const view = viewOf(bytes, 0, bytes.length)
  const marked = view.getInt32(start, true) === -1
  const head = start + (marked ? 8 : 4)
  const length = view.getInt32(head - 4, true)
  if (length === 0) return { kind: END, end: head }
  const message = FlatTable.root(viewOf(bytes, head, length))
  const bodyLength = message.long(3)
  const body = viewOf(bytes, head + length, bodyLength)
  checkPairs(message, 4)
  const kind = message.byte(1)
  const header = message.table(2)
  if (kind === SCHEMA && bodyLength === 0) checkSchema(header)
  else if (kind === RECORD_BATCH) checkBatch(header, body, limit)
  else if (kind === DICTIONARY_BATCH) checkBatch(header?.table(1), body, limit)
  else throw new Error('a message that is neither schema nor batch')
  return { kind, end: head + length + bodyLength }
}

function checkSchema(schema: FlatTable | undefined): void {
  if (!schema) return
  checkPairs(schema, 2)
  // Places may point back, so that a field is its own child: no file holds more fields than bytes.
  let left = schema.view.byteLength
  const checkFields = (parent: FlatTable, slot: number): void => {
    const fields = parent.vector(slot, 4)
    for (let i = 0; i < fields.length; i++) {
      if (left-- === 0) throw new Error('a column that contains itself')
      const field = parent.tableAt(fields.start + 4 * i)
      checkPairs(field, 6)
      checkFields(field, 5)
    }
  }
  checkFields(schema, 1)
}

/** A vector of key and value. */
function checkPairs(parent: FlatTable, slot: number): void {
  parent.vector(slot, 4)
}

/** Rows of columns that hold nothing but missing cells take no bytes. */
const ROWS_WITHOUT_BYTES = 1e6

function checkBatch(batch: FlatTable | undefined, body: DataView, limit: ContentLimit): void {
  if (!batch) return
  const nodes = batch.vector(1, 16)
  const buffers = batch.vector(2, 16)
  const compressed = batch.table(3) !== undefined
  let contentLength = 0
  for (let i = 0; i < buffers.length; i++) {
    const offset = whole(batch.view, buffers.start + 16 * i)
    const length = whole(batch.view, buffers.start + 16 * i + 8)
    if (offset + length > body.byteLength) throw new Error('a buffer beyond the end of its batch')
    // A compressed buffer begins with the length of its content, -1 where it is stored.
    contentLength += compressed && length > 0 ? Math.max(length, Number(body.getBigInt64(offset, true))) : length
  }
  if (compressed) limit.take(contentLength)
  const most = 8 * contentLength + ROWS_WITHOUT_BYTES
  const lengths = [batch.long(0), ...Array.from({ length: nodes.length }, (_, i) => whole(batch.view, nodes.start + 16 * i))]
  if (lengths.some((length) => length > most)) throw new Error('more rows than the file can hold')
  const views = batch.vector(4, 8)
  for (let i = 0; i < views.length; i++) {
    if (whole(batch.view, views.start + 8 * i) > buffers.length) throw new Error('more buffers than the batch has')
  }
}

function viewOf(bytes: Uint8Array, start: number, length: number): DataView {
  if (start < 0 || length < 0 || start + length > bytes.length) throw new Error('a part beyond the end of the file')
  return new DataView(bytes.buffer, bytes.byteOffset + start, length)
}

/** A length or place of 64 bits. */
function whole(view: DataView, at: number): number {
  const value = Number(view.getBigInt64(at, true))
  if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) throw new Error(`a length of ${value}`)
  return value
}

interface FlatVector {
  readonly start: number
  readonly length: number
}

/** A table of a flatbuffer; places are read as the library reads them, and none lies outside. @source flatbuffers.dev/internals */
class FlatTable {
  private constructor(
    readonly view: DataView,
    private readonly at: number
  ) {}

  static root(view: DataView): FlatTable {
    return new FlatTable(view, view.getInt32(0, true))
  }

  byte(slot: number): number {
    const at = this.place(slot)
    return at === undefined ? 0 : this.view.getUint8(at)
  }

  long(slot: number): number {
    const at = this.place(slot)
    return at === undefined ? 0 : whole(this.view, at)
  }

  table(slot: number): FlatTable | undefined {
    const at = this.place(slot)
    return at === undefined ? undefined : this.tableAt(at)
  }

  tableAt(at: number): FlatTable {
    return new FlatTable(this.view, at + this.view.getInt32(at, true))
  }

  /** Elements of `stride` bytes, all inside. */
  vector(slot: number, stride: number): FlatVector {
    const at = this.place(slot)
    if (at === undefined) return { start: 0, length: 0 }
    const counted = at + this.view.getInt32(at, true)
    const length = this.view.getInt32(counted, true)
    if (length < 0 || counted + 4 + length * stride > this.view.byteLength) throw new Error('a list beyond the end of the metadata')
    return { start: counted + 4, length }
  }

  private place(slot: number): number | undefined {
    const slots = this.at - this.view.getInt32(this.at, true)
    const offset = 4 + 2 * slot < this.view.getInt16(slots, true) ? this.view.getInt16(slots + 4 + 2 * slot, true) : 0
    return offset === 0 ? undefined : this.at + offset
  }
}
