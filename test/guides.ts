import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { sbridge } from '../packages/sbridge/test/command.js'
import { ENGINE } from '../scripts/engine.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))
const command = join(root, 'packages/sbridge/bin/sbridge.js')
export const read = (page: string): string => readFileSync(join(root, page), 'utf8')

/** Guides: what a person follows. The index only points to them, and the glossary says what words mean. */
export const guides = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md') && !['README.md', 'glossary.md'].includes(name))
  .map((name) => `docs/${name}`)

const CONDITIONS = ['conditional-rows', 'posteriors', 'reading-the-report', 'high-dimensional-fields', 'how-it-works']
const LATENT = ['latent-bridges', 'surfaces-in-data', 'forecasts-and-closures', 'from-snapshots-to-trajectories', 'panels']
const named = [...CONDITIONS, ...LATENT].map((name) => `docs/${name}.md`)

/** Which test file runs the snippets of which pages: about as much work in each, so that they run side by side. */
export const PAGES = {
  conditions: named.slice(0, CONDITIONS.length),
  latent: named.slice(CONDITIONS.length),
  tables: ['README.md', 'packages/core/README.md', ...guides.filter((page) => !named.includes(page))]
}

interface Snippet {
  readonly language: string
  readonly words: readonly string[]
  readonly text: string
  readonly line: number
}

/** Fenced blocks of a page in order. */
function snippetsOf(markdown: string): Snippet[] {
  const found: Snippet[] = []
  let open: { info: string; line: number; lines: string[] } | undefined
  markdown.split('\n').forEach((text, i) => {
    if (!text.startsWith('```')) {
      open?.lines.push(text)
      return
    }
    if (!open) {
      open = { info: text.slice(3).trim(), line: i + 1, lines: [] }
      return
    }
    const [language = '', ...words] = open.info.split(/\s+/)
    found.push({ language, words, text: open.lines.join('\n'), line: open.line })
    open = undefined
  })
  if (open) throw new Error(`a fence opened in line ${open.line} is not closed`)
  return found
}

/** What only installs, tests or serves until it is ended cannot be run here. */
const NOT_HERE = /^(#.*|npm (ci|test|run .*|install .*)|npx sbridge (serve|worker)\b.*|git clone .*|cd .*|)$/

/** The shell lines of a snippet that are run: `npm ci && npx sbridge …` is `npx sbridge …` where all is installed. */
function shellLines(text: string): string {
  return text
    .replaceAll(/^npm ci && /gm, '')
    .split('\n')
    .filter((line) => !NOT_HERE.test(line))
    .join('\n')
}

type Step = { readonly line: number } & ({ readonly shell: string } | { readonly program: string })

/** The steps of a page. Throws for a snippet that is marked as not to be run without reason. */
export function stepsOf(markdown: string): Step[] {
  return snippetsOf(markdown).flatMap(({ language, words, text, line }): Step[] => {
    const unmarked = !words.includes('no-run')
    if (language === 'js' || language === 'mjs') {
      if (!unmarked) throw new Error(`line ${line}: a program must be run`)
      return [{ line, program: text }]
    }
    if (language !== 'sh') return []
    const shell = shellLines(text)
    if (!unmarked && shell !== '') throw new Error(`line ${line}: no-run is for installing and serving only, not for: ${shell}`)
    return shell === '' ? [] : [{ line, shell }]
  })
}

/** Keys that lead from row to row. */
const WHOLE = /^(README\.md|bank|staff\.csv)$/
/** Snapshots, each of which needs its rows: of 200 particles it has half. */
const SNAPSHOTS = 'lotka-volterra.csv'
/** Rows of a page, where sixty do not do. */
const ROWS: Readonly<Record<string, number>> = {
  // It takes 200 landmarks of them, and judges privacy by half of them.
  'docs/new-rows-from-a-table.md': 220,
  // It draws 33,000 rows, so that there are three batches.
  'docs/many-machines.md': 24,
  // It keeps every sixth of them for a test.
  'docs/conditional-rows.md': 72
}

/** About so many of the rows, by the dozen: whether a snippet runs does not hang on how many there are. A customer has a dozen. */
function thinned(csv: string, about: number): string {
  const [head, ...rows] = csv.trimEnd().split('\n')
  const before = (dozen: number): number => Math.floor((dozen * about) / rows.length)
  return `${[head, ...rows.filter((_, i) => before(Math.floor(i / 12) + 1) > before(Math.floor(i / 12)))].join('\n')}\n`
}

function everySecond(csv: string): string {
  const [head, ...rows] = csv.trimEnd().split('\n')
  return `${[head, ...rows.filter((_, i) => i % 2 === 0)].join('\n')}\n`
}

/** A folder to run the snippets of a page in: its examples are those of the repository, with fewer rows. */
export function workFolder(page: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sbridge-docs-'))
  const link = (name: string) => symlinkSync(join(root, name), join(folder, name))
  link('node_modules')
  mkdirSync(join(folder, 'examples/data'), { recursive: true })
  for (const name of readdirSync(join(root, 'examples'))) if (name !== 'data') link(`examples/${name}`)
  for (const name of readdirSync(join(root, 'examples/data'))) {
    if (WHOLE.test(name)) link(`examples/data/${name}`)
    else if (name === SNAPSHOTS) writeFileSync(join(folder, 'examples/data', name), everySecond(read(`examples/data/${name}`)))
    else writeFileSync(join(folder, 'examples/data', name), thinned(read(`examples/data/${name}`), ROWS[page] ?? 60))
  }
  return folder
}

interface Ran {
  readonly status: number | null
  readonly output: string
}

async function start(program: string, file: string, folder: string): Promise<Ran> {
  const child = spawn(program, [file], { cwd: folder })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (output += piece.toString()))
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { status, output }
}

/** Words of a line that asks nothing of the shell but to take quotes off, or undefined. */
function wordsOf(line: string): string[] | undefined {
  const words = line.match(/'[^']*'|[^\s'"`$|&;<>(){}*?#~\\]+/g) ?? []
  return words.join(' ') === line ? words.map((word) => word.replaceAll("'", '')) : undefined
}

/** Rows that a verb draws at most, as tables have fewer; those of a plan of shards are batches, which are many rows. */
const DRAWN = 100

function drawingFewer(words: readonly string[]): readonly string[] {
  const at = words[0] === 'shards' ? 0 : words.indexOf('-n') + 1
  return at === 0 ? words : words.with(at, String(Math.min(Number(words[at]), DRAWN)))
}

/** Lines that only run verbs are run in this process, one after another until one fails: what starts up is the same for all. */
async function runVerbs(verbs: readonly (readonly string[])[], folder: string): Promise<Ran> {
  let output = ''
  for (const words of verbs) {
    const { status, stdout, stderr } = await sbridge(folder, ...drawingFewer(words))
    output += stdout + stderr
    if (status !== 0) return { status, output }
  }
  return { status: 0, output }
}

const SOURCES: Readonly<Record<string, string>> = {
  sbridge: 'sbridge/src/index.ts',
  'sbridge/kernels': 'sbridge/src/kernels.ts',
  'sbridge/tables': 'sbridge/src/tables.ts'
}

/** A program is run in this process, by the modules that are loaded already; those that are published are tested where they are packed. */
async function runProgram(text: string, { file, folder }: { readonly file: string; readonly folder: string }): Promise<Ran> {
  const named = text.replaceAll(/ from '([^']+)'/g, (words, name: string) =>
    SOURCES[name] ? ` from '${pathToFileURL(join(root, 'packages', SOURCES[name])).href}'` : words
  )
  writeFileSync(file, named)
  const before = process.cwd()
  process.chdir(folder)
  try {
    await import(pathToFileURL(file).href)
    return { status: 0, output: '' }
  } catch (error) {
    return { status: 1, output: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  } finally {
    process.chdir(before)
  }
}

type Part = { readonly verbs: string[][] } | { readonly shell: string[] }

/** Lines that only run verbs, and others, in their order; what a line sets for another one is lost between them, and fails. */
function partsOf(shell: string): Part[] {
  const parts: Part[] = []
  for (const line of shell.split('\n')) {
    const words = wordsOf(line)
    const last = parts.at(-1)
    if (words?.[0] === 'npx' && words[2] !== 'studio') {
      if (last && 'verbs' in last) last.verbs.push(words.slice(2))
      else parts.push({ verbs: [words.slice(2)] })
    } else if (last && 'shell' in last) last.shell.push(line)
    else parts.push({ shell: [line] })
  }
  return parts
}

export async function run(step: Step, folder: string): Promise<Ran> {
  const file = join(folder, `snippet-${step.line}.${'shell' in step ? 'sh' : 'mjs'}`)
  if ('program' in step) return runProgram(step.program, { file, folder })
  // Programs begin as tests do: fewer of their functions are optimised early.
  const node = `"${process.execPath}" ${ENGINE.join(' ')}`
  const begun = `node() { ${node} "$@"; }\nnpx() { shift; ${node} "${command}" "$@"; }\n`
  // The studio serves until it is ended: it is started, has to say its address, and is ended.
  const served = `"${process.execPath}" "${command}" studio --port 0 > studio.log & pid=$!; sleep 4; kill $pid; grep -q http studio.log`
  let output = ''
  for (const part of partsOf(step.shell)) {
    if ('shell' in part) writeFileSync(file, `set -eu\n${begun}${part.shell.join('\n').replaceAll(/^npx sbridge studio$/gm, served)}\n`)
    const ran = 'verbs' in part ? await runVerbs(part.verbs, folder) : await start('sh', file, folder)
    output += ran.output
    if (ran.status !== 0) return { status: ran.status, output }
  }
  return { status: 0, output }
}

/** A test for each page of a list: its snippets run one after another in a folder of their own. */
export function testPages(pages: readonly string[]): void {
  describe('every snippet runs', { tags: ['slow'] }, () => {
    for (const page of pages) {
      it(page, { timeout: 600_000 }, async () => {
        const steps = stepsOf(read(page))
        expect(steps.length, `${page} shows nothing that can be run`).toBeGreaterThan(0)
        const folder = workFolder(page)
        try {
          for (const step of steps) {
            const { status, output } = await run(step, folder)
            expect(status, `${page}, line ${step.line}:\n${output}`).toBe(0)
          }
        } finally {
          rmSync(folder, { recursive: true, force: true })
        }
      })
    }
  })
}
