import { findExact } from '../code/rules/find.js'
import { breachOf, type WrittenTable } from '../code/rules/rows-of-rule.js'
import { type Rule, ruleText } from '../code/rules/rule.js'
import type { ColumnFormat } from '../table/infer.js'
import { decimalsOf } from '../table/parse.js'
import { stackTables } from '../table/rows.js'
import { type Column, isNumeric, type Table } from '../table/table.js'
import type { AlignedTables } from './align.js'
import type { Comparison } from './comparison.js'
import type { RuleKept } from './evaluation.js'

/**
 * Rules that all real rows obey, and how many synthetic rows break each: found on the compared real rows, and left out where
 * another real or training row breaks them. Cost: as of `findExact`, and O(rows) a rule.
 */
export function compareRules({ real: compared }: Pick<Comparison, 'real'>, { real, synthetic, train }: AlignedTables): RuleKept[] {
  const written = writtenAs(compared)
  const known = train ? stackTables([real, train]) : real
  return findExact(written)
    .filter((rule) => broken(rule, { ...written, table: known }) === 0)
    .map((rule) => ({ rule: ruleText(rule), broken: brokenBy(synthetic, rule, { ...written, table: known }), rows: synthetic.rowCount }))
}

/** Rows of another table that break a rule. What a column determines is what it determines in the data: their rows stand above. */
function brokenBy(synthetic: Table, rule: Rule, data: WrittenTable): number {
  return broken(rule, { ...data, table: rule.kind === 'lookup' || rule.kind === 'step' ? stackTables([data.table, synthetic]) : synthetic })
}

const broken = (rule: Rule, data: WrittenTable): number => breachOf(rule, data, 'first')?.count ?? 0

/** A table with the decimals that its own numbers have. */
function writtenAs(table: Table): WrittenTable {
  return { table, formats: table.columns.map(formatOf) }
}

function formatOf(column: Column): ColumnFormat {
  const { name, kind } = column
  const decimals = isNumeric(column) && kind === 'number' ? decimalsOf(column.values, column.missing) : undefined
  return { name, kind, source: 'text', number: { padded: false, ...(decimals === undefined ? {} : { decimals }) } }
}
