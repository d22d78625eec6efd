import { hostname } from 'node:os'
import { basename } from 'node:path'
import { InputError, type LikelihoodModule, type SystemContext } from '@sbridge/core'
import { type Asked, drawMerged, type Work } from '../shards/draw.js'
import type { Made } from '../shards/make.js'
import { arrayText, type ShardVerb, withLikelihood } from '../shards/plan.js'
import { completeResults, missingShards, refuseDifference, resultsIn } from '../shards/results.js'
import type { Connection } from './connection.js'
import { DRAWS, type DrawData, PREFIX, parkedIn, SHARDS, type ShardData, TRIES, versionsListening } from './names.js'
import type { FlowNode, FlowProducer, Queue, QueueJob } from './packages.js'
import { parkedShards } from './parked.js'

/** Milliseconds between two looks at a draw: a hundredth of a shard of a usual size. */
const LOOK = 200
/** Milliseconds without a worker after which that is said. */
const ALONE = 3000
/** Milliseconds in which what another host wrote is seen here: network file systems look again after three seconds or more. */
const SEEN = 5000
/** Draws and parked shards that Redis remembers. */
const KEPT = 1000

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

interface Drawing {
  readonly made: Made
  /** The code that the plan names. */
  readonly likelihood: LikelihoodModule | undefined
  readonly connection: Connection
  readonly say: (line: string) => void
}

/**
 * All rows of a plan, its shards drawn by the workers of a cluster: what one machine would draw. Shards that are in the folder
 * already are not drawn again. Throws `ShardError` where some were given up or differ, `InputError` where a result is missing here
 * (`folder-unshared`), or the server stays away (`cluster-lost`).
 */
export async function drawOnCluster<Verb extends ShardVerb>(
  asked: Asked<Verb>,
  { made, likelihood, connection, say }: Drawing,
  context: SystemContext
): Promise<Work[Verb]['drawn']> {
  const { plan, folder } = made
  const at = { connection: connection.redis, prefix: PREFIX }
  const [queue, flows] = [new connection.packages.Queue<DrawData>(DRAWS, at), new connection.packages.FlowProducer(at)]
  for (const one of [queue, flows]) one.on('error', () => {})
  try {
    const draw = new ClusterDraw(made, { queue, flows, connection, say, context })
    await Promise.race([draw.run(), connection.lost])
  } finally {
    await Promise.race([Promise.all([queue.close(), flows.close()]), sleep(LOOK)])
  }
  const results = completeResults(plan, await resultsIn(folder))
  return drawMerged(asked, { plan: withLikelihood(plan, likelihood), folder, results }, context)
}

interface Means {
  readonly queue: Queue<DrawData>
  readonly flows: FlowProducer
  readonly connection: Connection
  readonly say: (line: string) => void
  readonly context: SystemContext
}

class ClusterDraw {
  /** The id of its job. */
  readonly #id: string

  constructor(
    private readonly made: Made,
    private readonly means: Means
  ) {
    this.#id = basename(made.folder)
  }

  async run(): Promise<void> {
    for (;;) {
      const missing = await this.#missing()
      if (missing.length === 0) return
      const job = await this.#sent(missing)
      const state = await this.#ended(job)
      // One that Redis forgot, as it may what it heard in its last second, is sent again.
      if (state === 'failed') throw await this.#failure(job)
      if (state === 'completed') await this.#expectHere()
    }
  }

  async #missing(): Promise<readonly number[]> {
    return missingShards(this.made.plan, await resultsIn(this.made.folder))
  }

  /** The job of this draw: that of an earlier command when it has not ended, else a new one. */
  async #sent(missing: readonly number[]): Promise<QueueJob<DrawData>> {
    const { queue, flows } = this.means
    const earlier = await queue.getJob(this.#id)
    const state = await earlier?.getState()
    if (earlier && state !== 'completed' && state !== 'failed') return earlier
    if (earlier) await queue.remove(this.#id)
    await flows.add(this.#flow(missing))
    return (await queue.getJob(this.#id)) ?? this.#sent(missing)
  }

  #flow(missing: readonly number[]): FlowNode {
    const { plan } = this.made
    const { input, output, shards } = plan
    const data: DrawData = { input, output, rows: plan.rows, shards, asked: missing.length, host: hostname() }
    // Jobs of an earlier time may still be there.
    const time = Date.now().toString(36)
    return {
      name: 'draw',
      ...{ queueName: DRAWS, prefix: PREFIX, data },
      opts: { jobId: this.#id, ...TRIES, removeOnComplete: { count: KEPT }, removeOnFail: { count: KEPT } },
      children: missing.map((shard) => ({
        name: 'shard',
        ...{ queueName: SHARDS, prefix: PREFIX, data: { plan: this.#id, shard } satisfies ShardData },
        opts: {
          jobId: `${this.#id}.${time}.${shard}`,
          ...TRIES,
          ignoreDependencyOnFailure: true,
          removeOnComplete: true,
          removeOnFail: { count: KEPT }
        }
      }))
    }
  }

  /** How a draw ended: `completed`, `failed`, or `unknown` when Redis has forgotten it. */
  async #ended(job: QueueJob<DrawData>): Promise<string> {
    const { progress } = this.means.context
    const { shards } = this.made.plan
    const patience = setTimeout(() => void this.#sayAlone().catch(() => {}), ALONE)
    try {
      for (;;) {
        const state = await job.getState()
        if (state === 'completed' || state === 'failed' || state === 'unknown') return state
        const { unprocessed = 0 } = await job.getDependenciesCount({ processed: true, ignored: true, unprocessed: true })
        progress?.({ stage: 'sampling', done: shards - unprocessed, total: shards })
        await sleep(LOOK)
      }
    } finally {
      clearTimeout(patience)
    }
  }

  /** Says it where nobody is there who could draw. */
  async #sayAlone(): Promise<void> {
    const { connection, say } = this.means
    const { ours, others } = await versionsListening(connection)
    if (ours) return
    const there = others.length > 0 ? `; those there are of version ${others.join(', ')}, which may draw other rows` : ''
    say(`no worker of this version listens at ${connection.address}${there}; waiting for one (sbridge worker)`)
  }

  async #failure(job: QueueJob<DrawData>): Promise<Error> {
    const { plan, folder } = this.made
    const parked = parkedIn(await job.getIgnoredChildrenFailures())
    if (parked.length > 0) return parkedShards(plan, parked)
    for (const found of (await resultsIn(folder)).values()) refuseDifference(found)
    const { failedReason = 'for no reason' } = (await this.means.queue.getJob(this.#id)) ?? {}
    return new InputError({
      code: 'draw-failed',
      got: `a draw whose shards could not be checked: ${failedReason}`,
      expected: `workers that share ${folder}`,
      try: 'mending what it says, and the same command again: shards that are drawn are kept'
    })
  }

  /** Throws where shards that are drawn are not in the folder. */
  async #expectHere(): Promise<void> {
    const { plan, folder } = this.made
    const until = performance.now() + SEEN
    for (;;) {
      const missing = await this.#missing()
      if (missing.length === 0) return
      if (performance.now() > until)
        throw new InputError({
          code: 'folder-unshared',
          got: `${missing.length} of ${plan.shards} shards that workers say they drew, and that are not in ${folder}: ${arrayText(missing)}`,
          expected: 'one folder that this machine and all workers share',
          try: '--shared with that folder, here and for `sbridge worker`'
        })
      await sleep(LOOK)
    }
  }
}
