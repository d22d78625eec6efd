import { firstFrom } from '../../num/ascending.js'
import { later } from '../../num/later.js'
import { summaryOf } from '../../num/summary.js'
import { type Codes, fewCodesOf, spreadRows } from '../../table/codes.js'
import { type Column, isCategorical } from '../../table/table.js'
import { isBelievedAtLog, logChoose } from './chance.js'
import { MOST_LEVELS as MOST_VALUES } from './find-gaps.js'
import { distinctIn, FIRST_ROWS, type LookupFound, logChance } from './find-lookups.js'
import { cutAbove, standsApart } from './find-steps.js'
import type { Quantity } from './quantity.js'

/** Levels of what brackets are looked up beside, at most: zones, plans, and not names. */
const MOST_LEVELS = 30
/** Thresholds of a number, at most: brackets of a price list. */
const MOST_CUTS = 8

interface Search {
  readonly rowCount: number
  readonly isTold: (name: string) => boolean
  /** Rows that candidates must pass before all rows are looked at. */
  readonly firstRows?: number | undefined
}

interface Named extends Codes {
  readonly name: string
  /** A category, or whole numbers. */
  readonly isLevel: boolean
}

interface Binned extends LookupFound {
  readonly cuts: number
  readonly chance: number
}

/**
 * Columns of few values that a category and the bracket of a number tell together: `type, bins(length, 5) -> surcharge`, as of a fee that only
 * some pay, `zone, bins(weight, 1, 5) -> postage`. Within each level the values stand in pieces along the number, whose ends have thresholds in common; each of
 * these must be beyond chance beside the levels, and the levels beside them. Cost O(p³) on those of the first rows, sorted by each number, that
 * leave it open, which are few, and O(n log n) where all do.
 */
export function findBinned(
  columns: readonly Column[],
  quantities: readonly Quantity[],
  { rowCount, isTold, firstRows = FIRST_ROWS }: Search
): LookupFound[] {
  const coded = columns.flatMap((column): Named[] => {
    const found = column.kind === 'identifier' ? undefined : fewCodesOf(column, MOST_VALUES)
    return found && found.count >= 2 ? [{ name: column.name, isLevel: isCategorical(column) || column.kind === 'integer', ...found }] : []
  })
  const targets = coded.filter(({ name }) => !isTold(name))
  const groups = coded.filter(({ count, isLevel }) => isLevel && count <= MOST_LEVELS)
  if (targets.length === 0 || groups.length === 0) return []
  const numbers = quantities.filter(({ isDate, clock, values }) => !isDate && !clock && !summaryOf(values).hasGaps)
  const first = spreadRows(rowCount, firstRows)
  const candidates = targets.length * groups.length * numbers.length
  const rows = later(() => distinctIn(columns, rowCount))
  const found = numbers.flatMap((number) => {
    const sorted = (some: Uint32Array) => some.toSorted((a, b) => number.values[a]! - number.values[b]!)
    const few = sorted(first)
    const order = later(() => sorted(rows()))
    return targets.flatMap((target) =>
      groups.flatMap((group): Binned[] => {
        if (new Set([number.name, target.name, group.name]).size < 3 || !bracketsIn({ number, target, group }, few)) return []
        return believed({ number, target, group }, order(), candidates)
      })
    )
  })
  return found.sort((a, b) => a.cuts - b.cuts || a.chance - b.chance).map(({ column, from, parts }) => ({ column, from, parts }))
}

interface Trial {
  readonly number: Quantity
  readonly target: Named
  readonly group: Named
}

/** A threshold lies above the first number, and at most at the second; which levels it parts. */
interface Bracket {
  readonly low: number
  readonly high: number
  readonly levels: ReadonlySet<number>
}

/** Thresholds that part rows, sorted by a number, within the levels, where few do; undefined where more would have to. */
function bracketsIn({ number: { values }, target, group }: Trial, order: Uint32Array): Bracket[] | undefined {
  const last = new Int32Array(group.count).fill(-1)
  const changes = new Int32Array(group.count)
  const between: { readonly low: number; readonly high: number; readonly level: number }[] = []
  for (const i of order) {
    const level = group.codes[i]!
    const before = last[level]!
    last[level] = i
    if (before < 0 || target.codes[before] === target.codes[i]) continue
    if (values[before] === values[i] || ++changes[level]! > MOST_CUTS) return undefined
    between.push({ low: values[before]!, high: values[i]!, level })
  }
  // The next one ends first: a threshold at its end parts all that have begun.
  const brackets: Bracket[] = []
  for (const one of between) {
    const place = brackets.findIndex(({ low, high }) => one.low < high && low < one.high)
    const other = brackets[place]
    if (!other) brackets.push({ ...one, levels: new Set([one.level]) })
    else
      brackets[place] = {
        low: Math.max(one.low, other.low),
        high: Math.min(one.high, other.high),
        levels: new Set([...other.levels, one.level])
      }
  }
  return brackets.length > 0 && brackets.length <= MOST_CUTS ? brackets.sort((a, b) => a.low - b.low) : undefined
}

/** What a category and brackets tell in all rows, sorted by the number, where each of them is needed, and thresholds lie among numbers. */
function believed(trial: Trial, order: Uint32Array, candidates: number): Binned[] {
  const { number, target, group } = trial
  const brackets = bracketsIn(trial, order)
  if (!brackets) return []
  const cuts = brackets.map(({ low, high }) => cutAbove(number)(low, high))
  const values = Float64Array.from(order, (i) => number.values[i]!)
  // Rows of a bracket stand side by side.
  const starts = [0, ...cuts.map((cut) => firstFrom(values, cut)), values.length]
  const bins = new Int32Array(values.length)
  for (const [k, start] of starts.entries()) bins.fill(k, start, starts[k + 1])
  const whole = [{ codes: bins, count: cuts.length + 1 }, codesAlong(group, order), codesAlong(target, order)] as const
  let chance = logChance(...whole)
  // Each threshold beside the levels, in the rows of the brackets that it parts.
  for (let k = 0; k < cuts.length && isBelievedAtLog(chance, candidates); k++) {
    const [from, to] = [starts[k]!, starts[k + 2]!]
    const [own, levels, told] = whole.map(({ codes, count }): Codes => ({ codes: codes.subarray(from, to), count })) as [
      Codes,
      Codes,
      Codes
    ]
    chance = Math.max(chance, logChance(levels, own, told) + logChoose(different(values.subarray(from, to)).length - 1, 1))
  }
  if (!isBelievedAtLog(chance, candidates)) return []
  const isApart = ({ high, levels }: Bracket) => {
    const distinct = different(values.filter((_, k) => levels.has(whole[1].codes[k]!)))
    return standsApart(
      distinct,
      distinct.findIndex((x) => x >= high)
    )
  }
  if (brackets.some(isApart)) return []
  return [{ column: target.name, from: [group.name, number.name], parts: [null, cuts], cuts: cuts.length, chance }]
}

const codesAlong = ({ codes, count }: Codes, order: Uint32Array): Codes => ({ codes: Int32Array.from(order, (i) => codes[i]!), count })

/** Of ascending numbers each once. */
const different = (ascending: Float64Array): number[] => Array.from(ascending.filter((x, k) => x !== ascending[k - 1]))
