import type { ShardPlan } from '../shards/plan.js'
import { ShardError } from '../shards/shard-error.js'
import type { Parked } from './names.js'

/** Reasons that are told; `sbridge jobs` has all. */
const TOLD = 3

/** A job of shards that ended with parked ones. */
export function parkedShards({ shards }: ShardPlan, parked: readonly Parked[]): ShardError {
  const told = parked.slice(0, TOLD).map(({ shard, reason }) => `\n  shard ${shard}: ${reason}`)
  return new ShardError({
    code: 'shards-parked',
    got: `${parked.length} of ${shards} shards that were given up${told.join('')}${parked.length > TOLD ? '\n  …' : ''}`,
    expected: 'all of them; nothing was written',
    try: 'mending what they say, and the same command again: the other shards are kept'
  })
}
