// Fills docs/the-papers.md with what the benches of bench/papers found last (their `--save`), and other guides with what is in
// bench/results: `node scripts/papers.mjs`. `--check` only compares. Between `<!-- NAME -->` and `<!-- /NAME -->` stands what is found, the rest is written by hand.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const RESULTS = new URL('../bench/papers/results/', import.meta.url)
const OTHERS = new URL('../bench/results/', import.meta.url)
/** As the page cites them. */
const PAPERS = { GLMR: 1, GR: 2, SBB: 3, JKLLZ: 4 }

const resultsIn = (folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')))
export const resultsOfPapers = () => resultsIn(RESULTS)
/** Of benches whose tables stand in a guide: { name, page, tables: { part: { title, head, rows } } }. */
export const resultsOfGuides = () => resultsIn(OTHERS)

const cell = (value) => String(value).replaceAll('|', '\\|')
const row = (cells) => `| ${cells.map(cell).join(' | ')} |`
const tableOf = (head, rows) => [row(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(row)].join('\n')
const verdict = (met) => (met === null ? '–' : met ? 'met' : '**not met**')

function section({ name, size, cpuSeconds, claims, tables, picture }) {
  const command = `node bench/papers/${name}.mjs${size === 'full' ? ' --full' : ''}`
  return [
    `\`${command}\`, ${cpuSeconds} CPU seconds${size === 'light' ? '; `--full` is larger and was not run for this page' : ''}.`,
    tableOf(
      ['claim', 'found', ''],
      claims.map(({ claim, found, met }) => [claim, found, verdict(met)])
    ),
    ...(picture ? [`![${picture}](images/papers-${name}.png)`] : []),
    ...folded(tables)
  ].join('\n\n')
}

/** The figures behind the claims, which a reader opens: they are most of the page. */
const folded = (tables) => (tables.length === 0 ? [] : ['<details><summary>All figures</summary>', ...tables.flatMap(titled), '</details>'])

const titled = ({ title, head, rows }) => [`${title[0].toUpperCase()}${title.slice(1)}:`, tableOf(head, rows)]

/** A heading as GitHub makes it a place on the page. */
const anchor = (title) =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')

/** Each experiment in the order of the page: how many of its claims are met, and which are not. Claims without a bound count as neither. */
function summary(page, results) {
  const place = ({ name }) => page.indexOf(`<!-- ${name} -->`)
  const rows = results
    .toSorted((a, b) => place(a) - place(b))
    .map(({ title, paper, claims }) => {
      const judged = claims.filter(({ met }) => met !== null)
      const open = judged.filter(({ met }) => !met).map(({ claim, found }) => `${claim}: ${found}`)
      return [
        `[${title}](#${anchor(title)}) [${PAPERS[paper]}]`,
        `${judged.length - open.length} of ${judged.length}`,
        open.join('; ') || '–'
      ]
    })
  return tableOf(['experiment', 'claims met', 'not met'], rows)
}

/** The page with what was found. Throws where the page has no place for a result, or a place for none. */
export function filled(page, results) {
  const parts = new Map([['summary', summary(page, results)], ...results.map((result) => [result.name, section(result)])])
  for (const [, name] of page.matchAll(/^<!-- ([a-z-]+) -->$/gm))
    if (!parts.has(name)) throw new Error(`docs/the-papers.md: there is no result called ${name}; run node bench/papers/${name}.mjs --save`)
  let out = page
  for (const [name, words] of parts) out = put(out, { name, words, where: 'docs/the-papers.md' })
  return out
}

function put(page, { name, words, where }) {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [page.indexOf(open), page.indexOf(close)]
  if (from < 0 || to < from) throw new Error(`${where} has no place ${open} … ${close}`)
  return `${page.slice(0, from + open.length)}\n\n${words}\n\n${page.slice(to)}`
}

/** A guide with the tables of its bench. Throws where it has no place for one of them. */
export const filledGuide = (guide, { name, page, tables }) =>
  Object.entries(tables).reduce(
    (out, [part, table]) => put(out, { name: `${name}-${part}`, words: titled(table).join('\n\n'), where: page }),
    guide
  )

/** Writes a page, or with `--check` says that it is out of date. */
function write(name, fill) {
  const place = new URL(`../${name}`, import.meta.url)
  const page = readFileSync(place, 'utf8')
  const next = fill(page)
  if (process.argv.includes('--check')) {
    if (next === page) return
    console.error(`${name} is out of date: run node scripts/papers.mjs`)
    process.exitCode = 1
  } else {
    writeFileSync(place, next)
    console.log(next === page ? `${name} is up to date` : `${name} is written`)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  write('docs/the-papers.md', (page) => filled(page, resultsOfPapers()))
  for (const result of resultsOfGuides()) write(result.page, (guide) => filledGuide(guide, result))
}
