import { expect, it } from 'vitest'
import { inferTable } from '../../table/infer.js'
import { presentTable } from '../../table/present.js'
import { inLayout } from './drawn-table.js'

const ZONES = ['+01:00', '-05:00', '+02:00']
const columns = {
  id: (i: number) => `v${i}`,
  pressure: (i: number) => `${110 + (i % 19)}/${70 + (i % 17)}`,
  sent: (i: number) => `2024-03-${10 + (i % 19)}T12:00:00${ZONES[((i * i) % 7) % 3]}`,
  left: (i: number) => String(i % 5)
}
const raw = {
  rowCount: 40,
  columns: Object.entries(columns).map(([name, cell]) => ({
    name,
    source: 'text' as const,
    // One pair comes twice: pairs that never do would be names.
    values: Array.from({ length: 40 }, (_, i) => cell(name === 'pressure' && i === 39 ? 0 : i))
  }))
}

it('cells of which a part stands in a column behind them are written whole, in the places of the data', () => {
  const { table, formats } = inferTable(raw)
  expect(table.columns.map(({ name }) => name)).toEqual(['id', 'pressure', 'pressure 2', 'sent', 'sent offset', 'left'])
  const layout = raw.columns.map(({ name }) => formats.find((format) => format.name === name)!)
  const modelled = table.columns.filter(({ kind }) => kind !== 'identifier').reverse()
  const written = inLayout({ layout }, { ...table, columns: modelled }, new Map(formats.map((one) => [one.name, one])))
  const { columns: out } = presentTable(written.table, written.formats, 'text')
  expect(out.map(({ name }) => name)).toEqual(Object.keys(columns))
  for (const name of ['pressure', 'sent', 'left'])
    expect(out.find((one) => one.name === name)!.values).toEqual(raw.columns.find((one) => one.name === name)!.values)
})
