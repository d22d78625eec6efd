import { allowedClasses } from '../draw/allowed-classes.js'
import { clampIn, drawCopiesInTurns, drawSteps, type GroupRun } from '../draw/condition-draw.js'
import type { ConditionForest, ForestShare } from '../draw/condition-forest.js'
import type { Redrawn } from '../draw/forest-draw.js'
import { USUAL_STEPS } from '../draw/steps.js'
import type { KernelChoice } from '../kernel/bandwidth.js'
import type { Context } from '../kernel/context.js'
import { shifted } from '../know/evidence.js'
import type { ConditionGroup } from '../know/places.js'
import { fitLaw, type Law, type TableManner, tableProblem } from '../law/law.js'
import { forgets } from '../law/mixture.js'
import type { TrainingRows } from '../law/training-rows.js'
import { type Matrix, matrix, rowOf, takeRows } from '../num/matrix.js'
import { keyFor } from '../num/random.js'
import { mean } from '../num/statistics.js'
import { atomCellOf, atomCells } from '../table/atoms.js'
import type { Encoded, Encoder } from '../table/encoder.js'
import { scaleValues } from '../table/scaling.js'
import { Calibration } from './calibration.js'
import {
  type Clusters,
  heldOutParts,
  mostPartitions,
  type ObservedColumns,
  partitionKey,
  type ScoredPart,
  withObservations
} from './held-out.js'
import { ConditionMemory } from './memory.js'
import { RepeatedLosses } from './repeated-losses.js'
import { energyScore, type Forecast, mixtureScores } from './scores.js'
import { unexplainedSpreads } from './unexplained-spreads.js'

/** ε of given and of drawn coordinates, and λ. */
export interface Setting {
  readonly known: number
  readonly drawn: number
  readonly ridge: number
  /** As in `ConditionOptions`. */
  readonly predicts: boolean
  /** Shares of the rows that a forest draws, and a regression with its residuals. */
  readonly forest: number
  readonly residuals: number
  /** Whether numbers are drawn once more, each given all others. */
  readonly redrawn: boolean
}

/** How a number is drawn given all others. */
export interface NumberGivenOthers extends Omit<Redrawn, 'forest'> {
  /** Shares of a forest and of a regression, and their forests. */
  readonly forest: number
  readonly residuals: number
  readonly forests: ForestsOfTable
}

/** Some of a table's rows. */
export interface PartOfTable {
  readonly partition: number
  readonly part: number
}

export interface ForestsOfTable {
  /** Of all rows, or of those that are not in a part. */
  readonly grown: (without?: PartOfTable) => Promise<ConditionForest | undefined>
  /** Part of each row of the table, in which it is held out, by partition. */
  readonly parts: (partition: number) => ArrayLike<number>
  /** Rows of the table that are trained on here; all where left out. */
  readonly rows?: ArrayLike<number> | undefined
}

export interface ChoiceProblem extends Context {
  readonly training: TrainingRows
  readonly kernel: KernelChoice
  readonly group: ConditionGroup
  /** How rows are told apart where they are drawn from; trials do it alike. Default by the rows. */
  readonly manner?: TableManner | undefined
  /** Which rows hang together, by row: they are held out together. */
  readonly clusters?: Clusters | undefined
  /** What else is known: each held-out row makes observations of its own, with their noise. */
  readonly observed?: ObservedColumns | undefined
  /** Largest ε of what is drawn; default that of the kernel where several numbers are drawn whose rows are no Gaussian's. */
  readonly widest?: number | undefined
  /** Whether nothing but the order of what is drawn counts: no kernel on it is asked for. */
  readonly ranked?: boolean | undefined
  /** Forests of a table's rows, for what a group leaves open. */
  readonly forest?: ForestsOfTable | undefined
  /** Those of the open numbers that others than the kernel draw, where all others are given. */
  readonly redrawn?: (() => Promise<readonly NumberGivenOthers[]>) | undefined
  /** Fixed by the user. */
  readonly fixed: {
    readonly epsilon?: number | undefined
    readonly ridge?: number | undefined
    readonly predicts?: false | undefined
  }
  /** `clamp` has no ridge: only its bandwidths are chosen. Default informed. */
  readonly scheme?: 'informed' | 'clamp' | undefined
}

/** Draws for each held-out row, most from few chains where all of these stand at the same law: what is drawn is not compared, and what is observed is linear. */
const DRAWS = 64
/** Steps under a curve that is observed, each of whose states is a draw: chains stand at it from the start. */
const CURVED_STEPS = 4
const CHAINS = { alike: 2, apart: 8, glance: 2 }
/** Rows of the first part on which settings that take long are looked at first. */
const GLANCE = 50

/** What settings lose on held-out rows, by part. */
export class HeldOutScores {
  /** Drawn coordinates that differ from row to row: all those that are scored. */
  readonly columns: readonly number[]
  private readonly places: ReadonlyMap<number, (x: number) => number>
  private readonly laws = new ConditionMemory()
  readonly calibration = new Calibration<Setting>()
  private readonly taken = new Map<string, number[]>()

  static async of(problem: ChoiceProblem): Promise<HeldOutScores> {
    const { training, group, observed, key } = problem
    const scored: ScoredPart[] = []
    for (const [p, part] of heldOutParts(training, group, key, { clusters: problem.clusters, parts: partsOf(problem, 0) }).entries())
      scored.push(await withObservations(part, { observed, encoder: training.encoder }, keyFor(key, `noise ${p}`)))
    return new HeldOutScores(problem, scored, await unexplainedSpreads(scored[0]!.fitted, problem))
  }

  private constructor(
    private readonly problem: ChoiceProblem,
    readonly parts: readonly ScoredPart[],
    /** [d] */
    private readonly spreads: Float64Array
  ) {
    this.columns = problem.group.split.free.filter((c) => this.spreads[c]! > 0)
    this.places = problem.forest === undefined ? new Map() : middlesOfSpikes(problem.training.encoder)
  }

  /** Whether numbers with spikes are scored: no Gaussian's, whatever their places look like. */
  get onSpikes(): boolean {
    return this.columns.some((c) => this.places.has(c))
  }

  get heldOutRows(): number {
    return this.parts.reduce((sum, { members }) => sum + members.length, 0)
  }

  /** Energy score of every row of a part that has rows it can be drawn from. */
  async at(p: number, setting: Setting): Promise<Float64Array> {
    const at = { part: this.parts[p]!, partition: 0, p }
    const law = await this.lawOf(at, setting)
    const members = this.scorable(at.part, law)
    if (members.length === 0) return new Float64Array(0)
    const forest = await this.forestOf(at, setting, { asked: this.problem.forest, members })
    const forecasts = await this.forecasts(at, { law, setting, members, forest })
    this.calibration.add(setting, forecasts, keyFor(this.problem.key, `places ${p}`))
    return Float64Array.from(forecasts, energyScore)
  }

  /** The same of the first rows of the first part, of fewer chains: rows differ by more than what is drawn for one. */
  async glance(setting: Setting): Promise<Float64Array> {
    const at = { part: this.parts[0]!, partition: 0, p: 0 }
    const law = await this.lawOf(at, setting)
    const members = this.scorable(at.part, law).slice(0, GLANCE)
    return Float64Array.from(await this.forecasts(at, { law, setting, members, chains: CHAINS.glance }), energyScore)
  }

  /**
   * Energy scores of one kernel with several shares of a forest and a regression beside, on the same rows. Three laws are drawn
   * from, whatever their mixtures; each row's losses are its means over partitions.
   */
  async mixed(kernel: Setting, settings: readonly Setting[]): Promise<readonly Float64Array[]> {
    const regresses = settings.some(({ residuals }) => residuals > 0)
    const mixtures = settings.map(({ forest, residuals }) => [1 - forest - residuals, forest, ...(regresses ? [residuals] : [])])
    const losses = new RepeatedLosses(settings.length)
    const most = mostPartitions(this.problem.training.rows.coordinates.rows)
    for (let partition = 0; partition < most && !losses.settled; partition++) {
      for (const [p, part] of this.partsIn(partition).entries()) {
        const at = { part, partition, p }
        const law = await this.lawOf(at, kernel)
        const members = this.scorable(part, law)
        const laws = members.length === 0 ? undefined : await this.forecastsOfEach(at, { law, setting: kernel, members }, regresses)
        if (!laws) continue
        const key = keyFor(partitionKey(this.problem.key, partition), `places ${p}`)
        for (const [k, setting] of settings.entries()) {
          const shared = laws.map((forecasts, law) => ({ weight: mixtures[k]![law]!, forecasts }))
          if (setting.forest + setting.residuals > 0) this.calibration.addMixed(setting, shared, key)
        }
        for (const [i, member] of members.entries()) {
          const own = laws.map((forecasts) => forecasts[i]!)
          losses.add(part.from.held[part.members[member]!]!, mixtureScores(own, mixtures))
        }
      }
      losses.endPartition()
    }
    return losses.byRow()
  }

  /** Held-out rows of one of the partitions. */
  private partsIn(partition: number): readonly ScoredPart[] {
    const { training, group, key } = this.problem
    if (partition === 0) return this.parts
    const parts = heldOutParts(training, group, partitionKey(key, partition), { parts: partsOf(this.problem, partition) })
    return parts.map((part) => ({ ...part, members: Array.from(part.conditions.keys()) }))
  }

  /** What the kernel, the forest and, where there is one, the regression draw for members of a part. */
  private async forecastsOfEach(
    at: Place,
    { law, setting, members }: Asked,
    regresses: boolean
  ): Promise<readonly (readonly Forecast[])[] | undefined> {
    const forest = await this.forestOf(at, { forest: 1, residuals: 0 }, { asked: this.problem.forest, members })
    if (!forest) return undefined
    const none = { ...setting, forest: 0, residuals: 0 }
    const own = await this.forecasts(at, { law, setting: none, members })
    const resampled = await this.forecasts(at, { law, setting: { ...none, forest: 1 }, members, forest })
    if (!regresses) return [own, resampled]
    const byResiduals = { ...forest, share: 0, residuals: 1 }
    return [own, resampled, await this.forecasts(at, { law, setting: { ...none, residuals: 1 }, members, forest: byResiduals })]
  }

  /** Members of a part that have rows they can be drawn from. */
  private scorable({ conditions, members, fitted: { encoder } }: ScoredPart, law: Law): number[] {
    const { group } = this.problem
    const asked = { law, encoder, group, clamp: clampIn({ law, encoder, group }) }
    return Array.from(members.keys()).filter((at) => allowedClasses(asked, conditions[members[at]!]!)?.includes(1) ?? true)
  }

  /** Draws for members of a part. */
  private async forecasts(
    { part, partition, p }: Place,
    { law, setting, members, forest, chains = CHAINS.apart }: Asked
  ): Promise<Forecast[]> {
    const { group, engine, watch, scheme, observed } = this.problem
    const key = partitionKey(this.problem.key, partition)
    const curved = !(observed?.evidence.linear ?? true)
    const alike = !curved && forgets(setting.drawn)
    const count = alike ? CHAINS.alike : chains
    const rows = members.map((at) => part.members[at]!)
    const run: GroupRun = {
      law,
      encoder: part.fitted.encoder,
      group,
      conditions: rows.map((i) => part.conditions[i]!),
      count,
      // As many as are drawn with: after a few a kernel on what is drawn still stands at the rows that chains start from.
      steps: curved ? CURVED_STEPS : alike ? 1 : USUAL_STEPS.given,
      // Scores take the chains for a sample.
      independent: true,
      ridge: setting.ridge,
      predicts: setting.predicts,
      forest,
      redrawn: setting.redrawn ? await this.redrawnOf({ part, partition, p }) : undefined,
      scheme,
      ...this.knownOf(part, members, count),
      engine,
      // Laws that are mixed are drawn from apart.
      key: keyFor(key, setting.residuals === 1 ? `residuals of part ${p}` : `part ${p}`),
      ...(watch?.stop ? { watch: { stop: watch.stop } } : {})
    }
    const copies = curved ? await drawSteps(run) : await drawCopiesInTurns(run, DRAWS / count)
    const truths = this.scored(part.rows)
    const drawn = copies.map((rows) => this.scored(rows))
    if (curved) this.taken.set(nameOf(setting), [...(this.taken.get(nameOf(setting)) ?? []), shareTaken(drawn)])
    const t = this.columns.length
    return rows.map((row, i) => {
      const draws = new Float64Array(count * copies.length * t)
      for (let k = 0; k < count * copies.length; k++) {
        const [chain, copy] = [Math.floor(k / copies.length), k % copies.length]
        draws.set(rowOf(drawn[copy]!, i * count + chain), k * t)
      }
      return { draws, perChain: copies.length, truth: rowOf(truths, row) }
    })
  }

  /** Share of the steps that are taken under a curve that is observed, where tests refuse others; nought of settings that were not tried. */
  takenOf(setting: Setting): number {
    return mean(this.taken.get(nameOf(setting)) ?? [0])
  }

  /** What members observed of themselves, for so many chains each. */
  private knownOf({ shifts, misfits }: ScoredPart, members: readonly number[], chains: number) {
    const { observed } = this.problem
    if (!observed || !shifts || !misfits) return {}
    const ofChain = Uint32Array.from({ length: members.length * chains }, (_, i) => members[Math.floor(i / chains)]!)
    return { evidence: shifted(observed.evidence, takeRows(shifts, ofChain)), misfits: members.map((at) => misfits[at]!) }
  }

  /**
   * Scored coordinates, each in what the known ones leave of its spread [n, t]. They are the model's, not the table's: tails that
   * a scaling takes in would outweigh all other rows. What stands on a spike stands in its middle: where in its ranks is drawn at random.
   */
  private scored({ coordinates }: Encoded): Matrix {
    const out = matrix(coordinates.rows, this.columns.length)
    for (const [k, c] of this.columns.entries()) {
      const place = this.places.get(c)
      for (let i = 0; i < out.rows; i++) {
        const x = coordinates.data[i * coordinates.cols + c]!
        out.data[i * out.cols + k] = (place ? place(x) : x) / this.spreads[c]!
      }
    }
    return out
  }

  private async redrawnOf(at: Place): Promise<Redrawn[]> {
    const numbers = (await this.problem.redrawn?.()) ?? []
    const all = await Promise.all(
      numbers.map(async ({ coordinate, missing, forests, ...shares }) => {
        const forest = await this.forestOf(at, shares, { asked: forests })
        return forest ? [{ coordinate, missing, forest }] : []
      })
    )
    return all.flat()
  }

  private async forestOf(
    { part, partition, p }: Place,
    { forest: share, residuals }: Pick<Setting, 'forest' | 'residuals'>,
    { asked, members = [] }: { readonly asked: ForestsOfTable | undefined; readonly members?: readonly number[] }
  ): Promise<ForestShare | undefined> {
    const forest = share + residuals > 0 ? await asked?.grown({ partition, part: p }) : undefined
    if (!forest) return undefined
    const { from, members: scored } = part
    const rowOfTable = (row: number) => (asked?.rows ? asked.rows[row]! : row)
    const heldOut = members.map((at) => rowOfTable(from.held[scored[at]!]!))
    return { forest, share, residuals, rows: Array.from(from.fitted, rowOfTable), heldOut }
  }

  private lawOf({ part: { fitted }, partition, p }: Place, { known, drawn }: Setting): Promise<Law> {
    const { group, engine, kernel, watch, manner = { conditions: {} } } = this.problem
    const scales = freeScales(group, drawn / known, fitted.encoder.coordinateCount)
    return this.laws.recall(JSON.stringify([partition, p, known, drawn]), () =>
      fitLaw(tableProblem(fitted, { ...kernel, epsilon: known }, { ...manner, scales }), { tolerance: 1e-3, engine, watch })
    )
  }
}

/** Parts that rows of a forest are held out in. */
function partsOf({ forest }: ChoiceProblem, partition: number): ArrayLike<number> | undefined {
  if (!forest) return undefined
  const parts = forest.parts(partition)
  return forest.rows ? Array.from(forest.rows, (row) => parts[row]!) : parts
}

/** Of each coordinate with spikes: a place, moved to the middle of the spike that it is on. */
function middlesOfSpikes({ columns }: Encoder): Map<number, (x: number) => number> {
  return new Map(
    columns.flatMap((code) => {
      const cells = code.carries === 'coordinate' ? atomCells(code.scaler) : undefined
      if (code.carries !== 'coordinate' || !cells) return []
      const middles = cells.spans.map(({ atom, from }) => (atom ? scaleValues(code.scaler, Float64Array.of(from))[0]! : undefined))
      return [[code.coordinate, (x: number) => middles[atomCellOf(cells, x)] ?? x] as const]
    })
  )
}

const nameOf = (setting: Setting): string => JSON.stringify(setting)

/** Share of the chains that each state has elsewhere than the one before it [steps][n, t]. */
function shareTaken(states: readonly Matrix[]): number {
  const shares = states.slice(1).map((state, s) => {
    const before = states[s]!
    let moved = 0
    for (let i = 0; i < state.rows; i++) if (rowOf(state, i).some((x, c) => x !== before.data[i * state.cols + c])) moved++
    return moved / state.rows
  })
  return mean(shares)
}

/** A part of the held-out rows, and which it is. */
interface Place {
  readonly part: ScoredPart
  readonly partition: number
  readonly p: number
}

interface Asked {
  readonly law: Law
  readonly setting: Setting
  readonly forest?: ForestShare | undefined
  /** Places among the members of a part. */
  readonly members: readonly number[]
  /** Of each, where these do not all stand at the same law. */
  readonly chains?: number
}

/** Lengths that count as one: √ratio for drawn coordinates, one for known ones. */
export function freeScales(group: ConditionGroup, ratio: number, d: number): Float64Array {
  const scales = new Float64Array(d).fill(1)
  for (const c of [...group.split.ranged, ...group.split.free]) scales[c] = Math.sqrt(ratio)
  return scales
}
