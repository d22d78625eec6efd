// What a user would take instead, each a few lines of the same language: sequential CART, Gaussian copula, a mixture by BIC, a
// cross-validated kernel density, an adversarial random forest, flow matching by boosted trees. All take a table and a source of uniform numbers.
import { embedTables } from '../../packages/core/dist/diagnose/embedding.js'
import { normalCdf, normalQuantile } from '../../packages/core/dist/num/elementary.js'
import { cholesky } from '../../packages/core/dist/num/linear-algebra.js'
import { matrix } from '../../packages/core/dist/num/matrix.js'
import { takeTableRows } from '../../packages/core/dist/table/rows.js'
import { isNumeric } from '../../packages/core/dist/table/table.js'
import { forestFlow } from './forest-flow.mjs'
import { binColumns, grow, leafOf } from './trees.mjs'

const whole = (uniform, n) => Math.min(n - 1, Math.floor(uniform() * n))
const normalOf = (uniform) => Math.sqrt(-2 * Math.log(Math.max(1e-300, uniform()))) * Math.cos(2 * Math.PI * uniform())

/** The same column with the cells of the given donor rows. */
const cellsOf = (column, donors) => takeTableRows({ columns: [column], rowCount: donors.length }, donors).columns[0]

/**
 * Synthpop's default: the first column resampled, each further one from the leaves (five rows at least) of a tree on those before.
 * @source Nowok, Raab, Dibben, J. Statistical Software 2016.
 */
export function sequentialCart(table, n, uniform) {
  const columns = [
    cellsOf(
      table.columns[0],
      Int32Array.from({ length: n }, () => whole(uniform, table.rowCount))
    )
  ]
  for (let c = 1; c < table.columns.length; c++) {
    const reference = { columns: table.columns.slice(0, c), rowCount: table.rowCount }
    const [x, drawn] = embedTables(reference, [reference, { columns, rowCount: n }])
    const [y] = embedTables({ columns: [table.columns[c]], rowCount: table.rowCount }, [
      { columns: [table.columns[c]], rowCount: table.rowCount }
    ])
    const tree = grow({ bins: binColumns(x), targets: y.data, width: y.cols, rows: everyRow(table.rowCount), minLeaf: 5 })
    const donors = Int32Array.from({ length: n }, (_, i) => {
      const { rows } = tree.leaves[leafOf(tree, drawn, i)]
      return rows[whole(uniform, rows.length)]
    })
    columns.push(cellsOf(table.columns[c], donors))
  }
  return { columns, rowCount: n }
}

const everyRow = (n) => Int32Array.from({ length: n }, (_, i) => i)

/** Normal scores of a column's cells, ties and levels spread at random inside their rank interval; a missing cell is the last level. */
function scoresOf(column, uniform) {
  const n = isNumeric(column) ? column.values.length : column.codes.length
  const rank = (i) => (isNumeric(column) ? (column.missing?.[i] ? Number.POSITIVE_INFINITY : column.values[i]) : column.codes[i])
  const order = [...everyRow(n)].map((i) => ({ i, value: rank(i), tie: uniform() }))
  order.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.tie - b.tie))
  const scores = new Float64Array(n)
  for (const [place, { i }] of order.entries()) scores[i] = normalQuantile((place + 0.5) / n)
  return { scores, order: Int32Array.from(order, ({ i }) => i) }
}

/** Cells at given normal scores: of the row at that quantile; between two numbers, on the line between them. */
function cellsAt(column, order, scores) {
  const donors = scores.map((score) => order[Math.min(order.length - 1, Math.floor(normalCdf(score) * order.length))])
  return cellsOf(column, Int32Array.from(donors))
}

/** Normal scores with their correlations. */
export function gaussianCopula(table, n, uniform) {
  const known = table.columns.map((column) => scoresOf(column, uniform))
  const d = known.length
  const covariance = matrix(d, d)
  for (let a = 0; a < d; a++)
    for (let b = 0; b < d; b++) covariance.data[a * d + b] = dot(known[a].scores, known[b].scores) / table.rowCount + (a === b ? 1e-6 : 0)
  const factor = cholesky(covariance)
  const drawn = known.map(() => new Float64Array(n))
  for (let i = 0; i < n; i++) {
    const noise = Array.from({ length: d }, () => normalOf(uniform))
    for (let a = 0; a < d; a++) for (let b = 0; b <= a; b++) drawn[a][i] += factor.data[a * d + b] * noise[b]
  }
  return { columns: table.columns.map((column, c) => cellsAt(column, known[c].order, drawn[c])), rowCount: n }
}

/** Mixture of Gaussians with full covariances on normal scores, one to eight parts by BIC. @source Fraley, Raftery 2002. */
export function mixtureByBic(table, n, uniform) {
  const known = table.columns.map((column) => scoresOf(column, uniform))
  const d = known.length
  const points = matrix(table.rowCount, d)
  for (let i = 0; i < table.rowCount; i++) for (let c = 0; c < d; c++) points.data[i * d + c] = known[c].scores[i]
  let best
  for (let parts = 1; parts <= 8; parts++) {
    const fitted = mixture(points, parts, uniform)
    const free = parts * (d + (d * (d + 1)) / 2) + parts - 1
    const bic = -2 * fitted.logLikelihood + free * Math.log(table.rowCount)
    if (!best || bic < best.bic) best = { ...fitted, bic }
  }
  const drawn = known.map(() => new Float64Array(n))
  for (let i = 0; i < n; i++) {
    const { mean, factor } = best.parts[pick(best.shares, uniform())]
    const noise = Array.from({ length: d }, () => normalOf(uniform))
    for (let a = 0; a < d; a++) {
      drawn[a][i] = mean[a]
      for (let b = 0; b <= a; b++) drawn[a][i] += factor.data[a * d + b] * noise[b]
    }
  }
  return { columns: table.columns.map((column, c) => cellsAt(column, known[c].order, drawn[c])), rowCount: n }
}

function mixture(points, count, uniform) {
  const { rows: n, cols: d } = points
  // Started at the nearest of randomly chosen rows.
  const seeds = Array.from({ length: count }, () => whole(uniform, n))
  const share = matrix(n, count)
  for (let i = 0; i < n; i++) {
    const distance = seeds.map((seed) => squaredDistance(points, i, seed))
    share.data[i * count + distance.indexOf(Math.min(...distance))] = 1
  }
  let logLikelihood = 0
  let parts = []
  let shares = []
  for (let turn = 0; turn < 40; turn++) {
    parts = Array.from({ length: count }, (_, k) => partOf(points, share, k))
    shares = parts.map(({ weight }) => weight / n)
    logLikelihood = 0
    for (let i = 0; i < n; i++) {
      const logs = parts.map((part, k) => Math.log(Math.max(1e-12, shares[k])) + logDensity(part, points, i))
      const top = Math.max(...logs)
      const total = logs.reduce((sum, value) => sum + Math.exp(value - top), 0)
      logLikelihood += top + Math.log(total)
      for (let k = 0; k < count; k++) share.data[i * count + k] = Math.exp(logs[k] - top) / total
    }
  }
  return { parts, shares, logLikelihood, d }
}

function partOf(points, share, k) {
  const { rows: n, cols: d } = points
  const count = share.cols
  const mean = new Float64Array(d)
  let weight = 1e-9
  for (let i = 0; i < n; i++) {
    weight += share.data[i * count + k]
    for (let a = 0; a < d; a++) mean[a] += share.data[i * count + k] * points.data[i * d + a]
  }
  for (let a = 0; a < d; a++) mean[a] /= weight
  const covariance = matrix(d, d)
  for (let i = 0; i < n; i++) {
    const w = share.data[i * count + k] / weight
    if (w < 1e-9) continue
    for (let a = 0; a < d; a++)
      for (let b = 0; b <= a; b++) covariance.data[a * d + b] += w * (points.data[i * d + a] - mean[a]) * (points.data[i * d + b] - mean[b])
  }
  for (let a = 0; a < d; a++) {
    covariance.data[a * d + a] += 1e-2
    for (let b = 0; b < a; b++) covariance.data[b * d + a] = covariance.data[a * d + b]
  }
  return { mean, weight, factor: cholesky(covariance) }
}

function logDensity({ mean, factor }, points, i) {
  const d = mean.length
  const z = new Float64Array(d)
  let sum = -0.5 * d * Math.log(2 * Math.PI)
  for (let a = 0; a < d; a++) {
    let value = points.data[i * d + a] - mean[a]
    for (let b = 0; b < a; b++) value -= factor.data[a * d + b] * z[b]
    z[a] = value / factor.data[a * d + a]
    sum -= 0.5 * z[a] * z[a] + Math.log(factor.data[a * d + a])
  }
  return sum
}

/** A row with Gaussian noise on its numbers, the width by five-fold likelihood; categories are those of the row. */
export function kernelDensity(table, n, uniform) {
  const numbers = table.columns.filter((column) => isNumeric(column))
  const donors = Int32Array.from({ length: n }, () => whole(uniform, table.rowCount))
  if (numbers.length === 0) return takeTableRows(table, donors)
  const [points] = embedTables({ columns: numbers, rowCount: table.rowCount }, [{ columns: numbers, rowCount: table.rowCount }])
  const width = bestWidth(points)
  const columns = table.columns.map((column) => {
    const cells = cellsOf(column, donors)
    if (!isNumeric(column)) return cells
    const present = column.values.filter((_, i) => !column.missing?.[i])
    const centre = mean(present)
    const scale = Math.sqrt(mean(present.map((value) => (value - centre) ** 2)))
    const integers = present.every(Number.isInteger)
    const values = cells.values.map((value) => value + width * scale * normalOf(uniform))
    return { ...cells, values: integers ? values.map(Math.round) : values }
  })
  return { columns, rowCount: n }
}

function bestWidth(points) {
  const n = Math.min(points.rows, 600)
  let best
  for (let k = 0; k < 12; k++) {
    const width = 0.05 * 1.4 ** k
    let sum = 0
    for (let i = 0; i < n; i++) {
      let density = 1e-300
      for (let j = 0; j < n; j++) if (j % 5 !== i % 5) density += Math.exp(-squaredDistance(points, i, j) / (2 * width * width))
      sum += Math.log(density) - points.cols * Math.log(width)
    }
    if (!best || sum > best.sum) best = { width, sum }
  }
  return best.width
}

/**
 * Forests that tell real rows from rows with independent columns, grown anew against rows drawn from their leaves until they
 * tell nothing; then a leaf by its share of real rows, and each column on its own within: the cell of one of its rows, numbers with
 * noise of the leaf's own spread by Silverman's rule. @source Watson, Blesch, Kapar, Wright, AISTATS 2023.
 */
export function adversarialForest(table, n, uniform) {
  const [TREES, ROUNDS, MIN_LEAF] = [30, 4, 5]
  const real = table.rowCount
  const [x] = embedTables(table, [table])
  let fake = independent(table, () => everyRow(real), uniform)
  let leaves
  for (let round = 0; round < ROUNDS; round++) {
    const [, other] = embedTables(table, [table, fake])
    const points = matrix(2 * real, x.cols)
    points.data.set(x.data)
    points.data.set(other.data, x.data.length)
    const labels = Float64Array.from({ length: 2 * real }, (_, i) => (i < real ? 1 : 0))
    const bins = binColumns(points)
    let right = 0
    leaves = []
    for (let t = 0; t < TREES; t++) {
      const rows = Int32Array.from({ length: 2 * real }, () => whole(uniform, 2 * real)).sort()
      const used = new Set(rows)
      const tree = grow({ bins, targets: labels, width: 1, rows, minLeaf: MIN_LEAF, featureCount: Math.ceil(Math.sqrt(x.cols)), uniform })
      const own = tree.leaves.map(() => [])
      for (let i = 0; i < 2 * real; i++) {
        const leaf = leafOf(tree, points, i)
        if (i < real) own[leaf].push(i)
        if (!used.has(i)) right += tree.leaves[leaf].mean[0] > 0.5 === i < real ? 1 / (TREES * 0.368 * 2 * real) : 0
      }
      leaves.push(...own.filter((rowsOfLeaf) => rowsOfLeaf.length > 0))
    }
    if (right <= 0.5) break
    const shares = leaves.map((rows) => rows.length / (TREES * real))
    fake = independent(table, () => leaves[pick(shares, uniform())], uniform)
  }
  const shares = leaves.map((rows) => rows.length / (TREES * real))
  return independent(table, () => leaves[pick(shares, uniform())], uniform, n, true)
}

/** Rows whose cells come each from its own row of a leaf. */
function independent(table, leafFor, uniform, n = table.rowCount, smooth = false) {
  const leaves = Array.from({ length: n }, leafFor)
  const columns = table.columns.map((column) => {
    const cells = cellsOf(
      column,
      Int32Array.from(leaves, (rows) => rows[whole(uniform, rows.length)])
    )
    if (!smooth || !isNumeric(column) || column.values.every(Number.isInteger)) return cells
    const values = cells.values.map((value, i) => {
      const own = [...leaves[i]].filter((row) => !column.missing?.[row]).map((row) => column.values[row])
      if (own.length < 2) return value
      const centre = mean(own)
      const noisy = value + Math.sqrt(mean(own.map((v) => (v - centre) ** 2))) * 1.06 * own.length ** -0.2 * normalOf(uniform)
      return Math.min(Math.max(...own), Math.max(Math.min(...own), noisy))
    })
    return { ...cells, values }
  })
  return { columns, rowCount: n }
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0)

function squaredDistance({ data, cols }, i, j) {
  let sum = 0
  for (let c = 0; c < cols; c++) sum += (data[i * cols + c] - data[j * cols + c]) ** 2
  return sum
}

function pick(shares, u) {
  let sum = 0
  for (let k = 0; k < shares.length; k++) {
    sum += shares[k]
    if (u < sum) return k
  }
  return shares.length - 1
}

export const PEERS = {
  cart: sequentialCart,
  copula: gaussianCopula,
  mixture: mixtureByBic,
  kde: kernelDensity,
  arf: adversarialForest,
  flow: forestFlow
}
