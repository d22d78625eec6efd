import { counted } from '../../num/listed.js'
import { countText } from '../../tell/numbers.js'
import { facts, type Telling } from '../../tell/telling.js'
import type { DrawnTable } from './drawn-table.js'
import { keyText } from './keys.js'
import type { ChildLaw, SchemaModel } from './model.js'

/** What drawn tables say: rows of each, the keys between them, and the notes of each table. */
export function tellSchema({ tables, order, keys }: SchemaModel, drawn: ReadonlyMap<string, DrawnTable>): Telling {
  const rows = order.map((name) => ({
    name,
    real: tables[name]!.rowCount,
    drawn: drawn.get(name)!.table.rowCount,
    law: tables[name]!.child
  }))
  return {
    json: {
      tables: Object.fromEntries(rows.map(({ name, real, drawn: count }) => [name, { rows: count, real }])),
      keys: keys.foreign.map(keyText)
    },
    topics: [
      {
        id: 'tables',
        title: 'Tables',
        blocks: [
          facts(
            ...rows.map(({ name, real, drawn: count, law }) => ({
              name,
              value: counted(count, 'row'),
              aside: [`${countText(real)} in the data`, ...(law ? [lawText(law)] : [])].join('; ')
            }))
          )
        ]
      }
    ],
    warnings: [],
    notes: order.flatMap((name) => tables[name]!.notes.map((note) => noteOf(name, note)))
  }
}

/** A note with its table; kinds of columns are those of the schema, not an option. */
function noteOf(name: string, note: string): string {
  const own = note.replace(/; --types .*$/, '')
  return own.startsWith(`${name}.`) ? own : `${name}: ${own}`
}

/** How rows are drawn that refer to others. */
function lawText({ key, time, further, picks }: ChildLaw): string {
  const each = further ? (time ? `one after the other along ${time.name}` : 'each given those before it') : 'each by itself'
  const chosen = picks.map((pick) => `, choosing rows of ${pick.key.to.table} by ${pick.key.column}`).join('')
  return `of each row of ${key.to.table} by ${key.column}, ${each}${chosen}`
}
