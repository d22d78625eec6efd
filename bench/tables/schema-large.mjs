/**
 * Several tables of many rows: accounts with ten transactions each on average, written as CSV, drawn by the command line in a process
 * of its own; seconds, peak memory, keys that dangle, and how many transactions an account has.
 *
 * `node bench/tables/schema-large.mjs [accounts, 100000 unless said] [further options of sample]`
 */
import { spawnSync } from 'node:child_process'
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { randomFrom } from './schemas.mjs'

const DAY = 86_400_000
const [size = '100000', ...options] = process.argv.slice(2)
const accounts = Number(size)
const folder = mkdtempSync(join(tmpdir(), 'sbridge-large-'))

/** Accounts of four districts; Poisson numbers of transactions that grow with age, amounts about a level of the account's own. */
async function write() {
  const { uniform, normal, poisson, pick } = randomFrom(1)
  const [parents, children] = ['accounts', 'transactions'].map((name) => createWriteStream(join(folder, 'data', `${name}.csv`)))
  parents.write('account_id,district,age,opened\n')
  children.write('transaction_id,account_id,date,kind,amount\n')
  let count = 0
  for (let a = 1; a <= accounts; a++) {
    const age = Math.round(18 + 36 * (uniform() + uniform()))
    const opened = Date.UTC(2019, 0, 1) + Math.floor(uniform() * 1400) * DAY
    parents.write(`${a},${pick(['north', 'south', 'east', 'city'])},${age},${new Date(opened).toISOString().slice(0, 10)}\n`)
    const level = 4 + 0.5 * normal()
    let time = opened
    for (let k = poisson(4 + age / 9); k > 0; k--) {
      time += Math.ceil(1 + 20 * -Math.log(1 - uniform())) * DAY
      const kind = pick(['card', 'cash', 'transfer'])
      const line = `${10_001 + count++},${a},${new Date(time).toISOString().slice(0, 10)},${kind},${Math.exp(level + 0.4 * normal()).toFixed(2)}\n`
      if (!children.write(line)) await new Promise((resolve) => children.once('drain', resolve))
    }
  }
  await Promise.all([parents, children].map((stream) => new Promise((resolve) => stream.end(resolve))))
  return count
}

async function column(file, place) {
  const values = []
  for await (const line of createInterface({ input: createReadStream(file) })) values.push(line.split(',')[place])
  return values.slice(1)
}

try {
  const { mkdirSync } = await import('node:fs')
  mkdirSync(join(folder, 'data'))
  const count = await write()
  const program = fileURLToPath(new URL('../../packages/sbridge/bin/sbridge.js', import.meta.url))
  const words = ['sample', 'data', '-o', 'drawn', '--seed', '1', ...options]
  const begun = performance.now()
  // GNU time tells the largest memory of the process and its workers.
  const run = spawnSync('/usr/bin/time', ['-f', '%M %U', process.execPath, program, ...words], { cwd: folder, encoding: 'utf8' })
  const seconds = (performance.now() - begun) / 1000
  const [kilobytes, user] = run.stderr.trim().split('\n').at(-1).split(' ').map(Number)
  console.log(
    `${accounts} accounts, ${count} transactions: status ${run.status}, ${seconds.toFixed(0)} s (${user?.toFixed(0)} CPU), ${(kilobytes / 1024).toFixed(0)} MB at most`
  )
  if (options.includes('--dry-run')) console.log(run.stdout)
  else if (run.status === 0) {
    const known = new Set(await column(join(folder, 'drawn', 'accounts.csv'), 0))
    const keys = await column(join(folder, 'drawn', 'transactions.csv'), 1)
    console.log(`drawn: ${known.size} accounts, ${keys.length} transactions, ${keys.filter((key) => !known.has(key)).length} dangle`)
  } else console.log(run.stderr)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
