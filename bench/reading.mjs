// CSV to a table of kinds, and to `sbridge info`: MB/s, CPU seconds, peak memory.
// node bench/reading.mjs [ROWS] [CHECKOUT …]: also those of other builds of this repository, and whether they make the same table.
// The file is made anew in a temporary folder: 1,000,000 rows of 20 numbers are 173 MB.
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const [given, ...others] = process.argv.slice(2)
const isCount = /^\d+$/.test(given ?? '')
const rows = isCount ? Number(given) : 1_000_000
const checkouts = isCount || given === undefined ? others : [given, ...others]
const builds = [fileURLToPath(new URL('..', import.meta.url)), ...checkouts.map((path) => resolve(path))]

const folder = mkdtempSync(join(tmpdir(), 'sbridge-reading-'))

/** The same numbers on every machine. @source mulberry32, T. Ettinger 2017 */
function uniform(seed) {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Twenty columns with a common part, of which `cell` says how one is written. */
function write(name, cell) {
  const path = join(folder, name)
  const file = openSync(path, 'w')
  const random = uniform(1)
  let text = `${Array.from({ length: 20 }, (_, c) => `x${c + 1}`).join(',')}\n`
  for (let i = 0; i < rows; i++) {
    const common = random()
    text += `${Array.from({ length: 20 }, (_, c) => cell((common + random() + random() - 1.5) * (c + 1), c)).join(',')}\n`
    if (text.length > 1 << 20 || i === rows - 1) {
      writeSync(file, text)
      text = ''
    }
  }
  closeSync(file)
  return path
}

/** Says at its end what the process took, threads and all. */
const REPORT = `data:text/javascript,${encodeURIComponent(
  `import { isMainThread } from 'node:worker_threads'
   import { writeSync } from 'node:fs'
   if (isMainThread) process.on('exit', () => {
     const { user, system } = process.cpuUsage()
     writeSync(2, '\\nused ' + JSON.stringify([(user + system) / 1e6, process.resourceUsage().maxRSS / 1024]) + '\\n')
   })`
)}`

function run(words, input) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', REPORT, ...words], { encoding: 'utf8', input })
  const used = /\nused (.*)\n/.exec(stderr)
  if (status !== 0 || !used) return { said: `failed: ${stderr.trim().split('\n')[0]}` }
  const [seconds, memory] = JSON.parse(used[1])
  return { said: stdout, seconds, memory }
}

/** Reads, infers, and says a digest of all that was made. */
const readingOf = (build, path) => `
  import { createHash } from 'node:crypto'
  const at = (path) => new URL(path, ${JSON.stringify(pathToFileURL(join(build, 'packages/')).href)}).href
  const { readTable } = await import(at('sbridge/dist/format/table-file.js'))
  const { inferTable } = await import(at('core/dist/tables.js'))
  const { table, formats, notes } = inferTable(await readTable(${JSON.stringify(path)}))
  const hash = createHash('sha256').update(JSON.stringify([formats, notes]))
  for (const { values, codes, missing, levels } of table.columns)
    for (const part of [values, codes, missing]) if (part) hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength))
  for (const { levels } of table.columns) hash.update(JSON.stringify(levels ?? null))
  console.log(hash.digest('hex'))
`

const files = {
  'numbers, 5 decimals': write('numbers.csv', (x) => x.toFixed(5)),
  'numbers, all digits': write('digits.csv', String),
  'a third categories, a tenth missing': write('mixed.csv', (x, c) =>
    Math.abs(x * 1000) % 10 < 1 ? '' : c % 3 === 0 ? `level ${Math.floor(Math.abs(x))}` : x.toFixed(3)
  ),
  'a quote inside a cell (read as a whole)': write('quote.csv', (x, c) => (c === 19 ? `${Math.floor(Math.abs(x))}" pipe` : x.toFixed(5)))
}

for (const [name, path] of Object.entries(files)) {
  const size = statSync(path).size / 1e6
  console.log(`\n${name}: ${rows} × 20, ${size.toFixed(0)} MB`)
  const jobs = {
    'read, infer': (build) => run(['--input-type=module', '-'], readingOf(build, path)),
    'info --rules off': (build) => run([join(build, 'packages/sbridge/bin/sbridge.js'), 'info', path, '--rules', 'off']),
    info: (build) => run([join(build, 'packages/sbridge/bin/sbridge.js'), 'info', path])
  }
  for (const [job, of] of Object.entries(jobs)) {
    const results = builds.map(of)
    for (const [b, { said, seconds, memory }] of results.entries()) {
      const figures =
        seconds === undefined ? said : `${seconds.toFixed(1)} s CPU, ${(size / seconds).toFixed(0)} MB/s, ${memory.toFixed(0)} MiB at most`
      console.log(`  ${job.padEnd(18)} ${b === 0 ? 'this build' : builds[b]}: ${figures}`)
    }
    if (results.length > 1) console.log(`  ${results.every(({ said }) => said === results[0].said) ? 'the same table' : 'OTHER TABLES'}`)
  }
}
rmSync(folder, { recursive: true })
