import { createHash } from 'node:crypto'
import type { TableFit } from '@sbridge/core'
import { keyFor, keyFromSeed, normals, uniforms } from '@sbridge/core/kernels'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import { expect, it } from 'vitest'
import { fit, type SampleOptions, sample } from '../src/library.js'
import { impute } from '../src/one-call.js'

// Draws without conditions, frozen: whoever changes how they are computed must not change what they are. A hash changes only
// with a release that says so, and with the `bytes` of model files.

const ROWS = 90
const root = keyFromSeed(20)
const z = (label: string, rows = ROWS): Float64Array => normals(keyFor(root, label), rows)
const u = (label: string, rows = ROWS): Float64Array => uniforms(keyFor(root, label), rows)

const number = (name: string, values: Float64Array): RawColumn => ({ name, source: 'number', values })
const text = (name: string, values: readonly (string | null)[]): RawColumn => ({ name, source: 'text', values })
const words = (name: string, list: readonly string[], skew = 1): RawColumn =>
  text(
    name,
    Array.from(u(name), (x) => list[Math.floor(list.length * (skew === 1 ? x : x * x))]!)
  )

/** Columns x0 … that hang together along a line, full float64 numbers. */
function line(count: number, rows = ROWS): RawColumn[] {
  const columns = [z('x0', rows)]
  for (let k = 1; k < count; k++) columns.push(z(`x${k}`, rows).map((noise, i) => 0.8 * columns[k - 1]![i]! + 0.6 * noise))
  return columns.map((values, k) => number(`x${k}`, values))
}

const table = (...columns: RawColumn[]): RawTable => ({ columns, rowCount: columns[0]!.values.length })
/** Text with two decimals; every fifth cell is empty where `holes`. */
const decimals = (name: string, scale: number, holes = false): RawColumn =>
  text(name, Array.from(z(name), (x, i) => (holes && i % 5 === 2 ? '' : (scale * x).toFixed(2)))) // biome-ignore format: one line
const counts = (name: string): RawColumn =>
  text(
    name,
    Array.from(z(name), (x) => String(Math.round(Math.abs(3 * x))))
  )
const mixed = table(words('kind', ['a', 'b', 'c'], 2), ...line(2), decimals('y', 7, true), counts('k'), words('sex', ['f', 'm']))
const combined = table(...line(2), decimals('y', 7), counts('k'), words('sex', ['f', 'm']))
const names = ['ash', 'oak', 'fir', 'elm', 'yew', 'bay', 'box', 'may', 'nut', 'fig', 'pear', 'plum']
const swept = table(...['p', 'q', 'r', 's'].map((name) => words(name, names)), ...line(1), decimals('y', 5))

function hashOf({ columns }: RawTable): string {
  const digest = createHash('sha256')
  for (const column of columns) {
    digest.update(column.name)
    digest.update(column.values instanceof Float64Array ? new Uint8Array(column.values.buffer) : JSON.stringify(column.values))
    if ('missing' in column && column.missing) digest.update(column.missing)
  }
  return digest.digest('hex').slice(0, 16)
}

const standard = { scaling: 'standard', bandwidth: 0.2 } as const

it.each<[string, string, RawTable, TableFit, SampleOptions]>([
  ['one bandwidth, chosen', 'ed899c4786248cf7', table(...line(3)), { scaling: 'standard' }, {}],
  ['a bandwidth that varies', '4a74e5ff50e91297', table(...line(2)), { ...standard, kernel: 'variable' }, {}],
  ['quantiles', '397489f6a5bb717f', table(...line(2), decimals('y', 3)), { scaling: 'quantile', bandwidth: 0.3 }, {}],
  ['weights', 'd54624ac902fdb2c', table(...line(2), number('w', u('w'))), { ...standard, weights: 'w' }, {}],
  ['a mixed table', '92336f51f1e7fcff', mixed, standard, {}],
  ['a mixed table, varied and split', 'b73c4ea2db08a58d', mixed, { ...standard, kernel: 'variable' }, { noise: 'split' }],
  ['whole combinations', 'a5fab131e07f6e78', combined, standard, {}],
  ['whole combinations, varied and split', 'a4b59f0f8d2a0b50', combined, { ...standard, kernel: 'variable' }, { noise: 'split' }],
  ['categories in turn', 'd2373354d838e14b', swept, { ...standard, bandwidth: 0.5 }, { steps: 6 }],
  ['missing cells', 'bae328f0c1c28276', table(decimals('m', 2, true), decimals('n', 30, true), ...line(1)), standard, {}],
  [
    'discrete numbers',
    '7da37ea7cd344791',
    table(counts('k'), counts('l'), decimals('y', 1)),
    { scaling: 'quantile', bandwidth: 0.3 },
    { noise: 'constant' }
  ],
  ['starts from noise', 'a0e282f4a6ab83ba', table(...line(2)), standard, { start: 'noise' }],
  ['localised', 'bf3cefda022c6f98', table(...line(4)), { local: 'window:1', scaling: 'standard', bandwidth: 0.3 }, {}],
  ['in the coordinates of a codec', 'c5ac8ac25adaed00', table(...line(6)), { latent: 'pca:2', bandwidth: 0.1 }, {}],
  ['more rows than a thread takes', '240981dd084ccbf8', table(...line(4, 700)), standard, { steps: 3 }]
])('%s', async (_, hash, data, fits, draws) => {
  const model = await fit(data, { ...fits, seed: 7, threads: 1 })
  const written = async (threads: number): Promise<string> =>
    hashOf(await sample(model, { rows: data.rowCount + 30, ...draws, seed: 8, threads, cells: 'typed' }))
  expect(await written(1)).toBe(hash)
  expect(await written(2)).toBe(hash)
})

it('gaps that are filled: by draws and by what is most likely', async () => {
  const kind = words('kind', ['a', 'b', 'c'], 2).values as readonly string[]
  const gaps = text(
    'kind',
    kind.map((word, i) => (i % 7 === 3 ? null : word))
  )
  const holes = table(gaps, ...line(2), decimals('m', 2, true), counts('k'))
  const filled = async (asked: object) => hashOf((await impute(holes, { seed: 7, threads: 1, cells: 'typed', ...asked })).rows)
  expect([await filled({ draws: 2 }), await filled({})]).toEqual(['16ad3e01ca763b1d', '58e8865595b56206'])
})
