// Synthetic laws of increasing dimension: Gaussian fields, semispheres and curved sheets; one bridge on all columns beside one
// for each column on its neighbourhood. Errors are divided by those of the training rows themselves.
import { keyFor, matrix, normals, uniforms } from 'sbridge/kernels'
import { covarianceOf, digits, experiment, gaussianField, gaussians, mean, relativeError, sliced } from './experiment.mjs'
import { medianNearest, newRows } from './experiments/tables.mjs'
import { BLUE, curves, VERMILION } from './figure.mjs'

const PHI = 0.7

/** The upper half of the unit sphere in d dimensions: the last coordinate is not negative. */
function semisphere(n, d, key) {
  const out = gaussians(n, d, key)
  for (let i = 0; i < n; i++) {
    const row = out.data.subarray(i * d, (i + 1) * d)
    const length = Math.hypot(...row)
    for (let a = 0; a < d; a++) row[a] = (a === d - 1 ? Math.abs(row[a]) : row[a]) / length
  }
  return out
}

/** Directions that wind a sheet through d dimensions, the same for every number of rows. */
const WAVES = 8
/** A two-dimensional sheet, bent along slow waves through d dimensions, with noise of a fiftieth of its width. */
function sheet(n, d, key) {
  const [u, z] = [uniforms(keyFor(key, 'places'), 2 * n), normals(keyFor(key, 'noise'), n * d)]
  const out = matrix(n, d)
  for (let i = 0; i < n; i++)
    for (let a = 0; a < d; a++)
      out.data[i * d + a] =
        Math.cos(Math.PI * (u[2 * i] * (1 + (a % WAVES) / WAVES) + u[2 * i + 1] * (1 - ((3 * a) % WAVES) / WAVES)) + a) +
        0.02 * z[i * d + a]
  return out
}

const LAWS = { 'Gaussian field': (n, d, key) => gaussianField(n, d, PHI, key), semisphere, 'curved sheet': sheet }
const SAMPLERS = { global: {}, localised: { local: 'window:1' } }

await experiment({
  name: 'dimensions',
  title: 'Increasing dimension, global and localised',
  paper: 'GLMR',
  async run({ full, engine, key }) {
    const sizes = full ? [2, 3, 5, 10, 20, 50, 100] : [2, 10, 50, 100]
    const [count, drawnCount] = full ? [1000, 2000] : [300, 600]
    const [table, found] = [[], {}]
    for (const [law, draw] of Object.entries(LAWS)) {
      for (const d of sizes) {
        const rows = draw(count, d, keyFor(key, `${law} ${d}`))
        const fresh = draw(drawnCount, d, keyFor(key, `${law} ${d} fresh`))
        // What many rows say stands for the truth.
        const truth = covarianceOf(draw(10 * count, d, keyFor(key, `${law} ${d} truth`)))
        const own = { covariance: relativeError(covarianceOf(rows), truth), distance: await sliced(rows, fresh) }
        for (const [sampler, options] of Object.entries(SAMPLERS)) {
          const fitting = { ...options, scaling: 'standard', rules: 'off', seed: 1 }
          const drawn = await newRows(rows, fitting, { rows: drawnCount, seed: 1 }, engine)
          const of = {
            covariance: relativeError(covarianceOf(drawn), truth) / own.covariance,
            distance: (await sliced(drawn, fresh)) / own.distance,
            ratio: (await medianNearest(drawn, rows, engine)) / (await medianNearest(fresh, rows, engine))
          }
          found[`${law} ${sampler}`] = [...(found[`${law} ${sampler}`] ?? []), of]
          table.push([law, d, sampler, digits(of.covariance), digits(of.distance), digits(of.ratio)])
        }
      }
    }
    const at = (law, sampler, d) => found[`${law} ${sampler}`][sizes.indexOf(d)]
    const gaussian = ['global', 'localised'].map((sampler) => at('Gaussian field', sampler, sizes.at(-1)))
    const worst = (law, sampler) => Math.max(...found[`${law} ${sampler}`].map((of) => of.distance))
    return {
      claims: [
        {
          claim: 'new rows on synthetic data of increasing dimension [1]: sliced Wasserstein distance, training rows 1',
          found: Object.keys(LAWS)
            .map((law) => `${law} at most ${digits(worst(law, 'global'))}`)
            .join(', '),
          met: Object.keys(LAWS).every((law) => worst(law, 'global') < 2)
        },
        {
          claim:
            'localisation replaces one problem of d dimensions by d small ones [2]: Gaussian field at the largest d, nearest-neighbour ratio (1 is right, 0 is copying)',
          found: `global ${digits(gaussian[0].ratio)}, localised ${digits(gaussian[1].ratio)}; error of the covariance ${digits(gaussian[0].covariance)} and ${digits(gaussian[1].covariance)} of the training rows'`,
          met: gaussian[1].ratio > 0.9 && gaussian[1].covariance < 1
        },
        {
          claim: 'where columns do not depend on each other locally, localisation does not help: curved sheet, sliced Wasserstein distance',
          found: `global ${digits(mean(found['curved sheet global'].map((of) => of.distance)))}, localised ${digits(mean(found['curved sheet localised'].map((of) => of.distance)))} on average over d`,
          met: null
        }
      ],
      tables: [
        {
          title: `${count} training rows, ${drawnCount} drawn; relative error of the covariance and sliced Wasserstein distance to fresh rows over those of the training rows, ratio of distances to the nearest training row`,
          head: ['law', 'd', 'sampler', 'covariance', 'sliced W2', 'nearest-neighbour ratio'],
          rows: table
        }
      ],
      picture: {
        words: 'Errors against dimension: global orange, localised blue, for fields, semispheres and sheets',
        panels: Object.keys(LAWS).map((law) => ({
          title: law,
          key: [
            ['global', VERMILION],
            ['localised', BLUE]
          ],
          x: { type: 'log', ticks: sizes, tickFormat: String },
          y: { type: 'log', domain: [0.4, 20], ticks: [0.5, 1, 2, 5, 10, 20], tickFormat: String },
          xName: 'dimension',
          yName: 'sliced W2 over the training rows’; dashed: ratio of distances',
          marks: curves(
            ['global', 'localised'].flatMap((sampler, k) =>
              [['distance'], ['ratio', '4 4']].map(([what, dash]) => ({
                colour: [VERMILION, BLUE][k],
                dash,
                points: sizes.map((d, i) => [d, found[`${law} ${sampler}`][i][what]])
              }))
            )
          )
        }))
      }
    }
  }
})
