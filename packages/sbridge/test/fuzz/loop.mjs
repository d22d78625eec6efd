import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { mutantOf } from './mutate.mjs'

/**
 * Reads damaged files one after the other in a worker thread and watches it from outside, so that a reader that never
 * ends is a failure with a number and not a test that never ends.
 *
 * `module` (a URL) exports `subjects`: under each name `files()`, valid files as bytes; `read(bytes)`, which must fail
 * only with errors for which `expected(error)` holds; and where wanted `tokens`, texts to insert, and `repair(bytes)`,
 * which makes what is damaged reach the reader (a checksum, say).
 *
 * Ends after `mutants` mutants or `seconds`; gives how many were tried, and the failures: a wrong error, more than
 * `patience` seconds, or more than `memory` MiB for one mutant. The same seed gives the same mutants. `batch` is how many a worker
 * tries, where a library may not survive what it reads.
 */
export async function fuzz({
  module,
  name,
  seed = 1,
  first = 0,
  mutants = Number.MAX_SAFE_INTEGER,
  seconds = Infinity,
  patience = 30,
  memory = 1024,
  batch = undefined
}) {
  const failures = []
  const end = performance.now() + 1000 * seconds
  let next = first
  while (next < first + mutants && performance.now() < end && failures.length < MOST_FAILURES) {
    const last = Math.min(first + mutants, next + (batch ?? Number.MAX_SAFE_INTEGER))
    const job = { module: String(module), name, seed, first: next, last, alone: batch !== undefined, milliseconds: end - performance.now() }
    const { tried, failure } = await watched(job, { patience, memory })
    next = tried
    if (failure) failures.push({ name, seed, number: next++, ...failure })
  }
  return { tried: next - first, failures }
}

const MOST_FAILURES = 20
const LOOK_EVERY = 50
/** What its workers are told they are. */
const FUZZ = 'fuzz'

/** A worker that has done its job with nothing amiss, and has all modules: the next one takes less than to start another. */
let rested

/** A worker that waits for a job. What reads is built: it needs no loader of the process that watches. */
function started(memory) {
  const limits = { maxOldGenerationSizeMb: memory }
  return Object.assign(new Worker(fileURLToPath(import.meta.url), { execArgv: [], workerData: FUZZ, resourceLimits: limits }), { memory })
}

/** Gives a worker a job until it is done, fails or is stopped: `tried` is the number that it has come to. */
function watched(job, { patience, memory }) {
  return new Promise((resolve) => {
    const progress = new Int32Array(new SharedArrayBuffer(8))
    progress[0] = job.first
    const worker = rested?.memory === memory ? rested : started(memory)
    rested = undefined
    worker.ref()
    let since = performance.now()
    let seen = -1
    let usual = Number.POSITIVE_INFINITY
    const timer = setInterval(() => {
      const now = progress[0]
      const used = process.memoryUsage.rss()
      if (now !== seen || progress[1] === 0) {
        seen = now
        since = performance.now()
        usual = Math.min(usual, used)
      } else if (performance.now() - since > 1000 * patience) finish({ reason: `no end within ${patience} s` })
      if (used - usual > memory * 2 ** 20) finish({ reason: `${Math.round((used - usual) / 2 ** 20)} MiB of memory` })
    }, LOOK_EVERY)
    let finished = false
    const finish = async (failure) => {
      if (finished) return
      finished = true
      clearInterval(timer)
      if (failure || job.alone || rested) await worker.terminate()
      else {
        rested = worker
        for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event)
        worker.unref()
      }
      resolve({ tried: progress[0], failure })
    }
    worker.on('message', finish)
    worker.on('error', (error) => finish({ reason: `the worker ended: ${error.stack ?? error}` }))
    worker.on('exit', () => finish({ reason: 'the worker ended' }))
    worker.postMessage({ ...job, progress })
  })
}

async function work({ module, name, seed, first, last, milliseconds, progress }) {
  const { subjects, expected } = await import(module)
  const { files, read, repair = (bytes) => bytes, tokens } = subjects[name]
  const base = { files: await files(), tokens }
  for (const file of base.files) await read(repair(file))
  const end = performance.now() + milliseconds
  progress[1] = 1
  for (let number = first; number < last && performance.now() < end; number++) {
    progress[0] = number
    const bytes = repair(mutantOf(base, { seed, number }))
    try {
      await read(bytes)
    } catch (error) {
      if (!expected(error)) return { reason: String(error?.stack ?? error) }
    }
    progress[0] = number + 1
  }
  return undefined
}

if (!isMainThread && workerData === FUZZ)
  parentPort.on('message', (job) =>
    work(job).then(
      (failure) => parentPort.postMessage(failure),
      (error) => {
        throw error
      }
    )
  )
