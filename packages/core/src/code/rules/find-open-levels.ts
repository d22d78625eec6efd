import { kolmogorovSmirnov } from '../../num/kolmogorov-smirnov.js'
import { takeValues } from '../../num/matrix.js'
import { takeTableRows } from '../../table/rows.js'
import { type CategoricalColumn, isCategorical } from '../../table/table.js'
import { findComparisons } from './find-comparisons.js'
import { findSteps, MOST_LEVELS } from './find-steps.js'
import type { Quantity } from './quantity.js'
import { binAt, breachOf, type WrittenTable } from './rows-of-rule.js'
import type { Rule } from './rule.js'

/** Levels of a column of which one is left open, at least: what the others tell is which of two. */
const LEAST_LEVELS = 3
/** Rows of the others, at least; chance asks for more. */
const LEAST_ROWS = 16

/**
 * Categories that numbers tell but for one level, which comes whatever the numbers are, as often in each piece: `status = bins(on_hand, 1, > least) or discontinued`. Each by the
 * evidence of the rows of the other levels, among as many candidates as it has levels; where several levels could be left open that of fewest rows is. Of
 * columns that are free, from numbers that are not computed from them. Cost: of each such column and level as of `findSteps` and
 * `findComparisons` for one column.
 */
export function findOpenLevels(
  data: WrittenTable,
  quantities: readonly Quantity[],
  isFree: (name: string) => boolean,
  isBehind: (name: string, of: string) => boolean
): Rule[] {
  return data.table.columns.flatMap((column): Rule[] => {
    if (!isCategorical(column) || !isFree(column.name)) return []
    const counts = countsOf(column)
    const present = [...counts.keys()].filter((level) => counts[level]! > 0)
    if (present.length < LEAST_LEVELS || present.length > MOST_LEVELS) return []
    const numbers = quantities.filter(({ name }) => !isBehind(name, column.name))
    const least = present.sort((a, b) => counts[a]! - counts[b]!)
    for (const level of least) {
      const rule = ruleBeside(level, column, { data, numbers, tried: present.length })
      if (rule) return [rule]
    }
    return []
  })
}

function countsOf({ levels, codes }: CategoricalColumn): Int32Array {
  const counts = new Int32Array(levels.length)
  for (const code of codes) if (code >= 0) counts[code]!++
  return counts
}

interface Beside {
  readonly data: WrittenTable
  readonly numbers: readonly Quantity[]
  readonly tried: number
}

/** What numbers tell of the rows that do not have a level. */
function ruleBeside(level: number, column: CategoricalColumn, { data, numbers, tried }: Beside): Rule | undefined {
  const rows = rowsWithout(level, column.codes)
  if (rows.length < LEAST_ROWS) return undefined
  const own = takeTableRows({ columns: [column], rowCount: column.codes.length }, rows).columns
  const others = numbers.map((one): Quantity => ({ ...one, values: takeValues(one.values, rows) }))
  const found = [...findSteps(own, others, { tried }), ...findComparisons(own, others, tried)]
  return found
    .map((one) => ({ kind: 'step' as const, ...one, open: [column.levels[level]!] }))
    .find((rule) => {
      const { values } = numbers.find(({ name }) => name === rule.of)!
      const open = values.filter((x, i) => column.codes[i] === level && !Number.isNaN(x))
      const told = values.filter((x, i) => column.codes[i] !== level && !Number.isNaN(x))
      return areOfOneLaw(open, told) && isAnywhere(rule, column.codes, level, data) && !breachOf(rule, data)
    })
}

function rowsWithout(level: number, codes: Int32Array): Uint32Array {
  const rows = new Uint32Array(codes.length)
  let count = 0
  for (let i = 0; i < codes.length; i++) if (codes[i] !== level) rows[count++] = i
  return rows.subarray(0, count)
}

/** By chance two samples of one law are farther apart once in a thousand times. @source Smirnov 1948. */
const FARTHEST = 1.95

/** Whether a level comes whatever the number is: lots of one thing between those of two others lie apart from these, on both sides of a threshold. Cost O(n log n). */
const areOfOneLaw = (one: Float64Array, other: Float64Array): boolean =>
  kolmogorovSmirnov(one, other) <= FARTHEST * Math.sqrt(1 / one.length + 1 / other.length)

/** Standard deviations by which a level may be more or less often in a piece than its rows would by chance. */
const ERRORS = 3

/** Whether a level stands in all pieces in which others do, as often as by chance: a group beside others, as a species, lies on one side. */
function isAnywhere(rule: Extract<Rule, { kind: 'step' }>, codes: Int32Array, level: number, data: WrittenTable): boolean {
  const bin = binAt(rule, data)
  const [own, others] = [new Map<number | undefined, number>(), new Map<number | undefined, number>()]
  for (const [i, code] of codes.entries()) {
    const counts = code === level ? own : others
    counts.set(bin(i), (counts.get(bin(i)) ?? 0) + 1)
  }
  const sum = (counts: ReadonlyMap<unknown, number>) => [...counts.values()].reduce((total, count) => total + count, 0)
  return [...others].every(([at, count]) => {
    const [rows, share, found] = [sum(own), count / sum(others), own.get(at) ?? 0]
    return found > 0 && Math.abs(found - rows * share) <= ERRORS * Math.sqrt(rows * share * (1 - share))
  })
}
