import { expect, it } from 'vitest'
import { matrix } from '../../num/matrix.js'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import { evenPlaces } from './clock.js'
import { walkNotes } from './unit-root.js'

const SERIES = 200
const names = Array.from({ length: SERIES }, (_, c) => `x${c}`)

/** How many of 200 series x_t = φ x_{t−1} + θ ξ_{t−1} + ξ_t of `rows` rows, with a slope, have a note, or one with these words. */
function walksAmong(rows: number, phi: number, { theta = 0, slope = 0, says = '' } = {}): number {
  const series = matrix(rows, SERIES)
  for (let c = 0; c < SERIES; c++) {
    const xi = normals(keyFor(keyFromSeed(5), names[c]!), rows + 100)
    let x = 0
    for (let t = 1; t < xi.length; t++) {
      x = phi * x + xi[t]! + theta * xi[t - 1]!
      if (t >= 100) series.data[(t - 100) * SERIES + c] = x + slope * t
    }
  }
  const counted = names.filter((name, c) => {
    const own = matrix(
      rows,
      1,
      Float64Array.from({ length: rows }, (_, t) => series.data[t * SERIES + c]!)
    )
    return walkNotes({ coordinates: own, places: evenPlaces(rows) }, [name]).some((note) => note.includes(says))
  })
  return counted.length
}

it('takes walks for walks but for one in twenty, and not what comes back', () => {
  // 190 are to be expected, with a standard deviation of 3.1; the lags that are chosen take some of the level.
  for (const theta of [0, 0.5]) {
    expect(walksAmong(300, 1, { theta })).toBeGreaterThan(178)
    expect(walksAmong(300, 1, { theta })).toBeLessThan(200)
  }
  expect(walksAmong(300, 0.5)).toBeLessThan(4)
  expect(walksAmong(300, 0.8)).toBeLessThan(20)
})

it('takes what comes back to a line for that, and walks for it in one of twenty', () => {
  const line = { says: 'follows a trend' }
  expect(walksAmong(300, 0.5, { slope: 0.05, ...line })).toBe(SERIES)
  // Ten are to be expected, with a standard deviation of 3.1; of walks with a drift likewise.
  for (const slope of [0, 0.2]) {
    expect(walksAmong(300, 1, { slope, ...line })).toBeLessThan(22)
    expect(walksAmong(300, 1, { slope, says: 'cannot be told from a random walk' })).toBeGreaterThan(165)
  }
})

it('says nothing of what follows without an error, of few rows, and of columns that lie beside a walk', () => {
  const places = evenPlaces(300)
  const wave = matrix(
    300,
    1,
    Float64Array.from({ length: 300 }, (_, t) => Math.sin(t / 7))
  )
  expect(walkNotes({ coordinates: wave, places }, ['wave'])).toEqual([])
  expect(walkNotes({ coordinates: matrix(15, 1, wave.data.slice(0, 15)), places: evenPlaces(15) }, ['wave'])).toEqual([])
  const xi = normals(keyFromSeed(2), 600)
  const both = matrix(300, 2)
  for (let t = 1; t < 300; t++) both.data.set([both.data[2 * t - 2]! + xi[2 * t]!, xi[2 * t + 1]!], 2 * t)
  const [note, ...others] = walkNotes({ coordinates: both, places }, ['walk', 'noise'])
  expect(note).toMatch(/^walk cannot be told from a random walk/)
  expect(others).toEqual([])
})
