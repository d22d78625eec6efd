import { findRules } from '../../code/rules/find.js'
import { crossedIn, findOrders, shortest } from '../../code/rules/find-orders.js'
import { type Quantity, quantityOf } from '../../code/rules/quantity.js'
import { breachOf } from '../../code/rules/rows-of-rule.js'
import { ruleText } from '../../code/rules/rule.js'
import { brokenBy } from '../../diagnose/compare-rules.js'
import type { RuleKept } from '../../diagnose/evaluation.js'
import { takeValues } from '../../num/matrix.js'
import type { ColumnFormat } from '../../table/infer.js'
import { joinColumns, takeTableRows } from '../../table/rows.js'
import type { Table } from '../../table/table.js'
import { reachingRules } from '../rules/ruled-rows.js'
import { aggregateText, brokenAggregate, findAggregates } from './aggregates.js'
import { brokenCopies, copyText, findCopies } from './copies.js'
import { countsOf } from './counts.js'
import { type ForeignKey, keyText } from './keys.js'
import { led } from './kin.js'
import type { Links } from './links.js'
import { inputColumns, ruleInputs } from './rule-inputs.js'

/** Tables of both sides with the columns of the real one, in its order, as that one is written. */
export interface BothSides {
  readonly real: Table
  readonly synthetic: Table
  readonly formats: readonly ColumnFormat[]
}

interface Related {
  /** Real, then synthetic. */
  readonly links: readonly [Links, Links]
  /** The table whose rows refer, and the one that they refer to. */
  readonly own: BothSides
  readonly parent: BothSides
}

/**
 * What holds between all real rows and those that they refer to, beyond chance, and how many synthetic rows break it: what a fit finds
 * of numbers and sums of rows, and dates beside those of the row that is referred to. Cost: as of `findAggregates`, and of `findOrders` of the dates.
 */
export function compareRelations(related: Related): RuleKept[] {
  const { key } = related.links[0]
  return key.table === key.to.table ? [] : [...compareAggregates(related), ...compareCopies(related), ...compareDates(related)]
}

interface Reaching {
  readonly table: string
  readonly own: BothSides
  /** Keys of a table into others, real, then synthetic. */
  readonly linksFrom: (table: string) => readonly (readonly [Links, Links])[]
  readonly sidesOf: (table: string) => BothSides
}

/** Of more rows so many tell what holds; that it does in all is looked at in all. */
const MOST_SEARCHED = 20_000

/**
 * Rules that all real rows obey and that use columns of rows which these lead to, also further up, and how many synthetic rows break each. Of orders of dates `compareRelations` tells. Cost: as of `findRules`.
 */
export function compareReaching({ table, own, linksFrom, sidesOf }: Reaching): RuleKept[] {
  const links = linksFrom(table)
  const written = (name: string) => ({ table: sidesOf(name).real, formats: sidesOf(name).formats })
  const said = links.flatMap(([real]) =>
    findAggregates({
      links: real,
      own: { table: own.real, formats: own.formats },
      parent: written(real.key.to.table),
      rules: undefined
    }).filter(({ way }) => way !== 'min' && way !== 'max')
  )
  const { inputs, written: others } = ruleInputs({
    links: links.map(([real]) => real),
    linksFrom: (name) => linksFrom(name).map(([real]) => real),
    wholeOf: written,
    said
  })
  if (inputs.length === 0 || own.real.columns.length === 0) return []
  const names = new Set(inputs.map(({ name }) => name))
  const real = joinColumns({ table: own.real, formats: own.formats }, others)
  const apart = Math.ceil(own.real.rowCount / MOST_SEARCHED)
  const some = Uint32Array.from({ length: Math.floor(own.real.rowCount / apart) }, (_, k) => k * apart)
  const found = findRules(apart > 1 ? { ...real, table: takeTableRows(real.table, some) } : real, { except: names })
  const copies = new Set(
    links.flatMap(([{ key, parentOf }]) =>
      findCopies({ own: own.real, parent: sidesOf(key.to.table).real, parentOf }).map(({ column }) => column)
    )
  )
  const rules = reachingRules(found, others).filter((rule) => !copies.has(rule.column) && !rule.exceptions && !breachOf(rule, real))
  if (rules.length === 0) return []
  const rowsBy = (via: readonly ForeignKey[]) =>
    via.reduce<Int32Array | undefined>((rowOf, key) => {
      const next = linksFrom(key.table).find(([one]) => one.key === key)![1].parentOf
      return rowOf ? led(rowOf, next) : next
    }, undefined)!
  const drawn = inputColumns(inputs, {
    rowsBy,
    tableOf: (name) => sidesOf(name).synthetic,
    formatOf: (name) => real.formats.find((one) => one.name === name)!
  })
  const synthetic = joinColumns({ table: own.synthetic, formats: own.formats }, drawn).table
  return rules.map((rule) => ({
    rule: `${table}: ${ruleText(rule)}`,
    broken: brokenBy(synthetic, rule, { data: real, exceptions: [] }),
    rows: own.synthetic.rowCount,
    floor: 0,
    most: 0
  }))
}

function compareAggregates({ links: [real, drawn], own, parent }: Related): RuleKept[] {
  const written = (side: 'real' | 'synthetic') => ({
    own: { table: own[side], formats: own.formats },
    parent: { table: parent[side], formats: parent.formats }
  })
  const without = countsOf(real).includes(0)
  return findAggregates({ links: real, ...written('real'), rules: undefined }).map((one) => ({
    rule: aggregateText(one),
    broken: brokenAggregate(one, { links: drawn, ...written('synthetic'), without }),
    rows: parent.synthetic.rowCount,
    floor: 0,
    most: 0
  }))
}

function compareCopies({ links: [real, drawn], own, parent }: Related): RuleKept[] {
  const column = ({ columns }: Table, name: string) => columns.find((one) => one.name === name)!
  return findCopies({ own: own.real, parent: parent.real, parentOf: real.parentOf }).map((one) => ({
    rule: copyText(real.key, one),
    broken: brokenCopies(
      { column: column(own.synthetic, one.column), from: column(parent.synthetic, one.from), copy: one },
      drawn.parentOf
    ),
    rows: own.synthetic.rowCount,
    floor: 0,
    most: 0
  }))
}

/** Dates that are never before one of the row that is referred to, or never after; rows that lack either date say nothing. */
function compareDates({ links, own, parent }: Related): RuleKept[] {
  const { key } = links[0]
  const [real, drawn] = (['real', 'synthetic'] as const).map((side, k) => {
    const parentOf = links[k]!.parentOf
    const rows = Uint32Array.from(parentOf.keys()).filter((i) => parentOf[i]! >= 0)
    return [
      ...datesOf(own, side, rows, key.table),
      ...datesOf(
        parent,
        side,
        Uint32Array.from(rows, (i) => parentOf[i]!),
        key.to.table
      )
    ]
  }) as [Quantity[], Quantity[]]
  const valuesOf = (name: string) => drawn.find((one) => one.name === name)!.values
  const isOwn = (name: string) => own.real.columns.some((one) => name === nameIn(key.table, one.name))
  return shortest(findOrders(real))
    .filter(({ low, high }) => isOwn(low) !== isOwn(high))
    .map(({ low, high }) => {
      const { count: broken, rows } = crossedIn(valuesOf(low), valuesOf(high))
      return { rule: `${high} >= ${low} by ${keyText(key)}`, broken, rows, floor: 0, most: 0 }
    })
}

const nameIn = (table: string, column: string): string => `${table}.${column}`

function datesOf(sides: BothSides, side: 'real' | 'synthetic', rows: Uint32Array, name: string): Quantity[] {
  return sides[side].columns.flatMap((column, c) => {
    if (column.kind !== 'datetime') return []
    const dates = quantityOf(column, sides.formats[c]!)
    return [{ ...dates, name: nameIn(name, column.name), values: takeValues(dates.values, rows) }]
  })
}
