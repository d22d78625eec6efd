import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)

/** Folders of the packages that are published, by name. */
const PACKAGES = { '@sbridge/core': 'packages/core', sbridge: 'packages/sbridge' }

let folder: string
/** Files of each package, as npm would publish them. */
const published = new Map<string, readonly string[]>()

/** A project beside whose own dependencies nothing is installed: no types of Node. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sbridge-packages-'))
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '@sbridge'), { recursive: true })
  for (const [name, path] of Object.entries(PACKAGES)) {
    const packed = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: join(root, path),
      encoding: 'utf8',
      shell: process.platform === 'win32'
    })
    const [{ files }] = JSON.parse(packed.stdout) as [{ files: { path: string }[] }]
    published.set(
      name,
      files.map((file) => file.path)
    )
    for (const file of files) cpSync(join(root, path, file.path), join(modules, name, file.path))
  }
  // What the packages themselves depend on, from the repository.
  const { dependencies } = JSON.parse(readFileSync(join(root, PACKAGES.sbridge, 'package.json'), 'utf8')) as { dependencies: object }
  for (const name of Object.keys(dependencies)) {
    if (name === '@sbridge/core') continue
    const at = join(modules, name)
    mkdirSync(join(at, '..'), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), at, 'dir')
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(Object.entries(PACKAGES))('%s', (name, path) => {
  it('is published with the license of the repository, a README, and nothing that is not for its users', () => {
    const files = published.get(name)!
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts']))
    expect(files.filter((file) => /\.test\.|tsbuildinfo|^src|^test/.test(file))).toEqual([])
    expect(readFileSync(join(root, path, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
  })

  it('has entry points that resolve everywhere', async () => {
    const { messages } = await publint({ pkgDir: join(root, path), pack: false })
    expect(messages.filter(({ type }) => type !== 'suggestion')).toEqual([])
  })
})

const PROGRAM = `import { type Engine, fitTable, type RawTable } from '@sbridge/core'
import { createEngine, fit, loadModel, readTable, sample, saveModel, trajectories, writeTable } from 'sbridge'

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
`

it('types: a strict program compiles where there are no types of Node', () => {
  const options = { strict: true, skipLibCheck: false, noEmit: true, target: 'ES2023', lib: ['ES2023'], module: 'NodeNext', types: [] }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'program.ts'), PROGRAM)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['program.ts'] }))
  const { stdout } = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' })
  expect(stdout).toBe('')
})
