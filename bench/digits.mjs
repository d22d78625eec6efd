// Handwritten digits behind a codec: 5,000 training images, 1,000 new ones by both dynamics and 100 of each class under
// conditions, judged by a classifier trained on other digits, and by how near they come to the training images; an
// inpainting posterior; sheets as PNG files.
// Usage: node bench/digits.mjs [codecs] [folder for PNG files]      e.g. node bench/digits.mjs pca:32,autoencoder:16 /tmp
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { loadDigits } from '../examples/digits/digits.mjs'
import { loadLibrary, printRow } from './load.mjs'

const S = await loadLibrary()
const codecs = (process.argv[2] ?? 'pca:32,diffusion-map:8,autoencoder:16').split(',')
const folder = process.argv[3]
const key = S.keyFromSeed(1)
const engine = await S.createEngine('wasm', { threads: 2 })
const train = loadDigits(5000)
const other = loadDigits(3600, 500)
const context = { engine, key }

/** A dense classifier on 64 principal components of digits that no model has seen. */
async function trainClassifier({ rows, labels }) {
  const front = await S.fitPca(rows, { dimension: 64 })
  const inputs = await front.encode(rows)
  const layers = [S.randomLayer(64, 128, 'rectifier', S.keyFor(key, 'hidden')), S.randomLayer(128, 10, 'none', S.keyFor(key, 'out'))]
  const adam = new S.Adam(layers.flatMap((layer) => [layer.weights, layer.biases]))
  const targets = S.matrix(rows.rows, 10)
  labels.forEach((label, i) => {
    targets.data[i * 10 + label] = 1
  })
  for (let epoch = 0; epoch < 30; epoch++) {
    const order = S.permutation(S.keyFor(key, `epoch ${epoch}`), rows.rows)
    for (let from = 0; from < order.length; from += 64) {
      const batch = order.subarray(from, from + 64)
      const { gradients } = S.lossGradient(layers, S.takeRows(inputs, batch), S.takeRows(targets, batch))
      adam.step(
        gradients.flatMap((gradient) => [gradient.weights, gradient.biases]),
        3e-3 / (1 + epoch / 5)
      )
    }
  }
  return async (images, classes) => {
    const scores = S.runLayers(layers, await front.encode(images))
    let right = 0
    for (let i = 0; i < scores.rows; i++) {
      const row = scores.data.subarray(i * 10, (i + 1) * 10)
      if (row.indexOf(Math.max(...row)) === classes[i]) right++
    }
    return right / scores.rows
  }
}

const nearest = (rows) => engine.nearest({ from: S.cloud(rows), to: S.cloud(train.rows), kernel: S.gaussianKernel(1) }, 1)
const typicalDistance = ({ squaredDistances }) => Math.sqrt(S.typicalAboveTies(squaredDistances))
const firstRows = (rows, count) =>
  S.takeRows(
    rows,
    Uint32Array.from({ length: count }, (_, i) => i)
  )

/** The report's own writer of image sheets, bundled from its source. */
async function loadSheets() {
  const entry = fileURLToPath(new URL('../packages/sbridge/src/report/image-sheet.ts', import.meta.url))
  const alias = { '@sbridge/core': fileURLToPath(new URL('../packages/core/src/index.ts', import.meta.url)) }
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    write: false,
    alias,
    logLevel: 'error'
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}

/** Rows as images, `across` side by side, in a PNG file. */
function saveSheet(name, rows, across) {
  if (folder) writeFileSync(join(folder, name), imageSheet(rows, { width: 28, height: 28, across, range: [0, 1] }))
}

const { imageSheet } = folder ? await loadSheets() : {}
const accuracy = await trainClassifier(other)
const heldOut = typicalDistance(await nearest(firstRows(other.rows, 1000)))
console.log(`classifier on real digits it has not seen: ${(await accuracy(train.rows, train.labels)).toFixed(3)}`)
const widths = [18, 10, 10, 10, 10, 12, 12, 10]
printRow(['codec', 'drawn', 'fit s', 'draw s', 'accuracy', 'neighbour r', 'codec error', 'ε'], widths)
const pixels = Array.from({ length: 784 }, (_, p) => `p${p}`)
for (const latent of codecs) {
  const start = performance.now()
  const model = await S.fitLatentTable(tableOf(train), { latent, types: { label: 'category' }, commonScale: true, seed: 1 }, { engine })
  const fitSeconds = (performance.now() - start) / 1000
  const ways = {
    langevin: () => S.sampleLatentTable(model, { rows: 1000, seed: 2 }, { engine }),
    bridge: () => S.sampleLatentTable(model, { rows: 1000, seed: 2, dynamics: 'bridge' }, { engine }),
    given: async () => {
      const given = Array.from({ length: 10 }, (_, digit) => ({ label: String(digit) }))
      return (await S.sampleLatentConditioned(model, { given, rows: 100 }, context)).table
    }
  }
  for (const [way, draw] of Object.entries(ways)) {
    const begin = performance.now()
    const drawn = digitsOf(await draw())
    const seconds = (performance.now() - begin) / 1000
    const near = await nearest(drawn.rows)
    const cells = [
      fitSeconds.toFixed(1),
      seconds.toFixed(1),
      (await accuracy(drawn.rows, drawn.labels)).toFixed(3),
      (typicalDistance(near) / heldOut).toFixed(3)
    ]
    const { codec, epsilon } = model.summary
    printRow([latent, way, ...cells, codec.reconstruction.heldOutError.toFixed(3), epsilon.toPrecision(3)], widths)
    if (way === 'given') saveDraws(latent.replace(':', '-'), drawn, near)
  }
}
await inpaint()
await engine.close()

/** Digits as a table of 784 grey values and a label, as a file would have them. */
function tableOf({ rows, labels }) {
  const columns = pixels.map((name, p) => ({
    name,
    source: 'number',
    values: Float64Array.from({ length: rows.rows }, (_, i) => rows.data[i * 784 + p])
  }))
  return { rowCount: rows.rows, columns: [{ name: 'label', source: 'text', values: Array.from(labels, String) }, ...columns] }
}

/** And back: pixels [n, 784] and labels [n]. */
function digitsOf(table) {
  const rows = S.matrix(table.rowCount, 784)
  const byName = new Map(table.columns.map((column) => [column.name, column]))
  pixels.forEach((name, p) => {
    const { values } = byName.get(name)
    for (let i = 0; i < rows.rows; i++) rows.data[i * 784 + p] = values[i]
  })
  const { codes, levels } = byName.get('label')
  return { rows, labels: Array.from(codes, (code) => Number(levels[code])) }
}

/** Ten draws of each class; under each line of draws the nearest training images. */
function saveDraws(name, drawn, near) {
  const rows = S.matrix(200, 784)
  for (let digit = 0; digit < 10; digit++) {
    const members = Array.from(drawn.labels.keys()).filter((i) => drawn.labels[i] === digit)
    for (let k = 0; k < 10; k++) {
      const i = members[k]
      rows.data.set(drawn.rows.data.subarray(i * 784, (i + 1) * 784), (20 * digit + k) * 784)
      rows.data.set(train.rows.data.subarray(near.indices[i] * 784, (near.indices[i] + 1) * 784), (20 * digit + 10 + k) * 784)
    }
  }
  saveSheet(`digits-${name}.png`, rows, 20)
}

/** The lower half of 10 digits is known; nine answers for the upper half, and the truth. */
async function inpaint() {
  const model = await S.fitLatentTable(tableOf(train), { latent: 'pca:32', exclude: ['label'], commonScale: true, seed: 1 }, { engine })
  const rows = S.matrix(110, 784)
  const truths = Array.from({ length: 10 }, (_, digit) => other.rows.data.slice((20 + digit) * 784, (21 + digit) * 784))
  const given = truths.map((truth) => Object.fromEntries(pixels.slice(392).map((name, p) => [name, truth[392 + p]])))
  const begin = performance.now()
  const { table, conditions } = await S.sampleLatentConditioned(model, { given, rows: 9 }, context)
  const least = (of) => Math.min(...conditions.map(of))
  const images = pixels.map((name) => table.columns.find((column) => column.name === name).values)
  truths.forEach((truth, digit) => {
    const half = truth.slice()
    half.fill(0, 0, 392)
    rows.data.set(half, 11 * digit * 784)
    images.forEach((values, p) => {
      for (let k = 0; k < 9; k++) rows.data[(11 * digit + 1 + k) * 784 + p] = values[9 * digit + k]
    })
    rows.data.set(truth, (11 * digit + 10) * 784)
  })
  console.log(
    `inpainting the upper half: ${((performance.now() - begin) / 10000).toFixed(1)} s for 9 answers, acceptance ${least((one) => one.acceptance).toFixed(2)} and effective rows ${least((one) => one.effectiveRows).toFixed(1)} at least, known half met to ${Math.max(...conditions.map((one) => one.missed)).toFixed(3)} (root mean square, scaled)`
  )
  saveSheet('digits-inpainting.png', rows, 11)
}
