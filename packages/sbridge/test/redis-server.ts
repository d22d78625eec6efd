import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './postgres-server.js'

const has = (program: string): boolean =>
  ['/usr/sbin', ...(process.env.PATH ?? '').split(':')].some((one) => existsSync(join(one, program)))

/** Redis, or what else speaks its language: `valkey-server`. */
const SERVER = process.env.REDIS_SERVER ?? 'redis-server'

export const hasRedis = (): boolean => has(SERVER) && has('openssl')

/** What nobody but server and clients may see. */
export const PASSWORD = 'pw-of-the-worker'

export interface RedisServer {
  readonly port: number
  /** For the user `worker`, who may do what a worker does, and no more. */
  readonly url: string
  readonly tlsUrl: string
  /** The certificate that a client must trust. */
  readonly certificate: string
  /** Everything that the server keeps. */
  kept(): string
  /** As a power cut would end it. */
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** A server of its own in a new folder, on free ports, that keeps what it hears. */
export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sbridge-redis-'))
  const [port, tlsPort] = [await freePort(), await freePort()]
  const certificate = join(folder, 'server.crt')
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', join(folder, 'server.key')]
  const { status, stderr } = spawnSync('openssl', ['req', '-x509', '-nodes', '-days', '2', ...key, '-out', certificate, ...name])
  if (status !== 0) throw new Error(String(stderr))
  writeFileSync(
    join(folder, 'redis.conf'),
    [
      `dir ${folder}`,
      'bind 127.0.0.1',
      `port ${port}`,
      `tls-port ${tlsPort}`,
      `tls-cert-file ${certificate}`,
      `tls-key-file ${join(folder, 'server.key')}`,
      'tls-auth-clients no',
      'appendonly yes',
      'maxmemory-policy noeviction',
      'user default off',
      `user worker on >${PASSWORD} ~sbridge:* +@all -@admin -@dangerous +info +client|list +client|setname`
    ].join('\n')
  )
  let server: ChildProcess
  const start = async () => {
    server = spawn(SERVER, [join(folder, 'redis.conf')], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise<void>((resolve, reject) => {
      server.stdout!.on('data', (piece) => String(piece).includes('Ready to accept') && resolve())
      server.on('exit', (code) => reject(new Error(`${SERVER} ended with ${code}`)))
    })
  }
  const end = (signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      server.on('exit', () => resolve())
      server.kill(signal)
    })
  await start()
  return {
    port,
    url: `redis://worker:${PASSWORD}@127.0.0.1:${port}`,
    tlsUrl: `rediss://worker:${PASSWORD}@localhost:${tlsPort}`,
    certificate,
    kept: () => {
      const files = readdirSync(join(folder, 'appendonlydir')).map((file) => readFileSync(join(folder, 'appendonlydir', file), 'latin1'))
      return files.join('')
    },
    kill: () => end('SIGKILL'),
    start,
    stop: async () => {
      await end('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
