import { InputError } from '@sbridge/core'
import type { ReadContext } from './columns.js'

/** What its first bytes say that a file holds, whatever its name says. */
interface Content {
  readonly begins: RegExp
  readonly is: string
  readonly remedy: string
  /** Formats that it is. */
  readonly formats?: readonly string[]
}

const CONTENTS: readonly Content[] = [
  {
    begins: /^(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body|table)\b/i,
    is: 'a web page',
    remedy: 'downloading the file itself: a page often stands for one that asks to sign in, or shows the table'
  },
  { begins: /^%PDF-/, is: 'a PDF document', remedy: 'saving the table as CSV where it comes from' },
  {
    begins: /^PK\p{Cc}{2}/u,
    is: 'an Excel workbook or a ZIP archive',
    remedy: 'the extension .xlsx for a workbook, or unpacking the archive',
    formats: ['xlsx', 'npz']
  },
  {
    begins: /^ÐÏ\p{Cc}à/u,
    is: 'an Office document of before 2007, or one with a password',
    remedy: 'opening it and saving it as .xlsx or CSV, without a password'
  },
  { begins: /^<\?xml\b/, is: 'XML', remedy: 'writing it as a table, CSV say' },
  // A record on the first line, and the next below it.
  { begins: /^\{\s*"[^\n]*\}\s*\n\s*\{/, is: 'JSON Lines', remedy: 'the extension .jsonl', formats: ['jsonl'] },
  {
    begins: /^(?:\[\s*)?\{\s*"(?:[^"\\]|\\.)*"\s*:/,
    is: 'JSON',
    remedy: 'the extension .json, or .jsonl where each line is a record',
    formats: ['json', 'jsonl']
  }
]

/** Bytes that are looked at: a declaration and a comment may stand first. */
const LOOKED_AT = 512

/** What a file holds that is no table of its extension; undefined of all others. */
const otherContent = (bytes: Uint8Array): Content | undefined => {
  // Byte-order marks and the zeros of UTF-16 are no part of what is looked for.
  const text = String.fromCharCode(...bytes.subarray(0, LOOKED_AT)).replace(/^(?:ï»¿|ÿþ|þÿ)/, '')
  const plain = text.replaceAll('\0', '').replace(/^(?:\s|<!--[\s\S]*?-->)+/, '')
  return CONTENTS.find(({ begins }) => begins.test(plain))
}

/** Whether the bytes begin as those of another content than a table of lines. */
export const isOther = (bytes: Uint8Array): boolean => otherContent(bytes) !== undefined

/** Throws `InputError` (code `file-other`) for a web page, a document, an archive, XML or JSON under the name of another format: its lines would be read as cells. */
export function refuseOther(bytes: Uint8Array, format: string, { source }: ReadContext): void {
  const found = otherContent(bytes)
  if (!found || found.formats?.includes(format)) return
  throw new InputError({
    code: 'file-other',
    got: `${source}, which holds ${found.is}`,
    expected: 'a table, as its extension says',
    try: found.remedy
  })
}
