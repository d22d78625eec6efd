import type { CellStyle } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'

/** How drawn rows are handed over in other cells, by the columns in which they were: for as long as somebody has these. */
const others = new WeakMap<RawTable['columns'], (cells: CellStyle) => RawTable>()

/** Remembers how rows are handed over in other cells: nobody has said in which they are wanted. */
export function handedOver(table: RawTable, present: (cells: CellStyle) => RawTable): void {
  others.set(table.columns, present)
}

/** The same rows in the cells that a writer takes, where they were drawn and nobody has said in which they are wanted. */
export const inCells = (table: RawTable, cells: CellStyle): RawTable => others.get(table.columns)?.(cells) ?? table
