import { FormatError, InputError } from '@sbridge/core'
import type { TextEncoding } from '@sbridge/core/internal'
import type { ReadContext } from './columns.js'

/** What text was read from, and how its characters stood in bytes. */
interface DecodedText extends TextEncoding {
  readonly text: string
}

/** Bytes 0x80 to 0x9f of windows-1252; those that it leaves open stand for themselves. */
const WESTERN = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

/** Text is UTF-8, or what a byte-order mark says; bytes that are no UTF-8 are those of Western Windows, of which Latin-1 is a part. */
const FALLBACK = 'windows-1252'

/**
 * The text of a file, its byte-order mark removed. UTF-16 without a mark is told by its zeros, other bytes that are not UTF-8
 * are taken for windows-1252. Cost O(bytes).
 *
 * Throws `InputError` (code `encoding-mixed`) where some lines are UTF-8 and others are not, `encoding-unknown` for the name of
 * an encoding that nothing knows; `FormatError` (code `not-text`) for bytes that no text has.
 */
export function decodeText(bytes: Uint8Array, context: ReadContext): DecodedText {
  const mark = markOf(bytes)
  const said = context.encoding === undefined ? mark : nameOf(context.encoding, context)
  const encoding = said ?? zerosOf(bytes) ?? 'utf-8'
  try {
    return checkText({ text: decode(bytes, encoding), encoding, byteOrderMark: mark === encoding }, context)
  } catch (error) {
    if (error instanceof RangeError || /too long|larger than/i.test(String(error))) throw tooLarge(context)
    if (!(error instanceof TypeError)) throw error
    if (said !== undefined) throw undecodable(bytes, encoding, context)
  }
  refuseTwoEncodings(bytes, context)
  return checkText({ text: decode(bytes, FALLBACK), encoding: FALLBACK, byteOrderMark: false }, context)
}

/** Whether text is UTF-8 by what is said of it and by its first bytes; those behind them may show that it is not. Throws `InputError` (code `encoding-unknown`). */
export function isUnicode(bytes: Uint8Array, context: ReadContext): boolean {
  const said = context.encoding === undefined ? markOf(bytes) : nameOf(context.encoding, context)
  return (said ?? zerosOf(bytes) ?? 'utf-8') === 'utf-8'
}

/** The encoding that a table is written in: its own, or UTF-8 with a note where several bytes make a character of it. */
export function writableEncoding({ encoding, byteOrderMark }: TextEncoding): TextEncoding & { readonly notes: readonly string[] } {
  if (encoding.startsWith('utf-') || charactersOf(encoding).length === 256) return { encoding, byteOrderMark, notes: [] }
  return { encoding: 'utf-8', byteOrderMark: false, notes: [`the file is in ${encoding}; rows are written in UTF-8`] }
}

/** The bytes of a text. Throws `InputError` (code `text-not-encodable`) for a character that the encoding lacks. */
export function encodeText(text: string, { encoding, byteOrderMark }: TextEncoding): Uint8Array {
  const marked = byteOrderMark ? `\ufeff${text}` : text
  if (encoding === 'utf-8') return new TextEncoder().encode(marked)
  if (encoding === 'utf-16le' || encoding === 'utf-16be') {
    const view = new DataView(new ArrayBuffer(2 * marked.length))
    for (let i = 0; i < marked.length; i++) view.setUint16(2 * i, marked.charCodeAt(i), encoding === 'utf-16le')
    return new Uint8Array(view.buffer)
  }
  return encodeSingleBytes(text, encoding)
}

function encodeSingleBytes(text: string, encoding: string): Uint8Array {
  const byteOf = new Map(Array.from(charactersOf(nameOf(encoding, { source: 'this model' })), (character, byte) => [character, byte]))
  byteOf.delete('\ufffd')
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const byte = code < 0x80 ? code : byteOf.get(text[i]!)
    if (byte === undefined)
      throw new InputError({
        code: 'text-not-encodable',
        got: `${String.fromCodePoint(text.codePointAt(i)!)}, which ${encoding} lacks`,
        expected: 'text in the encoding of the input',
        try: '--dialect plain, which writes UTF-8'
      })
    bytes[i] = byte
  }
  return bytes
}

/** The characters of the bytes from 0 to 255; fewer where several bytes make one. */
function charactersOf(encoding: string): string {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  return encoding === FALLBACK ? decodeWestern(bytes) : new TextDecoder(encoding).decode(bytes)
}

/** The name of an encoding for any of its labels. */
function nameOf(label: string, context: ReadContext): string {
  try {
    return new TextDecoder(label).encoding
  } catch {
    throw new InputError({
      code: 'encoding-unknown',
      got: `the encoding ${label} for ${context.source}`,
      expected: 'one that the WHATWG names, such as utf-8, utf-16le, windows-1252, iso-8859-2 or shift_jis',
      try: '--encoding windows-1252'
    })
  }
}

/** Throws `TypeError` for bytes that the encoding lacks. */
function decode(bytes: Uint8Array, encoding: string): string {
  return encoding === FALLBACK ? decodeWestern(bytes) : new TextDecoder(encoding, { fatal: true }).decode(bytes)
}

/** Node 20 to 24 decodes windows-1252 as Latin-1; where the decoder keeps to its name, nothing is left to replace. */
function decodeWestern(bytes: Uint8Array): string {
  const text = new TextDecoder(FALLBACK).decode(bytes)
  return text.replace(/[\u0080-\u009f]/g, (character) => WESTERN[character.charCodeAt(0) - 0x80]!)
}

function markOf(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 'utf-8' : undefined
}

/** Bytes that are looked at for zeros: the names of some columns are likely among them. */
const LOOKED_AT = 256
/** Bytes that a name and two cells take in UTF-16, about; zeros in fewer may be characters. */
const LEAST = 16

/** UTF-16 without a mark: most characters of a table are Latin, whose other byte is zero. */
function zerosOf(bytes: Uint8Array): string | undefined {
  const zeros = [0, 0]
  if (bytes.length < LEAST) return undefined
  const n = Math.min(LOOKED_AT, bytes.length - (bytes.length % 2))
  for (let i = 0; i < n; i++) if (bytes[i] === 0) zeros[i % 2]!++
  if (zeros[1]! > n / 4 && zeros[0] === 0) return 'utf-16le'
  return zeros[0]! > n / 4 && zeros[1] === 0 ? 'utf-16be' : undefined
}

/** Refuses what no text holds: a picture or an archive under a wrong name would be read as nonsense. */
function checkText(decoded: DecodedText, context: ReadContext): DecodedText {
  if (decoded.encoding === 'utf-8' || !decoded.text.includes('\0')) return decoded
  throw new FormatError({
    code: 'not-text',
    got: `${context.source}, whose bytes are no text`,
    expected: 'a table as text',
    try: 'the extension that says what the file is'
  })
}

/** Refuses a file of which some lines beyond ASCII are UTF-8 and others are not: read as one, the others would be garbled. */
function refuseTwoEncodings(bytes: Uint8Array, context: ReadContext): void {
  const { unicode, other } = firstLines(bytes)
  if (unicode === undefined || other === undefined) return
  throw new InputError({
    code: 'encoding-mixed',
    got: `two encodings in ${context.source}: line ${unicode} is UTF-8, line ${other} is not`,
    expected: 'one encoding in all lines',
    try: `writing the file again in one, or --encoding ${FALLBACK}, under which line ${unicode} reads as it may`
  })
}

/** The first line that is UTF-8 beyond ASCII, and the first that is not. */
function firstLines(bytes: Uint8Array): { readonly unicode: number | undefined; readonly other: number | undefined } {
  const strict = new TextDecoder('utf-8', { fatal: true })
  let unicode: number | undefined
  let other: number | undefined
  for (let start = 0, line = 1; start < bytes.length && (unicode === undefined || other === undefined); line++) {
    const next = bytes.indexOf(10, start)
    const end = next < 0 ? bytes.length : next
    const piece = bytes.subarray(start, end)
    if (piece.some((byte) => byte >= 0x80)) {
      try {
        strict.decode(piece)
        unicode ??= line
      } catch {
        other ??= line
      }
    }
    start = end + 1
  }
  return { unicode, other }
}

function undecodable(bytes: Uint8Array, encoding: string, context: ReadContext): FormatError {
  const line = encoding === 'utf-8' ? firstLines(bytes).other : undefined
  return new FormatError({
    code: 'text-not-decodable',
    got: `bytes in ${context.source} that are not ${encoding}${line === undefined ? '' : `, line ${line}`}`,
    expected: `a text file in ${encoding}`,
    try: '--encoding with the one that it is in, for example --encoding windows-1252'
  })
}

/** What is said of text that is read as a whole, for a `reason` where there is one, and is too long for that. */
export function tooLarge(context: ReadContext, reason?: string): InputError {
  const because = reason === undefined ? '' : ` (read as a whole for ${reason})`
  return new InputError({
    code: 'file-too-large',
    got: `${context.source}, more text than fits one string of this JavaScript engine${because}`,
    expected: 'at most about 500 million characters of text, or plain records in UTF-8',
    try: 'Parquet or Arrow, or plain CSV: names above rows, quotes around whole cells'
  })
}
