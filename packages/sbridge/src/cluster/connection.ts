import { InputError } from '@sbridge/core'
import { withoutPassword } from '../database/address.js'
import { type ClusterPackages, clusterPackages, type Redis, type RedisOptions } from './packages.js'

/** Milliseconds in which a server answers to a call, if it is there. */
const PATIENCE = 10_000
/** Most milliseconds between two tries to connect again. */
const AGAIN = 1000
/** Milliseconds after which whoever waits for rows gives a lost server up: it restarts in less. */
const GIVES_UP = 120_000

/** A connection to Redis or Valkey, which comes back by itself when it is lost. */
export interface Connection {
  readonly packages: ClusterPackages
  readonly redis: Redis
  /** Without a password. */
  readonly address: string
  /** Never resolves; rejects with `InputError` (code `cluster-lost`) when the server stays away. */
  readonly lost: Promise<never>
  close(): void
}

/**
 * Connects. `say` hears when the connection is lost and is back. Throws `InputError` for an address that is none
 * (`cluster-address`) or does not answer (`cluster-unreachable`), `EngineError` where packages are missing.
 */
export async function connect(text: string, say: (line: string) => void): Promise<Connection> {
  const options = optionsOf(text)
  const address = withoutPassword(text)
  const packages = await clusterPackages()
  let connected = false
  let why = 'no answer'
  const redis = new packages.Redis({
    ...options,
    // Before it was ever there it is not waited for.
    retryStrategy: (times) => (connected ? Math.min(AGAIN, 50 * 2 ** times) : null)
  })
  redis.on('error', (error) => {
    why = withoutPassword(error.message)
  })
  const { promise: lost, reject } = waiting()
  let away: NodeJS.Timeout | undefined
  redis.on('ready', () => {
    if (away) say(`${address} is there again`)
    clearTimeout(away)
    away = undefined
    connected = true
  })
  redis.on('close', () => {
    if (!connected || away) return
    say(`lost ${address}; trying again`)
    away = setTimeout(() => reject(gone(address, why)), GIVES_UP)
    away.unref()
  })
  const close = () => {
    connected = false
    clearTimeout(away)
    redis.disconnect()
  }
  try {
    await redis.connect()
    if (/aof_enabled:0/.test(await redis.info('persistence'))) say(`${address} forgets its jobs when it ends: try \`appendonly yes\` there`)
  } catch (error) {
    close()
    throw unreachable(address, why === 'no answer' ? withoutPassword((error as Error).message) : why)
  }
  return { packages, redis, address, lost, close }
}

function waiting(): { readonly promise: Promise<never>; readonly reject: (error: unknown) => void } {
  let reject: (error: unknown) => void
  const promise = new Promise<never>((_, no) => {
    reject = no
  })
  // Whoever does not wait for rows does not care.
  promise.catch(() => {})
  return { promise, reject: reject! }
}

/** Host, port, user and the rest of an address. The password may also come as `REDISCLI_AUTH`, as that of redis-cli: no list of processes shows it. */
function optionsOf(text: string): Omit<RedisOptions, 'retryStrategy'> {
  const url = /^rediss?:\/\/./i.test(text) ? urlOf(text) : undefined
  const db = /^\/?(\d{0,5})$/.exec(url?.pathname ?? '')
  if (!url?.hostname || !db || url.search || url.hash) throw noAddress(text)
  const password = decodeURIComponent(url.password) || process.env.REDISCLI_AUTH
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return {
    host,
    port: Number(url.port || 6379),
    db: Number(db[1]),
    ...(url.username ? { username: decodeURIComponent(url.username) } : {}),
    ...(password ? { password } : {}),
    ...(url.protocol === 'rediss:' ? { tls: { servername: host } } : {}),
    lazyConnect: true,
    connectTimeout: PATIENCE,
    // Of a queue: it waits until the server is back.
    maxRetriesPerRequest: null
  }
}

function urlOf(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

function noAddress(text: string): InputError {
  // What stands before an @ may be a password, whatever is wrong with the rest.
  const shown = text.replace(/^.*@/s, '***@')
  return new InputError({
    code: 'cluster-address',
    got: `the address ${shown} of a cluster`,
    expected: 'redis:// or, with TLS, rediss://, then USER:PASSWORD@HOST:PORT/NUMBER, of which only HOST must be there',
    try: 'redis://localhost:6379'
  })
}

const unreachable = (address: string, why: string): InputError =>
  new InputError({
    code: 'cluster-unreachable',
    got: `${address}, which cannot be reached (${why})`,
    expected: 'a server of Redis 6.2 or Valkey that answers',
    try: 'checking address, user, password and the server (for certificates of your own, NODE_EXTRA_CA_CERTS)'
  })

const gone = (address: string, why: string): InputError =>
  new InputError({
    code: 'cluster-lost',
    got: `${address}, which was lost for ${GIVES_UP / 1000} s (${why})`,
    expected: 'a server that comes back; nothing was written',
    try: 'the same command when it is back: shards that are drawn are kept'
  })
