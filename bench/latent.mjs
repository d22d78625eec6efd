// A table of 30 numeric columns with and without a codec: rows fitted to one half, two-sample score against the other half
// (0.5 is perfect), and the codec's own error. Usage: node bench/latent.mjs [table] [codecs]
import { loadLibrary, printRow } from './load.mjs'

const S = await loadLibrary()
const path = process.argv[2] ?? new URL('./data/breast-cancer.csv', import.meta.url).pathname
const codecs = (process.argv[3] ?? 'none,pca:8,pca:20,autoencoder:8').split(',')
const { readFileSync } = await import('node:fs')
const [head, ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/)
const cells = lines.map((line) => line.split(','))
const raw = (rows) => ({
  rowCount: rows.length,
  columns: head.split(',').map((name, c) => ({ name, source: 'text', values: Array.from(rows, (row) => cells[row][c]) }))
})
const engine = await S.createEngine('wasm', { threads: 2 })
const order = S.permutation(S.keyFromSeed(1), cells.length)
const half = Math.floor(cells.length / 2)
const train = raw(order.subarray(0, half))
const heldOut = raw(order.subarray(half, 2 * half))
const { table: real } = S.inferTable(heldOut)
const widths = [18, 10, 10, 12, 12]
printRow(['codec', 'auc', 'floor', 'energy', 'codec error'], widths)
for (const latent of codecs) {
  const job = { seed: 1, ...(latent === 'none' ? {} : { latent }) }
  const model = latent === 'none' ? await S.fitTable(train, job, { engine }) : await S.fitLatentTable(train, job, { engine })
  const draw = { rows: half, seed: 2 }
  const rows = latent === 'none' ? await S.sampleTable(model, draw, { engine }) : await S.sampleLatentTable(model, draw, { engine })
  const { classifierAuc, energyDistance } = await S.evaluateTables({ real, synthetic: rows, engine, key: S.keyFromSeed(3) })
  const error = model.summary.codec?.reconstruction.heldOutError
  printRow(
    [latent, classifierAuc.value.toFixed(3), classifierAuc.floor.toFixed(3), energyDistance.value.toFixed(4), error?.toFixed(3) ?? '–'],
    widths
  )
}
await engine.close()
