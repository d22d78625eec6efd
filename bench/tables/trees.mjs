// One tree for the peers and the second judge: least squares on one or more targets, which for one-hot classes is Gini's criterion.
// Boosting and the two kinds of sampler by trees are made of it.
import { binColumns, thresholdBetween } from '../../packages/core/dist/diagnose/bins.js'

const BINS = 256

/**
 * Grows a tree on the rows of `points` that `rows` names; `targets` [n × k] row by row.
 * @returns nodes {feature, threshold, left, right} or {leaf}, and the rows of every leaf
 */
export function grow({ bins, targets, width, rows, minLeaf, featureCount = bins.cols, maxDepth = 60, uniform }) {
  const leaves = []
  const sums = new Float64Array(BINS * width)
  const counts = new Float64Array(BINS)
  const order = Int32Array.from({ length: bins.cols }, (_, f) => f)

  function totalsOf(own) {
    const total = new Float64Array(width)
    let square = 0
    for (const i of own) {
      for (let k = 0; k < width; k++) {
        const value = targets[i * width + k]
        total[k] += value
        square += value * value
      }
    }
    return { total, square }
  }

  function bestSplit(own, { total }) {
    let best
    for (let tried = 0; tried < featureCount; tried++) {
      if (uniform) {
        const other = tried + Math.min(bins.cols - tried - 1, Math.floor(uniform() * (bins.cols - tried)))
        ;[order[tried], order[other]] = [order[other], order[tried]]
      }
      const found = bestCut(own, total, order[tried])
      if (found && (!best || found.gain > best.gain)) best = found
    }
    return best
  }

  function bestCut(own, total, feature) {
    const codes = bins.codes.subarray(feature * bins.rows, (feature + 1) * bins.rows)
    counts.fill(0)
    sums.fill(0)
    for (const i of own) {
      const code = codes[i]
      counts[code]++
      for (let k = 0; k < width; k++) sums[code * width + k] += targets[i * width + k]
    }
    const left = new Float64Array(width)
    let leftCount = 0
    let before = -1
    let best
    for (let code = 0; code < BINS; code++) {
      if (counts[code] === 0) continue
      if (before >= 0 && leftCount >= minLeaf && own.length - leftCount >= minLeaf) {
        let gain = 0
        for (let k = 0; k < width; k++)
          gain += left[k] ** 2 / leftCount + (total[k] - left[k]) ** 2 / (own.length - leftCount) - total[k] ** 2 / own.length
        if (!best || gain > best.gain) best = { gain, feature, leftCode: before, rightCode: code }
      }
      leftCount += counts[code]
      for (let k = 0; k < width; k++) left[k] += sums[code * width + k]
      before = code
    }
    return best
  }

  function node(own, depth) {
    const all = totalsOf(own)
    const spread = all.square - all.total.reduce((sum, value) => sum + value ** 2 / own.length, 0)
    const split = own.length >= 2 * minLeaf && depth < maxDepth && spread > 1e-9 ? bestSplit(own, all) : undefined
    if (!split || split.gain <= 1e-9) {
      leaves.push({ rows: own, mean: all.total.map((value) => value / own.length) })
      return { leaf: leaves.length - 1 }
    }
    const codes = bins.codes.subarray(split.feature * bins.rows, (split.feature + 1) * bins.rows)
    const below = own.filter((i) => codes[i] <= split.leftCode)
    const above = own.filter((i) => codes[i] > split.leftCode)
    return {
      feature: split.feature,
      threshold: thresholdBetween(bins, split.feature, split.leftCode, split.rightCode),
      left: node(below, depth + 1),
      right: node(above, depth + 1)
    }
  }
  return { root: node(rows, 0), leaves }
}

/** The leaf that row i of `points` falls into. */
export function leafOf({ root }, points, i) {
  let at = root
  while (at.leaf === undefined) at = points.data[i * points.cols + at.feature] <= at.threshold ? at.left : at.right
  return at.leaf
}

export { binColumns }

/** Gradient boosting of trees of depth 3, 100 rounds, rate 0.1, half of the rows a round (Friedman 2002): scores of test rows. */
export function boosted({ points, labels, test, uniform }) {
  const [ROUNDS, RATE, DEPTH] = [100, 0.1, 3]
  const n = points.rows
  const bins = binColumns(points)
  const logits = new Float64Array(n)
  const scores = new Float64Array(test.rows)
  const residual = new Float64Array(n)
  for (let round = 0; round < ROUNDS; round++) {
    const chance = logits.map((logit) => 1 / (1 + Math.exp(-logit)))
    for (let i = 0; i < n; i++) residual[i] = labels[i] - chance[i]
    const rows = []
    for (let i = 0; i < n; i++) if (uniform() < 0.5) rows.push(i)
    const tree = grow({ bins, targets: residual, width: 1, rows: Int32Array.from(rows), minLeaf: 5, maxDepth: DEPTH })
    const steps = tree.leaves.map(({ rows: own }) => {
      let [up, down] = [0, 1e-9]
      for (const i of own) {
        up += residual[i]
        down += chance[i] * (1 - chance[i])
      }
      return RATE * Math.max(-4, Math.min(4, up / down))
    })
    for (let i = 0; i < n; i++) logits[i] += steps[leafOf(tree, points, i)]
    for (let i = 0; i < test.rows; i++) scores[i] += steps[leafOf(tree, test, i)]
  }
  return scores
}
