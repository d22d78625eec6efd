// Programs that some tests start: found on this machine, or installed from Debian's packages where that is possible.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'

/** What is looked for, the package that has it, and which tests it is for. */
const PROGRAMS = [
  { program: 'parallel', debian: 'parallel', tests: 'the recipe of GNU parallel' },
  { program: 'snakemake', debian: 'snakemake', tests: 'the recipe of Snakemake' },
  { program: 'slurmctld', debian: 'slurm-wlm', tests: 'the recipe of Slurm' },
  { program: 'initdb', debian: 'postgresql', tests: 'PostgreSQL' },
  { program: 'mariadbd', debian: 'mariadb-server-core', tests: 'MariaDB' },
  { program: 'redis-server', debian: 'redis-server', tests: 'draws on a cluster' },
  { program: 'openssl', debian: 'openssl', tests: 'draws on a cluster' }
]

/** Debian keeps the server's programs of PostgreSQL apart, by version. */
const POSTGRES = '/usr/lib/postgresql'
const folders = () => [
  ...(process.env.PATH ?? '').split(':'),
  '/usr/sbin',
  ...(existsSync(POSTGRES) ? readdirSync(POSTGRES).map((version) => `${POSTGRES}/${version}/bin`) : [])
]
const isHere = ({ program }) => folders().some((folder) => existsSync(`${folder}/${program}`))

/** Installs packages with apt-get, as root or by sudo without a password; says what it does. */
export function installPackages(packages) {
  console.log(`not on this machine: ${packages.join(', ')}; installing with apt-get`)
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  for (const args of [
    ['apt-get', 'update'],
    ['apt-get', 'install', '-y', '--no-install-recommends', ...packages]
  ]) {
    const [command, ...rest] = [...sudo, ...args]
    spawnSync(command, rest, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  }
}

/** Installs what is missing; gives in words what cannot be had, and which tests are skipped for it. */
export function ensurePrograms() {
  const missing = PROGRAMS.filter((one) => !isHere(one))
  if (missing.length > 0) installPackages(missing.map(({ debian }) => debian))
  return missing.filter((one) => !isHere(one)).map(({ program, tests }) => `${tests}: no ${program} on this machine`)
}
