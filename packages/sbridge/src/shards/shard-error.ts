import { SbridgeError } from '@sbridge/core'

/** Shards that cannot be put together, however often that is tried: given up, or of two results (exit code 6). */
export class ShardError extends SbridgeError {}
