import type { FitJob } from '@sbridge/core'

/** Everything that a search of scaling and bandwidth depends on. */
export function searchName({ bandwidth: _, ...rest }: FitJob): string {
  return JSON.stringify(rest)
}
