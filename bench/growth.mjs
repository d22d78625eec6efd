// Whole jobs of the command line as tables grow: processor seconds, peak memory, and how well the rows can be told from fresh ones.
// node bench/growth.mjs [JOB …] [--beside CHECKOUT] [--rounds N] [--threads N[,N]] [--save]: single jobs; beside another build of this
// repository, in turns, the least of so many rounds; on so many threads; kept for the guide. '5,000 × 10' has scikit-learn beside it. With several numbers of threads: seconds on the clock, what more threads gain,
// and whether the bytes are the same, which they must be, and with "twice" among them what two jobs of one thread at once gain beside one after the
// other, which is all that a machine gives: two threads of one core's hardware are not two cores; "threads" stands for the jobs of this that take over ten seconds. Among the
// numbers "core" is one thread with nothing but one core (taskset): Node compiles and collects beside a thread where it has a second one.
// Absolute seconds differ from machine to machine: what counts is one build beside another in one run.
import { spawn, spawnSync } from 'node:child_process'
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { normals, uniforms } from '../packages/core/dist/num/random.js'
import { keyFromSeed } from '../packages/sbridge/dist/index.js'
import { keep } from './kept.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values: asked, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    beside: { type: 'string' },
    rounds: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
    save: { type: 'boolean', default: false }
  }
})
const folder = mkdtempSync(join(tmpdir(), 'sbridge-growth-'))
process.on('exit', () => rmSync(folder, { recursive: true }))

/** Every other number bends with the one before it. */
function curved(rows, d, seed) {
  const z = normals(keyFromSeed(seed), rows * d)
  const cell = (i, c) => (c % 2 === 0 ? z[i * d + c] : 0.5 * z[i * d + c - 1] ** 2 + 0.5 * z[i * d + c]).toFixed(5)
  return { names: Array.from({ length: d }, (_, c) => `x${c}`), row: (i) => Array.from({ length: d }, (_, c) => cell(i, c)) }
}

/** Eight numbers, one with empty cells, three categories that go with them, a date. */
function mixed(rows, seed) {
  const numbers = curved(rows, 8, seed)
  const u = uniforms(keyFromSeed(seed + 100), 4 * rows)
  const level = (i, k, count) => `c${Math.min(count - 1, Math.floor(count * u[4 * i + k] ** 2))}`
  return {
    names: [...numbers.names, 'a', 'b', 'c', 'day'],
    row(i) {
      const cells = numbers.row(i)
      if (u[4 * i + 3] < 0.1) cells[7] = ''
      const day = new Date(Date.UTC(2020, 0, 1) + Math.floor(1000 * (0.5 + 0.4 * Math.tanh(Number(cells[0])))) * 86400000)
      return [...cells, Number(cells[0]) > 0 ? 'high' : level(i, 0, 4), level(i, 1, 8), level(i, 2, 5), day.toISOString().slice(0, 10)]
    }
  }
}

/** Six numbers and two categories in nine combinations, one of them rare with numbers of its own. */
function classes(rows, seed) {
  const numbers = curved(rows, 6, seed)
  const u = uniforms(keyFromSeed(seed + 100), 2 * rows)
  return {
    names: [...numbers.names, 'a', 'b'],
    row(i) {
      const cells = numbers.row(i)
      const isRare = u[2 * i] < 0.005
      if (isRare) cells[2] = (Number(cells[2]) + 3).toFixed(5)
      const level = Math.min(2, Math.floor(3 * u[2 * i + 1] ** (Number(cells[3]) > 0.5 ? 2 : 1)))
      return [...cells, isRare ? 'rare' : Number(cells[0]) > 0 ? 'high' : 'low', 'pqr'[level]]
    }
  }
}

/** Fifty answers, yes or no, that go with ten numbers. */
function answers(rows, seed) {
  const numbers = curved(rows, 10, seed)
  const u = uniforms(keyFromSeed(seed + 100), 50 * rows)
  return {
    names: [...numbers.names, ...Array.from({ length: 50 }, (_, k) => `answer ${k}`)],
    row(i) {
      const cells = numbers.row(i)
      const chance = (k) => 1 / (1 + Math.exp(-2 * Number(cells[k % 10]) - Number(cells[(3 * k + 1) % 10])))
      return [...cells, ...Array.from({ length: 50 }, (_, k) => (u[50 * i + k] < chance(k) ? 'yes' : 'no'))]
    }
  }
}

async function written({ names, row }, rows, name) {
  const path = join(folder, name)
  if (existsSync(path)) return path
  const file = createWriteStream(path)
  file.write(`${names.join()}\n`)
  for (let i = 0; i < rows; i++) if (!file.write(`${row(i).join()}\n`)) await new Promise((done) => file.once('drain', done))
  await new Promise((done) => file.end(done))
  return path
}

const draws = (law, rows, drawn, ...options) => ({
  rows,
  table: () => written(law(rows, 1), rows, `table-${law.name}-${rows}-${law(2, 1).names.length}.csv`),
  fresh: () => written(law(5000, 2), 5000, `fresh-${law.name}-${law(2, 1).names.length}.csv`),
  words: (table, out) => ['sample', table, '-n', String(drawn), '-o', out, '--seed', '1', ...options]
})
const of = (d) => {
  const law = (rows, seed) => curved(rows, d, seed)
  Object.defineProperty(law, 'name', { value: 'curved' })
  return law
}
const penguins = join(root, 'examples/data/penguins.csv')
const report = ['--report', join(folder, 'report.html')]

const jobs = {
  version: { words: () => ['--version'] },
  penguins: { table: () => penguins, fresh: () => penguins, words: draws(mixed, 344, 1000).words },
  'report of penguins': { table: () => penguins, fresh: () => penguins, words: draws(mixed, 344, 1000, ...report).words },
  trajectories: {
    table: () => join(root, 'examples/data/lotka-volterra.csv'),
    words: (table, out) => ['trajectories', table, '--time', 'time', '--reference', 'lotka-volterra', '-n', '100', '-o', out, '--seed', '1']
  },
  '5,000 × 10': { ...draws(of(10), 5000, 1000), peer: (table, out) => ['kde_job.py', table, '1000', out] },
  'report 5,000 × 10': draws(of(10), 5000, 5000, ...report),
  'mixed 20,000 × 12': draws(mixed, 20_000, 1000),
  'mixed 50,000 × 12': draws(mixed, 50_000, 1000),
  'classes 50,000 × 8': draws(classes, 50_000, 5000, '--scaling', 'standard'),
  'answers 400 × 60': draws(answers, 400, 1000),
  'plane 200,000': draws(of(2), 200_000, 10_000),
  'curved 100,000 × 8': draws(of(8), 100_000, 10_000),
  'landmarks all, 60,000 × 4': draws(of(4), 60_000, 5000, '--landmarks', 'all', '--scaling', 'standard'),
  'landmarks auto, 60,000 × 4': draws(of(4), 60_000, 5000, '--scaling', 'standard'),
  'info 168 MB': {
    table: () => written(of(20)(1_000_000, 1), 1_000_000, 'large.csv'),
    words: (table) => ['info', table]
  },
  'space 1,000,000': draws(of(3), 1_000_000, 10_000),
  'curved 400,000 × 8': draws(of(8), 400_000, 10_000),
  'curved 1,000,000 × 8': draws(of(8), 1_000_000, 10_000),
  'million rows of 800': draws(of(4), 800, 1_000_000),
  // Memory beside that of a third of the rows; few steps, since time is in proportion.
  'million rows, one step': draws(of(4), 800, 1_000_000, '--steps', '1', '--scaling', 'standard'),
  'three million rows, one step': draws(of(4), 800, 3_000_000, '--steps', '1', '--scaling', 'standard')
}

/** Jobs whose gain by threads counts. */
const LONG = ['mixed 50,000 × 12', 'answers 400 × 60', 'curved 100,000 × 8', 'space 1,000,000', 'million rows of 800']

/** What a process and its threads took, written as it ends. */
const watcher = join(folder, 'watch.mjs')
writeFileSync(
  watcher,
  `import { isMainThread } from 'node:worker_threads'
import { writeFileSync } from 'node:fs'
if (isMainThread) process.on('exit', () => writeFileSync(process.env.GROWTH_USAGE, JSON.stringify(process.resourceUsage())))\n`
)

/** Other builds know no landmarks: without them they take all rows. */
function wordsFor(build, words) {
  const known = build === root ? words : words.filter((word, i) => word !== '--landmarks' && words[i - 1] !== '--landmarks')
  return ['sample', 'trajectories'].includes(words[0]) ? [...known, '--threads', asked.threads] : known
}

function run(build, words, within = []) {
  const usage = join(folder, 'usage.json')
  const begin = performance.now()
  const [program, ...options] = [...within, process.execPath, '--import', watcher, join(build, 'packages/sbridge/bin/sbridge.js'), ...words]
  const { status, stderr } = spawnSync(program, options, {
    encoding: 'utf8',
    env: { ...process.env, GROWTH_USAGE: usage },
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 1e8
  })
  const wall = (performance.now() - begin) / 1000
  if (status !== 0) return { failed: stderr.trim().split('\n').at(-1) }
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(readFileSync(usage, 'utf8'))
  return { seconds: (userCPUTime + systemCPUTime) / 1e6, wall, megabytes: maxRSS / 1024 }
}

/** What else the machine does only adds to a round. */
const least = (rounds) => rounds.find(({ failed }) => failed) ?? rounds.reduce((a, b) => (a.seconds <= b.seconds ? a : b))

/** What a program of another kind says that it took; undefined where it is not there. */
function runPeer([script, ...words]) {
  const path = fileURLToPath(new URL(`peers/${script}`, import.meta.url))
  const env = { ...process.env, OPENBLAS_NUM_THREADS: asked.threads, OMP_NUM_THREADS: asked.threads }
  const begin = performance.now()
  const { status, stdout } = spawnSync(process.env.PYTHON ?? '/usr/bin/python3', [path, ...words], { encoding: 'utf8', env })
  return status === 0 ? { ...JSON.parse(stdout), wall: (performance.now() - begin) / 1000 } : undefined
}

/** Two-sample AUC of at most 5,000 drawn rows against fresh ones, and that of halves of these. */
function auc(fresh, drawn) {
  const some = join(folder, 'some.csv')
  writeFileSync(some, readFileSync(drawn, 'utf8').split('\n').slice(0, 5001).join('\n'))
  const { stdout } = spawnSync(process.execPath, [join(root, 'packages/sbridge/bin/sbridge.js'), 'evaluate', fresh, some, '--json'], {
    encoding: 'utf8',
    maxBuffer: 1e8
  })
  const { value, floor } = JSON.parse(stdout).classifierAuc
  return [value.toFixed(3), floor.toFixed(3)]
}

/** A job in a process of its own, over. */
function ended(words) {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(root, 'packages/sbridge/bin/sbridge.js'), ...words], { stdio: 'ignore' })
    child.on('exit', (code) => (code === 0 ? done() : fail(new Error(`${words.join(' ')} ended with ${code}`))))
  })
}

/** Whether two files have the same bytes. */
const areSame = (one, other) => readFileSync(one).equals(readFileSync(other))

/** One job on each number of threads: seconds on the clock beside those of the first, and the same rows. */
async function compareThreads(name, counts) {
  const job = jobs[name]
  const table = await job.table?.()
  let first
  for (const threads of counts) {
    if (threads === 'twice') {
      const begin = performance.now()
      await Promise.all([0, 1].map((k) => ended([...job.words(table, join(folder, `twice-${k}.csv`)), '--threads', '1'])))
      const wall = (performance.now() - begin) / 1000
      console.log(
        `${name.padEnd(22)} two at once ${wall.toFixed(1).padStart(5)} s on the clock${' '.repeat(34)}${((2 * first.wall) / wall).toFixed(2)} × at most`
      )
      continue
    }
    const out = join(folder, `drawn-${threads}.csv`)
    const [own, within] = threads === 'core' ? ['1', ['taskset', '-c', '0']] : [threads]
    const { seconds, wall, megabytes, failed } = run(root, [...job.words(table, out), '--threads', own], within)
    if (failed) {
      console.log(`${name.padEnd(22)} ${threads} threads: ${failed}`)
      return
    }
    const told = `${wall.toFixed(1).padStart(7)} s on the clock ${seconds.toFixed(1).padStart(7)} s of processors ${megabytes.toFixed(0).padStart(5)} MB`
    const gain = first ? `  ${(first.wall / wall).toFixed(2)} × ${areSame(first.out, out) ? 'same bytes' : 'OTHER BYTES'}` : ''
    first ??= { wall, out }
    const on = { core: 'one core', 1: '1 thread' }[threads] ?? `${threads} threads`
    console.log(`${name.padEnd(22)} ${on.padEnd(9)} ${told}${gain}`)
  }
}

const wanted = positionals.flatMap((name) => (name === 'threads' ? LONG : name))
const unknown = wanted.filter((name) => !Object.hasOwn(jobs, name))
if (unknown.length > 0) throw new Error(`no job ${unknown.join(', ')}; there are: threads | ${Object.keys(jobs).join(' | ')}`)
const builds = [root, ...(asked.beside ? [resolve(asked.beside)] : [])]
const counts = asked.threads.split(',')
if (counts.length > 1) {
  for (const name of wanted.length > 0 ? wanted : LONG) await compareThreads(name, counts)
  process.exit()
}
console.log(`${asked.threads} ${asked.threads === '1' ? 'thread' : 'threads'}, processor seconds`)
for (const name of wanted.length > 0 ? wanted : Object.keys(jobs)) {
  const job = jobs[name]
  const table = await job.table?.()
  const fresh = await job.fresh?.()
  const out = (k) => join(folder, `drawn-${k}.csv`)
  const rounds = Array.from({ length: Number(asked.rounds) }, () =>
    builds.map((build, k) => run(build, wordsFor(build, job.words(table, out(k)))))
  )
  const peer = job.peer && runPeer(job.peer(table, out('peer')))
  let first
  for (const [k, build] of [...builds, ...(peer ? ['scikit-learn’s KernelDensity'] : [])].entries()) {
    const own = k < builds.length
    const { seconds, wall, megabytes, failed } = own ? least(rounds.map((round) => round[k])) : peer
    const [area, floor] = fresh && !failed ? auc(fresh, out(own ? k : 'peer')) : []
    const quality = area ? `AUC ${area} (halves of fresh rows ${floor})` : ''
    const told =
      failed ?? `${seconds.toFixed(2).padStart(8)} s (${wall.toFixed(1)} on the clock) ${megabytes.toFixed(0).padStart(5)} MB ${quality}`
    const ratio = first === undefined || failed ? '' : `${(seconds / first).toFixed(2)} × `
    first ??= seconds
    console.log(`${name.padEnd(28)} ${told} ${ratio}${build === root ? '' : build}`)
    if (asked.save && build === root && !failed)
      keep(
        'growth',
        'jobs',
        {
          title: `whole jobs, ${asked.threads === '1' ? 'one thread' : `${asked.threads} threads`}`,
          head: ['job', 'processor seconds', 'memory, MB', 'AUC against fresh rows', 'halves of fresh rows'],
          rows: [[name, seconds.toFixed(0), megabytes.toFixed(0), area ?? '–', floor ?? '–']]
        },
        { merge: true }
      )
  }
}
