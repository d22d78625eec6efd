import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The folder of a PostgreSQL server's programs: Debian's, or that on the path. */
function programs(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...versions.map((version) => join(debian, version, 'bin')), ...(process.env.PATH ?? '').split(':')]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}

export const hasPostgres = (): boolean => programs() !== undefined

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

export interface PostgresServer {
  readonly port: number
  readonly url: string
  sql(text: string): string
  stop(): Promise<void>
}

/** A server of its own in a new folder, on a free port, with a user `reader` whose password is `s3cret`. */
export async function startPostgres(): Promise<PostgresServer> {
  const bin = programs()!
  const folder = mkdtempSync(join(tmpdir(), 'sbridge-postgres-'))
  chmodSync(folder, 0o777)
  const port = await freePort()
  // A server refuses to run as root.
  const other = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : []
  const words = (program: string, ...rest: string[]) => [...other, join(bin, program), ...rest] as [string, ...string[]]
  const run = ([program, ...rest]: [string, ...string[]], input?: string) => {
    const { status, stdout, stderr } = spawnSync(program, rest, { cwd: folder, encoding: 'utf8', ...(input ? { input } : {}) })
    if (status !== 0) throw new Error(`${program} ${rest.join(' ')}: ${stdout}${stderr}`)
    return stdout
  }
  const data = join(folder, 'data')
  writeFileSync(join(folder, 'password'), 's3cret\n')
  run(words('initdb', '--pgdata', data, '--auth=scram-sha-256', '--username=owner', `--pwfile=${join(folder, 'password')}`, '--no-sync'))
  const [program, ...rest] = words('postgres', '-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F')
  const server = spawn(program, rest, { cwd: folder, stdio: 'ignore' })
  const url = `postgres://owner:s3cret@127.0.0.1:${port}/postgres`
  const sql = (text: string) => run([join(bin, 'psql'), '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-At', '-d', url], text)
  for (let i = 0; ; i++) {
    try {
      sql('SELECT 1;')
      break
    } catch (error) {
      if (i === 120) throw error
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
  const stop = async () => {
    const gone = new Promise((resolve) => server.on('exit', resolve))
    run(words('pg_ctl', 'stop', '-D', data, '-m', 'fast'))
    await gone
    rmSync(folder, { recursive: true, force: true })
  }
  return { port, url, sql, stop }
}
