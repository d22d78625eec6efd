// Results that a guide shows: `keep(name, part, { title, head, rows })` puts a table into bench/results/NAME.json beside those of
// other parts, with `--save`; `node scripts/papers.mjs` writes them into the guide.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** The guide of each bench. */
const PAGES = {
  bridge: 'docs/bridges-between-tables.md',
  score: 'docs/scores-and-densities.md',
  cells: 'docs/single-cells.md',
  rules: 'docs/how-rules-are-found.md',
  cluster: 'docs/many-machines.md',
  schema: 'docs/several-tables.md',
  seasons: 'docs/forecasts-and-closures.md',
  series: 'docs/forecasts-and-closures.md',
  trajectories: 'docs/from-snapshots-to-trajectories.md',
  growth: 'docs/new-rows-from-a-table.md',
  privacy: 'docs/new-rows-from-a-table.md'
}

/** `merge` keeps rows of before whose first cells are others, and the place of those whose are not: a bench may be run a row at a time. */
export function keep(name, part, table, { merge = false } = {}) {
  const path = new URL(`./results/${name}.json`, import.meta.url)
  const before = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).tables : {}
  const kept = merge ? (before[part]?.rows ?? []) : []
  const again = kept.map((row) => table.rows.find(([own]) => own === row[0]) ?? row)
  const fresh = table.rows.filter(([own]) => kept.every(([first]) => first !== own))
  const result = { name, page: PAGES[name], tables: { ...before, [part]: { ...table, rows: [...again, ...fresh] } } }
  writeFileSync(path, `${JSON.stringify(result, null, 1)}\n`)
}
