import { hostname } from 'node:os'
import { withoutPassword } from '../database/address.js'
import { WorkerPool } from '../service/pool.js'
import { type Problem, problemOf } from '../service/problem.js'
import { inFolder } from '../shards/folder.js'
import { folderOf, readPlan } from '../shards/plan.js'
import { completeResults, resultsIn, type ShardResult } from '../shards/results.js'
import type { Connection } from './connection.js'
import type { Outcome, WorkerMetrics } from './metrics.js'
import { DRAWS, type DrawData, MOST_STALLS, PREFIX, SHARDS, type ShardData, type ShardTask, TRIES } from './names.js'
import type { QueueJob, QueueWorker } from './packages.js'
import type { ShardThread } from './shard-thread.js'

/** Codes of what may be better on another host: files that are not there, places that cannot be written to, packages, room. */
const OF_THE_HOST = /^(file-|plan-|output-|disk-|package-|engine-|simd-|module-)/

interface WorkerMeans {
  readonly connection: Connection
  readonly folder: string
  /** Files of code by the names that draws may use. */
  readonly modules: Readonly<Record<string, string>>
  readonly concurrency: number
  /** Seconds. */
  readonly lease: number
  readonly metrics: (running: () => number) => Promise<WorkerMetrics | undefined>
  /** What was done, a line each. */
  readonly say: (line: string) => void
  /** Mistakes, and the loss of the connection. */
  readonly report: (detail: string) => void
}

/** Draws the shards of a cluster, in threads of their own, so that nothing keeps it from saying that it is there. */
export class ClusterWorker {
  #running = 0
  #queues: readonly QueueWorker[] = []

  private constructor(
    private readonly means: WorkerMeans,
    private readonly pool: WorkerPool<ShardTask, ShardResult, undefined>,
    private metrics: WorkerMetrics | undefined
  ) {}

  static async open(means: WorkerMeans): Promise<ClusterWorker> {
    const { concurrency, folder, modules, report } = means
    const data: ShardThread = { folder, modules }
    const module = new URL('./shard-thread.js', import.meta.url)
    const [pool] = await WorkerPool.open<ShardTask, ShardResult, undefined>({ module, data }, concurrency, report)
    const worker = new ClusterWorker(means, pool, undefined)
    try {
      worker.metrics = await means.metrics(() => worker.#running)
    } catch (error) {
      await pool.close()
      throw error
    }
    worker.#listen()
    return worker
  }

  get metricsUrl(): string | undefined {
    return this.metrics?.url
  }

  /** Takes no more, and waits for the shards that are drawn. */
  async drain(): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.close()))
    this.metrics?.close()
    await this.pool.close()
  }

  #listen(): void {
    const { connection, concurrency, lease } = this.means
    const { Worker } = connection.packages
    const options = {
      connection: connection.redis,
      prefix: PREFIX,
      lockDuration: 1000 * lease,
      stalledInterval: 500 * lease,
      maxStalledCount: MOST_STALLS,
      name: `${hostname()}-${process.pid}`
    }
    const shards = new Worker<ShardData>(SHARDS, (job) => this.#shard(job), { ...options, concurrency })
    const draws = new Worker<DrawData>(DRAWS, (job) => this.#check(job), { ...options, concurrency: 1 })
    // What the connection suffers is said by it.
    for (const one of [shards, draws]) one.on('error', () => {})
    this.#queues = [shards, draws]
  }

  /** Draws a shard. What Redis keeps of it are hashes. */
  async #shard({ data, attemptsMade }: QueueJob<ShardData>): Promise<object> {
    const { say } = this.means
    const started = performance.now()
    const name = `shard ${data.shard} of ${data.plan}`
    this.#running++
    try {
      const { manifest, drawn } = await this.pool.run(
        { ...data, first: attemptsMade === 0 },
        { lasting: false, signal: new AbortController().signal }
      )
      this.#ended(drawn ? 'drawn' : 'there', started)
      say(drawn ? `${name} drawn in ${manifest.seconds} s` : `${name} is there already`)
      const { sha256, host, seconds } = manifest
      return { sha256, host, seconds }
    } catch (error) {
      const reason = reasonOf(error)
      this.#ended(reason.final || attemptsMade + 1 >= TRIES.attempts ? 'parked' : 'again', started)
      say(`${name}: ${reason.words}`)
      throw this.#told(reason)
    } finally {
      this.#running--
    }
  }

  #ended(outcome: Outcome, started: number): void {
    this.metrics?.ended(outcome, (performance.now() - started) / 1000)
  }

  /** An error for the queue: after a final one nothing is tried again. */
  #told({ words, final }: Reason): Error {
    const { UnrecoverableError } = this.means.connection.packages
    return final ? new UnrecoverableError(words) : new Error(words)
  }

  /** The end of a draw: all shards are there, and none differs. Throws where some were given up. */
  async #check(job: QueueJob<DrawData>): Promise<object> {
    const parked = Object.keys(await job.getIgnoredChildrenFailures()).length
    if (parked > 0) throw this.#told({ words: `${parked} of ${job.data.shards} shards were given up`, final: true })
    const path = inFolder(this.means.folder, `${job.id}.json`)
    try {
      const plan = await readPlan(path)
      completeResults(plan, await resultsIn(folderOf(path, plan)))
      this.means.say(`${job.id}: all ${plan.shards} shards are drawn`)
      return { shards: plan.shards }
    } catch (error) {
      throw this.#told(reasonOf(error))
    }
  }
}

/** Why a shard was not drawn, on which host, without a password; `final` where no other host would draw it. */
interface Reason {
  readonly words: string
  readonly final: boolean
}

function reasonOf(error: unknown): Reason {
  const { status, code, title, got = title, expected, try: remedy }: Problem = problemOf(error)
  const rest = expected === undefined ? '' : `; expected ${expected}; try ${remedy}`
  const words = withoutPassword(`${hostname()} got ${got}${rest}`)
  return { words, final: status === 422 && !OF_THE_HOST.test(code) }
}
