import { describe, expect, test } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareTable } from '../../systems/prepare.js'
import type { RawColumn } from '../../table/raw.js'
import { leaveKeysOut } from './leave-keys-out.js'

const N = 300
const any = <T>(label: string, of: readonly T[], count = N): T[] =>
  Array.from(uniforms(keyFor(keyFromSeed(11), label), count), (u) => of[Math.floor(of.length * u)]!)
const text = (name: string, values: readonly (string | null)[]): RawColumn => ({ name, source: 'text', values })
const words = (letter: string, count: number) =>
  Array.from({ length: count }, (_, k) => `${letter}${'aeiou'[k % 5]}${'klmnr'[Math.floor(k / 5)]}`)
const amounts = any(
  'amounts',
  Array.from({ length: 70 }, (_, k) => String(20 + k))
)

/** What becomes of a column of text beside amounts and others. */
function kindOf(values: readonly (string | null)[], others: readonly RawColumn[] = [], options: Parameters<typeof leaveKeysOut>[2] = {}) {
  const raw = { rowCount: N, columns: [text('who', values), text('amount', amounts), ...others] }
  const { table, notes } = leaveKeysOut(raw, prepareTable(raw, options).data, options)
  return { kind: table.columns.find(({ name }) => name === 'who')!.kind, notes: notes.filter((note) => note.startsWith('who: ')) }
}

const people = (firsts: number, lasts: number): string[] => {
  const [first, last] = [any('first', words('A', firsts)), any('last', words('M', lasts))]
  return first.map((one, i) => `${one} ${last[i]}`)
}

describe('names of people of whom some have the same', () => {
  // 480 names for 300 rows: about half of the values occur once, so that neither most nor few surely do.
  test('are written anew, whichever rows have none, and a note says so', () => {
    const { kind, notes } = kindOf(people(24, 20))
    expect(kind).toBe('identifier')
    expect(notes).toEqual([expect.stringContaining('its words go together as chance has it')])
    expect(kindOf(people(24, 20).map((name, i) => (i % 10 === 0 ? null : name))).kind).toBe('identifier')
    expect(kindOf(people(24, 20).map((name) => name.split(' ').reverse().join(', '))).kind).toBe('identifier')
  })

  test('stay levels where most recur, where options say so, and where a word goes with few others', () => {
    expect(kindOf(people(12, 10)).kind).toBe('category')
    expect(kindOf(people(24, 20), [], { types: { who: 'category' } }).kind).toBe('category')
    // 170 customers of 480 names that come again: far fewer different ones than chance makes of their words.
    const customers = [...new Set(people(24, 20))].slice(0, 170)
    expect(kindOf(any('orders', customers)).kind).toBe('category')
  })

  test('stay levels where rows of one have the same town, or none of 300 values has two words', () => {
    const own = people(24, 20)
    const towns = new Map([...new Set(own)].map((name, k) => [name, `town ${(k * 7) % 5}`]))
    expect(
      kindOf(own, [
        text(
          'town',
          own.map((name) => towns.get(name)!)
        )
      ]).kind
    ).toBe('category')
    expect(kindOf(own.map((name) => name.replace(' ', ''))).kind).toBe('category')
  })
})
