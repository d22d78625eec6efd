import { expect, test } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import type { Engine } from '../kernel/engine.js'
import { fitLaw, tableProblem } from '../law/law.js'
import { uniformLogWeights } from '../num/log-space.js'
import { keyFromSeed, normals } from '../num/random.js'
import { encodeTable, fitEncoder } from '../table/encoder.js'
import type { Column } from '../table/table.js'
import { drawCopies, drawCopiesInTurns, type GroupRun } from './condition-draw.js'
import { mostKept } from './informed.js'

test('chains in turns are those of all at once, and no Gaussian is asked for again where chains stay', async () => {
  const [rows, numbers, kinds] = [120, 24, 24]
  const z = normals(keyFromSeed(1), rows * numbers)
  const columns: Column[] = Array.from({ length: numbers }, (_, c) => ({
    name: `x${c}`,
    kind: 'number',
    values: Float64Array.from({ length: rows }, (_, i) => z[i * numbers + c]! + (i % kinds === c ? 2 : 0))
  }))
  const levels = Array.from({ length: kinds }, (_, k) => `k${k}`)
  const kind: Column = { name: 'kind', kind: 'category', levels, codes: Int32Array.from({ length: rows }, (_, i) => i % kinds) }
  const table = { columns: [...columns, kind], rowCount: rows }
  const formats = table.columns.map(({ name, kind }) => ({ name, source: kind === 'category' ? 'text' : 'number', kind }) as const)
  const encoder = fitEncoder(table, formats as Parameters<typeof fitEncoder>[1], () => 'standard')
  const encoded = encodeTable(encoder, table)
  const wasm = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  let asked = 0
  const engine = new Proxy(wasm, {
    get(target, name) {
      const own = Reflect.get(target, name)
      if (typeof own !== 'function') return own
      return (...args: Parameters<Engine['moments']>) => {
        if (name === 'moments') asked += args[0].from.points.rows
        return Reflect.apply(own, target, args)
      }
    }
  })
  const training = { encoder, rows: encoded, logWeights: uniformLogWeights(rows) }
  const law = await fitLaw(tableProblem(training, { kind: 'fixed', epsilon: 0.3 }, { conditions: {}, mode: 'combinations' }), { engine })
  const given = Array.from({ length: numbers - 2 }, (_, c) => c + 2)
  const conditions = Array.from({ length: 140 }, (_, row) => row % rows).map((i) => ({
    words: '',
    numbers: given.map((c) => ({ column: c, name: `x${c}`, value: columnsValue(columns[c]!, i) })),
    ranges: [],
    levels: new Map([[0, encoded.codes[i]!]]),
    among: new Map(),
    named: [],
    unknown: []
  }))
  const run: GroupRun = {
    law,
    encoder,
    group: { split: { given, ranged: [], free: [0, 1] }, factors: [0], members: [] },
    conditions,
    count: 8,
    steps: 4,
    independent: true,
    ridge: 1e-3,
    engine,
    key: keyFromSeed(5)
  }
  asked = 0
  const all = await drawCopies(run, 2)
  const askedAtOnce = asked
  asked = 0
  const turns = await drawCopiesInTurns(run, 2)
  const differ = (a: ArrayLike<number>, b: ArrayLike<number>) => a.length !== b.length || Array.from(a).some((x, i) => x !== b[i])
  for (const [copy, { coordinates, codes }] of turns.entries()) {
    expect(differ(coordinates.data, all[copy]!.coordinates.data)).toBe(false)
    expect(differ(codes, all[copy]!.codes)).toBe(false)
  }
  expect(conditions.length * run.count).toBeGreaterThan(mostKept(law))
  // For the start and where each step leads, of every class.
  expect(asked).toBe((run.steps + 1) * conditions.length * run.count * kinds)
  expect(asked).toBeLessThan(askedAtOnce)
})

const columnsValue = (column: Column, i: number): number => ('values' in column ? column.values[i]! : 0)
