import { describe, expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../num/random.js'
import { factorGroups } from './factor-groups.js'

const key = keyFromSeed(6)
const levels = (label: string, count: number, rows: number) =>
  Int32Array.from(uniforms(keyFor(key, label), rows), (u) => Math.floor(u * count))
const codesOf = (...columns: Int32Array[]) =>
  Int32Array.from(
    { length: columns.length * columns[0]!.length },
    (_, at) => columns[at % columns.length]![Math.floor(at / columns.length)]!
  )

describe('groups of factors', () => {
  const rows = 1000
  const airport = levels('airport', 40, rows)
  const species = levels('species', 60, rows)

  it('keep together what follows from each other, and apart what would tell single rows', () => {
    const state = airport.map((a) => a % 9)
    expect(factorGroups(codesOf(airport, species, state), 3)).toEqual([[0, 2], [1]])
  })

  it('join cells that are missing at once', () => {
    const missing = species.map((s) => (s < 10 ? 1 : 0))
    const groups = factorGroups(codesOf(missing, airport, missing, species, missing), 5)
    // Wherever the pattern went, its three factors went together; 40 × 60 combinations of 1,000 rows stay apart.
    const of = (factor: number) => groups.findIndex((group) => group.includes(factor))
    expect([of(2), of(4)]).toEqual([of(0), of(0)])
    expect(of(1)).not.toBe(of(3))
    expect(groups.flat().sort()).toEqual([0, 1, 2, 3, 4])
  })

  it('leave a name that hardly recurs alone: it would bring its whole row along', () => {
    const title = Int32Array.from({ length: rows }, (_, i) => i)
    expect(
      factorGroups(
        codesOf(
          title,
          airport,
          airport.map((a) => a % 9)
        ),
        3
      )
    ).toEqual([[0], [1, 2]])
  })

  it('is one group a factor where every combination occurs once, and none without factors', () => {
    const alone = Int32Array.from({ length: 50 }, (_, i) => i % 10)
    const other = Int32Array.from({ length: 50 }, (_, i) => Math.floor(i / 5))
    expect(factorGroups(codesOf(alone, other), 2)).toEqual([[0], [1]])
    expect(factorGroups(new Int32Array(0), 0)).toEqual([])
  })
})
