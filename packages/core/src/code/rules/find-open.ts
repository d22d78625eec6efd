import { summaryOf } from '../../num/summary.js'
import { type CellValue, cellAt } from '../../table/cells.js'
import { varies } from '../../table/codes.js'
import { takeTableRows } from '../../table/rows.js'
import { type CategoricalColumn, type Column, isCategorical, isNumeric } from '../../table/table.js'
import { findByLevel } from './find-by-level.js'
import { findExtremes, isCommonest } from './find-extremes.js'
import { findFormulas } from './find-formulas.js'
import { findLookups } from './find-lookups.js'
import { findTerms } from './find-terms.js'
import { hasValues, type Quantity, quantityOf, unitIn } from './quantity.js'
import { breachOf, formatIn, type WrittenTable } from './rows-of-rule.js'
import type { Open, Rule } from './rule.js'

/** Rows that have a column, at least; chance asks for more. */
const LEAST_ROWS = 8
/** Rows, spread over those that have a column, that rules are looked for in; all must obey. */
const MOST_ROWS = 1000
/** Levels of a category that tell a number, at most. */
const MOST_LEVELS = 30

/**
 * Rules of columns that are missing, or 0, in some rows and are what others tell in all the rest: a formula, a date some months from
 * another, a sum by level, or what a category tells: `late_fee = 0.1 * price or missing`, `tier -> class_fee or 0`; from columns that are not computed from it. Each by the evidence of
 * some of the rows that have it. Cost: of each such column as of `findFormulas` for one, on few rows.
 */
export function findOpen(
  data: WrittenTable,
  isFree: (name: string) => boolean,
  isBehind: (name: string, of: string) => boolean = () => false
): Rule[] {
  const { columns, rowCount } = data.table
  // What numbers are rounded to all rows say better than some.
  const units = new Map(columns.filter(isNumeric).map((one) => [one.name, unitIn(one, formatIn(data, one.name))]))
  return columns.flatMap((column): Rule[] => {
    if (!isFree(column.name)) return []
    const { open, rows } = restOf(column, rowCount)
    if (open === undefined || rows.length < LEAST_ROWS) return []
    const count = Math.min(MOST_ROWS, rows.length)
    const some = Uint32Array.from({ length: count }, (_, k) => rows[Math.floor(((k + 0.5) * rows.length) / count)]!)
    const own = columns.filter((one) => one === column || !isBehind(one.name, column.name))
    const found = ruleOf(column.name, { ...data, table: takeTableRows({ columns: own, rowCount }, some) }, units)
    if (!found) return []
    // Nothing where the formula says less: overtime beyond forty hours.
    const positive = open === 0 &&
      found.kind === 'formula' && { ...found, expression: { kind: 'call', name: 'positive', of: found.expression } as const }
    const rule = positive && !breachOf(positive, data) ? positive : { ...found, open }
    return breachOf(rule, data) ? [] : [rule]
  })
}

/** What a column is in some rows, and the others. */
function restOf(column: Column, rowCount: number): { readonly open?: Open; readonly rows: readonly number[] } {
  const where = (is: (row: number) => boolean) => Array.from({ length: rowCount }, (_, i) => i).filter(is)
  if (isCategorical(column))
    return column.codes.includes(-1) ? { open: 'missing', rows: where((i) => column.codes[i]! >= 0) } : { rows: [] }
  if (!isNumeric(column)) return { rows: [] }
  const { values, missing } = column
  if (missing?.includes(1)) return { open: 'missing', rows: where((i) => !missing[i]) }
  return column.kind !== 'datetime' && standsAtZero(values) ? { open: 0, rows: where((i) => values[i] !== 0) } : { rows: [] }
}

/** Whether 0 is no number among others: no other one has more rows, or they are as few as levels. */
function standsAtZero(values: Float64Array): boolean {
  const { atZero } = summaryOf(values)
  return atZero > 1 && (isCommonest(atZero, values) || !hasValues({ values }, MOST_LEVELS + 2))
}

/** The rule of a column in the rows that have it. */
function ruleOf(
  name: string,
  data: WrittenTable,
  units: ReadonlyMap<string, number>
): Extract<Rule, { kind: 'formula' | 'lookup' }> | undefined {
  const { columns, rowCount } = data.table
  const whole = columns.filter((column) => column.name === name || !isNumeric(column) || !column.missing?.includes(1))
  const own = whole.find((column) => column.name === name)!
  const quantities = whole.flatMap((one): Quantity[] =>
    isNumeric(one) && varies(one) ? [quantityOf(one, formatIn(data, one.name), units.get(one.name))] : []
  )
  const formula = quantities.some((one) => one.name === name) ? formulaOf(name, { columns, quantities, rowCount }) : undefined
  if (formula) return { kind: 'formula', column: name, expression: formula }
  if (own.kind === 'identifier' || !varies(own)) return undefined
  return lookupOf(own, whole, rowCount)
}

/** By which categories a column is told, one or two. Cost O(rows · categories²), and that of `findLookups` where some do. */
function lookupOf(own: Column, whole: readonly Column[], rowCount: number): Extract<Rule, { kind: 'lookup' }> | undefined {
  const categories = whole.filter(isCategorical).filter((column) => column !== own)
  const cell = cellAt(own)
  const values = Array.from({ length: rowCount }, (_, i) => cell(i))
  const tells = (one: CategoricalColumn, other: CategoricalColumn): boolean => {
    const known = new Map<number, CellValue>()
    return values.every((value, i) => {
      const key = one.codes[i]! * (other.levels.length + 1) + other.codes[i]!
      if (!known.has(key)) known.set(key, value)
      return known.get(key) === value
    })
  }
  if (!categories.some((one, k) => categories.slice(k).some((other) => tells(one, other)))) return undefined
  // Rows that repeat others show nothing: columns of numbers say which do.
  const lookup = findLookups(whole, rowCount).find(
    ({ column, from }) => column === own.name && from.every((name) => categories.some((one) => one.name === name))
  )
  return lookup && { kind: 'lookup', ...lookup }
}

interface Rest {
  readonly columns: readonly Column[]
  readonly quantities: readonly Quantity[]
  readonly rowCount: number
}

function formulaOf(name: string, { columns, quantities, rowCount }: Rest) {
  const own = quantities.find((one) => one.name === name)!
  if (own.isDate) return findTerms(columns, quantities, rowCount, name)[0]?.expression
  const formulas = [...findFormulas(quantities, rowCount, name)].sort((a, b) => a.rank - b.rank || a.inputs - b.inputs)
  const others = new Set(quantities.flatMap((one) => (one === own ? [] : [one.name])))
  return (formulas[0] ?? findByLevel(columns, quantities, [], name)[0] ?? findExtremes(quantities, rowCount, others)[0])?.expression
}
