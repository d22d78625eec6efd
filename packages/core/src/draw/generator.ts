import type { KernelChoice } from '../kernel/bandwidth.js'
import { type Engine, roughEngine } from '../kernel/engine.js'
import type { Bridge } from '../law/bridge.js'
import type { TableManner } from '../law/law.js'
import { type MeanTerms, termsOf } from '../law/number-means.js'
import type { CategoryMode } from '../law/strata.js'
import { type Ridges, ridgesOf, type SweepBridge } from '../law/sweep.js'
import type { TrainingRows } from '../law/training-rows.js'
import type { Watch } from '../num/iterate.js'
import type { Matrix } from '../num/matrix.js'
import { type Key, keyFor } from '../num/random.js'
import { cloud } from '../space/cloud.js'
import { type Encoded, stackEncoded, takeEncoded } from '../table/encoder.js'
import { apportionGroup } from './apportion.js'
import { inBatches } from './batches.js'
import { type Landmarked, landmarkedRows, STEPS_ON_ALL } from './landmarked.js'
import { exchangedWithin, levelLimits, withoutEnds } from './level-limits.js'
import { withLinked } from './linked.js'
import { type MixedLaw, type MixedState, mixedStep } from './mixed.js'
import { type RunOptions, runSteps, startRows } from './run.js'
import { type EndNames, type Ends, sharpEnds, withinEnds, withNamed } from './sharp-ends.js'
import { gaussianDraws, type StartKind } from './start.js'
import { bridgeStep, type NoiseKind, type StepContext } from './step.js'
import { USUAL_STEPS } from './steps.js'
import { sweepStep } from './sweep.js'
import { type Steps, stepsAt, stepsOn } from './table-steps.js'

/** Chains lend each other noise (`addExchanged`): a few always run together. */
const LEAST_CHAINS = 32

/** Steps of the draws that a search compares: a sweep redraws every column in each, and its rows are as new after fewer. */
export const searchSteps = (mode: CategoryMode): number => (mode === 'sweep' ? 8 : USUAL_STEPS.rows)

interface GenerateOptions {
  readonly count: number
  /** Where it is a stretch of a longer draw: rows before it, of whole batches. */
  readonly first?: number | undefined
  /** Default `USUAL_STEPS.rows`. */
  readonly steps?: number | undefined
  readonly noise: NoiseKind
  readonly key: Key
  /** Default data. */
  readonly start?: StartKind | undefined
  readonly watch?: Watch | undefined
  /**
   * Whether numbers end where those of their levels do. A search compares rows as noise has left them: reflected at an end they are nearer to the
   * data, to which it would answer with a wider kernel.
   */
  readonly keepsEnds?: boolean | undefined
  /** Chains of the first batch where they start (step 0) and after each step, encoded. */
  readonly onStep?: ((rows: Encoded, step: number) => void) | undefined
}

type RunningOptions = GenerateOptions & Pick<RunOptions<Encoded>, 'part'> & { readonly steps: number }

/** Draws encoded rows from the law of a table. Build it once, draw many times. */
export class Generator {
  /** Where numbers end, once rows are drawn. */
  private ends: Ends | 'none' | undefined

  private constructor(
    private readonly training: TrainingRows,
    private readonly table: Steps,
    private readonly engine: Engine,
    /** Where all but the last steps are taken. */
    private readonly coarse?: { readonly rows: Landmarked; readonly generator: Generator },
    private readonly named?: EndNames
  ) {}

  /**
   * `landmarks`: rows that potentials of groups of categories are found on, as in `symmetricScaling`, and on which all but the last
   * steps are taken, in float32: their error is larger. `manner`: how rows are told apart, where others have settled it. `ends`: numbers that
   * end as those of the data do, besides those that end sharply.
   */
  static async create(
    training: TrainingRows,
    potentials: Float64Array,
    kernel: KernelChoice,
    engine: Engine,
    {
      landmarks,
      manner,
      ends
    }: { readonly landmarks?: number | undefined; readonly manner?: TableManner | undefined; readonly ends?: EndNames | undefined } = {}
  ): Promise<Generator> {
    const fit = { training, potentials, kernel, manner }
    if (landmarks === undefined) return new Generator(training, await stepsOn(fit, { engine }), engine, undefined, ends)
    const rough = await roughEngine(engine)
    const table = await stepsOn(fit, { engine: rough, landmarks })
    const rows = await landmarkedRows(table, { ...fit, engine: rough, count: landmarks })
    const coarse = rows && { rows, generator: new Generator(rows.training, await stepsOn({ ...rows, kernel }, { engine: rough }), rough) }
    return new Generator(training, table, rough, coarse, ends)
  }

  /** The same rows under other potentials and another kernel: as `create` would give, with the rows as they stand in the engine. */
  async at(potentials: Float64Array, kernel: KernelChoice): Promise<Generator> {
    const { training, table, engine } = this
    const next = new Generator(training, await stepsAt(table, { training, potentials, kernel }, { engine }), engine)
    next.ends = this.ends
    return next
  }

  get rowCount(): number {
    return this.training.logWeights.length
  }

  /** Of the odds of each group of categories, where these are drawn in groups. */
  get ridges(): Ridges | undefined {
    return this.table.mode === 'sweep' ? ridgesOf(this.table.bridge) : undefined
  }

  /** By what numbers go besides the levels of categories, where these are drawn in groups. */
  get meanTerms(): MeanTerms | undefined {
    const means = this.table.mode === 'sweep' ? this.table.bridge.means : undefined
    return means && termsOf(means, this.training.encoder)
  }

  /** Steps of the draws that a search compares. */
  get searchSteps(): number {
    return searchSteps(this.table.mode)
  }

  /** Passes over all training rows that a step makes. */
  get passCount(): number {
    const { table } = this
    return table.mode === 'none' ? 1 : table.mode === 'combinations' ? 2 : table.bridge.groups.length + 2
  }

  /** `count` rows after `steps` steps, in batches. Cost O(steps·count·M·d), and O(M·d²) to start from noise. */
  async generate(options: GenerateOptions): Promise<Encoded> {
    const { onStep } = options
    return stackEncoded(
      await inBatches(options, ({ first, ...batch }) => this.batch({ ...options, ...batch, onStep: first === 0 ? onStep : undefined }))
    )
  }

  private endsOfRows(): Ends | undefined {
    const sharp = sharpEnds(this.training.rows.coordinates)
    return this.named ? withNamed(sharp, this.training, this.named) : sharp
  }

  private async batch(options: GenerateOptions): Promise<Encoded> {
    const chainCount = Math.max(options.count, LEAST_CHAINS)
    const asked = (rows: Encoded): Encoded => (chainCount === options.count ? rows : takeEncoded(rows, firstRows(options.count)))
    const { onStep, steps = USUAL_STEPS.rows } = options
    // After the last step chains are rows, once these are brought within their ends.
    const told = { ...options, onStep: onStep && ((rows: Encoded, step: number) => (step < steps ? onStep(asked(rows), step) : undefined)) }
    const starts = startRows(this.training.logWeights, chainCount, options.key)
    const first = this.first(starts, options)
    told.onStep?.(first, 0)
    const drawn = asked(await this.run(first, starts, told))
    this.ends ??= this.endsOfRows() ?? 'none'
    const ending = this.ends === 'none' ? drawn : { ...drawn, coordinates: withinEnds(drawn.coordinates, this.ends) }
    const limits = levelLimits(this.training)
    const rows = exchangedWithin(ending, options.keepsEnds ? limits : withoutEnds(limits))
    onStep?.(rows, steps)
    return rows
  }

  /** Chains at training rows, or with numbers that are noise and the categories of these rows. */
  private first(starts: Uint32Array, { start, key }: GenerateOptions): Encoded {
    const { rows, logWeights } = this.training
    const taken = takeEncoded(rows, starts)
    if (start !== 'noise') return taken
    return { coordinates: gaussianDraws(cloud(rows.coordinates, logWeights), starts.length, keyFor(key, 'start')), codes: taken.codes }
  }

  private async run(first: Encoded, starts: Uint32Array, asked: GenerateOptions): Promise<Encoded> {
    const options = { ...asked, steps: asked.steps ?? USUAL_STEPS.rows }
    const { table } = this
    if (table.mode !== 'combinations') return this.through(first, options, (generator, state, part) => generator.steps(state, part))
    const combination = Uint32Array.from(starts, (row) => table.law.strata.classes.combinations.ofRow[row]!)
    // Classes are the same on landmarks, and have their place there.
    const last = await this.through<MixedState>({ coordinates: first.coordinates, combination }, options, (generator, state, part) =>
      generator.runMixed(state, part)
    )
    return this.encoded(table.law, last)
  }

  /** All but the last steps on landmarks, where there are any. */
  private async through<S>(
    first: S,
    options: RunningOptions,
    take: (generator: Generator, state: S, options: RunningOptions) => Promise<S>
  ): Promise<S> {
    const { steps } = options
    const coarse = this.coarse ? Math.max(0, steps - STEPS_ON_ALL) : 0
    if (!this.coarse || coarse === 0) return take(this, first, options)
    const moved = await take(this.coarse.generator, first, { ...options, part: { after: 0, until: coarse } })
    return take(this, moved, { ...options, part: { after: coarse, until: steps } })
  }

  private steps(first: Encoded, options: RunningOptions): Promise<Encoded> {
    const { table } = this
    if (table.mode === 'sweep') return this.runSweep(table.bridge, first, options)
    if (table.mode === 'none') return this.runPlain(table.bridge, first, options)
    throw new Error('classes of rows move with their chains')
  }

  /** The last step is balanced. */
  private contextOf({ noise, steps }: RunningOptions, key: Key): StepContext {
    const { logWeights, rows } = this.training
    const landmarks = this.coarse && { indices: this.coarse.rows.indices, logWeights: this.coarse.rows.training.logWeights }
    const balance = { logWeights, numberCount: rows.coordinates.cols, landmarks }
    return { engine: this.engine, noise, key, ...(key.step === steps ? { balance } : {}) }
  }

  /** In the last step every group is drawn so that its levels occur as often as in the data. */
  private runSweep(bridge: SweepBridge, first: Encoded, options: RunningOptions): Promise<Encoded> {
    const { logWeights } = this.training
    const step = async (state: Encoded, key: Key): Promise<Encoded> => {
      const context = this.contextOf(options, key)
      if (key.step < options.steps) return sweepStep(bridge, state, context)
      const next = await sweepStep(bridge, state, context, (own, group, rows, within) =>
        apportionGroup(own, { group, logWeights }, rows, within)
      )
      return { ...next, coordinates: await withLinked(this.training, next.coordinates, context) }
    }
    return runSteps(first, step, options)
  }

  private async runPlain(bridge: Bridge, first: Encoded, options: RunningOptions): Promise<Encoded> {
    const { codes } = first
    const { onStep, ...rest } = options
    const step = async (state: Matrix, key: Key): Promise<Matrix> => {
      const context = this.contextOf(options, key)
      const next = await bridgeStep(bridge, state, context)
      return key.step < options.steps ? next : withLinked(this.training, next, context)
    }
    const coordinates = await runSteps(first.coordinates, step, {
      ...rest,
      onStep: onStep && ((state, step) => onStep({ coordinates: state, codes }, step))
    })
    return { coordinates, codes }
  }

  private encoded({ strata }: MixedLaw, state: MixedState): Encoded {
    const rows = Uint32Array.from(state.combination, (combination) => strata.classes.combinations.rows[combination]![0]!)
    return { coordinates: state.coordinates, codes: takeEncoded(this.training.rows, rows).codes }
  }

  private runMixed(first: MixedState, options: RunningOptions): Promise<MixedState> {
    const { law } = this.table as Extract<Steps, { readonly mode: 'combinations' }>
    const { onStep, ...rest } = options
    const step = async (state: MixedState, key: Key): Promise<MixedState> => {
      const context = this.contextOf(options, key)
      const next = await mixedStep(law, state, context)
      if (key.step < options.steps) return next
      return { ...next, coordinates: await withLinked(this.training, next.coordinates, context) }
    }
    return runSteps(first, step, {
      ...rest,
      onStep: onStep && ((state, step) => onStep(this.encoded(law, state), step))
    })
  }
}

const firstRows = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i)
