import { describe, expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { SeenTogether, tellingBesides } from './besides.js'

const draw = (name: string) => uniforms(keyFor(keyFromSeed(3), name), 300)
const category = (name: string, share: Float64Array, levels: readonly string[]) => ({
  name,
  kind: 'category' as const,
  levels,
  codes: Int32Array.from(share, (u) => Math.floor(u * levels.length))
})

describe('categories that are known of rows', () => {
  const noise = normals(keyFor(keyFromSeed(3), 'noise'), 300)
  const besides = {
    columns: [category('segment', draw('segment'), ['retail', 'business']), category('city', draw('city'), ['Bern', 'Genf', 'Chur'])],
    rowCount: 300
  }
  const tellingOf = (value: (noise: number, segment: number) => number) => {
    const values = noise.map((z, i) => value(z, besides.columns[0]!.codes[i]!))
    const next = { columns: [{ name: 'qty', kind: 'number' as const, values }], rowCount: 300 }
    const formats = [{ name: 'qty', source: 'number' as const, kind: 'number' as const }]
    return tellingBesides({ next, formats, besides }, () => 'standard').columns.map(({ name }) => name)
  }

  it('make classes where numbers have levels or spreads of their own in them, and none where they say nothing', () => {
    expect(tellingOf((z, segment) => z + 4 * segment)).toEqual(['segment'])
    expect(tellingOf((z, segment) => z * (1 + 3 * segment))).toEqual(['segment'])
    // Schwarz's criterion takes two numbers of a further class at log 300 by chance less than once in 300 tables.
    expect(tellingOf((z) => z)).toEqual([])
  })

  it('stand together with drawn ones as rows have them: what is known stays, if any row has it', () => {
    // Drawn, then known: 0 with 0 and 1, 1 with 1.
    const seen = new SeenTogether(Int32Array.of(0, 0, 0, 1, 1, 1), 2, 1)
    const codes = Int32Array.of(1, 0, 1, 1, 1, -1)
    seen.settle(codes, keyFromSeed(1))
    expect([...codes]).toEqual([0, 0, 1, 1, 1, 1])
  })
})
