import type { RuledColumn } from '../../code/rules/kept-rules.js'
import type { RuleRow } from '../../code/rules/rule-row.js'
import { type Condition, resolveConditions } from '../../know/conditions.js'
import type { GivenValue } from '../../know/given-value.js'
import { matrix } from '../../num/matrix.js'
import type { Encoder } from '../../table/encoder.js'
import { spelled } from '../../table/present.js'
import { isNumericKind } from '../../table/table.js'

/** Numbers of a derived column that are wanted; one where both ends are equal. */
export interface Interval {
  readonly kind: 'interval'
  readonly low: number
  readonly high: number
}

/** Categories of which one is wanted. */
interface WantedLevels {
  readonly kind: 'levels'
  readonly levels: readonly string[]
}

export type Wanted = Interval | WantedLevels

/** A given value as an interval or a category, read as the column's kind says. Throws `InputError` as `resolveConditions` does. */
export function wantedOf(column: RuledColumn, value: GivenValue): Wanted {
  const condition = resolveConditions(encoderOf(column), [{ [column.name]: value }], 'refuse')[0]!
  return wantedIn(condition, column)
}

function wantedIn({ numbers, ranges, levels, among }: Condition, { kind, levels: all }: RuledColumn): Wanted {
  if (numbers[0]) return { kind: 'interval', low: numbers[0].value, high: numbers[0].value }
  if (ranges[0]) return { kind: 'interval', low: ranges[0].low, high: ranges[0].high }
  if (isNumericKind(kind)) return { kind: 'interval', low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
  const only = levels.get(0)
  const some = only === undefined ? among.get(0) : [only]
  return { kind: 'levels', levels: some ? some.map((level) => all![level]!) : all! }
}

/** How far a cell is from what is wanted; 0 inside, infinite for another category and a missing cell. */
export function distanceOf(wanted: Wanted, value: RuleRow[string]): number {
  if (wanted.kind === 'levels') return value !== null && wanted.levels.includes(String(value)) ? 0 : Number.POSITIVE_INFINITY
  if (typeof value !== 'number') return Number.POSITIVE_INFINITY
  return Math.max(0, wanted.low - value, value - wanted.high)
}

/** A cell in words. */
export function shown(value: RuleRow[string], { format }: RuledColumn): string {
  return typeof value === 'number' ? spelled(value, format) : value === null ? 'missing' : String(value)
}

/** An encoder of one column, by which a given value is read and checked. */
function encoderOf({ name, kind, levels, format }: RuledColumn): Encoder {
  const scaler = { method: 'standard', centre: 0, scale: 1, nonNegative: false } as const
  const isNumber = isNumericKind(kind)
  return {
    columns: [
      isNumber ? { name, carries: 'coordinate', coordinate: 0, scaler } : { name, carries: 'factor', factor: 0, missingLevel: false }
    ],
    formats: [format],
    kinds: [{ name, kind, ...(levels ? { levels } : {}) }],
    coordinateCount: isNumber ? 1 : 0,
    factors: isNumber ? [] : [{ name, levelCount: levels!.length, places: matrix(levels!.length, 0) }]
  }
}
