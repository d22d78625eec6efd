import type { NamedWarning } from '../../know/support.js'
import { hasColumn } from '../../table/besides.js'
import type { RawTable } from '../../table/raw.js'
import { isCategorical, type Table } from '../../table/table.js'
import { readAs } from '../read-as.js'
import type { ImputationModel } from './model.js'

interface RowsToFill {
  /** The columns of the model that the rows have, as they are read. */
  readonly table: Table
  readonly warnings: readonly NamedWarning[]
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
  const wanted = coding.columns.filter(({ carries }) => carries !== 'nothing').map(({ name }) => name)
  const absent = wanted.filter((name) => !hasColumn(raw, name))
  const own = kinds.filter(({ name }) => wanted.includes(name) && !absent.includes(name))
  const table = readAs(raw, own, reading)
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
