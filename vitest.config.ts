import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { ENGINE } from './scripts/engine.mjs'

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Tests of what holds for batches of any size, by the rows of theirs. */
const BATCHES: Readonly<Record<number, readonly string[]>> = {
  32: ['packages/core/src/systems/table/stretches.test.ts'],
  1024: ['packages/sbridge/src/shards/draw.test.ts', 'packages/sbridge/test/batches.test.ts']
}

/** What is said where packages are not installed that are only used if they are. */
const WITHOUT = 'packages/sbridge/test/without-packages.test.ts'
const PACKAGES = ['@faker-js/faker', 'read-excel-file', 'write-excel-file']

/** Tests that measure memory, or only start programs: a process each. */
const ALONE = [
  ...['fuzz', 'fuzz-models', 'supervisor'].map((name) => `packages/sbridge/test/${name}.test.ts`),
  ...['many-machines', 'packages'].map((name) => `test/${name}.test.ts`)
]

/** Modules are loaded by Node itself; `otherwise`: see test/native/hooks.mjs. */
const nativeWith = (otherwise: Readonly<Record<string, string>> = {}) => ({
  execArgv: [
    ...ENGINE,
    '--enable-source-maps',
    '--import',
    new URL(`test/native/register.mjs?${new URLSearchParams(otherwise)}`, import.meta.url).href
  ],
  experimental: { viteModuleRunner: false, nodeLoader: false }
})
const NATIVE = nativeWith()
const APART = [...Object.values(BATCHES).flat(), WITHOUT]

/** Files that `--fast` need not even load: tagged as slow as a whole. */
const SLOW = process.env.SBRIDGE_FAST
  ? ['packages', 'test'].flatMap((folder) =>
      readdirSync(source(folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'))
        .map((path) => `${folder}/${path}`)
        .filter((path) => readFileSync(source(path), 'utf8').includes('// @module-tag slow'))
    )
  : []

/** What is tagged as slow begins first: a short file that computes for long would be left alone at the end. */
class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isSlow = new Map(files.map((file) => [file, /@module-tag slow|tags: \['slow'\]/.test(readFileSync(file.moduleId, 'utf8'))]))
    const projects = [...new Set(sorted.map(({ project }) => project))]
    return projects.flatMap((project) =>
      [true, false].flatMap((slow) => sorted.filter((file) => file.project === project && isSlow.get(file) === slow))
    )
  }
}

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@sbridge\/core$/, replacement: source('./packages/core/src/index.ts') },
      { find: /^@sbridge\/core\/internal$/, replacement: source('./packages/core/src/internal.ts') },
      { find: /^sbridge\/internal$/, replacement: source('./packages/sbridge/src/internal.ts') }
    ]
  },
  test: {
    globalSetup: './test/kernels.mjs',
    sequence: { sequencer: SlowFirst },
    setupFiles: ['./test/one-thread.ts', './test/equal-bytes.ts'],
    execArgv: ENGINE,
    // Projects begin in the order of their names: programs first, whose files take longest, so that none is left alone at the end.
    // Most files keep no state of the process and share one copy of the modules, which cost each two seconds to load.
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE, exclude: SLOW, ...NATIVE } },
      {
        extends: true,
        test: {
          name: 'programs',
          include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...ALONE, ...APART, ...SLOW],
          isolate: false,
          ...NATIVE
        }
      },
      ...Object.entries(BATCHES).map(([batch, include]) => ({
        extends: true as const,
        test: { name: `batches of ${batch}`, include: [...include], exclude: SLOW, isolate: false, ...nativeWith({ batch }) }
      })),
      {
        extends: true,
        test: { name: 'without packages', include: [WITHOUT], exclude: SLOW, ...nativeWith({ without: PACKAGES.join(',') }) }
      },
      {
        extends: true,
        test: {
          name: 'sources',
          include: ['packages/*/src/**/*.test.ts'],
          exclude: [...APART, ...SLOW],
          isolate: false,
          env: { COUNTED: 'yes' },
          ...NATIVE
        }
      }
    ],
    // Vitest would keep a core to itself, and has no use for it; and files that start programs wait for them (Slurm's takes 4 seconds
    // of a core in 48), so that there is one more than cores. Files share nothing: folders and ports are their own.
    maxWorkers: availableParallelism() + 1,
    tags: [
      {
        name: 'slow',
        description: 'starts browsers or other programs, or computes for more than half a second and is no closed form: not in test:fast'
      }
    ],
    // Generous: a busy machine must not make a test fail. Speed is a matter for the benches.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    coverage: {
      provider: 'custom',
      customProviderModule: './test/coverage.ts',
      include: ['packages/core/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/assembly/**', '**/generated/**'],
      reporter: ['text-summary'],
      thresholds: { lines: 85, functions: 85, branches: 75 }
    }
  }
})
