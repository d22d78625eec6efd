import { describe, expect, it } from 'vitest'
import { ReferenceEngine } from '../engine/reference/reference.js'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { matrix } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { sampleOverlap } from './overlap.js'
import { twoSampleTest } from './two-sample-test.js'

const engine = new ReferenceEngine()
const key = keyFromSeed(7)
const sample = (n: number, label: string, shift = 0, scale = 1) =>
  matrix(
    n,
    2,
    normals(keyFor(key, label), 2 * n).map((z) => shift + scale * z)
  )

describe('whether two samples are of one law', () => {
  it('sees a shift and a change of spread, and not what is one law', { tags: ['slow'] }, async () => {
    const at = (label: string, shift: number, scale: number) =>
      twoSampleTest(sample(80, `${label} a`), sample(100, `${label} b`, shift, scale), { engine, key })
    expect((await at('shift', 1, 1)).pValue).toBe(1 / 300)
    expect((await at('spread', 0, 2)).pValue).toBe(1 / 300)
    expect((await at('alike', 0, 1)).pValue).toBeGreaterThan(0.05)
  })

  it('gives every p-value as often under one law: 60 pairs of samples', { tags: ['slow'] }, async () => {
    let below = 0
    for (let k = 0; k < 60; k++) {
      const test = await twoSampleTest(sample(12, `null ${k}`), sample(15, `other ${k}`), { engine, key: keyFor(key, k) })
      if (test.pValue <= 0.2) below++
    }
    // Binomial of 60 and 0.2: outside 2 … 24 once in ten thousand.
    expect(below).toBeGreaterThanOrEqual(2)
    expect(below).toBeLessThanOrEqual(24)
  })

  it('is the same for tables in either unit, and for points that all are one', async () => {
    const [a, b] = [sample(40, 'u'), sample(40, 'v', 0.5)]
    const thousand = (m: typeof a) => ({ ...m, data: m.data.map((x) => 1000 * x) })
    const one = await twoSampleTest(a, b, { engine, key })
    expect((await twoSampleTest(thousand(a), thousand(b), { engine, key })).pValue).toBeCloseTo(one.pValue, 2)
    const wasm = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
    const single = await createWasmEngine({ precision: 'float32', relaxed: false, threads: 1 })
    for (const each of [engine, wasm, single])
      for (const other of [20, 35]) expect((await twoSampleTest(matrix(20, 2), matrix(other, 2), { engine: each, key })).pValue).toBe(1)
    expect((await twoSampleTest(a, b, { engine: wasm, key })).pValue).toBe(one.pValue)
  })
})

describe('overlap', () => {
  it('is 1 for one law, whatever the sizes, and 0 apart', async () => {
    expect(await sampleOverlap(sample(300, 'x'), sample(900, 'y'), { engine, key })).toBeCloseTo(1, 1)
    expect(await sampleOverlap(sample(100, 'x'), sample(50, 'y', 50), { engine, key })).toBe(0)
    const half = await sampleOverlap(sample(300, 'x'), sample(300, 'y', 1.5), { engine, key })
    expect(half).toBeGreaterThan(0.3)
    expect(half).toBeLessThan(0.9)
  })

  it('counts rows of one place in part: those of the first sample are no nearer for coming first', async () => {
    // 300 and 300 rows at two places, 120 and 180 of the first, 210 and 90 of the second. Of a row's neighbours at its place,
    // others over all but itself; the mean over both sides is known.
    const at = (ones: number) =>
      matrix(
        300,
        1,
        Float64Array.from({ length: 300 }, (_, i) => (i < ones ? 1 : 0))
      )
    const share = (others: number, all: number) => others / (all - 1) / (300 / 599)
    const first = (120 * share(210, 330) + 180 * share(90, 270)) / 300
    const second = (210 * share(120, 330) + 90 * share(180, 270)) / 300
    const found = await sampleOverlap(at(120), at(210), { engine, key })
    expect(found).toBeCloseTo((first + second) / 2, 10)
    expect(found).toBeLessThan(0.95)
    expect(await sampleOverlap(at(300), at(0), { engine, key })).toBe(0)
  })
})
