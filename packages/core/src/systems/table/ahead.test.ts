// @module-tag slow
import { expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { packModel } from '../../model-file/container.js'
import type { Crew } from '../../num/iterate.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { performTask } from '../tasks.js'
import { tables } from './system.js'

/** 700 rows: a sum that six of them miss, another one that none does, a skewed number and the column that it is the square of. */
function table() {
  const z = normals(keyFromSeed(4), 2100)
  const whole = (k: number) => Float64Array.from({ length: 700 }, (_, i) => Math.round(20 + 5 * z[3 * i + k]!))
  const [a, b, skewed] = [whole(0), whole(1), Float64Array.from({ length: 700 }, (_, i) => z[3 * i + 2]! ** 6)]
  const values = {
    a,
    b,
    skewed,
    total: a.map((x, i) => x + b[i]! + (i % 120 === 7 ? 3 : 0)),
    twice: a.map((x, i) => 2 * x + b[i]!)
  }
  return { columns: Object.entries(values).map(([name, of]) => ({ name, source: 'number' as const, values: of })), rowCount: 700 }
}

test('what other threads find ahead is what one finds', async () => {
  const asked = new Map<string, number>()
  const crew: Crew = {
    others: 3,
    least: () => 0,
    run: async (name, input, watch) => {
      asked.set(name, (asked.get(name) ?? 0) + 1)
      return structuredClone(await performTask(name, structuredClone(input), watch))
    }
  }
  const fitted = async (others: { readonly crew?: Crew }) => {
    const engine = Object.assign(await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 }), others)
    const input = table()
    await tables.ahead!(input, {}, { engine })
    tables.plan({ input, options: {} }, {})
    return tables.fit(input, {}, { engine })
  }
  const alone = await fitted({})
  expect(asked.size).toBe(0)
  const shared = await fitted({ crew })
  expect(packModel(tables.save(shared))).toEqual(packModel(tables.save(alone)))
  expect(tables.summary(shared)).toMatchObject({ rules: ['total = a + b but for 6 rows', 'twice = 2 * a + b'] })
  expect(Object.fromEntries(asked)).toMatchObject({ ahead: 3, duplicates: 1 })
  expect(asked.get('equal points')).toBeGreaterThan(0)
})
