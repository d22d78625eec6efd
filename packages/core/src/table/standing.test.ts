import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../num/random.js'
import { type Encoded, encodeTable, fitEncoder } from './encoder.js'
import { inferTable } from './infer.js'
import { embedEncoded, Standing } from './standing.js'

const ROWS = 40
const key = keyFromSeed(8)
const level = (name: string, count: number) => ({
  name,
  source: 'text' as const,
  values: Array.from(uniforms(keyFor(key, name), ROWS), (x) => `${name}${Math.floor(count * x)}`)
})

it('rows of which factors are redrawn one after another stand where they stand if all is written anew', () => {
  // Places of one column, two and four, so that columns change their factor and their number.
  const columns = [level('a', 2), level('b', 2), level('c', 3), level('d', 5), level('e', 2)]
  const numbers = { name: 'y', source: 'number' as const, values: uniforms(key, ROWS) }
  const { table, formats } = inferTable({ columns: [numbers, ...columns], rowCount: ROWS })
  const encoder = fitEncoder(table, formats, () => 'standard')
  const rows = encodeTable(encoder, table)
  const all = [...encoder.factors.keys()]
  const state: Encoded = { coordinates: rows.coordinates, codes: rows.codes.slice() }
  const standing = new Standing()
  const places = (factors: readonly number[], from = state) => Array.from(standing.place(encoder, from, factors).data)
  for (const group of [[0], [1], [2], [1, 3], [4], [0]]) {
    const others = all.filter((f) => !group.includes(f))
    expect(places(others)).toEqual(Array.from(embedEncoded(encoder, state, others).data))
    for (const f of group)
      for (let i = 0; i < ROWS; i++)
        state.codes[i * all.length + f] = (state.codes[i * all.length + f]! + 1) % encoder.factors[f]!.levelCount
    standing.redraw(group)
  }
  const moved = { ...state, coordinates: { ...state.coordinates, data: state.coordinates.data.map((x) => x + 1) } }
  expect(places(all, moved)).toEqual(Array.from(embedEncoded(encoder, moved).data))
})
