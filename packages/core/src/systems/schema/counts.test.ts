import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { forgets } from '../../law/mixture.js'
import { matrix } from '../../num/matrix.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { contextOf } from '../context.js'
import { drawCounts, fitCounts } from './counts.js'

const PARENTS = 240
const NUMBERS = 16
const said = matrix(PARENTS, NUMBERS, normals(keyFor(keyFromSeed(2), 'said'), NUMBERS * PARENTS))
/** None to five rows of each parent, whatever it says. */
const counts = Float64Array.from(uniforms(keyFor(keyFromSeed(2), 'counts'), PARENTS), (u) => Math.floor(6 * u * u))

describe('numbers of rows', () => {
  it('are drawn without a kernel on them, of which nothing but their order would be left', async () => {
    const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
    const law = await fitCounts(counts, said, contextOf(1, { engine }))
    // Places refute what is drawn in classes of so few counts: a kernel on them would be tried, by chains through all classes.
    const { trials } = law.law.law!.choice
    expect(trials.length).toBeGreaterThan(4)
    expect(trials.every(({ epsilon, freeRatio }) => forgets(epsilon * freeRatio))).toBe(true)
    const drawn = await drawCounts(law, said, contextOf(1, { engine }))
    expect([...drawn].sort((a, b) => a - b)).toEqual([...counts].sort((a, b) => a - b))
  })
})
