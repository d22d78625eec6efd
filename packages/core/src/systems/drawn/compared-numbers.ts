import { type EqualNumbers, equalColumns } from '../../code/rules/equal-numbers.js'
import { quantitiesIn } from '../../code/rules/found-once.js'
import { type Quantity, quantityOf } from '../../code/rules/quantity.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { effectiveCounts } from '../../diagnose/weigh.js'
import { defined } from '../../num/defined.js'
import { roundToFormat } from '../../table/present.js'
import { isNumeric } from '../../table/table.js'

/** Numbers and dates of the data that a model learned from, and of rows that it drew, as they are written. */
export interface ComparedNumbers {
  readonly real: readonly Quantity[]
  /** Columns of these that have the same number in many rows. */
  readonly equal: readonly EqualNumbers[]
  /** How many rows each row of the data counts for, where they differ; in all as many as tell as much as these. */
  readonly counts?: Float64Array
  readonly drawn: readonly Quantity[]
}

/** Rows of the data up to which drawn ones are compared with them: to write larger data again takes longer than many a draw. */
const MOST_ROWS = 20_000

/** Those of the data, each once: a service draws from a model many times. */
const known = new WeakMap<object, Omit<ComparedNumbers, 'drawn'>>()

/** A model, what it learned from, and what it drew. */
interface Drawn {
  readonly model: object
  /** Rows that it learned from. */
  readonly rowCount: number
  /** These, as they are written. */
  written(): WrittenTable
  /** What each of these weighs; absent where all weigh the same. */
  readonly weights?: Float64Array | undefined
  readonly drawn: WrittenTable
}

/** Whether data of so many rows are written again to be compared with what is drawn. */
export const areCompared = (rowCount: number): boolean => rowCount <= MOST_ROWS

/** Undefined for larger data. Cost O(cells drawn), and once a model O(cells). */
export function comparedNumbers({ model, rowCount, written, weights, drawn }: Drawn): ComparedNumbers | undefined {
  if (!areCompared(rowCount)) return undefined
  const own = known.get(model) ?? learned(quantitiesIn(written()), weights)
  known.set(model, own)
  return { ...own, drawn: numbersOf(drawn) }
}

/** Numbers and dates of rows as they are written, of these columns alone where they are named. Cost O(cells). */
export const numbersOf = ({ table, formats }: WrittenTable, names?: ReadonlySet<string>): Quantity[] =>
  table.columns.flatMap((one) => {
    const format = formats.find(({ name }) => name === one.name)
    if (!format || !isNumeric(one) || names?.has(one.name) === false) return []
    // Two that are apart by less than what they are rounded to are the same where they are written.
    return [quantityOf({ ...one, values: one.values.map((value) => roundToFormat(value, format)) }, format)]
  })

const learned = (real: readonly Quantity[], weights: Float64Array | undefined) => ({
  real,
  equal: equalColumns(real),
  ...defined({ counts: weights && effectiveCounts(weights) })
})
