// Fills docs/the-papers.md with what the benches of bench/papers found last (their `--save`): `node scripts/papers.mjs`.
// `--check` only compares. Between `<!-- NAME -->` and `<!-- /NAME -->` stands what is found, the rest is written by hand.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PAGE = new URL('../docs/the-papers.md', import.meta.url)
const RESULTS = new URL('../bench/papers/results/', import.meta.url)
/** As the page cites them. */
const PAPERS = { GLMR: 1, GR: 2, SBB: 3, JKLLZ: 4 }

export const resultsOfPapers = () =>
  readdirSync(RESULTS)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(new URL(file, RESULTS), 'utf8')))

const cell = (value) => String(value).replaceAll('|', '\\|')
const row = (cells) => `| ${cells.map(cell).join(' | ')} |`
const tableOf = (head, rows) => [row(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(row)].join('\n')
const verdict = (met) => (met === null ? '–' : met ? 'met' : '**not met**')

function section({ name, size, cpuSeconds, claims, tables, picture }) {
  const command = `node bench/papers/${name}.mjs${size === 'full' ? ' --full' : ''}`
  return [
    `\`${command}\`, ${cpuSeconds} CPU seconds${size === 'light' ? '; larger with `--full`' : ''}.`,
    tableOf(
      ['claim', 'found', ''],
      claims.map(({ claim, found, met }) => [claim, found, verdict(met)])
    ),
    ...(picture ? [`![${picture}](images/papers-${name}.png)`] : []),
    ...tables.flatMap(({ title, head, rows }) => [`${title[0].toUpperCase()}${title.slice(1)}:`, tableOf(head, rows)])
  ].join('\n\n')
}

/** A heading as GitHub makes it a place on the page. */
const anchor = (title) =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')

/** All claims in the order in which the page tells of them. */
function summary(page, results) {
  const place = ({ name }) => page.indexOf(`<!-- ${name} -->`)
  const rows = results
    .toSorted((a, b) => place(a) - place(b))
    .flatMap(({ title, paper, claims }) =>
      claims.map(({ claim, found, met }) => [`[${title}](#${anchor(title)}) [${PAPERS[paper]}]`, claim, found, verdict(met)])
    )
  return tableOf(['experiment', 'claim', 'found', ''], rows)
}

/** The page with what was found. Throws where the page has no place for a result, or a place for none. */
export function filled(page, results) {
  const parts = new Map([['summary', summary(page, results)], ...results.map((result) => [result.name, section(result)])])
  for (const [, name] of page.matchAll(/^<!-- ([a-z-]+) -->$/gm))
    if (!parts.has(name)) throw new Error(`docs/the-papers.md: there is no result called ${name}; run node bench/papers/${name}.mjs --save`)
  let out = page
  for (const [name, words] of parts) {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const [from, to] = [out.indexOf(open), out.indexOf(close)]
    if (from < 0 || to < from) throw new Error(`docs/the-papers.md has no place ${open} … ${close}`)
    out = `${out.slice(0, from + open.length)}\n\n${words}\n\n${out.slice(to)}`
  }
  return out
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = readFileSync(PAGE, 'utf8')
  const next = filled(page, resultsOfPapers())
  if (process.argv.includes('--check')) {
    if (next !== page) console.error('docs/the-papers.md is out of date: run node scripts/papers.mjs')
    process.exitCode = next === page ? 0 : 1
  } else {
    writeFileSync(PAGE, next)
    console.log(next === page ? 'docs/the-papers.md is up to date' : 'docs/the-papers.md is written')
  }
}
