import { describe, expect, it } from 'vitest'
import { inferTable } from '../../table/infer.js'
import { tableOfRows } from '../../table/records.js'
import { keysCarried } from './carried.js'
import { keepKeys } from './keep.js'

const first = ['Ann', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gus']
const last = ['Marsh', 'North', 'Osgood', 'Pell', 'Quill']
const people = Array.from({ length: 35 }, (_, i) => ({ first: first[i % 7]!, last: last[i % 5]!, team: ['IT', 'HR', 'PR'][i % 3]! }))
const tableOf = (rows: readonly object[]) =>
  inferTable(tableOfRows(rows as never), { types: { first: 'category', last: 'category', team: 'category' } }).table
const table = tableOf(people)
const names = people.map((one) => `${one.first} ${one.last}`)
const mails = people.map((one) => `${one.first}.${one.last}@example.com`.toLowerCase())
const badges = people.map(({ team }, i) => `${team}-${1000 + ((i * 379) % 9000)}`)
const columns = [
  { name: 'full', cells: names },
  { name: 'mail', cells: mails },
  { name: 'badge', cells: badges }
]
const kept = keepKeys(columns, 1, { table })

describe('keys of rows whose other cells changed', () => {
  const before = people.slice(0, 4)
  const after = [{ ...before[0]!, first: 'Dan' }, before[1]!, { ...before[2]!, team: 'IT' }, { ...before[3]!, last: 'Quill' }]
  const keys = columns.map(({ name, cells }) => ({ name, cells: cells.slice(0, 4) as (string | null)[] }))
  const carried = (were: typeof keys) =>
    new Map(keysCarried(kept, { before: tableOf(before), after: tableOf(after), keys: were }).map(({ name, cells }) => [name, cells]))

  it('what columns tell of them is written again, and their numbers stay', () => {
    const found = carried(keys)
    expect(found.get('full')).toEqual(['Dan Marsh', names[1], names[2], 'Dan Quill'])
    expect(found.get('mail')).toEqual(['dan.marsh@example.com', mails[1], mails[2], 'dan.quill@example.com'])
    expect(found.get('badge')).toEqual([badges[0], badges[1], badges[2]!.replace('PR', 'IT'), badges[3]])
  })

  it('a cell that was not written of its row stays, and so does one that another row would have too', () => {
    const own = keys.map(({ name, cells }) => {
      const other: Record<string, (string | null)[]> = {
        full: ['A. Marsh', ...cells.slice(1)],
        mail: [null, ...cells.slice(1)],
        badge: [badges[2]!.replace('PR', 'IT'), ...cells.slice(1)]
      }
      return { name, cells: other[name]! }
    })
    const found = carried(own)
    expect(found.get('full')).toEqual(['A. Marsh', names[1], names[2], 'Dan Quill'])
    expect(found.get('mail')?.[0]).toBe(null)
    expect(found.has('badge')).toBe(false)
  })

  it('what refers to a key goes with it', () => {
    const chief = badges.map((_, i) => badges[(i * 4 + 2) % 35]!)
    const referring = keepKeys([...columns, { name: 'chief', cells: chief }], 1, { table })
    const own = [...keys, { name: 'chief', cells: [badges[2]!, badges[1]!, badges[2]!, null] }]
    const found = keysCarried(referring, { before: tableOf(before), after: tableOf(after), keys: own })
    const again = badges[2]!.replace('PR', 'IT')
    expect(found.find(({ name }) => name === 'chief')?.cells).toEqual([again, badges[1], again, null])
  })
})
