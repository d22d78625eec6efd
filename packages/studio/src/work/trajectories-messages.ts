import type { Calendar, PathsRequest, RoleFacts, SnapshotColumns, SnapshotsOptions } from '@sbridge/core/internal'
import type { Axes, Told } from './messages.js'
import type { SystemShape } from './protocol.js'

/** What a person says of the columns: the studio's guess of the time, no weights and no other column left out where null. */
export interface Roles {
  readonly time: string | null
  readonly weights: string | null
  /** What is said of offspring: `estimate`, or a column; nothing grows where null. */
  readonly growth: string | null
  /** A column of labels whose shares among descendants are wanted. */
  readonly fates: string | null
  /** Columns that are no coordinates, besides those that cannot be. */
  readonly exclude: readonly string[] | null
}

export interface SnapshotFacts {
  readonly columns: readonly RoleFacts[]
  /** The guess of the time. */
  readonly time: string
  /** Coordinates. */
  readonly names: readonly string[]
  readonly times: readonly number[]
  readonly counts: readonly number[]
  /** Where times are dates: they count in days since the first. */
  readonly dates: Calendar | undefined
}

/** Columns that could be coordinates, and what the library is told of all: what a person says, as far as they allow it. */
export function chosenColumns(
  { columns, time: guess }: Pick<SnapshotFacts, 'columns' | 'time'>,
  roles: Roles
): { readonly usable: readonly string[]; readonly told: SnapshotColumns } {
  const has = (name: string | null) => columns.some((column) => column.name === name)
  const time = has(roles.time) ? roles.time! : guess
  const weights = has(roles.weights) && roles.weights !== time ? { weights: roles.weights! } : {}
  const free = (name: string | null) => has(name) && name !== time && name !== weights.weights
  const growth = roles.growth === 'estimate' || free(roles.growth) ? { growth: roles.growth! } : {}
  const fates = free(roles.fates) && roles.fates !== growth.growth ? { fates: roles.fates! } : {}
  const marks: readonly (string | undefined)[] = [time, weights.weights, growth.growth, fates.fates]
  const others = columns.filter(({ name }) => !marks.includes(name))
  const usable = others.filter(({ numbers }) => numbers).map(({ name }) => name)
  const exclude = others.map(({ name }) => name).filter((name) => !usable.includes(name) || roles.exclude?.includes(name))
  return { usable, told: { time, ...weights, ...growth, ...fates, ...(exclude.length > 0 ? { exclude } : {}) } }
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
  /** For how many of those that began as it did a path stands; of a model in which nothing grows null. */
  readonly weights: Float32Array | null
  /** Which of some labels is the most probable one of a path's descendants. */
  readonly fates: { readonly names: readonly string[]; readonly likeliest: Uint8Array } | null
}

/** The drift on a grid: at every frame `size` arrows of four numbers, place and direction, in the plot's units. */
export interface FieldPlaces {
  readonly frames: number
  readonly size: number
  readonly arrows: Float32Array
}

export interface PathPicture extends Axes {
  readonly snapshots: readonly SnapshotPlaces[]
  readonly paths: PathPlaces | null
  readonly field: FieldPlaces | null
}

/** Estimates after one round. */
export interface Round {
  readonly round: number
  readonly values: readonly number[]
}

/** What has been learned. */
export interface Learned extends Told {
  readonly rounds: number
  readonly ending: string
  readonly diffusion: string
  /** Times at which paths are known. */
  readonly times: number
}

export interface TrajectoriesShape extends SystemShape {
  readonly choice: Roles
  readonly facts: SnapshotFacts
  readonly look: { readonly x: string; readonly y: string; readonly holdOut: readonly (number | string)[] }
  readonly picture: PathPicture
  readonly run: { readonly fit: SnapshotsOptions; readonly draw: PathsRequest }
  readonly interim: { readonly names: readonly string[]; readonly round: Round }
  readonly result: Learned
}
