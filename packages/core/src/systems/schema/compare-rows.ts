import { findExclusive, rowsInTheWay } from '../../code/rules/exclusive.js'
import { tolerance } from '../../code/rules/quantity.js'
import { quantityIn, type WrittenTable } from '../../code/rules/rows-of-rule.js'
import type { RuleKept } from '../../diagnose/evaluation.js'
import { keyFromSeed } from '../../num/random.js'
import { takeTableRows } from '../../table/rows.js'
import type { NumericColumn } from '../../table/table.js'
import { besideTests, besideTexts, brokenBeside, findBesideOwn } from './beside-own.js'
import { groupsOf } from './child-rows.js'
import { exclusiveText } from './exclusive.js'
import { keyText } from './keys.js'
import { byCounts, type Links } from './links.js'
import type { BothSides } from './relations.js'
import { findSiblings, isEmpty, namesOf, putSiblingsBack, siblingTexts, takeSiblingsOut } from './siblings.js'
import { throughOf, throughText } from './through-keys.js'
import { agreeingRows, findToldApart, statedApart, type ToldApart, toldApartText, withStated } from './told-apart.js'

interface Rows {
  readonly table: string
  /** Columns in which no two rows agree, as somebody says. */
  readonly stated: readonly ToldApart[]
  readonly own: BothSides
  /** Keys of the rows, real, then synthetic. */
  readonly links: readonly (readonly [Links, Links])[]
  readonly linksFrom: (table: string) => readonly (readonly [Links, Links])[]
}

const obeyedByAll = (rule: string, broken: number, rows: number): RuleKept => ({ rule, broken, rows, floor: 0, most: 0 })

/**
 * What all real rows of a table are to each other by the rows that they refer to, beyond chance, and how many synthetic ones are not: what they have of the
 * row before, for themselves between two dates, and by another of their keys. Cost: as of `findSiblings` and `findExclusive` for each key.
 */
export function compareRows({ table, stated, own, links, linksFrom }: Rows): RuleKept[] {
  return [
    ...compareSiblings(own, links),
    ...compareExclusive(own, links),
    ...compareToldApart(own, { table, stated, links }),
    ...compareThrough(own, links, linksFrom)
  ]
}

function compareExclusive({ real, synthetic }: BothSides, links: Rows['links']): RuleKept[] {
  return findExclusive(
    real,
    links.map(([{ key, parentOf }]) => ({ key, rowOf: parentOf }))
  ).map((law) => {
    const [, { parentOf }] = links.find(([{ key }]) => key === law.key)!
    return obeyedByAll(exclusiveText(law), rowsInTheWay(law, synthetic, parentOf).length, synthetic.rowCount)
  })
}

function compareToldApart({ real, synthetic }: BothSides, { table, stated, links }: Pick<Rows, 'table' | 'stated' | 'links'>): RuleKept[] {
  const led = (side: 0 | 1, of: Rows['links']) => of.map((both) => ({ key: both[0].key, rowOf: both[side].parentOf }))
  const others = links.filter(([{ key }]) => key.table !== key.to.table)
  // What the parent by which rows are counted has in common with times is its own.
  const [main] = [...others].sort(([a], [b]) => byCounts(a, b))
  const found = main ? findToldApart(real, led(0, others), (key) => key !== main[0].key) : []
  const said = statedApart(
    stated,
    real,
    links.map(([{ key }]) => key)
  )
  return withStated(said, found).map((set) =>
    obeyedByAll(toldApartText(table, set), agreeingRows(set, synthetic, led(1, links)).length, synthetic.rowCount)
  )
}

/** What rows are to those of their own table that they refer to, and how many synthetic ones are not. Cost: as of `findBesideOwn`. */
export function compareBesideOwn([{ key, parentOf }, drawn]: Rows['links'][number], { real, synthetic }: BothSides): RuleKept[] {
  const found = findBesideOwn(real, parentOf)
  if (!found) return []
  const broken = brokenBeside(besideTests(found, synthetic), drawn.parentOf)
  return besideTexts(key, found).map((rule, k) => obeyedByAll(rule, broken[k]!, synthetic.rowCount))
}

function compareThrough({ synthetic }: BothSides, links: Rows['links'], linksFrom: Rows['linksFrom']): RuleKept[] {
  return links.flatMap(([one, drawn]) => {
    const others = links.map(([other]) => other).filter((other) => other !== one)
    const way = throughOf(one, { others, linksFrom: (table) => linksFrom(table).map(([real]) => real) })
    if (!way) return []
    const by = links.find(([{ key }]) => key === way.by)![1].parentOf
    const via = linksFrom(way.via.table).find(([{ key }]) => key === way.via)![1].parentOf
    const broken = drawn.parentOf.reduce((sum, target, i) => sum + Number(target !== (by[i]! < 0 ? -1 : via[by[i]!]!)), 0)
    return [obeyedByAll(throughText(way), broken, synthetic.rowCount)]
  })
}

function compareSiblings({ real, synthetic, formats }: BothSides, links: Rows['links']): RuleKept[] {
  const clock = real.columns.find((column): column is NumericColumn => column.kind === 'datetime' && !column.missing)
  if (!clock) return []
  const clockIn = (table: BothSides['real']) => (table.columns.find(({ name }) => name === clock.name) as NumericColumn).values
  return links.flatMap(([one, drawn]) => {
    const { order, first } = groupsOf(one.parentOf, [clockIn(real)])
    const laws = findSiblings({ data: { table: takeTableRows(real, order), formats }, first, time: clock.name, told: () => false })
    if (isEmpty(laws)) return []
    const rows = groupsOf(drawn.parentOf, [clockIn(synthetic)])
    const data: WrittenTable = { table: takeTableRows(synthetic, rows.order), formats }
    const parentOf = Int32Array.from(rows.order, (row) => drawn.parentOf[row]!)
    const back = putSiblingsBack(laws, takeSiblingsOut(laws, data, rows.first), {
      parentOf,
      time: clock.name,
      rules: undefined,
      key: keyFromSeed(1)
    })
    const texts = siblingTexts(laws, clock.name)
    return [...namesOf(laws)].map((name, k) => {
      const [column, other] = [quantityIn(data, name), quantityIn(back, name)]
      const isOther = (x: number, y: number) =>
        Number.isNaN(x) || Number.isNaN(y) ? Number.isNaN(x) !== Number.isNaN(y) : Math.abs(x - y) > tolerance(column.unit, x)
      const broken = column.values.reduce((sum, x, i) => sum + Number(isOther(x, other.values[i]!)), 0)
      return obeyedByAll(`${one.key.table}: ${texts[k]} of each row by ${keyText(one.key)}`, broken, synthetic.rowCount)
    })
  })
}
