import { type DrawnTrajectories, driftOn, rangeOf, type Snapshot } from '@sbridge/core/internal'
import type { Matrix } from '@sbridge/core/kernels'
import type { Column } from '@sbridge/core/tables'
import { type Placing, pairsOf, placingOf } from './axis.js'
import type { Axis } from './messages.js'
import type { FieldPlaces, PathPicture, PathPlaces, SnapshotPlaces } from './trajectories-messages.js'

/** Particles drawn of all snapshots together, paths that are played, and numbers of theirs, at most. */
const MOST_POINTS = 6000
const MOST_PLAYED = 1000
const MOST_PLACES = 4e6
/** Arrows to the right and upwards. */
const ARROWS = [20, 15] as const

interface Seen {
  readonly snapshots: readonly Snapshot[]
  readonly names: readonly string[]
  readonly holdOut: readonly (number | string)[]
  /** Name of the column of times, which may be an axis too. */
  readonly time: string
}

/** Places of snapshots, paths and drift on two columns. */
export function pathPicture(seen: Seen, drawn: DrawnTrajectories | undefined, [right, up]: readonly [string, string]): PathPicture {
  const at = [seen.names.indexOf(right), seen.names.indexOf(up)] as const
  const [x, y] = [placingAlong(seen, drawn, at[0]), placingAlong(seen, drawn, at[1])]
  const pairs: Pairs = ({ data, cols }, rows, timeOf) => {
    const values = (column: number) => Float64Array.from(rows, (row) => (column < 0 ? timeOf(row) : data[row * cols + column]!))
    return pairsOf(x.place(numbers('', values(at[0])), 0), y.place(numbers('', values(at[1])), 1))
  }
  return {
    x: x.axis,
    y: y.axis,
    snapshots: snapshotPlaces(seen, pairs, at),
    paths: drawn ? pathPlaces(drawn, pairs) : null,
    // A drift has two directions: neither along the time, nor twice along one column.
    field: drawn && at[0] !== at[1] && Math.min(...at) >= 0 ? fieldPlaces(drawn, at, [x.axis, y.axis]) : null
  }
}

/** Pairs of places of some rows; the time counts as column −1. */
type Pairs = (values: Matrix, rows: readonly number[], timeOf: (row: number) => number) => Float32Array

/** An axis that holds all particles and all paths. */
function placingAlong({ snapshots, names, time }: Seen, drawn: DrawnTrajectories | undefined, column: number): Placing {
  const ends = ({ data, cols }: Matrix) => rangeOf(data.filter((value, at) => at % cols === column && !Number.isNaN(value)))
  const all =
    column < 0
      ? snapshots.map((one) => one.time)
      : [...snapshots.map(({ cloud }) => cloud.points), ...(drawn ? [drawn.trajectories.values] : [])].flatMap(ends)
  return placingOf(numbers(column < 0 ? time : names[column]!, Float64Array.from(rangeOf(all))), false)
}

/** What was not measured along a column has no place. */
function snapshotPlaces({ snapshots, holdOut }: Seen, pairs: Pairs, at: readonly [number, number]): SnapshotPlaces[] {
  const most = Math.max(20, Math.floor(MOST_POINTS / snapshots.length))
  return snapshots.map(({ time, cloud: { points } }) => ({
    time,
    heldOut: holdOut.includes(time),
    places: pairs(
      points,
      evenly(points.rows, most).filter((row) => at.every((a) => a < 0 || !Number.isNaN(points.data[row * points.cols + a]!))),
      () => time
    )
  }))
}

function pathPlaces({ trajectories: { times, values, count, marks } }: DrawnTrajectories, pairs: Pairs): PathPlaces {
  const length = times.length
  const played = evenly(count, Math.max(1, Math.min(MOST_PLAYED, Math.floor(MOST_PLACES / (2 * length)))))
  const rows = played.flatMap((particle) => Array.from({ length }, (_, k) => particle * length + k))
  const { weights, fates } = marks ?? {}
  return {
    times: Array.from(times),
    count: played.length,
    places: pairs(values, rows, (row) => times[row % length]!),
    weights: weights ? Float32Array.from(rows, (row) => weights[row]!) : null,
    fates: fates ? { names: fates.names, likeliest: Uint8Array.from(rows, (row) => likeliest(fates.shares, row)) } : null
  }
}

/** The column of a row's largest value. */
function likeliest({ data, cols }: Matrix, row: number): number {
  const shares = data.subarray(row * cols, (row + 1) * cols)
  return shares.indexOf(Math.max(...shares))
}

/** The drift on a grid, of a reference that has one; other coordinates stand at the mean of the paths at that time. */
function fieldPlaces(
  { model, trajectories }: DrawnTrajectories,
  at: readonly [number, number],
  axes: readonly [Axis, Axis]
): FieldPlaces | null {
  const { times, values, count } = trajectories
  const dimension = values.cols
  const frames = dimension === 2 ? 1 : times.length
  const ends = (end: 'from' | 'to') => [axes[0].range![end], axes[1].range![end]] as const
  const grid = { coordinates: at, from: ends('from'), to: ends('to'), cells: ARROWS }
  // Each frame has the same cells: which of them have a drift is a matter of their place.
  const drifts = Array.from({ length: frames }, (_, frame) => {
    const state = new Float64Array(dimension)
    for (let particle = 0; particle < count; particle++) {
      const row = (particle * times.length + frame) * dimension
      for (let a = 0; a < dimension; a++) state[a] = state[a]! + values.data[row + a]! / count
    }
    return driftOn(model, { grid, time: times[frame]!, state })
  })
  const arrows = Float32Array.from(drifts.flatMap((drift) => [...drift]))
  const moves = arrows.some((value, k) => k % 4 > 1 && value !== 0)
  return moves ? { frames, size: drifts[0]!.length / 4, arrows } : null
}

function numbers(name: string, values: Float64Array): Column {
  return { name, kind: 'number', values }
}

/** At most `most` of `count` rows, evenly. */
function evenly(count: number, most: number): number[] {
  const kept = Math.min(count, most)
  return Array.from({ length: kept }, (_, k) => Math.floor((k * count) / kept))
}
