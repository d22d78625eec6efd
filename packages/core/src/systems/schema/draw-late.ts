import { keyFor, keyFromSeed, seedFor } from '../../num/random.js'
import { contextOf } from '../context.js'
import type { SystemContext } from '../host.js'
import { type DrawnTable, inOtherOrder, referringColumns, withColumns } from './drawn-table.js'
import { drawLate, inOrderOf } from './late-law.js'
import type { SchemaModel, SchemaTable } from './model.js'
import { sharing } from './near.js'

/** What a draw of a table depends on. */
export interface Draw {
  readonly seed: number
  readonly context: SystemContext
}

/** Rows with what they refer to among themselves, and the order that they were put in for it. */
export async function withWithin(
  of: SchemaTable,
  rows: DrawnTable,
  { seed, context, name, drawn: others }: Draw & { readonly name: string; readonly drawn: ReadonlyMap<string, DrawnTable> }
): Promise<DrawnTable & { readonly order?: Uint32Array }> {
  let drawn: DrawnTable & { readonly order?: Uint32Array } = rows
  for (const law of of.within) {
    const own = contextOf(seed, context)
    const tableOf = (other: string) => (other === name ? drawn : others.get(other)!).table
    const among = law.shared && sharing(law.shared, tableOf)
    const targetOf = await drawLate(
      law,
      { own: drawn, target: drawn, encoder: of.context, among },
      { ...own, key: keyFor(own.key, 'within') }
    )
    if (!law.before) {
      drawn = withColumns(drawn, referringColumns(law.key, drawn, targetOf))
      continue
    }
    const order = inOrderOf(targetOf)
    const placeOf = new Int32Array(order.length)
    for (const [place, row] of order.entries()) placeOf[row] = place
    const moved = inOtherOrder(of, drawn, order)
    const targets = Int32Array.from(order, (row) => (targetOf[row]! < 0 ? -1 : placeOf[targetOf[row]!]!))
    drawn = { ...withColumns(moved, referringColumns(law.key, moved, targets)), order }
  }
  return drawn
}

interface Circles extends Draw {
  readonly tables: SchemaModel['tables']
  readonly drawn: Map<string, DrawnTable>
}

/** Keys that were left out of a circle, once all rows are there. */
export async function drawCircles(late: SchemaModel['late'], { tables, drawn, seed, context }: Circles): Promise<void> {
  for (const law of late) {
    const [own, target] = [drawn.get(law.key.table)!, drawn.get(law.key.to.table)!]
    const at = contextOf(seedFor(keyFromSeed(seed), law.key.table), context)
    const sides = { own, target, encoder: tables[law.key.to.table]!.context }
    const targetOf = await drawLate(law, sides, { ...at, key: keyFor(at.key, 'late') })
    drawn.set(law.key.table, withColumns(own, referringColumns(law.key, target, targetOf)))
  }
}
