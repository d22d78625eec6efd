import { keptStandingsIn, keptTotalsIn } from '../code/rules/among-rows.js'
import { findExact, findRules } from '../code/rules/find.js'
import { findKnown } from '../code/rules/find-known.js'
import { brokenTotals, type Follower, followersOf } from '../code/rules/keep-totals.js'
import { holdsWhereKnown, rowsThatKnow } from '../code/rules/known-rows.js'
import { findOneAtATime, overlappingRows } from '../code/rules/one-at-a-time.js'
import { breachOf, quantityIn, type WrittenTable } from '../code/rules/rows-of-rule.js'
import { type Rule, ruleText } from '../code/rules/rule.js'
import { type RunningTotal, totalText } from '../code/rules/running-totals.js'
import { brokenStandings, type Standing, standingText } from '../code/rules/standings.js'
import { type Apart, findDiffering, findUnique, repeatedIn, uniqueText } from '../code/rules/unique.js'
import { unkeptRelations } from '../code/rules/unkept.js'
import { stackTables, takeTableRows } from '../table/rows.js'
import { isNumeric, type Table } from '../table/table.js'
import type { AlignedTables } from './align.js'
import { writtenAs } from './as-written.js'
import type { Comparison } from './comparison.js'
import { mostCopies } from './copies.js'
import type { RuleKept } from './evaluation.js'

/**
 * Rules that all real rows obey, or all but a few, those with them that a model could not keep beside them, and how many synthetic rows break each: found on the compared real rows, and left out where
 * more of the real and training rows break them than chance explains. `fields`: numbers are places of a grid, and what a few of them happen to
 * tell of others is no rule. Cost: as of `findRules`, and O(rows) a rule.
 */
export function compareRules(
  { found: compared }: Pick<Comparison, 'found'>,
  { real, synthetic, train }: AlignedTables,
  { fields = false, counts }: RuleOptions = {}
): RuleKept[] {
  const written = writtenAs(fields ? besideNumbers(compared) : compared)
  const all = { ...writtenAs(compared), table: train ? stackTables([real, train]) : real }
  return [...findRules(written), ...unkeptRelations(written)].flatMap((rule) => {
    const exceptions = breachOf(rule, all)?.rows ?? []
    const [count, of] = [exceptions.length, all.table.rowCount]
    if (count > mostBroken({ broken: rule.exceptions ?? 0, of: compared.rowCount }, of)) return []
    const { rowCount: rows } = synthetic
    return {
      rule: ruleText(rule.exceptions ? { ...rule, exceptions: count } : rule),
      broken: brokenBy(synthetic, rule, { data: all, exceptions }),
      rows,
      ...chanceOf(counts ? weighedCount(exceptions, counts) : { broken: count, of }, rows)
    }
  })
}

interface RuleOptions {
  /** As in `EvaluationProblem`. */
  readonly fields?: boolean | undefined
  /** How many rows each of the real rows, and of the training rows behind them, counts for where they weigh differently. */
  readonly counts?: Float64Array | undefined
}

interface BrokenOf {
  readonly broken: number
  readonly of: number
}

const weighedCount = (rows: readonly number[], counts: Float64Array): BrokenOf => ({
  broken: rows.reduce((sum, row) => sum + counts[row]!, 0),
  of: counts.reduce((sum, count) => sum + count, 0)
})

const chanceOf = (found: BrokenOf, rows: number) => ({ floor: (found.broken / found.of) * rows, most: mostBroken(found, rows) })

/** Rows that may break a rule by chance, at most, where so many do: where none does, none may. */
const mostBroken = ({ broken, of }: BrokenOf, rows: number): number =>
  broken === 0 ? 0 : Math.min(rows, Math.floor(mostCopies({ copies: broken, rows: of }, rows)))

/** Rows of another table that break a rule. What a column determines is what it determines in the data: their rows that obey stand above. */
export function brokenBy(
  synthetic: Table,
  rule: Rule,
  { data, exceptions }: { readonly data: WrittenTable; readonly exceptions: readonly number[] }
): number {
  const isKnown = rule.kind === 'lookup' || rule.kind === 'step'
  const table = isKnown ? stackTables([withoutRows(data.table, exceptions), synthetic]) : synthetic
  return breachOf(rule, { ...data, table }, 'first')?.count ?? 0
}

function withoutRows(table: Table, rows: readonly number[]): Table {
  if (rows.length === 0) return table
  const without = new Set(rows)
  return takeTableRows(
    table,
    Uint32Array.from({ length: table.rowCount }, (_, i) => i).filter((i) => !without.has(i))
  )
}

/** What all real rows obey no row breaks by chance. */
const obeyedByAll = (rule: string, broken: number, { rowCount }: Table): RuleKept => ({ rule, broken, rows: rowCount, floor: 0, most: 0 })

/** What real rows compute that know all of its columns, where others lack one, and how many synthetic rows that know them do not. Cost: as of `findKnown`. */
export function compareKnown({ found: compared }: Pick<Comparison, 'found'>, { real, synthetic, train }: AlignedTables): RuleKept[] {
  const written = writtenAs(compared)
  const all = { ...writtenAs(compared), table: train ? stackTables([real, train]) : real }
  const rules = findKnown(written, () => findRules(written), { find: findExact }).filter((rule) => holdsWhereKnown(rule, all))
  const knowing = (rule: Rule, table: Table) => takeTableRows(table, rowsThatKnow(rule, { ...all, table }))
  return rules.map((rule) => {
    const of = { data: { ...all, table: knowing(rule, all.table) }, exceptions: [] }
    return obeyedByAll(ruleText(rule), brokenBy(knowing(rule, synthetic), rule, of), synthetic)
  })
}

/** Columns that tell all real rows apart, training rows with them, or differ in each, and how many synthetic rows do not. Cost: as of `findUnique`. */
export function compareUnique({ real, synthetic, train }: AlignedTables): RuleKept[] {
  const all = train ? stackTables([real, train]) : real
  const sets: Apart[] = [...findUnique(writtenAs(all)).map((columns) => ({ columns })), ...findDiffering(all), ...findOneAtATime(all)]
  const broken = (set: Apart) =>
    set.pause === undefined ? (repeatedIn(set, synthetic)?.count ?? 0) : overlappingRows(set, synthetic).length
  return sets.map((set) => obeyedByAll(uniqueText(set), broken(set), synthetic))
}

const besideNumbers = (table: Table): Table => ({ ...table, columns: table.columns.filter((one) => !isNumeric(one)) })

/** What a table adds up from row to row. Cost: as of `keptTotalsIn`. */
export const totalsIn = (real: Table): readonly RunningTotal[] => keptTotalsIn(writtenAs(real))

/** Columns that follow what a table adds up. */
export const followersIn = (totals: readonly RunningTotal[], real: Table): readonly Follower[] => followersOf(totals, writtenAs(real))

/** How many synthetic rows do not add up as all real rows do, each table in its own order. Cost O(rows) a total. */
export function compareTotals(totals: readonly RunningTotal[], { real, synthetic }: AlignedTables): RuleKept[] {
  const written = writtenAs(real)
  const broken = (one: RunningTotal) => brokenTotals(one, synthetic, quantityIn(written, one.column).unit)
  return totals.map((one) => obeyedByAll(totalText(one), broken(one), synthetic))
}

/** Ranks and shares among the rows of a table. Cost: as of `findStandings`. */
export const standingsOf = (real: Table): readonly Standing[] => keptStandingsIn(writtenAs(real))

/** How many synthetic rows do not stand among each other as they say, as all real rows do. Cost O(rows·log rows) each. */
export function compareStandings(standings: readonly Standing[], { real, synthetic }: AlignedTables): RuleKept[] {
  const written = writtenAs(real)
  const broken = (one: Standing) => brokenStandings(one, synthetic, quantityIn(written, one.column).unit)
  return standings.map((one) => obeyedByAll(standingText(one), broken(one), synthetic))
}
