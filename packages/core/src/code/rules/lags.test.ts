import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { totalNotes } from './among-rows.js'
import { findLags } from './lags.js'
import type { Quantity } from './quantity.js'

const quantity = (name: string, values: readonly (number | null)[]): Quantity => ({
  name,
  isDate: false,
  values: Float64Array.from(values, (x) => x ?? Number.NaN),
  unit: 0.01
})

const series = (label: string, count = 80): number[] =>
  Array.from(normals(keyFor(keyFromSeed(3), label), count), (z) => Number((10 + 2 * z).toFixed(1)))

it('last year’s price is told as that of the row before, in a series, in a panel whose first years lack it, and the other way round', () => {
  const price = series('price')
  const before = price.map((_, i) => price[i - 1] ?? 9)
  const lag = { column: 'before', of: 'price', from: 'before' }
  expect(findLags([quantity('price', price), quantity('before', before), quantity('other', series('other'))])).toEqual([lag])
  const inPanel = before.map((x, i) => (i % 4 === 0 ? null : x))
  expect(findLags([quantity('price', price), quantity('before', inPanel)])).toEqual([lag])
  const reversed = [quantity('price', price.toReversed()), quantity('before', inPanel.toReversed())]
  expect(findLags(reversed)).toEqual([{ ...lag, from: 'after' }])
})

it('what is computed in its own row, what stays the same, and what breaks it once is none', () => {
  const place = Array.from({ length: 80 }, (_, i) => i + 1)
  expect(
    findLags([
      quantity('place', place),
      quantity(
        'start',
        place.map((x) => x - 1)
      )
    ])
  ).toEqual([])
  const steps = place.map((x) => Math.floor(x / 20))
  expect(
    findLags([
      quantity('steps', steps),
      quantity(
        'same',
        steps.map((_, i) => steps[i - 1] ?? 0)
      )
    ])
  ).toEqual([])
  const price = series('price')
  const wrong = price.map((_, i) => (i === 40 ? 3 : (price[i - 1] ?? 9)))
  expect(findLags([quantity('price', price), quantity('before', wrong)])).toEqual([])
})

it('a note says so once for all of them', () => {
  const price = series('price')
  const lagged = (back: number) => price.map((_, i) => (i < back ? null : String(price[i - back])))
  const columns = { price: price.map(String), price_1: lagged(1), price_2: lagged(2) }
  const { data } = prepareRows({
    rowCount: price.length,
    columns: Object.entries(columns).map(([name, values]) => ({ name, source: 'text' as const, values }))
  })
  expect(totalNotes(data).filter((note) => note.includes('of the row before'))).toEqual([
    'price_1 is price, price_2 is price_1 of the row before: new rows do not keep that, since each is drawn by itself; --exclude price_1,price_2 leaves them out, so that you can compute them from the new rows'
  ])
})
