import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './postgres-server.js'

/** Debian's places. */
const PROGRAM = ['/usr/sbin/mariadbd', ...(process.env.PATH ?? '').split(':').map((folder) => join(folder, 'mariadbd'))].find(existsSync)
const TABLES = ['/usr/share/mariadb', '/usr/share/mysql'].find((folder) => existsSync(join(folder, 'mariadb_system_tables.sql')))

export const hasMariadb = (): boolean => PROGRAM !== undefined && TABLES !== undefined

export interface MariadbServer {
  readonly port: number
  readonly url: string
  stop(): Promise<void>
}

/** A server of its own in a folder, on a free port, with a database `shop` and a user `owner` whose password is `s3cret`. */
export async function startMariadb(folder: string): Promise<MariadbServer> {
  const data = join(folder, 'data')
  mkdirSync(data)
  const options = ['--no-defaults', `--datadir=${data}`, '--innodb-buffer-pool-size=20M', '--innodb-log-file-size=4M']
  // A server refuses to run as root unless it is told to.
  if (process.getuid?.() === 0) options.push('--user=root')
  const sources = ['mariadb_system_tables.sql', 'mariadb_system_tables_data.sql'].map((name) => readFileSync(join(TABLES!, name), 'utf8'))
  const made = spawnSync(PROGRAM!, [...options, '--bootstrap'], {
    input: ['CREATE DATABASE mysql;', 'USE mysql;', ...sources].join('\n'),
    encoding: 'utf8'
  })
  if (made.status !== 0) throw new Error(made.stderr)
  const first = join(folder, 'first.sql')
  writeFileSync(
    first,
    "CREATE DATABASE shop;\nCREATE USER owner@'127.0.0.1' IDENTIFIED BY 's3cret';\nGRANT ALL ON *.* TO owner@'127.0.0.1';\n"
  )
  const port = await freePort()
  const words = [`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 'socket')}`, `--init-file=${first}`]
  const server = spawn(PROGRAM!, [...options, ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
  const gone = new Promise<void>((resolve) => server.on('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    let said = ''
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('ready for connections')) resolve()
    })
    server.on('exit', () => reject(new Error(said)))
  })
  const stop = () => {
    server.kill()
    return gone
  }
  return { port, url: `mysql://owner:s3cret@127.0.0.1:${port}/shop`, stop }
}
