import { DRAW_BYTES } from '@sbridge/core/internal'
import { withoutPassword } from '../database/address.js'
import { VERSION } from '../version.js'
import type { Connection } from './connection.js'

/** What all names in Redis begin with. */
export const PREFIX = 'sbridge'

/** Only workers of the same version see a job: others might draw other rows. */
const OWN = `${VERSION}-${DRAW_BYTES}`
export const DRAWS = `draws-${OWN}`
export const SHARDS = `shards-${OWN}`

/** How often a shard may be lost with the worker that had it: three times is chance, or the shard's own doing. */
export const MOST_STALLS = 3

/** Tries of a shard, and milliseconds before the second; twice as many before the third. */
export const TRIES = { attempts: 3, backoff: { type: 'exponential', delay: 1000 } }

/** A draw, as Redis knows it: what it is about, and none of its data. The id of its job is the name of its plan in the shared folder. */
export interface DrawData {
  readonly input: string
  readonly output: string
  readonly rows: number
  /** Of the plan, and how many of them were missing when it was sent. */
  readonly shards: number
  readonly asked: number
  /** Where it was sent from. */
  readonly host: string
}

/** A shard: its number in a plan. */
export interface ShardData {
  readonly plan: string
  readonly shard: number
}

/** The same for a thread. */
export interface ShardTask extends ShardData {
  /** Whether it is tried for the first time: whoever sent it saw that no result is there. */
  readonly first: boolean
}

/** A shard that was given up, and why. */
export interface Parked {
  readonly shard: number
  readonly reason: string
}

/** Shards that were given up, by the keys of their jobs, which end in their number. */
export const parkedIn = (failures: Readonly<Record<string, string>>): Parked[] =>
  Object.entries(failures)
    .map(([key, reason]) => ({ shard: Number(/\d+$/.exec(key)?.[0]), reason: worded(reason) }))
    .sort((a, b) => a.shard - b.shard)

/** The queue's own words, where a shard was lost more often than it may, say nothing of workers. */
const worded = (reason: string): string =>
  reason.startsWith('job stalled')
    ? `lost with the worker that drew it more than ${MOST_STALLS} times: ended from outside, out of memory, or silent for its lease`
    : withoutPassword(reason)

/** Versions whose workers listen now; ours as `ours`. */
export async function versionsListening({ redis }: Connection): Promise<{ readonly ours: boolean; readonly others: readonly string[] }> {
  const names = Array.from((await redis.client('LIST')).matchAll(new RegExp(`name=${PREFIX}:([\\w+/=]+):w`, 'g')), ([, name]) =>
    Buffer.from(name!, 'base64').toString()
  )
  const versions = new Set(names.flatMap((name) => /^shards-(.+)$/.exec(name)?.[1] ?? []))
  return { ours: versions.has(OWN), others: [...versions].filter((one) => one !== OWN).map((one) => one.replace(/-\d+$/, '')) }
}
