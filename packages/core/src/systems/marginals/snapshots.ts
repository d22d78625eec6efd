import type { Diffusion } from '../../bridge/drift.js'
import { exp, log } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { normaliseLogWeights } from '../../num/log-space.js'
import { type Matrix, matrix, takeRows } from '../../num/matrix.js'
import { type Key, keyFor, permutation } from '../../num/random.js'
import { type Cloud, cloud } from '../../space/cloud.js'
import { type Calendar, timeText } from './calendar.js'
import { joinMarks, type Marks } from './marks.js'

/** Particles seen at one time, none of them followed. */
export interface Snapshot {
  readonly time: number
  /** In original coordinates [n, d], with log-weights summing to one. */
  readonly cloud: Cloud
  readonly marks?: Marks | undefined
  /** Where they were measured: velocities [n, d], NaN where one was not; unit of the columns over that of the time. */
  readonly velocities?: Matrix
}

/** Snapshots as a caller has them: times in any order, a time may come more than once. */
export interface SnapshotInput {
  /** Unit: the caller's unit of time. */
  readonly times: readonly number[]
  readonly clouds: readonly Cloud[]
  readonly columnNames?: readonly string[]
  /** What is known of the particles besides, a cloud. */
  readonly marks?: readonly Marks[] | undefined
  /** Velocities of the particles [clouds] of [n, d], NaN where one was not measured. */
  readonly velocities?: readonly Matrix[] | undefined
  /** Where times are dates: how they are spelled. */
  readonly calendar?: Calendar | undefined
}

export interface PreparedSnapshots {
  readonly snapshots: readonly Snapshot[]
  readonly heldOut: readonly Snapshot[]
  readonly columnNames: readonly string[]
  /** What was put right along the way, in sentences. */
  readonly notes: readonly string[]
}

/**
 * Sorts snapshots by time, joins those of equal time, normalises weights and sets the held-out ones aside. Notes say what
 * was done. Throws `InputError` for a single snapshot, a time without particles, values that are not finite,
 * unequal dimensions, or hold-out times that do not exist.
 */
export function prepareSnapshots(input: SnapshotInput, holdOut: readonly number[] = []): PreparedSnapshots {
  const notes: string[] = []
  const spell = (time: number): string => timeText(time, input.calendar)
  checkInput(input)
  const order = input.times.map((_, k) => k).sort((a, b) => input.times[a]! - input.times[b]! || a - b)
  if (order.some((k, place) => k !== place)) notes.push('Snapshots were not in order of time; they were sorted.')
  const all: Snapshot[] = []
  for (const k of order) {
    const time = input.times[k]!
    const last = all.at(-1)
    if (last?.time === time) {
      notes.push(`Time ${spell(time)} came more than once; its particles were put together.`)
      const velocities = last.velocities && stacked(last.velocities, input.velocities![k]!)
      all[all.length - 1] = {
        ...{ time, cloud: join(last.cloud, input.clouds[k]!), marks: joinMarks(last.marks, input.marks?.[k]) },
        ...(velocities && { velocities })
      }
    } else {
      const velocities = input.velocities?.[k]
      all.push({ time, cloud: normalised(input.clouds[k]!), marks: input.marks?.[k], ...(velocities && { velocities }) })
    }
  }
  const names = input.columnNames ?? Array.from({ length: all[0]!.cloud.points.cols }, (_, a) => `x${a}`)
  for (const one of all) checkSnapshot(one, spell(one.time))
  if (all.length > 1 && all.every(({ cloud: { points } }) => points.rows === 1)) throw onePath()
  const wanted = new Set(holdOut)
  for (const time of wanted) if (!all.some((s) => s.time === time)) throw holdOutUnknown(time, all)
  const snapshots = all.filter((s) => !wanted.has(s.time))
  if (snapshots.length < 2) throw tooFew(snapshots.length, wanted.size)
  return {
    snapshots,
    heldOut: all.filter((s) => wanted.has(s.time)),
    columnNames: names,
    notes: [...new Set([...notes, ...snapshots.flatMap((one) => alikeNote(one, spell(one.time)))])]
  }
}

/** One place seen many times is no sample of a population: what spreads before and after has to pass through it. */
function alikeNote({ cloud: { points } }: Snapshot, time: string): string[] {
  if (points.data.some((x, k) => !Object.is(x, points.data[k % points.cols]))) return []
  const seen = points.rows === 1 ? `A single particle was seen at time ${time}` : `All ${points.rows} particles at time ${time} are alike`
  return [
    `${seen}: every path passes through that one place, and noise and growth there rest on nothing. If it was not measured, hold it out (--hold-out ${time}).`
  ]
}

function checkInput({ times, clouds }: SnapshotInput): void {
  if (times.length !== clouds.length || times.length === 0) {
    throw new InputError({
      code: 'snapshots-length',
      got: `${times.length} times and ${clouds.length} clouds`,
      expected: 'one time a cloud, at least two',
      try: 'passing as many times as clouds'
    })
  }
  times.forEach((time, k) => {
    if (!Number.isFinite(time)) {
      throw new InputError({
        code: 'time-not-finite',
        got: `the time ${time} of snapshot ${k}`,
        expected: 'a finite number',
        try: 'removing rows without a time'
      })
    }
  })
  const d = clouds[0]!.points.cols
  clouds.forEach(({ points }, k) => {
    if (points.cols !== d || d === 0) {
      throw new InputError({
        code: 'snapshots-shape',
        got: `${points.cols} coordinates at time ${times[k]}`,
        expected: d === 0 ? 'at least one coordinate' : `${d}, as at time ${times[0]}`,
        try: 'using the same columns at every time'
      })
    }
  })
}

function checkSnapshot({ cloud: { points } }: Snapshot, time: string): void {
  if (points.rows === 0) {
    throw new InputError({
      code: 'snapshot-small',
      got: `no particle at time ${time}`,
      expected: 'at least one particle at every time',
      try: 'leaving this time out'
    })
  }
  const bad = points.data.findIndex((x) => !Number.isFinite(x) && !Number.isNaN(x))
  if (bad >= 0) {
    throw new InputError({
      code: 'snapshot-not-finite',
      got: `${points.data[bad]} in particle ${Math.floor(bad / points.cols)} at time ${time}`,
      expected: 'finite coordinates, or NaN where one was not measured',
      try: 'removing that particle'
    })
  }
  const d = points.cols
  for (let i = 0; i < points.rows; i++) {
    if (points.data.subarray(i * d, (i + 1) * d).every(Number.isNaN))
      throw new InputError({
        code: 'particle-unseen',
        got: `particle ${i} at time ${time} without a single coordinate`,
        expected: 'at least one measured coordinate a particle',
        try: 'removing rows whose coordinates are all empty'
      })
  }
}

function onePath(): InputError {
  return new InputError({
    code: 'snapshot-small',
    got: 'a single particle at every time',
    expected: 'several particles at one time at least',
    try: 'sbridge forecast, which learns from a series'
  })
}

function holdOutUnknown(time: number, all: readonly Snapshot[]): InputError {
  return new InputError({
    code: 'hold-out-unknown',
    got: `hold-out time ${time}`,
    expected: `one of the snapshot times ${all.map((s) => s.time).join(', ')}`,
    try: 'naming times that are in the data'
  })
}

function tooFew(count: number, heldOut: number): InputError {
  return new InputError({
    code: 'snapshots-few',
    got: `${count} snapshot${count === 1 ? '' : 's'} to fit${heldOut > 0 ? ` after holding ${heldOut} out` : ''}`,
    expected: 'at least two different times',
    try: heldOut > 0 ? 'holding fewer times out' : 'adding a snapshot at another time, or checking the time column'
  })
}

function normalised({ points, logWeights }: Cloud): Cloud {
  return cloud(points, normaliseLogWeights(logWeights))
}

function stacked(a: Matrix, b: Matrix): Matrix {
  const out = matrix(a.rows + b.rows, a.cols)
  out.data.set(a.data)
  out.data.set(b.data, a.data.length)
  return out
}

function join(a: Cloud, b: Cloud): Cloud {
  const points = stacked(a.points, b.points)
  // Each part keeps the weight of its number of rows.
  const weights = new Float64Array(points.rows)
  normaliseLogWeights(a.logWeights).forEach((w, i) => {
    weights[i] = w + log(a.points.rows)
  })
  normaliseLogWeights(b.logWeights).forEach((w, i) => {
    weights[a.points.rows + i] = w + log(b.points.rows)
  })
  return cloud(points, normaliseLogWeights(weights))
}

/** Points in working coordinates: logarithms under proportional noise. Throws `InputError` naming a value that is not positive. */
export function toWorking({ time, cloud: { points } }: Snapshot, diffusion: Diffusion, columnNames: readonly string[]): Matrix {
  if (diffusion === 'additive') return points
  const bad = points.data.findIndex((x) => x <= 0)
  if (bad >= 0) {
    throw new InputError({
      code: 'not-positive',
      got: `${points.data[bad]} in column ${columnNames[bad % points.cols]}, particle ${Math.floor(bad / points.cols)} at time ${time}`,
      expected: 'positive values, since the noise is proportional to the state',
      try: '--diffusion additive'
    })
  }
  return matrix(points.rows, points.cols, points.data.map(log))
}

/** From working back to original coordinates, in place. */
export function fromWorking(values: Float64Array, diffusion: Diffusion): void {
  if (diffusion === 'additive') return
  for (let k = 0; k < values.length; k++) values[k] = exp(values[k]!)
}

/** At most `count` particles of a cloud, drawn without replacement; weights are kept in proportion. */
export function thin(points: Matrix, logWeights: Float64Array, count: number, key: Key): Cloud {
  if (points.rows <= count) return cloud(points, logWeights)
  const chosen = permutation(keyFor(key, 'thin'), points.rows).slice(0, count).sort()
  return cloud(takeRows(points, chosen), normaliseLogWeights(Float64Array.from(chosen, (i) => logWeights[i]!)))
}

/** Weights exp(logWeights). */
export function weightsOf({ logWeights }: Cloud): Float64Array {
  return logWeights.map(exp)
}

/** Log-weights summing to one from positive weights, by the project's own logarithm. */
export function logWeightsFrom(weights: ArrayLike<number>): Float64Array {
  return normaliseLogWeights(Float64Array.from(weights, log))
}
