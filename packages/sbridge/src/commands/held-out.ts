import { type Evaluation, evaluateTables, InputError, SYSTEMS, type TableFit, type TableModel, type TableRequest } from '@sbridge/core'
import { groupRows, pinnedTo, prepareRows, takeRawRows } from '@sbridge/core/internal'
import { type Engine, type Key, keyFor, keyFromSeed, permutation } from '@sbridge/core/kernels'
import type { RawTable } from '@sbridge/core/tables'
import { watched } from '../cli/options.js'

const { tables } = SYSTEMS

/** Rows on each side below which nothing can be told of them. */
const LEAST_HALF = 30

export interface HeldOutProblem {
  readonly input: RawTable
  /** Options of the fit. */
  readonly options: TableFit
  readonly request: TableRequest
  /** The model of all rows, for the kinds of its columns. */
  readonly model: TableModel
  readonly seed: number
  readonly engine: Engine
}

/**
 * The judge that no row has seen: a second model is fitted with the same options to a random half of the rows, as many rows are
 * drawn from it as the other half has, and compared with these. Or in words why not. Cost: a fit and a draw of half the rows.
 */
export async function heldOutEvaluation(problem: HeldOutProblem): Promise<Evaluation | string> {
  const { input, options, request, model, seed, engine } = problem
  if (request.asked) return 'rows under conditions are not those of the data'
  const half = Math.floor(input.rowCount / 2)
  if (half < LEAST_HALF) return `halves of ${input.rowCount} rows are too small`
  const key = keyFor(keyFromSeed(seed), 'held-out half')
  const [seen, unseen] = halvesOf(input, options.group, key)
  const { table: modelled, options: own } = pinnedTo(tables.training(model), { input, options })
  const [train, held] = [takeRawRows(modelled, seen), takeRawRows(modelled, unseen)]
  const { groups: _all, ...draws } = request
  const asked: TableRequest = { ...draws, rows: held.rowCount }
  try {
    const { fitted, drawn } = await watched(tables.plan({ input: train, options: own }, asked), engine, async (context) => {
      const fitted = await tables.fit(train, own, context)
      return { fitted, drawn: await tables.draw(fitted, asked, context) }
    })
    const real = prepareRows(held, own).data.table
    const { first, table: synthetic } = drawn
    const groups = first && {
      real: groupRows(real, keysIn(held, options.group!), options.time),
      synthetic: { table: synthetic, first },
      time: options.time
    }
    return await evaluateTables({ real, synthetic, groups, train: tables.training(fitted), engine, key })
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return `a second fit to half of the rows was not possible (${error.got})`
  }
}

/** Two random halves of the rows, in their order; of groups, halves of the groups: rows of one group are no strangers to each other. */
function halvesOf(input: RawTable, group: string | undefined, key: Key): readonly [Uint32Array, Uint32Array] {
  const keys = group === undefined ? undefined : keysIn(input, group)
  const unitOf = keys ?? Int32Array.from({ length: input.rowCount }, (_, row) => row)
  const count = unitOf.reduce((most, unit) => Math.max(most, unit), -1) + 1
  const first = new Uint8Array(count)
  for (const unit of permutation(key, count).subarray(0, Math.floor(count / 2))) first[unit] = 1
  const rows = Uint32Array.from(unitOf.keys())
  return [rows.filter((row) => first[unitOf[row]!] === 1), rows.filter((row) => first[unitOf[row]!] === 0)]
}

/** Which group every row belongs to, numbered as they come. */
function keysIn({ columns, rowCount }: RawTable, group: string): Int32Array {
  const { values } = columns.find(({ name }) => name === group)!
  const numbers = new Map<string, number>()
  return Int32Array.from({ length: rowCount }, (_, row) => {
    const name = String(values[row])
    if (!numbers.has(name)) numbers.set(name, numbers.size)
    return numbers.get(name)!
  })
}
