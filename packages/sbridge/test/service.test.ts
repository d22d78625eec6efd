// @module-tag slow
// The service as a program: what is asked over HTTP, how much at once, and how it ends.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Validator } from '@seriousme/openapi-schema-validator'
import { validate } from 'dockerfile-utils'
import openapiTypes, { astToString } from 'openapi-typescript'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import fc from '../../../test/property.js'
import { readArrow } from '../src/format/arrow.js'
import { fit, readTable, saveModel } from '../src/index.js'
import { sbridge } from './command.js'
import { columns, table, words } from './small-tables.js'

const bin = fileURLToPath(new URL('../bin/sbridge.js', import.meta.url))
const TOKEN = 'a-token-of-thirty-two-characters'
/** Rows that take long enough for something to happen meanwhile, on any machine. */
const LONG = { rows: 100_000, seed: 1 }

interface Server {
  readonly url: string
  readonly process: ChildProcess
  readonly said: () => string
  readonly ended: Promise<number | null>
}

let folder: string
const servers: Server[] = []

/** Starts a service, on a free port unless one is said. */
async function serve(...words: readonly string[]): Promise<Server> {
  const child = spawn(process.execPath, [bin, 'serve', ...(words.includes('--port') ? words : [...words, '--port', '0'])], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let said = ''
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (piece: Buffer) => {
      said += piece.toString()
      const found = /serving .*: (http:\S+)\/\n/.exec(said)?.[1]
      if (found) resolve(found)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('close', () => reject(new Error(said)))
  })
  const server = { url, process: child, said: () => said, ended }
  servers.push(server)
  return server
}

interface Asked {
  readonly accept?: string
  readonly token?: string
  readonly signal?: AbortSignal
}

/** Posts JSON. */
function post({ url }: Pick<Server, 'url'>, path: string, body: unknown, { accept, token, signal }: Asked = {}): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    ...(accept ? { accept } : {}),
    ...(token ? { authorization: `Bearer ${token}` } : {})
  }
  return fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body), ...(signal ? { signal } : {}) })
}

const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer())
const metric = async ({ url }: Server, name: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1])
}

/** Waits until something holds. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 120_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it never held')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sbridge-service-'))
  const rows = table(...columns(2), words('kind', 3))
  await saveModel(join(folder, 'rows.sbridge'), await fit(rows, { scaling: 'standard', bandwidth: 0.3, seed: 1 }))
  const gaps = {
    ...rows,
    columns: rows.columns.map((column, k) =>
      k === 1 ? { ...column, missing: Uint8Array.from({ length: 40 }, (_, i) => +(i % 8 === 0)) } : column
    )
  }
  await saveModel(join(folder, 'gaps.sbridge'), await fit(gaps as never, { system: 'imputation', bandwidth: 1, seed: 1 }))
  await saveModel(join(folder, 'density.sbridge'), await fit(rows, { system: 'density', seed: 1 }))
})
afterAll(async () => {
  for (const { process: child } of servers) child.kill('SIGKILL')
  await Promise.all(servers.map(({ ended }) => ended))
  rmSync(folder, { recursive: true, force: true })
})

describe('what is asked of it', () => {
  let server: Server
  beforeAll(async () => {
    server = await serve('rows.sbridge', 'gaps.sbridge', 'density.sbridge', '--threads', '2')
  })

  it.each([
    ['csv', 'text/csv'],
    ['jsonl', 'application/x-ndjson']
  ])('the bytes of the command line, as %s', async (extension, accept) => {
    const out = join(folder, `out.${extension}`)
    const words = ['rows.sbridge', '-n', '30', '--seed', '7', '--dialect', 'plain', '-o', out, '--given', 'kind=kind1']
    expect((await sbridge(folder, 'sample', ...words)).status).toBe(0)
    const answer = await post(server, '/v1/models/rows/sample', { rows: 30, seed: 7, given: { kind: 'kind1' } }, { accept })
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('sbridge-seed')]).toEqual([200, accept, '7'])
    expect(await bytesOf(answer)).toEqual(readFileSync(out))
  })

  it('the same rows as JSON and as a stream of Arrow', async () => {
    const body = { rows: 20, seed: 7 }
    const told = (await (await post(server, '/v1/models/rows/sample', body)).json()) as {
      rows: { x0: number }[]
      seed: number
      warnings: []
    }
    const bytes = await bytesOf(await post(server, '/v1/models/rows/sample', body, { accept: 'application/vnd.apache.arrow.stream' }))
    const { columns } = await readArrow(new Uint8Array(bytes), { source: 'stream' })
    expect(Array.from(columns[0]!.values as Float64Array)).toEqual(told.rows.map(({ x0 }) => x0))
    expect([told.rows.length, told.seed, told.warnings]).toEqual([20, 7, []])
  })

  it('conditions in bulk: the bytes of --given-file', async () => {
    writeFileSync(join(folder, 'given.csv'), 'kind,x1\nkind0,\n,0.5\nkind2,-0.25\n')
    const words = [
      'rows.sbridge',
      '-n',
      '4',
      '--seed',
      '3',
      '--dialect',
      'plain',
      '-o',
      join(folder, 'bulk.csv'),
      '--given-file',
      'given.csv'
    ]
    expect((await sbridge(folder, 'sample', ...words)).status).toBe(0)
    const given = [{ kind: 'kind0' }, { x1: 0.5 }, { kind: 'kind2', x1: -0.25 }]
    const answer = await post(server, '/v1/models/rows/sample', { rows: 4, seed: 3, given }, { accept: 'text/csv' })
    expect(await bytesOf(answer)).toEqual(readFileSync(join(folder, 'bulk.csv')))
  })

  it('a seed is drawn and told where none is given, and gives the same bytes again', async () => {
    const first = await post(server, '/v1/models/rows/sample', { rows: 5 }, { accept: 'text/csv' })
    const seed = Number(first.headers.get('sbridge-seed'))
    const again = await post(server, '/v1/models/rows/sample', { rows: 5, seed }, { accept: 'text/csv' })
    expect(await bytesOf(again)).toEqual(await bytesOf(first))
  })

  it('gaps are filled, and nothing else', async () => {
    const fill = [
      { x0: 0.25, x1: null, kind: 'kind1' },
      { x0: 1, x1: 0.5, kind: null }
    ]
    const { rows } = (await (await post(server, '/v1/models/gaps/impute', { fill, seed: 2 })).json()) as { rows: Record<string, unknown>[] }
    expect(rows[0]).toEqual({ x0: 0.25, x1: expect.any(Number), kind: 'kind1' })
    expect(rows[1]).toEqual({ x0: 1, x1: 0.5, kind: expect.stringMatching(/^kind[012]$/) })
  })

  it('rows are scored: the bytes of the command line', async () => {
    writeFileSync(join(folder, 'far.csv'), 'x0,x1,kind\n0.5,0.25,kind1\n,0.25,kind2\n9,9,kind0\n')
    const words = ['density.sbridge', 'far.csv', '--seed', '2', '--gradient', '--dialect', 'plain', '-o', join(folder, 'scored.csv')]
    const ended = await sbridge(folder, 'score', ...words)
    expect([ended.status, ended.stderr]).toEqual([0, expect.anything()])
    const score = [
      { x0: 0.5, x1: 0.25, kind: 'kind1' },
      { x1: 0.25, kind: 'kind2' },
      { x0: 9, x1: 9, kind: 'kind0' }
    ]
    const answer = await post(server, '/v1/models/density/score', { score, gradient: true, seed: 2 }, { accept: 'text/csv' })
    expect(String(await bytesOf(answer))).toBe(readFileSync(join(folder, 'scored.csv'), 'utf8'))
  })

  it('rows are measured against those that the model learned from', async () => {
    const { rows } = (await (await post(server, '/v1/models/rows/sample', { rows: 40, seed: 9 })).json()) as { rows: object[] }
    const own = (await (await post(server, '/v1/models/rows/evaluate', { synthetic: rows, seed: 1 })).json()) as {
      classifierAuc: { value: number }
    }
    const far = rows.map((row) => ({ ...row, x0: 50 + (row as { x0: number }).x0 }))
    const other = (await (await post(server, '/v1/models/rows/evaluate', { synthetic: far, seed: 1 })).json()) as {
      classifierAuc: { value: number }
    }
    expect(own.classifierAuc.value).toBeLessThan(0.8)
    expect(other.classifierAuc.value).toBeGreaterThan(0.95)
  })

  it('what is not there, or not so, is refused with what to do', async () => {
    const refused = async (path: string, body: unknown, asked: Asked = {}) => {
      const answer = await post(server, path, body, asked)
      const told = (await answer.json()) as Record<string, unknown>
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      for (const key of ['title', 'got', 'expected', 'try']) expect(told[key]).toEqual(expect.any(String))
      return [answer.status, told.code]
    }
    const sample = '/v1/models/rows/sample'
    expect(await refused('/v1/models/none/sample', {})).toEqual([404, 'model-unknown'])
    expect(await refused('/v1/models/rows/impute', {})).toEqual([404, 'operation-unknown'])
    expect(await refused('/v1/models/rows/dance', {})).toEqual([404, 'operation-unknown'])
    expect(await refused('/v2', {})).toEqual([404, 'path-unknown'])
    expect(await refused(sample, { rows: 2.5 })).toEqual([422, 'schema'])
    expect(await refused(sample, { rowz: 2 })).toEqual([422, 'property-unknown'])
    const misspelt = (await (await post(server, sample, { given: { kid: 'a' } })).json()) as { readonly expected: string }
    expect(misspelt.expected).toMatch(/^one of .*\bkind\b/)
    const got = await fetch(`${server.url}${sample}`)
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST'])
    expect(await got.json()).toMatchObject({ code: 'method', try: `POST ${sample}` })
    const deleted = await fetch(`${server.url}/v1/models`, { method: 'DELETE' })
    expect([deleted.status, deleted.headers.get('allow')]).toEqual([405, 'GET'])
    // Files and modules of the machine are no business of those who ask.
    expect(await refused(sample, { givenFile: '/etc/passwd' })).toEqual([422, 'property-unknown'])
    expect(await refused(sample, { likelihood: './module.mjs' })).toEqual([422, 'property-unknown'])
    expect(await refused(sample, { given: { kind: 'kind9' } })).toEqual([422, 'level-unknown'])
    expect(await refused(sample, { given: { weight: 1 } })).toEqual([422, 'property-unknown'])
    expect(await refused(sample, {}, { accept: 'image/png' })).toEqual([406, 'format'])
    const plain = await fetch(`${server.url}${sample}`, { method: 'POST', body: '{}' })
    expect(plain.status).toBe(415)
    const broken = await fetch(`${server.url}${sample}`, {
      method: 'POST',
      body: '{"rows": 3',
      headers: { 'content-type': 'application/json' }
    })
    expect([broken.status, ((await broken.json()) as { code: string }).code]).toEqual([400, 'json'])
  })

  it('a name that is not its own is turned away: a page elsewhere could have it lead here', async () => {
    const { port } = new URL(server.url)
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write('GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')
      )
      let said = ''
      socket.on('data', (piece) => (said += piece.toString())).on('close', () => resolve(said))
    })
    expect(answer).toMatch(/^HTTP\/1.1 421 /)
  })

  it('300 malformed requests are refused, and the service goes on', async () => {
    const json = fc.jsonValue({ maxDepth: 3 })
    const property = fc.constantFrom(
      'rows',
      'seed',
      'given',
      'observe',
      'noise',
      'steps',
      'start',
      'conditioning',
      'ridge',
      '__proto__',
      'constructor'
    )
    const bodies = fc.sample(fc.oneof(fc.dictionary(property, json, { minKeys: 1 }), json), 300)
    const statuses = new Map<number, number>()
    for (let at = 0; at < bodies.length; at += 50) {
      const answers = bodies.slice(at, at + 50).map(async (body) => {
        const { status } = await post(server, '/v1/models/rows/sample', body)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      })
      await Promise.all(answers)
    }
    expect(Array.from(statuses.keys()).filter((status) => status !== 200 && status !== 422)).toEqual([])
    expect(statuses.get(422)).toBeGreaterThan(150)
    expect((await post(server, '/v1/models/rows/sample', { rows: 1 })).status).toBe(200)
    expect(server.said()).not.toContain('mistake')
  })

  it('a reader who does not read keeps nobody else waiting', async () => {
    const { port } = new URL(server.url)
    const body = JSON.stringify({ rows: 1000, seed: 1 })
    const socket = connect(Number(port), '127.0.0.1')
    socket.pause()
    socket.write(
      `POST /v1/models/rows/sample HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    )
    for (let i = 0; i < 5; i++) expect((await post(server, '/v1/models/rows/sample', { rows: 1 })).status).toBe(200)
    let bytes = 0
    const whole = new Promise<void>((resolve) => {
      socket.on('data', (piece) => {
        bytes += piece.length
        if (piece.toString().endsWith('}\n')) resolve()
      })
    })
    socket.resume()
    await whole
    expect(bytes).toBeGreaterThan(30_000)
    socket.destroy()
  })

  it('requests are counted by the pattern of their route, so that no path makes a series', async () => {
    await fetch(`${server.url}/v1/models/nobody-has-this`)
    const text = await (await fetch(`${server.url}/metrics`)).text()
    expect(text).toMatch(/sbridge_requests_total\{method="POST",route="\/v1\/models\/:model\/:operation",status="200"\} \d+/)
    expect(text).toMatch(/sbridge_rows_total\{operation="sample"\} \d+/)
    expect(text).not.toContain('nobody-has-this')
  })

  it('describes itself in valid OpenAPI 3.1', async () => {
    const description = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: object }
    expect(await new Validator().validate(structuredClone(description))).toMatchObject({ valid: true })
    for (const path of ['rows/sample', 'rows/evaluate', 'gaps/impute', 'gaps/evaluate', 'density/score'])
      expect(description.paths).toHaveProperty([`/v1/models/${path}`])
    expect(description.paths).not.toHaveProperty(['/v1/models/rows/impute'])
  })
})

describe('the guide', () => {
  it('every command of it does what it says', async () => {
    const model = await fit(await readTable(fileURLToPath(new URL('../../../examples/data/penguins.csv', import.meta.url))), {
      scaling: 'standard',
      bandwidth: 0.3,
      seed: 1
    })
    await saveModel(join(folder, 'penguins.sbridge'), model)
    const { url } = await serve('penguins.sbridge', '--threads', '1')
    const guide = readFileSync(fileURLToPath(new URL('../../../docs/as-a-service.md', import.meta.url)), 'utf8')
    const blocks = Array.from(guide.matchAll(/^```bash\n([\s\S]*?)^```/gm), ([, text]) => text!)
    const said = blocks.map((text) => {
      const { status, stdout, stderr } = spawnSync('bash', ['-ec', text.replaceAll('http://127.0.0.1:8080', url)], {
        cwd: folder,
        encoding: 'utf8'
      })
      expect([status, stderr]).toEqual([0, ''])
      return stdout
    })
    expect(said.length).toBe(5)
    expect((JSON.parse(said[0]!) as { rows: [] }).rows.length).toBe(3)
    const lines = said[1]!.trim().split('\n')
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual([...Array(5).fill('Gentoo'), ...Array(5).fill('Adelie')])
    expect(JSON.parse(said[2]!)).toMatchObject({ model: 'penguins', state: expect.stringMatching(/waiting|running/) })
    expect(JSON.parse(readFileSync(join(folder, 'service.json'), 'utf8'))).toHaveProperty(['paths', '/v1/models/penguins/sample'])
    expect(readFileSync(join(folder, 'token.txt'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
  })

  it('a typed client is made of the description, compiles, refuses what the service would, and draws', async () => {
    const guide = readFileSync(fileURLToPath(new URL('../../../docs/as-a-service.md', import.meta.url)), 'utf8')
    const { url } = servers.at(-1)!
    const [, snippet] = /^```typescript\n([\s\S]*?)^```/m.exec(guide)!
    writeFileSync(
      join(folder, 'service.d.ts'),
      astToString(await openapiTypes(JSON.parse(readFileSync(join(folder, 'service.json'), 'utf8')) as never))
    )
    const wrong = ["{ rows: 'three' }", "{ noise: 'pink' }", '{ seed: null }'].map(
      (body) => `// @ts-expect-error\nexport const wrong = () => client.POST('/v1/models/penguins/sample', { body: ${body} })\n`
    )
    const programs = {
      client: snippet!.replace('http://127.0.0.1:8080', url),
      ...Object.fromEntries(
        wrong.map((text, i) => [
          `wrong${i}`,
          `import createClient from 'openapi-fetch'\nimport type { paths } from './service.js'\nconst client = createClient<paths>()\n${text}`
        ])
      )
    }
    for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, `${name}.ts`), text)
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    symlinkSync(fileURLToPath(new URL('../../../node_modules', import.meta.url)), join(folder, 'node_modules'))
    const options = {
      strict: true,
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
      types: [],
      skipLibCheck: true
    }
    const program = ts.createProgram(
      Object.keys(programs).map((name) => join(folder, `${name}.ts`)),
      options
    )
    const problems = ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
    expect(problems).toEqual([])
    program.emit()
    const { status, stdout, stderr } = spawnSync(process.execPath, ['client.js'], { cwd: folder, encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
    const asked = await post({ url }, '/v1/models/penguins/sample', { rows: 3, seed: 7, given: { species: 'Gentoo' } })
    const { rows } = (await asked.json()) as { rows: { body_mass_g: number }[] }
    expect(JSON.parse(stdout)).toEqual(rows.map(({ body_mass_g }) => body_mass_g))
  })

  it('the recipe of a container begins the program itself, as nobody, and asks whether it is ready', () => {
    const recipe = readFileSync(fileURLToPath(new URL('../../../examples/service/Dockerfile', import.meta.url)), 'utf8')
    expect(validate(recipe)).toEqual([])
    expect(validate(`${recipe}\nENTRYPOINT ["node"]\nEXPOSE port`)).toHaveLength(2)
    const lines = recipe
      .replaceAll('\\\n', ' ')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    // What linters ask for besides: a base with a version, absolute folders, one command, nothing from the network but packages.
    expect(lines[0]).toMatch(/^FROM [a-z]+:\d+\S*$/)
    const of = (word: string) => lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
    // Lists, not lines of a shell: that would not hand on SIGTERM.
    const [entry] = of('ENTRYPOINT').map((text) => JSON.parse(text) as string[])
    expect(entry!.slice(0, 3)).toEqual(['node', 'node_modules/sbridge/bin/sbridge.js', 'serve'])
    expect([of('USER'), of('WORKDIR')]).toEqual([['node'], ['/app']])
    expect(of('CMD').map((text) => JSON.parse(text) as string[])).toEqual([['/models/model.sbridge']])
    expect(of('RUN').join('\n')).not.toMatch(/curl|wget|sudo|apt/)
    expect(lines.findIndex((line) => line.startsWith('USER'))).toBeGreaterThan(lines.findIndex((line) => line.startsWith('RUN')))
    const { peerDependencies } = JSON.parse(readFileSync(fileURLToPath(new URL('../package.json', import.meta.url)), 'utf8')) as {
      peerDependencies: object
    }
    for (const name of ['hono', '@hono/node-server', 'ajv', 'prom-client']) {
      expect(of('RUN')[0]).toContain(` ${name}`)
      expect(peerDependencies).toHaveProperty([name])
    }
  })
})

describe('jobs', () => {
  let server: Server
  beforeAll(async () => {
    server = await serve('rows.sbridge', '--threads', '1', '--max-jobs', '2')
  })
  const begin = (request: object, more: object = {}) => post(server, '/v1/jobs', { model: 'rows', operation: 'sample', request, ...more })

  it('outlast their request, tell how they go, and keep their result', async () => {
    const begun = await begin({ rows: 500, seed: 4 }, { format: 'csv' })
    const path = begun.headers.get('location')!
    expect(begun.status).toBe(202)
    const events = await (await fetch(`${server.url}${path}/events`)).text()
    expect(events).toMatch(/event: done\ndata: \{.*"share":1/)
    const direct = await bytesOf(await post(server, '/v1/models/rows/sample', { rows: 500, seed: 4 }, { accept: 'text/csv' }))
    expect(await bytesOf(await fetch(`${server.url}${path}/result`))).toEqual(direct)
    expect((await fetch(`${server.url}${path}`, { method: 'DELETE' })).status).toBe(204)
    expect((await fetch(`${server.url}${path}`)).status).toBe(404)
  })

  it('end when they are deleted; more than are kept are refused with when to come again', async () => {
    const first = (await begin(LONG)).headers.get('location')!
    const second = (await begin(LONG)).headers.get('location')!
    const third = await begin(LONG)
    expect([third.status, Number(third.headers.get('retry-after'))]).toEqual([429, 10])
    expect((await fetch(`${server.url}${first}/result`)).status).toBe(404)
    for (const path of [first, second]) expect((await fetch(`${server.url}${path}`, { method: 'DELETE' })).status).toBe(204)
    await until(async () => (await metric(server, 'sbridge_tasks_running')) === 0)
    expect((await begin({ rows: 5 })).status).toBe(202)
  })

  it('are checked before they begin', async () => {
    expect((await begin({ rows: -1 })).status).toBe(422)
    expect((await begin({}, { format: 'png' })).status).toBe(422)
    expect((await begin({}, { colour: 'red' })).status).toBe(422)
    expect((await post(server, '/v1/jobs', [])).status).toBe(422)
  })
})

describe('how much at once', () => {
  let server: Server
  beforeAll(async () => {
    server = await serve(
      'rows.sbridge',
      '--threads',
      '1',
      '--max-in-flight',
      '2',
      '--max-body',
      '0.002',
      '--max-conditions',
      '3',
      '--max-seconds',
      '1'
    )
  })
  const sample = (body: object, asked: Asked = {}) => post(server, '/v1/models/rows/sample', body, asked)

  it('too long a request, too many rows and conditions', async () => {
    expect((await sample({ observe: 'x'.repeat(3000) })).status).toBe(413)
    expect((await sample({ rows: 100_001 })).status).toBe(422)
    expect((await sample({ rows: 50_000, given: [{}, {}, { kind: 'kind1' }] })).status).toBe(422)
    expect((await sample({ rows: 1, given: [{ x0: 1 }, { x0: 2 }, { x0: 3 }, { x0: 4 }] })).status).toBe(422)
  })

  it('a request that computes too long ends, those beyond the limit are told when to come again, and the thread is free after', async () => {
    const long = [sample(LONG), sample(LONG)]
    await until(async () => (await metric(server, 'sbridge_tasks_running')) === 1 && (await metric(server, 'sbridge_tasks_waiting')) === 1)
    const refused = await sample({ rows: 1 })
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    for (const answer of await Promise.all(long))
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'too-long'])
    await until(async () => (await sample({ rows: 1 })).status === 200)
  })

  it('whoever hangs up is not computed for', async () => {
    for (let i = 0; i < 5; i++) {
      const client = new AbortController()
      const asked = sample(LONG, { signal: client.signal }).catch(() => undefined)
      await until(async () => (await metric(server, 'sbridge_tasks_running')) === 1)
      client.abort()
      await asked
      await until(async () => (await metric(server, 'sbridge_tasks_running')) === 0)
    }
    expect((await sample({ rows: 1 })).status).toBe(200)
  })
})

describe('who may ask', () => {
  it('with a token only whoever has it; of how it is, anybody', async () => {
    writeFileSync(join(folder, 'token.txt'), `${TOKEN}\n`)
    const server = await serve('rows.sbridge', '--threads', '1', '--token-file', 'token.txt')
    const sample = (asked: Asked) => post(server, '/v1/models/rows/sample', { rows: 1 }, asked)
    const refused = await sample({})
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect((await sample({ token: `${TOKEN}x` })).status).toBe(401)
    expect((await sample({ token: TOKEN.slice(1) })).status).toBe(401)
    expect((await sample({ token: TOKEN })).status).toBe(200)
    expect((await fetch(`${server.url}/openapi.json`)).status).toBe(401)
    for (const path of ['/healthz', '/readyz']) expect((await fetch(`${server.url}${path}`)).status).toBe(200)
    server.process.kill('SIGTERM')
    expect(await server.ended).toBe(0)
  })
})

describe('how it begins and ends', () => {
  it('SIGTERM: what runs is answered, nothing new is taken, no file stays', async () => {
    const server = await serve('rows.sbridge', '--threads', '1')
    await post(server, '/v1/jobs', { model: 'rows', operation: 'sample', request: { rows: 5 } })
    await until(async () => (await metric(server, 'sbridge_tasks_running')) === 0)
    const running = post(server, '/v1/models/rows/sample', { rows: 3000, seed: 1 })
    await until(async () => (await metric(server, 'sbridge_tasks_running')) === 1)
    server.process.kill('SIGTERM')
    const answer = await running
    expect([answer.status, ((await answer.json()) as { rows: [] }).rows.length]).toEqual([200, 3000])
    expect(await server.ended).toBe(0)
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow()
    expect(server.said()).not.toMatch(/error|mistake/)
  })

  it('restarts under load, in peace and killed: who asks again has all answers, and none is half of one', async () => {
    let server = await serve('rows.sbridge', '--threads', '1')
    const { url } = server
    const answers = new Map<number, Set<string>>()
    let [done, turnedAway] = [0, 0]
    const ask = async (seed: number) => {
      for (;;) {
        try {
          const response = await post({ url }, '/v1/models/rows/sample', { rows: 300, seed }, { accept: 'application/x-ndjson' })
          const text = await response.text()
          if (response.status === 200) return void answers.set(seed, (answers.get(seed) ?? new Set()).add(text))
          expect([response.status, response.headers.has('retry-after')]).toEqual([503, true])
        } catch (error) {
          // A connection that was refused, or cut.
          expect(error).toBeInstanceOf(TypeError)
        }
        turnedAway++
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    const client = async (first: number) => {
      for (let k = 0; k < 6; k++, done++) await ask(first + (k % 3))
    }
    const clients = Promise.all(Array.from({ length: 4 }, (_, c) => client(1 + (c % 2))))
    for (const [signal, after] of [
      ['SIGTERM', 4],
      ['SIGKILL', 12]
    ] as const) {
      await until(async () => done >= after)
      server.process.kill(signal)
      expect(await server.ended).toBe(signal === 'SIGTERM' ? 0 : null)
      server = await serve('rows.sbridge', '--threads', '1', '--port', new URL(url).port)
    }
    await clients
    expect(turnedAway).toBeGreaterThan(0)
    // A seed promises bytes: half an answer would be another one.
    expect([...answers].map(([seed, all]) => [seed, all.size])).toEqual(expect.arrayContaining([1, 2, 3, 4].map((seed) => [seed, 1])))
    expect([...answers.values()].flatMap((all) => [...all].map((text) => text.trim().split('\n').length))).toEqual([300, 300, 300, 300])
    server.process.kill('SIGTERM')
  })

  it('a second signal ends it at once', async () => {
    const server = await serve('rows.sbridge', '--threads', '1')
    const running = post(server, '/v1/models/rows/sample', LONG).catch(() => 'cut')
    await until(async () => (await metric(server, 'sbridge_tasks_running')) === 1)
    server.process.kill('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 200))
    server.process.kill('SIGTERM')
    expect(await server.ended).toBe(130)
    expect(await running).toBe('cut')
  })

  it.each([
    [['none.sbridge'], 4, 'which does not exist'],
    [['table.csv'], 4, 'which is no model'],
    [['rows.sbridge', 'rows.sbridge'], 2, 'two models of the name rows'],
    [['rows.sbridge', '--host', '0.0.0.0'], 2, 'without a token'],
    [['rows.sbridge', '--token-file', 'short.txt'], 2, 'a token of 5 characters'],
    [['rows.sbridge', '--token-file', 'none.txt'], 4, 'none.txt, which does not exist'],
    [['rows.sbridge', '--max-rows', '0'], 2, 'a whole number from 1']
  ])('%j is refused', async (words, status, said) => {
    writeFileSync(join(folder, 'table.csv'), 'a,b\n1,2\n')
    writeFileSync(join(folder, 'short.txt'), 'short')
    const { status: ended, stderr } = await sbridge(folder, 'serve', ...words, '--port', '0', '--threads', '1')
    expect(ended).toBe(status)
    expect(stderr).toContain(said)
    expect(stderr).toMatch(/got [\s\S]*expected [\s\S]*try /)
  })

  it('a damaged model is refused', async () => {
    writeFileSync(join(folder, 'damaged.sbridge'), readFileSync(join(folder, 'rows.sbridge')).subarray(0, -9))
    await expect(serve('damaged.sbridge', '--threads', '1')).rejects.toThrow(/got [\s\S]*expected [\s\S]*try /)
  })

  it('a port that is taken is refused', async () => {
    const server = servers[0]!
    const { port } = new URL(server.url)
    const child = spawn(process.execPath, [bin, 'serve', 'rows.sbridge', '--port', port, '--threads', '1'], { cwd: folder })
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(2)
  })

  it('no folder of jobs is left by those that have ended', async () => {
    const ours = new Set(readdirSync(tmpdir()).filter((name) => name.startsWith('sbridge-jobs-')))
    const server = await serve('rows.sbridge', '--threads', '1')
    const own = readdirSync(tmpdir()).filter((name) => name.startsWith('sbridge-jobs-') && !ours.has(name))
    expect(own.length).toBeGreaterThanOrEqual(1)
    server.process.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    expect(own.some((name) => existsSync(join(tmpdir(), name)) === false)).toBe(true)
  })
})
