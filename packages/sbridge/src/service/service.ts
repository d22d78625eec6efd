import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { basename, extname } from 'node:path'
import { FormatError, InputError } from '@sbridge/core'
import { isModel } from '@sbridge/core/internal'
import { readBytes } from '../format/table-file.js'
import { ServiceApp } from './app.js'
import type { ServiceOptions } from './fields.js'
import { Jobs } from './jobs.js'
import { listen, originOf } from './listen.js'
import type { ModelFile, WorkerStart } from './messages.js'
import type { Answer, ModelDescription, Task } from './operations.js'
import { servicePackages } from './packages.js'
import { WorkerPool } from './pool.js'
import { RequestError } from './problem.js'

/** Seconds more than a request may compute that a connection may rest, and that a service waits for answers to be sent. */
const SENDING = 30
/** Fewer would be guessed. */
const SHORTEST_TOKEN = 16
/** Seconds that a connection may rest between requests: longer than proxies keep theirs, so that none asks on one that is closing. */
const RESTING = 65
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

interface Service {
  readonly url: string
  readonly models: readonly ModelDescription[]
  /** Takes no more, waits for what runs, and closes. */
  drain(): Promise<void>
}

interface Running extends Pick<WorkerStart, 'engine' | 'precision'> {
  readonly threads: number
  readonly report: (detail: string) => void
}

/**
 * Serves models over HTTP. Throws `InputError` for names that are not one model each, an address beyond this machine without a
 * token, a port that cannot be had; `FormatError` for files that are no models; `EngineError` where packages are missing.
 */
export async function serveModels(
  paths: readonly string[],
  options: ServiceOptions,
  { threads, report, ...run }: Running
): Promise<Service> {
  const packages = await servicePackages()
  const token = await tokenIn(options)
  const files = await Promise.all(paths.map(modelFile))
  refuseTwins(paths)
  const data: WorkerStart = { ...run, models: files }
  const module = new URL('./worker.js', import.meta.url)
  const [pool, models] = await WorkerPool.open<Task, Answer, readonly ModelDescription[]>({ module, data }, threads, report).catch(
    (error: unknown) => {
      throw error instanceof RequestError ? unloadable(error) : error
    }
  )
  const jobs = await Jobs.open(pool, options)
  let open = true
  const app = new ServiceApp({ packages, models, pool, jobs, limits: options, token, isOpen: () => open, report })
  const handle = packages.getRequestListener(app.routes().fetch)
  const server = createServer((request, response) => {
    if (!open) response.setHeader('connection', 'close')
    void handle(request, response)
  })
  // A connection on which nothing moves for longer than any answer takes is that of a reader who is gone.
  server.timeout = 1000 * (options.maxSeconds + SENDING)
  server.keepAliveTimeout = 1000 * RESTING
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await jobs.close()
    await pool.close()
  }
  try {
    await listen(server, options)
  } catch (error) {
    await close()
    throw error
  }
  return {
    url: `${originOf(server)}/`,
    models,
    async drain() {
      open = false
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      const idle = setInterval(() => server.closeIdleConnections(), 100)
      const patience = new Promise((resolve) => setTimeout(resolve, 1000 * (options.maxSeconds + SENDING)).unref())
      await jobs.close()
      await Promise.race([closed, patience])
      clearInterval(idle)
      await close()
    }
  }
}

async function modelFile(path: string): Promise<ModelFile> {
  const bytes = await readBytes(path)
  if (!isModel(bytes))
    throw new FormatError({
      code: 'model-none',
      got: `${path}, which is no model`,
      expected: 'a file that a verb wrote with --model, or sbridge fit',
      try: `sbridge fit ${path} -o ${nameOf(path)}.sbridge`
    })
  return { name: nameOf(path), bytes: new Uint8Array(bytes) }
}

const nameOf = (path: string): string => basename(path, extname(path))

function refuseTwins(paths: readonly string[]): void {
  const names = paths.map(nameOf)
  const twin = names.find((name, i) => names.indexOf(name) !== i)
  if (twin === undefined) return
  throw new InputError({
    code: 'models-of-one-name',
    got: `two models of the name ${twin}`,
    expected: 'one of each name: it is their path',
    try: 'renaming one of the files'
  })
}

function unloadable({
  problem: { code, got = 'a model that cannot be loaded', expected = 'one that can', try: remedy = 'fitting it again' }
}: RequestError): FormatError {
  return new FormatError({ code, got, expected, try: remedy })
}

/** The token of a file. Throws `InputError` for one that is too short, and for an address beyond this machine without one. */
async function tokenIn({ tokenFile, host }: ServiceOptions): Promise<string | undefined> {
  if (tokenFile === undefined) {
    if (LOOPBACK.test(host)) return undefined
    throw new InputError({
      code: 'host-open',
      got: `--host ${host} without a token`,
      expected: 'a token for whoever is to reach it from elsewhere',
      try: '--token-file FILE, e.g. of `openssl rand -hex 32`'
    })
  }
  await stat(tokenFile).catch(() => {
    throw new FormatError({
      code: 'file-missing',
      got: `${tokenFile}, which does not exist`,
      expected: 'a file with a token',
      try: 'openssl rand -hex 32'
    })
  })
  const token = (await readFile(tokenFile, 'utf8')).trim()
  if (token.length >= SHORTEST_TOKEN && !/\s/.test(token)) return token
  throw new InputError({
    code: 'token',
    got: `a token of ${token.length} characters in ${tokenFile}`,
    expected: `one line of at least ${SHORTEST_TOKEN} characters without blanks`,
    try: `openssl rand -hex 32 > ${tokenFile}`
  })
}
