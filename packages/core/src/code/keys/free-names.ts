import { typesFlag } from '../../num/listed.js'
import type { ColumnFormat, InferredTable } from '../../table/infer.js'
import { areFree } from '../../table/pairs.js'
import { alikeBy } from '../../table/repeated-keys.js'
import { takeTableRows } from '../../table/rows.js'
import { countSingles, mayBeNames } from '../../table/singles.js'
import type { CategoricalColumn, Column, Table } from '../../table/table.js'
import { isProse } from './prose.js'

/**
 * A table without categories whose levels are put together of words that have nothing to do with each other, as first and last names: as many
 * different ones as chance makes of them, and rows of one are alike in nothing, so that a level that recurs is no more than two people of one name.
 * Others stay levels wherever it is not sure that most of their values are new; these do where it is sure that most are not. So do columns that an
 * option names. Cost O(cells).
 */
export function leaveFreeNamesOut(data: InferredTable, isNamed: (name: string) => boolean): InferredTable {
  const found = new Set(
    data.table.columns.filter((column) => !isNamed(column.name) && areFreeNames(column, data.table)).map(({ name }) => name)
  )
  if (found.size === 0) return data
  return {
    ...data,
    table: {
      ...data.table,
      columns: data.table.columns.map((one): Column => (found.has(one.name) ? { name: one.name, kind: 'identifier' } : one))
    },
    formats: data.formats.map((format): ColumnFormat => (found.has(format.name) ? { ...format, kind: 'identifier' } : format)),
    // What was said of a category holds no longer.
    notes: [...data.notes.filter((note) => ![...found].some((name) => note.startsWith(`${name}: `))), ...[...found].map(freeNote)]
  }
}

const freeNote = (name: string): string =>
  `${name}: its words go together as chance has it, as first and last names do, so it is left out of the model and new ones are made up; ${typesFlag(name, 'category')} repeats those of the data instead`

function areFreeNames(column: Column, table: Table): boolean {
  if (column.kind !== 'category' || !isProse(column.levels)) return false
  const known = column.codes.filter((code) => code >= 0)
  if (!mayBeNames(countSingles(known), known.length)) return false
  if (!hasFreeWords(column, 'indexOf') && !hasFreeWords(column, 'lastIndexOf')) return false
  const { columns, ...rows } = known.length === table.rowCount ? table : takeTableRows(table, rowsKnown(column))
  return alikeBy(columns[table.columns.indexOf(column)] as CategoricalColumn, { ...rows, columns }).length === 0
}

/** Whether what is before a blank, the first or the last, has nothing to do with what is behind it. */
function hasFreeWords({ levels, codes }: CategoricalColumn, place: 'indexOf' | 'lastIndexOf'): boolean {
  const parts = levels.map((level) => {
    const text = level.trim()
    const at = text[place](' ')
    return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
  })
  const ofRows = (part: 0 | 1) => Array.from(codes, (code) => (code < 0 ? null : parts[code]![part]!))
  const [one, other] = [ofRows(0), ofRows(1)]
  return areFree(one, other, levels.length) && !recurs(codes, one, other)
}

/** Standard errors beyond which it is no chance that so many pairs of rows have the same. */
const ERRORS = 3

/** Whether more pairs of rows have the same level than chance makes of those that have the same words: what half of the rows have is no name. */
function recurs(codes: Int32Array, one: readonly (string | null)[], other: readonly (string | null)[]): boolean {
  const known = codes.reduce((sum, code) => sum + Number(code >= 0), 0)
  const byChance = (pairsIn(one) * pairsIn(other)) / Math.max(1, (known * (known - 1)) / 2)
  return pairsIn(Array.from(codes, (code) => (code < 0 ? null : code))) > byChance + ERRORS * Math.sqrt(Math.max(1, byChance))
}

/** Pairs of cells that are the same. */
function pairsIn(cells: readonly (string | number | null)[]): number {
  const counts = new Map<string | number, number>()
  for (const cell of cells) if (cell !== null) counts.set(cell, (counts.get(cell) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0)
}

const rowsKnown = ({ codes }: CategoricalColumn): Uint32Array => Uint32Array.from(codes.keys()).filter((row) => codes[row]! >= 0)
