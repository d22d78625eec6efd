import { crpsOfChains } from '../../choose/scores.js'
import { leastOf, type Search, search, type Trial } from '../../choose/search.js'
import type { KernelChoice } from '../../kernel/bandwidth.js'
import type { Engine } from '../../kernel/engine.js'
import type { Watch } from '../../num/iterate.js'
import { columnOf } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { variance } from '../../num/statistics.js'
import type { Encoded } from '../../table/encoder.js'
import { unscaleValues } from '../../table/scaling.js'
import type { ConditionGroup } from '../condition-places.js'
import { type InformedBridge, informedBridge } from './condition-bridge.js'
import { allowedClasses, drawCopies } from './condition-draw.js'
import { type HeldOutPart, heldOutParts } from './condition-held-out.js'
import { ConditionMemory } from './condition-memory.js'
import type { TrainingRows } from './training-rows.js'

/** Bandwidth, ridge and relative bandwidth of the free coordinates, and how they did on held-out rows. */
export interface ConditionalTrial {
  readonly epsilon: number
  /** λ relative to the mean local variance of the given columns. */
  readonly ridge: number
  /** ε of the columns that are drawn, relative to that of the given ones. */
  readonly freeRatio: number
  /** Mean CRPS over drawn columns, in standard deviations of each. */
  readonly crps: number
  /** Held-out rows it was drawn for. Where they are not all, its score is the best's so far and what it differs by on these. */
  readonly scoredRows: number
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
  /** Known coordinates whose atoms make no classes. */
  readonly compared?: readonly number[]
  /** Whether the training rows are those that match what is given. */
  readonly part?: boolean
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
/** ε in variances of a column at which averages are over all rows: one Gaussian, with its linear regression. */
export const ONE_GAUSSIAN = 128
/** Draws for each held-out row, most from few chains where what is drawn is not compared: all stand at the same law then. */
const DRAWS = 64
const CHAINS = { alike: 2, apart: 16 }
const STEPS = 2
/** Fewer held-out rows than this choose nothing. */
const LEAST_HELD_OUT = 20

/** ε of given and of drawn coordinates, and λ. */
interface Setting {
  readonly known: number
  readonly drawn: number
  readonly ridge: number
}

/**
 * Chooses ε, its ratio between drawn and given columns, and λ by CRPS on held-out rows of the model's own data, the same
 * columns given: from one Gaussian, with the linear regression of all rows, to ever more local ones, then with a kernel on
 * what is drawn, which lets its law have several modes. The simplest within one standard error of the best is taken.
 * Cost: 4 chains for each of 300 rows from at most 1,000 others, at about 15 settings; those that are clearly worse stop early.
 */
export async function chooseConditional(asked: ChoiceProblem): Promise<ConditionalChoice> {
  const { split } = asked.group
  // Intervals are left open here: held-out rows are scored on them like on any other drawn column.
  const group = { ...asked.group, split: { given: split.given, ranged: [], free: [...split.ranged, ...split.free].sort((a, b) => a - b) } }
  const problem = { ...asked, group }
  const { kernel, fixed } = problem
  const start = { epsilon: fixed.epsilon ?? kernel.epsilon, ridge: fixed.ridge ?? DEFAULT_RIDGE, freeRatio: 1 }
  const parts = group.split.given.length > 0 && group.split.free.length > 0 ? heldOutParts(problem.training, group, problem.key) : []
  const heldOutRows = parts.reduce((sum, part) => sum + part.conditions.length, 0)
  const scores = new HeldOutScores(problem, parts)
  if (heldOutRows < LEAST_HELD_OUT || scores.columns.length === 0) return { ...start, trials: [], heldOutRows: 0 }
  const found = await search(searchOf(problem, scores), problem.watch)
  if (!found) return { ...start, trials: [], heldOutRows: 0 }
  const told = ({ known, drawn, ridge }: Setting) => ({ epsilon: known, freeRatio: drawn / known, ridge })
  const trials = found.trials.map(({ setting, loss, losses }) => ({ ...told(setting), crps: loss, scoredRows: losses.length }))
  return { ...told(found.setting), trials, heldOutRows }
}

function searchOf({ kernel, fixed, scheme }: ChoiceProblem, scores: HeldOutScores): Search<Setting> {
  const ridge = fixed.ridge ?? DEFAULT_RIDGE
  const stages: Stage[] =
    fixed.epsilon === undefined
      ? [ladder(kernel, ridge), beside, ...(kernel.kind === 'fixed' ? [kernelOnDrawn(kernel.epsilon)] : [])]
      : [() => [{ known: fixed.epsilon!, drawn: fixed.epsilon!, ridge }]]
  if (fixed.ridge === undefined && scheme !== 'clamp') stages.push(largerRidge)
  const isNew = (trials: Trials) => (setting: Setting) => trials.every((trial) => order(trial.setting, setting) !== 0)
  return {
    stage: 'choosing the conditional bandwidth',
    parts: scores.parts.length,
    expected: 15,
    order,
    score: ({ known, drawn, ridge }, part) => scores.at(part, { epsilon: known, freeRatio: drawn / known, ridge }),
    moves: (trials) => stages.map((stage) => stage(trials).filter(isNew(trials))).find((next) => next.length > 0) ?? []
  }
}

type Trials = readonly Trial<Setting>[]
/** What to try next; what was tried before does not count. */
type Stage = (trials: Trials) => readonly Setting[]

/** Wide kernels are simpler, and of those on drawn and on given columns the first counts first: without it draws are independent. */
const order = (a: Setting, b: Setting): number => b.drawn - a.drawn || b.known - a.known || a.ridge - b.ridge

/** Finer on what is given, by factors of four, until that is clearly worse: a column that says much by itself asks for far less than all columns together. */
function ladder({ kind, epsilon }: KernelChoice, ridge: number): Stage {
  const rungs = [64, 16, 4, 1, 1 / 4, 1 / 16, 1 / 64, 1 / 256].map((factor) => factor * epsilon).filter((known) => known < ONE_GAUSSIAN / 2)
  const all = [ONE_GAUSSIAN, ...rungs]
  return (trials) => {
    for (const known of all) {
      const first = trials.find(({ setting }) => setting.known === known)
      if (!first) return [{ known, drawn: kind === 'fixed' ? ONE_GAUSSIAN : known, ridge }]
      if (!first.whole) break
    }
    return []
  }
}

/** Half and twice the best bandwidth of what is given. */
const beside: Stage = (trials) => {
  const least = leastOf(trials)?.setting
  if (!least || least.known === ONE_GAUSSIAN || least.ridge !== trials[0]!.setting.ridge) return []
  const together = least.drawn === least.known
  return [2, 1 / 2].map((factor) => {
    const known = Math.min(ONE_GAUSSIAN, factor * least.known)
    return { ...least, known, drawn: together ? known : least.drawn }
  })
}

/** A kernel on what is drawn, finer until that is clearly worse. */
function kernelOnDrawn(epsilon: number): Stage {
  const rungs = [16, 4, 1, 1 / 4].map((factor) => factor * epsilon).filter((drawn) => drawn < ONE_GAUSSIAN / 2)
  return (trials) => {
    const least = leastOf(trials)?.setting
    if (!least || least.ridge !== trials[0]!.setting.ridge) return []
    for (const drawn of rungs) {
      const first = trials.find(({ setting }) => setting.drawn === drawn)
      if (!first) return [{ ...least, drawn }]
      if (!first.whole) break
    }
    return []
  }
}

/** Ten times the best ridge, as long as that is best, up to a tenth. */
const largerRidge: Stage = (trials) => {
  const least = leastOf(trials)?.setting
  return least && least.ridge < 0.05 ? [{ ...least, ridge: 10 * least.ridge }] : []
}

/** Scores of held-out rows, by part. */
class HeldOutScores {
  private readonly spreads: Float64Array
  /** Drawn coordinates that differ from row to row: all those that are scored. */
  readonly columns: readonly number[]
  private readonly bridges = new ConditionMemory()

  constructor(
    private readonly problem: ChoiceProblem,
    readonly parts: readonly HeldOutPart[]
  ) {
    const { encoder, rows } = problem.training
    this.spreads = new Float64Array(encoder.coordinateCount)
    for (const code of encoder.columns) {
      if (code.carries !== 'coordinate') continue
      this.spreads[code.coordinate] = Math.sqrt(variance(unscaleValues(code.scaler, columnOf(rows.coordinates, code.coordinate))))
    }
    this.columns = problem.group.split.free.filter((c) => this.spreads[c]! > 0)
  }

  /** CRPS of every row of a part that has rows it can be drawn from, mean over drawn columns. */
  async at(p: number, setting: BridgeSetting & { readonly ridge: number }): Promise<Float64Array> {
    const { group, engine, watch, scheme, key } = this.problem
    const part = this.parts[p]!
    const bridge = await this.bridgeOf(part, setting)
    const open = Array.from(part.conditions.keys()).filter((i) => allowedClasses(bridge, part.conditions[i]!, group)?.includes(1) ?? true)
    const losses = new Float64Array(open.length)
    if (open.length === 0) return losses
    const chains = setting.epsilon * setting.freeRatio < ONE_GAUSSIAN ? CHAINS.apart : CHAINS.alike
    const copies = await drawCopies(
      {
        bridge,
        group,
        conditions: open.map((i) => part.conditions[i]!),
        count: chains,
        steps: STEPS,
        ridge: setting.ridge,
        scheme,
        engine,
        key: keyFor(key, `part ${p}`),
        ...(watch?.stop ? { watch: { stop: watch.stop } } : {})
      },
      DRAWS / chains
    )
    for (const c of this.columns) this.addColumn(losses, { copies, chains, part, c, open })
    return losses
  }

  private bridgeOf({ fold, fitted }: HeldOutPart, { epsilon, freeRatio }: BridgeSetting): Promise<InformedBridge> {
    const { group, engine, kernel, watch } = this.problem
    return this.bridges.recall(`fold ${fold}, ${epsilon}, ${freeRatio}`, async () => {
      const { bridge } = await informedBridge({
        training: fitted,
        kernel: { ...kernel, epsilon },
        part: this.problem.part,
        without: this.problem.compared,
        scales: freeScales(group, freeRatio, fitted.encoder.coordinateCount),
        tolerance: 1e-3,
        engine,
        watch
      })
      return bridge
    })
  }

  private addColumn(losses: Float64Array, { copies, chains, part, c, open }: ColumnScore): void {
    const code = part.fitted.encoder.columns.find((candidate) => candidate.carries === 'coordinate' && candidate.coordinate === c)!
    const scaler = code.carries === 'coordinate' ? code.scaler : undefined
    const decode = (x: Float64Array) => unscaleValues(scaler!, x).map((value) => value / this.spreads[c]!)
    const observed = decode(Float64Array.from(open, (i) => part.rows.coordinates.data[i * part.rows.coordinates.cols + c]!))
    const drawn = copies.map(({ coordinates }) => decode(columnOf(coordinates, c)))
    const own = new Float64Array(chains * copies.length)
    losses.forEach((loss, i) => {
      for (let k = 0; k < own.length; k++) own[k] = drawn[k % copies.length]![i * chains + Math.floor(k / copies.length)]!
      losses[i] = loss + crpsOfChains(own, copies.length, observed[i]!) / this.columns.length
    })
  }
}

type BridgeSetting = Pick<ConditionalTrial, 'epsilon' | 'freeRatio'>

interface ColumnScore {
  readonly copies: readonly Encoded[]
  /** Of every row. */
  readonly chains: number
  readonly part: HeldOutPart
  readonly c: number
  readonly open: readonly number[]
}

/** Lengths that count as one: √ratio for drawn coordinates, one for known ones. */
export function freeScales(group: ConditionGroup, ratio: number, d: number): Float64Array {
  const scales = new Float64Array(d).fill(1)
  for (const c of [...group.split.ranged, ...group.split.free]) scales[c] = Math.sqrt(ratio)
  return scales
}
