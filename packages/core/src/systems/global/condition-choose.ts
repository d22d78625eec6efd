import { scoreDraws } from '../../diagnose/conditional.js'
import type { KernelChoice } from '../../kernel/bandwidth.js'
import type { Engine } from '../../kernel/engine.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import { columnOf, matrix } from '../../num/matrix.js'
import { type Key, keyFor, permutation } from '../../num/random.js'
import { variance } from '../../num/statistics.js'
import { unscaleValues } from '../../table/scaling.js'
import type { ConditionGroup } from '../condition-places.js'
import type { Condition } from '../conditions.js'
import { informedBridge, takeTraining } from './condition-bridge.js'
import { allowedCombinations, drawGroup } from './condition-draw.js'
import { type TrainingRows, takeEncoded } from './generator.js'

/** Bandwidth, ridge and relative bandwidth of the free coordinates, and how they did on held-out rows. */
export interface ConditionalTrial {
  readonly epsilon: number
  /** λ relative to the mean local variance of the given columns. */
  readonly ridge: number
  /** ε of the columns that are drawn, relative to that of the given ones. */
  readonly freeRatio: number
  /** Mean CRPS over drawn columns, in standard deviations of each. */
  readonly crps: number
  /** Share of held-out cells inside the 80 % interval. */
  readonly coverage: number
}

export interface ConditionalChoice {
  readonly epsilon: number
  readonly ridge: number
  readonly freeRatio: number
  /** All that was tried, in that order; empty where nothing had to be chosen. */
  readonly trials: readonly ConditionalTrial[]
  readonly heldOutRows: number
}

export interface ChoiceProblem {
  readonly training: TrainingRows
  readonly kernel: KernelChoice
  readonly group: ConditionGroup
  /** Fixed by the user. */
  readonly fixed: { readonly epsilon?: number | undefined; readonly ridge?: number | undefined }
  /** `clamp` has no ridge: only its bandwidths are chosen. Default informed. */
  readonly scheme?: 'informed' | 'clamp' | undefined
  readonly engine: Engine
  readonly key: Key
  readonly watch?: Watch | undefined
}

/** @source mathematics, section 7. */
export const DEFAULT_RIDGE = 1e-3
const MOST_TRAINING = 1000
const MOST_HELD_OUT = 200
/** 9 draws: their least and greatest bound an 80 % interval exactly. */
const DRAWS = 9
const STEPS = 5
/** A change must lower CRPS by this share. */
const GAIN = 0.004

type Setting = Pick<ConditionalTrial, 'epsilon' | 'ridge' | 'freeRatio'>

/**
 * Chooses ε, its ratio between drawn and given columns, and λ by CRPS on held-out rows of the model's own data, the same
 * columns given. λ above 10⁻³ must improve CRPS and bring the coverage of 80 % intervals nearer to 80 %.
 * Cost: about ten scalings of at most 1,000 rows, and 9 draws for each of 200 rows on them.
 */
export async function chooseConditional(asked: ChoiceProblem): Promise<ConditionalChoice> {
  const { split } = asked.group
  // Intervals are left open here: held-out rows are scored on them like on any other drawn column.
  const group = { ...asked.group, split: { given: split.given, ranged: [], free: [...split.ranged, ...split.free].sort((a, b) => a - b) } }
  const problem = { ...asked, group }
  const { kernel, fixed, scheme } = problem
  const start: Setting = { epsilon: fixed.epsilon ?? kernel.epsilon, ridge: fixed.ridge ?? DEFAULT_RIDGE, freeRatio: 1 }
  const folds = group.split.given.length > 0 && group.split.free.length > 0 ? heldOutFolds(problem) : []
  const heldOutRows = folds.reduce((sum, fold) => sum + fold.conditions.length, 0)
  if (heldOutRows < 20) return { ...start, trials: [], heldOutRows: 0 }
  const search = new Search(problem, folds)
  let best = await search.at(start)
  if (fixed.epsilon === undefined) {
    best = await search.climb(best, (at) => ({ ...at, epsilon: at.epsilon * 4 }), 4)
    if (kernel.kind === 'fixed') best = await search.better(best, { ...best, freeRatio: 8 })
    const half = await search.better(best, { ...best, epsilon: best.epsilon / 2 })
    best = half === best ? await search.better(best, { ...best, epsilon: best.epsilon * 2 }) : half
    if (scheme === 'clamp') best = await search.climb(best, (at) => ({ ...at, epsilon: at.epsilon / 4, freeRatio: at.freeRatio * 2 }), 6)
  }
  if (fixed.ridge === undefined && scheme !== 'clamp') best = await search.widen(best)
  return { epsilon: best.epsilon, ridge: best.ridge, freeRatio: best.freeRatio, trials: search.trials, heldOutRows }
}

interface Fold {
  readonly fitted: TrainingRows
  readonly conditions: readonly Condition[]
  /** Scaled rows that the conditions were made from. */
  readonly rows: ReturnType<typeof takeEncoded>
}

class Search {
  readonly trials: ConditionalTrial[] = []
  private readonly spreads: Float64Array

  constructor(
    private readonly problem: ChoiceProblem,
    private readonly folds: readonly Fold[]
  ) {
    const { encoder, rows } = problem.training
    this.spreads = new Float64Array(encoder.coordinateCount).fill(1)
    for (const code of encoder.columns) {
      if (code.carries !== 'coordinate') continue
      const spread = Math.sqrt(variance(unscaleValues(code.scaler, columnOf(rows.coordinates, code.coordinate))))
      this.spreads[code.coordinate] = spread > 0 ? spread : 1
    }
  }

  async at(setting: Setting): Promise<ConditionalTrial> {
    const { watch, key } = this.problem
    throwIfStopped(watch, 'choosing the conditional bandwidth')
    let crps = 0
    let coverage = 0
    let cells = 0
    for (const [f, fold] of this.folds.entries()) {
      const scored = await this.scoreFold(fold, setting, keyFor(key, `fold ${f}`))
      crps += scored.crps * scored.cells
      coverage += scored.coverage * scored.cells
      cells += scored.cells
    }
    const trial = { ...setting, crps: crps / cells, coverage: coverage / cells }
    this.trials.push(trial)
    watch?.progress?.({ stage: 'choosing the conditional bandwidth', done: this.trials.length, total: Math.max(10, this.trials.length) })
    return trial
  }

  private async scoreFold(fold: Fold, setting: Setting, key: Key): Promise<{ crps: number; coverage: number; cells: number }> {
    const { group, engine, kernel, watch, scheme } = this.problem
    const { bridge } = await informedBridge({
      training: fold.fitted,
      kernel: { ...kernel, epsilon: setting.epsilon },
      scales: freeScales(group, setting.freeRatio, fold.fitted.encoder.coordinateCount),
      tolerance: 1e-3,
      engine,
      watch
    })
    const open = fold.conditions
      .map((condition, i) => ({ condition, i }))
      .filter(({ condition }) => allowedCombinations(bridge, condition)?.includes(1) ?? true)
    const draw = await drawGroup({
      bridge,
      group,
      conditions: open.map(({ condition }) => condition),
      count: DRAWS,
      steps: STEPS,
      ridge: setting.ridge,
      scheme,
      engine,
      key,
      ...(watch?.stop ? { watch: { stop: watch.stop } } : {})
    })
    let crps = 0
    let coverage = 0
    for (const c of group.split.free) {
      const scores = this.scoreColumn(draw.rows.coordinates, fold, { c, open })
      crps += scores.crps / group.split.free.length
      coverage += scores.coverage[80] / group.split.free.length
    }
    return { crps, coverage, cells: open.length }
  }

  private scoreColumn(drawn: { data: Float64Array; cols: number }, fold: Fold, { c, open }: { c: number; open: readonly { i: number }[] }) {
    const code = fold.fitted.encoder.columns.find((candidate) => candidate.carries === 'coordinate' && candidate.coordinate === c)!
    const scaler = code.carries === 'coordinate' ? code.scaler : undefined
    const spread = this.spreads[c]!
    const decode = (x: Float64Array) => unscaleValues(scaler!, x).map((value) => value / spread)
    const draws = decode(Float64Array.from({ length: open.length * DRAWS }, (_, i) => drawn.data[i * drawn.cols + c]!))
    const observed = decode(Float64Array.from(open, ({ i }) => fold.rows.coordinates.data[i * fold.rows.coordinates.cols + c]!))
    return scoreDraws({ draws: matrix(open.length, DRAWS, draws), observed }, 'fair')
  }

  /** The other setting where it is better, else the same trial. */
  async better(best: ConditionalTrial, setting: Setting): Promise<ConditionalTrial> {
    const trial = await this.at(setting)
    return trial.crps < best.crps * (1 - GAIN) ? trial : best
  }

  /** Goes on as long as it gets better. */
  async climb(best: ConditionalTrial, next: (at: Setting) => Setting, most: number): Promise<ConditionalTrial> {
    let at = best
    for (let turn = 0; turn < most; turn++) {
      const found = await this.better(at, next(at))
      if (found === at) break
      at = found
    }
    return at
  }

  /** Larger ridges, as long as both CRPS and coverage ask for them. */
  async widen(best: ConditionalTrial): Promise<ConditionalTrial> {
    let at = best
    for (const ridge of [1e-2, 1e-1]) {
      const trial = await this.at({ epsilon: at.epsilon, freeRatio: at.freeRatio, ridge })
      if (!(trial.crps < at.crps * (1 - GAIN) && Math.abs(trial.coverage - 0.8) < Math.abs(at.coverage - 0.8))) break
      at = trial
    }
    return at
  }
}

/** Lengths that count as one: √ratio for drawn coordinates, one for known ones. */
export function freeScales(group: ConditionGroup, ratio: number, d: number): Float64Array {
  const scales = new Float64Array(d).fill(1)
  for (const c of [...group.split.ranged, ...group.split.free]) scales[c] = Math.sqrt(ratio)
  return scales
}

/** Thirds of the rows (one third of 1,500 where there are many), each with the conditions its rows make for the others. */
function heldOutFolds(problem: ChoiceProblem): Fold[] {
  const { training, key } = problem
  const count = training.rows.coordinates.rows
  const order = permutation(keyFor(key, 'held out'), count)
    .filter((i) => training.logWeights[i]! > Number.NEGATIVE_INFINITY)
    .subarray(0, 1.5 * MOST_TRAINING)
  const foldCount = order.length < 600 ? 3 : 1
  const size = Math.floor(order.length / 3)
  const folds: Fold[] = []
  for (let f = 0; f < foldCount; f++) {
    const out = order.subarray(f * size, (f + 1) * size)
    const kept = Uint32Array.from([...order.subarray(0, f * size), ...order.subarray((f + 1) * size)])
    const rows = out.filter((row) => allPresent(training, problem.group, row)).subarray(0, Math.ceil(MOST_HELD_OUT / foldCount))
    const held = takeEncoded(training.rows, rows)
    folds.push({
      fitted: takeTraining(training, kept),
      conditions: Array.from(rows, (_, i) => conditionFrom(training, problem.group, held, i)),
      rows: held
    })
  }
  return folds
}

function allPresent({ encoder, rows }: TrainingRows, { split }: ConditionGroup, row: number): boolean {
  return encoder.columns.every(
    (code) =>
      code.carries !== 'coordinate' ||
      code.missingFactor === undefined ||
      !split.given.includes(code.coordinate) ||
      rows.codes[row * encoder.factors.length + code.missingFactor] === 0
  )
}

/** The condition that a row of the data itself would make. */
function conditionFrom(
  { encoder }: TrainingRows,
  { split, factors }: ConditionGroup,
  held: ReturnType<typeof takeEncoded>,
  i: number
): Condition {
  const numbers = encoder.columns.flatMap((code, column) => {
    if (code.carries !== 'coordinate' || !split.given.includes(code.coordinate)) return []
    const place = held.coordinates.data[i * held.coordinates.cols + code.coordinate]!
    return [{ column, name: code.name, value: unscaleValues(code.scaler, Float64Array.of(place))[0]! }]
  })
  const levels = new Map(factors.map((factor) => [factor, held.codes[i * encoder.factors.length + factor]!]))
  return { words: '', numbers, ranges: [], levels, named: [] }
}
