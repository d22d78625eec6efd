import { expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { exp } from '../../num/elementary.js'
import type { Crew } from '../../num/iterate.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import { contextOf } from '../context.js'
import { performTask } from '../tasks.js'
import { fitGlobal } from './model.js'
import { sampleGlobal } from './sample.js'

const ROWS = 220
const key = keyFromSeed(12)

/** A skew number that two scalings are compared for, with cells missing, and categories of which most combinations occur once. */
function data() {
  const z = normals(keyFor(key, 'z'), ROWS)
  const u = uniforms(keyFor(key, 'missing'), ROWS)
  const x = z.map((own) => exp(1.5 * own))
  const number = (name: string, values: Float64Array, isMissing: (row: number) => boolean) => ({
    name,
    source: 'number' as const,
    values,
    missing: Uint8Array.from(values, (_, row) => (isMissing(row) ? 1 : 0))
  })
  // Of what is missing in one row, a fold that lacks it has no category.
  const others = [0, 1, 2, 3, 4, 5].map((k) => number(`y${k}`, normals(keyFor(key, `y${k}`), ROWS), (row) => row === k))
  const numbers = [number('x', x, (row) => u[row]! < 0.1), ...others]
  const flags = Array.from({ length: 12 }, (_, k) => {
    const u = uniforms(keyFor(key, `flag ${k}`), ROWS)
    return { name: `f${k}`, source: 'text' as const, values: Array.from(u, (own, i) => (own < 1 / (1 + exp(-z[i]!)) ? 'yes' : 'no')) }
  })
  return inferTable({ columns: [...numbers, ...flags], rowCount: ROWS })
}

const wasm = () => createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })

test('entrants that are judged in other threads give the same model, and its rows', { tags: ['slow'] }, async () => {
  const [here, apart, theirs] = [await wasm(), await wasm(), await wasm()]
  const asked: string[] = []
  let rests = 0
  const crew: Crew = {
    engines: true,
    least: () => 0,
    later: () => () => {},
    rest: () => rests++,
    run: async (name, input, watch) => {
      asked.push(name)
      return structuredClone(await performTask(name, structuredClone(input), watch, async () => theirs))
    }
  }
  Object.defineProperty(apart, 'crew', { value: crew })
  const made = async (engine: typeof here) => {
    const model = await fitGlobal(data(), {}, contextOf(1, { engine }))
    return { model, rows: await sampleGlobal(model, { count: 50 }, contextOf(2, { engine })) }
  }
  const [one, other] = [await made(here), await made(apart)]
  expect(one.model.summary.categories).toBe('sweep')
  // The first is judged here.
  expect(asked.filter((name) => name === 'bandwidth of a scaling')).toHaveLength(1)
  const folds = asked.filter((name) => name === 'fold of a scaling').length
  expect(folds).toBeGreaterThanOrEqual(1)
  expect(rests).toBe(1 + folds)
  expect(other).toEqual(one)
})
