import { placing } from '../../diagnose/embedding.js'
import { startRows } from '../../draw/run.js'
import { log } from '../../num/elementary.js'
import { type Key, keyFor, permutation } from '../../num/random.js'
import { type RawTable, takeRawRows } from '../../table/raw.js'
import { takeTableColumns, takeTableRows } from '../../table/rows.js'
import type { Table } from '../../table/table.js'
import type { SystemContext } from '../host.js'
import { prepareRows } from '../prepare.js'
import type { DrawnRows, Stretch, TableFit, TableModel } from './options.js'
import { pinnedTo } from './pinned.js'

/** What models of tables do, whatever their kind. */
export interface ModelParts {
  readonly fit: (table: RawTable, options: TableFit, context: SystemContext) => Promise<TableModel>
  readonly draw: (model: TableModel, request: Stretch, context: SystemContext) => Promise<DrawnRows>
  readonly training: (model: TableModel) => Table
}

/** A model, and what it was fitted to. */
export interface TriedFit {
  readonly input: RawTable
  readonly options: TableFit
  readonly model: TableModel
}

/** Rows of each side of a trial, below which a difference of usual size cannot be told from none. */
export const LEAST_HALF = 100

/** Rows that a trial of a table holds out. */
export const heldOutOf = ({ rowCount }: RawTable): number => Math.floor(rowCount / 2)

/** A second model, of half of the rows, and the other half; `swapped`: of the other half, and the first. Cost: a fit of half of the rows. */
export async function trialFit(
  problem: TriedFit,
  parts: ModelParts,
  { key, swapped = false, ...context }: SystemContext & { readonly key: Key; readonly swapped?: boolean }
): Promise<{ readonly fitted: TableModel; readonly held: Table }> {
  const cut = heldOutOf(problem.input)
  const order = permutation(keyFor(key, 'half'), problem.input.rowCount)
  const halves = [order.subarray(cut), order.subarray(0, cut)].map((half) => half.slice().sort())
  const [own, other] = swapped ? [halves[1]!, halves[0]!] : [halves[0]!, halves[1]!]
  const { table, options } = pinnedTo(parts.training(problem.model), problem)
  const fitted = await parts.fit(takeRawRows(table, own), options, context)
  return { fitted, held: heldTable(takeRawRows(table, other), options, key) }
}

/** Rows as points for trees. */
export const placingFor = (training: Table): ReturnType<typeof placing> => {
  const place = placing(training, [training])
  const names = training.columns.map(({ name }) => name)
  return (table) => place(takeTableColumns(table, names))
}

/** Rows of equal weight that stand for those of a model. */
export function weighted(model: TableModel, table: Table, key: Key): Table {
  const training = 'training' in model ? model.training : 'codec' in model && 'training' in model.inner ? model.inner.training : undefined
  return training ? takeTableRows(table, startRows(training.logWeights, table.rowCount, keyFor(key, 'weights'))) : table
}

/** Held-out rows as a table with kinds, of equal weight. */
function heldTable(raw: RawTable, options: TableFit, key: Key): Table {
  const { data, weights } = prepareRows(raw, options)
  return weights
    ? takeTableRows(
        data.table,
        startRows(
          weights.map((weight) => log(weight)),
          data.table.rowCount,
          keyFor(key, 'held weights')
        )
      )
    : data.table
}
