// @module-tag slow
// What npm would publish: the packed tarballs themselves, in a project beside which nothing else is installed.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENGINE } from '../scripts/engine.mjs'
import { isStale } from '../scripts/stale.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)

/** Published packages: their folders, and the most kB that each may weigh, packed. */
const PACKAGES = {
  '@sbridge/core': { path: 'packages/core', budget: 1985 },
  // Half is the studio, nearly half the bundle of the command line, a quarter of which draws the report.
  sbridge: { path: 'packages/sbridge', budget: 3220 }
}

interface Packed {
  readonly tarball: string
  readonly size: number
  readonly files: readonly string[]
}
/** What npm tells of a package that it has packed. */
interface Told {
  readonly name: string
  readonly filename: string
  readonly size: number
  readonly files: readonly { readonly path: string }[]
}
/** A fit without a search. */
const QUICK = ['--bandwidth', '0.5', '--scaling', 'standard', '--seed', '1']
let folder: string
const packed = new Map<string, Packed>()

function run(command: string, args: readonly string[], cwd = root): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' })
  return { status, output: stdout + stderr }
}
const modules = (name: string): string => join(folder, 'node_modules', name)

/** The command line as it was packed, with no dependency beside it. */
const sbridge = (...words: string[]): { status: number | null; output: string } =>
  run(process.execPath, [join(modules('sbridge'), 'bin/sbridge.js'), ...words], folder)

/** What the strictest TypeScript says of programs, where there are no types of Node, of browsers, or of dependencies. One look at them all: most of it goes to our own types. */
function complaints(name: string, programs: readonly string[], options: object): string {
  const strict = { strict: true, exactOptionalPropertyTypes: true, noEmit: true, target: 'ES2023', types: [] }
  const files = programs.map((_, i) => `${name}-${i}.ts`)
  for (const [i, program] of programs.entries()) writeFileSync(join(folder, files[i]!), program)
  const config = join(folder, `tsconfig.${name}.json`)
  writeFileSync(config, JSON.stringify({ compilerOptions: { ...strict, lib: ['ES2023'], ...options }, files }))
  return run(process.execPath, [...ENGINE, require.resolve('typescript/bin/tsc'), '-p', config]).output
}

/** kB of a program with all that it imports, minified and gzipped. */
async function weight(program: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    logLevel: 'silent'
  })
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length / 1000
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sbridge-packages-'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  // One npm packs both: to start takes it half a second.
  const paths = Object.values(PACKAGES).map(({ path }) => `./${path}`)
  const told = run('npm', ['pack', ...paths, '--json', '--ignore-scripts', '--silent', '--pack-destination', folder]).output
  for (const { name, filename, size, files } of JSON.parse(told) as Told[]) {
    const tarball = join(folder, filename)
    packed.set(name, { tarball, size, files: files.map((file) => file.path) })
    mkdirSync(modules(name), { recursive: true })
    expect(run('tar', ['-xzf', tarball, '-C', modules(name), '--strip-components=1'])).toEqual({ status: 0, output: '' })
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(Object.entries(PACKAGES))('%s', (name, { path, budget }) => {
  it('is published with the license of the repository, a README, and nothing that is not for its users', () => {
    const { files } = packed.get(name)!
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts']))
    expect(files.filter((file) => /\.test\.|tsbuildinfo|^src|^test/.test(file))).toEqual([])
    expect(files.filter((file) => isStale(join(root, path), file))).toEqual([])
    expect(readFileSync(join(modules(name), 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
    expect(readFileSync(join(modules(name), 'README.md'), 'utf8')).toBe(readFileSync(join(root, path, 'README.md'), 'utf8'))
  })

  it(`weighs ${budget} kB at most`, () => {
    expect(packed.get(name)!.size / 1000).toBeLessThan(budget)
  })

  it('has entry points that resolve (publint)', async () => {
    const bytes = readFileSync(packed.get(name)!.tarball)
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
    const { messages } = await publint({ pack: { tarball } })
    expect(messages.filter(({ type }) => type !== 'suggestion')).toEqual([])
  })

  it('has types that say what the program is (attw)', () => {
    // Modules only: `require` of them, and resolution as before Node 12, are not promised.
    const attw = join(dirname(require.resolve('@arethetypeswrong/cli/package.json')), 'dist/index.js')
    const { status, output } = run(process.execPath, [...ENGINE, attw, packed.get(name)!.tarball, '--profile', 'esm-only', '--no-color'])
    expect([status, output]).toEqual([0, expect.stringContaining('(ESM)')])
  })
})

it('all packages and the citation are of one version', () => {
  const versions = Object.values(PACKAGES).map(({ path }) => JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')).version)
  const cited = /^version: (.*)$/m.exec(readFileSync(join(root, 'CITATION.cff'), 'utf8'))![1]
  expect(new Set([...versions, cited]).size).toBe(1)
})

describe('the command line, packed and with nothing else installed', () => {
  const data = (file: string): string => join(root, file)
  const penguins = data('examples/data/penguins.csv')

  it('reads and writes tables, draws rows and reports: all that it needs is in its bundle', () => {
    expect(sbridge('--version')).toEqual({ status: 0, output: `${JSON.parse(readFileSync(data('package.json'), 'utf8')).version}\n` })
    writeFileSync(join(folder, 'few.csv'), readFileSync(penguins, 'utf8').split('\n').slice(0, 61).join('\n'))
    for (const format of ['parquet', 'arrow', 'npz', 'jsonl'])
      expect(sbridge('sample', 'few.csv', '-n', '20', '-o', `rows.${format}`, ...QUICK)).toMatchObject({ status: 0 })
    expect(sbridge('info', 'rows.parquet').output).toContain('table of 20 rows, 7 columns')
    expect(sbridge('info', 'rows.arrow').output).toContain('table of 20 rows, 7 columns')
    expect(sbridge('sample', penguins, '-n', '100', '-o', 'rows.csv', '--report', 'report.html', ...QUICK)).toMatchObject({ status: 0 })
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('<svg')
  })

  it('says which package a file needs that is not installed', () => {
    const cells = data('packages/sbridge/test/fixtures/cells.h5ad')
    const refused = sbridge('trajectories', cells, '--time', 'day', '-o', 'paths.csv')
    expect(refused).toEqual({ status: 3, output: expect.stringContaining('try npm install h5wasm') })
    for (const name of ['encoder', 'decoder']) writeFileSync(join(folder, `${name}.onnx`), 'a network')
    const networks = sbridge('sample', penguins, '--latent', 'onnx:encoder.onnx,decoder.onnx', '-o', 'rows.csv')
    expect(networks).toEqual({ status: 3, output: expect.stringContaining('try npm install onnxruntime-web') })
    // Before anything is computed.
    for (const [output, driver] of Object.entries({ 'mysql://me@127.0.0.1/shop': 'mysql2', 'duckdb:new.duckdb': '@duckdb/node-api' }))
      expect(sbridge('sample', penguins, '-o', output)).toEqual({ status: 3, output: expect.stringContaining(`try npm install ${driver}`) })
  })
})

const NODE_PROGRAM = `import { type Cell, type DrawnRow, type Engine, fitTable, type RawTable } from '@sbridge/core'
import { createEngine, draw, fit, loadModel, readTable, sample, saveModel, trajectories, writeTable } from 'sbridge'

const table: RawTable = await readTable('rows.csv')
const model = await fit(table, { seed: 1, bandwidth: 'auto' })
await saveModel('rows.sbridge', model)
await writeTable('new.csv', await sample(model, { rows: 10 }))
const engine: Engine = await createEngine('wasm', { threads: 1 })
export const epsilon: number = (await fitTable(table, {}, { engine })).kernel.epsilon
export const loaded: Awaited<ReturnType<typeof loadModel>> = await loadModel('rows.sbridge')
export const paths: typeof trajectories = trajectories
// @ts-expect-error: the types are there, and say no.
await sample(model, { rows: 'ten' })

// Rows have the type of those that a model learned from.
interface Penguin {
  species: 'Adelie' | 'Gentoo'
  mass: number | null
  flippers: 2
  /** As clients of databases give whole numbers. */
  ring: bigint | null
}
declare const penguins: readonly Penguin[]
const records = { rows: 10, cells: 'records' } as const
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(_is: Same<A, B>): void => {}
interface DrawnPenguin {
  species: 'Adelie' | 'Gentoo'
  mass: number | null
  flippers: number
  ring: number | null
}
for (const options of [{}, { local: 'auto' }, { latent: 'pca:2' }] as const)
  same<DrawnRow<Penguin>, DrawnPenguin>(true), (await sample(await fit(penguins, options), records)).records satisfies DrawnPenguin[]
const learned = await fit(penguins, { seed: 1 })
const drawn = await draw(learned, records)
same<(typeof drawn)['records'], DrawnRow<Penguin>[]>(true)
const continued = await draw(await fit(penguins, { system: 'series' }), { steps: 3, cells: 'records' })
export const place: { member: number; step: number; mass: number | null } | undefined = continued.records[0]
// @ts-expect-error: no column of this name.
drawn.records[0]!.bill
// @ts-expect-error: columns are no records.
;(await sample(learned, { rows: 10 })).records
// @ts-expect-error: rows of another type.
await sample<{ mass: string }>(learned, records)
// @ts-expect-error: a column that a row may lack has no type to come back with; null is a missing cell.
await fit([{ mass: 1 }] as { mass?: number }[], { seed: 1 })
// @ts-expect-error: a cell is no record.
await fit([{ mass: { value: 1 } }], { seed: 1 })
// Of files nothing is known but what is said of them.
const fromFile = await sample(await loadModel('rows.sbridge'), records)
same<(typeof fromFile)['records'], Record<string, Cell>[]>(true)
export const said: Penguin['mass'] = (await sample<Penguin>(await loadModel('rows.sbridge'), records)).records[0]!.mass
export const read: Penguin['mass'] = (await sample(await fit<Penguin>(await readTable('rows.csv')), records)).records[0]!.mass
`
/** What a library that is built on this one exports without a word on types: its own declarations must be able to name them. */
const DECLARED_PROGRAM = `import { compare, createEngine, draw, embed, evaluate, evaluateFills, fit, fitMarginals, forecast, impute, info, loadModel, readTable, sample, sampleTrajectories, SYSTEMS, trajectories } from 'sbridge'
import { bridgeCost, bridgeOf, cloud, diffusionMap, drawPairs, exactTransport, fitTransition, keyFromSeed, matrix, schrodingerBridge, sparseCoupling, symmetricScaling, twoSampleTest } from 'sbridge/kernels'
import { encodeTable, fitEncoder, inferTable } from 'sbridge/tables'

export const table = await readTable('rows.csv')
export const model = await fit(table, { local: 'auto' })
export const rows = await sample(model, { given: { a: 1 } })
export const series = await fit(table, { system: 'series' })
export const steps = await draw(series, { steps: 3 })
export const anything = await loadModel('rows.sbridge')
export const results = [await compare(table, table), await evaluate(table, table), await info(anything), await createEngine('wasm')] as const
export const more = [await embed(table, { dimension: 2 }), await forecast(table, { steps: 3 }), await impute(table, {}), await trajectories(table, { time: 't' })] as const
export const parts = { compare, embed, evaluate, evaluateFills, fitMarginals, forecast, impute, sampleTrajectories, trajectories, systems: SYSTEMS }
export const kernels = { bridgeCost, bridgeOf, cloud, diffusionMap, drawPairs, exactTransport, fitTransition, keyFromSeed, matrix, schrodingerBridge, sparseCoupling, symmetricScaling, twoSampleTest }
export const tables = { encodeTable, fitEncoder, inferTable }
`
/** What the core's README shows, in types. */
const BROWSER_PROGRAM = `import { createWasmEngine, fitTable, presentRows, type RawTable, ReferenceEngine, sampleTable } from '@sbridge/core'

export async function rows(table: RawTable) {
  const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  const model = await fitTable(table, { seed: 1 }, { engine })
  return presentRows(model, await sampleTable(model, { rows: 1000, seed: 1 }, { engine }), 'typed')
}
export async function records(points: { x: number; name: string }[]): Promise<{ x: number; name: string }[]> {
  const engine = new ReferenceEngine()
  const model = await fitTable(points, { seed: 1 }, { engine })
  return presentRows(model, await sampleTable(model, { seed: 1 }, { engine }), 'records')
}
// @ts-expect-error: the types are there, and say no.
await rows('a table')
`

describe('types: a strict program compiles where nothing else is installed', () => {
  it('in Node, also one that declares what it exports of ours, and every TypeScript snippet of the guides', () => {
    const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
    const snippets = pages.flatMap((page) => readFileSync(join(root, 'docs', page), 'utf8').match(/(?<=^```ts\n)[^`]*(?=^```$)/gm) ?? [])
    expect(snippets.length).toBeGreaterThan(0)
    // Modules: what two of them name alike is not the same.
    expect(
      complaints('node', [NODE_PROGRAM, DECLARED_PROGRAM, ...snippets], { skipLibCheck: false, module: 'NodeNext', declaration: true })
    ).toBe('')
  })
  it('for a bundler, which finds the declarations that were checked in Node', () => {
    expect(complaints('browser', [BROWSER_PROGRAM], { skipLibCheck: true, module: 'ESNext', moduleResolution: 'bundler' })).toBe('')
  })
})

// kB with all kernels of WebAssembly, of which a page loads one of the engine (10 kB) and that of rows (2 kB). More is a decision, made here.
describe('size in a browser', () => {
  it('rows from a table: 206 kB', async () => {
    const program = BROWSER_PROGRAM.split('\n')
      .slice(0, 7)
      .join('\n')
      .replace('type RawTable, ReferenceEngine, ', '')
      .replace(': RawTable', '')
    expect(await weight(program)).toBeLessThan(206)
  })
  it('all of the core: 714 kB', async () => {
    expect(await weight("export * from '@sbridge/core'")).toBeLessThan(714)
  })
})
