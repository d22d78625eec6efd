// Latent bridges: Wasserstein-2 distance between drawn and fresh rows against the number of target rows, for latent dimensions
// 1, 2, 4 in 10, 100 and 1,000 ambient ones, behind a codec that was trained on other data than the target's.
import { keyFor } from 'sbridge/kernels'
import { digits, experiment, list, mean } from './experiment.mjs'
import { beyond, drawnBehind, NOISE, shifted, surfaceOf, target } from './experiments/latent.mjs'
import { BLUE, curves, GREEN, GREY, VERMILION } from './figure.mjs'

const AMBIENTS = [10, 100, 1000]

/** Slope of log y in log x by least squares. */
function slopeOf(xs, ys) {
  const [lx, ly] = [xs.map(Math.log), ys.map(Math.log)]
  const [mx, my] = [mean(lx), mean(ly)]
  return lx.reduce((sum, x, k) => sum + (x - mx) * (ly[k] - my), 0) / lx.reduce((sum, x) => sum + (x - mx) ** 2, 0)
}

await experiment({
  name: 'latent',
  title: 'Latent bridges: distance against the number of rows',
  paper: 'JKLLZ',
  async run({ full, engine, key }) {
    const counts = full ? [50, 100, 200, 400, 800, 1600, 3200] : [25, 100, 400]
    const [repeats, judged] = full ? [5, 1000] : [4, 250]
    const surfaces = (d, D, pretraining) =>
      Promise.all(list(repeats, (r) => surfaceOf({ d, D, pretraining, key: keyFor(key, `${d} ${D} ${r}`) })))
    const runsOn = async (of, n, label) => {
      const runs = []
      for (const [r, surface] of of.entries())
        runs.push(await drawnBehind(surface, { n, judged, key: keyFor(key, `${label} ${n} ${r}`), engine }))
      return runs
    }
    const found = {}
    const table = []
    for (const d of [1, 2, 4]) {
      for (const D of AMBIENTS) {
        const of = []
        const places = await surfaces(d, D, shifted)
        for (const n of counts) {
          const runs = await runsOn(places, n, `${d} ${D}`)
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
    const own = await runsOn(await surfaces(2, 100, target), counts[0], '2 100')
    const first = (d, D) => found[`${d} ${D}`].of[0].w2
    const slopes = Object.values(found)
    const change = Math.max(...[1, 2, 4].map((d) => Math.abs(first(d, AMBIENTS.at(-1)) / first(d, 10) - 1)))
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
          found: `slopes at ambient ${AMBIENTS.join(', ')}: ${[1, 2, 4].map((d) => AMBIENTS.map((D) => digits(found[`${d} ${D}`].slope)).join(', ')).join('; ')}; W2 at n = ${counts[0]} changes by at most ${digits(100 * change)} %, the noise that no codec keeps aside (${AMBIENTS.map((D) => digits(unsaid(D))).join(', ')})`,
          met: [1, 2, 4].every((d) => AMBIENTS.every((D) => found[`${d} ${D}`].slope <= -1 / (6 * (d + 3))))
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
          title: `W2 of drawn rows beyond that of fresh ones, √(W2² − floor²) and no less than its standard error, in brackets W2 itself between ${judged} drawn and ${judged} fresh rows, ${repeats} repeats; the floor is that of other fresh rows without their noise, which no codec keeps`,
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
              ['1,000', GREEN],
              ['bound’s slope', GREY]
            ],
            x: { type: 'log', ticks: counts, tickFormat: String },
            y: { type: 'log', domain: [0.02, 1], ticks: [0.02, 0.05, 0.1, 0.2, 0.5, 1], tickFormat: String },
            xName: 'rows of the target',
            yName: 'Wasserstein-2 distance beyond that of fresh rows; dashed: theirs',
            marks: curves([
              ...AMBIENTS.flatMap((D, k) => [
                { colour: [VERMILION, BLUE, GREEN][k], points: counts.map((n, i) => [n, found[`${d} ${D}`].of[i].w2]) },
                {
                  colour: [VERMILION, BLUE, GREEN][k],
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
