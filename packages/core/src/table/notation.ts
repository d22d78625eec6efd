import { parseNumber } from './parse.js'

/** How the numbers of a column are dressed; plain numbers have nothing of it. */
export interface Notation {
  /** Between whole and fraction, where it is no point. */
  readonly decimal?: ','
  /** Between groups of three digits. */
  readonly group?: string
  /** Groups are of two digits above the last three, as in India: 12,34,567. */
  readonly groups?: 'lakhs'
  /** Signs of currency or per cent, or a unit, around every number, with their blanks. */
  readonly before?: string
  readonly after?: string
  /** The unit behind 1, where it has a form of its own: ` day` beside ` days`. */
  readonly one?: string
  /** How negative numbers are marked, where it is no hyphen in front of all: `()` around, `−`, behind the sign of currency, or behind the digits. */
  readonly negative?: '()' | '−' | 'inside' | 'behind'
  /** That a plus stands in front of numbers above 0, where negative ones have their mark; of 0 too, as programs write that are told to. */
  readonly positive?: '+' | '+0'
  /** Words behind amounts that say their sign, with their blanks, as banks write debits and credits: `152.30 DR`. */
  readonly signed?: SignWords
}

interface SignWords {
  readonly above: string
  readonly below: string
}

/** Plain numbers, as programs write them. */
export const PLAIN: Notation = {}

/** A cell that may be a number, taken apart. */
interface Dressed {
  readonly before: string
  readonly after: string
  readonly negative: '' | '-' | NonNullable<Notation['negative']>
  readonly isPlus: boolean
  /** Digits and what stands between them. */
  readonly body: string
}

/** Codes of ISO 4217 that are no words of their own, as COP and PHP are, signs with the letters of their country, and short names. */
export const CURRENCY =
  '[A-Z]{0,3}\\p{Sc}|AED|ARS|AUD|BDT|BRL|CAD|CHF|CLP|CNY|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KES|KRW|LKR|MXN|MYR|NGN|NOK|NZD|PKR|PLN|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR|Fr\\.|kr\\.?|Kč|Ft|Rs\\.?|zł'
/**
 * A minus behind the digits, as of SAP, stands behind a mark as well: `2-` is a grade. What stands as `="19.95"` is a text that a
 * spreadsheet computes, as programs write numbers which it is to leave alone.
 */
const AROUND = new RegExp(
  `^(\\()?([-−+])?((?:${CURRENCY})\\s?|=")?([-−+])?(\\d[\\d.,'’ \\u00a0\\u202f]*|[.,]\\d+)((?<=[.,]\\d*)-)?(\\s?(?:${CURRENCY}|%|‰)|")?(\\))?$`,
  'u'
)

function undress(cell: string): Dressed | undefined {
  const match = AROUND.exec(cell.trim())
  if (!match) return undefined
  const [, open, outer, before = '', inner, digits, last, after = '', close] = match
  const signs = [open, outer, inner, last].filter((sign) => sign !== undefined)
  if (signs.length > 1 || (open === undefined) !== (close === undefined) || (before === '="') !== (after === '"')) return undefined
  const sign = outer ?? inner
  const isPlus = sign === '+'
  const isInside = inner !== undefined && before !== ''
  const negative = open ? '()' : last ? 'behind' : sign === undefined || isPlus ? '' : sign === '−' ? '−' : isInside ? 'inside' : '-'
  // The blank before a sign of per cent or currency is caught with the digits.
  const body = digits!.trimEnd()
  return { before, after: digits!.slice(body.length) + after, negative, isPlus, body }
}

/** What the marks between the digits of one number tell. */
interface Marks {
  readonly decimal?: ',' | '.'
  readonly group?: string
  /** How many digits its groups have, where there is one way alone. */
  readonly groups?: 'lakhs' | 'thousands'
  /** The one mark, with three digits behind it: of groups, or of decimals. */
  readonly open?: ',' | '.'
}

const LAKHS = /^[1-9]\d?(?:,\d\d)+,\d{3}$/
const GROUPS = /^[1-9]\d{0,2}(?:([.,'’ \u00a0\u202f])\d{3})(?:\1\d{3})*$/

function marksOf(body: string): Marks | undefined {
  if (/^\d+$/.test(body)) return /^0\d/.test(body) ? undefined : {}
  const grouped = GROUPS.exec(body)
  if (grouped) {
    const mark = grouped[1]!
    return (mark === ',' || mark === '.') && body.indexOf(mark) === body.lastIndexOf(mark)
      ? { open: mark }
      : { group: mark, ...groupsOf(body) }
  }
  if (LAKHS.test(body)) return { group: ',', groups: 'lakhs' }
  const at = Math.max(body.lastIndexOf('.'), body.lastIndexOf(','))
  const whole = body.slice(0, at)
  if (at < 0 || !/^\d*$/.test(body.slice(at + 1)) || /^0\d/.test(whole)) return undefined
  const decimal = body[at] as ',' | '.'
  if (/^\d*$/.test(whole)) return { decimal }
  const group = GROUPS.exec(whole)?.[1] ?? (LAKHS.test(whole) ? ',' : undefined)
  return group === undefined || group === decimal ? undefined : { decimal, group, ...groupsOf(whole) }
}

/** A thousand is one in both ways; more than that is not. */
const groupsOf = (whole: string): Pick<Marks, 'groups'> =>
  LAKHS.test(whole) ? { groups: 'lakhs' } : /^\d{3}\D|\d\D\d+\D/.test(whole) ? { groups: 'thousands' } : {}

/** Rows of a column, from 0, that no one notation reads. */
interface Conflict {
  readonly rows: readonly [number, number]
}

/** The notation of a column; `open` is a mark with three digits behind it everywhere, of which nothing in the column tells what it parts. */
export interface ReadNotation {
  readonly notation: Notation
  readonly open?: ',' | '.'
  /** The decimal mark, where some cell shows it beyond doubt. */
  readonly shown?: string
}

/** In which row each mark is first seen as what. */
interface Evidence {
  readonly dressed: readonly Dressed[]
  readonly decimals: ReadonlyMap<string, number>
  readonly groups: ReadonlyMap<string, number>
  readonly open: ReadonlyMap<string, number>
  readonly groupings: ReadonlyMap<string, number>
}

/** What the cells of a column show; undefined where one of them is no number in any notation, or they are dressed differently. */
function evidenceOf(cells: readonly (string | null)[]): Evidence | undefined {
  const dressed: Dressed[] = []
  const roles = ['decimal', 'group', 'open', 'groups'] as const
  const seen = {
    decimal: new Map<string, number>(),
    group: new Map<string, number>(),
    open: new Map<string, number>(),
    groups: new Map<string, number>()
  }
  for (const [i, cell] of cells.entries()) {
    if (cell === null) continue
    const one = undress(cell)
    const marks = one && marksOf(one.body)
    const first = dressed[0] ?? one
    if (!marks || one.before.trim() !== first!.before.trim() || one.after.trim() !== first!.after.trim()) return undefined
    dressed.push(one)
    for (const role of roles) {
      const mark = marks[role]
      if (mark !== undefined && !seen[role].has(mark)) seen[role].set(mark, i)
    }
  }
  return dressed.length === 0 ? undefined : { dressed, decimals: seen.decimal, groups: seen.group, open: seen.open, groupings: seen.groups }
}

/** A unit behind a number: `cm`, `mg/dL`, `m²`, `°C`, or what it is out of: `/100`, ` of 5`; a year is none. */
const IN_UNIT =
  /^[-+−(]?[\d.,'’ \u00a0\u202f]*\d(\s?(?:\p{L}|°)[\p{L}\d°²³/·^]{0,11}|(?:\s*\/\s*|\s+(?:out )?of\s+)(?!(?:19|20)\d\d$)[1-9]\d{0,4})$/u
const isUnit = (text: string | undefined): text is string => text !== undefined && /[\p{L}°/]/u.test(text)

/** The unit that all cells of a column have, as it stands in the first one; undefined where letters right behind whole numbers that never come again make names of these. */
function unitOf(cells: readonly (string | null)[]): string | undefined {
  const present = cells.filter((cell) => cell !== null).map((cell) => cell.trim())
  const units = present.map((cell) => IN_UNIT.exec(cell)?.[1])
  const [unit] = units
  if (unit === undefined || units.some((one) => one?.trim() !== unit.trim())) return undefined
  const areNames = unit === unit.trim() && new Set(present).size === present.length && !present.some((cell) => /\d[.,]\d/.test(cell))
  return areNames ? undefined : unit
}

/** A cell without the unit of its column. */
function withoutUnit(cell: string, { after, one }: Pick<Notation, 'after' | 'one'>): string {
  const text = cell.trim()
  const unit = [after, one].find((form) => isUnit(form) && text.endsWith(form.trim()))
  return unit === undefined ? text : text.slice(0, -unit.trim().length)
}

/**
 * The unit behind 1 and the one behind all other numbers, where these are two forms of a word: they begin alike, and each stands where it
 * belongs. Undefined of other cells. Cost O(cells).
 */
function formsOfUnit(cells: readonly (string | null)[]): Required<Pick<Notation, 'after' | 'one'>> | undefined {
  const forms: { one?: string; after?: string } = {}
  for (const cell of cells) {
    if (cell === null) continue
    const text = cell.trim()
    const unit = IN_UNIT.exec(text)?.[1]
    if (unit === undefined) return undefined
    const form = text.slice(0, -unit.length) === '1' ? 'one' : 'after'
    forms[form] ??= unit
    if (forms[form] !== unit) return undefined
  }
  const { one, after } = forms
  if (one === undefined || after === undefined || one === after) return undefined
  return beginning(one) === beginning(after) ? { one, after } : undefined
}

/** Letters in which two forms of a word agree, at least. */
const beginning = (unit: string): string => unit.trim().slice(0, 2)

/**
 * The notation that reads all cells of a column; a conflict where none reads two of them; undefined where some cell is no
 * number. A mark that could part decimals or thousands (1,234) is what other cells of the column show it to be, or else what
 * `decimal` says that parts decimals; a point, where it says nothing. Cost O(cells).
 */
export function notationOf(
  cells: readonly (string | null)[],
  decimal: (open: ',' | '.') => string | undefined = () => undefined
): ReadNotation | Conflict | undefined {
  const forms = formsOfUnit(cells)
  if (forms) {
    const alike = cells.map((cell) => cell && withoutUnit(cell, forms).trimEnd() + forms.after)
    const found = notationIn(alike, decimal)
    return found && 'notation' in found ? { ...found, notation: { ...found.notation, one: forms.one } } : found
  }
  const signed = signWordsOf(cells)
  return signed
    ? withSigned(
        notationIn(
          cells.map((cell) => cell && withSign(cell, signed)),
          decimal
        ),
        signed
      )
    : notationIn(cells, decimal)
}

function withSigned(found: ReadNotation | Conflict | undefined, signed: SignWords): ReadNotation | Conflict | undefined {
  return found && 'notation' in found ? { ...found, notation: { ...found.notation, signed } } : found
}

/** The notation of cells whose signs no words say. */
function notationIn(
  cells: readonly (string | null)[],
  decimal: (open: ',' | '.') => string | undefined
): ReadNotation | Conflict | undefined {
  if (arePhones(cells)) return undefined
  const unit = unitOf(cells)
  const evidence = evidenceOf(unit === undefined ? cells : cells.map((cell) => cell && withoutUnit(cell, { after: unit })))
  if (!evidence || areGroupedNames(evidence)) return undefined
  const { decimals, groups, open, groupings, dressed } = evidence
  const clash = firstClash(evidence)
  if (clash) return { rows: clash }
  if (groups.size > 1 || groupings.size > 1 || isOpenEnded(evidence)) return undefined
  let [fraction] = decimals.keys()
  let [group] = groups.keys()
  const [mark] = open.keys() as IterableIterator<',' | '.'>
  const undecided = mark !== undefined && fraction === undefined && group === undefined
  if (undecided) {
    if (mark === (decimal(mark) ?? '.')) fraction = mark
    else group = mark
  } else if (mark !== undefined && mark !== fraction && mark !== group) {
    if (fraction === undefined) fraction = mark
    else group = mark
  }
  if (fraction === undefined && group === '.') fraction = ','
  const shown = undecided ? undefined : (fraction ?? (group === ',' ? '.' : undefined))
  const { before } = dressed[0]!
  const after = unit ?? dressed[0]!.after
  const negative = dressed.find((one) => one.negative !== '')?.negative
  return {
    notation: {
      ...(fraction === ',' ? { decimal: ',' } : {}),
      ...(group === undefined ? {} : { group }),
      ...(groupings.has('lakhs') ? { groups: 'lakhs' } : {}),
      ...(before === '' ? {} : { before }),
      ...(after === '' ? {} : { after }),
      ...(negative === undefined || negative === '' || negative === '-' ? {} : { negative }),
      ...(areMarked(dressed) ? { positive: dressed.some(isPlusZero) ? '+0' : '+' } : {})
    },
    ...(undecided ? { open: mark } : {}),
    ...(shown === undefined ? {} : { shown })
  }
}

/** Whether a plus stands in front of all numbers above 0. */
const areMarked = (dressed: readonly Dressed[]): boolean =>
  dressed.some(({ isPlus }) => isPlus) && dressed.every(({ isPlus, negative, body }) => isPlus || negative !== '' || !/[1-9]/.test(body))

/** Whether all cells are telephone numbers of countries: a plus stands in front of these too, but never a minus, and no amount has as many digits in all cells. */
export function arePhones(cells: readonly (string | null)[]): boolean {
  return cells.every((cell) => cell === null || /^\s*\+[1-9]\d{6,14}\s*$/.test(cell))
}

const isPlusZero = ({ isPlus, body }: Dressed): boolean => isPlus && !/[1-9]/.test(body)

/** Whether plain numbers have a plus in front of all that are above 0. */
export function arePlusMarked(cells: readonly (string | null)[]): boolean {
  if (!cells.some((cell) => cell?.trimStart().startsWith('+'))) return false
  return cells.every((cell) => cell === null || /^\s*[+-]/.test(cell) || !/[1-9]/.test(cell))
}

const SIGN_WORD = /^(.*\d)(\s?(?:([Dd][Rr])|[Cc][Rr])\.?)$/

/**
 * What says in a column which amounts are below 0: debits (`DR`) beside credits (`CR`), or the one word that only some amounts have.
 * Undefined where cells have neither, all have the same, or some spell them otherwise; and where the one word stands beside whole
 * numbers without a mark between digits, as `4CR` beside `7` of rooms: nothing shows that these are amounts. Cost O(cells).
 */
function signWordsOf(cells: readonly (string | null)[]): SignWords | undefined {
  if (!cells.some((cell) => cell !== null && /\d\s?[CDcd][Rr]\.?\s*$/.test(cell))) return undefined
  const debits = new Set<string>()
  const credits = new Set<string>()
  let bare = false
  for (const cell of cells) {
    if (cell === null) continue
    const text = cell.trim()
    const [, amount = '', word, isDebit] = SIGN_WORD.exec(text) ?? []
    if (word === undefined) bare ||= /[1-9]/.test(text)
    else if (/^[-−+(]/.test(amount)) return undefined
    else (isDebit ? debits : credits).add(word)
  }
  if (debits.size > 1 || credits.size > 1 || debits.size + credits.size === 0) return undefined
  const [debit] = debits
  const [credit] = credits
  if (debit !== undefined && credit !== undefined) return bare ? undefined : { above: credit, below: debit }
  return bare && hasMark(cells) ? { above: '', below: (debit ?? credit)! } : undefined
}

/** Whether some cell parts decimals or thousands. */
const hasMark = (cells: readonly (string | null)[]): boolean => cells.some((cell) => cell !== null && /\d[.,]\d/.test(cell))

/** A cell with a sign in front in place of the word behind. */
function withSign(cell: string, { above, below }: SignWords): string {
  const text = cell.trim()
  const isSame = (word: string): boolean => word !== '' && text.toLowerCase().endsWith(word.trim().toLowerCase())
  if (isSame(below)) return `-${text.slice(0, -below.trim().length).trimEnd()}`
  return isSame(above) ? text.slice(0, -above.trim().length).trimEnd() : text
}

/** Two rows of which one shows a mark to be of decimals, and the other that it is not, if there are. */
function firstClash({ decimals, groups, open }: Evidence): readonly [number, number] | undefined {
  const two = (marks: ReadonlyMap<string, number>): readonly [number, number] | undefined => {
    const [first, second] = marks.values()
    return second === undefined ? undefined : [first!, second]
  }
  const both = [...decimals.keys()].find((mark) => groups.has(mark))
  if (both !== undefined) return [decimals.get(both)!, groups.get(both)!]
  const clash = two(decimals) ?? (decimals.size + groups.size === 0 ? two(open) : undefined)
  if (clash || decimals.size === 0 || groups.size === 0) return clash
  const third = [...open].find(([mark]) => !decimals.has(mark) && !groups.has(mark))
  return third && [[...decimals.values()][0]!, third[1]]
}

/** Whether all cells have a hyphen behind, as what has no end yet; amounts below nothing stand beside others. */
const isOpenEnded = ({ dressed }: Evidence): boolean => dressed.every(({ negative }) => negative === 'behind')

/** Whole numbers in groups that are all of one length, as of telephones: amounts differ in theirs. */
function areGroupedNames({ dressed, decimals, groups }: Evidence): boolean {
  const [group] = groups.keys()
  if (group === undefined || group === ',' || group === '.' || decimals.size > 0) return false
  const { before, after, body } = dressed[0]!
  return before === '' && after === '' && dressed.every((one) => one.body.length === body.length)
}

/** Whether a cell may be a number with a unit, or letters that stand for thousands. */
export const endsInUnit = (cell: string): boolean => IN_UNIT.test(cell.trim())

/** Whether a cell spells a number in some notation. */
export function spellsNumber(cell: string): boolean {
  if (parseNumber(cell) !== undefined) return true
  const dressed = /\d/.test(cell) ? undress(cell) : undefined
  return dressed !== undefined && marksOf(dressed.body) !== undefined
}

/** Whether the one mark in a plain number, as in 1.234, may as well be one of thousands. */
export function isOpen(cell: string): boolean {
  const dressed = undress(cell)
  return dressed !== undefined && marksOf(dressed.body)?.open !== undefined
}

/** Whether a notation is the plain one. */
export const isPlain = (notation: Notation): boolean => Object.keys(notation).length === 0

/** The number that a cell spells in a notation, or plainly; undefined for other text. */
export function readNumber(cell: string, notation: Notation): number | undefined {
  if (isPlain(notation)) return parseNumber(cell)
  const { decimal, group, groups, signed } = notation
  const dressed = undress(withoutUnit(signed ? withSign(cell, signed) : cell, notation))
  if (!dressed) return parseNumber(cell)
  const [whole = '', fraction = '', more] = dressed.body.split(decimal ?? '.')
  const grouped = group !== undefined && (GROUPS.exec(whole)?.[1] === group || (groups === 'lakhs' && LAKHS.test(whole)))
  if (more !== undefined || !/^\d*$/.test(fraction) || (!grouped && !/^\d*$/.test(whole))) return parseNumber(cell)
  const size = Number(`${grouped ? whole.replaceAll(group, '') : whole}.${fraction || '0'}`)
  return dressed.negative === '' ? size : -size
}

/** Digits behind the decimal mark of a cell. */
export function fractionOf(cell: string, notation: Notation): string {
  const { decimal, signed } = notation
  const body = undress(withoutUnit(signed ? withSign(cell, signed) : cell, notation))?.body ?? cell.trim()
  const at = body.indexOf(decimal ?? '.')
  return at < 0 ? '' : body.slice(at + 1)
}

/** A number, as it is spelled plainly, in a notation. */
export function dress(
  plain: string,
  { decimal, group, groups, before = '', one, negative, positive, signed, ...notation }: Notation
): string {
  const after = (plain === '1' ? one : undefined) ?? notation.after ?? ''
  const below = plain.startsWith('-')
  const [whole, fraction] = (below ? plain.slice(1) : plain).split('.')
  const between = groups === 'lakhs' ? /\B(?=(?:\d\d)*\d{3}$)/g : /\B(?=(?:\d{3})+$)/g
  const grouped = group === undefined ? whole! : whole!.replace(between, group)
  const body = fraction === undefined ? grouped : grouped + (decimal ?? '.') + fraction
  if (signed) return before + body + after + (below ? signed.below : signed.above)
  if (!below) {
    const plus = positive === '+0' || (positive && /[1-9]/.test(plain)) ? '+' : ''
    return negative === 'inside' ? before + plus + body + after : plus + before + body + after
  }
  if (negative === '()') return `(${before}${body}${after})`
  if (negative === 'behind') return `${before}${body}-${after}`
  if (negative === 'inside') return `${before}-${body}${after}`
  return (negative ?? '-') + before + body + after
}
