// Denoising by Tweedie's formula, localised: what a kernel denoiser of whole rows and one of neighbourhoods make of noisy rows of a
// Gaussian field, beside the best there is (Wiener's filter); and plug-and-play Langevin chains with either.
import { keyFor, matrix, normals } from 'sbridge/kernels'
import { covarianceOf, digits, experiment, fieldCovariance, gaussianField, relativeError } from './experiment.mjs'
import { chains, denoised, PHI, SIGMA, squared, wiener } from './experiments/denoise.mjs'
import { BLUE, curves, GREEN, GREY, PURPLE, VERMILION } from './figure.mjs'

await experiment({
  name: 'denoising',
  title: 'Localised denoising and plug-and-play Langevin',
  paper: 'GR',
  async run({ full, engine, key }) {
    const sizes = full ? [2, 5, 10, 20, 50, 100] : [2, 10, 40, 100]
    const [count, noisyCount, steps] = full ? [1000, 1000, 60] : [500, 200, 30]
    const radii = { 'whole rows': Number.POSITIVE_INFINITY, 'windows of 3': 1, 'windows of 5': 2 }
    const [table, found] = [[], {}]
    for (const d of sizes) {
      const [rows, clean] = [count, noisyCount].map((n, i) => gaussianField(n, d, PHI, keyFor(key, `${d} ${i}`)))
      const z = normals(keyFor(key, `${d} noise`), noisyCount * d)
      const noisy = matrix(
        noisyCount,
        d,
        clean.data.map((x, i) => x + SIGMA * z[i])
      )
      const best = squared(wiener(noisy, d), clean)
      const truth = fieldCovariance(d, PHI)
      for (const [name, radius] of Object.entries(radii)) {
        const error = squared(await denoised(rows, noisy, { radius, engine }), clean) / best
        const start = gaussianField(noisyCount, d, PHI, keyFor(key, `${d} start`))
        const end = await chains(rows, start, { radius, engine, steps, key: keyFor(key, `${d} chains`), sigma: SIGMA / 2 })
        const covariance = relativeError(covarianceOf(end), truth)
        const own = relativeError(covarianceOf(start), truth)
        found[name] = [...(found[name] ?? []), { error, covariance, own }]
        table.push([d, name, digits(error, 3), digits(SIGMA ** 2 / best, 3), digits(covariance), digits(own)])
      }
    }
    const last = (name, what) => found[name].at(-1)[what]
    return {
      claims: [
        {
          claim: 'localisation extends to kernel denoisers by Tweedie’s formula: mean squared error at the largest d, Wiener’s filter 1',
          found: Object.keys(radii)
            .map((name) => `${name} ${digits(last(name, 'error'))}`)
            .join(', '),
          met: last('windows of 3', 'error') < last('whole rows', 'error') && last('windows of 3', 'error') < 1.25
        },
        {
          claim: 'and to plug-and-play Langevin samplers: relative error of the covariance at the largest d',
          found: `${Object.keys(radii)
            .map((name) => `${name} ${digits(last(name, 'covariance'))}`)
            .join(', ')}; as many fresh rows ${digits(last('windows of 3', 'own'))}`,
          met: last('windows of 3', 'covariance') < last('whole rows', 'covariance')
        }
      ],
      tables: [
        {
          title: `${count} training rows of a field with φ = ${PHI}, ${noisyCount} noisy rows (σ = ${SIGMA}), ${noisyCount} chains of ${steps} steps at σ = ${SIGMA / 2}`,
          head: ['d', 'denoiser', 'squared error, Wiener 1', 'of the noisy rows', 'covariance of chains', 'of fresh rows'],
          rows: table
        }
      ],
      picture: {
        words: 'Errors against dimension: whole rows get worse, windows stay near the best filter',
        panels: [
          ['denoising', 'error', 'squared error, Wiener’s filter 1', GREEN, 'Wiener', () => 1],
          [
            'plug-and-play chains',
            'covariance',
            'relative error of the covariance',
            GREY,
            'fresh rows',
            (k) => found['windows of 3'][k].own
          ]
        ].map(([title, what, yName, colour, best, floor]) => ({
          title,
          key: [
            ['whole rows', VERMILION],
            ['windows of 3', BLUE],
            ['of 5', PURPLE],
            [best, colour]
          ],
          x: { type: 'log', ticks: sizes, tickFormat: String },
          y: { nice: true, domain: [0, Math.max(...Object.values(found).flatMap((of) => of.map((one) => one[what]))) * 1.1] },
          xName: 'dimension',
          yName,
          marks: curves([
            ...Object.keys(radii).map((name, k) => ({
              colour: [VERMILION, BLUE, PURPLE][k],
              points: sizes.map((d, i) => [d, found[name][i][what]])
            })),
            { colour, dots: false, dash: '4 3', points: sizes.map((d, i) => [d, floor(i)]) }
          ])
        }))
      }
    }
  }
})
