import { InputError } from '../../num/errors.js'
import { uniformLogWeights } from '../../num/log-space.js'
import { presentTable } from '../../table/present.js'
import type { RawTable } from '../../table/raw.js'
import type { TableOptions } from '../prepare.js'
import type { RuleOptions } from '../rules/rule-options.js'
import type { TableModel } from './options.js'
import { writtenRows } from './system.js'

/** What a model of a table keeps of it, for others to learn from in its place. */
interface KeptRows {
  /** Without columns that name rows, of which no cell is kept. */
  readonly input: RawTable
  /** How the model reads its columns. */
  readonly options: Pick<TableOptions, 'types'> & RuleOptions
}

/** The rows that a model keeps, as a table. Cost O(cells). Throws `InputError` (code `model-weighted`) where some weigh more than others. */
export function keptRows(model: TableModel): KeptRows {
  refuseWeighted(model)
  const { table, formats } = writtenRows(model)
  const types = Object.fromEntries(table.columns.flatMap(({ name, kind }) => (kind === 'identifier' ? [] : [[name, kind]])))
  const { columns, rowCount } = presentTable(table, formats, 'source')
  return {
    input: { columns: columns.filter(({ name }) => Object.hasOwn(types, name)), rowCount },
    options: {
      types,
      // Those that a model has are found again; where it has none, none are wanted.
      ...('rules' in model && model.rules ? {} : { rules: 'off' })
    }
  }
}

function refuseWeighted(model: TableModel): void {
  const rows = 'codec' in model ? model.inner : model
  if (!('training' in rows)) return
  const { logWeights } = rows.training
  const [even] = uniformLogWeights(logWeights.length)
  if (logWeights.every((weight) => Math.abs(weight - even!) < 1e-9)) return
  throw new InputError({
    code: 'model-weighted',
    got: 'a model whose rows weigh unequally',
    expected: 'rows that count alike',
    try: 'the table itself with --weights'
  })
}
