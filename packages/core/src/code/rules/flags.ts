import { linearForm } from '../../table/derivative.js'
import { unusedName } from '../../table/rows.js'
import type { CategoricalColumn, NumericColumn } from '../../table/table.js'
import type { KeptRule } from './kept-rules.js'
import { columnIn, partsOf, quantityIn, type WrittenTable } from './rows-of-rule.js'
import type { Rule } from './rule.js'

type KeptLookup = Extract<KeptRule, { kind: 'lookup' }>

/** Whether numbers are 1 where something is so, and else 0; none is missing. */
export const isFlag = (values: Float64Array): boolean => values.every((x) => x === 0 || x === 1)

/**
 * The columns of which exactly one is 1 in each row, where a rule says so: `c = 1 - a - b` of columns that are 0 or 1. They are one category, of
 * which each is the indicator of a level. Undefined for other rules. Cost O(rows · columns).
 */
export function flagsOf(rule: Rule, data: WrittenTable): readonly string[] | undefined {
  if (rule.kind !== 'formula' || rule.exceptions || rule.open !== undefined) return undefined
  const parts = partsOf(rule.expression)
  if (!parts || linearForm(rule.expression)?.constant !== 1) return undefined
  const flags = [rule.column, ...parts]
  return flags.every((name) => isFlag(quantityIn(data, name).values)) ? flags : undefined
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
export function keepFlags(flags: readonly string[], { table }: WrittenTable): KeptLookup[] {
  const name = unusedName(`one of ${flags.join(', ')}`, new Set(table.columns.map((one) => one.name)))
  return flags.map((flag) => ({
    kind: 'lookup',
    column: flag,
    from: [name],
    table: { keys: flags.map((one) => [one]), values: flags.map((one) => (one === flag ? 1 : 0)) },
    flags
  }))
}

/** The category that flags are of: of each row the one that is set. Where none or several are it is missing. Cost O(rows · flags). */
export function choiceColumn(name: string, flags: readonly string[], data: WrittenTable): CategoricalColumn {
  const columns = flags.map((flag) => (columnIn(data, flag) as NumericColumn).values)
  const codes = Int32Array.from({ length: data.table.rowCount }, (_, i) => {
    const first = columns.findIndex((one) => one[i] === 1)
    return first === columns.findLastIndex((one) => one[i] === 1) ? first : -1
  })
  return { name, kind: 'category', levels: flags, codes }
}
