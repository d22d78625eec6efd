import { classifierAuc } from '../../diagnose/classifier.js'
import type { KernelChoice } from '../../kernel/bandwidth.js'
import { atEpsilon } from '../../kernel/bandwidth.js'
import type { Engine } from '../../kernel/engine.js'
import type { Watch } from '../../num/iterate.js'
import { uniformLogWeights } from '../../num/log-space.js'
import { type Key, keyFor, permutation } from '../../num/random.js'
import { decodeTable, type Encoded, embedEncoded, encodeTable, fitEncoder, presentValues } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import { takeTableRows } from '../../table/rows.js'
import { type ScalingMethod, suggestsQuantile } from '../../table/scaling.js'
import { isNumeric, type Table } from '../../table/table.js'
import { searchBandwidth } from './bandwidth.js'
import { Generator, tablePotentials } from './generator.js'
import { imputeMissing } from './impute.js'

/** What `scaling: 'auto'` decided, and the scores it decided by. */
export interface ScalingChoice {
  /** Method of every numeric column. */
  readonly methods: Readonly<Record<string, ScalingMethod>>
  /** Held-out two-sample AUC of both, when they were compared. */
  readonly scores?: { readonly standard: number; readonly quantile: number }
}

export interface ScalingContest {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  /** Methods that the user fixed, by column. */
  readonly fixed: Readonly<Record<string, ScalingMethod>>
  /** The kernel whose bandwidth will be searched. */
  readonly kernelFor: (rows: Encoded) => Promise<KernelChoice>
  readonly engine: Engine
  readonly key: Key
  readonly watch?: Watch | undefined
}

const MOST_ROWS = 2000
/** A smaller advantage than this in AUC goes to `standard`. */
const TIE = 0.005

/**
 * Decides how numeric columns are scaled. Columns with atoms, heavy tails or skew are candidates for `quantile`; where
 * there are some, both scalings are fitted to two thirds of the rows at their own best ε and scored by how well a
 * forest tells their rows from the held-out third, over one to four splits. Deterministic by key.
 */
export async function chooseScaling(contest: ScalingContest): Promise<ScalingChoice> {
  const { table, fixed, watch } = contest
  const numeric = table.columns.filter(isNumeric)
  const candidates = numeric
    .filter((column) => !(column.name in fixed) && suggestsQuantile(presentValues(column)))
    .map((column) => column.name)
  const methods = (quantile: boolean): Record<string, ScalingMethod> =>
    Object.fromEntries(numeric.map(({ name }) => [name, fixed[name] ?? (quantile && candidates.includes(name) ? 'quantile' : 'standard')]))
  if (candidates.length === 0 || table.rowCount < 20) return { methods: methods(false) }
  const splits = table.rowCount < 300 ? 4 : table.rowCount < 1000 ? 2 : 1
  const totals = { standard: 0, quantile: 0 }
  for (let split = 0; split < splits; split++) {
    for (const method of ['standard', 'quantile'] as const) {
      totals[method] += (await heldOutAuc(contest, methods(method === 'quantile'), split)) / splits
      watch?.progress?.({ stage: 'choosing the scaling', done: 2 * split + (method === 'standard' ? 1 : 2), total: 2 * splits })
    }
  }
  return { methods: methods(totals.quantile < totals.standard - TIE), scores: totals }
}

/** Two-sample AUC between held-out rows and rows generated from the others. */
async function heldOutAuc(contest: ScalingContest, methods: Record<string, ScalingMethod>, split: number): Promise<number> {
  const { engine, formats, watch } = contest
  const key = keyFor(contest.key, `split ${split}`)
  const stop = watch?.stop ? { watch: { stop: watch.stop } } : {}
  const order = permutation(key, contest.table.rowCount).subarray(0, MOST_ROWS)
  const cut = Math.ceil((order.length * 2) / 3)
  const fitted = takeTableRows(contest.table, order.subarray(0, cut))
  const heldOut = takeTableRows(contest.table, order.subarray(cut))
  const encoder = fitEncoder(fitted, formats, (name) => methods[name]!)
  const rows = await imputeMissing(encoder, encodeTable(encoder, fitted, keyFor(key, 'encode')), engine)
  const training = { encoder, rows, logWeights: uniformLogWeights(fitted.rowCount) }
  const kernel = await contest.kernelFor(rows)
  const found = await searchBandwidth({ table: fitted, training, kernel, engine, key, evaluations: 8, ...stop })
  const chosen = atEpsilon(kernel, found.epsilon)
  const { potentials } = await tablePotentials(training, chosen, { engine, tolerance: 1e-3, ...stop })
  const generator = await Generator.create(training, potentials, chosen, engine)
  const drawn = decodeTable(
    encoder,
    await generator.generate({ count: heldOut.rowCount, steps: 20, noise: 'covariance', key: keyFor(key, 'score'), ...stop })
  )
  // Levels that only held-out rows have must be places too, so the common coordinates are fitted to all rows.
  const standard = fitEncoder(contest.table, formats, () => 'standard')
  const place = (part: Table) => embedEncoded(standard, encodeTable(standard, part, keyFor(key, 'place')))
  return classifierAuc({ first: place(heldOut), second: place(drawn), key: keyFor(key, 'forest'), trees: 60, ...stop })
}
