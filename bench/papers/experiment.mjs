// What the benches of the papers share. A bench is `await experiment({ name, title, paper, run })`: it prints its claims,
// what was found and whether that meets them, and its tables. `--full` is the paper's size, `--save` keeps the result in
// bench/papers/results and the figure in docs/images, from which `node scripts/papers.mjs` fills docs/the-papers.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { createEngine } from 'sbridge'
import { keyFor, keyFromSeed } from 'sbridge/kernels'
import { figure } from './figure.mjs'

// What is computed without Node is shared with the pages that compute.
export { bridgeAt, runChains } from './experiments/chains.mjs'
export * from './experiments/points.mjs'

const RESULTS = new URL('./results/', import.meta.url)

const textTable = ({ title, head, rows }) => {
  const lines = [head, ...rows].map((row) => row.map(String))
  const widths = head.map((_, c) => Math.max(...lines.map((row) => row[c].length)))
  return [title, ...lines.map((row) => `  ${row.map((cell, c) => cell.padEnd(widths[c])).join('  ')}`)].filter(Boolean).join('\n')
}

/**
 * Runs a bench. `run({ full, engine, key })` gives claims [{ claim, found, met }], tables [{ title, head, rows }] and a figure.
 * `met` is true, false, or null where there is nothing to be met.
 */
export async function experiment({ name, title, paper, run }) {
  const [full, save] = ['--full', '--save'].map((flag) => process.argv.includes(flag))
  const engine = await createEngine('wasm', { threads: 1 })
  const started = process.cpuUsage()
  const { claims, tables, picture } = await run({ full, engine, key: keyFor(keyFromSeed(1), name) })
  const used = process.cpuUsage(started)
  await engine.close()
  const cpuSeconds = Math.max(1, Math.round((used.user + used.system) / 1e6))
  console.log(`${title} (${full ? 'full' : 'light'}, ${cpuSeconds} CPU s)`)
  for (const { claim, found, met } of claims) console.log(`${met === null ? '' : met ? 'met: ' : 'NOT MET: '}${claim}\n  ${found}`)
  for (const table of tables) console.log(textTable(table))
  if (!save) return
  if (picture) figure(`papers-${name}`, picture)
  const result = { name, title, paper, size: full ? 'full' : 'light', cpuSeconds, claims, tables, picture: picture?.words ?? null }
  writeFileSync(new URL(`${name}.json`, RESULTS), `${JSON.stringify(result, null, 1)}\n`)
}

/** A kept result. */
export const resultOf = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, RESULTS), 'utf8'))
