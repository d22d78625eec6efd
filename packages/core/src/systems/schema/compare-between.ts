import type { RuleKept } from '../../diagnose/evaluation.js'
import type { Table } from '../../table/table.js'
import { betweenText, findBounds, fitting } from './bounds.js'
import type { ForeignKey } from './keys.js'
import { keyText } from './keys.js'
import { columnsOf, led, sourceOf, withAllKin } from './kin.js'
import { byCounts, type Links } from './links.js'
import type { BothSides } from './relations.js'

interface Between {
  readonly table: string
  readonly rows: readonly [number, number]
  /** Keys of a table into others, real, then synthetic. */
  readonly linksFrom: (table: string) => readonly (readonly [Links, Links])[]
  readonly sidesOf: (table: string) => BothSides
}

/**
 * What of one row that a row refers to is never above what of another one is, or of those that this leads to, beyond chance, as a class is never larger than
 * the room of a lesson; and how many synthetic rows break each. Cost: as of `findBounds`.
 */
export function compareBetween({ table, rows, linksFrom, sidesOf }: Between): RuleKept[] {
  const links = [...linksFrom(table)].filter(([{ key }]) => key.table !== key.to.table).sort(([a], [b]) => byCounts(a, b))
  const main = links[0]
  if (!main || links.length < 2) return []
  const real = (name: string) => sidesOf(name).real
  const synthetic = (name: string) => sidesOf(name).synthetic
  const { to } = main[0].key
  const wide = withAllKin(to.table, real(to.table), {
    linksFrom: (name) => linksFrom(name).map(([one]) => one),
    linksInto: () => [],
    wholeOf: real
  })
  const drawn = synthetic(to.table)
  const along = (via: readonly ForeignKey[]) =>
    via.reduce<Int32Array | undefined>(
      (rowOf, key) => led(rowOf, linksFrom(key.table).find(([one]) => one.key === key)![1].parentOf),
      undefined
    )!
  const wideDrawn: Table = {
    ...drawn,
    columns: [...drawn.columns, ...wide.kin.flatMap((one) => columnsOf(synthetic(sourceOf(one)), one.columns, along(one.via)))]
  }
  const sides = (side: 0 | 1, of: (name: string) => Table, first: Table) =>
    links.map((both, k) => ({
      key: keyText(both[side].key),
      table: k === 0 ? first : of(both[side].key.to.table),
      rowOf: both[side].parentOf
    }))
  const isMain = (key: string | undefined) => key === keyText(main[0].key)
  const none = (rowCount: number): Table => ({ columns: [], rowCount })
  const bounds = findBounds({
    own: none(rows[0]),
    led: sides(0, real, wide.table),
    isFree: () => false,
    isChosen: (key) => !isMain(key)
  })
  const keys = links.map(([{ key }]) => key)
  const ledDrawn = sides(1, synthetic, wideDrawn)
  return bounds.map((one) => {
    const key = isMain(one.key) ? one.other! : one.key!
    // Other rows of the same tables may come nearer.
    const fits = fitting([{ ...one, apart: 0 }], { own: none(rows[1]), led: ledDrawn }, key)
    const { rowOf } = ledDrawn.find((other) => other.key === key)!
    const broken = rowOf.reduce((sum, row, i) => sum + Number(row >= 0 && fits !== undefined && !fits(i, row)), 0)
    return { rule: `${table}: ${betweenText(one, keys)}`, broken, rows: rows[1], floor: 0, most: 0 }
  })
}
