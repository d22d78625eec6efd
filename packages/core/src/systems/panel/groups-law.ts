import { uniformLogWeights } from '../../num/log-space.js'
import { matrix } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { decodeTable, type Encoder, encodeTable, fitEncoder } from '../../table/encoder.js'
import type { InferredTable } from '../../table/infer.js'
import type { Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { fitGlobal, type GlobalModel } from '../global/model.js'
import type { FitOptions } from '../global/options.js'
import { sampleGlobal } from '../global/sample.js'

/** The law of groups, one row each: that of a whole table, or where groups do not differ at their start the one row that all are. */
export async function fitGroups(data: InferredTable, options: FitOptions, context: Context): Promise<GlobalModel> {
  const { table, formats } = data
  const encoder = fitEncoder(table, formats, () => 'standard')
  return isStill(encoder) ? stillModel(encoder, table) : fitGlobal(data, options, context)
}

/** Groups drawn, one row each. Cost O(steps·count·G·d). */
export function drawGroups(model: GlobalModel, count: number, context: Context): Promise<Table> | Table {
  const { encoder } = model.training
  if (isStill(encoder))
    return decodeTable(encoder, { coordinates: matrix(count, 0), codes: new Int32Array(count * encoder.factors.length) })
  return sampleGlobal(model, { count }, { ...context, key: keyFor(context.key, 'heads') })
}

const isStill = ({ coordinateCount, factors }: Encoder): boolean =>
  coordinateCount === 0 && factors.every(({ levelCount }) => levelCount === 1)

function stillModel(encoder: Encoder, table: Table): GlobalModel {
  const { rowCount } = table
  return {
    training: { encoder, rows: encodeTable(encoder, table), logWeights: uniformLogWeights(rowCount) },
    potentials: new Float64Array(rowCount),
    kernel: { kind: 'fixed', epsilon: 1 },
    summary: {
      rowCount,
      epsilon: 1,
      scaling: { methods: {} },
      kernel: 'fixed',
      categories: 'none',
      scalingEnding: 'converged',
      scalingTurns: 0,
      scalingError: 0,
      duplicateCount: rowCount - 1,
      isolatedCount: 0,
      notes: []
    }
  }
}
