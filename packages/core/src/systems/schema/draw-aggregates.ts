import { putRulesBack, takeRulesOut } from '../../code/rules/stacked.js'
import { keyFor, keyFromSeed, seedFor } from '../../num/random.js'
import { isCategorical, isNumeric } from '../../table/table.js'
import { aggregateColumn, feeds } from './aggregates.js'
import { asDrawn, type DrawnTable, withColumns } from './drawn-table.js'
import type { ForeignKey } from './keys.js'
import { sourceOf, withKin } from './kin.js'
import { referredRows } from './links.js'
import { rulesOfTable, type SchemaModel, type SchemaTable } from './model.js'
import { withSame } from './pick-law.js'

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

/** What rows copy from those of a table that says something else now, and what their own rows copy from them. Cost O(rows). */
function passDown(name: string, { tables, drawn, seed }: PassingDown): void {
  for (const [below, table] of Object.entries(tables)) {
    const { key, copies = [], kin = [] } = table.child ?? {}
    if (!key || copies.length === 0 || !drawn.has(below)) continue
    if (key.to.table !== name && !kin.some((one) => sourceOf(one) === name)) continue
    const [rows, parent] = [drawn.get(below)!, drawn.get(key.to.table)!]
    const wide = withKin(parent.table, kin, (other) => asDrawn(tables[other]!.context, drawn.get(other)!.table))
    const { columns } = withSame({ same: copies }, { columns: [], rowCount: rows.table.rowCount }, wide, referredRows(key, rows, parent))
    const changed = copies.map(({ column }) => column)
    const own = { changed, said: new Set(changed), seed: seedFor(keyFromSeed(seed), below) }
    drawn.set(below, recomputed(table, withColumns(rows, columns), own))
    passDown(below, { tables, drawn, seed })
  }
}

interface Recomputed {
  /** Columns that are others now. */
  readonly changed: readonly string[]
  /** Columns of the table that rows say, or that it copies. */
  readonly said: ReadonlySet<string>
  readonly seed: number
}

/** Rows with what rules compute from columns that are others now; what other rows say stays as they do. */
function recomputed(of: SchemaTable, drawn: DrawnTable, { changed, said, seed }: Recomputed): DrawnTable {
  const rules = rulesOfTable(of)
  if (!rules || !changed.some((name) => feeds(rules, name))) return drawn
  const at = (name: string) => drawn.table.columns.findIndex((one) => one.name === name)
  const places = rules.columns.map(({ name }) => at(name))
  const whole = {
    table: { columns: places.map((c) => drawn.table.columns[c]!), rowCount: drawn.table.rowCount },
    formats: places.map((c) => drawn.formats[c]!)
  }
  const key = keyFor(keyFromSeed(seed), 'rules')
  const { table } = putRulesBack(rules, takeRulesOut(rules, whole), { key, fixed: said })
  return withColumns(
    drawn,
    table.columns.filter((one) => isNumeric(one) || isCategorical(one))
  )
}
