import { expect, test } from 'vitest'
import { ReferenceEngine } from '../engine/reference/reference.js'
import { packModel, unpackModel } from '../model-file/container.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import { drawModel, fitModel } from '../systems/system.js'
import { tables } from '../systems/table/system.js'
import { fitEncoder } from './encoder.js'
import { inferTable } from './infer.js'
import type { RawTable } from './raw.js'
import { rowsOfTable } from './records.js'

const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values })
const rowCount = 240
const u = (label: string, seed = 1) => uniforms(keyFor(keyFromSeed(seed), label), rowCount)

/** Rents on the first of a month and payments on any day; rents in whole euros, payments to the cent. */
function ledger(): RawTable {
  const [entry, day, amount] = [u('entry'), u('day'), u('amount')]
  const isRent = Array.from(entry, (x) => x < 0.5)
  const days = isRent.map((rent, i) =>
    rent ? Date.UTC(2023, Math.floor(12 * day[i]!), 1) : Date.UTC(2023, 0, 1 + Math.floor(365 * day[i]!))
  )
  return {
    rowCount,
    columns: [
      text(
        'entry',
        isRent.map((rent) => (rent ? 'rent' : 'payment'))
      ),
      text(
        'city',
        Array.from(u('city'), (x) => 'ABC'[Math.floor(3 * x)]!)
      ),
      text(
        'day',
        days.map((time) => new Date(time).toISOString().slice(0, 10))
      ),
      text(
        'amount',
        isRent.map((rent, i) => (rent ? `${400 + Math.floor(300 * amount[i]!)}.00` : (400 + 300 * amount[i]!).toFixed(2)))
      )
    ]
  }
}

const context = { engine: new ReferenceEngine() }

test('numbers and dates that lie on a lattice in the rows of a level do so in new ones, and from a model file', async () => {
  const fitted = await fitModel(tables, { input: ledger(), options: { bandwidth: 0.3, scaling: 'standard', rules: 'off' } }, context)
  const saved = await tables.load(unpackModel(packModel(tables.save(fitted))), context)
  for (const model of [fitted, saved]) {
    const drawn = await drawModel(tables, { model, request: { rows: 300, seed: 2, steps: 3 } }, context)
    const rows = rowsOfTable(tables.present(model, drawn, 'text')) as { entry: string; day: string; amount: string }[]
    const [rents, payments] = [rows.filter(({ entry }) => entry === 'rent'), rows.filter(({ entry }) => entry === 'payment')]
    expect(rents.length).toBeGreaterThan(100)
    for (const { day, amount } of rents) expect(`${day} ${amount}`).toMatch(/-01 \d+\.00$/)
    // By chance one day in thirty is the first of a month, and one amount in a hundred is whole.
    expect(payments.filter(({ day }) => day.endsWith('-01')).length).toBeLessThan(payments.length / 6)
    expect(payments.filter(({ amount }) => amount.endsWith('.00')).length).toBeLessThan(payments.length / 10)
  }
})

test('are found by no category that has nothing to do with them, whatever its levels', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const of = (count: number) => Array.from(u(`levels ${count}`, seed), (x) => `l${Math.floor(count * x)}`)
    const columns = [
      text('few', of(3)),
      text('some', of(20)),
      // Two rows of each on the mean: any two numbers lie on a lattice.
      text('many', of(120)),
      text(
        'amount',
        Array.from(normals(keyFromSeed(seed), rowCount), (z) => (100 * Math.exp(z)).toFixed(2))
      ),
      text(
        'count',
        Array.from(u('count', seed), (x) => String(Math.floor(12 * x * x)))
      )
    ]
    const { table, formats } = inferTable({ rowCount, columns })
    for (const code of fitEncoder(table, formats, () => 'standard').columns) expect(code).not.toHaveProperty('byLevel')
  }
})
