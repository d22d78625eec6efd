import type { DrawnTrajectories } from '@sbridge/core/internal'
import { cloud, matrixFromRows } from '@sbridge/core/kernels'
import { expect, test } from 'vitest'
import { pathPicture } from './path-places.js'

const points = matrixFromRows([[0], [1]])
const seen = { snapshots: [0, 1].map((time) => ({ time, cloud: cloud(points) })), names: ['x'], holdOut: [], time: 't' }
/** Two paths at two times; `marks` as a model of growth and fates has them. */
const drawn = (marks: object | undefined) =>
  ({
    trajectories: { times: Float64Array.of(0, 1), values: matrixFromRows([[0], [1], [1], [0]]), count: 2, unsettled: 0, marks }
  }) as unknown as DrawnTrajectories

test('paths have the weight and the most probable fate of each time', () => {
  const fates = {
    names: ['a', 'b', 'c'],
    shares: matrixFromRows([
      [0.2, 0.5, 0.3],
      [0, 0, 1],
      [0.6, 0.4, 0],
      [1, 0, 0]
    ])
  }
  const { paths } = pathPicture(seen, drawn({ weights: Float64Array.of(1, 2, 1, 0.5), fates }), ['t', 'x'])
  expect(paths).toMatchObject({
    weights: Float32Array.of(1, 2, 1, 0.5),
    fates: { names: ['a', 'b', 'c'], likeliest: Uint8Array.of(1, 2, 0, 0) }
  })
  expect(pathPicture(seen, drawn(undefined), ['t', 'x']).paths).toMatchObject({ weights: null, fates: null })
})

test('particles and paths stand where their values are', () => {
  const { x, y, paths, snapshots } = pathPicture(seen, drawn(undefined), ['t', 'x'])
  const placeOf = ({ range }: typeof x, value: number) => (value - range!.from) / (range!.to - range!.from)
  const places = (pairs: readonly (readonly [number, number])[]) => pairs.flatMap(([t, value]) => [placeOf(x, t), placeOf(y, value)])
  const near = (wanted: readonly number[]) => wanted.map((place) => expect.closeTo(place, 6))
  expect(Array.from(paths!.places)).toEqual(
    near(
      places([
        [0, 0],
        [1, 1],
        [0, 1],
        [1, 0]
      ])
    )
  )
  expect(Array.from(snapshots[1]!.places)).toEqual(
    near(
      places([
        [1, 0],
        [1, 1]
      ])
    )
  )
})

test.each([
  ['a drift', -1, 1],
  ['none', 0, undefined]
])('arrows are those of a reference with %s', (_, slope, frames) => {
  const plane = matrixFromRows([
    [0, 1],
    [1, 0]
  ])
  const value = (x: Float64Array, _time: number, _theta: Float64Array, out: Float64Array) => out.set(x.map((v) => slope * v))
  const picture = pathPicture(
    { ...seen, names: ['x', 'y'], snapshots: [0, 1].map((time) => ({ time, cloud: cloud(plane) })) },
    {
      model: { family: { drift: { value } }, theta: new Float64Array(0) },
      trajectories: { times: Float64Array.of(0, 1), values: plane, count: 1, unsettled: 0 }
    } as unknown as DrawnTrajectories,
    ['x', 'y']
  )
  expect(picture.field?.frames).toBe(frames)
})

test('where noise is proportional to the state, arrows are only where particles can be', () => {
  const plane = matrixFromRows([
    [-1, 1],
    [1, 3]
  ])
  const value = (x: Float64Array, _time: number, _theta: Float64Array, out: Float64Array) => out.set(x.map((v) => 1 / v))
  const fieldOf = (diffusion: string) =>
    pathPicture(
      { ...seen, names: ['x', 'y'], snapshots: [0, 1].map((time) => ({ time, cloud: cloud(plane) })) },
      {
        model: { family: { drift: { value } }, theta: new Float64Array(0), diffusion },
        trajectories: { times: Float64Array.of(0, 1), values: plane, count: 1, unsettled: 0 }
      } as unknown as DrawnTrajectories,
      ['x', 'y']
    ).field!
  const [all, positive] = [fieldOf('additive'), fieldOf('proportional')]
  expect(all).toMatchObject({ frames: 1, size: 300 })
  const isRight = (_: number, k: number): boolean => all.arrows[k - (k % 4)]! > 0.5
  expect(positive.arrows).toEqual(all.arrows.filter(isRight))
  expect(positive.size).toBe(positive.arrows.length / 4)
})
