import { commonDivisor } from '../num/common-divisor.js'
import { typesFlag } from '../num/listed.js'

/** A unit of a number that is written in several: what stands behind it, and how many of the next smaller one it is. */
export interface PartUnit {
  readonly after: string
  /** Of the last unit 1. */
  readonly of: number
  /** Digits at least. */
  readonly digits: number
}

/** A number in several units, as 5'11", 7 lb 3 oz or 27:06:38, which counts the smallest. */
export interface PartsStyle {
  readonly units: readonly PartUnit[]
  /** Which parts of nothing are left out: 45m beside 1h 20m; also 2h beside them. */
  readonly without?: 'first' | 'all'
  /** What stands in front of all, as the PT of PT1H30M (ISO 8601). */
  readonly before?: string
  /** Of wholes and fractions of them, as 1 1/2: into how many parts a whole goes, which are counted. No units then. */
  readonly fraction?: number
}

/** Units that are parts of each other, largest first, by their names, and how many of the next each is. */
const LADDERS: readonly (readonly { readonly names: readonly string[]; readonly of: number }[])[] = [
  [
    { names: ['ft', 'foot', 'feet', "'", '′', '’'], of: 12 },
    { names: ['in', 'inch', 'inches', '"', '″', '”', "''"], of: 1 }
  ],
  [
    { names: ['lb', 'lbs', 'pound', 'pounds'], of: 16 },
    { names: ['oz', 'ounce', 'ounces'], of: 1 }
  ],
  [
    { names: ['d', 'day', 'days'], of: 24 },
    { names: ['h', 'hr', 'hrs', 'hour', 'hours'], of: 60 },
    { names: ['m', 'min', 'mins', 'minute', 'minutes'], of: 60 },
    { names: ['s', 'sec', 'secs', 'second', 'seconds'], of: 1 }
  ]
]

const PART = /(\d{1,12})([^\d]*)/g
const nameOf = (after: string): string => after.trim().replace(/[.,]$/, '').toLowerCase()

interface Part {
  readonly digits: string
  readonly after: string
}

/** The numbers of a cell with what stands behind each; undefined where it begins with anything else. */
function partsIn(cell: string): readonly Part[] | undefined {
  const parts = [...cell.matchAll(PART)].map(([, digits, after]) => ({ digits: digits!, after: after! }))
  return parts.length > 0 && parts.map(({ digits, after }) => digits + after).join('') === cell ? parts : undefined
}

/** A clock that runs on beyond a day: 27:06:38, 75:20. */
function runningClock(cells: readonly (readonly Part[])[]): PartsStyle | undefined {
  const count = cells[0]!.length
  const isClock = (parts: readonly Part[]) =>
    parts.length === count &&
    parts.every(({ digits, after }, k) => after === (k + 1 < count ? ':' : '') && (k === 0 || digits.length === 2))
  // What all are within a day are times of it.
  if (count < 2 || count > 3 || !cells.every(isClock) || !cells.some(([first]) => Number(first!.digits) >= 24)) return undefined
  const digits = Math.min(...cells.map(([first]) => first!.digits.length))
  return { units: cells[0]!.map((_, k) => ({ after: k + 1 < count ? ':' : '', of: k + 1 < count ? 60 : 1, digits: k === 0 ? digits : 2 })) }
}

/** In front of a duration of hours, minutes and seconds (ISO 8601). */
const DURATION = 'PT'

/** Wholes and fractions of them, in lowest terms. */
const FRACTION = /^(?:(\d{1,9})(?: (?=\d+\/)|$))?(?:(\d{1,4})\/(\d{1,4}))?$/
/** Parts of a whole, at most: inches go to sixty-fourths. */
const MOST_PARTS = 100

/** How many parts of a whole a text is, of so many that make one; undefined for other text, and where it is none. */
function readFraction(text: string, parts: number): number | undefined {
  const [all, whole, above, below] = FRACTION.exec(text) ?? []
  if (!all) return undefined
  const share = above === undefined ? 0 : (Number(above) * parts) / Number(below)
  return Number.isInteger(share) ? Number(whole ?? 0) * parts + share : undefined
}

function formatFraction(value: number, parts: number): string {
  const count = Math.max(0, Math.round(value))
  const [whole, rest] = [Math.floor(count / parts), count % parts]
  if (rest === 0) return String(whole)
  const common = commonDivisor(rest, parts)
  return `${whole === 0 ? '' : `${whole} `}${rest / common}/${parts / common}`
}

/** Wholes with fractions of them, at least one of both: of fractions alone each may be what was right out of how many. */
function fractionsIn(cells: readonly string[]): PartsStyle | undefined {
  if (!cells.some((cell) => /^\d+ \d+\/\d+$/.test(cell))) return undefined
  let parts = 1
  for (const cell of cells) {
    const [all, , , below = '1'] = FRACTION.exec(cell) ?? []
    if (!all || Number(below) === 0) return undefined
    parts *= Number(below) / commonDivisor(parts, Number(below))
    if (parts > MOST_PARTS) return undefined
  }
  return { units: [], fraction: parts }
}

/** Units that are named, all in one way in all cells; what stands behind the last number may be left out. */
function namedUnits(cells: readonly (readonly Part[])[]): PartsStyle | undefined {
  for (const ladder of LADDERS) {
    const placeOf = (after: string, before: number) =>
      after === '' ? before + 1 : ladder.findIndex(({ names }) => names.includes(nameOf(after)))
    const afters = new Map<number, string>()
    const places = cells.map((parts) => {
      let before = -2
      return parts.map(({ after }, k) => {
        const place = placeOf(after, before)
        const known = afters.get(place)
        // The blank between two parts stands behind the first of them.
        if (known === undefined || (known.trim() === after.trim() && after.length > known.length)) afters.set(place, after)
        before = k === 0 || place === before + 1 ? place : Number.NaN
        return before
      })
    })
    if (places.flat().some((place) => !(place >= 0 && place < ladder.length))) continue
    const [first, last] = [Math.min(...afters.keys()), Math.max(...afters.keys())]
    if (first === last) continue
    const units = ladder.slice(first, last + 1).map(({ of }, k) => ({
      after: afters.get(first + k) ?? '',
      of: first + k === last ? 1 : of,
      digits: digitsAt(cells, places, first + k)
    }))
    const lacksLast = places.some((own) => own.at(-1)! < last)
    const lacksFirst = places.some(([own]) => own! > first)
    return { units, ...(lacksLast ? { without: 'all' } : lacksFirst ? { without: 'first' } : {}) }
  }
  return undefined
}

/** 1h 05m beside 2h 30m: behind another part every number of a unit has two digits, or some have one. */
function digitsAt(cells: readonly (readonly Part[])[], places: readonly (readonly number[])[], place: number): number {
  const behind = cells.flatMap((parts, k) => parts.filter((_, at) => at > 0 && places[k]![at] === place))
  return behind.reduce((least, { digits }) => Math.min(least, digits.length), behind.length === 0 ? 1 : 2)
}

/** How the cells of a column are written in several units; undefined of other cells, and of such as this style would write otherwise. Cost O(cells). */
export function partsOf(cells: readonly (string | null)[]): { readonly style: PartsStyle; readonly values: Float64Array } | undefined {
  const present = new Set<string>()
  // Most columns are refuted by their first cell.
  for (const cell of cells) {
    if (cell === null || present.has(cell)) continue
    if (!partsIn(withoutDuration(cell.trim()))) return undefined
    present.add(cell)
  }
  const style = styleOf(Array.from(present, (cell) => cell.trim()))
  if (!style) return undefined
  const values = new Map(Array.from(present, (cell) => [cell, readParts(cell, style)]))
  if ([...values].some(([cell, value]) => value === undefined || formatParts(value, style) !== cell.trim())) return undefined
  return { style, values: Float64Array.from(cells, (cell) => (cell === null ? 0 : values.get(cell)!)) }
}

const withoutDuration = (cell: string): string => (cell.startsWith(DURATION) ? cell.slice(DURATION.length) : cell)

function styleOf(cells: readonly string[]): PartsStyle | undefined {
  const isDuration = cells.some((cell) => cell.startsWith(DURATION))
  if (isDuration && !cells.every((cell) => cell.startsWith(DURATION))) return undefined
  const read = cells.map((cell) => partsIn(withoutDuration(cell))!)
  if (!read.some((parts) => parts.length > 1)) return undefined
  const style = (isDuration ? undefined : (fractionsIn(cells) ?? runningClock(read))) ?? namedUnits(read)
  return style && (isDuration ? { ...style, before: DURATION } : style)
}

/** The number that a text in such a style says; undefined for other text. */
export function readParts(text: string, { units, without, before = '', fraction }: PartsStyle): number | undefined {
  const cell = text.trim()
  if (fraction !== undefined) return readFraction(cell, fraction) ?? (/^\d+\.\d+$/.test(cell) ? Number(cell) * fraction : undefined)
  if (!cell.startsWith(before)) return undefined
  const parts = partsIn(cell.slice(before.length))
  if (!parts || (without === undefined && parts.length < units.length)) return undefined
  let value = 0
  let at = -1
  for (const { digits, after } of parts) {
    const place = units.findIndex((unit, k) => k > at && unit.after.trim() === after.trim())
    if (place < 0 || (at >= 0 && Number(digits) >= units[place - 1]!.of)) return undefined
    at = place
    value += Number(digits) * unitsOf(units, place)
  }
  return value
}

/** How many of the smallest unit one of them is. */
const unitsOf = (units: readonly PartUnit[], place: number): number => units.slice(place).reduce((all, { of }) => all * of, 1)

/** A whole number of the smallest unit as the style writes it; nothing is below 0. */
export function formatParts(value: number, { units, without, before = '', fraction }: PartsStyle): string {
  if (fraction !== undefined) return formatFraction(value, fraction)
  let rest = Math.max(0, Math.round(value))
  const parts = units.map(({ digits, after }, k) => {
    const of = unitsOf(units, k)
    const count = Math.floor(rest / of)
    rest -= count * of
    return { count, digits, after }
  })
  const first = parts.findIndex(({ count }) => count > 0)
  const begin = without === undefined ? 0 : first < 0 ? parts.length - 1 : first
  const written = parts.slice(begin).filter(({ count }) => without !== 'all' || count > 0 || first < 0)
  return `${before}${written
    .map(({ count, digits, after }, k) => `${String(count).padStart(k === 0 && begin > 0 ? 1 : digits, '0')}${after}`)
    .join('')
    .trim()}`
}

/** What a person should know of a column of such numbers. */
export const partsNote = (name: string, { units, fraction }: PartsStyle): string =>
  fraction !== undefined
    ? `${name}: wholes and fractions of them, read as how many times 1/${fraction}; ${typesFlag(name, 'category')} repeats the cells as they stand`
    : `${name}: written in ${units.length} units${units.at(-1)!.after.trim() === '' ? '' : ` (${units.map(({ after }) => after.trim()).join(', ')})`}, and counts the smallest; ${typesFlag(name, 'category')} repeats the cells as they stand`
