import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const core = join(root, 'packages/core/src')

/** Each room may import only rooms of a lower number, or itself. `diagnose` compares tables, rules and all; searches and systems use it. */
const LAYERS: Readonly<Record<string, number>> = {
  num: 0,
  space: 1,
  tell: 1,
  'model-file': 1,
  table: 2,
  kernel: 2,
  engine: 3,
  scaling: 4,
  spectral: 5,
  bridge: 6,
  code: 6,
  know: 7,
  diagnose: 7,
  law: 8,
  draw: 9,
  choose: 10,
  systems: 11
}

/** Rooms of `systems` do not know of each other, but where they meet: in the system of tables, in panels, whose groups are rows of a whole table, in stretches of a series, drawn by the law of forecasts, in bridges between two tables, in densities, whose rows have their gaps filled, and in the registries of systems and of what other threads do. */
const MEETS: Readonly<Record<string, RegExp>> = {
  table: /^(global|local|panel|stretch)$/,
  stretch: /^forecast$/,
  panel: /^global$/,
  bridge: /^(global|table)$/,
  density: /^imputation$/,
  schema: /^(panel|table)$/,
  'index.ts': /./,
  'tasks.ts': /./
}

/** Rooms of `systems` that have no system of their own: what several systems say, ask and keep alike. Each may use them, they use none that has one. */
const SHARED = ['drawn', 'options', 'privacy', 'refinement', 'rules', 'windows']

interface Import {
  readonly file: string
  readonly target: string
}

function importsIn(file: string, text: string): Import[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map((match) => ({
    file,
    target: normalize(join(dirname(file), match[1]!))
  }))
}

/** What is wrong with an import between two files of the core, or undefined. */
function complaint({ file, target }: Import): string | undefined {
  const [from, fromRoom] = file.split('/')
  const [to, toRoom] = target.split('/')
  if (!target.includes('/') || !file.includes('/')) return undefined
  if (LAYERS[from!] === undefined || LAYERS[to!] === undefined) return `${file}: no layer for ${LAYERS[from!] === undefined ? from : to}`
  if (
    from === 'systems' &&
    to === 'systems' &&
    fromRoom !== toRoom &&
    toRoom?.includes('.') === false &&
    !SHARED.includes(toRoom) &&
    !MEETS[fromRoom!]?.test(toRoom)
  )
    return `${file} imports from another room: ${target}`
  if (from === to) return undefined
  if (from === 'engine' && !['num', 'space', 'kernel'].includes(to!)) return `${file} (engine) imports ${target}`
  if (to === 'engine') return `${file} imports an engine: ${target}; engines are passed in`
  return LAYERS[to!]! < LAYERS[from!]! ? undefined : `${file} imports to its right: ${target}`
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('assembly/') && !file.includes('generated/')
  )
}

describe('the one-way flow of the core', () => {
  it('holds for every import', () => {
    const complaints = sourceFiles(core).flatMap((file) =>
      importsIn(file, readFileSync(join(core, file), 'utf8'))
        .map(complaint)
        .filter((c) => c !== undefined)
    )
    expect(complaints).toEqual([])
  })

  it('is checked by something that can fail', () => {
    const wrong = (file: string, text: string) => importsIn(file, text).map(complaint)
    expect(wrong('num/a.ts', "import { x } from '../space/cloud.js'")[0]).toContain('to its right')
    expect(wrong('systems/global/a.ts', "import { x } from '../local/b.js'")[0]).toContain('another room')
    expect(wrong('draw/a.ts', "import { x } from '../engine/wasm/engine.js'")[0]).toContain('passed in')
    expect(wrong('table/a.ts', "const m = await import('../systems/prepare.js')")[0]).toContain('to its right')
    expect(wrong('law/a.ts', "import { x } from '../draw/step.js'")[0]).toContain('to its right')
    expect(wrong('systems/global/a.ts', "import { x } from '../system.js'")[0]).toBeUndefined()
    expect(wrong('systems/global/a.ts', "import { x } from '../options/fields.js'")[0]).toBeUndefined()
    expect(wrong('systems/options/a.ts', "import { x } from '../global/model.js'")[0]).toContain('another room')
  })
})

/** Our packages from the ground up: each may import those before it, by the names that they export. */
const PACKAGES = ['core', 'sbridge', 'studio'] as const
type Package = (typeof PACKAGES)[number]

const manifestOf = (name: Package) =>
  JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as { name: string; exports?: Record<string, unknown> }

/** What a package may be imported as: `.` and its subpaths. */
function exportNames(name: Package): string[] {
  const { name: own, exports = {} } = manifestOf(name)
  return Object.keys(exports).map((path) => own + path.slice(1))
}

/** TypeScript of a package, without tests and what is generated, by its path in the repository. */
function packageFiles(name: Package): string[] {
  return readdirSync(join(root, 'packages', name, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.ts$|assembly\/|generated\//.test(file))
    .map((file) => `packages/${name}/src/${file}`)
}

/** What is wrong with an import from a file of a package, or undefined: it names a file of another, or one above. */
function crossing(file: string, specifier: string): string | undefined {
  const from = file.split('/')[1] as Package
  if (specifier.startsWith('.'))
    return normalize(join(dirname(file), specifier)).startsWith(`packages/${from}/`)
      ? undefined
      : `${file} leaves its package: ${specifier}`
  const to = PACKAGES.find((name) => specifier === manifestOf(name).name || specifier.startsWith(`${manifestOf(name).name}/`))
  if (to === undefined) return undefined
  if (PACKAGES.indexOf(to) >= PACKAGES.indexOf(from)) return `${file} imports ${specifier}, which stands on it`
  return exportNames(to).includes(specifier) ? undefined : `${file} imports ${specifier}, which is not exported`
}

const specifiersIn = (text: string): string[] =>
  [...withoutComments(text).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => specifier!)

describe('the packages', () => {
  it.each(PACKAGES)('%s imports the others by the names that they export, and only those below it', (name) => {
    const complaints = packageFiles(name).flatMap((file) =>
      specifiersIn(readFileSync(join(root, file), 'utf8')).flatMap((specifier) => crossing(file, specifier) ?? [])
    )
    expect(complaints).toEqual([])
  })

  it.each([
    ['core', 'packages/core/src/internal.ts'],
    ['sbridge', 'packages/sbridge/src/internal.ts'],
    ['sbridge', 'packages/sbridge/src/report/internal.ts']
  ] as const)('%s opens in %s what another package uses, and nothing else', (name, file) => {
    const own = manifestOf(name).name
    // Benches and whole-product tests look inside too.
    const outside = ['bench', 'test', ...PACKAGES.map((one) => `packages/${one}/test`)].flatMap((folder) =>
      existsSync(join(root, folder))
        ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
            .filter((one) => /\.(?:ts|tsx|mjs)$/.test(one))
            .map((one) => `${folder}/${one}`)
        : []
    )
    const tests = PACKAGES.slice(PACKAGES.indexOf(name) + 1).flatMap((one) =>
      readdirSync(join(root, 'packages', one, 'src'), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.test\.tsx?$/.test(file))
        .map((file) => `packages/${one}/src/${file}`)
    )
    const uses = [...PACKAGES.slice(PACKAGES.indexOf(name) + 1).flatMap(packageFiles), ...outside, ...tests]
      .map((one) => readFileSync(join(root, one), 'utf8'))
      .flatMap((text) => [...text.matchAll(/\{([^{}]*)\}\s*from\s*'([^']+)'/g)])
      .filter(([, , specifier]) => specifier!.startsWith(`${own}/internal`))
      .flatMap(([, names]) => listed(names!))
    const opened = [...readFileSync(join(root, file), 'utf8').matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, names]) =>
      listed(names!)
    )
    expect(opened.filter((one) => !uses.includes(one))).toEqual([])
    expect(opened).not.toEqual([])
  })

  it('are checked by something that can fail', () => {
    const from = (file: string, specifier: string) => crossing(`packages/${file}`, specifier)
    expect(from('studio/src/work/a.ts', '../../../core/src/num/statistics.js')).toContain('leaves its package')
    expect(from('studio/src/work/a.ts', '@sbridge/core/num/statistics.js')).toContain('not exported')
    expect(from('core/src/num/a.ts', 'sbridge')).toContain('stands on it')
    expect(from('studio/src/work/a.ts', '@sbridge/core/internal')).toBeUndefined()
    expect(from('studio/src/work/a.ts', '../../examples.js')).toBeUndefined()
  })
})

function listed(names: string): string[] {
  return names
    .split(',')
    .map((name) => name.trim().replace(/^type /, ''))
    .filter((name) => name !== '')
}

/** Files that lead back to themselves by their imports, types included: each list is one knot. */
function knots(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const path: string[] = []
  const found: string[][] = []
  const visit = (file: string): number => {
    order.set(file, order.size)
    lowest.set(file, order.get(file)!)
    path.push(file)
    for (const next of imports.get(file) ?? []) {
      const reached = order.has(next) ? (path.includes(next) ? order.get(next)! : Number.POSITIVE_INFINITY) : visit(next)
      lowest.set(file, Math.min(lowest.get(file)!, reached))
    }
    if (lowest.get(file) === order.get(file)) {
      const knot = path.splice(path.indexOf(file))
      if (knot.length > 1) found.push(knot.sort())
    }
    return lowest.get(file)!
  }
  for (const file of imports.keys()) if (!order.has(file)) visit(file)
  return found
}

describe('imports', () => {
  it.each(PACKAGES)('go in no circles in %s', (name) => {
    const files = packageFiles(name)
    const known = new Set(files)
    const own = (file: string): string[] =>
      importsIn(file, readFileSync(join(root, file), 'utf8')).flatMap(({ target }) =>
        [target.replace(/\.js$/, '.ts'), target.replace(/\.js$/, '.tsx')].filter((path) => known.has(path))
      )
    expect(knots(new Map(files.map((file) => [file, own(file)])))).toEqual([])
  })
  it('are checked by something that can fail', () => {
    const circle = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['a']],
      ['d', []]
    ])
    expect(knots(circle)).toEqual([['a', 'b', 'c']])
  })
})

/** Names that a file exports and no other file says, as `file: name`. */
function ownExports(texts: ReadonlyMap<string, string>): string[] {
  const said = new Map<string, number>()
  for (const text of texts.values()) for (const word of new Set(text.match(/[\w$]+/g))) said.set(word, (said.get(word) ?? 0) + 1)
  return [...texts].flatMap(([file, text]) =>
    [...text.matchAll(/^export (?:async )?(?:interface|type|class|function|const)\*? ([\w$]+)/gm)]
      .filter(([, name]) => said.get(name!) === 1)
      .map(([, name]) => `${file}: ${name}`)
  )
}

describe('exports', () => {
  it('are said by another file than their own', () => {
    const users = ['packages', 'bench', 'examples', 'scripts', 'test'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.(?:tsx?|mjs|js)$/.test(file) && !/(?:^|\/)(?:node_modules|dist|build)\//.test(file))
        .map((file) => `${folder}/${file}`)
    )
    const texts = new Map(users.map((file) => [file, withoutComments(readFileSync(join(root, file), 'utf8'))]))
    const own = ownExports(texts).filter((one) => /^packages\/[^/]+\/src\/(?!.*(?:\.test\.|assembly\/|generated\/))/.test(one))
    expect(own).toEqual([])
  })
  it('are checked by something that can fail', () => {
    const texts = new Map([
      ['a', 'export interface Alone {}\nexport const shared = 1'],
      ['b', 'shared']
    ])
    expect(ownExports(texts)).toEqual(['a: Alone'])
  })
})

/** Files in which the host's own functions cannot reach an output. */
const HOST_MATHEMATICS =
  /\bMath\.(exp|expm1|log|log1p|log2|log10|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|pow|cbrt|hypot)\b|\bMath\.random\b|\bDate\.now\b/

describe('equal bytes', () => {
  it('the core calls none of the host’s elementary functions, random numbers or clocks', () => {
    const found = sourceFiles(core).filter((file) => HOST_MATHEMATICS.test(withoutComments(readFileSync(join(core, file), 'utf8'))))
    expect(found).toEqual([])
  })
  it('is checked by something that can fail', () => {
    expect(HOST_MATHEMATICS.test(withoutComments('const y = Math.exp(x)'))).toBe(true)
    expect(HOST_MATHEMATICS.test(withoutComments('// Math.exp is the host’s'))).toBe(false)
  })
})

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '')
}

describe('dependencies', () => {
  it('the core has none, and compiles without DOM and Node types', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8')) as Record<string, unknown>
    for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies']) expect(manifest[kind] ?? {}).toEqual({})
    const settings = JSON.parse(readFileSync(join(root, 'packages/core/tsconfig.json'), 'utf8')) as {
      compilerOptions: { lib: string[]; types: string[] }
    }
    expect(settings.compilerOptions.lib).toEqual(['ES2023'])
    expect(settings.compilerOptions.types).toEqual([])
  })
  it('the core imports nothing but itself', () => {
    const foreign = sourceFiles(core).filter((file) => /(?:\bfrom\s+|\bimport\s*\(?\s*)'[^.']/.test(readFileSync(join(core, file), 'utf8')))
    expect(foreign.map((file) => relative(core, join(core, file)))).toEqual([])
  })
})

describe('property tests', () => {
  it('take their seed from test/property.ts, so that a tree that passed passes again', () => {
    const tests = ['packages', 'test'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
        .map((file) => join(folder, file))
    )
    expect(tests.filter((file) => /^import .* from 'fast-check'/m.test(readFileSync(join(root, file), 'utf8')))).toEqual([])
  })
})
