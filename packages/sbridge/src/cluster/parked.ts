import { SbridgeError } from '@sbridge/core/internal'
import type { ShardPlan } from '../shards/plan.js'
import type { Parked } from './names.js'

/** Reasons that are told; `sbridge jobs` has all. */
const TOLD = 3

/** A job of shards that ended with parked ones (exit code 6). */
export class ParkedError extends SbridgeError {
  constructor({ shards }: ShardPlan, parked: readonly Parked[]) {
    const told = parked.slice(0, TOLD).map(({ shard, reason }) => `\n  shard ${shard}: ${reason}`)
    super({
      code: 'shards-parked',
      got: `${parked.length} of ${shards} shards that were given up${told.join('')}${parked.length > TOLD ? '\n  …' : ''}`,
      expected: 'all of them; nothing was written',
      try: 'mending what they say, and the same command again: the other shards are kept'
    })
  }
}
