import type { Table } from '../../table/table.js'
import { cellOf, type Form, isComposed, type Pattern, type Segment, tellersOf, textAt } from './form.js'
import { type KeptKeys, withKeys } from './keep.js'
import type { KeyColumn } from './reference.js'
import { type Told, toldBy } from './teller.js'

/** Rows before and after something changed their cells, in one order. */
interface ChangedRows {
  readonly before: Table
  readonly after: Table
  /** Keys as they were. */
  readonly keys: readonly KeyColumn[]
}

/**
 * Keys of rows whose other cells changed: what columns tell of a key is written again, as a full name and an address of a first name that
 * is another one now, and its numbers stay; a cell that was not written of its row before stays whole, and so does one that another
 * row has then. Keys that none of this changes are left out. Cost O(characters).
 */
export function keysCarried({ keys, references }: KeptKeys, { before, after, keys: were }: ChangedRows): KeyColumn[] {
  const changed: KeyColumn[] = []
  for (const { column, form, repeated } of keys) {
    const own = were.find(({ name }) => name === column)
    if (!own || form.check !== undefined || tellersOf(form).length === 0) continue
    const [toldBefore, toldAfter] = [toldBy(withKeys(before, were)), toldBy(withKeys(after, [...withoutNames(were, changed), ...changed]))]
    const taken = new Set(own.cells)
    const cells = own.cells.map((cell, i) => {
      const text = cell === null ? undefined : writtenAgain(form, cell, { before: toldBefore(i), after: toldAfter(i) })
      if (text === undefined || (!text.isWhole && repeated === 0 && taken.has(text.text))) return cell
      taken.add(text.text)
      return text.text
    })
    if (cells.some((cell, i) => cell !== own.cells[i])) changed.push({ name: column, cells })
  }
  const referring = references.flatMap(({ column, to }) => {
    const [own, key, now] = [were, were, changed].map((some, k) => some.find(({ name }) => name === (k === 0 ? column : to)))
    if (!own || !key || !now) return []
    const renamed = new Map(key.cells.map((cell, i) => [cell, now.cells[i]!]))
    return [{ name: column, cells: own.cells.map((cell) => (cell === null ? null : (renamed.get(cell) ?? cell))) }]
  })
  return [...changed, ...referring]
}

const withoutNames = (keys: readonly KeyColumn[], others: readonly KeyColumn[]): KeyColumn[] =>
  keys.filter(({ name }) => !others.some((other) => other.name === name))

interface ToldTwice {
  readonly before: Told
  readonly after: Told
}

/** A text of a form with what is told now in the place of what was; undefined where that is the same, or the text is not of the form. */
function writtenAgain(
  form: Form,
  text: string,
  { before, after }: ToldTwice
): { readonly text: string; readonly isWhole: boolean } | undefined {
  if (tellersOf(form).every((teller) => before(teller) === after(teller))) return undefined
  const place = form.by && before(form.by)
  for (const pattern of place === undefined ? form.patterns : [form.patterns[Number(place)]!]) {
    const parts = partsIn(pattern, text, before)
    if (!parts) continue
    const next = form.by && after(form.by)
    const other = next === undefined || next === place ? undefined : form.patterns[Number(next)]!
    if (other && isComposed(other, after)) return { text: composedText(other, after), isWhole: true }
    const written = pattern.segments.map((segment, s) => (segment.kind === 'told' ? (after(segment.by) ?? parts[s]!) : parts[s]!))
    return { text: written.join(''), isWhole: isComposed(pattern, after) }
  }
  return undefined
}

const composedText = (pattern: Pattern, told: Told): string =>
  textAt(pattern, cellOf(pattern.segments.map((segment) => (segment.kind === 'told' ? told(segment.by)! : 0))), 0n)!

/** The text in the parts of a pattern; undefined where it has others. */
function partsIn({ segments }: Pattern, text: string, told: Told): readonly string[] | undefined {
  const own = new RegExp(`^${segments.map((segment) => `(${expressionOf(segment, told)})`).join('')}$`, 'su').exec(text)
  return own?.slice(1)
}

function expressionOf(segment: Segment, told: Told): string {
  switch (segment.kind) {
    case 'literal':
      return escaped(segment.text)
    case 'words':
      return segment.words.map(escaped).join('|')
    case 'number':
      return '\\d+'
    case 'symbols':
      return segment.lengths.map((length) => `.{${length}}`).join('|')
    case 'told': {
      const text = told(segment.by)
      return text === undefined ? expressionOf(segment.else, told) : escaped(text)
    }
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, (sign) => (sign === '-' ? '\\x2d' : `\\${sign}`))
