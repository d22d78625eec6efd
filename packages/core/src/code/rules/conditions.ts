import { log } from '../../num/elementary.js'
import { type CategoricalColumn, type Column, isCategorical } from '../../table/table.js'
import { isBelievedAtLog, logChoose } from './chance.js'
import { MOST_LEVELS, missingIn } from './find-gaps.js'
import { MOST_LEVELS as BINS, cutAbove, standsApart } from './find-steps.js'
import type { Quantity } from './quantity.js'

/** A condition that no row outside the target obeys. */
export type Sign = { readonly column: Column; holds(row: number): boolean } & (
  | { readonly kind: 'levels'; readonly codes: ReadonlySet<number> }
  | { readonly kind: 'missing' | 'present' }
  | { readonly kind: 'below' | 'from'; readonly of: Quantity; readonly cut: number }
)

/** Some rows, which of them conditions shall tell, and the others. */
export interface Target {
  readonly rows: Uint32Array
  readonly inside: Uint32Array
  readonly outside: Uint32Array
  isIn(row: number): boolean
}

export const targetIn = (rows: Uint32Array, isIn: (row: number) => boolean): Target => ({
  rows,
  inside: rows.filter(isIn),
  outside: rows.filter((row) => !isIn(row)),
  isIn
})

/** Rows of which most targets that nothing tells have one already that no condition tells. */
export const FEW_ROWS = 128

/** Where columns are looked for that conditions on others tell. */
export interface ConditionSearch {
  readonly rowCount: number
  /** What is told already. */
  readonly isTold: (name: string) => boolean
  /** Columns that others look up. */
  readonly isLookedUp: (name: string) => boolean
  /** Rows that candidates must pass before all rows are looked at. */
  readonly firstRows?: number | undefined
}

/** Whether each row of the target obeys one of the conditions. */
export const areTold = ({ inside }: Target, signs: readonly Sign[]): boolean =>
  signs.length > 0 && inside.every((i) => signs.some((sign) => sign.holds(i)))

/** The widest conditions on a column that no row outside the target obeys, and some rows do. */
export function signsIn(column: Column, numbers: readonly Quantity[], target: Target): Sign[] {
  const { rows, inside, outside } = target
  const isMissing = missingIn(column)
  const states: Sign[] = isMissing
    ? [
        { column, kind: 'missing', holds: isMissing },
        { column, kind: 'present', holds: (i) => !isMissing(i) }
      ]
    : []
  const levels = isMissing && rows.some(isMissing) ? [] : levelsIn(column, target)
  return [...levels, ...sidesIn(column, numbers, target), ...states].filter(({ holds }) => !outside.some(holds) && inside.some(holds))
}

function levelsIn(column: Column, { outside }: Target): Sign[] {
  if (!isCategorical(column) || column.levels.length > MOST_LEVELS) return []
  const out = new Set<number>()
  for (const i of outside) out.add(column.codes[i]!)
  return [levelSign(column, new Set(Array.from(column.levels.keys()).filter((code) => !out.has(code))))]
}

const levelSign = (column: CategoricalColumn, codes: ReadonlySet<number>): Sign => ({
  column,
  kind: 'levels',
  codes,
  holds: (i) => codes.has(column.codes[i]!)
})

function sidesIn(column: Column, numbers: readonly Quantity[], { rows, outside }: Target): Sign[] {
  const of = numbers.find(({ name }) => name === column.name)
  if (!of) return []
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const i of outside) {
    if (Number.isNaN(of.values[i]!)) continue
    least = Math.min(least, of.values[i]!)
    most = Math.max(most, of.values[i]!)
  }
  const above = rows.reduce((next, i) => (of.values[i]! > most ? Math.min(next, of.values[i]!) : next), Number.POSITIVE_INFINITY)
  return [side(column, of, 'below', least), side(column, of, 'from', above)]
}

const side = (column: Column, of: Quantity, kind: 'below' | 'from', cut: number): Sign => ({
  column,
  kind,
  of,
  cut,
  holds: kind === 'below' ? (i) => of.values[i]! < cut : (i) => of.values[i]! >= cut
})

interface Trial {
  readonly candidates: number
  /** Columns that others look up. */
  readonly isLookedUp: (name: string) => boolean
}

/** Conditions that are needed beside each other, as narrow as these leave them, with the chance of the least sure one; undefined where that is not beyond chance, or one is enough. */
export function believed(
  target: Target,
  pair: readonly Sign[],
  { candidates, isLookedUp }: Trial
): { signs: Sign[]; chance: number } | undefined {
  // Levels first: a threshold has no more to say where it lies lower.
  const order = ['missing', 'present', 'levels', 'below', 'from']
  let signs = pair.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
  const openTo = (sign: Sign) => {
    const others = signs.filter((one) => one !== sign)
    return targetIn(
      target.rows.filter((i) => !others.some((one) => one.holds(i))),
      target.isIn
    )
  }
  for (const sign of signs) {
    const narrow = narrowed(sign, openTo(sign))
    if (narrow === 'apart') return undefined
    signs = signs.flatMap((one) => (one === sign ? (narrow ?? []) : [one]))
  }
  // A level alone, or a gap, is told with what it leaves open (`findGaps`).
  if (signs.length === 0 || (signs.length === 1 && !isSide(signs[0]!))) return undefined
  const chance = Math.max(...signs.map((sign) => chanceOf(sign, openTo(sign), isLookedUp)))
  return isBelievedAtLog(chance, candidates) ? { signs, chance } : undefined
}

/** A condition as narrow as rows that the others leave open allow; undefined where they need it not, and `apart` where no threshold lies between groups. */
function narrowed(sign: Sign, { rows, inside: own }: Target): Sign | 'apart' | undefined {
  if (own.length === 0) return undefined
  if (sign.kind === 'levels') {
    const column = sign.column as CategoricalColumn
    return levelSign(column, new Set(Array.from(own, (i) => column.codes[i]!)))
  }
  if (!isSide(sign)) return sign
  const { of, kind, column } = sign
  const distinct = [...new Set(Array.from(rows, (i) => of.values[i]!))].filter((x) => !Number.isNaN(x)).sort((a, b) => a - b)
  const place = distinct.findIndex((x) => x >= sign.cut)
  if (place < 1 || standsApart(distinct, place)) return 'apart'
  return side(column, of, kind, cutAbove(of)(distinct[place - 1]!, distinct[place]!))
}

/**
 * How likely it is by chance that a condition of this sort tells rows, in logarithms. Numbers that other columns tell count once, as the
 * founding year of a company in all its rows, but where they are a list of values: these are levels.
 */
function chanceOf(sign: Sign, { rows, inside: own }: Target, isLookedUp: (name: string) => boolean): number {
  const among = (choices: number) => choices - logChoose(rows.length, own.length)
  if (sign.kind === 'levels') return among(log(2) * different(rows, (sign.column as CategoricalColumn).codes))
  if (!isSide(sign)) return among(0)
  const { values } = sign.of
  const [all, inside] = [different(rows, values), different(own, values)]
  if (!isLookedUp(sign.column.name)) return among(log(all))
  return all > BINS ? log(2) - logChoose(all, inside) : among(log(2) * all)
}

const different = (rows: Uint32Array, values: ArrayLike<number>): number => new Set(Array.from(rows, (i) => values[i]!)).size

export const isSide = (sign: Sign): sign is Extract<Sign, { of: Quantity }> => sign.kind === 'below' || sign.kind === 'from'
