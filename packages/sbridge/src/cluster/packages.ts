import { withPackage } from '../host/optional-package.js'

/** What is used of a connection of `ioredis`. */
export interface Redis {
  connect(): Promise<void>
  info(section: string): Promise<string>
  client(what: 'LIST'): Promise<string>
  on(event: 'ready' | 'close', listener: () => void): void
  on(event: 'error', listener: (error: Error) => void): void
  disconnect(): void
}

export interface RedisOptions {
  readonly host: string
  readonly port: number
  readonly db: number
  readonly username?: string
  readonly password?: string
  readonly tls?: { readonly servername: string }
  readonly lazyConnect: boolean
  readonly connectTimeout: number
  readonly maxRetriesPerRequest: null
  readonly retryStrategy: (times: number) => number | null
}

/** What is used of `bullmq`. */
export interface QueueJob<Data> {
  readonly id: string
  readonly data: Data
  readonly attemptsMade: number
  readonly timestamp: number
  readonly failedReason?: string
  getState(): Promise<string>
  getDependenciesCount(which: { readonly processed: true; readonly ignored: true; readonly unprocessed: true }): Promise<{
    readonly processed?: number
    readonly ignored?: number
    readonly unprocessed?: number
  }>
  /** Why children failed, by their keys. */
  getIgnoredChildrenFailures(): Promise<Readonly<Record<string, string>>>
}

interface Heard {
  on(event: 'error', listener: (error: Error) => void): void
  close(): Promise<void>
}

interface At {
  readonly connection: Redis
  readonly prefix: string
}

export interface Queue<Data> extends Heard {
  getJob(id: string): Promise<QueueJob<Data> | undefined>
  getJobs(states: readonly string[]): Promise<readonly QueueJob<Data>[]>
  remove(id: string): Promise<number>
  addBulk(jobs: readonly { readonly name: string; readonly data: Data; readonly opts: object }[]): Promise<unknown>
}

export interface FlowNode {
  readonly name: string
  readonly queueName: string
  readonly prefix: string
  readonly data: object
  readonly opts: object
  readonly children?: readonly FlowNode[]
}

export interface FlowProducer extends Heard {
  add(flow: FlowNode): Promise<unknown>
}

export type QueueWorker = Heard

interface WorkerOptions extends At {
  readonly concurrency: number
  /** Milliseconds. */
  readonly lockDuration: number
  /** Milliseconds. */
  readonly stalledInterval: number
  readonly maxStalledCount: number
  readonly name: string
}

/** The libraries of the cluster. */
export interface ClusterPackages {
  readonly Redis: new (options: RedisOptions) => Redis
  readonly Queue: new <Data>(name: string, at: At) => Queue<Data>
  readonly FlowProducer: new (at: At) => FlowProducer
  readonly Worker: new <Data>(name: string, process: (job: QueueJob<Data>) => Promise<unknown>, options: WorkerOptions) => QueueWorker
  /** An error after which a job is not tried again. */
  readonly UnrecoverableError: new (
    message: string
  ) => Error
}

/** Throws `EngineError` (code `package-missing`) where they are not installed. */
export function clusterPackages(): Promise<ClusterPackages> {
  // No literals: the compiler and the bundler are not to look for packages that few install.
  const [queues, client] = ['bullmq', 'ioredis']
  return withPackage(`${queues} ${client}`, async () => {
    const [bullmq, ioredis] = (await Promise.all([import(queues!), import(client!)])) as [
      Omit<ClusterPackages, 'Redis'>,
      Pick<ClusterPackages, 'Redis'>
    ]
    return { ...bullmq, Redis: ioredis.Redis }
  })
}
