import type { Calendar, HeldOutScore, SnapshotColumns, TrajectoriesJob } from '@sbridge/core'
import type { Axis, Fault, RowFormat } from './messages.js'

/** One column as the choice of roles shows it. */
export interface RoleFacts {
  readonly name: string
  /** Whether it may be a coordinate: numbers in every row. */
  readonly numbers: boolean
  /** Whether it may be the time: numbers or dates in every row, at least two of them different. */
  readonly times: boolean
  /** Range, or why it is no coordinate. */
  readonly summary: string
}

export interface SnapshotFacts {
  readonly names: readonly string[]
  readonly times: readonly number[]
  readonly counts: readonly number[]
  /** Where times are dates: they count in days since the first. */
  readonly dates: Calendar | undefined
}

/** Particles of one snapshot at pairs of places between 0 and 1, y upwards. */
export interface SnapshotPlaces {
  readonly time: number
  readonly heldOut: boolean
  readonly places: Float32Array
}

/** Paths at places: particle by particle, time by time, pairs. */
export interface PathPlaces {
  readonly times: readonly number[]
  readonly count: number
  readonly places: Float32Array
}

/** The drift on a grid: at every frame `size` arrows of four numbers, place and direction, in the plot's units. */
export interface FieldPlaces {
  readonly frames: number
  readonly size: number
  readonly arrows: Float32Array
}

export interface PathPicture {
  readonly x: Axis
  readonly y: Axis
  readonly snapshots: readonly SnapshotPlaces[]
  readonly paths: PathPlaces | null
  readonly field: FieldPlaces | null
}

/** Estimates after one round. */
export interface Round {
  readonly round: number
  readonly values: readonly number[]
}

/** What has been learned: parameters of the reference, then the noise of each column. */
export interface Learned {
  readonly names: readonly string[]
  readonly estimates: readonly number[]
  /** 95 % intervals, where known. */
  readonly intervals: readonly (readonly [number, number] | null)[]
  readonly rounds: readonly Round[]
  readonly ending: string
  readonly diffusion: string
  readonly scores: readonly HeldOutScore[]
  readonly notes: readonly string[]
  readonly times: number
}

export type ToTrajectories =
  | { readonly kind: 'open'; readonly blob: Blob; readonly name: string }
  | { readonly kind: 'choose'; readonly columns: SnapshotColumns; readonly holdOut: readonly number[] }
  | { readonly kind: 'axes'; readonly x: string; readonly y: string; readonly holdOut: readonly number[] }
  | { readonly kind: 'run'; readonly job: TrajectoriesJob }
  | { readonly kind: 'rows'; readonly format: RowFormat }
  | { readonly kind: 'parameters' }

export type FromTrajectories =
  | { readonly kind: 'opened'; readonly rowCount: number; readonly columns: readonly RoleFacts[]; readonly time: string }
  | { readonly kind: 'chosen'; readonly facts: SnapshotFacts }
  | { readonly kind: 'picture'; readonly picture: PathPicture }
  | { readonly kind: 'progress'; readonly share: number; readonly stage: string; readonly secondsLeft: number | null }
  | { readonly kind: 'round'; readonly names: readonly string[]; readonly round: Round }
  | { readonly kind: 'drawn'; readonly learned: Learned; readonly milliseconds: number }
  | { readonly kind: 'file'; readonly name: string; readonly blob: Blob }
  | { readonly kind: 'refused'; readonly during: ToTrajectories['kind']; readonly fault: Fault }
