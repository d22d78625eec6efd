// @module-tag slow
import { createHash, createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { writeAtomically } from '../src/format/atomic-file.js'
import { readBytes, readTable } from '../src/format/table-file.js'
import { sbridge } from './command.js'
import { freePort } from './postgres-server.js'

interface Store {
  run(): Promise<{ readonly port: number }>
  close(): Promise<void>
}

const FIT = ['--bandwidth', '0.5', '--seed', '3', '--scaling', 'standard']
/** The server knows one user, and does not look at signatures of the fourth version. */
const SECRET = 'wJalrXUtnFEMI'
let folder: string
let store: Store
let port: number

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sbridge-s3-'))
  const name: string = 's3rver'
  const { default: S3rver } = (await import(name)) as { readonly default: new (options: object) => Store }
  store = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: join(folder, 'store'),
    configureBuckets: [{ name: 'shop' }]
  })
  port = (await store.run()).port
  for (const [key, value] of Object.entries({
    AWS_ACCESS_KEY_ID: 'S3RVER',
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`
  }))
    vi.stubEnv(key, value)
  writeFileSync(
    join(folder, 'rows.csv'),
    ['x,kind', ...Array.from({ length: 60 }, (_, i) => `${(37 * i) % 50},${'ab'[i % 2]}`), ''].join('\n')
  )
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await store?.close()
  rmSync(folder, { recursive: true, force: true })
})

const sample = (input: string, output: string) => sbridge(folder, 'sample', input, ...FIT, '-n', '30', '-o', output)

it('rows, models and reports go to a store and come from it: the bytes of files', async () => {
  for (const file of ['new rows.parquet', 'new.csv.gz']) {
    expect(await sample('rows.csv', file)).toMatchObject({ status: 0 })
    const done = await sample('rows.csv', `s3://shop/a b/${file}`)
    expect(done, done.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining(`30 rows in s3://shop/a b/${file}`) })
    expect(Buffer.from(await readBytes(`s3://shop/a b/${file}`)).equals(readFileSync(join(folder, file)))).toBe(true)
    expect(await readTable(`s3://shop/a b/${file}`)).toMatchObject({ rowCount: 30 })
  }
  expect(await sbridge(folder, 'fit', 's3://shop/a b/new.csv.gz', ...FIT, '-o', 's3://shop/m.sbridge')).toMatchObject({
    status: 0
  })
  const drawn = await sbridge(folder, 'sample', 's3://shop/m.sbridge', '-n', '5', '-o', 'x.csv')
  expect(drawn, drawn.stderr).toMatchObject({ status: 0 })
})

it('what is not there or not allowed is refused, and nothing is said of the secret', async () => {
  const said = async (answer: ReturnType<typeof sample>, status: number, message: string) => {
    const { stderr, ...rest } = await answer
    expect({ ...rest, stderr }, stderr).toMatchObject({ status, stderr: expect.stringContaining(message) })
    expect(stderr).not.toContain(SECRET)
  }
  await said(sample('s3://shop/none.csv', 'x.csv'), 4, 'which does not exist (NoSuchKey)')
  await said(sample('s3://nobody/none.csv', 'x.csv'), 4, 'NoSuchBucket')
  await said(sample('rows.csv', 's3://nobody/new.csv'), 2, 'NoSuchBucket')
  await said(sample('rows.csv', 's3://shop.csv'), 2, 's3://BUCKET/KEY')
  await said(sample('rows.csv', 's3://shop/new'), 2, 'without an extension')
  await said(sbridge(folder, 'sample', 's3://shop/a.csv', '--table', 'a', '-o', 'x.csv'), 2, '--table with the file')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', '')
  await said(sample('rows.csv', 's3://shop/new.csv'), 2, 'without credentials')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET)
})

/** The signature that a request should have. @source Amazon, "Signature Version 4", create a signed request */
function signatureFor({ method, url, headers }: IncomingMessage): string {
  const [, date, region, names] = /Credential=[^/]+\/(\d{8})\/([^/]+)\/s3\/aws4_request, *SignedHeaders=([^,]+)/.exec(
    headers.authorization!
  )!
  const listed = names!.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
  // Brackets are encoded in what is signed, whether they are in the address or not.
  const path = url!.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
  const request = [method, path, '', listed.join(''), names, headers['x-amz-content-sha256']].join('\n')
  const hash = createHash('sha256').update(request).digest('hex')
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], `${date}/${region}/s3/aws4_request`, hash].join('\n')
  const steps = [date!, region!, 's3', 'aws4_request', text]
  return steps.reduce<Buffer>((key, step) => createHmac('sha256', key).update(step).digest(), Buffer.from(`AWS4${SECRET}`)).toString('hex')
}

it('requests are signed, with the sum of what they carry', async () => {
  const seen: { request: IncomingMessage; body: Buffer }[] = []
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const body = Buffer.concat(pieces)
    seen.push({ request, body })
    response.end('x\n1\n2\n3\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${(server.address() as { port: number }).port}/`)
  vi.stubEnv('AWS_SESSION_TOKEN', 'for an hour')
  await writeAtomically('s3://shop/a b/ü+(1)=&.csv', 'x\n1\n')
  expect(await readTable('s3://shop/a b/ü+(1)=&.csv')).toMatchObject({ rowCount: 3 })
  expect(seen.map(({ request, body }) => [request.method, body.toString()])).toEqual([
    ['PUT', 'x\n1\n'],
    ['GET', '']
  ])
  for (const { request, body } of seen) {
    const { headers } = request
    expect(headers.authorization).toContain(`Signature=${signatureFor(request)}`)
    expect(headers['x-amz-content-sha256']).toBe(createHash('sha256').update(body).digest('hex'))
    expect(headers['x-amz-security-token']).toBe('for an hour')
  }
  for (const name of ['AWS_ENDPOINT_URL_S3', 'AWS_SESSION_TOKEN']) vi.stubEnv(name, '')
  server.close()
})

it('a store that is not there or says no, and a line that is cut halfway', async () => {
  const line: Server = createServer((request, response) => {
    if (request.url!.startsWith('/closed/')) {
      response.writeHead(403).end('<Error><Code>AccessDenied</Code><Message>not you</Message></Error>')
      return
    }
    response.writeHead(200, { 'content-length': '1000' })
    response.write('x,kind\n1,a\n', () => response.destroy())
  })
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve))
  const other = (line.address() as { port: number }).port
  for (const at of [await freePort(), other]) {
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${at}`)
    expect(await sample('s3://shop/a.csv', 'x.csv')).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('cannot be reached or was lost')
    })
  }
  expect(await sample('s3://closed/a.csv', 'x.csv')).toMatchObject({ status: 4, stderr: expect.stringContaining('AccessDenied: not you') })
  expect(await sample('rows.csv', 's3://closed/a.csv')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('AccessDenied: not you')
  })
  line.close()
})
