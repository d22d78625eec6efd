import type { Column, DrawnTrajectories, Matrix, Snapshot } from '@sbridge/core'
import { type Placing, pairsOf, placingOf } from './axis.js'
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
  readonly holdOut: readonly number[]
  /** Name of the column of times, which may be an axis too. */
  readonly time: string
}

/** Places of snapshots, paths and drift on two columns. */
export class PathPlacing {
  readonly #at: readonly [number, number]
  readonly #axes: readonly [Placing, Placing]

  constructor(
    private readonly seen: Seen,
    private readonly drawn: DrawnTrajectories | undefined,
    names: readonly [string, string]
  ) {
    this.#at = [seen.names.indexOf(names[0]), seen.names.indexOf(names[1])]
    this.#axes = [this.#placing(this.#at[0]), this.#placing(this.#at[1])]
  }

  picture(): PathPicture {
    const [x, y] = this.#axes
    return { x: x.axis, y: y.axis, snapshots: this.#snapshots(), paths: this.#paths(), field: this.#field() }
  }

  /** An axis that holds all particles and all paths. */
  #placing(column: number): Placing {
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    const take = (value: number) => {
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
    const takeColumn = ({ data, cols }: Matrix) => {
      for (let at = column; at < data.length; at += cols) take(data[at]!)
    }
    for (const { time, cloud } of this.seen.snapshots) {
      if (column < 0) take(time)
      else takeColumn(cloud.points)
    }
    if (this.drawn && column >= 0) takeColumn(this.drawn.trajectories.values)
    return placingOf(numbers(column < 0 ? this.seen.time : this.seen.names[column]!, Float64Array.of(low, high)))
  }

  #pairs({ data, cols }: Matrix, rows: readonly number[], timeOf: (row: number) => number): Float32Array {
    const part = (axis: 0 | 1) => {
      const column = this.#at[axis]
      const values = Float64Array.from(rows, (row) => (column < 0 ? timeOf(row) : data[row * cols + column]!))
      return this.#axes[axis].place(numbers('', values), axis)
    }
    return pairsOf(part(0), part(1))
  }

  #snapshots(): SnapshotPlaces[] {
    const { snapshots, holdOut } = this.seen
    const most = Math.max(20, Math.floor(MOST_POINTS / snapshots.length))
    return snapshots.map(({ time, cloud: { points } }) => ({
      time,
      heldOut: holdOut.includes(time),
      places: this.#pairs(points, evenly(points.rows, most), () => time)
    }))
  }

  #paths(): PathPlaces | null {
    if (!this.drawn) return null
    const { times, values, count } = this.drawn.trajectories
    const length = times.length
    const played = evenly(count, Math.max(1, Math.min(MOST_PLAYED, Math.floor(MOST_PLACES / (2 * length)))))
    const rows = played.flatMap((particle) => Array.from({ length }, (_, k) => particle * length + k))
    return { times: Array.from(times), count: played.length, places: this.#pairs(values, rows, (row) => times[row % length]!) }
  }

  /** The drift on a grid; other coordinates stand at the mean of the paths at that time. */
  #field(): FieldPlaces | null {
    if (!this.drawn || this.#at[0] === this.#at[1] || Math.min(...this.#at) < 0) return null
    const { model, trajectories } = this.drawn
    const { times, values, count } = trajectories
    const dimension = values.cols
    const frames = dimension === 2 ? 1 : times.length
    const size = ARROWS[0] * ARROWS[1]
    const arrows = new Float32Array(frames * size * 4)
    const [x, y] = this.#axes.map(({ axis }) => axis.range!) as [{ from: number; to: number }, { from: number; to: number }]
    const state = new Float64Array(dimension)
    const drift = new Float64Array(dimension)
    for (let frame = 0, at = 0; frame < frames; frame++) {
      state.fill(0)
      for (let particle = 0; particle < count; particle++) {
        const row = (particle * times.length + frame) * dimension
        for (let a = 0; a < dimension; a++) state[a] = state[a]! + values.data[row + a]! / count
      }
      for (let i = 0; i < ARROWS[0]; i++) {
        for (let j = 0; j < ARROWS[1]; j++, at += 4) {
          const [right, up] = [(i + 0.5) / ARROWS[0], (j + 0.5) / ARROWS[1]]
          state[this.#at[0]] = x.from + right * (x.to - x.from)
          state[this.#at[1]] = y.from + up * (y.to - y.from)
          model.family.drift.value(state, times[frame]!, model.theta, drift)
          arrows.set([right, up, drift[this.#at[0]]! / (x.to - x.from), drift[this.#at[1]]! / (y.to - y.from)], at)
        }
      }
    }
    return { frames, size, arrows }
  }
}

function numbers(name: string, values: Float64Array): Column {
  return { name, kind: 'number', values }
}

/** At most `most` of `count` rows, evenly. */
function evenly(count: number, most: number): number[] {
  const kept = Math.min(count, most)
  return Array.from({ length: kept }, (_, k) => Math.floor((k * count) / kept))
}
