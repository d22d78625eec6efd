import { describe, expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { findKeys } from './find-keys.js'
import { keyText } from './keys.js'

const table = (columns: Readonly<Record<string, readonly (string | number | null)[]>>) => ({
  columns: Object.entries(columns).map(([name, values]) => ({
    name,
    source: 'text' as const,
    values: values.map((value) => (value === null ? null : String(value)))
  })),
  rowCount: Object.values(columns)[0]!.length
})
const count = <T>(n: number, of: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => of(i))
const found = (tables: Parameters<typeof findKeys>[0]) => findKeys(tables).map(({ key }) => keyText(key))

const customers = table({ id: count(50, (i) => i + 1), country: count(50, (i) => ['DE', 'AT', 'CH', 'NL'][i % 4]!) })
const countries = table({ code: ['DE', 'AT', 'CH', 'NL', 'FR'], area: [1.5, 2.5, 3.5, 4.5, 5.5] })
const orders = table({
  id: count(200, (i) => i + 1),
  billing_customer_id: count(200, (i) => 1 + ((7 * i) % 50)),
  CustomerId: count(200, (i) => (i % 9 === 0 ? null : 1 + ((3 * i) % 40))),
  quantity: count(200, (i) => 1 + (i % 7))
})

describe('keys that nobody states', () => {
  it('are found by names in any spelling and by values beyond chance, and small numbers are none', () => {
    expect(found({ customers, countries, orders }).sort()).toEqual([
      'customers.country -> countries.code',
      'orders.CustomerId -> customers.id',
      'orders.billing_customer_id -> customers.id'
    ])
  })

  it('lead to tables of keys and names alone', () => {
    const airlines = table({ carrier: ['UA', 'AA', 'DL', 'B6', 'WN'], name: ['United', 'American', 'Delta', 'JetBlue', 'Southwest'] })
    const flights = table({ carrier: count(200, (i) => ['UA', 'AA', 'DL', 'B6'][(i * i) % 4]!), delay: count(200, (i) => (13 * i) % 50) })
    expect(found({ airlines, flights })).toEqual(['flights.carrier -> airlines.carrier'])
  })

  it('have a few values that lead nowhere only where the name says whose key it is', () => {
    const stays = (name: string, orphans: number) =>
      table({ [name]: [...count(90, (i) => 1 + (i % 45)), ...count(orphans, (i) => 900 + i)] })
    expect(found({ customers, stays: stays('customer_id', 3) })).toEqual(['stays.customer_id -> customers.id'])
    expect(findKeys({ customers, stays: stays('customer_id', 3) })).toMatchObject([{ values: 48, orphans: 3 }])
    expect(found({ customers, stays: stays('customer_id', 45) })).toEqual([])
    expect(found({ customers, stays: stays('guest', 3) })).toEqual([])
  })

  it('are no small numbers because the keys have a gap, beyond which one stands', () => {
    const visits = table({ visit_id: [...count(120, (i) => i + 1), 999], hours: count(121, (i) => i % 5) })
    const people = table({ person: count(60, (i) => `p${i}`), age: count(60, (i) => 20 + ((7 * i) % 40)) })
    expect(found({ people, visits })).toEqual([])
    // Of keys that stand far apart forty are hit by no chance.
    const far = table({ number: count(120, (i) => 1000 + 37 * i), hours: count(120, (i) => i % 5) })
    const those = table({ person: count(60, (i) => `p${i}`), seen: count(60, (i) => 1000 + 37 * ((7 * i) % 40)) })
    expect(found({ those, far })).toEqual(['those.seen -> far.number'])
  })

  it('lead to the table that the name says where several tables have the key, and rows to rows where each has one', () => {
    const details = table({ customer_id: count(30, (i) => i + 1), tall: count(30, (i) => i % 3) })
    const visits = table({ customer_id: count(90, (i) => 1 + (i % 30)), hours: count(90, (i) => i % 5) })
    const people = table({ customer_id: count(50, (i) => i + 1), age: count(50, (i) => 20 + (i % 40)) })
    expect(found({ customers: people, details, visits }).sort()).toEqual([
      'details.customer_id -> customers.customer_id',
      'visits.customer_id -> customers.customer_id'
    ])
  })

  it('are not found by chance: of 100 pairs of tables of small numbers none', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const u = uniforms(keyFor(keyFromSeed(seed), 'chance'), 700)
      const n = 20 + Math.floor(u[0]! * 200)
      const below = (from: number, most: number) => (i: number) => 1 + Math.floor(u[from + i]! * most)
      const people = table({ id: count(n, (i) => i + 1), age: count(n, (i) => 17 + below(1, 60)(i)), score: count(n, below(50, 10)) })
      const visits = table({
        id: count(150, (i) => i + 1),
        pieces: count(150, below(100, 9)),
        room_no: count(150, below(200, n / 2)),
        size: count(150, below(300, n)),
        word: count(150, (i) => ['yes', 'no', 'perhaps'][below(400, 3)(i) - 1]!)
      })
      expect([seed, ...found({ people, visits })]).toEqual([seed])
    }
  })

  it('lead to the table whose keys they fill, and into their own where another hardly fits better', () => {
    const users = table({ id: count(40, (i) => i + 1), role: count(40, (i) => ['admin', 'guest'][i % 2]!) })
    const comments = table({
      id: count(900, (i) => i + 1),
      author_id: count(900, (i) => 1 + ((7 * i) % 40)),
      length: count(900, (i) => 2.5 * i)
    })
    expect(found({ users, comments })).toEqual(['comments.author_id -> users.id'])
    const departments = table({ id: count(10, (i) => i + 1), budget: count(10, (i) => 1.5 * i) })
    const employees = table({ id: count(40, (i) => i + 1), manager_id: count(40, (i) => (i === 0 ? null : 1 + (i % 8))) })
    expect(found({ departments, employees })).toEqual(['employees.manager_id -> employees.id'])
  })

  it('never lead in a circle', () => {
    const units = table({ unit_id: count(20, (i) => 100 + i), person_id: count(20, (i) => 500 + 3 * (i % 10)) })
    const people = table({ person_id: count(60, (i) => 500 + i), unit_id: count(60, (i) => 100 + (i % 20)) })
    expect(found({ units, people })).toHaveLength(1)
  })
})
