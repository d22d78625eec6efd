// @module-tag slow
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Job } from 'kubernetes-models/batch/v1'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'

const root = fileURLToPath(new URL('..', import.meta.url))
const recipes = join(root, 'examples/many-machines')
const has = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`], { env: { ...process.env, PATH: PATHS } }).status === 0
const PATHS = `${process.env.PATH}:/usr/sbin`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sbridge-machines-'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir')
  // What npx finds here, without the third of a second that it takes each time.
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin/npx'), '#!/bin/sh\nexec "node_modules/.bin/$@"\n', { mode: 0o755 })
  writeFileSync(join(folder, 'few.csv'), `x,y\n${Array.from({ length: 40 }, (_, i) => `${Math.sin(i)},${Math.cos(i * i)}`).join('\n')}\n`)
  sbridge('sample', 'few.csv', ...DRAW, '-o', 'one.csv')
  expected = readFileSync(join(folder, 'one.csv'))
  sbridge('fit', 'few.csv', ...FIT, '-o', 'one.sbridge')
  fitted = readFileSync(join(folder, 'one.sbridge'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const FIT = ['--seed', '1', '--bandwidth', '0.5']
const DRAW = ['-n', '17000', '--seed', '1', '--steps', '1', '--bandwidth', '0.5']
let expected: Buffer
let fitted: Buffer

function shell(line: string, env: Record<string, string> = {}): string {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(folder, 'bin')}:${PATHS}`, ...env }
  })
  expect(status, `${line}\n${stdout}${stderr}`).toBe(0)
  return stdout
}
const sbridge = (...words: string[]): string => shell(['node_modules/.bin/sbridge', ...words].map((word) => `'${word}'`).join(' '))

/** Plans into a folder of its own. */
function plan(name: string, verb: 'sample' | 'fit' = 'sample'): string {
  const own = join(folder, name)
  mkdirSync(own)
  symlinkSync(join(root, 'node_modules'), join(own, 'node_modules'), 'dir')
  copyFileSync(join(folder, 'few.csv'), join(own, 'few.csv'))
  const words = [
    'shards',
    'plan',
    verb,
    'few.csv',
    ...(verb === 'fit' ? [...FIT, '-o', 'new.sbridge'] : [...DRAW, '-o', 'new.csv']),
    '--shards',
    '2',
    '--plan',
    'plan.json'
  ]
  shell(`cd '${name}' && node_modules/.bin/sbridge ${words.join(' ')}`)
  return own
}

it.skipIf(!has('parallel'))('GNU parallel runs the shards of a plan', () => {
  const own = plan('parallel')
  shell(
    `cd '${own}' && seq 2 | parallel --jobs 2 --retries 3 npx sbridge shards run plan.json --shard {} && npx sbridge shards merge plan.json`
  )
  expect(readFileSync(join(own, 'new.csv')).equals(expected)).toBe(true)
})

it.skipIf(!has('snakemake'))('Snakemake runs them, and a fit', () => {
  for (const verb of ['sample', 'fit'] as const) {
    const own = plan(`snakemake-${verb}`, verb)
    copyFileSync(join(recipes, 'Snakefile'), join(own, 'Snakefile'))
    shell(`cd '${own}' && snakemake --cores 2 --quiet`)
    const [output, same] = verb === 'fit' ? ['new.sbridge', fitted] : ['new.csv', expected]
    expect(readFileSync(join(own, output)).equals(same)).toBe(true)
  }
})

const asRoot = process.getuid?.() === 0
it.skipIf(!has('slurmctld') || !has('slurmd') || !has('munged') || !asRoot)(
  'Slurm runs them as an array, and the merge after it; those who take part in a fit likewise',
  async () => {
    const [own, fit] = [plan('slurm'), plan('slurm-fit', 'fit')]
    for (const one of [own, fit]) copyFileSync(join(recipes, 'slurm.sh'), join(one, 'slurm.sh'))
    const slurm = await startSlurm()
    try {
      const submit = (one: string) =>
        shell(`cd '${one}' && sbatch --parsable --array="$(npx sbridge shards missing plan.json)" slurm.sh`, slurm.env).trim()
      for (const [one, submitted] of [own, fit].map((each) => [each, submit(each)]))
        shell(`cd '${one}' && sbatch --wait --dependency=afterok:${submitted} --wrap='npx sbridge shards merge plan.json'`, slurm.env)
      expect(readFileSync(join(fit, 'new.sbridge')).equals(fitted)).toBe(true)
      expect(readFileSync(join(own, 'new.csv')).equals(expected)).toBe(true)
      expect(readFileSync(join(own, 'shard-2.log'), 'utf8')).toMatch(/^shard 2 of 2 drawn in /)
    } finally {
      await slurm.stop()
    }
  }
)

/** A cluster of this machine alone, on ports and with a key of its own. */
async function startSlurm(): Promise<{ readonly env: Record<string, string>; stop(): Promise<void> }> {
  const own = mkdtempSync(join(tmpdir(), 'sbridge-slurm-'))
  for (const name of ['state', 'spool', 'munge']) mkdirSync(join(own, name), { mode: 0o755 })
  const [control, daemon] = [await freePort(), await freePort()]
  const socket = join(own, 'munge/socket')
  writeFileSync(join(own, 'munge/key'), Buffer.alloc(128, 7), { mode: 0o600 })
  writeFileSync(
    join(own, 'slurm.conf'),
    [
      'ClusterName=one',
      `SlurmctldHost=${hostname()}(127.0.0.1)`,
      'SlurmUser=root',
      'SlurmdUser=root',
      'AuthType=auth/munge',
      `AuthInfo=socket=${socket}`,
      'CredType=cred/munge',
      'ProctrackType=proctrack/linuxproc',
      'TaskPlugin=task/none',
      'ReturnToService=2',
      ...['SlurmctldPidFile', 'SlurmdPidFile'].map((name) => `${name}=${join(own, `${name}.pid`)}`),
      ...['SlurmctldLogFile', 'SlurmdLogFile'].map((name) => `${name}=${join(own, `${name}.log`)}`),
      `SlurmdSpoolDir=${join(own, 'spool')}`,
      `StateSaveLocation=${join(own, 'state')}`,
      `SlurmctldPort=${control}`,
      `SlurmdPort=${daemon}`,
      'SelectType=select/cons_tres',
      `NodeName=${hostname()} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN`,
      `PartitionName=main Nodes=${hostname()} Default=YES State=UP`
    ].join('\n')
  )
  const env = { SLURM_CONF: join(own, 'slurm.conf') }
  const munge = ['--foreground', '--force', `--key-file=${join(own, 'munge/key')}`, `--socket=${socket}`]
  const files = ['pid', 'log', 'seed'].map((name) => `--${name}-file=${join(own, 'munge', name)}`)
  const started = (program: string, words: string[]) =>
    spawn(program, words, { stdio: 'ignore', env: { ...process.env, PATH: PATHS, ...env } })
  const daemons = [started('munged', [...munge, ...files])]
  await new Promise((resolve) => setTimeout(resolve, 1000))
  daemons.push(started('slurmctld', ['-D']), started('slurmd', ['-D']))
  const idle = 'for i in $(seq 60); do sinfo --noheader --format %t 2> /dev/null | grep -q idle && exit 0; sleep 1; done; exit 1'
  const stop = async () => {
    for (const one of daemons.reverse()) {
      const gone = new Promise((resolve) => one.on('exit', resolve))
      // slurmd that is told to end while a job's last message is under way sometimes never does.
      const killed = setTimeout(() => one.kill('SIGKILL'), 10_000)
      if (one.exitCode === null && one.kill()) await gone
      clearTimeout(killed)
    }
    rmSync(own, { recursive: true, force: true })
  }
  try {
    shell(idle, env)
  } catch (error) {
    await stop()
    throw error
  }
  return { env, stop }
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

it('the Indexed Job of Kubernetes obeys its schema', () => {
  const job = parse(readFileSync(join(recipes, 'kubernetes.yaml'), 'utf8')) as { spec: { completionMode: unknown } }
  expect(() => new Job(job as never).validate()).not.toThrow()
  expect(() => new Job({ ...job, spec: { ...job.spec, completions: 'eight' } } as never).validate()).toThrow()
})
