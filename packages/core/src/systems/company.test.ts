// @module-tag slow
import { expect, it } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import type { Given } from '../know/conditions.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import type { RawColumn, RawTable } from '../table/raw.js'
import { SYSTEMS } from './index.js'
import { drawModel, fitModel } from './system.js'
import type { TableFit } from './table/options.js'

/**
 * A condition's rows depend on the seed, the data, the options and on what it says: in a list of conditions, in any order, they
 * are those that it has alone, to the last byte.
 */
const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const [M, ROWS] = [80, 6]
const { tables } = SYSTEMS

const noise = (label: string) => normals(keyFor(keyFromSeed(3), label), M)
const number = (name: string, values: Float64Array): RawColumn => ({ name, source: 'number', values })
const words = (name: string, list: readonly string[]): RawColumn => ({
  name,
  source: 'text',
  values: Array.from(uniforms(keyFor(keyFromSeed(4), name), M), (u) => list[Math.floor(list.length * u * u)]!)
})

/** A line of numbers, each 0.8 of the one before and noise. */
const line: RawColumn[] = [number('x0', noise('x0'))]
for (let k = 1; k < 5; k++) {
  const before = line[k - 1]!.values as Float64Array
  line.push(
    number(
      `x${k}`,
      noise(`x${k}`).map((z, i) => 0.8 * before[i]! + 0.6 * z)
    )
  )
}
/** Every second number is nought. */
const spiked = number(
  'spent',
  noise('spent').map((z, i) => (i % 2 === 0 ? 0 : Math.exp(z)))
)
/** What three numbers make, but for rows that miss it. */
const whole = (label: string, from: number) => noise(label).map((z) => from + Math.round(3 * Math.abs(z)))
const [quantity, price] = [whole('quantity', 1), whole('price', 5)]
const ordered = [
  number('quantity', quantity),
  number('price', price),
  number(
    'total',
    quantity.map((q, i) => (i % 40 === 7 ? q * price[i]! + 3 : q * price[i]!))
  )
]
const names = ['ash', 'oak', 'fir', 'elm', 'yew', 'bay', 'box', 'may']
const many = ['p', 'q', 'r'].map((name) => words(name, names))
const table = (...columns: RawColumn[]): RawTable => ({ columns, rowCount: M })
const kind = words('kind', ['a', 'b'])

const atLine: Given[] = [{ x1: 1 }, { x3: '0..1', x1: -0.4 }, {}]
const atKind: Given[] = [{ x1: 1 }, { kind: 'a', x1: 0.3 }, { kind: 'a' }, { kind: 'b', x1: 0.3 }]

it.each<[string, RawTable, TableFit, readonly Given[]]>([
  ['numbers', table(...line.slice(0, 3)), { scaling: 'standard' }, atLine.filter((given) => !('x3' in given))],
  ['numbers and a category', table(kind, ...line.slice(0, 2)), { scaling: 'standard' }, atKind],
  ['categories in turn', table(...many, ...line.slice(0, 2)), {}, [{ p: 'ash' }, { p: 'oak', q: 'fir' }, { p: 'ash', x1: 1 }]],
  ['numbers that stand together', table(spiked, ...line.slice(0, 2)), {}, [{ spent: 0 }, { spent: 0, x0: 1 }, { spent: '0.5..2' }]],
  [
    'a bandwidth that varies',
    table(...line.slice(0, 2)),
    { kernel: 'variable', scaling: 'quantile' },
    [{ x1: 1 }, { x1: 0.5 }, { x0: '0..1' }]
  ],
  ['rules', table(...ordered, line[0]!), {}, [{ quantity: 2, price: 6 }, { total: 18 }, { quantity: 3, x0: 1 }, { total: '20..40' }]],
  ['neighbourhoods', table(...line), { local: 'window:1', scaling: 'standard' }, atLine],
  [
    'a kernel on neighbourhoods',
    table(...line),
    { local: 'window:1', scaling: 'quantile', neighbourBandwidth: 0.3, bandwidth: 0.3 },
    atLine
  ],
  ['neighbourhoods in each class', table(kind, ...line), { local: 'window:1', scaling: 'standard' }, atKind],
  ['behind a codec', table(kind, ...line), { latent: 'pca:3' }, atKind],
  ['behind a codec, categories alone', table(kind, ...line), { latent: 'pca:3' }, [{ kind: 'b' }, { kind: 'a' }]],
  ['neighbourhoods behind a codec', table(...line), { latent: 'pca:3', local: 'window:1' }, atLine]
])('%s: a condition has the rows that it has alone, in any company and order', async (_, input, options, conditions) => {
  const model = await fitModel(tables, { input, options: { ...options, seed: 7 } }, { engine })
  const rowsOf = async (given: readonly Given[]) => {
    const drawn = await drawModel(tables, { model, request: { given, rows: ROWS, seed: 8, steps: 5 } }, { engine })
    const { columns } = tables.present(model, drawn, 'typed')
    return given.map((_, k) => columns.map(({ name, values }) => [name, [...values].slice(k * ROWS, (k + 1) * ROWS)]))
  }
  const together = await rowsOf(conditions)
  for (const [k, given] of conditions.entries()) expect((await rowsOf([given]))[0], JSON.stringify(given)).toEqual(together[k])
  // In the other order, the first, now last, once more: again it has other rows.
  const backwards = await rowsOf([...[...conditions].reverse(), conditions[0]!])
  expect(backwards.slice(0, -1)).toEqual([...together].reverse())
  expect(backwards.at(-1)).not.toEqual(together[0])
})
