import { readdir, readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Command } from '@commander-js/extra-typings'
import { InputError } from '@sbridge/core'
import { type Field, parseField } from '@sbridge/core/internal'
import { writeStream } from '../format/table-file.js'

const portField: Field = {
  name: 'port',
  kind: 'integer',
  range: 'a whole number from 0 to 65535; 0 takes a free one',
  default: '7070',
  minimum: 0,
  maximum: 65_535,
  sentence: 'Port of this machine that the page is served on.'
}

/** Isolation lets workers share memory; the policy lets the page load nothing from anywhere else. */
const STUDIO_HEADERS: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; " +
    "style-src 'self'; img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache'
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  png: 'image/png',
  wasm: 'application/wasm'
}

/** Names under which this machine may be asked: others would be a page elsewhere reaching in by a name of its own. */
const HOSTS = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

interface StudioServer {
  readonly url: string
  close(): Promise<void>
}

/** Serves the built studio on the loopback address. Throws `InputError` when it is not built or the port is taken. */
export async function serveStudio(port: number, folder: URL = new URL('../studio/', import.meta.url)): Promise<StudioServer> {
  const files = await listFiles(folder)
  const server = createServer((request, response) => void answer(request, response, { files, folder }))
  await listen(server, port)
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${taken}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      })
  }
}

async function listFiles(folder: URL): Promise<ReadonlySet<string>> {
  try {
    const entries = await readdir(fileURLToPath(folder), { recursive: true, withFileTypes: true })
    const root = fileURLToPath(folder).replace(/[\\/]$/, '')
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length))
    return new Set(paths.map((path) => path.replaceAll('\\', '/').replace(/^\/*/, '/')))
  } catch {
    throw new InputError({
      code: 'studio-missing',
      got: 'an installation without the studio’s files',
      expected: 'the built page beside the program',
      try: 'npm run build, or installing sbridge again'
    })
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new InputError({
          code: 'port-unavailable',
          got: `port ${port}, which cannot be listened on (${error.code ?? error.message})`,
          expected: 'a free port',
          try: '--port 0, which takes a free one'
        })
      )
    )
    server.listen(port, '127.0.0.1', resolve)
  })
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { files, folder }: { files: ReadonlySet<string>; folder: URL }
): Promise<void> {
  const refuse = (status: number, words: string) => {
    response.writeHead(status, { ...STUDIO_HEADERS, 'content-type': 'text/plain; charset=utf-8' })
    response.end(words)
  }
  if (!HOSTS.test(request.headers.host ?? '')) return refuse(421, 'The studio answers to localhost only.')
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'The studio is read only.')
  const path = (request.url ?? '/').replace(/[?#].*$/, '')
  const file = path === '/' ? '/index.html' : path
  // Only names that were listed are ever read.
  if (!files.has(file)) return refuse(404, 'Not found.')
  const body = await readFile(new URL(`.${file}`, folder)).catch(() => undefined)
  if (!body) return refuse(404, 'Not found.')
  const type = TYPES[/[^.]+$/.exec(file)![0]] ?? 'application/octet-stream'
  response.writeHead(200, { ...STUDIO_HEADERS, 'content-type': type, 'content-length': body.length })
  response.end(request.method === 'HEAD' ? undefined : body)
}

export function studioVerb(verb: Command): void {
  verb.option('--port <value>', `${portField.sentence} (${portField.range}; default ${portField.default})`).action(async ({ port }) => {
    const server = await serveStudio(parseField(portField, port ?? portField.default) as number)
    await writeStream(process.stdout, `studio: ${server.url}\nCtrl+C ends it\n`)
    await new Promise(() => undefined)
  })
}
