import { expect, test } from 'vitest'
import { matrix } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { slopesOnPlaces } from './place-slopes.js'

test('slopes are those of least squares for a number that goes with a place, and hardly any for one that does not', () => {
  const [rows, places] = [100, 8]
  const key = keyFromSeed(2)
  const drawn = (name: string) => normals(keyFor(key, name), rows)
  const columns = Array.from({ length: places }, (_, k) => drawn(`place ${k}`))
  const [related, alone] = [drawn('related').map((x, i) => x / 2 + columns[0]![i]!), drawn('alone')]
  const points = matrix(rows, 2 + places)
  for (let i = 0; i < rows; i++) points.data.set([related[i]!, alone[i]!, ...columns.map((column) => column[i]!)], i * points.cols)
  const slopes = slopesOnPlaces(points, 2, new Float64Array(rows).fill(1 / rows))
  const of = (number: number) => Array.from({ length: places }, (_, k) => slopes.data[2 * k + number]!)
  // Standard errors 0.05 and 0.1: by least squares the squares of the second sum to 0.08.
  expect(Math.abs(of(0)[0]! - 1)).toBeLessThan(0.15)
  expect(of(1).reduce((sum, slope) => sum + slope * slope, 0)).toBeLessThan(0.04)
})
