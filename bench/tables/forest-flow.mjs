// Flow matching by boosted trees: from noise to rows along straight lines, with a boosted regression of their velocity at every time.
// As the authors have it: numbers scaled to [−1, 1], categories by dummies, rows repeated with noise of their own, Euler's steps,
// at the end numbers clipped and rounded, dummies by the largest. Unlike them: one tree for all coordinates in place of one for each,
// and fewer times, rounds and repeats (theirs 50, 100 and 100), for trees in this language are slow.
// @source Jolicoeur-Martineau, Fatras, Kachman, AISTATS 2024.
import { matrix } from '../../packages/core/dist/num/matrix.js'
import { isNumeric } from '../../packages/core/dist/table/table.js'
import { binColumns, grow, leafOf } from './trees.mjs'

const [TIMES, ROUNDS, RATE, DEPTH, MIN_LEAF] = [20, 20, 0.3, 7, 2]
/** Rows with noise that a regression sees, about. */
const SEEN = 4000

const normalOf = (uniform) => Math.sqrt(-2 * Math.log(Math.max(1e-300, uniform()))) * Math.cos(2 * Math.PI * uniform())

export function forestFlow(table, n, uniform) {
  const codes = table.columns.map(codeOf)
  const width = codes.reduce((sum, { size }) => sum + size, 0)
  const rows = matrix(table.rowCount, width)
  let first = 0
  for (const [c, code] of codes.entries()) {
    for (let i = 0; i < rows.rows; i++)
      code.write(table.columns[c], i, rows.data.subarray(i * width + first, i * width + first + code.size))
    first += code.size
  }
  const repeats = Math.max(1, Math.round(SEEN / rows.rows))
  const noiseOf = (count) => Float64Array.from({ length: count * width }, () => normalOf(uniform))
  const noise = noiseOf(rows.rows * repeats)
  const chains = matrix(n, width, noiseOf(n))
  for (let k = 0; k < TIMES; k++) step(chains, velocityAt(k / TIMES, rows, noise), 1 / TIMES)
  first = 0
  const columns = table.columns.map((column, c) => {
    const at = first
    first += codes[c].size
    return codes[c].read(column, (i) => chains.data.subarray(i * width + at, i * width + at + codes[c].size), n)
  })
  return { columns, rowCount: n }
}

/** Boosted trees of x₁ − x₀ on (1 − t) x₀ + t x₁, all coordinates at once. */
function velocityAt(time, rows, noise) {
  const width = rows.cols
  const points = matrix(noise.length / width, width)
  const residual = new Float64Array(noise.length)
  for (let at = 0; at < noise.length; at++) {
    const row = rows.data[at % rows.data.length]
    points.data[at] = (1 - time) * noise[at] + time * row
    residual[at] = row - noise[at]
  }
  const bins = binColumns(points)
  const every = Int32Array.from({ length: points.rows }, (_, i) => i)
  return Array.from({ length: ROUNDS }, () => {
    const tree = grow({ bins, targets: residual, width, rows: every, minLeaf: MIN_LEAF, maxDepth: DEPTH })
    for (const { rows: own, mean } of tree.leaves)
      for (const i of own) for (let c = 0; c < width; c++) residual[i * width + c] -= RATE * mean[c]
    return tree
  })
}

function step(chains, trees, length) {
  const moved = chains.data.slice()
  for (let i = 0; i < chains.rows; i++)
    for (const tree of trees) {
      const { mean } = tree.leaves[leafOf(tree, chains, i)]
      for (let c = 0; c < chains.cols; c++) moved[i * chains.cols + c] += length * RATE * mean[c]
    }
  chains.data.set(moved)
}

/** How a column becomes coordinates and comes back. */
function codeOf(column) {
  return isNumeric(column) ? numberCode(column) : levelCode(column)
}

function numberCode({ values, missing }) {
  const present = values.filter((_, i) => !missing?.[i])
  const [low, high] = [present.reduce((a, b) => Math.min(a, b)), present.reduce((a, b) => Math.max(a, b))]
  const decimals = [0, 1, 2, 3, 4, 5, 6].find((places) => present.every((x) => Number(x.toFixed(places)) === x))
  return {
    size: missing ? 2 : 1,
    write: ({ values, missing }, i, out) => {
      out[0] = missing?.[i] || high === low ? 0 : (2 * (values[i] - low)) / (high - low) - 1
      if (missing) out[1] = missing[i] ? 1 : -1
    },
    read: ({ name, kind }, at, n) => {
      const numberAt = (i) => low + ((Math.min(1, Math.max(-1, at(i)[0])) + 1) / 2) * (high - low)
      const rounded = (x) => (decimals === undefined ? x : Number(x.toFixed(decimals)))
      const absent = missing && Uint8Array.from({ length: n }, (_, i) => (at(i)[1] > 0 ? 1 : 0))
      const drawn = Float64Array.from({ length: n }, (_, i) => (absent?.[i] ? 0 : rounded(numberAt(i))))
      return { name, kind, values: drawn, ...(absent ? { missing: absent } : {}) }
    }
  }
}

function levelCode({ levels, codes }) {
  const size = levels.length + (codes.includes(-1) ? 1 : 0)
  return {
    size,
    write: ({ codes }, i, out) => {
      out.fill(-1)
      out[codes[i] < 0 ? levels.length : codes[i]] = 1
    },
    read: ({ name, kind }, at, n) => {
      const largest = (i) => at(i).reduce((best, x, k, all) => (x > all[best] ? k : best), 0)
      return { name, kind, levels, codes: Int32Array.from({ length: n }, (_, i) => (largest(i) < levels.length ? largest(i) : -1)) }
    }
  }
}
