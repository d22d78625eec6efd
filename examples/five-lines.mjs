// New rows from a table, in Node: `node examples/five-lines.mjs` from the repository's root.
import { fit, readTable, sample, writeTable } from 'sbridge'

// biome-ignore lint/suspicious/noFocusedTests: this fit fits a model
const model = await fit(await readTable('examples/data/penguins.csv'), { seed: 1 })
await writeTable('synthetic.csv', await sample(model, { rows: 1000, seed: 1 }))
