import { classifierAuc } from '../../diagnose/classifier.js'
import { Generator } from '../../draw/generator.js'
import type { KernelChoice } from '../../kernel/bandwidth.js'
import { atEpsilon } from '../../kernel/bandwidth.js'
import type { Engine } from '../../kernel/engine.js'
import { scaleRows, tableProblem } from '../../law/law.js'
import { type RowBudget, rowsWithin } from '../../law/work.js'
import type { Watch } from '../../num/iterate.js'
import { uniformLogWeights } from '../../num/log-space.js'
import { type Key, keyFor, permutation } from '../../num/random.js'
import { decodeTable, type Encoded, type Encoder, embedEncoded, encodeTable, fitEncoder, presentValues } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import { takeTableRows } from '../../table/rows.js'
import { isListed, isLumpy, type ScalingMethod, suggestsQuantile } from '../../table/scaling.js'
import { isNumeric, type Table } from '../../table/table.js'
import { rowDistances, searchBandwidth, squaredSpacing } from './bandwidth.js'
import { imputeMissing } from './impute.js'

/** What `scaling: 'auto'` decided, and the scores it decided by. */
export interface ScalingChoice {
  /** Method of every numeric column. */
  readonly methods: Readonly<Record<string, ScalingMethod>>
  /** Held-out two-sample AUC of both, when they were compared. */
  readonly scores?: { readonly standard: number; readonly quantile: number }
}

export interface ContestOutcome {
  readonly choice: ScalingChoice
  /** ε that the chosen scaling was fitted at, over the typical squared nearest-neighbour distance, where there was a contest. */
  readonly relative?: number
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

/** Rows that a contest looks at. */
export const CONTEST_BUDGET: RowBudget = { most: 2000, least: 1000, work: 6e5 }
/**
 * The score by which `quantile` has to be better. Its empirical quantile functions profit more from rows than
 * `standard` does, and the contest fits fewer rows than the model will: measured on halves of breast cancer (284 rows),
 * the contest is a tie where the model gains 0.05. Below 250 rows `quantile` has to win clearly.
 */
export function leadRequired(rowCount: number): number {
  return rowCount < 250 ? 0.03 : -0.035
}

/**
 * Decides how numeric columns are scaled. Columns that take their values from a short list, lumpy ones, and those
 * with limits of measurement are scaled by `quantile`. Others with atoms, heavy tails or skew, and dates, which leave out nights or weekends, are candidates for it; where there are some, both scalings are fitted
 * to most rows at their own best ε and scored by how well a forest tells their rows from held-out ones, in five folds of a
 * small table or one third of a large one. `quantile` wins where it leads by `leadRequired`. Deterministic by key.
 * It is no `search` of losses: an AUC is one number of two samples, not a sum over held-out rows that could be paired, a large
 * table has one of each scaling and so no standard error, and neither scaling is the simpler one.
 */
export async function chooseScaling(contest: ScalingContest): Promise<ContestOutcome> {
  const { table, fixed, watch } = contest
  const numeric = table.columns.filter(isNumeric)
  const open = numeric.filter((column) => !Object.hasOwn(fixed, column.name))
  const namesOf = (suits: (present: Float64Array) => boolean) =>
    open.filter((column) => suits(presentValues(column))).map(({ name }) => name)
  // Beyond a limit is no place but a state, which only ranks keep.
  const limited = new Set(contest.formats.filter(({ number }) => number?.censoring).map(({ name }) => name))
  const listed = open
    .filter((column) => limited.has(column.name) || isListed(presentValues(column)) || isLumpy(presentValues(column)))
    .map(({ name }) => name)
  const dates = open.filter(({ kind }) => kind === 'datetime').map(({ name }) => name)
  const candidates = [...new Set([...namesOf(suggestsQuantile), ...dates])].filter((name) => !listed.includes(name))
  const methods = (quantile: boolean): Record<string, ScalingMethod> => {
    const chosen = new Set(quantile ? [...listed, ...candidates] : listed)
    return Object.fromEntries(
      numeric.map(({ name }) => [name, Object.hasOwn(fixed, name) ? fixed[name]! : chosen.has(name) ? 'quantile' : 'standard'])
    )
  }
  if (candidates.length === 0 || table.rowCount < 20) return { choice: { methods: methods(false) } }
  // Levels that only held-out rows have must have places too, so the common coordinates are fitted to all rows.
  const standard = fitEncoder(table, contest.formats, () => 'standard')
  const folds = contestFolds(table.rowCount)
  const scores = { standard: 0, quantile: 0 }
  const relatives: Record<keyof typeof scores, number | undefined> = { standard: undefined, quantile: undefined }
  for (const [place, name] of (['standard', 'quantile'] as const).entries()) {
    const report = (done: number) =>
      watch?.progress?.({ stage: 'choosing the scaling', done: place * folds.scored + done, total: 2 * folds.scored })
    const entrant = new Entrant(contest, methods(name === 'quantile'), relatives.standard)
    scores[name] = await heldOutAuc(contest, standard, entrant, report)
    relatives[name] = entrant.relative
  }
  const winner = scores.quantile < scores.standard - leadRequired(table.rowCount) ? 'quantile' : 'standard'
  const relative = relatives[winner]
  return { choice: { methods: methods(winner === 'quantile'), scores }, ...(relative ? { relative } : {}) }
}

/** Parts that a contest cuts the rows into, and how many of them are held out in turn: all of a small table. */
export function contestFolds(rowCount: number): { readonly parts: number; readonly scored: number } {
  return rowCount < 1500 ? { parts: 5, scored: 5 } : { parts: 3, scored: 1 }
}

/** Mean two-sample AUC between held-out rows and rows generated from the others. */
async function heldOutAuc(contest: ScalingContest, standard: Encoder, entrant: Entrant, report: (done: number) => void): Promise<number> {
  const { table, key, watch } = contest
  const stop = watch?.stop ? { watch: { stop: watch.stop } } : {}
  const { parts, scored } = contestFolds(table.rowCount)
  const rowCount = rowsWithin(CONTEST_BUDGET, standard, encodeTable(standard, table))
  const order = permutation(keyFor(key, 'order'), table.rowCount).subarray(0, rowCount)
  const place = (part: Table) => embedEncoded(standard, encodeTable(standard, part))
  let sum = 0
  for (let fold = 0; fold < scored; fold++) {
    const heldOut = order.filter((_, at) => at % parts === fold)
    const draw = await entrant.fit(
      takeTableRows(
        table,
        order.filter((_, at) => at % parts !== fold)
      ),
      fold
    )
    const first = place(takeTableRows(table, heldOut))
    // Few held-out rows make a noisy score: several draws steady it.
    const drawCount = heldOut.length < 400 ? 3 : 1
    for (let k = 0; k < drawCount; k++) {
      const auc = await classifierAuc({
        first,
        second: place(await draw(heldOut.length, `draw ${k}`)),
        key: keyFor(key, 'forest'),
        trees: 60,
        ...stop
      })
      sum += auc / (drawCount * scored)
    }
    report(fold + 1)
  }
  return sum
}

/** One way of scaling, drawing rows for one fold after another. */
class Entrant {
  /** Found on the first fold; the others have as many rows. */
  private epsilon: number | undefined
  /** That ε over the typical squared nearest-neighbour distance. */
  relative: number | undefined

  /** `start`: where the search of ε begins, as `relative`. */
  constructor(
    private readonly contest: ScalingContest,
    private readonly methods: Readonly<Record<string, ScalingMethod>>,
    private readonly start: number | undefined
  ) {}

  /** Fits a model to the rows of one fold; gives what draws from it. */
  async fit(fitted: Table, fold: number): Promise<(count: number, label: string) => Promise<Table>> {
    const { engine, formats, kernelFor, watch } = this.contest
    const key = keyFor(this.contest.key, `fold ${fold}`)
    const stop = watch?.stop ? { watch: { stop: watch.stop } } : {}
    const encoder = fitEncoder(fitted, formats, (name) => this.methods[name]!)
    const rows = imputeMissing(encoder, encodeTable(encoder, fitted, keyFor(key, 'encode')), key)
    const training = { encoder, rows, logWeights: uniformLogWeights(fitted.rowCount) }
    const kernel = await kernelFor(rows)
    if (this.epsilon === undefined) {
      const distances = await rowDistances(fitted, training, engine)
      const search = { training, distances, kernel, engine, key, evaluations: 8, relative: this.start, ...stop }
      this.epsilon = (await searchBandwidth(search)).epsilon
      const unit = await squaredSpacing(training, engine)
      if (unit > 0) this.relative = this.epsilon / unit
    }
    const chosen = atEpsilon(kernel, this.epsilon)
    const { potentials } = await scaleRows(tableProblem(training, chosen), { engine, tolerance: 1e-3, ...stop })
    const generator = await Generator.create(training, potentials, chosen, engine)
    const steps = generator.searchSteps
    return async (count, label) =>
      decodeTable(encoder, await generator.generate({ count, steps, noise: 'covariance', key: keyFor(key, label), ...stop }))
  }
}
