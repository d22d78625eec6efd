import { expect, it } from 'vitest'
import { keyFromSeed, normals } from '../num/random.js'
import { sorted } from '../num/statistics.js'
import { spikesOf } from './recurring.js'

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
