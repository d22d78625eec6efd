// A draw on a cluster of this machine: Redis on a free port, workers of one thread each. Prints what a shard costs beyond its own
// work, in time and in processor time (which says more where others use the machine too), without faults, and with workers and
// then Redis killed by SIGKILL at random moments (seeded); whether the bytes are those of one machine; and, by simulation, how long
// a long draw takes on many machines (--simulate). --reference FILE keeps what one machine drew for the next run.
// node bench/cluster.mjs [--shards 1000] [--workers 1,2] [--kills 4] [--seed 1] [--reference FILE] [--simulate] [--save]
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { keep } from './kept.mjs'

const { values } = parseArgs({
  options: {
    shards: { type: 'string', default: '1000' },
    workers: { type: 'string', default: '1,2' },
    kills: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
    reference: { type: 'string', default: '' },
    simulate: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false }
  }
})
const [shards, kills] = [values.shards, values.kills].map(Number)
const bin = fileURLToPath(new URL('../packages/sbridge/bin/sbridge.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'sbridge-cluster-bench-'))
const BATCH = 16_384
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length
let state = Number(values.seed)
const random = () => {
  state = (1103515245 * state + 12345) % 2 ** 31
  return state / 2 ** 31
}

const port = await new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = server.address()
    server.close(() => resolve(free))
  })
})
const url = `redis://127.0.0.1:${port}`
let redis
async function startRedis() {
  redis = spawn('redis-server', ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--save', ''])
  await new Promise((resolve) => redis.stdout.on('data', (piece) => String(piece).includes('Ready to accept') && resolve()))
}
const killed = (child) =>
  new Promise((resolve) => {
    child.on('exit', resolve)
    child.kill('SIGKILL')
  })

const run = (words) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...words], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${words.join(' ')}: ${code}`))))
  })
async function worker() {
  const words = ['worker', url, '--shared', 'shared', '--concurrency', '1', '--lease', '2']
  const child = spawn(process.execPath, [bin, ...words], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => child.stdout.on('data', (piece) => String(piece).includes('Ctrl+C') && resolve()))
  return child
}
async function hashOf(name) {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(join(folder, name))) hash.update(piece)
  return hash.digest('hex')
}
/** Seconds that some work takes, and of the processor those that its children took. */
async function timed(work) {
  const [start, cpu] = [performance.now(), ofChildren()]
  await work()
  return { seconds: (performance.now() - start) / 1000, cpu: ofChildren() - cpu }
}
const statOf = (pid) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
/** Seconds of the processor that a process took, a hundredth at a time; and those of children of this one that have ended. */
const cpuOf = ({ pid }) => (Number(statOf(pid)[11]) + Number(statOf(pid)[12])) / 100
const ofChildren = () => (Number(statOf('self')[13]) + Number(statOf('self')[14])) / 100

/** Of the latest plan in the folder: seconds of each shard, and of the whole between its sending and its end. */
async function measured(before) {
  const name = plans().find((one) => !before.has(one))
  const own = join(folder, 'shared', name)
  const seconds = readdirSync(own).flatMap((file) => (file.endsWith('.json') ? [JSON.parse(readFileSync(join(own, file))).seconds] : []))
  const connection = new Redis(url, { maxRetriesPerRequest: null })
  const [key] = await connection.keys('sbridge:draws-*:meta')
  const queue = new Queue(key.split(':')[1], { connection, prefix: 'sbridge' })
  const job = await queue.getJob(name)
  await queue.close()
  connection.disconnect()
  return { seconds, wall: (job.finishedOn - job.timestamp) / 1000, own }
}
const plans = () => readdirSync(join(folder, 'shared')).flatMap((name) => /^(.*)\.json$/.exec(name)?.[1] ?? [])

const rows = ['x', ...Array.from({ length: 30 }, (_, i) => Math.sin(i * i).toFixed(4))].join('\n')
writeFileSync(join(folder, 'few.csv'), `${rows}\n`)
mkdirSync(join(folder, 'shared'))
await run(['fit', 'few.csv', '-o', 'few.sbridge', '--bandwidth', '0.5', '--scaling', 'standard', '--seed', '1'])
const draw = ['sample', 'few.sbridge', '-n', String(shards * BATCH), '--seed', '1', '--steps', '1', '--threads', '1']
const { reference } = values
if (!existsSync(reference)) {
  const alone = await timed(() => run([...draw, '-o', 'one.npy']))
  const text = JSON.stringify({ shards, ...alone, hash: await hashOf('one.npy') })
  writeFileSync(reference || join(folder, 'reference.json'), text)
}
const alone = JSON.parse(readFileSync(reference || join(folder, 'reference.json'), 'utf8'))
if (alone.shards !== shards) throw new Error(`${reference} is of ${alone.shards} shards`)
console.log(
  `${shards} shards of ${BATCH} rows; one machine, one thread: ${alone.seconds.toFixed(1)} s, ${alone.cpu.toFixed(1)} of the processor`
)

await startRedis()
const lines = []
const counts = values.workers.split(',').filter((one) => one !== '')
for (const [count, faults] of [...counts.map((one) => [Number(one), 0]), ...(kills > 0 ? [[2, kills]] : [])]) {
  const before = new Set(plans())
  const workers = await Promise.all(Array.from({ length: count }, worker))
  const used = () => [redis, ...workers].reduce((sum, child) => sum + cpuOf(child), 0)
  const atFirst = used()
  // Another name is another plan.
  const output = `w${count}-${faults}.npy`
  let ended = false
  const drawing = run([...draw, '-o', output, '--cluster', url, '--shared', 'shared', '--shards', String(shards)])
  const whole = timed(() => drawing).finally(() => {
    ended = true
  })
  if (faults > 0) {
    const there = () => {
      const name = plans().find((one) => !before.has(one))
      return name === undefined ? 0 : readdirSync(join(folder, 'shared', name)).filter((file) => file.endsWith('.json')).length
    }
    for (let k = 0; k < faults && !ended; k++) {
      const when = ((k + random()) / faults) * 0.8 * shards
      while (there() < when && !ended) await sleep(10)
      await sleep(300 * random())
      if (k % 2 === 0) {
        const which = Math.floor(random() * count)
        await killed(workers[which])
        workers[which] = await worker()
      } else {
        await killed(redis)
        await startRedis()
      }
    }
  }
  const total = await whole
  const same = (await hashOf(output)) === alone.hash
  const beyond = (1000 * (used() - atFirst + total.cpu - alone.cpu)) / shards
  const { seconds, wall, own } = await measured(before)
  const work = mean(seconds)
  const overhead = 1000 * ((wall * count) / shards - work)
  const words =
    faults > 0 ? `${count} workers, ${Math.ceil(faults / 2)} × worker and ${Math.floor(faults / 2)} × Redis killed` : `${count} workers`
  // A process that was killed took its account with it.
  const processor = faults > 0 ? '' : beyond.toFixed(1)
  console.log(
    `${words}: ${wall.toFixed(1)} s from sending to the last shard (${total.seconds.toFixed(1)} with the start and the merge), ${(1000 * work).toFixed(1)} ms a shard and ${overhead.toFixed(1)} ms beyond it (${processor || '–'} ms of the processor beyond one machine's); ${seconds.length} results of ${shards}, bytes ${same ? 'equal' : 'DIFFER'}`
  )
  lines.push([words, wall.toFixed(1), (1000 * work).toFixed(1), overhead.toFixed(1), processor, seconds.length, same ? 'yes' : 'NO'])
  for (const child of workers) await killed(child)
  rmSync(own, { recursive: true })
  if (!same) process.exitCode = 1
}

/** Seconds until all of so many tasks are done, each by whoever is free first; the server hands out one after the other. */
function scheduled(machines, taken, cost) {
  const free = new Float64Array(machines)
  let handed = 0
  for (const seconds of taken) {
    let first = 0
    for (let m = 1; m < machines; m++) if (free[m] < free[first]) first = m
    handed = Math.max(free[first], handed) + cost
    free[first] = handed + seconds
  }
  return Math.max(...free)
}

// A job where machines pay: shards of 20 steps from 2,000 rows of 8 columns, measured one after the other on one core.
const REAL = { rows: 2000, columns: 8, shards: 6, simulated: 6104 }

/** From seconds of the processor, so that it does not matter who else uses the machine. */
async function simulated(cost) {
  const table = [Array.from({ length: REAL.columns }, (_, c) => `x${c}`).join(',')]
  for (let i = 0; i < REAL.rows; i++) {
    const z = Array.from({ length: REAL.columns }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))
    table.push(z.map((one, c) => (one + 0.5 * (z[c - 1] ?? 0)).toFixed(3)).join(','))
  }
  writeFileSync(join(folder, 'real.csv'), `${table.join('\n')}\n`)
  const { cpu: fitting } = await timed(() =>
    run(['fit', 'real.csv', '-o', 'real.sbridge', '--bandwidth', '0.3', '--scaling', 'standard', '--seed', '1'])
  )
  const before = new Set(plans())
  const one = await worker()
  const atFirst = cpuOf(one)
  const real = ['sample', 'real.sbridge', '-n', String(REAL.shards * BATCH), '--seed', '1', '--threads', '1']
  await run([...real, '-o', 'real.npy', '--cluster', url, '--shared', 'shared'])
  const long = await measured(before)
  const each = (cpuOf(one) - atFirst) / REAL.shards
  const times = long.seconds.map((seconds) => (seconds * each) / mean(long.seconds))
  await killed(one)
  const merging = (await timed(() => run([...real, '-o', 'real.npy', '--cluster', url, '--shared', 'shared']))).cpu / REAL.shards

  const taken = Array.from({ length: REAL.simulated }, () => times[Math.floor(random() * times.length)])
  const single = taken.reduce((sum, x) => sum + x, 0)
  console.log(
    `simulated: 100,000,000 rows in ${REAL.simulated} shards of ${each.toFixed(2)} s of the processor (measured on ${REAL.shards}, drawn from again), fit ${fitting.toFixed(1)} s, merge ${(1000 * merging).toFixed(0)} ms a shard`
  )
  return [1, 2, 8, 32, 128, 512].map((machines) => {
    const drawing = scheduled(machines, taken, cost)
    const all = fitting + drawing + merging * REAL.simulated
    console.log(
      `  ${machines} cores: drawn in ${(drawing / 60).toFixed(1)} min, ${(single / drawing).toFixed(1)} times as fast; with fit and merge ${(all / 60).toFixed(1)} min`
    )
    return [machines, (drawing / 60).toFixed(1), (single / drawing).toFixed(1), (all / 60).toFixed(1)]
  })
}

const title = `${shards} shards of ${BATCH} rows, on two cores`
const head = [
  '',
  's from sending to the last shard',
  'ms of work a shard',
  'ms beyond it',
  'ms of the processor beyond one machine’s',
  'results',
  'bytes of one machine'
]
if (values.save && lines.length > 0) keep('cluster', `shards-${shards}`, { title, head, rows: lines }, { merge: true })
if (values.simulate) {
  const cost = Math.max(...lines.map((line) => Number(line[4])), 0) / 1000
  const rows = await simulated(cost)
  const simulation = `simulated, not run: 100,000,000 rows in ${REAL.simulated} shards as measured, ${(1000 * cost).toFixed(1)} ms beyond each`
  if (values.save)
    keep('cluster', 'scaling', { title: simulation, head: ['cores', 'min to draw', 'times as fast', 'min with fit and merge'], rows })
}
await killed(redis)
rmSync(folder, { recursive: true, force: true })
