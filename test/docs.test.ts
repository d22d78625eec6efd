import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { sbridge } from '../packages/sbridge/test/command.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const command = join(root, 'packages/sbridge/bin/sbridge.js')
const read = (page: string): string => readFileSync(join(root, page), 'utf8')

/** Guides: what a person follows. The index only points to them. */
const guides = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md') && name !== 'README.md')
  .map((name) => `docs/${name}`)
const references = readdirSync(join(root, 'docs/reference')).map((name) => `docs/reference/${name}`)
/** What each package says of itself. */
const packages = ['packages/core/README.md', 'packages/sbridge/README.md']
const pages = ['README.md', ...packages, 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'docs/README.md', ...guides, ...references]

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
function stepsOf(markdown: string): Step[] {
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

function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sbridge-docs-'))
  for (const name of ['examples', 'node_modules']) symlinkSync(join(root, name), join(folder, name), 'dir')
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

/** Lines that only run verbs are run in this process, one after another until one fails: what starts up is the same for all. */
async function runVerbs(verbs: readonly (readonly string[])[], folder: string): Promise<Ran> {
  let output = ''
  for (const words of verbs) {
    const { status, stdout, stderr } = await sbridge(folder, ...words)
    output += stdout + stderr
    if (status !== 0) return { status, output }
  }
  return { status: 0, output }
}

async function run(step: Step, folder: string): Promise<Ran> {
  const file = join(folder, `snippet-${step.line}.${'shell' in step ? 'sh' : 'mjs'}`)
  if ('program' in step) {
    writeFileSync(file, step.program)
    return start(process.execPath, file, folder)
  }
  const lines = step.shell.split('\n').map(wordsOf)
  if (lines.every((words) => words?.[0] === 'npx' && words[2] !== 'studio'))
    return runVerbs(
      lines.map((words) => words!.slice(2)),
      folder
    )
  const npx = `npx() { shift; "${process.execPath}" "${command}" "$@"; }\n`
  // The studio serves until it is ended: it is started, has to say its address, and is ended.
  const served = `"${process.execPath}" "${command}" studio --port 0 > studio.log & pid=$!; sleep 4; kill $pid; grep -q http studio.log`
  writeFileSync(file, `set -eu\n${npx}${step.shell.replaceAll(/^npx sbridge studio$/gm, served)}\n`)
  return start('sh', file, folder)
}

describe('every snippet runs', { tags: ['slow'] }, () => {
  for (const page of ['README.md', packages[0]!, ...guides]) {
    it(page, { timeout: 600_000 }, async () => {
      const steps = stepsOf(read(page))
      expect(steps.length, `${page} shows nothing that can be run`).toBeGreaterThan(0)
      const folder = workFolder()
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

  it('or stands in the README, where it runs', () => {
    const run = stepsOf(read('README.md')).map((step) => ('shell' in step ? step.shell : step.program))
    const steps = stepsOf(read(packages[1]!)).map((step) => ('shell' in step ? step.shell : step.program))
    expect(steps.length).toBeGreaterThan(0)
    expect(steps.filter((step) => !run.includes(step))).toEqual([])
  })

  it('is checked by something that can fail', async () => {
    expect(() => stepsOf('```sh no-run\nnpx sbridge info x.csv\n```')).toThrow('no-run')
    expect(() => stepsOf('```js no-run\nthrow 1\n```')).toThrow('must be run')
    expect(() => stepsOf('```sh\nls')).toThrow('not closed')
    expect(stepsOf('```sh\nnpm ci && npm test\n```')).toEqual([])
    expect(stepsOf('```sh\nnpm ci && npx sbridge info a.csv\n```')).toEqual([{ line: 1, shell: 'npx sbridge info a.csv' }])
    const folder = workFolder()
    try {
      for (const next of ['true', 'npx sbridge info examples/data/penguins.csv'])
        expect((await run({ line: 1, shell: `npx sbridge info no-such-file.csv\n${next}` }, folder)).status).toBe(4)
      expect((await run({ line: 2, program: "import { nothing } from 'sbridge'\nnothing()" }, folder)).status).toBe(1)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

/** Text outside of code, where brackets are links. */
const prose = (markdown: string): string => markdown.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '')

function targetsIn(markdown: string): string[] {
  const text = prose(markdown)
  const written = [...text.matchAll(/\]\(([^)\s]+)\)/g), ...text.matchAll(/(?:src|href)="([^"]+)"/g)]
  return written.map((match) => match[1]!).filter((target) => !/^[a-z]+:/.test(target))
}

/** Names that a page can be entered at: headings as GitHub writes them, and anchors. */
function anchorsIn(markdown: string): Set<string> {
  const headings = [...markdown.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)].map((match) => match[1]!)
  const seen = new Map<string, number>()
  const slugs = headings.map((heading) => {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-')
    const before = seen.get(slug) ?? 0
    seen.set(slug, before + 1)
    return before === 0 ? slug : `${slug}-${before}`
  })
  return new Set([...slugs, ...[...markdown.matchAll(/<a id="([^"]+)"/g)].map((match) => match[1]!)])
}

function brokenLinks(page: string, markdown: string): string[] {
  const own = anchorsIn(markdown)
  return targetsIn(markdown).filter((target) => {
    const [path, anchor] = target.split('#') as [string, string | undefined]
    const file = path === '' ? page : relative(root, join(root, dirname(page), decodeURIComponent(path)))
    if (!existsSync(join(root, file))) return true
    if (anchor === undefined) return false
    if (statSync(join(root, file)).isDirectory()) return true
    return !(file === page ? own : anchorsIn(read(file))).has(anchor)
  })
}

describe('links', () => {
  for (const page of pages) {
    it(`of ${page} lead somewhere`, () => {
      expect(brokenLinks(page, read(page))).toEqual([])
    })
  }
  it('of the index reach every guide', () => {
    const reached = targetsIn(read('docs/README.md')).map((target) => `docs/${target}`)
    expect(guides.filter((guide) => !reached.includes(guide))).toEqual([])
  })
  it('are checked by something that can fail', () => {
    const page = '# One\n[a](no-such-file.md) [b](#one) [c](#two) <img src="images/none.png"> [d](docs/README.md#nowhere)'
    expect(brokenLinks('README.md', page)).toEqual(['no-such-file.md', '#two', 'docs/README.md#nowhere', 'images/none.png'])
  })
})

describe('the reference', () => {
  it('is what the code gives now', { tags: ['slow'] }, async () => {
    const child = spawn(process.execPath, ['scripts/docs.mjs', '--check'], { cwd: root })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (output += piece.toString()))
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
    expect(output).toBe('')
    expect(status).toBe(0)
  })
})
