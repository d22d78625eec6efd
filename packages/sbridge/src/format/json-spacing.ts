import type { JsonDialect } from '@sbridge/core/internal'
import { endOfString } from './json-keys.js'

/** Blanks and line ends between the values of a JSON text, as programs set them. */
export type JsonSpacing = NonNullable<JsonDialect['spacing']>

/**
 * How the values of a text stand: `{ indent }` where each has a line of its own, `{ between }` with or without blanks behind
 * commas and colons, in one line or (`rows`) a row a line. Of the begin of the text; lines of JSON have no other lines.
 */
export function spacingOf(text: string): JsonSpacing {
  const first = text.indexOf('{')
  const inner = /^\{\s*?\n([ \t]*)/.exec(text.slice(first))
  const outer = /^\s*\[\s*?\n([ \t]*)\{/.exec(text)
  if (inner && (outer || text.trimStart().startsWith('{'))) return { indent: outer ? outer[1]! : inner[1]! }
  const isOneLine = !/[}\],]\s*\n\s*\S/.test(text)
  return { ...(isOneLine ? {} : { rows: true }), blanks: /^\{\s*"(?:[^"\\]|\\.)*"\s*:\s/.test(text.slice(first)) }
}

/** Whether a text has escapes in place of all characters beyond ASCII, as programs write that set no other encoding. Cost O(characters). */
export function isEscaped(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return /\\u(?!00[0-7])[\da-f]{4}/i.test(text)
}

/** A JSON text with escapes in place of characters beyond ASCII, which stand in strings alone. */
export const escaped = (text: string): string =>
  text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** A JSON text without blanks in another spacing. Cost O(characters). */
export function spaced(compact: string, { indent, rows = false, blanks = false }: JsonSpacing): string {
  const out: string[] = []
  const isList = compact[0] === '['
  let depth = 0
  const lineEnd = (asRows: boolean): string => (indent !== undefined ? `\n${indent.repeat(depth)}` : rows && asRows ? '\n' : '')
  for (let i = 0; i < compact.length; i++) {
    const character = compact[i]!
    if (character === '"') {
      const end = endOfString(compact, i)
      out.push(compact.slice(i, end))
      i = end - 1
    } else if (character === '{' || character === '[') {
      depth++
      out.push(character, /[}\]]/.test(compact[i + 1]!) ? '' : lineEnd(isList && depth === 1))
    } else if (character === '}' || character === ']') {
      depth--
      out.push(/[{[]/.test(compact[i - 1]!) ? '' : lineEnd(isList && depth === 0), character)
    } else if (character === ',') out.push(',', lineEnd(depth === 1) || (blanks ? ' ' : ''))
    else if (character === ':') out.push(blanks || indent !== undefined ? ': ' : ':')
    else out.push(character)
  }
  return out.join('')
}
