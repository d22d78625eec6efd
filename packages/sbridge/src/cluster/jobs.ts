import type { Connection } from './connection.js'
import { DRAWS, type DrawData, type Parked, PREFIX, parkedIn } from './names.js'

/** A draw, as whoever asks is told of it. */
export interface JobStatus extends Omit<DrawData, 'asked'> {
  /** Of its plan in the shared folder. */
  readonly name: string
  readonly state: 'waiting' | 'drawing' | 'done' | 'failed'
  /** When it was sent. */
  readonly sent: string
  /** Shards that are drawn. */
  readonly drawn: number
  readonly parked: readonly Parked[]
  /** Why it failed, where that is not what the parked ones say. */
  readonly reason?: string
}

/** States of the queue that a draw can be in. */
const STATES = ['waiting-children', 'waiting', 'active', 'delayed', 'completed', 'failed']

/** The draws that a cluster knows, the latest first. */
export async function jobsOf({ packages, redis }: Connection): Promise<readonly JobStatus[]> {
  const queue = new packages.Queue<DrawData>(DRAWS, { connection: redis, prefix: PREFIX })
  queue.on('error', () => {})
  try {
    const jobs = await queue.getJobs(STATES)
    const told = jobs.map(async (job): Promise<JobStatus> => {
      const { asked, ...data } = job.data
      const [state, counts, failures] = await Promise.all([
        job.getState(),
        job.getDependenciesCount({ processed: true, ignored: true, unprocessed: true }),
        job.getIgnoredChildrenFailures()
      ])
      const { processed = 0, unprocessed = 0 } = counts
      const parked = parkedIn(failures)
      return {
        name: job.id,
        state: wordOf(state, unprocessed < asked),
        ...data,
        sent: new Date(job.timestamp).toISOString(),
        drawn: data.shards - asked + processed,
        parked,
        ...(state === 'failed' && parked.length === 0 && job.failedReason ? { reason: job.failedReason } : {})
      }
    })
    return (await Promise.all(told)).sort((a, b) => (a.sent < b.sent ? 1 : -1))
  } finally {
    await queue.close()
  }
}

function wordOf(state: string, begun: boolean): JobStatus['state'] {
  if (state === 'completed') return 'done'
  if (state === 'failed') return 'failed'
  return begun ? 'drawing' : 'waiting'
}
