// CPU seconds that the command line takes for small jobs, beside those of Node with nothing to do.
// node bench/start.mjs [CHECKOUT …]: also those of other builds of this repository, in turns with this one's.
// The least of all rounds: what else the machine does only adds.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROUNDS = 7
const root = fileURLToPath(new URL('..', import.meta.url))
const penguins = join(root, 'examples/data/penguins.csv')
const folder = mkdtempSync(join(tmpdir(), 'sbridge-start-'))

const jobs = {
  '--version': ['--version'],
  '--help': ['--help'],
  'sample --help': ['sample', '--help'],
  'info, a small CSV': ['info', penguins],
  'sample, 100 rows, no search': [
    'sample',
    penguins,
    '-n',
    '100',
    '-o',
    'rows.csv',
    '--bandwidth',
    '0.5',
    '--scaling',
    'standard',
    '--seed',
    '1'
  ],
  'sample, 100 rows': ['sample', penguins, '-n', '100', '-o', 'rows.csv', '--seed', '1'],
  'the same with a report': ['sample', penguins, '-n', '100', '-o', 'rows.csv', '--seed', '1', '--report', 'report.html']
}

/** User and system seconds of a program and all its threads, as the shell counts them. */
function cpuSeconds(words) {
  const { stdout } = spawnSync('sh', ['-c', '"$@" >said 2>&1 || exit; times', 'sh', ...words], { cwd: folder, encoding: 'utf8' })
  const times = stdout
    .trim()
    .split('\n')
    .at(-1)
    ?.match(/[\d.]+(?=s)/g)
  if (times?.length !== 2) throw new Error(`failed: ${words.join(' ')}`)
  return Number(times[0]) + Number(times[1])
}

const builds = [root, ...process.argv.slice(2).map((path) => resolve(path))]
const program = (build) => join(build, 'packages/sbridge/bin/sbridge.js')
const commands = [
  { job: 'node -e 0', build: '', words: [process.execPath, '-e', '0'] },
  ...Object.entries(jobs).flatMap(([job, words]) =>
    builds.map((build) => ({ job, build, words: [process.execPath, program(build), ...words] }))
  )
]
const least = commands.map(() => Number.POSITIVE_INFINITY)
for (let round = 0; round < ROUNDS; round++)
  for (const [i, { words }] of commands.entries()) least[i] = Math.min(least[i], cpuSeconds(words))
rmSync(folder, { recursive: true })

console.log(`Node ${process.versions.node}, least of ${ROUNDS}`)
for (const [i, { job, build }] of commands.entries())
  console.log(`${job.padEnd(28)} ${least[i].toFixed(3)} s ${(least[i] / least[0]).toFixed(2).padStart(6)} × Node  ${build}`)
