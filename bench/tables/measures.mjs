// What is measured of one synthetic table, beside the rows that were held out. Every measure has a floor: held-out rows in place of
// synthetic ones.
import { associationError, associationMatrix } from '../../packages/core/dist/diagnose/associations.js'
import { areaUnderCurve, classifierAuc } from '../../packages/core/dist/diagnose/classifier.js'
import { embedTables } from '../../packages/core/dist/diagnose/embedding.js'
import { membershipAttack } from '../../packages/core/dist/diagnose/membership.js'
import { nearestDistances, neighbourRadii } from '../../packages/core/dist/diagnose/neighbours.js'
import { trainOnSynthetic } from '../../packages/core/dist/diagnose/train-on-synthetic.js'
import { matrix, takeRows } from '../../packages/core/dist/num/matrix.js'
import { keyFor, permutation, uniforms } from '../../packages/core/dist/num/random.js'
import { isNumeric } from '../../packages/core/dist/table/table.js'
import { boosted } from './trees.mjs'

const MOST_ROWS = 3000
const mean = (values) => (values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length)

/** All measures of `synthetic`; the tables have the same columns and no identifiers. */
export async function measured({ train, heldOut, synthetic, target, engine, key }) {
  const [x, other, drawn] = embedTables(train, [train, heldOut, synthetic])
  const limit = (points, label) => takeRows(points, permutation(keyFor(key, label), points.rows).subarray(0, MOST_ROWS))
  const [first, second] = [limit(other, 'held out'), limit(drawn, 'drawn')]
  const membership = await membershipAttack({ engine, train: x, heldOut: other, synthetic: drawn, most: MOST_ROWS, key })
  const trained = target && (await trainOnSynthetic({ real: heldOut, synthetic, train, target, key }))
  return {
    forest: await classifierAuc({ first, second, key }),
    boosting: boostingAuc(first, second, key),
    membership: membership.value,
    associations: meanError(train, heldOut, synthetic),
    ...(trained ? { tstr: trained.synthetic, tstrReal: trained.real } : {}),
    coverage: await coverage(engine, first, second),
    ...sharesOf(train, synthetic),
    deviations: deviations(train, synthetic),
    ...freshOf(train, heldOut, synthetic)
  }
}

/** Five folds, as the forest. */
function boostingAuc(first, second, key) {
  const [FOLDS, sides] = [5, [first, second]]
  const orders = sides.map((side, k) => permutation(keyFor(key, `boost ${k}`), side.rows))
  const drawn = uniforms(keyFor(key, 'boost'), FOLDS * 100 * (first.rows + second.rows))
  let at = 0
  const aucs = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const rowsOf = (inside) => orders.map((order) => order.filter((_, place) => (place % FOLDS === fold) === inside))
    const [points, test] = [rowsOf(false), rowsOf(true)].map((rows) => stacked(sides.map((side, k) => takeRows(side, rows[k]))))
    const scores = boosted({ ...points, test: test.points, uniform: () => drawn[at++ % drawn.length] })
    aucs.push(areaUnderCurve(scores, test.labels))
  }
  return mean(aucs)
}

function stacked([a, b]) {
  const points = matrix(a.rows + b.rows, a.cols)
  points.data.set(a.data)
  points.data.set(b.data, a.data.length)
  return { points, labels: Uint8Array.from({ length: points.rows }, (_, i) => (i < a.rows ? 0 : 1)) }
}

/** Mean error of associations against held-out rows; its floor is that of the training rows, which stands beside. */
function meanError(train, heldOut, synthetic) {
  const real = associationMatrix(heldOut)
  const error = associationError(real, associationMatrix(synthetic))
  const floor = associationError(real, associationMatrix(train))
  return { mean: error.mean, largest: error.largest, floor: floor.mean, largestFloor: floor.largest }
}

/** Share of held-out rows that have a synthetic row within the distance of their fifth real neighbour. @source Naeem and others 2020. */
async function coverage(engine, real, synthetic) {
  const radii = await neighbourRadii(engine, real, { count: Math.min(5, real.rows - 1) })
  const nearest = await nearestDistances(engine, real, synthetic)
  return mean(Array.from(nearest, (distance, i) => (distance <= radii[i] ? 1 : 0)))
}

const LEAST_EXPECTED = 5
const SPIKE = 0.01

/** Root mean square z of shares of levels, of spikes of numbers and of missing cells: of synthetic rows against those of the fit. */
function sharesOf(train, synthetic) {
  const zs = []
  const score = (share, found) => {
    const n = synthetic.rowCount
    if (share > 0 && Math.min(share, 1 - share) * n >= LEAST_EXPECTED) zs.push((found - share) / Math.sqrt((share * (1 - share)) / n))
  }
  for (const [c, column] of train.columns.entries()) {
    const [real, drawn] = [countsOf(column), countsOf(synthetic.columns[c])]
    for (const [cell, count] of real) {
      const share = count / train.rowCount
      if (!isNumeric(column) || cell === 'missing' || share >= SPIKE) score(share, (drawn.get(cell) ?? 0) / synthetic.rowCount)
    }
  }
  return {
    shareZ: zs.length === 0 ? null : Math.sqrt(mean(zs.map((z) => z * z))),
    shareCount: zs.length,
    shareWorst: Math.max(0, ...zs.map(Math.abs))
  }
}

function countsOf(column) {
  const counts = new Map()
  const add = (cell) => {
    counts.set(cell, (counts.get(cell) ?? 0) + 1)
  }
  if (isNumeric(column)) for (const [i, value] of column.values.entries()) add(column.missing?.[i] ? 'missing' : value)
  else for (const code of column.codes) add(code < 0 ? 'missing' : column.levels[code])
  return counts
}

const present = (column) => column.values.filter((_, i) => !column.missing?.[i])
const spread = (values) => {
  const centre = mean([...values])
  return Math.sqrt(mean(Array.from(values, (value) => (value - centre) ** 2)))
}

/** Standard deviation of synthetic over that of training numbers, a number each. */
function deviations(train, synthetic) {
  return train.columns.flatMap((column, c) => {
    if (!isNumeric(column)) return []
    const [real, drawn] = [present(column), present(synthetic.columns[c])]
    return real.length > 1 && drawn.length > 1 && spread(real) > 0 ? [spread(drawn) / spread(real)] : []
  })
}

/** Share of numbers that no training row has, averaged over columns, beside that of as many held-out rows. */
function freshOf(train, heldOut, synthetic) {
  const columns = train.columns.flatMap((column, c) => {
    if (!isNumeric(column)) return []
    const known = new Set(present(column))
    const share = (values) => mean(Array.from(values, (value) => (known.has(value) ? 0 : 1)))
    return [{ drawn: share(present(synthetic.columns[c])), heldOut: share(present(heldOut.columns[c])) }]
  })
  return { fresh: mean(columns.map(({ drawn }) => drawn)), freshHeldOut: mean(columns.map((one) => one.heldOut)), freshColumns: columns }
}
