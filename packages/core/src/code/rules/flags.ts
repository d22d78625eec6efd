import { type CellValue, cellAt } from '../../table/cells.js'
import { linearForm } from '../../table/derivative.js'
import { unusedName } from '../../table/rows.js'
import { type CategoricalColumn, type Column, isCategorical, isNumeric } from '../../table/table.js'
import type { KeptRule } from './kept-rules.js'
import { columnIn, partsOf, quantityIn, type WrittenTable } from './rows-of-rule.js'
import type { Rule } from './rule.js'

type KeptLookup = Extract<KeptRule, { kind: 'lookup' }>

/** Whether numbers are 1 where something is so, and else 0; none is missing. */
export const isFlag = (values: Float64Array): boolean => values.every((x) => x === 0 || x === 1)

/**
 * The columns of which exactly one is set in each row, where a rule says so: `c = 1 - a - b` of columns that are 0 or 1, `a, b -> c` of columns of
 * true and false, or of two other words. They are one category, of which each is the indicator of a level. Undefined for other rules. Cost O(rows · columns).
 */
export function flagsOf(rule: Rule, data: WrittenTable): readonly string[] | undefined {
  if (rule.kind === 'lookup') {
    const flags = [rule.column, ...rule.from]
    const areFlags = flags.length >= LEAST_FLAGS && !rule.parts && isWhole(rule) && isCategorical(columnIn(data, rule.column))
    return areFlags && setIn(flags, data) !== undefined ? flags : undefined
  }
  if (rule.kind !== 'formula' || !isWhole(rule)) return undefined
  const parts = partsOf(rule.expression)
  if (!parts || linearForm(rule.expression)?.constant !== 1) return undefined
  const flags = [rule.column, ...parts]
  return flags.every((name) => isFlag(quantityIn(data, name).values)) ? flags : undefined
}

/** Of two each tells the other. */
export const LEAST_FLAGS = 3

const isWhole = (rule: Extract<Rule, { kind: 'formula' | 'lookup' }>): boolean => !rule.exceptions && rule.open === undefined

/** Categories of the same two levels without gaps; undefined of other columns. */
export function twoLevelled(columns: readonly Column[]): readonly CategoricalColumn[] | undefined {
  const [first] = columns
  const isAlike = (one: Column): one is CategoricalColumn =>
    isCategorical(one) &&
    one.kind === first!.kind &&
    one.levels.length === 2 &&
    one.levels.every((level) => (first as CategoricalColumn).levels.includes(level)) &&
    !one.codes.includes(-1)
  return isAlike(first!) && columns.every(isAlike) ? (columns as readonly CategoricalColumn[]) : undefined
}

/** What exactly one of some flags is in each row: 1 of numbers, one of two levels; undefined where that is nothing. */
export function setIn(flags: readonly string[], data: WrittenTable): CellValue | undefined {
  const all = flags.map((name) => columnIn(data, name))
  if (all.every(isNumeric)) return 1
  const columns = twoLevelled(all)
  const cells = columns?.map(cellAt)
  const isSet = (level: CellValue) => {
    for (let i = 0; i < data.table.rowCount; i++) if (cells!.filter((cell) => cell(i) === level).length !== 1) return false
    return true
  }
  return columns && columns[0]!.levels.find(isSet)
}

/** Groups of flags of a table's rules that one category each can stand for, by the column that the rule computes: what no other rule derives, nor stays as it is. */
export function choicesOf(rules: readonly Rule[], data: WrittenTable, except: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const isFree = (name: string, own: Rule) => !except.has(name) && !rules.some((one) => one !== own && one.column === name)
  return new Map(
    rules.flatMap((rule): [string, readonly string[]][] => {
      const flags = flagsOf(rule, data)
      return flags?.every((name) => isFree(name, rule)) ? [[rule.column, flags]] : []
    })
  )
}

/** The flags as lookups of one category that is drawn in their place, and named as no column is. */
export function keepFlags(flags: readonly string[], data: WrittenTable): KeptLookup[] {
  const name = unusedName(`one of ${flags.join(', ')}`, new Set(data.table.columns.map((one) => one.name)))
  const own = columnIn(data, flags[0]!)
  const set = setIn(flags, data)!
  const other = isCategorical(own) ? own.levels.find((cell) => cell !== set)! : 0
  return flags.map((flag) => ({
    kind: 'lookup',
    column: flag,
    from: [name],
    table: { keys: flags.map((one) => [one]), values: flags.map((one) => (one === flag ? set : other)) },
    flags
  }))
}

/** The category that flags are of: of each row the one that is `set`. Where none or several are it is missing. Cost O(rows · flags). */
export function choiceColumn(
  name: string,
  { flags, set }: { readonly flags: readonly string[]; readonly set: CellValue },
  data: WrittenTable
): CategoricalColumn {
  const cells = flags.map((flag) => cellAt(columnIn(data, flag)))
  const codes = Int32Array.from({ length: data.table.rowCount }, (_, i) => {
    const first = cells.findIndex((cell) => cell(i) === set)
    return first === cells.findLastIndex((cell) => cell(i) === set) ? first : -1
  })
  return { name, kind: 'category', levels: flags, codes }
}
