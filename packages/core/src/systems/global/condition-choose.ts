import { scoreDraws } from '../../diagnose/conditional.js'
import type { KernelChoice } from '../../kernel/bandwidth.js'
import type { Engine } from '../../kernel/engine.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import { columnOf, type Matrix, matrix } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { mean, variance } from '../../num/statistics.js'
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
  /** Share of held-out cells inside the 60 % interval. */
  readonly coverage: number
  /** Held-out rows it was drawn for. Where they are not all, its scores are the best's so far and what it differs by on these. */
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
/** Chains for each held-out row: the least and greatest of 4 draws bound a 60 % interval exactly. */
const CHAINS = 4
const WANTED_COVERAGE = 0.6
const STEPS = 2
/** Draws from the place of each chain. */
const COPIES = 4
/** A change must lower CRPS by this share. */
const GAIN = 0.004
/** What raises CRPS by this share on the first part of the held-out rows is not drawn for the others. */
const DOUBT = 0.005

type Setting = Pick<ConditionalTrial, 'epsilon' | 'ridge' | 'freeRatio'>

/**
 * Chooses ε, its ratio between drawn and given columns, and λ by CRPS on held-out rows of the model's own data, the same
 * columns given. λ above 10⁻³ must improve CRPS and bring the coverage of 60 % intervals nearer to 60 %.
 * Cost: 4 draws for each of 300 rows from at most 1,000 others, at about seven settings; those that are no better on the first
 * third of the rows stop there.
 */
export async function chooseConditional(asked: ChoiceProblem): Promise<ConditionalChoice> {
  const { split } = asked.group
  // Intervals are left open here: held-out rows are scored on them like on any other drawn column.
  const group = { ...asked.group, split: { given: split.given, ranged: [], free: [...split.ranged, ...split.free].sort((a, b) => a - b) } }
  const problem = { ...asked, group }
  const { kernel, fixed, scheme } = problem
  const start: Setting = { epsilon: fixed.epsilon ?? kernel.epsilon, ridge: fixed.ridge ?? DEFAULT_RIDGE, freeRatio: 1 }
  const parts = group.split.given.length > 0 && group.split.free.length > 0 ? heldOutParts(problem.training, group, problem.key) : []
  const heldOutRows = parts.reduce((sum, part) => sum + part.conditions.length, 0)
  if (heldOutRows < 20) return { ...start, trials: [], heldOutRows: 0 }
  const search = new Search(problem, parts)
  if (search.scored.length === 0) return { ...start, trials: [], heldOutRows: 0 }
  let best = await search.at(start)
  if (fixed.epsilon === undefined) {
    best = await search.climb(best, (at) => ({ ...at, epsilon: at.epsilon * 4 }), 4)
    if (kernel.kind === 'fixed') {
      best = await search.better(best, { ...best.trial, freeRatio: 8 })
      // A column that says much by itself (the date of a season) asks for a far narrower kernel than all columns together; half-way there nothing is gained.
      const leap = await search.better(best, narrower(best.trial, 64))
      if (leap !== best || best.trial.freeRatio > 1) best = await search.climb(leap, (at) => narrower(at, 4), 4)
    }
    const half = await search.better(best, { ...best.trial, epsilon: best.trial.epsilon / 2 })
    best = half === best ? await search.better(best, { ...best.trial, epsilon: best.trial.epsilon * 2 }) : half
    if (scheme === 'clamp') best = await search.climb(best, (at) => ({ ...at, epsilon: at.epsilon / 4, freeRatio: at.freeRatio * 2 }), 6)
  }
  if (fixed.ridge === undefined && scheme !== 'clamp') best = await search.widen(best)
  const { epsilon, ridge, freeRatio } = best.trial
  return { epsilon, ridge, freeRatio, trials: search.trials, heldOutRows }
}

interface Score {
  readonly crps: number
  readonly coverage: number
  readonly rows: number
}

/** A setting drawn for all held-out rows. */
interface Scored {
  readonly trial: ConditionalTrial
  /** By part. */
  readonly parts: readonly Score[]
}

/** The kernel on the given columns narrower, that on the drawn ones as it is. */
const narrower = (at: Setting, times: number): Setting => ({ ...at, epsilon: at.epsilon / times, freeRatio: at.freeRatio * times })

class Search {
  readonly trials: ConditionalTrial[] = []
  private readonly spreads: Float64Array
  /** Drawn coordinates that differ from row to row: all those that are scored. */
  readonly scored: readonly number[]
  private readonly bridges = new ConditionMemory()

  constructor(
    private readonly problem: ChoiceProblem,
    private readonly parts: readonly HeldOutPart[]
  ) {
    const { encoder, rows } = problem.training
    this.spreads = new Float64Array(encoder.coordinateCount)
    for (const code of encoder.columns) {
      if (code.carries !== 'coordinate') continue
      this.spreads[code.coordinate] = Math.sqrt(variance(unscaleValues(code.scaler, columnOf(rows.coordinates, code.coordinate))))
    }
    this.scored = problem.group.split.free.filter((c) => this.spreads[c]! > 0)
  }

  /** Draws a setting for all parts; the first may be there already. */
  async at({ epsilon, ridge, freeRatio }: Setting, first?: Score): Promise<Scored> {
    const setting = { epsilon, ridge, freeRatio }
    const parts = [first ?? (await this.score(0, setting))]
    while (parts.length < this.parts.length) parts.push(await this.score(parts.length, setting))
    const scoredRows = parts.reduce((sum, { rows }) => sum + rows, 0)
    const meanOf = (name: 'crps' | 'coverage') => parts.reduce((sum, part) => sum + (part.rows / scoredRows) * part[name], 0)
    const trial = { ...setting, crps: meanOf('crps'), coverage: meanOf('coverage'), scoredRows }
    this.note(trial)
    return { trial, parts }
  }

  private note(trial: ConditionalTrial): void {
    this.trials.push(trial)
    const done = this.trials.length
    this.problem.watch?.progress?.({ stage: 'choosing the conditional bandwidth', done, total: Math.max(8, done) })
  }

  private bridgeOf({ fold, fitted }: HeldOutPart, { epsilon, freeRatio }: Setting): Promise<InformedBridge> {
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

  private async score(p: number, setting: Setting): Promise<Score> {
    const { group, engine, watch, scheme, key } = this.problem
    throwIfStopped(watch, 'choosing the conditional bandwidth')
    const part = this.parts[p]!
    const bridge = await this.bridgeOf(part, setting)
    const open = part.conditions
      .map((condition, i) => ({ condition, i }))
      .filter(({ condition }) => allowedClasses(bridge, condition, group)?.includes(1) ?? true)
    if (open.length === 0) return { crps: 0, coverage: 0, rows: 0 }
    const copies = await drawCopies(
      {
        bridge,
        group,
        conditions: open.map(({ condition }) => condition),
        count: CHAINS,
        steps: STEPS,
        ridge: setting.ridge,
        scheme,
        engine,
        key: keyFor(key, `part ${p}`),
        ...(watch?.stop ? { watch: { stop: watch.stop } } : {})
      },
      COPIES
    )
    const scores = this.scored.map((c) => this.scoreColumn(copies, part, { c, open }))
    return { crps: mean(scores.map(({ crps }) => crps)), coverage: mean(scores.map(({ coverage }) => coverage)), rows: open.length }
  }

  /** Means over copies: the chains of one copy are independent draws. */
  private scoreColumn(copies: readonly Encoded[], part: HeldOutPart, { c, open }: { c: number; open: readonly { i: number }[] }) {
    const code = part.fitted.encoder.columns.find((candidate) => candidate.carries === 'coordinate' && candidate.coordinate === c)!
    const scaler = code.carries === 'coordinate' ? code.scaler : undefined
    const spread = this.spreads[c]!
    const decode = (x: Float64Array) => unscaleValues(scaler!, x).map((value) => value / spread)
    const observed = decode(Float64Array.from(open, ({ i }) => part.rows.coordinates.data[i * part.rows.coordinates.cols + c]!))
    const scores = copies.map(({ coordinates }) => {
      const draws = matrix(open.length, CHAINS, decode(columnOf(coordinates, c)))
      return { ...scoreDraws({ draws, observed }, 'fair'), inside: shareBetween(draws, observed) }
    })
    return { crps: mean(scores.map(({ crps }) => crps)), coverage: mean(scores.map(({ inside }) => inside)) }
  }

  /** The other setting where it is better, else the same. */
  async better(best: Scored, { epsilon, ridge, freeRatio }: Setting): Promise<Scored> {
    const setting = { epsilon, ridge, freeRatio }
    const first = await this.score(0, setting)
    const before = best.parts[0]!
    if (first.rows > 0 && !(first.crps < before.crps * (1 + DOUBT))) {
      const crps = best.trial.crps + first.crps - before.crps
      const coverage = best.trial.coverage + first.coverage - before.coverage
      this.note({ ...setting, crps, coverage, scoredRows: first.rows })
      return best
    }
    const found = await this.at(setting, first)
    return found.trial.crps < best.trial.crps * (1 - GAIN) ? found : best
  }

  /** Goes on as long as it gets better. */
  async climb(best: Scored, next: (at: Setting) => Setting, most: number): Promise<Scored> {
    let at = best
    for (let turn = 0; turn < most; turn++) {
      const found = await this.better(at, next(at.trial))
      if (found === at) break
      at = found
    }
    return at
  }

  /** Larger ridges, as long as both CRPS and coverage ask for them: intervals that cover too much do not, as a ridge widens them. */
  async widen(best: Scored): Promise<Scored> {
    let at = best
    const miss = ({ trial }: Scored) => Math.abs(trial.coverage - WANTED_COVERAGE)
    for (const ridge of [1e-2, 1e-1]) {
      if (at.trial.coverage >= WANTED_COVERAGE) break
      const found = await this.better(at, { ...at.trial, ridge })
      if (found === at || !(miss(found) < miss(at))) break
      at = found
    }
    return at
  }
}

/** Share of observations that stand between the least and the greatest of their draws. */
function shareBetween({ data, cols }: Matrix, observed: Float64Array): number {
  let inside = 0
  observed.forEach((y, i) => {
    const own = data.subarray(i * cols, (i + 1) * cols)
    if (y >= Math.min(...own) && y <= Math.max(...own)) inside++
  })
  return inside / observed.length
}

/** Lengths that count as one: √ratio for drawn coordinates, one for known ones. */
export function freeScales(group: ConditionGroup, ratio: number, d: number): Float64Array {
  const scales = new Float64Array(d).fill(1)
  for (const c of [...group.split.ranged, ...group.split.free]) scales[c] = Math.sqrt(ratio)
  return scales
}
