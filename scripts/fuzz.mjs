// Reads damaged files, 20 s a format, the same ones every time, and fails where a reader does anything but read them or
// refuse them. Needs the build. `npm run fuzz -- [NAME …] [--seconds S] [--seed N] [--mutant I]` looks at some, or one.
import { parseArgs } from 'node:util'
import { fuzz } from '../packages/sbridge/test/fuzz/loop.mjs'

const modules = ['../packages/sbridge/test/fuzz/tables.mjs'].map((path) => new URL(path, import.meta.url))

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' }, mutant: { type: 'string' } }
})
const part = values.mutant === undefined ? { seconds: Number(values.seconds) } : { first: Number(values.mutant), mutants: 1 }

let failed = 0
for (const module of modules) {
  const { subjects } = await import(module)
  for (const [name, { batch }] of Object.entries(subjects)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    const { tried, failures } = await fuzz({ module, name, seed: Number(values.seed), batch, ...part })
    console.log(`${name}: ${tried} mutants, ${failures.length} failures`)
    for (const { seed, number, reason } of failures)
      console.log(`  npm run fuzz -- ${name} --seed ${seed} --mutant ${number}\n    ${reason}`)
    failed += failures.length
  }
}
process.exit(failed > 0 ? 1 : 0)
