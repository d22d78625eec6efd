// @module-tag slow
import { beforeAll, describe, expect, it } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { mean, variance } from '../num/statistics.js'
import type { RawColumn, RawTable } from '../table/raw.js'
import type { KnownRows } from './asked.js'
import { type Model, SYSTEMS } from './index.js'
import { type AnySystem, drawModel, fitModel } from './system.js'

/** Who knows nothing draws the plain rows: the same bytes where nothing is said, the same law where what is said says nothing. */
const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const [M, ROWS] = [120, 400]
const { tables, series } = SYSTEMS

const line: RawColumn[] = []
for (let k = 0; k < 4; k++) {
  const noise = normals(keyFor(keyFromSeed(3), `x${k}`), M)
  const before = line[k - 1]?.values as Float64Array | undefined
  line.push({ name: `x${k}`, source: 'number', values: before ? noise.map((z, i) => 0.8 * before[i]! + 0.6 * z) : noise })
}
const kind: RawColumn = { name: 'kind', source: 'text', values: Array.from({ length: M }, (_, i) => 'aab'[i % 3]!) }
const table = (...columns: RawColumn[]): RawTable => ({ columns, rowCount: M })
/** Two columns of a line in time. */
const past = normals(keyFor(keyFromSeed(3), 'past'), 2 * M)
for (let i = 2; i < past.length; i++) past[i] = 0.8 * past[i - 2]! + 0.6 * past[i]!
const inTime = [0, 1].map((c): RawColumn => ({ name: `x${c}`, source: 'number', values: past.filter((_, i) => i % 2 === c) }))

/** Moments of numbers, and correlations of neighbours. */
function momentsOf(columns: readonly RawColumn[]): { means: number[]; variances: number[]; correlations: number[] } {
  const values = columns.filter(({ name }) => name.startsWith('x')).map((column) => column.values as Float64Array)
  const [means, variances] = [values.map(mean), values.map(variance)]
  const correlations = values.slice(1).map((own, c) => {
    const products = own.map((x, i) => (x - means[c + 1]!) * (values[c]![i]! - means[c]!))
    return mean(products) / Math.sqrt(variances[c]! * variances[c + 1]!)
  })
  return { means, variances, correlations }
}

const local = 'window:1'
describe.each<[string, AnySystem, RawTable, object, object]>([
  ['one bridge', tables, table(...line), {}, {}],
  ['one bridge of numbers and a category', tables, table(kind, ...line.slice(0, 2)), {}, {}],
  ['neighbourhoods', tables, table(...line), { local }, {}],
  ['neighbourhoods in each class', tables, table(kind, ...line.slice(0, 3)), { local }, {}],
  ['behind a codec', tables, table(...line), { latent: 'pca:3' }, {}],
  ['neighbourhoods behind a codec', tables, table(...line), { latent: 'pca:3', local }, {}],
  ['a series', series, table(...inTime), {}, { steps: 2 }]
])('%s', (_, system, input, options, draws) => {
  let model: Model
  let plain: readonly RawColumn[]
  const at = system === series ? 'x1@2' : 'x1'
  const drawn = async (known: KnownRows): Promise<readonly RawColumn[]> => {
    const request = { rows: ROWS, seed: 8, ...draws, ...known }
    return system.present(model, await drawModel(system, { model, request }, { engine }), 'typed').columns
  }
  beforeAll(async () => {
    model = await fitModel(system, { input, options: { ...options, seed: 7 } }, { engine })
    plain = await drawn({})
  })

  it('nothing said is the plain draw, byte for byte', async () => {
    for (const known of [{ given: {} }, { observe: [] }, { given: {}, observe: [] }]) expect(await drawn(known)).toStrictEqual(plain)
  })

  it.each<[string, () => KnownRows]>([
    ['an empty condition in a list', () => ({ given: [{}] })],
    ['an interval of the whole line', () => ({ given: { [at]: '-100000..100000' } })],
    ['an observation that any value meets', () => ({ observe: `\`${at}\` = 0 ± 1000000` })],
    ['a constant likelihood', () => ({ likelihood: { logLikelihood: () => -3 } })]
  ])('%s draws from the plain law', async (_, known) => {
    const [one, other] = [momentsOf(plain), momentsOf(await drawn(known()))]
    // Of 400 rows each a difference of means has a standard error of 0.07, of logarithms of variances 0.1, of correlations 0.03.
    one.means.forEach((value, c) => {
      expect(Math.abs(value - other.means[c]!) / Math.sqrt(one.variances[c]!), `mean of x${c}`).toBeLessThan(0.3)
      expect(Math.abs(Math.log(one.variances[c]! / other.variances[c]!)), `variance of x${c}`).toBeLessThan(0.45)
    })
    one.correlations.forEach((value, c) => {
      expect(Math.abs(value - other.correlations[c]!), `correlation with x${c}`).toBeLessThan(0.15)
    })
  })
})
