// Penguins of a known species and mass, and one whose bill was measured badly: `node examples/conditional-rows/conditional-rows.mjs [rows] [epsilon]`; ε is chosen on held-out rows when left out.
import { createEngine, fit, readTable, sampleConditional, samplePosterior, writeTable } from 'sbridge'
import { keyFromSeed } from 'sbridge/kernels'
import { presentTable } from 'sbridge/tables'

const [rows = 200, epsilon = 'auto'] = process.argv.slice(2).map(Number)
const engine = await createEngine('wasm')
const context = { engine, key: keyFromSeed(1) }
// biome-ignore lint/suspicious/noFocusedTests: this fit fits a model
const model = await fit(await readTable('examples/data/penguins.csv'), { seed: 1, engine })

const known = await sampleConditional(model, { given: { species: 'Gentoo', body_mass_g: 5000 }, rows, epsilon, ridge: 1e-3 }, context)
await writeTable('gentoo.csv', presentTable(known.table, known.formats, 'text'))
console.log(known.report.conditions[0])

const observed = await samplePosterior(
  model,
  { observe: ['bill_length_mm + bill_depth_mm = 62 ± 1'], given: { species: 'Adelie' }, rows, epsilon },
  context
)
await writeTable('observed.csv', presentTable(observed.table, observed.formats, 'text'))
console.log(observed.report.observations[0], observed.report.warnings)
await engine.close()
