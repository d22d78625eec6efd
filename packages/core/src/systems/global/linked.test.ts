import { expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { linkedColumns } from '../../law/linked.js'
import { keyFor, keyFromSeed, normals, permutation, uniforms } from '../../num/random.js'
import { encodeTable, fitEncoder } from '../../table/encoder.js'
import { inferTable } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import type { Table } from '../../table/table.js'
import { fitTable, sampleTable } from '../table/whole.js'

const ROWS = 900
const PLACES = 45
const key = keyFromSeed(17)
const draws = (label: string) => uniforms(keyFor(key, label), ROWS)
const numbers = (name: string, values: ArrayLike<number>) => ({ name, source: 'number' as const, values: Float64Array.from(values) })

/** People of places: each place has a wage and a tax, which say nothing of each other; two rounded numbers that go along; a score. */
const placeOf = Array.from(draws('place'), (u) => Math.floor(PLACES * u))
const [wageOf, taxOf] = ['wage', 'tax'].map((name) => permutation(keyFor(key, name), PLACES))
const [height, weight, noise] = ['height', 'weight', 'score'].map((name) => normals(keyFor(key, name), ROWS))
const people: RawTable = {
  rowCount: ROWS,
  columns: [
    numbers(
      'wage',
      placeOf.map((place) => 8 + wageOf![place]! / 10)
    ),
    numbers(
      'tax',
      placeOf.map((place) => 100 + taxOf![place]!)
    ),
    numbers(
      'height',
      height!.map((x) => Math.round(170 + 8 * x))
    ),
    numbers(
      'weight',
      height!.map((x, i) => Math.round(70 + 7 * x + 6 * weight![i]!))
    ),
    numbers(
      'score',
      noise!.map((x, i) => x + placeOf[i]! / PLACES)
    )
  ]
}

function linksOf(raw: RawTable): string[][] {
  const { table, formats } = inferTable(raw)
  const encoder = fitEncoder(table, formats, () => 'quantile')
  const found = linkedColumns({ encoder, rows: encodeTable(encoder, table, key) })
  const nameOf = (coordinate: number) =>
    encoder.columns.find((code) => code.carries === 'coordinate' && code.coordinate === coordinate)!.name
  return found.map(({ coordinates }) => coordinates.map(nameOf).sort())
}

it('numbers that are names of one thing are linked; such as only go along, are rounded or repeat whole rows are not', () => {
  expect(linksOf(people)).toEqual([['tax', 'wage']])
  const independent = {
    ...people,
    columns: people.columns.map((c, k) =>
      k === 1
        ? numbers(
            'tax',
            Array.from(draws('tax of none'), (u) => 100 + Math.floor(PLACES * u))
          )
        : c
    )
  }
  expect(linksOf(independent)).toEqual([])
  // Every row of a table without links twice.
  const twice = {
    rowCount: 2 * ROWS,
    columns: independent.columns.map(({ name, values }) => numbers(name, [...values, ...values].map(Number)))
  }
  expect(linksOf(twice)).toEqual([])
})

it('rows are drawn with the pairs that there are, each as often as in the data, and without what is one row’s own', {
  tags: ['slow']
}, async () => {
  // One place that a single person has.
  const place = [10.05, 120.5]
  const alone: RawTable = {
    ...people,
    columns: people.columns.map(({ name, values }, c) =>
      numbers(
        name,
        [...values].map((x, i) => (i === 0 && place[c] ? place[c]! : Number(x)))
      )
    )
  }
  const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  const options = { seed: 3, bandwidth: 0.4, scaling: 'quantile' } as const
  const model = await fitTable(alone, options, { engine })
  const table = await sampleTable(model, { rows: ROWS, seed: 5 }, { engine })
  const real = pairCounts(inferTable(alone).table)
  const drawn = pairCounts(table)
  const known = [...drawn].reduce((sum, [pair, count]) => sum + (real.has(pair) ? count : 0), 0)
  // Without links 0.03 of them.
  expect(known / ROWS).toBeGreaterThan(0.98)
  for (const [pair, count] of real) if (count >= 3) expect(Math.abs((drawn.get(pair) ?? 0) - count)).toBeLessThanOrEqual(2)
  expect(drawn.get('10.05 120.5')).toBeUndefined()
  expect(await sampleTable(model, { rows: ROWS, seed: 5 }, { engine })).toEqual(table)
})

function pairCounts({ columns }: Table): Map<string, number> {
  const [wage, tax] = columns.map((column) => (column as { readonly values: Float64Array }).values)
  const counts = new Map<string, number>()
  wage!.forEach((value, i) => {
    const pair = `${value} ${tax![i]}`
    counts.set(pair, (counts.get(pair) ?? 0) + 1)
  })
  return counts
}
