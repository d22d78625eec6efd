import { findExact, findTotals, standingsIn } from '../code/rules/find.js'
import { brokenTotals, type Follower, followersOf } from '../code/rules/keep-totals.js'
import { breachOf, quantityIn, type WrittenTable } from '../code/rules/rows-of-rule.js'
import { type Rule, ruleText } from '../code/rules/rule.js'
import { type RunningTotal, totalText } from '../code/rules/running-totals.js'
import { brokenStandings, type Standing, standingText } from '../code/rules/standings.js'
import { findUnique, repeatedIn, uniqueText } from '../code/rules/unique.js'
import type { ColumnFormat } from '../table/infer.js'
import { decimalsOf } from '../table/parse.js'
import { stackTables } from '../table/rows.js'
import { type Column, isNumeric, type Table } from '../table/table.js'
import type { AlignedTables } from './align.js'
import type { Comparison } from './comparison.js'
import type { RuleKept } from './evaluation.js'

/**
 * Rules that all real rows obey, and how many synthetic rows break each: found on the compared real rows, and left out where
 * another real or training row breaks them. `fields`: numbers are places of a grid, and what a few of them happen to tell of others
 * is no rule. Cost: as of `findExact`, and O(rows) a rule.
 */
export function compareRules(
  { real: compared }: Pick<Comparison, 'real'>,
  { real, synthetic, train }: AlignedTables,
  fields = false
): RuleKept[] {
  const written = writtenAs(fields ? besideNumbers(compared) : compared)
  const all = { ...writtenAs(compared), table: train ? stackTables([real, train]) : real }
  return findExact(written)
    .filter((rule) => broken(rule, all) === 0)
    .map((rule) => ({ rule: ruleText(rule), broken: brokenBy(synthetic, rule, all), rows: synthetic.rowCount }))
}

/** Rows of another table that break a rule. What a column determines is what it determines in the data: their rows stand above. */
function brokenBy(synthetic: Table, rule: Rule, data: WrittenTable): number {
  return broken(rule, { ...data, table: rule.kind === 'lookup' || rule.kind === 'step' ? stackTables([data.table, synthetic]) : synthetic })
}

/** Columns that tell all real rows apart, training rows with them, and how many synthetic rows agree with an earlier one. Cost: as of `findUnique`. */
export function compareUnique({ real, synthetic, train }: AlignedTables): RuleKept[] {
  const all = train ? stackTables([real, train]) : real
  return findUnique(writtenAs(all)).map((columns) => ({
    rule: uniqueText(columns),
    broken: repeatedIn(columns, synthetic)?.count ?? 0,
    rows: synthetic.rowCount
  }))
}

const broken = (rule: Rule, data: WrittenTable): number => breachOf(rule, data, 'first')?.count ?? 0

const besideNumbers = (table: Table): Table => ({ ...table, columns: table.columns.filter((one) => !isNumeric(one)) })

/** What a table adds up from row to row. Cost: as of `findTotals`. */
export const totalsIn = (real: Table): readonly RunningTotal[] => findTotals(writtenAs(real))

/** Columns that follow what a table adds up. */
export const followersIn = (totals: readonly RunningTotal[], real: Table): readonly Follower[] => followersOf(totals, writtenAs(real))

/** How many synthetic rows do not add up as all real rows do, each table in its own order. Cost O(rows) a total. */
export function compareTotals(totals: readonly RunningTotal[], { real, synthetic }: AlignedTables): RuleKept[] {
  const written = writtenAs(real)
  return totals.map((total) => ({
    rule: totalText(total),
    broken: brokenTotals(total, synthetic, quantityIn(written, total.column).unit),
    rows: synthetic.rowCount
  }))
}

/** Ranks and shares among the rows of a table. Cost: as of `findStandings`. */
export const standingsOf = (real: Table): readonly Standing[] => standingsIn(writtenAs(real))

/** How many synthetic rows do not stand among each other as they say, as all real rows do. Cost O(rows·log rows) each. */
export function compareStandings(standings: readonly Standing[], { real, synthetic }: AlignedTables): RuleKept[] {
  const written = writtenAs(real)
  return standings.map((one) => ({
    rule: standingText(one),
    broken: brokenStandings(one, synthetic, quantityIn(written, one.column).unit),
    rows: synthetic.rowCount
  }))
}

/** A table with the decimals that its own numbers have. */
function writtenAs(table: Table): WrittenTable {
  return { table, formats: table.columns.map(formatOf) }
}

function formatOf(column: Column): ColumnFormat {
  const { name, kind } = column
  const decimals = isNumeric(column) && kind === 'number' ? decimalsOf(column.values, column.missing) : undefined
  return { name, kind, source: 'text', number: { padded: false, ...(decimals === undefined ? {} : { decimals }) } }
}
