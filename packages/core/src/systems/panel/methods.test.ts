import { expect, it } from 'vitest'
import { exp } from '../../num/elementary.js'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import type { NumericColumn, Table } from '../../table/table.js'
import { methodsOf } from './methods.js'

const ROWS = 150
const z = (name: string) => normals(keyFor(keyFromSeed(11), name), ROWS)
const column = (name: string, values: Float64Array): NumericColumn => ({ name, kind: 'number', values })

it('what goes with a list of values by its ranks is scaled like it, and what goes with none also as it is', () => {
  const cost = z('cost').map((x) => 20 * exp(1.6 * x))
  // Prices to ten, of which a few come often, as in a shop.
  const price = cost.map((x) => Math.max(10, 20 * Math.round(x / 10)) - 0.01)
  const weight = z('weight').map((x) => exp(1.6 * x))
  const table: Table = { columns: [column('cost', cost), column('price', price), column('weight', weight)], rowCount: ROWS }
  const all = methodsOf(table, 'auto').map((methodOf) => ['cost', 'price', 'weight'].map(methodOf))
  expect(all).toEqual([
    ['quantile', 'quantile', 'quantile'],
    ['quantile', 'quantile', 'standard']
  ])
  const alone: Table = { columns: [column('weight', weight), column('price', price)], rowCount: ROWS }
  expect(methodsOf(alone, 'auto').map((methodOf) => methodOf('weight'))).toEqual(['quantile', 'standard'])
})
