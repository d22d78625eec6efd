import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { forgets } from '../../law/mixture.js'
import { matrix, takeColumns } from '../../num/matrix.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import type { Table } from '../../table/table.js'
import { contextOf } from '../context.js'
import { countLimits } from './count-limits.js'
import { drawCounts, fitCounts } from './counts.js'

const PARENTS = 240
const NUMBERS = 16
const said = matrix(PARENTS, NUMBERS, normals(keyFor(keyFromSeed(2), 'said'), NUMBERS * PARENTS))
/** None to five rows of each parent, whatever it says. */
const counts = Float64Array.from(uniforms(keyFor(keyFromSeed(2), 'counts'), PARENTS), (u) => Math.floor(6 * u * u))
/** One more of each parent whose first number is above its mean. */
const led = counts.map((count, i) => count + Number(said.data[i * NUMBERS]! > 0))

describe('numbers of rows', () => {
  it('are drawn without a kernel on them, of which nothing but their order would be left', async () => {
    const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
    const law = await fitCounts(led, said, contextOf(1, { engine }))
    // Of sixteen numbers one shows that it tells anything: on fifteen more that say nothing, kernels would find no neighbours.
    expect(law.law.law!.givens).toEqual([0])
    // Places refute what is drawn in classes of so few counts: a kernel on them would be tried, by chains through all classes.
    const { trials } = law.law.law!.choice
    expect(trials.length).toBeGreaterThan(4)
    expect(trials.every(({ epsilon, freeRatio }) => forgets(epsilon * freeRatio))).toBe(true)
    const drawn = await drawCounts(law, said, contextOf(1, { engine }))
    expect([...drawn].sort((a, b) => a - b)).toEqual([...led].sort((a, b) => a - b))
  })
})

describe('rows of a level that never have some numbers', () => {
  const [u, v] = [uniforms(keyFor(keyFromSeed(3), 'states'), PARENTS), uniforms(keyFor(keyFromSeed(3), 'rows'), PARENTS)]
  const state = (u: Float64Array): Table => ({
    rowCount: PARENTS,
    columns: [
      {
        name: 'state',
        kind: 'category',
        levels: ['cancelled', 'new', 'paid'],
        codes: Int32Array.from(u, (x) => (x < 0.2 ? 0 : x < 0.4 ? 1 : 2))
      }
    ]
  })
  // No payments of what is cancelled, one or none of what is new, one to three of what is paid.
  const paid = Float64Array.from(v, (x, i) => (u[i]! < 0.2 ? 0 : u[i]! < 0.4 ? Math.floor(2 * x) : 1 + Math.floor(3 * x)))

  it('are told beyond chance', () => {
    const { numbers, columns } = countLimits(paid, state(u))!
    expect(numbers).toEqual([0, 1, 2, 3])
    const never = new Map(columns[0]!.levels.map((one) => [one.level, one.never]))
    expect(never.get('=paid')).toEqual([0])
    expect(never.get('=cancelled')).toEqual([1, 2, 3])
    expect(countLimits(counts, state(u))).toBeUndefined()
  })

  it('are drawn without them', async () => {
    const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
    // What rows say tells next to nothing of their state.
    const law = await fitCounts(paid, takeColumns(said, [0, 1]), contextOf(1, { engine }), { table: state(u), beside: [] })
    const others = uniforms(keyFor(keyFromSeed(4), 'others'), PARENTS)
    const drawn = await drawCounts(law, takeColumns(said, [0, 1]), contextOf(1, { engine }), state(others))
    for (const [i, x] of others.entries()) {
      if (x < 0.2) expect(drawn[i]).toBe(0)
      else if (x >= 0.4) expect([1, 2, 3]).toContain(drawn[i])
      else expect([0, 1]).toContain(drawn[i])
    }
  })
})
