import { beforeAll, expect, test } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { series } from '../forecast/system.js'
import { drawModel, fitModel } from '../system.js'
import { tables } from '../table/system.js'
import { EQUAL_WARNING } from './equals-lost.js'

let context: { readonly engine: Engine }
beforeAll(async () => {
  context = { engine: await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 }) }
})
const ROWS = 200
const cents = (x: number) => Math.round(100 * x) / 100

/** Prices that are charged as they were quoted in seven of ten rows. */
function prices() {
  const of = (label: string) => uniforms(keyFor(keyFromSeed(3), label), ROWS)
  const [other, by] = [of('other'), of('by')]
  const quoted = Array.from(normals(keyFromSeed(3), ROWS), (z) => cents(Math.exp(4 + 0.8 * z)))
  return { quoted, charged: quoted.map((x, i) => (other[i]! < 0.3 ? cents(x * (0.7 + 0.7 * by[i]!)) : x)) }
}

const told = (warnings: readonly { readonly name: string; readonly message: string }[]) =>
  warnings.filter(({ name }) => name === EQUAL_WARNING).map(({ message }) => message)
const MESSAGE = /^charged is the same as quoted in \d\d % of the rows of the data, but in [\d.]+ % of the drawn rows: /

test('columns that are the same in many rows of the data, and not in drawn ones, are told; not under conditions', async () => {
  // With rules the two are the same in as many drawn rows.
  const options = { bandwidth: 0.3, kernel: 'fixed', scaling: 'standard', rules: 'off' } as const
  const model = await fitModel(tables, { input: textTable(prices()), options }, context)
  const request = { rows: 300, steps: 2 }
  const drawn = await drawModel(tables, { model, request }, context)
  expect(told(drawn.warnings)).toEqual([expect.stringMatching(MESSAGE)])
  expect(told(tables.tell(model, { answer: drawn, request }).warnings)).toEqual(told(drawn.warnings))
  const asked = { givens: [{ quoted: 50 }], observe: [] }
  expect(told((await drawModel(tables, { model, request: { ...request, asked } }, context)).warnings)).toEqual([])
  // Where the difference stands in the place of one, it is 0 as often.
  const { quoted, charged } = prices()
  const more = textTable({ quoted, more: charged.map((x, i) => cents(x - quoted[i]!)) })
  const other = await fitModel(tables, { input: more, options }, context)
  expect(told((await drawModel(tables, { model: other, request }, context)).warnings)).toEqual([])
})

test('so are those of a forecast', async () => {
  const model = await fitModel(series, { input: textTable(prices()), options: { memory: 1 } }, context)
  const drawn = await drawModel(series, { model, request: { rows: 50, steps: 4 } }, context)
  expect(told(drawn.warnings)).toEqual([expect.stringMatching(MESSAGE)])
})
