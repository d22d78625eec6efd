import { expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import { evenPlaces } from './clock.js'
import { fitForecast } from './forecast.js'
import { chooseMemory } from './memory.js'
import { loadForecast, saveForecast } from './save.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const context = { engine, key: keyFromSeed(5) }

/** x_n = slope · x_{n−lag} + ξ. */
function lagged(rows: number, lag: number, slope: number): Matrix {
  const xi = normals(keyFromSeed(2), rows)
  const out = matrix(rows, 1)
  for (let n = 0; n < rows; n++) out.data[n] = slope * (out.data[n - lag] ?? 0) + xi[n]!
  return out
}

const choice = async (coordinates: Matrix, periods: readonly number[] = []) =>
  chooseMemory({ coordinates, places: evenPlaces(coordinates.rows), periods }, context)

it.each([
  [1, 0.7, 1],
  [2, 0.9, 2],
  [3, 0.9, 3]
])('a series that follows its row %i back with slope %f has a memory of %i', async (lag, slope, memory) => {
  expect((await choice(lagged(200, lag, slope))).memory).toBe(memory)
})

it('looks a period back, where a season has one', async () => {
  const { memory, trials } = await choice(lagged(240, 12, 0.9), [12, 365.25])
  expect(trials.slice(0, 3).map((trial) => trial.memory)).toEqual([1, 2, 13])
  expect(memory).toBe(13)
})

it('asks for no more rows than there are pairs to learn from', async () => {
  expect(await choice(lagged(20, 2, 0.9))).toEqual({ memory: 1, trials: [] })
  const { trials } = await choice(lagged(45, 3, 0.95), [12])
  expect(Math.max(...trials.map(({ memory }) => memory))).toBeLessThanOrEqual(4)
})

it('is what a series is fitted with where no memory is asked for, and stands in its model', async () => {
  const data = inferTable({ rowCount: 200, columns: [{ name: 'x', source: 'number', values: lagged(200, 2, 0.9).data }] })
  const model = await fitForecast(data, { changes: 'off' }, context)
  expect(model.memory).toBe(2)
  expect(loadForecast(unpackModel(packModel(saveForecast(model)))).summary).toEqual(model.summary)
  const fixed = await fitForecast(data, { memory: 2, changes: 'off' }, context)
  expect(fixed.transition).toEqual(model.transition)
})
