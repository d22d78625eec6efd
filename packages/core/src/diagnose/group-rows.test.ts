import { describe, expect, it } from 'vitest'
import { answers, customers } from '../../../../test/panel-tables.mjs'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { keyFor, keyFromSeed, permutation } from '../num/random.js'
import { inferTable } from '../table/infer.js'
import type { RawTable } from '../table/raw.js'
import { takeTableRows } from '../table/rows.js'
import { isCategorical } from '../table/table.js'
import { evaluateTables } from './evaluate.js'
import { groupTables } from './group-rows.js'
import { type GroupedTable, groupRows } from './panels.js'
import { verdict } from './verdict.js'

function grouped(raw: RawTable, group: string, time?: string): GroupedTable {
  const { table } = inferTable(raw, { types: { [group]: 'category' } })
  const key = table.columns.find(({ name }) => name === group)!
  if (!isCategorical(key)) throw new RangeError(group)
  return groupRows({ ...table, columns: table.columns.filter((column) => column !== key) }, key.codes, time)
}

/** Groups `from` to `to` of a table. */
function part({ table, first }: GroupedTable, from: number, to: number): GroupedTable {
  const rows = Array.from({ length: first[to]! - first[from]! }, (_, i) => first[from]! + i)
  return { table: takeTableRows(table, rows), first: first.slice(from, to + 1).map((at) => at - first[from]!) }
}

/** The same rows, each in a group drawn at random. */
function shuffled({ table, first }: GroupedTable): GroupedTable {
  return { table: takeTableRows(table, permutation(keyFor(keyFromSeed(3), 'shuffle'), table.rowCount)), first }
}

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })

async function verdictOf(real: GroupedTable, synthetic: GroupedTable, time?: string) {
  const problem = { real: real.table, synthetic: synthetic.table, groups: { real, synthetic, time }, engine, key: keyFromSeed(1) }
  const evaluation = await evaluateTables(problem)
  return { ...verdict(evaluation), evaluation, groups: evaluation.groups! }
}

describe.each([
  ['customers by month', customers({ seed: 5, groups: 160, months: 8 }), 'customer_id', 'month'],
  ['answers in no order', answers({ seed: 3, groups: 160 }), 'person', undefined]
] as const)('%s', { tags: ['slow'] }, (_, raw, group, time) => {
  const all = grouped(raw, group, time)
  const [one, other] = [part(all, 0, 80), part(all, 80, 160)]

  it('halves of the real groups are alike', { tags: ['slow'] }, async () => {
    const { grade, sentence, groups } = await verdictOf(one, other, time)
    expect(grade, sentence).toBe('good')
    expect(sentence).toMatch(/of 80 whole groups against 80/)
    expect(groups.rows).toMatchObject({ real: 80, synthetic: 80 })
  })

  it('rows that are right each by itself and in the wrong groups differ visibly', { tags: ['slow'] }, async () => {
    const { grade, sentence, evaluation } = await verdictOf(one, shuffled(other), time)
    expect(grade, sentence).toBe('poor')
    // Who looks at columns of rows alone sees nothing.
    for (const { kolmogorovSmirnov } of Object.values(evaluation.columns)) expect(kolmogorovSmirnov?.value ?? 0).toBeLessThan(0.2)
  })
})

it('a group is its rows, the means and spreads of its numbers, the shares and changes of its categories', () => {
  const text = (name: string, values: (string | null)[]) => ({ name, source: 'text' as const, values })
  const raw: RawTable = {
    rowCount: 5,
    columns: [
      text('g', ['a', 'a', 'a', 'b', 'b']),
      text('t', ['1', '2', '3', '2', '4']),
      text('town', ['X', 'X', 'X', 'Y', 'Y']),
      text('plan', ['p', 'q', 'p', 'p', 'p']),
      text('y', ['1.5', '2.5', '3.5', '7.5', null])
    ]
  }
  const one = grouped(raw, 'g', 't')
  const { columns, rowCount } = groupTables(one, one, 't').real
  expect(rowCount).toBe(2)
  const cells = Object.fromEntries(
    columns.map((column) => [
      column.name,
      'values' in column ? [...column.values].map((x, i) => (column.missing?.[i] ? null : x)) : undefined
    ])
  )
  expect(cells).toEqual({
    rows: [3, 2],
    'first t': [1, 2],
    'last t': [3, 4],
    town: undefined,
    'changes of town': [0, 0],
    'share of plan = p': [2 / 3, 1],
    'changes of plan': [1, 0],
    'mean of y': [2.5, 7.5],
    'spread of y': [Math.sqrt(2 / 3), null],
    'row to row of y': [0, null],
    'missing y': [0, 0.5]
  })
})
