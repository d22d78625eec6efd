import { describe, expect, it } from 'vitest'
import { exp } from '../num/elementary.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import type { CategoricalColumn, NumericColumn, Table } from '../table/table.js'
import { labellingsOf } from './labellings.js'
import { whatDiffers } from './what-differs.js'

const ROWS = 200
const LEVELS = ['a', 'b', 'c', 'd']
const SHARES = [0.45, 0.75, 0.95, 1]

interface Made {
  readonly shift?: number
  readonly tail?: number
  readonly shares?: readonly number[]
  readonly tied?: number
  readonly where?: number
  readonly gaps?: number
}

/** Ten columns of numbers that hang together, one of which has a tail, and a category. */
function made(seed: string, { shift = 0, tail = 1, shares = SHARES, tied = 0, where = 0, gaps = 0 }: Made = {}): Table {
  const key = keyFor(keyFromSeed(7), seed)
  const normal = (name: string) => normals(keyFor(key, name), ROWS)
  const common = normal('common')
  const codes = Int32Array.from(uniforms(keyFor(key, 'level'), ROWS), (u) => shares.findIndex((end) => u <= end))
  const number = (name: string, values: Float64Array): NumericColumn => ({ name, kind: 'number', values })
  const [x2, x3] = [normal('x2'), normal('x3')]
  const lost = Uint8Array.from(uniforms(keyFor(key, 'lost'), ROWS), (u) => Number(u < gaps))
  const columns: (NumericColumn | CategoricalColumn)[] = [
    ...['x0', 'x1'].map((name) =>
      number(
        name,
        normal(name).map((z, i) => z + common[i]!)
      )
    ),
    number(
      'x2',
      x2.map((z, i) => z + common[i]! + shift * Math.SQRT2)
    ),
    number(
      'x3',
      x3.map((z, i) => z + tied * x2[i]!)
    ),
    number(
      'x4',
      normal('x4').map((z, i) => z + (codes[i] === 1 ? where : 0))
    ),
    { ...number('x5', normal('x5')), missing: lost },
    number(
      'cost',
      normal('cost').map((z) => (z > 1 ? tail : 1) * exp(z))
    ),
    { name: 'level', kind: 'category', levels: LEVELS, codes }
  ]
  return { columns, rowCount: ROWS }
}

const compared = (seed: string, other: Made) =>
  whatDiffers([made(`${seed} first`), made(`${seed} second`, other)], { labellings: labellingsOf([ROWS, ROWS], keyFromSeed(3)) })

describe('what differs', () => {
  it('names the column that was changed, and how', () => {
    const cases: [Made, string, string][] = [
      [{ shift: 0.5 }, 'x2', 'place'],
      [{ tail: 4 }, 'cost', 'upper end'],
      [{ shares: [0.2, 0.75, 0.95, 1] }, 'level', 'share'],
      [{ shares: [0.45, 0.75, 0.8, 1] }, 'level', 'share'],
      [{ gaps: 0.1 }, 'x5', 'missing']
    ]
    for (const [other, column, change] of cases) {
      const { columns, pairs } = compared(JSON.stringify(other), other)
      expect(columns[0]).toMatchObject({ columns: [column], change })
      expect(columns[0]!.pValue).toBeLessThanOrEqual(0.01)
      expect(columns.slice(1).every(({ pValue }) => pValue > 0.01)).toBe(true)
      // What changes in a column by itself is no change of how it goes with others.
      expect(pairs.every(({ pValue }) => pValue > 0.01)).toBe(true)
    }
  })

  it('names two columns that go together otherwise, of which each by itself is as before', () => {
    const tied = compared('tied', { tied: 0.8 })
    expect(tied.pairs[0]).toMatchObject({ columns: ['x2', 'x3'], change: 'together', levels: [] })
    expect(tied.pairs[0]!.pValue).toBeLessThanOrEqual(0.01)
    const where = compared('where', { where: 1.2 })
    expect(where.pairs[0]).toMatchObject({ columns: ['level', 'x4'], change: 'together' })
    expect(where.pairs[0]!.pValue).toBeLessThanOrEqual(0.01)
    expect(where.pairs[0]!.levels).toHaveLength(1)
  })

  it('names something in about one of twenty pairs of samples of one law', { tags: ['slow'] }, () => {
    const found = Array.from({ length: 40 }, (_, k) => compared(`same ${k}`, {}))
    for (const family of ['columns', 'pairs'] as const) {
      // Of 40 with 1 in 20 each more than 7 are one in 1,500.
      expect(found.filter((one) => one[family][0]!.pValue <= 0.05).length).toBeLessThanOrEqual(7)
    }
  })

  it('compares no column with others beyond as many as can be, and says which', () => {
    const wide: Table = {
      rowCount: ROWS,
      columns: Array.from({ length: 66 }, (_, c) => ({
        name: `c${c}`,
        kind: 'number',
        values: normals(keyFor(keyFromSeed(1), `c${c}`), ROWS)
      }))
    }
    const few = { ...labellingsOf([ROWS, ROWS], keyFromSeed(3)) }
    const { unpaired, columns } = whatDiffers([wide, wide], { labellings: { ...few, firsts: few.firsts.slice(0, 20) } })
    expect(unpaired).toEqual(['c64', 'c65'])
    expect(columns.every(({ pValue }) => pValue === 1)).toBe(true)
  })
})
