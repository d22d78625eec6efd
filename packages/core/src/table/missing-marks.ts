import { typesFlag } from '../num/listed.js'
import { MISSING_WORDS, missingWordsOf, type RawColumn } from './raw.js'

/**
 * Marks of laboratories, statistical offices and spreadsheets for a cell without a figure, in small letters. Among figures they are
 * no figure; elsewhere each may be a level like others (a minus, an asterisk), so that they count for columns of figures alone.
 */
const MARKS: ReadonlySet<string> = new Set([
  ...['?', '-', '--', '---', '–', '—', '.', '..', '…', '*', '/'],
  ...[
    'na',
    'n/a',
    'n.a.',
    'n. a.',
    'k.a.',
    'k. a.',
    'nil',
    'none',
    'null',
    '(null)',
    '[null]',
    '<null>',
    'missing',
    'unknown',
    'unbekannt',
    'fehlt',
    'inconnu'
  ],
  ...['#n/a', '#na', '#nv', '#div/0!', '#value!', '#wert!', '#ref!', '#num!', '#name?', '#null!']
])

/**
 * The marks in a column of text of which every other cell has a digit, as figures do, or is known to be missing; none in other
 * columns. Each as it stands, blanks around it aside. Cost O(n).
 */
export function missingMarks(raw: RawColumn, missing: readonly string[] = []): string[] {
  if (raw.source !== 'text') return []
  const known = new Set([...missingWordsOf(raw), ...missing])
  const marks = new Set<string>()
  for (const cell of raw.numbers ? raw.numbers.others.keys() : raw.values) {
    const word = cell?.trim()
    if (word === undefined || known.has(word)) continue
    if (MARKS.has(word.toLowerCase()) || MISSING_WORDS.includes(word)) marks.add(word)
    else if (!/\d/.test(word)) return []
  }
  return [...marks]
}

/** What a person should know of marks that count as missing in a column. */
export function marksNote({ name, values }: RawColumn, marks: readonly string[]): string {
  const count = Array.from(values as ArrayLike<unknown>).filter((cell) => typeof cell === 'string' && marks.includes(cell.trim())).length
  const again = marks.some((mark) => mark !== '') ? ', and is written again' : ''
  const said = marks.map((mark) => `“${mark}”`).join(', ')
  return `${name}: ${said} in ${count} of ${values.length} cells counts as missing${again}; ${typesFlag(name, 'category')} repeats all cells as text`
}
