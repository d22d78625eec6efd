import { energyScore } from '../../choose/scores.js'
import { leastOf, type Search, search, type Trial } from '../../choose/search.js'
import { mardia } from '../../diagnose/normality.js'
import { allowedClasses, clampIn, drawCopies } from '../../draw/condition-draw.js'
import { USUAL_STEPS } from '../../draw/steps.js'
import type { KernelChoice } from '../../kernel/bandwidth.js'
import type { Engine } from '../../kernel/engine.js'
import { type Evidence, shifted } from '../../know/evidence.js'
import type { ConditionGroup } from '../../know/places.js'
import { fitLaw, type Law, tableProblem } from '../../law/law.js'
import type { TrainingRows } from '../../law/training-rows.js'
import type { Watch } from '../../num/iterate.js'
import { columnOf, type Matrix, matrix, rowOf, takeRows } from '../../num/matrix.js'
import { type Key, keyFor, normals } from '../../num/random.js'
import { variance } from '../../num/statistics.js'
import { type Encoded, embedEncoded } from '../../table/encoder.js'
import { unscaleValues } from '../../table/scaling.js'
import { type HeldOutPart, heldOutParts } from './condition-held-out.js'
import { ConditionMemory } from './condition-memory.js'

/** Bandwidth, ridge and relative bandwidth of the free coordinates, and how they did on held-out rows. */
export interface ConditionalTrial {
  readonly epsilon: number
  /** λ relative to the mean local variance of the given columns. */
  readonly ridge: number
  /** ε of the columns that are drawn, relative to that of the given ones. */
  readonly freeRatio: number
  /** Energy score of the drawn columns, each in its standard deviations; of one column the CRPS. */
  readonly score: number
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
  /** What else is known: each held-out row makes observations of its own, with their noise. */
  readonly observed?: ObservedColumns | undefined
  /** Fixed by the user. */
  readonly fixed: { readonly epsilon?: number | undefined; readonly ridge?: number | undefined }
  /** `clamp` has no ridge: only its bandwidths are chosen. Default informed. */
  readonly scheme?: 'informed' | 'clamp' | undefined
  readonly engine: Engine
  readonly key: Key
  readonly watch?: Watch | undefined
}

/** Noisy observations of a row's numbers. */
export interface ObservedColumns {
  /** With residuals. */
  readonly evidence: Evidence
  /** Factors that are 0 where the observed cells are present. */
  readonly present: readonly number[]
}

/** @source mathematics, section 7. */
export const DEFAULT_RIDGE = 1e-3
/** ε in variances of a column at which averages are over all rows: one Gaussian, with its linear regression. */
export const ONE_GAUSSIAN = 128
/** Steps of a trial under what is observed. */
const OBSERVED_STEPS = 2
/** Draws for each held-out row, most from few chains where what is drawn is not compared: all stand at the same law then. */
const DRAWS = 64
const CHAINS = { alike: 2, apart: 8 }
/** Mardia's scores, each beyond this for 1 Gaussian sample in 100. */
const LARGEST_SKEWNESS = 2.33
const LARGEST_KURTOSIS = 2.58
/** Fewer rows of a uniform law would pass. */
const FEWEST_TESTED = 100
/** Fewer held-out rows than this choose nothing. */
const LEAST_HELD_OUT = 20

/** Whether all coordinates are averaged over all rows. */
export const isOneGaussian = ({ epsilon, freeRatio }: Pick<ConditionalChoice, 'epsilon' | 'freeRatio'>): boolean =>
  epsilon === ONE_GAUSSIAN && freeRatio === 1

/** ε of given and of drawn coordinates, and λ. */
interface Setting {
  readonly known: number
  readonly drawn: number
  readonly ridge: number
}

/**
 * Chooses ε, its ratio between drawn and given columns, and λ by the energy score of held-out rows of the model's own data, the same
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
  const known = split.given.length > 0 || split.ranged.length > 0 || problem.observed !== undefined
  const parts = known && group.split.free.length > 0 ? heldOutParts(problem.training, group, problem.key) : []
  const scores = await HeldOutScores.of(problem, parts)
  const { heldOutRows } = scores
  if (heldOutRows < LEAST_HELD_OUT || scores.columns.length === 0) return { ...start, trials: [], heldOutRows: 0 }
  const found = await search(searchOf(problem, scores), problem.watch)
  if (!found) return { ...start, trials: [], heldOutRows: 0 }
  const told = ({ known, drawn, ridge }: Setting) => ({ epsilon: known, freeRatio: drawn / known, ridge })
  const trials = found.trials.map(({ setting, loss, losses }) => ({ ...told(setting), score: loss, scoredRows: losses.length }))
  return { ...told(found.setting), trials, heldOutRows }
}

function searchOf({ kernel, fixed, scheme, group, training }: ChoiceProblem, scores: HeldOutScores): Search<Setting> {
  const ridge = fixed.ridge ?? DEFAULT_RIDGE
  const given = group.split.given.length > 0
  // Only a fixed kernel has scales, and where no number is given there is one bandwidth.
  const apart = kernel.kind === 'fixed' && given
  const widest = scores.columns.length === 1 || looksGaussian(training) ? ONE_GAUSSIAN : kernel.epsilon
  const bounds = { apart, widest, ridge }
  const stages: Stage[] =
    fixed.epsilon === undefined
      ? [ladder(kernel.epsilon, bounds), beside(bounds), ...(apart ? [kernelOnDrawn(kernel.epsilon, widest)] : [])]
      : [() => [{ known: fixed.epsilon!, drawn: fixed.epsilon!, ridge }]]
  if (fixed.ridge === undefined && scheme !== 'clamp' && given) stages.push(largerRidge)
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

interface Ladder {
  readonly apart: boolean
  /** Largest ε of what is drawn. */
  readonly widest: number
  readonly ridge: number
}

/** Finer on what is given, by factors of four, until that is clearly worse: a column that says much by itself asks for far less than all columns together. */
function ladder(epsilon: number, { apart, widest, ridge }: Ladder): Stage {
  const rungs = [64, 16, 4, 1, 1 / 4, 1 / 16, 1 / 64, 1 / 256].map((factor) => factor * epsilon).filter((known) => known < ONE_GAUSSIAN / 2)
  const all = [ONE_GAUSSIAN, ...rungs].filter((known) => apart || known <= widest)
  return (trials) => {
    for (const known of all) {
      const first = trials.find(({ setting }) => setting.known === known)
      if (!first) return [{ known, drawn: apart ? widest : known, ridge }]
      if (!first.whole) break
    }
    return []
  }
}

/**
 * Whether third and fourth moments of the rows are those of a Gaussian. Scores of held-out rows hardly see how many columns hang
 * together (of breast cancer given one column, one with 4 times the model's ε is as good to them, and a forest tells its rows
 * from real ones with an AUC of 0.76 in place of 0.58): so several columns are drawn more widely than by the model only where
 * the rows pass.
 */
function looksGaussian({ encoder, rows, logWeights }: TrainingRows): boolean {
  // The tests are of rows that count alike.
  if (logWeights.length < FEWEST_TESTED || logWeights.some((a) => a !== logWeights[0])) return false
  const normality = mardia(embedEncoded(encoder, rows))
  return normality !== undefined && normality.skewness < LARGEST_SKEWNESS && Math.abs(normality.kurtosis) < LARGEST_KURTOSIS
}

/** Half and twice the best bandwidth of what is given. */
function beside({ apart, widest }: Ladder): Stage {
  return (trials) => {
    const least = leastOf(trials)?.setting
    if (!least || least.known === ONE_GAUSSIAN || least.ridge !== trials[0]!.setting.ridge) return []
    const twice = Math.min(2 * least.known, apart ? ONE_GAUSSIAN : widest)
    return [twice, least.known / 2].map((known) => ({ ...least, known, drawn: apart ? least.drawn : known }))
  }
}

/** A kernel on what is drawn, finer until that is clearly worse. */
function kernelOnDrawn(epsilon: number, widest: number): Stage {
  const rungs = [16, 4, 1, 1 / 4].map((factor) => factor * epsilon).filter((drawn) => drawn < widest && drawn < ONE_GAUSSIAN / 2)
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

/** A part of the held-out rows, and what each observes of itself. */
interface ScoredPart extends HeldOutPart {
  /** Rows that are scored, as places in the part. */
  readonly members: readonly number[]
  /** Residuals of each member's own observations, in units of the noise [members, r]. */
  readonly shifts?: Matrix
  /** −log likelihood of every fitted row under the observations of each member [M]. */
  readonly misfits?: readonly Float64Array[]
}

/** Scores of held-out rows, by part. */
class HeldOutScores {
  private readonly spreads: Float64Array
  /** Drawn coordinates that differ from row to row: all those that are scored. */
  readonly columns: readonly number[]
  private readonly laws = new ConditionMemory()

  static async of(problem: ChoiceProblem, parts: readonly HeldOutPart[]): Promise<HeldOutScores> {
    const found: ScoredPart[] = []
    for (const [p, part] of parts.entries()) found.push(await withObservations(part, problem, keyFor(problem.key, `noise ${p}`)))
    return new HeldOutScores(problem, found)
  }

  private constructor(
    private readonly problem: ChoiceProblem,
    readonly parts: readonly ScoredPart[]
  ) {
    const { encoder, rows } = problem.training
    this.spreads = new Float64Array(encoder.coordinateCount)
    for (const code of encoder.columns) {
      if (code.carries !== 'coordinate') continue
      this.spreads[code.coordinate] = Math.sqrt(variance(unscaleValues(code.scaler, columnOf(rows.coordinates, code.coordinate))))
    }
    this.columns = problem.group.split.free.filter((c) => this.spreads[c]! > 0)
  }

  get heldOutRows(): number {
    return this.parts.reduce((sum, { members }) => sum + members.length, 0)
  }

  /** Energy score of every row of a part that has rows it can be drawn from. */
  async at(p: number, setting: LawSetting & { readonly ridge: number }): Promise<Float64Array> {
    const { group, engine, watch, scheme, key } = this.problem
    const part = this.parts[p]!
    const law = await this.lawOf(part, setting)
    const { encoder } = part.fitted
    const clamp = clampIn({ law, encoder, group })
    const places = Array.from(part.members.keys()).filter(
      (at) => allowedClasses({ law, encoder, group, clamp }, part.conditions[part.members[at]!]!)?.includes(1) ?? true
    )
    const open = places.map((at) => part.members[at]!)
    if (open.length === 0) return new Float64Array(0)
    const chains = setting.epsilon * setting.freeRatio < ONE_GAUSSIAN / 2 ? CHAINS.apart : CHAINS.alike
    const known = this.knownOf(part, places, chains)
    const copies = await drawCopies(
      {
        law,
        encoder,
        group,
        conditions: open.map((i) => part.conditions[i]!),
        count: chains,
        // As many as are drawn with: after a few a kernel on what is drawn still stands at the rows that chains start from. Chains
        // that were resampled by what is observed stand where it is.
        steps: known.evidence ? OBSERVED_STEPS : chains === CHAINS.alike ? 1 : USUAL_STEPS.given,
        ridge: setting.ridge,
        scheme,
        ...known,
        engine,
        key: keyFor(key, `part ${p}`),
        ...(watch?.stop ? { watch: { stop: watch.stop } } : {})
      },
      DRAWS / chains
    )
    const decode = this.decoderOf(part)
    const truths = decode(part.rows)
    const drawn = copies.map(decode)
    const t = this.columns.length
    const draws = new Float64Array(DRAWS * t)
    return Float64Array.from(open, (row, i) => {
      for (let k = 0; k < DRAWS; k++) {
        const [chain, copy] = [Math.floor(k / copies.length), k % copies.length]
        draws.set(rowOf(drawn[copy]!, i * chains + chain), k * t)
      }
      return energyScore({ draws, perChain: copies.length, truth: rowOf(truths, row) })
    })
  }

  /** What members observed of themselves, for so many chains each. */
  private knownOf({ shifts, misfits }: ScoredPart, places: readonly number[], chains: number) {
    const { observed } = this.problem
    if (!observed || !shifts || !misfits) return {}
    const ofChain = Uint32Array.from({ length: places.length * chains }, (_, i) => places[Math.floor(i / chains)]!)
    return { evidence: shifted(observed.evidence, takeRows(shifts, ofChain)), misfits: places.map((at) => misfits[at]!) }
  }

  /** Scored columns in their standard deviations [n, t]. */
  private decoderOf({ fitted: { encoder } }: HeldOutPart): (rows: Encoded) => Matrix {
    const scalers = this.columns.map((c) => {
      const code = encoder.columns.find((candidate) => candidate.carries === 'coordinate' && candidate.coordinate === c)
      return code?.carries === 'coordinate' ? code.scaler : undefined
    })
    return ({ coordinates }) => {
      const out = matrix(coordinates.rows, this.columns.length)
      this.columns.forEach((c, k) => {
        const values = unscaleValues(scalers[k]!, columnOf(coordinates, c))
        for (let i = 0; i < out.rows; i++) out.data[i * out.cols + k] = values[i]! / this.spreads[c]!
      })
      return out
    }
  }

  private lawOf({ fold, fitted }: HeldOutPart, { epsilon, freeRatio }: LawSetting): Promise<Law> {
    const { group, engine, kernel, watch } = this.problem
    const scales = freeScales(group, freeRatio, fitted.encoder.coordinateCount)
    return this.laws.recall(`fold ${fold}, ${epsilon}, ${freeRatio}`, () =>
      fitLaw(
        tableProblem(fitted, { ...kernel, epsilon }, { scales, conditions: { part: this.problem.part, without: this.problem.compared } }),
        {
          tolerance: 1e-3,
          engine,
          watch
        }
      )
    )
  }
}

async function withObservations(part: HeldOutPart, { observed, training }: ChoiceProblem, key: Key): Promise<ScoredPart> {
  const all = Array.from(part.conditions.keys())
  if (!observed?.evidence.residuals) return { ...part, members: all }
  const { evidence, present } = observed
  const residualsOf = (rows: Encoded) =>
    evidence.residuals!(
      rows,
      Uint32Array.from({ length: rows.coordinates.rows }, (_, i) => i)
    )
  const own = await residualsOf(part.rows)
  const fitted = await residualsOf(part.fitted.rows)
  const width = training.encoder.factors.length
  const members = all.filter(
    (i) => rowOf(own, i).every(Number.isFinite) && present.every((factor) => part.rows.codes[i * width + factor] === 0)
  )
  // An observation's noise is its own, whatever else is observed beside it.
  const noise = Array.from({ length: own.cols }, (_, c) => normals(c === 0 ? key : keyFor(key, `observation ${c}`), own.rows))
  const exact = takeRows(own, members)
  const shifts = matrix(
    exact.rows,
    exact.cols,
    exact.data.map((r, at) => r + noise[at % exact.cols]![members[Math.floor(at / exact.cols)]!]!)
  )
  const misfits = members.map((_, at) => {
    const shift = rowOf(shifts, at)
    return Float64Array.from({ length: fitted.rows }, (_, j) => {
      const total = rowOf(fitted, j).reduce((sum, r, k) => sum + 0.5 * (r - shift[k]!) * (r - shift[k]!), 0)
      return Number.isFinite(total) ? total : IMPOSSIBLE
    })
  })
  return { ...part, members, shifts, misfits }
}

/** −log likelihood of rows on which an observation is not defined. */
const IMPOSSIBLE = 1e6

type LawSetting = Pick<ConditionalTrial, 'epsilon' | 'freeRatio'>

/** Lengths that count as one: √ratio for drawn coordinates, one for known ones. */
export function freeScales(group: ConditionGroup, ratio: number, d: number): Float64Array {
  const scales = new Float64Array(d).fill(1)
  for (const c of [...group.split.ranged, ...group.split.free]) scales[c] = Math.sqrt(ratio)
  return scales
}
