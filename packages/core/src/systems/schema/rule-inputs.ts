import { inputsOfKept, type KeptRules, ruleTexts } from '../../code/rules/kept-rules.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import type { ColumnFormat } from '../../table/infer.js'
import { type Column, isCategorical, type Table } from '../../table/table.js'
import type { OtherColumns } from '../rules/ruled-rows.js'
import type { Aggregate } from './aggregates.js'
import { type ForeignKey, pairsOf } from './keys.js'
import { columnsOf, led, reachedFrom, rowsAlong } from './kin.js'
import type { Links } from './links.js'

/** A column of a row that a row leads to, under the name by which rules of the row know it: `customer_id.kind`, `copy_id.book_id.genre`. Plain data. */
export interface RuleInput {
  readonly name: string
  /** Keys one behind the other, the row's own first. */
  readonly via: readonly ForeignKey[]
  readonly from: string
}

/** Of a category each level is that of so many of the rows that are led to, on average at least: one that tells these apart would tell whatever they say. */
const LEAST_A_LEVEL = 2

interface Leading {
  /** The rows' own keys, each with the rows that they lead to. */
  readonly links: readonly Links[]
  readonly linksFrom: (table: string) => readonly Links[]
  readonly wholeOf: (table: string) => WrittenTable
  /** Numbers, sums and means of the rows, which the rows that keys of theirs lead to have. */
  readonly said: readonly Aggregate[]
}

/** Columns of all rows that rows lead to, a cell for each, and what they are. Cost O(rows · columns). */
export function ruleInputs({ links: own, linksFrom, wholeOf, said }: Leading): {
  readonly inputs: readonly RuleInput[]
  readonly written: OtherColumns
} {
  const each = waysFrom(own, linksFrom).map(({ via, rowOf }) => {
    const { table, formats } = wholeOf(via.at(-1)!.to.table)
    const places = [...table.columns.keys()].filter((c) => isInput(table.columns[c]!, rowOf))
    const inputs = places.map((c): RuleInput => ({ name: nameOf(via, table.columns[c]!.name), via, from: table.columns[c]!.name }))
    return { inputs, columns: columnsOf(table, inputs, rowOf), formats: inputs.map(({ name }, k) => ({ ...formats[places[k]!]!, name })) }
  })
  const rowCount = own[0]?.parentOf.length ?? 0
  const inputs = each.flatMap(({ inputs }) => inputs)
  const saidOf = ({ via, from }: RuleInput) => said.find(({ key, column }) => via.length === 1 && key === via[0] && column === from)?.of
  return {
    inputs,
    written: {
      said: new Map(
        inputs.flatMap((one) => {
          const of = saidOf(one)
          return of ? [[one.name, of] as const] : []
        })
      ),
      table: { columns: each.flatMap(({ columns }) => columns), rowCount },
      formats: each.flatMap(({ formats }) => formats)
    }
  }
}

/** Keys one behind the other, those of rows first, and the rows that they lead to. */
const waysFrom = (own: readonly Links[], linksFrom: Leading['linksFrom']) =>
  own.flatMap((links) => [
    { via: [links.key], rowOf: links.parentOf },
    ...reachedFrom(links.key.to.table, linksFrom).map(({ via, rowOf }) => ({
      via: [links.key, ...via.map(({ key }) => key)],
      rowOf: led(links.parentOf, rowOf)
    }))
  ])

/** All columns of the rows that rows lead to but those that their keys are of, names and keys with their cells: parts of keys may be told by them. Cost O(rows · columns). */
export function keyInputs({ links: own, linksFrom, tableOf }: Pick<Leading, 'links' | 'linksFrom'> & Pick<Led, 'tableOf'>): {
  readonly inputs: readonly RuleInput[]
  readonly columns: readonly Column[]
} {
  const inputs = waysFrom(own, linksFrom).flatMap(({ via, rowOf }) => {
    const table = tableOf(via.at(-1)!.to.table)
    const isKey = (name: string) => via.length === 1 && pairsOf(via[0]!).some(({ to }) => to === name)
    const some = table.columns.flatMap(({ name }) => (isKey(name) ? [] : [{ name: nameOf(via, name), via, from: name }]))
    return columnsOf(table, some, rowOf).map((column, k) => ({ input: some[k]!, column }))
  })
  return { inputs: inputs.map(({ input }) => input), columns: inputs.map(({ column }) => column) }
}

const nameOf = (via: readonly ForeignKey[], column: string): string =>
  [...via.map((key) => pairsOf(key).map((pair) => pair.column).join('+')), column].join('.') // biome-ignore format: one line

function isInput(column: Column, rowOf: Int32Array): boolean {
  if (!isCategorical(column)) return column.kind !== 'identifier'
  const rows = new Set(rowOf.filter((row) => row >= 0))
  const levels = new Set(Array.from(rows, (row) => column.codes[row]!))
  return rows.size >= LEAST_A_LEVEL * levels.size
}

/** What of it rules use. */
export const inputsUsed = (inputs: readonly RuleInput[], rules: KeptRules | undefined): RuleInput[] =>
  inputs.filter(({ name }) => rules?.columns.some((column) => column.name === name))

interface Led {
  /** Row that each row leads to by keys one behind the other, its own first; −1 for none [n]. */
  readonly rowsBy: (via: readonly ForeignKey[]) => Int32Array
  readonly tableOf: (name: string) => Table
  /** How rules know such a column. */
  readonly formatOf: (name: string) => ColumnFormat
}

/** Those columns of other rows. Cost O(rows · columns). */
export const columnsLed = (inputs: readonly RuleInput[], { rowsBy, tableOf }: Omit<Led, 'formatOf'>): Column[] =>
  inputs.flatMap((input) => columnsOf(tableOf(input.via.at(-1)!.to.table), [input], rowsBy(input.via)))

/** The same, as rules know them: of drawn tables as laws of what refers to them know these. Cost O(rows · columns). */
export function inputColumns(inputs: readonly RuleInput[], { rowsBy, tableOf, formatOf }: Led): WrittenTable {
  const columns = columnsLed(inputs, { rowsBy, tableOf })
  const rowCount = inputs.length > 0 ? rowsBy(inputs[0]!.via).length : 0
  return { table: { columns, rowCount }, formats: inputs.map(({ name }) => formatOf(name)) }
}

/** Rows that each row leads to; `rowOf`: by a key of its own. */
export const rowsAlongFrom =
  ({ rowOf, tableOf }: Pick<Led, 'tableOf'> & { readonly rowOf: (key: ForeignKey) => Int32Array }): Led['rowsBy'] =>
  ([key, ...further]) =>
    further.length > 0 ? led(rowOf(key!), rowsAlong(further, tableOf)) : rowOf(key!)

/** And those of rows whose rules are kept; `rowOf`: row that each leads to by a key of its own. */
export function keptInputs(
  inputs: readonly RuleInput[],
  { columns }: KeptRules,
  { rowOf, tableOf }: Pick<Led, 'tableOf'> & { readonly rowOf: (key: ForeignKey) => Int32Array }
): WrittenTable {
  return inputColumns(inputs, {
    rowsBy: rowsAlongFrom({ rowOf, tableOf }),
    tableOf,
    formatOf: (name) => columns.find((column) => column.name === name)!.format
  })
}

/** Rules that use such columns, as people write them. */
export function reachingTexts(inputs: readonly RuleInput[], rules: KeptRules): string[] {
  const names = new Set(inputs.map(({ name }) => name))
  return ruleTexts({ ...rules, rules: rules.rules.filter((rule) => inputsOfKept(rule).some((name) => names.has(name))) })
}

/** Names of those columns, which no table of rows has. */
export const withoutInputs = (inputs: readonly RuleInput[]): ((column: { readonly name: string }) => boolean) => {
  const names = new Set(inputs.map(({ name }) => name))
  return ({ name }) => !names.has(name)
}
