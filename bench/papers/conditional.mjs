// Conditional rows and Bayesian inference against closed forms: a Gaussian conditional, a linear-Gaussian posterior (mild and three
// standard deviations off), and a prior with two modes. Beside them the papers' own Langevin scheme.
import { fit as fitModel, sample } from 'sbridge'
import { keyFor, matrix, normals } from 'sbridge/kernels'
import { columnOf, covarianceOf, digits, experiment, list, mean, pointsOf, relativeError, spread, tableOf } from './experiment.mjs'
import { densityCurve, densityOf, modesOf, RANGE, rightShare, twoModes } from './experiments/posterior.mjs'
import { newRows } from './experiments/tables.mjs'
import { BLUE, curves, GREY, VERMILION } from './figure.mjs'

/** What is observed of the prior with two modes. */
const OBSERVED = { y: 0.4, s: 0.6 }

/** Rows of a Gaussian prior N(0, A Aᵀ) in four dimensions. */
const A = [
  [1, 0, 0, 0],
  [0.6, 0.8, 0, 0],
  [0.3, 0.2, 0.9, 0],
  [0, 0.5, 0.3, 0.8]
]
const PRIOR = { centre: [0, 0, 0, 0], spread: A.map((row) => A.map((other) => row.reduce((sum, a, k) => sum + a * other[k], 0))) }
const gaussianRows = (n, key) => {
  const z = normals(key, 4 * n)
  return matrix(
    n,
    4,
    Float64Array.from({ length: 4 * n }, (_, i) => A[i % 4].reduce((sum, a, k) => sum + a * z[i - (i % 4) + k], 0))
  )
}

/** The Gaussian posterior under observations [h, y, s] of hᵀx = y ± s. */
const exact = (observations, prior = PRIOR) =>
  observations.reduce(({ centre, spread }, [h, y, s]) => {
    const ch = spread.map((row) => row.reduce((sum, c, k) => sum + c * h[k], 0))
    const total = h.reduce((sum, x, k) => sum + x * ch[k], 0) + s * s
    const surprise = y - h.reduce((sum, x, k) => sum + x * centre[k], 0)
    return {
      centre: centre.map((m, k) => m + (ch[k] * surprise) / total),
      spread: spread.map((row, i) => row.map((c, j) => c - (ch[i] * ch[j]) / total))
    }
  }, prior)

const CASES = {
  'conditional: x1 = 1.2 given': { given: { x1: '1.2' }, as: [[[1, 0, 0, 0], 1.2, 1e-9]] },
  'posterior, mild': {
    as: [
      [[1, 1, 0, 0], 1.5, 0.5],
      [[0, 0, 1, -1], 0.5, 0.3]
    ],
    observe: ['x1 + x2 = 1.5 ± 0.5', 'x3 - x4 = 0.5 ± 0.3']
  },
  'posterior, three deviations off': {
    as: [
      [[1, 0, 0, 0], 3, 0.2],
      [[0, 0, 1, 0], 0.9, 0.2]
    ],
    observe: ['x1 = 3 ± 0.2', 'x3 = 0.9 ± 0.2']
  }
}

/** What rows can tell at best: the closed form knows that the prior is Gaussian, and takes mean and covariance from them. */
const momentsOf = (points) => ({ centre: list(4, (c) => mean(Array.from(columnOf(points, c)))), spread: covarianceOf(points) })
/** Worst error of a mean in standard deviations of the prior, and relative error of the covariance. */
const errorsOf = (found, { centre, spread }) => ({
  mean: Math.max(...centre.map((m, c) => Math.abs(found.centre[c] - m) / Math.sqrt(PRIOR.spread[c][c]))),
  covariance: relativeError(found.spread, spread)
})

/** As many independent draws of a Gaussian: what chance alone errs by. */
function independent({ centre, spread }, n, key) {
  const L = list(4, () => new Array(4).fill(0))
  for (let i = 0; i < 4; i++)
    for (let j = 0; j <= i; j++) {
      const rest = spread[i][j] - L[i].slice(0, j).reduce((sum, x, k) => sum + x * L[j][k], 0)
      L[i][j] = i === j ? Math.sqrt(Math.max(0, rest)) : L[j][j] > 0 ? rest / L[j][j] : 0
    }
  const z = normals(key, 4 * n)
  const at = (i) => centre[i % 4] + L[i % 4].reduce((sum, x, k) => sum + x * z[i - (i % 4) + k], 0)
  return matrix(
    n,
    4,
    Float64Array.from({ length: 4 * n }, (_, i) => at(i))
  )
}

await experiment({
  name: 'conditional',
  title: 'Conditional rows and Bayesian inference',
  paper: 'GLMR',
  async run({ full, engine, key }) {
    const [count, drawnCount, seeds] = full ? [2000, 8000, 10] : [1000, 1000, 2]
    const found = {}
    const note = (name, errors) => (found[name] = [...(found[name] ?? []), errors])
    const shares = []
    const { right, at } = twoModes(OBSERVED)
    let shown
    for (let seed = 1; seed <= seeds; seed++) {
      const rows = gaussianRows(count, keyFor(key, `rows ${seed}`))
      const model = await fitModel(tableOf(rows), { scaling: 'standard', rules: 'off', seed, engine })
      for (const [name, { as, ...known }] of Object.entries(CASES)) {
        const truth = exact(as)
        const own = exact(as, momentsOf(rows))
        note(`${name}|closed form, own moments`, errorsOf(own, truth))
        note(`${name}|independent draws of it`, errorsOf(momentsOf(independent(own, drawnCount, keyFor(key, `${name} ${seed}`))), truth))
        const drawnBy = async (conditioning) =>
          momentsOf(pointsOf(await sample(model, { ...known, ...conditioning, rows: drawnCount, seed, engine })))
        note(`${name}|ours`, errorsOf(await drawnBy({}), truth))
        if (known.observe) note(`${name}|Langevin of [1]`, errorsOf(await drawnBy({ conditioning: 'langevin' }), truth))
      }
      const modes = modesOf(count, keyFor(key, `modes ${seed}`))
      const known = { observe: [`x1 = ${OBSERVED.y} ± ${OBSERVED.s}`], rows: drawnCount, seed }
      const drawn = await newRows(modes, { scaling: 'standard', rules: 'off', seed }, known, engine)
      shares.push(rightShare(drawn))
      shown ??= { modes, drawn }
    }
    const errors = (name, what) => found[name].map((one) => one[what])
    const words = (name) => `${digits(mean(errors(name, 'mean')))} and ${digits(mean(errors(name, 'covariance')))}`
    /** No sampler knows more than its rows and chance: twice what independent draws of the closed form of their own moments err by. */
    const near = (name) => mean(errors(`${name}|ours`, 'mean')) < 2 * mean(errors(`${name}|independent draws of it`, 'mean'))
    const names = Object.keys(CASES)
    return {
      claims: [
        {
          claim:
            'the framework extends to conditional samples: worst error of a mean (prior deviations) and relative error of the covariance, x1 given',
          found: `${words(`${names[0]}|ours`)}; independent draws of the closed form with the rows' own moments ${words(`${names[0]}|independent draws of it`)}`,
          met: near(names[0])
        },
        {
          claim: 'and to Bayesian inference: linear-Gaussian posterior, mild; three deviations off',
          found: `${words(`${names[1]}|ours`)}; ${words(`${names[2]}|ours`)} (independent draws of the closed form: ${words(`${names[1]}|independent draws of it`)}; ${words(`${names[2]}|independent draws of it`)}; Langevin of [1]: ${words(`${names[1]}|Langevin of [1]`)}; ${words(`${names[2]}|Langevin of [1]`)})`,
          met: near(names[1]) && near(names[2])
        },
        {
          claim: 'a posterior that is not Gaussian: share of the right of two modes',
          found: `${spread(shares, 3)}, exactly ${digits(right, 3)}`,
          met: Math.abs(mean(shares) - right) < 0.03
        }
      ],
      tables: [
        {
          title: `${count} training rows, ${drawnCount} drawn, ${seeds} seeds`,
          head: ['case', 'method', 'worst error of a mean, prior deviations', 'relative error of the covariance'],
          rows: Object.keys(found).map((name) => [...name.split('|'), spread(errors(name, 'mean')), spread(errors(name, 'covariance'))])
        }
      ],
      picture: pictureOf(shown, at)
    }
  }
})

function pictureOf({ modes, drawn }, at) {
  return {
    words: 'Densities of a prior with two modes and of its posterior: drawn rows follow the exact posterior',
    panels: [
      {
        title: 'two modes, observed 0.4 ± 0.6',
        key: [
          ['prior rows', GREY],
          ['drawn', VERMILION],
          ['exact', BLUE]
        ],
        x: { domain: RANGE },
        xName: 'x1',
        yName: 'density',
        marks: curves([
          { colour: GREY, dots: false, points: densityOf(modes) },
          { colour: BLUE, dots: false, points: densityCurve(at) },
          { colour: VERMILION, points: densityOf(drawn) }
        ])
      }
    ]
  }
}
