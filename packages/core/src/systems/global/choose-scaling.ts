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
const STEPS = 20
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
  const splits = contestSplits(table.rowCount)
  const entrants = (['standard', 'quantile'] as const).map((name) => new Entrant(contest, methods(name === 'quantile')))
  const totals = [0, 0]
  for (let split = 0; split < splits; split++) {
    for (const [place, entrant] of entrants.entries()) {
      totals[place]! += (await entrant.heldOutAuc(split)) / splits
      watch?.progress?.({ stage: 'choosing the scaling', done: 2 * split + place + 1, total: 2 * splits })
    }
  }
  const scores = { standard: totals[0]!, quantile: totals[1]! }
  return { methods: methods(scores.quantile < scores.standard - TIE), scores }
}

/** Splits of a contest: the fewer rows, the more, because a small held-out part decides little. */
export function contestSplits(rowCount: number): number {
  return rowCount < 600 ? 4 : rowCount < 1500 ? 2 : 1
}

/** One way of scaling, as it is scored. */
class Entrant {
  /** Found on the first split; the others have as many rows. */
  private epsilon: number | undefined

  constructor(
    private readonly contest: ScalingContest,
    private readonly methods: Readonly<Record<string, ScalingMethod>>
  ) {}

  private get stop(): { watch?: Watch } {
    const { watch } = this.contest
    return watch?.stop ? { watch: { stop: watch.stop } } : {}
  }

  /** Two-sample AUC between held-out rows and rows generated from the others. */
  async heldOutAuc(split: number): Promise<number> {
    const { engine, formats, table, kernelFor } = this.contest
    const key = keyFor(this.contest.key, `split ${split}`)
    const order = permutation(key, table.rowCount).subarray(0, MOST_ROWS)
    const cut = Math.ceil((order.length * 2) / 3)
    const fitted = takeTableRows(table, order.subarray(0, cut))
    const heldOut = takeTableRows(table, order.subarray(cut))
    const encoder = fitEncoder(fitted, formats, (name) => this.methods[name]!)
    const rows = await imputeMissing(encoder, encodeTable(encoder, fitted, keyFor(key, 'encode')), engine)
    const training = { encoder, rows, logWeights: uniformLogWeights(fitted.rowCount) }
    const kernel = await kernelFor(rows)
    this.epsilon ??= (await searchBandwidth({ table: fitted, training, kernel, engine, key, evaluations: 8, ...this.stop })).epsilon
    const chosen = atEpsilon(kernel, this.epsilon)
    const { potentials } = await tablePotentials(training, chosen, { engine, tolerance: 1e-3, ...this.stop })
    const generator = await Generator.create(training, potentials, chosen, engine)
    const draw = async (count: number, label: string): Promise<Table> =>
      decodeTable(encoder, await generator.generate({ count, steps: STEPS, noise: 'covariance', key: keyFor(key, label), ...this.stop }))
    return this.score(heldOut, draw, key)
  }

  /** Small held-out parts make a noisy score: several draws steady it. */
  private async score(heldOut: Table, draw: (count: number, label: string) => Promise<Table>, key: Key): Promise<number> {
    const { table, formats } = this.contest
    // Levels that only held-out rows have must have places too, so the common coordinates are fitted to all rows.
    const standard = fitEncoder(table, formats, () => 'standard')
    const place = (part: Table) => embedEncoded(standard, encodeTable(standard, part, keyFor(key, 'place')))
    const drawCount = heldOut.rowCount < 400 ? 2 : 1
    let sum = 0
    for (let k = 0; k < drawCount; k++) {
      const second = place(await draw(heldOut.rowCount, `draw ${k}`))
      sum += await classifierAuc({ first: place(heldOut), second, key: keyFor(key, 'forest'), trees: 60, ...this.stop })
    }
    return sum / drawCount
  }
}
