import { InputError } from '../../num/errors.js'
import { counted, listed, typesFlag } from '../../num/listed.js'
import { type InferOptions, inferTable } from '../../table/infer.js'
import type { RawColumn, RawTable } from '../../table/raw.js'
import { type Column, isEmpty } from '../../table/table.js'

/** Two tables as one: the columns that both have, rows of the first above those of the second. */
interface JoinedTables {
  readonly raw: RawTable
  /** Rows of the first. */
  readonly fromCount: number
}

/** Rows that either table has at least. */
const LEAST_ROWS = 2

/**
 * Joins two tables by the columns that they have in common, in the order of the first; the others are noted. Throws `InputError`:
 * `too-few-rows`, `no-common-column`, `kinds-differ`, and what `inferTable` throws.
 */
export function joinTables(from: RawTable, to: RawTable, options: InferOptions): JoinedTables {
  const sides = [
    ['first', from],
    ['second', to]
  ] as const
  for (const [side, table] of sides) refuseFew(side, table)
  const names = from.columns.map(({ name }) => name).filter((name) => to.columns.some((column) => column.name === name))
  if (names.length === 0)
    throw new InputError({
      code: 'no-common-column',
      got: `the columns ${listed(from.columns.map(({ name }) => name))} and ${listed(to.columns.map(({ name }) => name))}`,
      expected: 'two tables with at least one column of the same name',
      try: 'renaming columns as they are in the other table'
    })
  const [common, others] = [pick(from, names), pick(to, names)]
  refuseKinds(common, others, options)
  const notes = [...(from.notes ?? []), ...(to.notes ?? []), ...sides.flatMap(([side, table]) => leftOut(side, table, names))]
  const columns = common.columns.map((column, c) => stacked(column, others.columns[c]!))
  const raw = { columns, rowCount: from.rowCount + to.rowCount, notes, ...(from.dialect && { dialect: from.dialect }) }
  return { raw, fromCount: from.rowCount }
}

function refuseFew(side: string, { rowCount }: RawTable): void {
  if (rowCount >= LEAST_ROWS) return
  throw new InputError({
    code: 'too-few-rows',
    got: `a ${side} table of ${counted(rowCount, 'row')}`,
    expected: `at least ${LEAST_ROWS} rows in each, and 50 to tell anything`,
    try: 'a table with more rows'
  })
}

function leftOut(side: string, { columns }: RawTable, names: readonly string[]): string[] {
  const left = columns.map(({ name }) => name).filter((name) => !names.includes(name))
  return left.length === 0 ? [] : [`only the ${side} table has ${listed(left)}: left out`]
}

const pick = (table: RawTable, names: readonly string[]): RawTable => ({
  ...table,
  columns: names.map((name) => table.columns.find((column) => column.name === name)!)
})

type Family = 'numbers' | 'dates' | 'categories'

function familyOf({ kind }: Column): Family | undefined {
  if (kind === 'identifier') return undefined
  if (kind === 'datetime') return 'dates'
  return kind === 'number' || kind === 'integer' ? 'numbers' : 'categories'
}

/** Columns whose cells say another kind in either table. What is all of one value each, or empty, says none. */
function refuseKinds(from: RawTable, to: RawTable, options: InferOptions): void {
  const [first, second] = [familiesOf(from, options), familiesOf(to, options)]
  const differing = [...first].find(([name, family]) => second.has(name) && second.get(name) !== family)
  if (!differing) return
  const [name, family] = differing
  throw new InputError({
    code: 'kinds-differ',
    got: `${name} as ${family} in the first table and as ${second.get(name)} in the second`,
    expected: 'one kind under one name',
    try: `--exclude ${name}, or ${typesFlag(name, 'category')}`
  })
}

function familiesOf(raw: RawTable, options: InferOptions): Map<string, Family> {
  try {
    const { columns } = inferTable(raw, options).table
    return new Map(
      columns.flatMap((column) => {
        const family = isEmpty(column) ? undefined : familyOf(column)
        return family === undefined ? [] : [[column.name, family] as const]
      })
    )
  } catch (error) {
    // One table alone may hold nothing to model where both together do.
    if (error instanceof InputError && error.code === 'nothing-to-model') return new Map()
    throw error
  }
}

/** One column above another; where their files stored them differently, as text. */
function stacked(above: RawColumn, below: RawColumn): RawColumn {
  if (above.source === 'boolean' && below.source === 'boolean') return { ...above, values: [...above.values, ...below.values] }
  if (above.source === 'number' && below.source === 'number') return { ...above, ...stackedNumbers(above, below) }
  if (above.source === 'datetime' && below.source === 'datetime') return { ...above, ...stackedNumbers(above, below) }
  const marked = [above, below].every((one) => one.source !== 'text' || one.marked)
  return { name: above.name, source: 'text', values: [...textsOf(above), ...textsOf(below)], ...(marked ? { marked } : {}) }
}

type Numbers = Extract<RawColumn, { values: Float64Array }>

function stackedNumbers(above: Numbers, below: Numbers): Pick<Numbers, 'values' | 'missing'> {
  const count = above.values.length + below.values.length
  const values = new Float64Array(count)
  values.set(above.values)
  values.set(below.values, above.values.length)
  if (!above.missing && !below.missing) return { values }
  const missing = new Uint8Array(count)
  if (above.missing) missing.set(above.missing)
  if (below.missing) missing.set(below.missing, above.values.length)
  return { values, missing }
}

function textsOf(column: RawColumn): (string | null)[] {
  if (column.source === 'text') return [...column.values]
  if (column.source === 'boolean') return column.values.map((cell) => (cell === null ? null : String(cell)))
  const spell = column.source === 'datetime' ? (value: number) => new Date(value).toISOString() : String
  return Array.from(column.values, (value, i) => (column.missing?.[i] ? null : spell(value)))
}
