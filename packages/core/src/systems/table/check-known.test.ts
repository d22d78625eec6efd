import { expect, test } from 'vitest'
import type { RawTable } from '../../table/raw.js'
import { checkKnown, type Known } from './check-known.js'

const tenfold = (values: readonly number[]): Float64Array => Float64Array.from({ length: 60 }, (_, i) => values[i % 6]!)

const raw: RawTable = {
  rowCount: 60,
  columns: [
    { name: 'x', source: 'number', values: tenfold([1, 2, 3, 4, 5, 6.5]) },
    { name: 'when', source: 'datetime', values: tenfold([1, 2, 3, 4, 5, 7]).map((day) => day * 864e5) },
    { name: 'kind', source: 'text', values: [...tenfold([0, 0, 0, 1, 1, 1])].map((k) => 'ab'[k]!) },
    { name: 'place', source: 'text', values: [...tenfold([0, 1, 0, 1, 1, 1])].map((k) => 'ns'[k]!) }
  ]
}
const check = (known: Partial<Known>) => checkKnown(raw, {}, { givens: [{}], observe: [], ...known })

test('what can be drawn passes', () => {
  check({
    givens: [{ kind: 'a', x: '1..2' }, { when: '1970-01-03' }],
    observe: ['log(x - 5) = 0 ± 1'],
    likelihood: { logLikelihood: () => 0 }
  })
})

test.each<[Partial<Known>, string]>([
  [{ givens: [{ nope: 1 }] }, 'column-unknown'],
  [{ givens: [{ kind: 'c' }] }, 'level-unknown'],
  [{ givens: [{ x: '1...2' }] }, 'condition-value'],
  [{ givens: [{ kind: 'b', place: 'n' }] }, 'condition-contradictory'],
  [{ observe: ['nope = 1 ± 1'] }, 'column-unknown'],
  [{ observe: ['when = 1970-01-03 ± 1'] }, 'observation-column'],
  [{ observe: ['log(x - 10) = 1 ± 1'] }, 'likelihood-excludes-all'],
  [{ observe: ['x / 0 = 1 ± 1'] }, 'likelihood-excludes-all'],
  [{ likelihood: { logLikelihood: ({ nope }) => Number(nope) } }, 'likelihood-not-finite']
])('%j is refused before any fit', (known, code) => {
  expect(() => check(known)).toThrow(expect.objectContaining({ code }))
})

test('thousands of a column that has no marks between them are said without', () => {
  expect(() => check({ givens: [{ x: '1,234.5' }] })).toThrow(expect.objectContaining({ remedy: 'x=1234.5' }))
  expect(() => check({ givens: [{ x: '1,2' }] })).toThrow(expect.objectContaining({ remedy: 'x=1.5 or x=1..2' }))
})
