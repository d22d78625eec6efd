import { withoutCheck } from '../../code/keys/check-digits.js'
import { type Form, tellersOf } from '../../code/keys/form.js'
import { type Told, tellerText, toldBy } from '../../code/keys/teller.js'
import type { RuleKept } from '../../diagnose/evaluation.js'
import { keyFromSeed } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import type { Column, Table } from '../../table/table.js'
import { pairsOf } from './keys.js'
import { cellsIn, type Links, linksOfSome } from './links.js'
import { readReferring, withoutKeys } from './referring.js'
import type { BothSides } from './relations.js'
import type { OneTable } from './rows-of-table.js'
import { columnsLed, keyInputs, rowsAlongFrom } from './rule-inputs.js'
import { someFamilies, takeSome } from './sampled.js'

type Both<T> = readonly [real: T, synthetic: T]

interface KeyParts {
  readonly table: string
  readonly rawOf: (table: string) => Both<RawTable>
  readonly sidesOf: (table: string) => BothSides
  readonly linksFrom: (table: string) => readonly Both<Links>[]
  readonly options: OneTable
}

/**
 * Keys parts of which the rows tell that a row leads to, as `OPS-12` has the code of its project, in all real rows, and how many synthetic ones have others.
 * What a draw would find is looked for in the same way. Cost: that of learning the keys of the table.
 */
export function compareKeyParts({ table, rawOf, sidesOf, linksFrom, options }: KeyParts): RuleKept[] {
  const both = linksFrom(table)
  if (both.length === 0) return []
  const keysOf = (name: string) => linksFrom(name).map(([{ key }]) => key)
  const known = [new Map<string, Table>(), new Map<string, Table>()] as const
  const tableOf = (side: 0 | 1) => (name: string) => {
    const read = () =>
      wholeOf(withoutKeys(name, rawOf(name)[side], keysOf(name)), sidesOf(name)[side === 0 ? 'real' : 'synthetic'], options)
    const own = known[side].get(name) ?? read()
    known[side].set(name, own)
    return own
  }
  const linksOn = (side: 0 | 1, name: string) => linksFrom(name).map((links) => links[side])
  const raw = rawOf(table)
  const rows = someFamilies(both[0]![0], keyFromSeed(1))
  const all = linksOn(0, table).map((one) => linksOfSome(one, rows))
  const { inputs, columns: led } = keyInputs({ links: all, linksFrom: (name) => linksOn(0, name), tableOf: tableOf(0) })
  const some = takeSome(raw[0], rows)
  const { full, law } = readReferring({ raw: some, bare: withoutKeys(table, some, keysOf(table)), all, led }, options)
  const own = [...keysOf(table).flatMap((key) => pairsOf(key).map(({ column }) => column)), ...(law ? [law.column] : [])]
  const others = new Set([...own, ...inputs.map(({ name }) => name)])
  const keys = full.keys?.keys.filter(({ form }) => tellersOf(form).some(({ column }) => others.has(column))) ?? []
  const toldOn = (side: 0 | 1) => {
    const rowOf = (key: Links['key']) => both.find(([one]) => one.key === key)![side].parentOf
    const along = columnsLed(inputs, { rowsBy: rowsAlongFrom({ rowOf, tableOf: tableOf(side) }), tableOf: tableOf(side) })
    return toldBy({ columns: [...tableOf(side)(table).columns, ...along, ...own.map((name) => named(raw[side], name, options))] })
  }
  if (keys.length === 0) return []
  const told = [toldOn(0), toldOn(1)] as const
  return keys.flatMap(({ column, form }) => {
    const broken = (side: 0 | 1) =>
      cellsIn(raw[side], column, options.missing).reduce(
        (sum, cell, i) => sum + Number(cell !== null && !isOf(cell, form, told[side](i))),
        0
      )
    if (broken(0) > 0) return []
    const within = [...new Set(tellersOf(form).map(tellerText))]
    return [{ rule: `${table}.${column}: with ${within.join(' and ')} in it`, broken: broken(1), rows: raw[1].rowCount, floor: 0, most: 0 }]
  })
}

/** All columns of a table, keys and names with their cells. */
function wholeOf(raw: RawTable, { columns }: Table, options: OneTable): Table {
  const read = new Map(columns.map((column) => [column.name, column]))
  return { columns: raw.columns.map(({ name }) => read.get(name) ?? named(raw, name, options)), rowCount: raw.rowCount }
}

const named = (raw: RawTable, name: string, { missing }: OneTable): Column => ({
  name,
  kind: 'identifier',
  cells: cellsIn(raw, name, missing)
})

const quoted = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** Whether a key has what its row tells where its form says so; of the rest only where it stands is asked for. */
function isOf(cell: string, { patterns, check, numbered }: Form, told: Told): boolean {
  const bare = (check !== undefined && withoutCheck(check, cell)) || cell
  const behind = numbered === undefined ? '' : `(?:${quoted(numbered)}\\d+)?`
  return patterns.some(({ segments }) => {
    const parts = segments.map((segment) => {
      const text = segment.kind === 'literal' ? segment.text : segment.kind === 'told' ? told(segment.by) : undefined
      return text === undefined ? '.*' : quoted(text)
    })
    return new RegExp(`^${parts.join('')}${behind}$`, 'su').test(bare)
  })
}
