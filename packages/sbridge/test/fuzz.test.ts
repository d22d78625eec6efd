// @module-tag slow
import { expect, test } from 'vitest'
import { fuzz } from './fuzz/loop.mjs'

const module = new URL('./fuzz/tables.mjs', import.meta.url)

/** How many mutants of each format; `npm run fuzz` tries as many as there is time for. */
const MUTANTS = {
  csv: 1000,
  tsv: 1000,
  json: 1000,
  jsonl: 1000,
  parquet: 300,
  arrow: 500,
  'arrow-stream': 500,
  npy: 1000,
  npz: 500,
  h5ad: 60
}

test.each(Object.entries(MUTANTS))('damaged %s is read or refused, in time and without gigabytes', async (name, mutants) => {
  expect(await fuzz({ module, name, mutants, patience: 60 })).toEqual({ tried: mutants, failures: [] })
})

test('a reader that stays, one that fails otherwise and one that takes all memory are found, each by its number', async () => {
  const bad = new URL('./fuzz/bad-readers.mjs', import.meta.url)
  const found = async (name: string) => (await fuzz({ module: bad, name, mutants: 3, patience: 2, memory: 256 })).failures
  expect(await found('endless')).toMatchObject([{ seed: 1, number: 1, reason: 'no end within 2 s' }])
  expect(await found('wrong')).toMatchObject([{ number: 2, reason: expect.stringContaining('TypeError') }])
  expect((await found('greedy')).map(({ number }: { number: number }) => number)).toEqual([0, 1, 2])
})
