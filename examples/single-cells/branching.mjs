// Writes an AnnData file of cells that a branching programme makes: stem cells mature, and half-way choose one of two fates. Every
// cell is seen once, as counts of molecules; nobody follows it. All of it is simulated here: no licence is needed.
// usage: node examples/single-cells/branching.mjs cells.h5ad
import { writeFileSync } from 'node:fs'
import { File, ready } from 'h5wasm'
import { keyFor, keyFromSeed, normals, uniforms } from 'sbridge/kernels'

const DAYS = [0, 1, 2, 3, 4]
const [CELLS, GENES, COORDINATES] = [100, 40, 2]
const key = keyFromSeed(2026)
const list = (count, make) => Array.from({ length: count }, (_, i) => make(i))

/** A stream of numbers one after another. */
function stream(label, source) {
  const numbers = source(keyFor(key, label), 400_000)
  let next = 0
  return () => numbers[next++ % numbers.length]
}
const [normal, uniform] = [stream('normal', normals), stream('uniform', uniforms)]

/**
 * Maturity m and fate f of a cell at a day: dm = 0.9 dt + noise, and f at rest until m passes 1.2, where the middle turns from a
 * valley into a ridge between two: df = 3 (tanh(2(m − 1.2)) f − f³) dt + noise.
 */
function cellAt(day) {
  const step = 0.01
  let [m, f] = [0.15 * normal(), 0.1 * normal()]
  for (let s = Math.round(day / step); s > 0; s--) {
    const slope = 3 * (Math.tanh(2 * (m - 1.2)) * f - f ** 3)
    m += 0.9 * step + 0.12 * Math.sqrt(step) * normal()
    f += slope * step + 0.25 * Math.sqrt(step) * normal()
  }
  return { day, m, f, fate: f > 0 ? 'erythroid' : 'myeloid' }
}

/** A gene's log rate: its level, and how it goes with maturity and fate. */
const genes = list(GENES, (g) => ({ level: 2 + 0.4 * normal(), m: 0.4 * normal(), f: (g % 3 === 0 ? 1.2 : 0.3) * normal() }))

/** Poisson by the product of uniforms: rates are small. */
function poisson(rate) {
  const limit = Math.exp(-rate)
  let [count, product] = [0, uniform()]
  while (product > limit) {
    count++
    product *= uniform()
  }
  return count
}

const cells = DAYS.flatMap((day) => list(CELLS, () => cellAt(day)))
const counts = cells.map(({ m, f }) => genes.map((gene) => poisson(Math.min(300, Math.exp(gene.level + gene.m * m + gene.f * f)))))

/** Principal components of rows by power iteration, largest first. */
function components(rows, count) {
  const centre = rows[0].map((_, c) => rows.reduce((sum, row) => sum + row[c] / rows.length, 0))
  let rest = rows.map((row) => row.map((x, c) => x - centre[c]))
  const found = []
  for (let k = 0; k < count; k++) {
    let axis = rest[0].map((_, c) => (c === k ? 1 : 0.1))
    for (let turn = 0; turn < 200; turn++) {
      const along = rest.map((row) => row.reduce((sum, x, c) => sum + x * axis[c], 0))
      const next = axis.map((_, c) => rest.reduce((sum, row, i) => sum + row[c] * along[i], 0))
      const length = Math.hypot(...next)
      axis = next.map((x) => x / length)
    }
    const along = rest.map((row) => row.reduce((sum, x, c) => sum + x * axis[c], 0))
    rest = rest.map((row, i) => row.map((x, c) => x - along[i] * axis[c]))
    found.push(along)
  }
  return found
}
const scores = components(
  counts.map((row) => row.map((x) => Math.log1p(x))),
  COORDINATES
)

const path = process.argv[2] ?? 'cells.h5ad'
const { FS } = await ready
const file = new File('made.h5ad', 'w')
const frame = (name, index, columns) => {
  const group = file.create_group(name)
  group.create_attribute('encoding-type', 'dataframe')
  group.create_attribute('_index', '_index')
  if (columns.length > 0) group.create_attribute('column-order', columns)
  group.create_dataset({ name: '_index', data: index })
  return group
}
const obs = frame(
  'obs',
  cells.map((_, i) => `cell${i + 1}`),
  ['day', 'fate']
)
obs.create_dataset({ name: 'day', data: Float64Array.from(cells, ({ day }) => day) })
obs.create_dataset({ name: 'fate', data: cells.map(({ fate }) => fate) })
frame(
  'var',
  genes.map((_, g) => `gene${g + 1}`),
  []
)
file.create_dataset({ name: 'X', data: Float32Array.from(counts.flat()), shape: [cells.length, GENES] })
const coordinates = Float64Array.from(cells.flatMap((_, i) => scores.map((along) => Number(along[i].toFixed(4)))))
file.create_group('obsm').create_dataset({ name: 'X_pca', data: coordinates, shape: [cells.length, COORDINATES] })
file.close()
writeFileSync(path, FS.readFile('made.h5ad'))
FS.unlink('made.h5ad')
console.log(`${path}: ${cells.length} cells at ${DAYS.length} days, ${GENES} genes, ${COORDINATES} principal components`)
