import { spawn } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ENGINE } from '../scripts/engine.mjs'
import { filled, filledGuide, resultsOfGuides, resultsOfPapers } from '../scripts/papers.mjs'
import { guides, PAGES, read, root, run, stepsOf, workFolder } from './guides.js'

const references = readdirSync(join(root, 'docs/reference')).map((name) => `docs/reference/${name}`)
/** What each package says of itself. */
const packages = ['packages/core/README.md', 'packages/sbridge/README.md']
const pages = ['README.md', ...packages, 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'docs/README.md', ...guides, ...references]

describe('snippets', { tags: ['slow'] }, () => {
  it('of every guide are run by a file', () => {
    expect(Object.values(PAGES).flat().toSorted()).toEqual(['README.md', packages[0]!, ...guides].toSorted())
    for (const name of Object.keys(PAGES)) expect(read(`test/guides-${name}.test.ts`)).toContain(`testPages(PAGES.${name})`)
  })

  it('of the other packages stand in the README, where they run', () => {
    const run = stepsOf(read('README.md')).map((step) => ('shell' in step ? step.shell : step.program))
    const steps = stepsOf(read(packages[1]!)).map((step) => ('shell' in step ? step.shell : step.program))
    expect(steps.length).toBeGreaterThan(0)
    expect(steps.filter((step) => !run.includes(step))).toEqual([])
  })

  it('are checked by something that can fail', async () => {
    expect(() => stepsOf('```sh no-run\nnpx sbridge info x.csv\n```')).toThrow('no-run')
    expect(() => stepsOf('```js no-run\nthrow 1\n```')).toThrow('must be run')
    expect(() => stepsOf('```sh\nls')).toThrow('not closed')
    expect(stepsOf('```sh\nnpm ci && npm test\n```')).toEqual([])
    expect(stepsOf('```sh\nnpm ci && npx sbridge info a.csv\n```')).toEqual([{ line: 1, shell: 'npx sbridge info a.csv' }])
    const folder = workFolder('README.md')
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
    const child = spawn(process.execPath, [...ENGINE, 'scripts/docs.mjs', '--check'], { cwd: root })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (output += piece.toString()))
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
    expect(output).toBe('')
    expect(status).toBe(0)
  })
})

describe('the page of the papers', () => {
  const page = read('docs/the-papers.md')

  it('says what its benches found last, each of them', () => {
    const results = resultsOfPapers()
    const benches = readdirSync(join(root, 'bench/papers')).filter(
      (name) => name.endsWith('.mjs') && /^await experiment\(/m.test(read(`bench/papers/${name}`))
    )
    expect(results.map(({ name }: { name: string }) => `${name}.mjs`).toSorted()).toEqual(benches.toSorted())
    expect(filled(page, results)).toBe(page)
  })

  it('has neighbours that say what their benches found last', () => {
    const results = resultsOfGuides()
    expect(results.length).toBeGreaterThan(0)
    for (const result of results) expect(filledGuide(read(result.page), result), result.page).toBe(read(result.page))
  })

  it('is checked by something that can fail', () => {
    const [first, ...others] = resultsOfPapers()
    expect(() => filled(page, others)).toThrow('there is no result')
    expect(() => filled(page.replace(`<!-- ${first.name} -->`, ''), [first, ...others])).toThrow('has no place')
    expect(filled(page, [{ ...first, cpuSeconds: -1 }, ...others])).not.toBe(page)
  })
})
