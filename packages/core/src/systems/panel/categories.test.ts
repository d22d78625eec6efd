import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { ProgressEvent } from '../../num/iterate.js'
import { beside, matrix } from '../../num/matrix.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { type Encoder, fitEncoder } from '../../table/encoder.js'
import type { RawTable } from '../../table/raw.js'
import { fitModel } from '../system.js'
import { tables } from '../table/system.js'
import { fitCategories } from './categories.js'

const STAGE = 'choosing the laws of categories'
const key = keyFromSeed(5)

describe('laws of categories', async () => {
  const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })

  /** Settings that were scored of one factor of so many rows, of two numbers and what urns say of each level. */
  async function scoredOf(
    levels: readonly string[],
    codes: Int32Array,
    numbers: Float64Array,
    urns: (row: number, level: number) => number
  ) {
    const n = codes.length
    const column = { name: 'c', kind: 'category' as const, levels, codes }
    const table = { columns: [column], rowCount: n }
    const encoder: Encoder = fitEncoder(table, [{ name: 'c', source: 'text', kind: 'category' }], () => 'standard')
    const lifts = matrix(n, levels.length)
    for (let i = 0; i < n; i++) for (let c = 0; c < levels.length; c++) lifts.data[i * levels.length + c] = urns(i, c)
    const inputs = beside(matrix(n, 1, numbers.slice(0, n)), matrix(n, 1, numbers.slice(n)))
    const groups = Uint32Array.from(codes, (_, i) => Math.floor(i / 4))
    let scored = 0
    const progress = ({ stage, done }: ProgressEvent) => {
      if (stage === STAGE) scored = Math.max(scored, Math.floor(done))
    }
    const laws = await fitCategories(encoder, { codes, inputs, lifts, groups }, { engine, key, watch: { progress } })
    return { scored, laws }
  }

  it('try no ridge behind one that is clearly worse, of those that go on from urns and of those that do not', async () => {
    const levels = Array.from({ length: 30 }, (_, c) => `level ${c}`)
    const own = Array.from(uniforms(keyFor(key, 'levels'), 300), (u) => Math.floor(u * 30))
    // Every group keeps to its own level, which urns say and noise does not.
    const codes = Int32Array.from({ length: 1200 }, (_, i) => own[Math.floor(i / 4)]!)
    const { scored, laws } = await scoredOf(levels, codes, normals(keyFor(key, 'noise'), 2400), (row, level) =>
      codes[row] === level ? 3 : 0
    )
    expect(laws[0]!.lifted).toBe(true)
    expect(scored).toBeLessThan(8)
  })

  it('try all where each says more than the one before it', async () => {
    const z = normals(keyFor(key, 'steep'), 1600)
    const codes = Int32Array.from(z.slice(0, 800), (x) => (x > 0 ? 1 : 0))
    const { scored } = await scoredOf(['low', 'high'], codes, z, () => 0)
    expect(scored).toBe(8)
  })

  it('are fitted once, however many scalings the numbers of rows are tried in', { tags: ['slow'] }, async () => {
    const groups = uniforms(keyFor(key, 'of groups'), 40)
    const noise = normals(keyFor(key, 'of rows'), 160)
    // Levels of groups of an odd shape: both scalings are tried.
    const amount = Array.from(noise, (e, i) => 10 / (0.02 + groups[Math.floor(i / 4)]!) + e)
    const raw: RawTable = {
      columns: [
        { name: 'id', source: 'text', values: amount.map((_, i) => `g${Math.floor(i / 4)}`) },
        { name: 'kind', source: 'text', values: amount.map((_, i) => (noise[(i + 7) % 160]! > 0.3 ? 'a' : 'b')) },
        { name: 'amount', source: 'number', values: Float64Array.from(amount) }
      ],
      rowCount: 160
    }
    const begun: string[] = []
    let last: ProgressEvent | undefined
    const progress = (event: ProgressEvent) => {
      if (event.stage !== last?.stage || event.done < last.done) begun.push(event.stage)
      last = event
    }
    await fitModel(tables, { input: raw, options: { seed: 1, group: 'id' } }, { engine, progress })
    const times = (wanted: string) => begun.filter((stage) => stage === wanted).length
    expect(times('choosing the conditional bandwidth')).toBe(2)
    expect(times(STAGE)).toBe(1)
  })
})
