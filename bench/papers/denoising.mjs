// Denoising by Tweedie's formula, localised: what a kernel denoiser of whole rows and one of neighbourhoods make of noisy rows of a
// Gaussian field, beside the best there is (Wiener's filter); and plug-and-play Langevin chains with either.
import { cloud, gaussianKernel, keyAtStep, keyFor, matrix, normals } from 'sbridge/kernels'
import { columnsOf, covarianceOf, digits, experiment, fieldCovariance, gaussianField, list, mean, relativeError } from './experiment.mjs'
import { BLUE, curves, GREEN, GREY, PURPLE, VERMILION } from './figure.mjs'

const PHI = 0.7
/** Standard deviation of the noise, that of a column 1. */
const SIGMA = 0.5

/** E[x | y] under the training rows: Σ p_j x_j, p ∝ exp(−|y − x_j|²/(2σ²)), for each column from its window of this radius. */
async function denoised(rows, noisy, { radius, engine, sigma = SIGMA }) {
  const { cols: d } = rows
  // The engine's kernel is exp(−|·|²/(4ε)).
  const kernel = gaussianKernel(sigma ** 2 / 2)
  const whole = cloud(rows)
  if (radius >= d - 1) return engine.mean({ from: cloud(noisy), to: whole, kernel }, whole.logWeights, rows)
  const out = matrix(noisy.rows, d)
  for (let a = 0; a < d; a++) {
    const window = list(d, (b) => b).filter((b) => Math.abs(b - a) <= radius)
    const pair = { from: cloud(columnsOf(noisy, window)), to: cloud(columnsOf(rows, window)), kernel }
    const { data } = await engine.mean(pair, whole.logWeights, columnsOf(rows, [a]))
    for (let i = 0; i < out.rows; i++) out.data[i * d + a] = data[i]
  }
  return out
}

/** Wiener's filter C(C + σ²)⁻¹ y of the field: its equations are solved by the chain of Gauss and Seidel, which converges for them. */
function wiener(noisy, d) {
  // C⁻¹ of the field has three diagonals: (1 + φ²)/(1 − φ²) inside, 1/(1 − φ²) at the ends, −φ/(1 − φ²) beside.
  const [inside, end, beside] = [(1 + PHI ** 2) / (1 - PHI ** 2), 1 / (1 - PHI ** 2), -PHI / (1 - PHI ** 2)]
  const out = matrix(noisy.rows, d)
  for (let i = 0; i < noisy.rows; i++) {
    const x = out.data.subarray(i * d, (i + 1) * d)
    for (let turn = 0; turn < 100; turn++)
      for (let a = 0; a < d; a++) {
        const own = (d === 1 ? 1 : a === 0 || a === d - 1 ? end : inside) + 1 / SIGMA ** 2
        const others = (a > 0 ? beside * x[a - 1] : 0) + (a < d - 1 ? beside * x[a + 1] : 0)
        x[a] = (noisy.data[i * d + a] / SIGMA ** 2 - others) / own
      }
  }
  return out
}

const squared = (a, b) => mean(Array.from(a.data, (x, i) => (x - b.data[i]) ** 2))

/** Plug-and-play chains: X′ = X + δ (D(X) − X)/σ² + √(2δ) ξ with δ = σ², bandwidth = step again: X′ = D(X) + √2 σ ξ. */
async function chains(rows, start, { radius, engine, steps, key, sigma }) {
  let state = start
  for (let n = 1; n <= steps; n++) {
    const z = normals(keyAtStep(key, n), state.data.length)
    const { data } = await denoised(rows, state, { radius, engine, sigma })
    state = matrix(
      state.rows,
      state.cols,
      data.map((x, i) => x + Math.SQRT2 * sigma * z[i])
    )
  }
  // What is plugged in is a denoiser: the last thing it does is to denoise.
  return denoised(rows, state, { radius, engine, sigma })
}

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
