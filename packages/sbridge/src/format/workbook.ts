import { zipSync } from 'fflate'
import type { ContentLimit } from './content-limit.js'
import { zipContent, zipEntries } from './zip-archive.js'

/** Parts of a workbook by their names in the archive, inflated. */
export type Parts = ReadonlyMap<string, Uint8Array>

/** Bytes that a reader keeps for a cell of the grid, empty or not. */
const CELL_BYTES = 8

/**
 * The parts of a workbook that hold text: lengths and checksums are compared with the directory, and together they are no larger
 * than `ContentLimit` allows. Throws `Error` for damaged archives, `FormatError` for larger ones.
 */
export function partsOf(bytes: Uint8Array, limit: ContentLimit): Parts {
  const entries = zipEntries(bytes).filter(({ name }) => /\.(?:xml|rels)$/.test(name))
  for (const { size } of entries) limit.take(size)
  return new Map(entries.map((entry) => [entry.name, zipContent(bytes, entry)]))
}

/** The same parts as an archive that is not compressed: what a reader gets that looks at no limit itself. */
export function storedArchive(parts: Parts): ArrayBuffer {
  const { buffer } = zipSync(Object.fromEntries(parts), { level: 0, mtime: new Date(1980, 0, 1) })
  return buffer as ArrayBuffer
}

/** A sheet as the workbook lists it. */
export interface SheetEntry {
  readonly name: string
  /** Its part; undefined where the workbook names none that is there. */
  readonly part: string | undefined
}

/** The sheets of a workbook in its order. */
export function sheetsOf(parts: Parts): SheetEntry[] {
  const workbook = textOf(parts, 'xl/workbook.xml')
  const targets = new Map(
    Array.from(elements(textOf(parts, 'xl/_rels/workbook.xml.rels'), 'Relationship'), ({ Id = '', Target = '' }) => [
      Id,
      Target.startsWith('/') ? Target.slice(1) : `xl/${Target}`
    ])
  )
  return Array.from(elements(workbook, 'sheet'), (sheet) => {
    const part = targets.get(sheet.id ?? '')
    return { name: sheet.name ?? '', part: part !== undefined && parts.has(part) ? part : undefined }
  })
}

/** Codes of the formats of numbers that every workbook has (ECMA-376, part 1, section 18.8.30), as far as they say more than General. */
const BUILT_IN: Readonly<Record<string, string>> = {
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  9: '0%',
  10: '0.00%',
  11: '0.00E+00',
  14: 'm/d/yyyy',
  15: 'd-mmm-yy',
  16: 'd-mmm',
  17: 'mmm-yy',
  18: 'h:mm AM/PM',
  19: 'h:mm:ss AM/PM',
  20: 'h:mm',
  21: 'h:mm:ss',
  22: 'm/d/yy h:mm',
  37: '#,##0;(#,##0)',
  38: '#,##0;[Red](#,##0)',
  39: '#,##0.00;(#,##0.00)',
  40: '#,##0.00;[Red](#,##0.00)',
  45: 'mm:ss',
  46: '[h]:mm:ss',
  47: 'mm:ss.0',
  49: '@'
}

/**
 * The code of the format that most cells of each column have below a row (from 1), by the place of the column from 0. The grid from
 * its first to its last cell is taken from the limit, so that one far cell makes no table of a million rows. Throws `FormatError`.
 */
export function columnFormats(parts: Parts, part: string, below: number, limit: ContentLimit): ReadonlyMap<number, string> {
  const styles = parts.has('xl/styles.xml') ? textOf(parts, 'xl/styles.xml') : ''
  const own = new Map(Array.from(elements(styles, 'numFmt'), ({ numFmtId = '', formatCode = '' }) => [numFmtId, formatCode]))
  const used = /<(?:\w+:)?cellXfs[\s>][\s\S]*?<\/(?:\w+:)?cellXfs>/.exec(styles)?.[0] ?? ''
  const codes = Array.from(elements(used, 'xf'), ({ numFmtId = '' }) => own.get(numFmtId) ?? BUILT_IN[numFmtId])
  const counts = new Map<number, Map<string, number>>()
  let [rows, columns] = [0, 0]
  for (const { r = '', s = '' } of elements(textOf(parts, part), 'c')) {
    const [column, row] = placeOf(r)
    rows = Math.max(rows, row)
    columns = Math.max(columns, column + 1)
    const code = codes[Number(s || 0)] ?? ''
    if (row <= below) continue
    const of = counts.get(column) ?? new Map<string, number>()
    counts.set(column, of)
    of.set(code, (of.get(code) ?? 0) + 1)
  }
  limit.take(rows * columns * CELL_BYTES)
  const most = Array.from(counts, ([column, of]) => [column, [...of].sort((a, b) => b[1] - a[1])[0]![0]] as const)
  return new Map(most.filter(([, code]) => code !== '' && code !== 'General'))
}

/** `AB12` → 27, 12. */
function placeOf(address: string): readonly [column: number, row: number] {
  const [, letters = '', digits = '0'] = /^([A-Z]{1,3})(\d{1,7})$/.exec(address) ?? []
  return [[...letters].reduce((place, letter) => place * 26 + letter.charCodeAt(0) - 64, 0) - 1, Number(digits)]
}

/** Attributes of the elements of a name in XML that a reader has found well-formed, without the prefixes of name spaces. */
function* elements(xml: string, name: string): Generator<Readonly<Record<string, string>>> {
  for (const [, attributes = ''] of xml.matchAll(new RegExp(`<(?:\\w+:)?${name}(\\s[^<>]*?)?/?>`, 'g'))) {
    const pairs = attributes.matchAll(/(?:\w+:)?(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)
    yield Object.fromEntries(Array.from(pairs, ([, key, a, b]) => [key!, unescaped(a ?? b!)]))
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? whole
    return String.fromCodePoint(Math.min(0x10ffff, hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)))
  })
}

/** Throws `Error` where the archive lacks the part. */
function textOf(parts: Parts, name: string): string {
  const part = parts.get(name)
  if (!part) throw new Error(`it holds no ${name}`)
  return new TextDecoder().decode(part)
}
