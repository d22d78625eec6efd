// @module-tag slow
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packModel, SYSTEMS } from '@sbridge/core'
import type { Exchange } from '@sbridge/core/internal'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../src/cluster/connection.js'
import { ClusterFit } from '../src/cluster/fit.js'
import { readTable } from '../src/format/table-file.js'
import { createEngine } from '../src/host/node.js'
import { sbridge } from './command.js'
import { hasRedis, PASSWORD, type RedisServer, startRedis } from './redis-server.js'

const bin = fileURLToPath(new URL('../bin/sbridge.js', import.meta.url))
const SETTINGS = ['--seed', '1', '--steps', '1', '--bandwidth', '0.5', '--threads', '1']
const LIKE = 'export const logLikelihood = ({ x }) => -0.5 * (x - 0.3) ** 2\n'
/** Ends the thread of a worker, but no other. */
const DEADLY = `import { workerData } from 'node:worker_threads'
export const logLikelihood = ({ x }) => (workerData?.modules ? process.exit(3) : -x * x)
`
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

interface ObjectStore {
  run(): Promise<{ readonly port: number }>
  close(): Promise<void>
}

interface Running {
  readonly process: ChildProcess
  readonly ended: Promise<number | null>
  said(): string
}

describe.skipIf(!hasRedis())('a cluster', { tags: ['slow'] }, () => {
  let redis: RedisServer
  let folder: string
  const running: Running[] = []
  let first: Running
  let second: Running
  beforeAll(async () => {
    redis = await startRedis()
    folder = mkdtempSync(join(tmpdir(), 'sbridge-cluster-'))
    const word = ['Wolpertinger', 'Elwetritsch']
    const rows = Array.from({ length: 40 }, (_, i) => `${Math.sin(i).toFixed(3)},${word[i % 2]}`)
    writeFileSync(join(folder, 'few.csv'), `x,kind\n${rows.join('\n')}\n`)
    writeFileSync(join(folder, 'like.mjs'), LIKE)
    writeFileSync(join(folder, 'deadly.mjs'), DEADLY)
    for (const name of ['shared', 'elsewhere']) mkdirSync(join(folder, name))
  })
  afterAll(async () => {
    for (const { process: child } of running) child.kill('SIGKILL')
    await redis.stop()
    // Passwords are nowhere: not in what was said, not beside the rows, not in what the server keeps. Nor has it rows.
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
    const texts = files.filter((name) => /\.(json|csv|sbridge|batches)$/.test(name)).map((name) => readFileSync(name, 'latin1'))
    rmSync(folder, { recursive: true, force: true })
    expect([...running.map(({ said }) => said()), ...texts].filter((text) => text.includes(PASSWORD))).toEqual([])
  })

  /** The program itself, in a process of its own. */
  function program(words: readonly string[], env: Record<string, string> = {}): Running {
    const child = spawn(process.execPath, [bin, ...words], { cwd: folder, env: { ...process.env, ...env } })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (said += piece))
    const one = { process: child, said: () => said, ended: new Promise<number | null>((resolve) => child.on('close', resolve)) }
    running.push(one)
    return one
  }
  const until = async (holds: () => boolean | Promise<boolean>) => {
    while (!(await holds())) await sleep(20)
  }
  async function worker(shared: string, ...words: string[]): Promise<Running> {
    const one = program(['worker', redis.url, '--shared', shared, '--concurrency', '2', '--lease', '1', ...words])
    await until(() => one.said().includes('Ctrl+C'))
    return one
  }
  const sample = (output: string, ...words: string[]) => ['sample', 'few.csv', ...SETTINGS, '-o', output, ...CLUSTER(), ...words]
  const CLUSTER = () => ['--cluster', redis.url, '--shared', 'shared']
  const onCluster = (output: string, ...words: string[]) => sbridge(folder, ...sample(output, ...words))
  const here = (output: string, ...words: string[]) => sbridge(folder, 'sample', 'few.csv', ...SETTINGS, '-o', output, ...words)
  const bytes = (name: string) => readFileSync(join(folder, name))
  const jobs = async () =>
    (JSON.parse((await sbridge(folder, 'jobs', redis.url, '--json')).stdout) as { jobs: Readonly<Record<string, unknown>>[] }).jobs

  it.each([
    ['redis://nobody:pw-of-the-worker@127.0.0.1:PORT', /redis:\/\/nobody:\*\*\*@.*cannot be reached.*WRONGPASS/s],
    ['redis://worker:pw-of-the-worker@127.0.0.1:1', /cannot be reached \(.*ECONNREFUSED/],
    ['redis://worker:pw-of-the-worker@127.0.0.1:PORT/x', /the address \*\*\*@127/],
    ['worker:pw-of-the-worker@127.0.0.1', /the address \*\*\*@127\.0\.0\.1 of a cluster/],
    ['http://127.0.0.1', /redis:\/\/ or, with TLS, rediss:\/\//]
  ])('%s is refused', async (url, said) => {
    const address = url.replace('PORT', String(redis.port))
    for (const words of [
      ['jobs', address],
      ['worker', address],
      ['sample', 'few.csv', '-o', 'x.csv', '--cluster', address]
    ]) {
      const { status, stderr } = await sbridge(folder, ...words)
      expect([status, stderr]).toEqual([2, expect.stringMatching(said)])
      expect(stderr).toMatch(/got [\s\S]*expected [\s\S]*try /)
      expect(stderr).not.toContain(PASSWORD)
    }
    expect(existsSync(join(folder, 'x.csv'))).toBe(false)
  })

  it.each([
    [['--shared', 'shared'], '--shared without --cluster'],
    [['--cluster', 'redis://127.0.0.1:1', '--shards', '9', '-n', '20000'], 'cannot be reached'],
    [['--shards', '2'], '--shards without --cluster']
  ])('%j is refused', async (words, said) => {
    expect(await here('x.csv', ...words)).toMatchObject({ status: 2, stderr: expect.stringContaining(said) })
  })

  it('waits for workers of its version, and has the bytes of one machine', async () => {
    const connectionName = `sbridge:${Buffer.from('shards-0.0.1-2').toString('base64')}:w:elsewhere`
    const other = new Redis(redis.url, { connectionName })
    const waiting = program(sample('new.csv', '-n', '40000'))
    await until(() => waiting.said().includes('no worker of this version listens'))
    expect(waiting.said()).toContain('those there are of version 0.0.1')
    other.disconnect()
    expect((await jobs())[0]).toMatchObject({ state: 'waiting', drawn: 0, shards: 3, rows: 40_000, output: 'new.csv' })
    first = await worker('shared', '--metrics-port', '0')
    expect(await waiting.ended).toBe(0)
    await here('one.csv', '-n', '40000')
    expect(bytes('new.csv').equals(bytes('one.csv'))).toBe(true)
    expect((await jobs())[0]).toMatchObject({ state: 'done', drawn: 3, parked: [] })
    const metrics = await (await fetch(/http:\S+\/metrics/.exec(first.said())![0])).text()
    expect(metrics).toMatch(/^sbridge_shards_total\{outcome="drawn"\} 3$/m)
    expect(metrics).toMatch(/^sbridge_shard_seconds_count 3$/m)
  })

  it('rows under a condition, with TLS, and again from what is there', async () => {
    const known = ['--given', 'kind=Wolpertinger', '-n', '20000']
    expect((await onCluster('given.csv', ...known)).stderr).toBe('')
    await here('one.csv', ...known)
    expect(bytes('given.csv').equals(bytes('one.csv'))).toBe(true)
    const listed = (env: Record<string, string>) => program(['jobs', redis.tlsUrl], env)
    const [trusting, distrusting] = [listed({ NODE_EXTRA_CA_CERTS: redis.certificate }), listed({})]
    expect([await trusting.ended, trusting.said()]).toEqual([0, expect.stringContaining('2 of 2 shards, 20000 rows from few.csv')])
    expect([await distrusting.ended, distrusting.said()]).toEqual([2, expect.stringContaining('self-signed certificate')])
  })

  it.each([
    ['sample', 'few.csv', ['--given-file', 'two.csv', '-n', '9000', '--steps', '1', '--bandwidth', '0.5'], 2],
    ['impute', 'gaps.csv', ['--draws', '3'], 3]
  ])('%s of %s with %j: the bytes of one machine', async (verb, table, own, shards) => {
    writeFileSync(join(folder, 'two.csv'), 'x\n0.5\n-0.5\n')
    writeFileSync(join(folder, 'gaps.csv'), readFileSync(join(folder, 'few.csv'), 'utf8').replaceAll('Wolpertinger', ''))
    const words = [verb, table, ...own, '--seed', '3']
    const away = await sbridge(folder, ...words, '-o', 'away.csv', ...CLUSTER())
    expect([away.status, away.stderr]).toEqual([0, ''])
    await sbridge(folder, ...words, '-o', 'one.csv')
    expect(bytes('away.csv').equals(bytes('one.csv'))).toBe(true)
    expect((await jobs())[0]).toMatchObject({ state: 'done', shards })
  })

  it('data by a store of objects: the bytes of one machine, and who may not read is told', async () => {
    const name: string = 's3rver'
    const { default: S3rver } = (await import(name)) as { readonly default: new (options: object) => ObjectStore }
    const directory = join(folder, 'store')
    const store = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets: [{ name: 'shop' }] })
    const { port } = await store.run()
    const env = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER', AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` }
    const away = (output: string, bucket: string) =>
      program(
        ['sample', 'few.csv', ...SETTINGS, '-n', '20000', '-o', output, '--cluster', redis.url, '--shared', `s3://${bucket}/a b`],
        env
      )
    first.process.kill('SIGSTOP')
    const words = ['worker', redis.url, '--shared', 's3://shop/a b', '--concurrency', '2', '--lease', '1']
    const own = program(words, env)
    await until(() => own.said().includes('Ctrl+C'))
    const drawn = away('s3.csv', 'shop')
    expect([await drawn.ended, drawn.said()]).toEqual([0, expect.stringContaining('20000 rows in s3.csv')])
    await here('one.csv', '-n', '20000')
    expect(bytes('s3.csv').equals(bytes('one.csv'))).toBe(true)
    const nobody = away('x.csv', 'nobody')
    expect([await nobody.ended, nobody.said()]).toEqual([2, expect.stringContaining('NoSuchBucket')])
    own.process.kill('SIGTERM')
    expect(await own.ended).toBe(0)
    await store.close()
    first.process.kill('SIGCONT')
  })

  it('a fit in which workers take part, or none does, has the bytes of one machine', async () => {
    const rows = Array.from({ length: 1500 }, (_, i) => `${Math.sin(i).toFixed(3)},${Math.cos(i * i).toFixed(3)}`)
    writeFileSync(join(folder, 'many.csv'), `x,y\n${rows.join('\n')}\n`)
    const words = ['--seed', '3', '--bandwidth', '0.5', '--landmarks', 'all', '--scaling', 'standard']
    await sbridge(folder, 'fit', 'many.csv', ...words, '-o', 'one.sbridge')
    const input = await readTable(join(folder, 'many.csv'), {})
    const options = { seed: 3, bandwidth: 0.5, landmarks: 'all', scaling: 'standard' } as const
    const run = { seed: 3, engineName: 'wasm', precision: 'float64' } as const
    const shared = join(folder, 'shared')
    const computed = () => readdirSync(shared, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.piece')).length
    const before = computed()
    const connection = await connect(redis.url, () => {})
    const said: string[] = []
    // Pieces of a usual size would be minutes of work; a plan of its own for either fit.
    const fitted = async (pieceWork: number, first: () => Promise<void>) => {
      const about = { input: 'many.csv', output: 'm.sbridge', run, pieceWork, shards: 2 }
      const fit = new ClusterFit({ connection, shared, about, say: (line) => said.push(line) })
      const share: Exchange['share'] = (call) => fit.share({ ...call, compute: (piece) => first().then(() => call.compute(piece)) })
      const engine = await createEngine('wasm', { threads: 1, exchange: { pieceWork, share } })
      const model = packModel(SYSTEMS.tables.save(await fit.fit({ input, options }, { engine })))
      await engine.close()
      return bytes('one.sbridge').equals(model)
    }
    expect(await fitted(4e6, () => until(() => computed() > before))).toBe(true)
    expect(said[0]).toMatch(/^of \d+ pieces of the fit [1-9]\d* were computed by workers$/)
    first.process.kill('SIGSTOP')
    expect(await fitted(5e6, async () => {})).toBe(true)
    expect(said[1]).toMatch(/ 0 were computed by workers$/)
    first.process.kill('SIGCONT')
    connection.close()
    const away = await sbridge(folder, 'fit', 'few.csv', '--seed', '1', '-o', 'few.sbridge', ...CLUSTER())
    expect([away.status, away.stderr]).toEqual([0, ''])
    await sbridge(folder, 'fit', 'few.csv', '--seed', '1', '-o', 'one.sbridge')
    expect(bytes('few.sbridge').equals(bytes('one.sbridge'))).toBe(true)
    const refused = await sbridge(folder, 'fit', 'few.csv', '--engine', 'reference', '-o', 'x.sbridge', ...CLUSTER())
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('an engine whose sums are shared') })
  })

  /** Begins a draw and waits for its plan. */
  async function begun(...words: string[]): Promise<{ readonly drawing: Running; readonly plan: string }> {
    const plans = () => readdirSync(join(folder, 'shared')).flatMap((name) => /^(.*)\.json$/.exec(name)?.[1] ?? [])
    const before = new Set(plans())
    const drawing = program(sample(...(words as [string, ...string[]])))
    const fresh = () => plans().find((name) => !before.has(name))
    await until(() => fresh() !== undefined)
    return { drawing, plan: fresh()! }
  }

  it('a worker and then the server killed at random moments: every row once', async () => {
    let state = 7
    const random = () => {
      state = (1103515245 * state + 12345) % 2 ** 31
      return state / 2 ** 31
    }
    const { drawing, plan } = await begun('k.csv', '-n', '120000')
    const drawn = () => readdirSync(join(folder, 'shared', plan)).filter((name) => name.endsWith('.json')).length
    await until(() => drawn() >= 1 + 2 * random())
    await sleep(200 * random())
    first.process.kill('SIGKILL')
    second = await worker('shared', '--module', 'like=like.mjs', '--module', 'deadly=deadly.mjs')
    await until(() => drawn() >= 4 + 2 * random())
    await sleep(200 * random())
    await redis.kill()
    await redis.start()
    expect(await drawing.ended).toBe(0)
    await here('one.csv', '-n', '120000')
    expect(bytes('k.csv').equals(bytes('one.csv'))).toBe(true)
  })

  it('a folder that is not shared, and a shard that differs between hosts: parked, with the reason and exit code 6', async () => {
    // One that sees another folder, while the other hears nothing.
    second.process.kill('SIGSTOP')
    const third = await worker('elsewhere')
    const { drawing, plan } = await begun('p.csv', '-n', '40000', '--noise', 'constant')
    expect(await drawing.ended).toBe(6)
    expect(drawing.said()).toMatch(
      /3 of 3 shards that were given up\n {2}shard 1: \S+ got no plan sbridge-\S+ in \S+elsewhere; expected the folder/
    )
    third.process.kill('SIGKILL')
    const own = join(folder, 'shared', plan)
    for (const host of ['north', 'south']) {
      const sha256 = createHash('sha256').update(host).digest('hex')
      const manifest = { shard: 2, sha256, bytes: host.length, seconds: 1, host, processor: 'p' }
      writeFileSync(join(own, `2.${sha256}.batches`), host)
      writeFileSync(join(own, `2.${sha256}.json`), JSON.stringify(manifest))
    }
    second.process.kill('SIGCONT')
    const differing = await onCluster('p.csv', '-n', '40000', '--noise', 'constant')
    expect([differing.status, differing.stderr]).toEqual([
      6,
      expect.stringMatching(/shard 2 with two results, .* on (north|south) .* on (north|south) /)
    ])
    expect(existsSync(join(folder, 'p.csv'))).toBe(false)
    expect((await jobs())[0]).toMatchObject({ state: 'failed', shards: 3, reason: expect.stringContaining('two results') })
    for (const name of readdirSync(own)) if (/^2\./.test(name)) rmSync(join(own, name))
    expect((await onCluster('p.csv', '-n', '40000', '--noise', 'constant')).status).toBe(0)
  })

  it('code is run where it is registered, and is the same', async () => {
    const known = ['--likelihood', 'like.mjs', '-n', '17000']
    expect((await onCluster('l.csv', ...known)).stderr).toBe('')
    await here('one.csv', ...known)
    expect(bytes('l.csv').equals(bytes('one.csv'))).toBe(true)
    writeFileSync(join(folder, 'like.mjs'), `${LIKE}// another\n`)
    const other = program(sample('o.csv', ...known))
    await until(() => second.said().includes('got another file as the module like'))
    other.process.kill('SIGKILL')
    // Code that ends the thread it runs in takes nothing else along, and is not run forever.
    const deadly = await onCluster('d.csv', '--likelihood', 'deadly.mjs')
    expect([deadly.status, deadly.stderr]).toEqual([
      6,
      expect.stringMatching(/1 of 1 shards that were given up\s+shard 1: .*a thread that ended while it worked/)
    ])
  })

  it('the guide does what it says', async () => {
    const guide = readFileSync(fileURLToPath(new URL('../../../docs/many-machines.md', import.meta.url)), 'utf8')
    const blocks = Array.from(guide.slice(guide.indexOf('## A cluster')).matchAll(/^```bash\n([\s\S]*?)^```/gm), ([, text]) => text!.trim())
    const answers = []
    for (const block of blocks) {
      const words = block.replaceAll('redis://queue.example', redis.url).replace('/mnt/shared', 'shared').replace('some.csv', 'few.csv')
      answers.push(await sbridge(folder, ...words.split(/\s+/).slice(2)))
    }
    expect(answers.map(({ status, stderr }) => [status, stderr])).toEqual(Array(3).fill([0, '']))
    expect(answers[1]!.stdout).toContain('model of 40 rows in model.sbridge')
    expect(answers[2]!.stdout).toMatch(/^sbridge-[0-9a-f]{16}: done, 3 of 3 shards, 33000 rows from few.csv for new.csv.gz, sent /)
  })

  it('what it is told to end it ends in peace; the server has no rows', async () => {
    second.process.kill('SIGTERM')
    expect(await second.ended).toBe(0)
    expect(redis.kept()).toContain('few.csv')
    expect(redis.kept()).not.toMatch(/Wolpertinger|Elwetritsch/)
  })
})
