import { expect, it } from 'vitest'
import { keyFromSeed, normals, uniforms } from '../num/random.js'
import { sorted } from '../num/statistics.js'
import { ATOM_SHARE, atomsOf, runsOf, spikesOf } from './recurring.js'

const z = normals(keyFromSeed(17), 900)
const spikes = (values: readonly number[]): number[] => spikesOf(sorted(Float64Array.from(values)))

it('a value stands out where no smooth law has so many cells, and no heap beside it', () => {
  const amounts = Array.from(z.subarray(0, 300), (x) => Number(Math.exp(x).toFixed(2)))
  expect(spikes(amounts)).toEqual([])
  expect(spikes([...amounts, ...Array<number>(100).fill(0)])).toEqual([0])
  expect(spikes([...amounts, ...Array<number>(100).fill(0), ...Array<number>(60).fill(9999)])).toEqual([0, 9999])
  // Whole numbers of a normal law, the middle ones a tenth of the cells each.
  expect(spikes(Array.from(z, (x) => Math.round(4 * x)))).toEqual([])
  // Masses read to 25 g, twice as often to 50, four times to 100: heaps, and none of them alone.
  const heaped = Array.from(z, (x, i) => {
    const step = [100, 100, 100, 100, 50, 50, 25][i % 7]!
    return step * Math.round((4000 + 400 * x) / step)
  })
  expect(spikes(heaped)).toEqual([])
})

it('atoms found by a few cells are all runs of a twentieth of the cells and more', () => {
  const key = keyFromSeed(5)
  for (let round = 0; round < 300; round++) {
    const n = 1 + (round % 97)
    const [u, v] = [uniforms(key, n, 2 * round), uniforms(key, n, 2 * round + 1)]
    const values = sorted(Array.from(u, (x, i) => (v[i]! < 0.5 ? Math.floor(x * (1 + (round % 23))) : x * 20)))
    const runs = [...runsOf(values)].filter(([start, end]) => end - start > 1 && end - start >= ATOM_SHARE * n)
    expect(atomsOf(values).map(({ start, end }) => [start, end])).toEqual(runs)
  }
})
