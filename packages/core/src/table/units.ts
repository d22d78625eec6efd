import { listed, typesFlag } from '../num/listed.js'
import type { Inferred, PairStyle } from './column-format.js'
import { isMonthName } from './month-names.js'
import { RARE_BELOW } from './rare-below.js'
import { countSingles } from './singles.js'
import { isNumeric } from './table.js'

/**
 * What stands at a number and differs from row to row, as `EUR` beside `USD` or `€/kg` beside `€/l`, is a category of its own while rows
 * are modelled, behind the column of numbers and named after it: `price unit`. Written, both are one cell again.
 */
export const unitName = (name: string): string => `${name} unit`

/** A column of text taken apart. */
interface Measures {
  /** The cells without their units. */
  readonly bare: readonly (string | null)[]
  readonly units: readonly (string | null)[]
  readonly style: Omit<PairStyle, 'second'>
}

const NUMBER = "[+\\-−]?\\d(?:[\\d.,'’\u00a0\u202f]*\\d)?"
/** Letters and signs without blanks among them: figures are parts of codes. */
const UNIT = '[\\p{L}%‰°µ\\p{Sc}][\\p{L}%‰°µ²³\\p{Sc}/.·^]{0,15}'
const BEHIND = new RegExp(`^(${NUMBER})(\\s*)(${UNIT})$`, 'u')
/** A currency: by its sign, which letters may tell apart, or by its code (ISO 4217). */
const IN_FRONT = new RegExp(`^(\\p{Lu}{0,3}\\p{Sc}|\\p{Lu}{3})(\\s*)(${NUMBER})$`, 'u')
/** A name of anything, as a street behind a number of a house. */
const NAME = /^\p{Lu}\p{Ll}{2,}/u
/** Endings of places in an order: 1st, 2nd. */
const ORDINAL = /^(?:st|nd|rd|th)$/i

/** The numbers of a column and their units; undefined where a cell has none of either, or what stands there is no unit. Cost O(cells). */
export function measuresOf(cells: readonly (string | null)[]): Measures | undefined {
  const behind = apart(cells, BEHIND)
  if (behind) return behind
  const before = apart(cells, IN_FRONT)
  // What has capitals in front of whole numbers only is a code.
  const isMoney =
    before?.units.some((unit) => unit !== null && /\p{Sc}/u.test(unit)) || before?.bare.some((cell) => /[.,]/.test(cell ?? ''))
  return before && isMoney ? before : undefined
}

function apart(cells: readonly (string | null)[], form: RegExp): Measures | undefined {
  const bare: (string | null)[] = []
  const units: (string | null)[] = []
  let between: string | undefined
  const isBehind = form === BEHIND
  for (const cell of cells) {
    const match = cell === null ? undefined : form.exec(cell.trim())
    if (match === null) return undefined
    bare.push(match?.[isBehind ? 1 : 3] ?? null)
    units.push(match?.[isBehind ? 3 : 1] ?? null)
    if (match === undefined) continue
    between ??= match[2]!
    if (match[2] !== between) return undefined
  }
  const different = new Set(units.filter((unit) => unit !== null))
  if (between === undefined || different.size < 2 || [...different].some(isName) || areForms(different)) return undefined
  // A letter that stands at a figure is part of a code, as of a seat.
  if (between === '' && [...different].every((unit) => /^\p{L}$/u.test(unit))) return undefined
  return { bare, units, style: { before: '', between, after: '', ...(isBehind ? {} : { turned: true }) } }
}

const isName = (unit: string): boolean => NAME.test(unit) || ORDINAL.test(unit) || isMonthName(unit)

/** Whether some are one word for one and for several: 1 day, 2 days. */
const areForms = (units: ReadonlySet<string>): boolean => [...units].some((unit) => units.has(`${unit}s`) || units.has(`${unit}en`))

/**
 * Whether there are so many measures that they are no list of levels, as of sizes of packs: the next row would have a new one by two standard
 * errors; units recur, and whole numbers that never come again are names of rows.
 */
export function areMeasures({ bare, units }: Measures): boolean {
  const present = bare.flatMap((cell, i) => (cell === null ? [] : [`${cell} ${units[i]}`]))
  const different = new Set(units).size
  const singles = countSingles(present)
  const areWhole = bare.every((cell) => cell === null || /^\d+$/.test(cell))
  return singles > 2 * Math.sqrt(present.length) && present.length >= RARE_BELOW * different && !(areWhole && singles === present.length)
}

/** Numbers with the column of their units; undefined where what stands there is something else. */
export function withUnits({ column, format, beside }: Inferred, { units, style }: Measures): Inferred | undefined {
  if (!isNumeric(column) || column.kind === 'datetime' || beside) return undefined
  const second = unitName(column.name)
  const levels = [...new Set(units.filter((unit) => unit !== null))].sort()
  const codes = Int32Array.from(units, (unit) => (unit === null ? -1 : levels.indexOf(unit)))
  return {
    column,
    format: { ...format, pair: { ...style, second } },
    beside: [{ column: { name: second, kind: 'category', levels, codes }, format: { name: second, source: 'text', kind: 'category' } }]
  }
}

/** What a person should know of them. */
export function unitsNote(name: string, units: Measures['units']): string {
  const counts = new Map<string, number>()
  for (const unit of units) if (unit !== null) counts.set(unit, (counts.get(unit) ?? 0) + 1)
  const common = [...counts].filter(([, count]) => count >= RARE_BELOW).sort(([a], [b]) => (a < b ? -1 : 1))
  const such = common.length === 0 ? '' : `, as ${listed(common.slice(0, 3).map(([unit]) => `“${unit}”`))}`
  return `${name}: numbers in several units${such}: while rows are modelled these are a column of their own, ${unitName(name)}; ${typesFlag(name, 'category')} repeats the cells as they stand`
}
