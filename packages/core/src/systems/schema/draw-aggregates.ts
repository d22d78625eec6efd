import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { putRulesBack, takeRulesOut } from '../../code/rules/stacked.js'
import { keyFor, keyFromSeed, seedFor } from '../../num/random.js'
import { joinColumns } from '../../table/rows.js'
import { isCategorical, isNumeric } from '../../table/table.js'
import { aggregateColumn, feeds } from './aggregates.js'
import { asDrawn, type DrawnTable, withColumns } from './drawn-table.js'
import type { ForeignKey } from './keys.js'
import { sourceOf, withKin } from './kin.js'
import { referredRows } from './links.js'
import { rulesOfTable, type SchemaModel, type SchemaTable } from './model.js'
import { withSame } from './pick-law.js'
import { keptInputs } from './rule-inputs.js'

/** Columns that rows of other tables say, once all rows are there: those of the lowest tables first, and what rules compute from them. Cost O(rows). */
export function drawAggregates(
  { aggregates = [], order, tables }: Pick<SchemaModel, 'aggregates' | 'order' | 'tables'>,
  drawn: Map<string, DrawnTable>,
  seed: number
): void {
  const place = ({ table }: ForeignKey) => order.indexOf(table)
  for (const aggregate of [...aggregates].sort((a, b) => place(b.key) - place(a.key))) {
    const { key } = aggregate
    const said = new Set(aggregates.filter((one) => one.key.to.table === key.to.table).map((one) => one.column))
    const [own, parent] = [drawn.get(key.table)!, drawn.get(key.to.table)!]
    const column = aggregateColumn(aggregate, { own, parent, parentOf: referredRows(key, own, parent) })
    drawn.set(
      key.to.table,
      recomputed(tables[key.to.table]!, withColumns(parent, [column]), {
        changed: [column.name],
        said,
        others: othersOf(key.to.table, parent, { tables, drawn }),
        seed: seedFor(keyFromSeed(seed), key.to.table)
      })
    )
    passDown(key.to.table, { tables, drawn, seed })
  }
}

interface PassingDown extends Pick<SchemaModel, 'tables'> {
  readonly drawn: Map<string, DrawnTable>
  readonly seed: number
}

/** What rules of a table know of rows that its rows lead to. Cost O(rows). */
function othersOf(name: string, rows: DrawnTable, { tables, drawn }: Pick<PassingDown, 'tables' | 'drawn'>): WrittenTable {
  const { rules, ruleInputs = [] } = tables[name]!.child ?? {}
  const tableOf = (other: string) => asDrawn(tables[other]!.context, drawn.get(other)!.table)
  const rowOf = (key: ForeignKey) => referredRows(key, rows, drawn.get(key.to.table)!)
  return rules ? keptInputs(ruleInputs, rules, { rowOf, tableOf }) : { table: { columns: [], rowCount: 0 }, formats: [] }
}

/** What rows copy from those of a table that says something else now, or compute of it, and what their own rows do of them. Cost O(rows). */
function passDown(name: string, { tables, drawn, seed }: PassingDown): void {
  for (const [below, table] of Object.entries(tables)) {
    const { key, copies = [], kin = [], ruleInputs = [] } = table.child ?? {}
    if (!key || !drawn.has(below)) continue
    const inputs = ruleInputs.filter(({ via }) => via.at(-1)!.to.table === name)
    const isCopied = copies.length > 0 && (key.to.table === name || kin.some((one) => sourceOf(one) === name))
    if (!isCopied && inputs.length === 0) continue
    const [rows, parent] = [drawn.get(below)!, drawn.get(key.to.table)!]
    const wide = withKin(parent.table, kin, (other) => asDrawn(tables[other]!.context, drawn.get(other)!.table))
    const { columns } = withSame({ same: copies }, { columns: [], rowCount: rows.table.rowCount }, wide, referredRows(key, rows, parent))
    const copied = copies.map(({ column }) => column)
    const changed = [...copied, ...inputs.map((one) => one.name)]
    const others = othersOf(below, rows, { tables, drawn })
    const own = { changed, said: new Set(copied), others, seed: seedFor(keyFromSeed(seed), below) }
    drawn.set(below, recomputed(table, withColumns(rows, columns), own))
    passDown(below, { tables, drawn, seed })
  }
}

interface Recomputed {
  /** Columns that are others now. */
  readonly changed: readonly string[]
  /** Columns of the table that rows say, or that it copies. */
  readonly said: ReadonlySet<string>
  /** Columns of rows that the rows lead to, as rules know them. */
  readonly others: WrittenTable
  readonly seed: number
}

/** Rows with what rules compute from columns that are others now; what other rows say stays as they do. */
function recomputed(of: SchemaTable, drawn: DrawnTable, { changed, said, others, seed }: Recomputed): DrawnTable {
  const rules = rulesOfTable(of)
  if (!rules || !changed.some((name) => feeds(rules, name))) return drawn
  const all = joinColumns({ table: drawn.table, formats: drawn.formats }, others)
  const places = rules.columns.map(({ name }) => all.table.columns.findIndex((one) => one.name === name))
  const whole = {
    table: { columns: places.map((c) => all.table.columns[c]!), rowCount: drawn.table.rowCount },
    formats: places.map((c) => all.formats[c]!)
  }
  const key = keyFor(keyFromSeed(seed), 'rules')
  const { table } = putRulesBack(rules, takeRulesOut(rules, whole), { key, fixed: said })
  return withColumns(
    drawn,
    table.columns.filter((one) => isNumeric(one) || isCategorical(one))
  )
}
