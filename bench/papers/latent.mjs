// Latent bridges: Wasserstein-2 distance between drawn and fresh rows against the number of target rows, for latent dimensions
// 1, 2, 4 in 10 and 100 ambient ones, behind a codec that was trained on other data than the target's.
import { fit as fitModel, sample } from 'sbridge'
import { cloud, keyFor, matrix, normals, uniforms } from 'sbridge/kernels'
import { fitPca } from '../../packages/core/dist/code/codecs/pca.js'
import { wasserstein } from '../../packages/core/dist/systems/marginals/score.js'
import { digits, experiment, mean, pointsOf, tableOf } from './experiment.mjs'
import { BLUE, curves, GREY, VERMILION } from './figure.mjs'

/** Rows that the codec is trained on, of the shifted law. */
const PRETRAINING = 2000
/** Ambient noise: what no codec of so few coordinates can say. */
const NOISE = 0.005

/** Coordinates on the surface: denser to one side, with hard ends, no Gaussian's shape. */
const target = (n, d, key) =>
  matrix(
    n,
    d,
    uniforms(key, n * d).map((u) => 2 * u * u - 1)
  )
/** What the codec sees in its place: shifted and wider. */
const shifted = (n, d, key) =>
  matrix(
    n,
    d,
    normals(key, n * d).map((z) => 1 + 1.5 * z)
  )

/** Orthonormal directions [d, D] by Gram and Schmidt: distances on the surface are those of its coordinates. */
function directions(d, D, key) {
  const rows = []
  for (let a = 0; a < d; a++) {
    const row = normals(key, D, a)
    for (const other of rows) {
      const along = row.reduce((sum, x, c) => sum + x * other[c], 0)
      for (let c = 0; c < D; c++) row[c] -= along * other[c]
    }
    const length = Math.hypot(...row)
    rows.push(row.map((x) => x / length))
  }
  return rows
}
function embedded(z, basis, key) {
  const D = basis[0].length
  const out = matrix(
    z.rows,
    D,
    normals(key, z.rows * D).map((x) => NOISE * x)
  )
  for (let i = 0; i < z.rows; i++)
    for (let a = 0; a < z.cols; a++) for (let c = 0; c < D; c++) out.data[i * D + c] += z.data[i * z.cols + a] * basis[a][c]
  return out
}

/** Slope of log y in log x by least squares. */
function slopeOf(xs, ys) {
  const [lx, ly] = [xs.map(Math.log), ys.map(Math.log)]
  const [mx, my] = [mean(lx), mean(ly)]
  return lx.reduce((sum, x, k) => sum + (x - mx) * (ly[k] - my), 0) / lx.reduce((sum, x) => sum + (x - mx) ** 2, 0)
}

/** W2 from drawn rows to fresh ones, both in the ambient space, and what other fresh rows have. */
async function distances({ d, D, n, pretraining, judged, key, engine }) {
  const basis = directions(d, D, keyFor(key, 'directions'))
  const rows = (count, law, label) => embedded(law(count, d, keyFor(key, label)), basis, keyFor(key, `${label} noise`))
  const codec = await fitPca(rows(PRETRAINING, pretraining, 'pretraining'), { dimension: d })
  const latent = await codec.encode(rows(n, target, 'rows'))
  const model = await fitModel(tableOf(latent), { latent: `pca:${d}`, rules: 'off', seed: 1, engine })
  const drawn = pointsOf(await sample(model, { dynamics: 'bridge', rows: judged, seed: 1, engine }))
  const fresh = cloud(rows(judged, target, 'fresh'))
  return {
    squared: wasserstein(await codec.decode(drawn), fresh, 2),
    floor: wasserstein(rows(judged, target, 'other fresh'), fresh, 2)
  }
}

/** W2 between laws: what samples have beyond other samples of the law itself; no less than the standard error of that. */
function beyond(runs) {
  const squares = runs.map((one) => one.squared - one.floor)
  const m = mean(squares)
  const error = Math.sqrt(mean(squares.map((x) => (x - m) ** 2)) / Math.max(1, squares.length - 1))
  return Math.sqrt(Math.max(m, error))
}

await experiment({
  name: 'latent',
  title: 'Latent bridges: distance against the number of rows',
  paper: 'JKLLZ',
  async run({ full, engine, key }) {
    const counts = full ? [50, 100, 200, 400, 800, 1600, 3200] : [25, 100, 400]
    const [ambients, repeats, judged] = full ? [[10, 100, 1000], 5, 1000] : [[10, 100], 4, 250]
    const found = {}
    const table = []
    for (const d of [1, 2, 4]) {
      for (const D of ambients) {
        const of = []
        for (const n of counts) {
          const runs = []
          for (let r = 0; r < repeats; r++)
            runs.push(await distances({ d, D, n, pretraining: shifted, judged, key: keyFor(key, `${d} ${D} ${n} ${r}`), engine }))
          of.push({
            w2: beyond(runs),
            samples: Math.sqrt(mean(runs.map((one) => one.squared))),
            floor: Math.sqrt(mean(runs.map((one) => one.floor)))
          })
        }
        const slope = slopeOf(
          counts,
          of.map(({ w2 }) => w2)
        )
        found[`${d} ${D}`] = { of, slope, bound: -1 / (6 * (d + 3)) }
        table.push([
          d,
          D,
          ...of.map(({ w2, samples }) => `${digits(w2)} (${digits(samples)})`),
          digits(mean(of.map(({ floor }) => floor))),
          digits(slope),
          digits(-1 / (6 * (d + 3)))
        ])
      }
    }
    const own = []
    for (let r = 0; r < repeats; r++)
      own.push(
        await distances({ d: 2, D: 100, n: counts[0], pretraining: target, judged, key: keyFor(key, `2 100 ${counts[0]} ${r}`), engine })
      )
    const first = (d, D) => found[`${d} ${D}`].of[0].w2
    const slopes = Object.values(found)
    const change = Math.max(...[1, 2, 4].map((d) => Math.abs(first(d, ambients.at(-1)) / first(d, 10) - 1)))
    /** Noise in D directions adds to the distance of any two samples. */
    const unsaid = (D) => NOISE * Math.sqrt(D)
    return {
      claims: [
        {
          claim: 'W2 falls with the number n of target rows at least as fast as the bound n^(−1/(6(d* + 3)))',
          found: [1, 2, 4]
            .map((d) => `d* = ${d}: slope ${digits(found[`${d} 10`].slope)} (bound ${digits(-1 / (6 * (d + 3)))})`)
            .join(', '),
          met: slopes.every(({ slope, bound }) => slope <= bound)
        },
        {
          claim: 'it does so whatever the ambient dimension',
          found: `slopes at ambient ${ambients.join(', ')}: ${[1, 2, 4].map((d) => ambients.map((D) => digits(found[`${d} ${D}`].slope)).join(', ')).join('; ')}; W2 at n = ${counts[0]} changes by at most ${digits(100 * change)} %, noise that no codec keeps included (${ambients.map((D) => digits(unsaid(D))).join(', ')})`,
          met: [1, 2, 4].every((d) => ambients.every((D) => found[`${d} ${D}`].slope <= -1 / (6 * (d + 3))))
        },
        {
          claim: 'the fewer latent dimensions, the nearer',
          found: `W2 at n = ${counts[0]}, ambient 10: ${[1, 2, 4].map((d) => digits(first(d, 10))).join(', ')}`,
          met: first(1, 10) < first(2, 10) && first(2, 10) < first(4, 10)
        },
        {
          claim: 'the codec may be trained on data of another law',
          found: `W2 at d* = 2, ambient 100, n = ${counts[0]}: ${digits(first(2, 100))} behind a codec of shifted data, ${digits(beyond(own))} behind one of the target's`,
          met: first(2, 100) < 1.1 * beyond(own)
        }
      ],
      tables: [
        {
          title: `W2 of drawn rows beyond that of fresh ones, √(W2² − floor²) and no less than its standard error, in brackets W2 itself between ${judged} drawn and ${judged} fresh rows, ${repeats} repeats; the floor is that between fresh rows`,
          head: ['d*', 'ambient', ...counts.map((n) => `n = ${n}`), 'floor', 'slope', 'slope of the bound'],
          rows: table
        }
      ],
      picture: {
        words: 'Wasserstein-2 distance against the number of rows for latent dimensions 1, 2, 4, with the slope of the bound',
        panels: [1, 2, 4].map((d) => {
          return {
            title: `d* = ${d}`,
            key: [
              ['ambient 10', VERMILION],
              ['100', BLUE],
              ['bound’s slope', GREY]
            ],
            x: { type: 'log', ticks: counts, tickFormat: String },
            y: { type: 'log', domain: [0.02, 1], ticks: [0.02, 0.05, 0.1, 0.2, 0.5, 1], tickFormat: String },
            xName: 'rows of the target',
            yName: 'Wasserstein-2 distance beyond that of fresh rows; dashed: theirs',
            marks: curves([
              ...ambients.slice(0, 2).flatMap((D, k) => [
                { colour: [VERMILION, BLUE][k], points: counts.map((n, i) => [n, found[`${d} ${D}`].of[i].w2]) },
                {
                  colour: [VERMILION, BLUE][k],
                  dash: '3 4',
                  dots: false,
                  points: counts.map((n, i) => [n, found[`${d} ${D}`].of[i].floor])
                }
              ]),
              { colour: GREY, dots: false, points: counts.map((n) => [n, first(d, 10) * (n / counts[0]) ** (-1 / (6 * (d + 3)))]) }
            ])
          }
        })
      }
    }
  }
})
