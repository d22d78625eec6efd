import { defined } from '../../num/defined.js'
import { type InferOptions, inferTable } from '../../table/infer.js'
import { isEmptyColumn, type RawTable, takeRawRows } from '../../table/raw.js'
import { takeTableRows } from '../../table/rows.js'
import { type ColumnKind, emptyColumn, isCategorical, type Table } from '../../table/table.js'
import type { ImputationModel } from './model.js'

export interface RowsToFill {
  /** The columns of the model that the rows have, as they are read. */
  readonly table: Table
  readonly warnings: readonly { readonly name: string; readonly message: string }[]
}

/** Rows named in a warning; more are counted. */
export const MOST_NAMED = 5

/** What it means that a column is absent, and that the data do not have a level. */
interface SaysNothing {
  readonly absent: string
  readonly level: string
}

const FILLS: SaysNothing = { absent: 'fills know nothing of', level: 'the cell stays, and says nothing about the others' }

/**
 * Rows read as the model's table was. Columns that they lack are unknown, and levels that the model lacks are given but say
 * nothing: both are warned of. Throws `InputError` where a cell is none of the column's kind.
 */
export function readRows(
  { coding, kinds, reading }: Pick<ImputationModel, 'coding' | 'kinds' | 'reading'>,
  raw: RawTable,
  says: SaysNothing = FILLS
): RowsToFill {
  const kindOf = new Map(kinds.map(({ name, kind }) => [name, kind]))
  const wanted = coding.columns.filter(({ carries }) => carries !== 'nothing').map(({ name }) => name)
  const own = wanted.filter((name) => raw.columns.some((column) => column.name === name))
  const types = Object.fromEntries(own.map((name) => [name, readAs(kindOf.get(name)!)]))
  const table = read(raw, defined({ ...reading, columns: own, types }))
  const absent = wanted.filter((name) => !own.includes(name))
  return {
    table,
    warnings: [
      ...(absent.length > 0
        ? [
            {
              name: 'columns-absent',
              message: `the rows lack ${absent.join(', ')}: ${says.absent} ${absent.length === 1 ? 'it' : 'them'}`
            }
          ]
        : []),
      ...unknownLevels(table, coding, says)
    ]
  }
}

/** New rows may have decimals where all others were whole. */
const readAs = (kind: ColumnKind): ColumnKind => (kind === 'integer' ? 'number' : kind)

function read(raw: RawTable, options: InferOptions): Table {
  const columns = raw.columns.filter(({ name }) => options.columns!.includes(name))
  if (columns.every(isEmptyColumn)) {
    const empty = columns.map(({ name }) => emptyColumn(name, options.types![name] as ColumnKind, raw.rowCount))
    return { columns: empty, rowCount: raw.rowCount }
  }
  // A single row is a table of two equal ones: nothing is learned from it.
  if (raw.rowCount === 1) return takeTableRows(inferTable(takeRawRows({ columns, rowCount: 1 }, [0, 0]), options).table, [0])
  return inferTable({ ...raw, columns }, options).table
}

function unknownLevels(table: Table, coding: ImputationModel['coding'], { level }: SaysNothing): RowsToFill['warnings'] {
  return coding.columns.flatMap((coded) => {
    const column = table.columns.find(({ name }) => name === coded.name)
    if (coded.carries !== 'levels' || !column || !isCategorical(column)) return []
    const unknown = new Set(column.levels.flatMap((level, code) => (coded.levels.includes(level) ? [] : [code])))
    const rows = Array.from(column.codes, (_, i) => i).filter((i) => unknown.has(column.codes[i]!))
    if (rows.length === 0) return []
    const named = rows.slice(0, MOST_NAMED).map((i) => `row ${i + 1} has ${column.levels[column.codes[i]!]}`)
    const more = rows.length > named.length ? `, and ${rows.length - named.length} more rows` : ''
    return [
      {
        name: 'level-unknown',
        message: `${coded.name}: ${named.join(', ')}${more}, which the data do not have: ${level}`
      }
    ]
  })
}
