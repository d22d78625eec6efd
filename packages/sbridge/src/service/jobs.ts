import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer, AnswerFormat, Task, TaskPool } from './operations.js'
import { type Problem, problem, problemOf } from './problem.js'

/** What is told of a job. */
interface JobStatus {
  readonly id: string
  readonly model: string
  readonly operation: string
  readonly format: AnswerFormat
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  readonly stage?: string
  /** From 0 to 1. */
  readonly share: number
  readonly created: string
  readonly ended?: string
  readonly rows?: number
  readonly seed?: number
  readonly warnings?: Answer['warnings']
  readonly problem?: Problem
}

interface Job {
  status: JobStatus
  readonly stop: AbortController
  readonly listeners: Set<(status: JobStatus) => void>
}

export const hasEnded = ({ state }: JobStatus): boolean => state === 'done' || state === 'failed' || state === 'cancelled'

/** Work that outlasts its request. Results stand in a temporary folder until the job is deleted, makes room or the service ends. */
export class Jobs {
  readonly #jobs = new Map<string, Job>()

  private constructor(
    private readonly folder: string,
    private readonly pool: TaskPool,
    private readonly limits: { readonly maxJobs: number; readonly jobSeconds: number }
  ) {}

  static async open(pool: TaskPool, limits: { readonly maxJobs: number; readonly jobSeconds: number }): Promise<Jobs> {
    return new Jobs(await mkdtemp(join(tmpdir(), 'sbridge-jobs-')), pool, limits)
  }

  /** Throws `RequestError` (429) where no job that has ended can make room. */
  async begin(task: Task): Promise<JobStatus> {
    if (this.#jobs.size >= this.limits.maxJobs) {
      const oldest = Array.from(this.#jobs.values()).find(({ status }) => hasEnded(status))
      if (!oldest)
        throw problem(429, {
          code: 'jobs-full',
          got: `a job beside ${this.#jobs.size} that wait or run`,
          expected: `at most ${this.limits.maxJobs}`,
          try: 'coming again, or deleting one',
          retryAfter: 10
        })
      await this.delete(oldest.status.id)
    }
    const id = randomUUID()
    const { model, operation, format } = task
    const job: Job = {
      status: { id, model, operation, format, state: 'waiting', share: 0, created: new Date().toISOString() },
      stop: new AbortController(),
      listeners: new Set()
    }
    this.#jobs.set(id, job)
    void this.#run(job, task)
    return job.status
  }

  async #run(job: Job, task: Task): Promise<void> {
    try {
      const answer = await this.pool.run(task, {
        seconds: this.limits.jobSeconds,
        lasting: true,
        signal: job.stop.signal,
        progress: (stage, share) => update(job, { state: 'running', stage, share })
      })
      if (hasEnded(job.status)) return
      await writeFile(this.#file(job.status.id), answer.bytes)
      const { rows, seed, warnings } = answer
      if (!hasEnded(job.status))
        update(job, { state: 'done', share: 1, rows, warnings, ...(seed === undefined ? {} : { seed }), ...ended() })
    } catch (error) {
      if (!hasEnded(job.status)) update(job, { state: 'failed', problem: problemOf(error), ...ended() })
    }
  }

  /** Throws `RequestError` (404). */
  #job(id: string): Job {
    const job = this.#jobs.get(id)
    if (job) return job
    throw problem(404, { code: 'job-unknown', got: `the job ${id}`, expected: 'one that is kept', try: 'POST /v1/jobs' })
  }

  #file(id: string): string {
    return join(this.folder, id)
  }

  status(id: string): JobStatus {
    return this.#job(id).status
  }

  /** The bytes of a job that is done. Throws `RequestError` (404) where it is not. */
  async result(id: string): Promise<{ readonly bytes: Uint8Array; readonly status: JobStatus }> {
    const { status } = this.#job(id)
    if (status.state === 'done') return { bytes: await readFile(this.#file(id)), status }
    if (status.problem) throw problem(status.problem.status, status.problem)
    throw problem(404, {
      code: 'job-not-done',
      got: `a job that is ${status.state}`,
      expected: 'one that is done',
      try: `GET /v1/jobs/${id}`
    })
  }

  /** Tells how a job goes until it has ended; gives the way to listen no longer. */
  listen(id: string, listener: (status: JobStatus) => void): () => void {
    const { listeners } = this.#job(id)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  async delete(id: string): Promise<void> {
    const job = this.#job(id)
    if (!hasEnded(job.status)) update(job, { state: 'cancelled', ...ended() })
    job.stop.abort()
    this.#jobs.delete(id)
    await rm(this.#file(id), { force: true })
  }

  async close(): Promise<void> {
    for (const id of Array.from(this.#jobs.keys())) await this.delete(id)
    await rm(this.folder, { recursive: true, force: true })
  }
}

const ended = () => ({ ended: new Date().toISOString() })

function update(job: Job, change: Partial<JobStatus>): void {
  job.status = { ...job.status, ...change }
  for (const listener of job.listeners) listener(job.status)
}
