import type { Context } from '../kernel/context.js'
import { type Clamp, clampOf } from '../know/clamp.js'
import type { Condition } from '../know/conditions.js'
import type { Evidence } from '../know/evidence.js'
import { hasLevels, levelsOfRow } from '../know/levels.js'
import type { ConditionGroup } from '../know/places.js'
import type { Law } from '../law/law.js'
import { forgets } from '../law/mixture.js'
import { copyState, type InformedState, stepKey } from '../law/state.js'
import { matrix, takeValues } from '../num/matrix.js'
import { fillUniform, type Key, keyAtStep, keyFor } from '../num/random.js'
import { type Encoded, type Encoder, stackEncoded, takeEncoded } from '../table/encoder.js'
import { allowedClasses } from './allowed-classes.js'
import { type ForestShare, shareOf } from './condition-forest.js'
import { anyStarts, conditionStarts, replaceColumns } from './condition-starts.js'
import { ForestDraws, type Redrawn, redraw } from './forest-draw.js'
import { type InformedChains, informedStep, logLikelihoods, mostKept, proposals, startChains, testAhead } from './informed.js'
import { clampStep } from './informed-clamp.js'
import type { ChainCondition, InformedProblem } from './informed-problem.js'
import { sweepFactors } from './informed-sweep.js'
import { movedLately, runTested, type TestedStep } from './run.js'

/** A group of conditions, ready to be run on a law. */
export interface GroupRun extends Context {
  readonly law: Law
  /** How the columns of its rows are encoded. */
  readonly encoder: Encoder
  readonly group: ConditionGroup
  /** Conditions of the group, in its order. */
  readonly conditions: readonly Condition[]
  /** By which each condition takes its starts, whatever others stand beside it; by its place in the list when left out. */
  readonly names?: readonly string[] | undefined
  /** Counter of each chain's randomness [n]; its place when left out. */
  readonly noise?: Uint32Array | undefined
  /** Rows a condition. */
  readonly count: number
  readonly steps: number
  readonly ridge: number
  /** As in `ConditionOptions`, where what is drawn has no kernel of its own. */
  readonly predicts?: boolean | undefined
  /** Draws a share of the rows in the place of the chains. */
  readonly forest?: ForestShare | undefined
  /** Numbers that are drawn once more when the chains have ended. */
  readonly redrawn?: readonly Redrawn[] | undefined
  /** Default informed. */
  readonly scheme?: 'informed' | 'clamp' | undefined
  readonly evidence?: Evidence | undefined
  /** −log likelihood of every training row under each condition's evidence [M]: chains start where it is small. */
  readonly misfits?: readonly Float64Array[] | undefined
  /** Whether chains start at rows drawn apart, a sample of where they may start; default spread evenly, which comes nearer to it. */
  readonly independent?: boolean | undefined
  /** Whether a step forgets where it began, so that any row of what is given will do: none near it is looked for. */
  readonly forgets?: boolean | undefined
  /** Looks at chains after each step; they go on when it has. */
  readonly seen?: ((chains: InformedChains) => Promise<void>) | undefined
  /** Chains at their starts (step 0) and after each step. */
  readonly onStep?: ((rows: Encoded, step: number) => void) | undefined
}

/** Drawn rows and how the chains fared, chain by chain; `count` chains a condition. */
export interface GroupDraw {
  readonly rows: Encoded
  /** Training row each chain started at [n]. */
  readonly starts: Uint32Array
  /** Share of steps accepted [n]. */
  readonly acceptance: Float64Array
  /** 1 for chains that moved in the last half of the steps [n]. */
  readonly moved: Uint8Array
  /** 1/Σp² at the last place [n]. */
  readonly effectiveCount: Float64Array
}

/** Chains of all conditions at their starts. */
export interface StartedGroup {
  readonly problem: InformedProblem
  readonly state: InformedState
  readonly starts: Uint32Array
}

/** Starts `count` chains a condition at training rows resampled by what is given. */
export function startGroup(run: GroupRun): StartedGroup {
  const { law, encoder, group, conditions, names, count, key } = run
  const { split, factors } = group
  const { rows, strata } = law
  const n = conditions.length * count
  const starts = new Uint32Array(n)
  const given = matrix(n, split.given.length)
  const clamp = clampIn(run)
  const placed: ChainCondition[] = conditions.map((condition, k) => {
    const own = keyFor(key, `condition ${names?.[k] ?? group.members[k]}`)
    const values = clamp.values(condition, { count, key: own })
    given.data.set(values.data, k * count * values.cols)
    const bounds = clamp.bounds(condition)
    const allowed = allowedClasses({ ...run, clamp }, condition)
    const request = { count, key: keyFor(own, 'starts'), independent: run.independent }
    const near = (): Uint32Array => {
      const allowedRows = startRowsOf(run, condition, allowed)
      const given = columnMeans(values.data, values.cols)
      return conditionStarts(law, split, { given, bounds, misfit: run.misfits?.[k], ...(allowedRows ? { allowedRows } : {}) }, request)
    }
    starts.set(run.forgets ? anyStarts(law.strata.classes.combinations, allowed, request) : near(), k * count)
    return { bounds, ...(allowed ? { allowed } : {}) }
  })
  const first = takeEncoded(rows, starts)
  const coordinates = replaceColumns(first.coordinates, split.given, given)
  for (let i = 0; i < n; i++) {
    const k = Math.floor(i / count)
    split.ranged.forEach((c, at) => {
      const place = i * coordinates.cols + c
      coordinates.data[place] = Math.min(placed[k]!.bounds.high[at]!, Math.max(placed[k]!.bounds.low[at]!, coordinates.data[place]!))
    })
    if (strata.mode === 'sweep')
      for (const factor of factors) first.codes[i * encoder.factors.length + factor] = conditions[k]!.levels.get(factor)!
  }
  const part = takeValues(strata.classes.combinations.ofRow, starts)
  return {
    problem: {
      law,
      engine: run.engine,
      split,
      ridge: run.ridge,
      predicts: run.predicts && forgetsDrawn(law, split),
      conditions: placed,
      conditionOf: Uint32Array.from({ length: n }, (_, i) => Math.floor(i / count)),
      noise: run.noise,
      evidence: run.evidence,
      sweeps: openFactors(run).length > 0
    },
    state: { coordinates, codes: first.codes, part },
    starts
  }
}

/** Whether what is drawn hardly counts in a law's weights: of each row a regression is left, which has the rows to itself. */
function forgetsDrawn({ kernel, scales }: Law, { free, ranged }: ConditionGroup['split']): boolean {
  return [...ranged, ...free].every((c) => forgets(kernel.epsilon * scales[c]! * scales[c]!))
}

/** Rows where chains may start: of allowed classes and, where categories are swept, of the given ones if there are such. */
function startRowsOf({ law, encoder }: GroupRun, condition: Condition, allowed: Uint8Array | undefined): Uint8Array | undefined {
  const { rows, strata } = law
  const inClass = allowed && Uint8Array.from(strata.classes.combinations.ofRow, (g) => allowed[g]!)
  if (strata.mode !== 'sweep' || condition.levels.size + condition.among.size === 0) return inClass
  const levelIn = levelsOfRow(rows.codes, encoder.factors.length)
  const own = Uint8Array.from({ length: rows.coordinates.rows }, (_, row) =>
    (inClass?.[row] ?? 1) === 1 && hasLevels(condition, levelIn(row)) ? 1 : 0
  )
  return own.includes(1) ? own : inClass
}

/** What conditions on these columns hold. */
export const clampIn = ({ law, encoder, group }: Pick<GroupRun, 'law' | 'encoder' | 'group'>): Clamp =>
  clampOf({ encoder, coordinates: law.rows.coordinates }, group.split)

function columnMeans(data: Float64Array, cols: number): Float64Array {
  const out = new Float64Array(cols)
  const rows = cols === 0 ? 0 : data.length / cols
  for (let i = 0; i < data.length; i++) out[i % cols] = out[i % cols]! + data[i]! / rows
  return out
}

/** Takes one step of every chain: the open factors first where categories are swept, then the numbers. */
export async function stepGroup(
  run: Pick<GroupRun, 'law' | 'encoder' | 'group' | 'engine'>,
  problem: InformedProblem,
  chains: InformedChains,
  key: Key
): Promise<TestedStep<InformedChains>> {
  await redrawFactors(run, problem, chains, key)
  return informedStep(problem, chains, key)
}

/** Factors that are drawn between the steps of numbers: those that are not known, where categories are swept. */
function openFactors({ law, encoder, group }: Pick<GroupRun, 'law' | 'encoder' | 'group'>): number[] {
  const { sweep, classes } = law.strata
  if (!sweep) return []
  return encoder.factors.map((_, f) => f).filter((f) => !group.factors.includes(f) && !classes.settled.includes(f))
}

/** Draws the factors that are not known, where categories are swept. */
async function redrawFactors(
  { law, encoder, group, engine }: Pick<GroupRun, 'law' | 'encoder' | 'group' | 'engine'>,
  problem: InformedProblem,
  chains: InformedChains,
  key: Key
): Promise<void> {
  const { sweep: bridge, classes } = law.strata
  if (!bridge) return
  const { combinations } = classes
  const open = openFactors({ law, encoder, group })
  const { evidence, noise, ahead } = problem
  const sweep = { bridge, classOf: combinations.ofRow, engine, open, known: group.factors, evidence, noise }
  if (open.length === 0) return
  if (!ahead) return sweepFactors(sweep, chains, key)
  const before = chains.state.codes.slice()
  // The way back is as likely where groups come in either order.
  const backwards = fillUniform(stepKey(key, 'order'), 0, new Float64Array(1))[0]! < 0.5
  await sweepFactors({ ...sweep, backwards }, { ...chains, logLikelihood: await logLikelihoods(problem, chains.state) }, key)
  await testAhead(problem, chains, before, stepKey(key, 'swept'))
}

/** Runs all chains of a group. Cost O(steps·n·M·d²) at most. */
export async function drawGroup(run: GroupRun): Promise<GroupDraw> {
  const forest = run.forest && new ForestDraws(run, run.forest)
  if (forest?.drawsAll && !run.onStep) {
    const { state, starts } = startGroup({ ...run, forgets: true })
    const n = starts.length
    const draw = { rows: state, starts, acceptance: new Float64Array(n), moved: new Uint8Array(n), effectiveCount: new Float64Array(n) }
    forest.take(draw, run.key)
    return draw
  }
  const { chains, starts, acceptance, moved } = await runChains({ ...run, onStep: forest ? forest.shown(run) : redrawnSteps(run) })
  const draw = { rows: copyState(chains.state), starts, acceptance, moved, effectiveCount: chains.effectiveCount }
  forest?.take(draw, run.key)
  redraw(run, run.redrawn ?? [], draw.rows, run.key)
  return draw
}

/** Chains as they move, with their numbers as they would be drawn there. */
function redrawnSteps({ onStep, ...run }: GroupRun): GroupRun['onStep'] {
  if (!onStep || !run.redrawn) return onStep
  return (rows, step) => {
    const state = copyState(rows as InformedState)
    if (step > 0) redraw(run, run.redrawn!, state, run.key)
    onStep(state, step)
  }
}

/** The chains of a group's condition at place `k` in draws of the same conditions, those of all draws one after the other. */
export function conditionIn(draws: readonly GroupDraw[], k: number, conditions: number): GroupDraw {
  const parts = draws.map((draw) => {
    const own = draw.starts.length / conditions
    return chainsOf(draw, k * own, own)
  })
  if (parts.length === 1) return parts[0]!
  const n = parts.reduce((sum, { starts }) => sum + starts.length, 0)
  const list = <T extends Float64Array | Uint32Array | Uint8Array>(out: T, part: (draw: GroupDraw) => T): T => {
    let at = 0
    for (const draw of parts) {
      out.set(part(draw), at)
      at += part(draw).length
    }
    return out
  }
  return {
    rows: stackEncoded(parts.map(({ rows }) => rows)),
    starts: list(new Uint32Array(n), ({ starts }) => starts),
    acceptance: list(new Float64Array(n), ({ acceptance }) => acceptance),
    moved: list(new Uint8Array(n), ({ moved }) => moved),
    effectiveCount: list(new Float64Array(n), ({ effectiveCount }) => effectiveCount)
  }
}

/** `count` chains of a draw, from chain `first` on. */
function chainsOf({ rows, starts, acceptance, moved, effectiveCount }: GroupDraw, first: number, count: number): GroupDraw {
  const end = first + count
  return {
    rows: takeEncoded(
      rows,
      Uint32Array.from({ length: count }, (_, i) => first + i)
    ),
    starts: starts.subarray(first, end),
    acceptance: acceptance.subarray(first, end),
    moved: moved.subarray(first, end),
    effectiveCount: effectiveCount.subarray(first, end)
  }
}

/**
 * Runs all chains of a group, and draws `copies` times from the local law that each chain stands at: for scores, whose noise
 * is mostly that of the draws. Cost that of one step more.
 */
export async function drawCopies(run: GroupRun, copies: number): Promise<Encoded[]> {
  const key = keyFor(run.key, 'copies')
  const keys = Array.from({ length: copies }, (_, copy) => keyAtStep(key, copy))
  const states = await statesOf(run, key, keys)
  const draws = run.forest && new ForestDraws(run, run.forest)
  for (let copy = 0; draws && copy < Math.round(draws.share * copies); copy++) draws.put(states[copy]!, keys[copy]!, { share: 1 })
  for (const [copy, state] of states.entries()) redraw(run, run.redrawn ?? [], state, keys[copy]!)
  return states
}

/**
 * `drawCopies` of so many conditions at a time that the Gaussians of their chains are kept from step to step, where more chains would have
 * them made anew of all that stay where they are. Chains keep their randomness: the same rows.
 */
export async function drawCopiesInTurns(run: GroupRun, copies: number): Promise<Encoded[]> {
  const { conditions, names, noise, count, law, evidence, forest, redrawn } = run
  const size = Math.max(1, Math.floor(mostKept(law) / count))
  if (conditions.length <= size || law.strata.sweep || evidence || forest || redrawn) return drawCopies(run, copies)
  const turns: Encoded[][] = []
  for (let first = 0; first < conditions.length; first += size) {
    const end = Math.min(conditions.length, first + size)
    const chains = Uint32Array.from({ length: (end - first) * count }, (_, i) => noise?.[first * count + i] ?? first * count + i)
    const group = { ...run.group, members: run.group.members.slice(first, end) }
    const own = { ...run, group, conditions: conditions.slice(first, end), names: names?.slice(first, end), noise: chains }
    turns.push(await drawCopies(own, copies))
  }
  return Array.from({ length: copies }, (_, copy) => stackEncoded(turns.map((own) => own[copy]!)))
}

/** The chains' next states, one for each of `keys`; where all are a forest's, chains take no step. */
async function statesOf(run: GroupRun, key: Key, keys: readonly Key[]): Promise<InformedState[]> {
  if (run.forest && shareOf(run.forest) === 1) {
    const { state } = startGroup(run)
    return keys.map(() => copyState(state))
  }
  const { problem, chains } = await runChains(run)
  await redrawFactors(run, problem, chains, key)
  return run.scheme === 'clamp'
    ? Promise.all(keys.map(async (own) => (await clampStep(problem, chains.state, own)).state))
    : proposals(problem, chains, keys)
}

/**
 * Chains of a group as they are after each step. They begin at rows that know what is given and observed, so that no step is
 * taken untested: under a curve that is observed a local Gaussian is no draw.
 */
export async function drawSteps(run: GroupRun): Promise<Encoded[]> {
  const { problem, state } = startGroup(run)
  const states: Encoded[] = []
  await runGroup({ ...run, onStep: (rows) => states.push(rows) }, problem, await startChains(problem, state))
  return states
}

interface Ran extends Pick<GroupDraw, 'starts' | 'acceptance' | 'moved'> {
  readonly problem: InformedProblem
  readonly chains: InformedChains
}

async function runChains(run: GroupRun): Promise<Ran> {
  const { problem, state, starts } = startGroup(run)
  run.onStep?.(copyState(state), 0)
  // Rows whose given columns were set to others are no rows that a chain could stay at.
  const { chains, accepted } = await runGroup(run, problem, await startChains(problem, state, { placed: false }))
  const acceptance = new Float64Array(state.part.length)
  for (const step of accepted) for (let i = 0; i < step.length; i++) acceptance[i] = acceptance[i]! + step[i]! / run.steps
  return { problem, chains, starts, acceptance, moved: movedLately(accepted) }
}

/** All steps of chains that have started. */
export function runGroup(run: GroupRun, problem: InformedProblem, chains: InformedChains): ReturnType<typeof runTested<InformedChains>> {
  const { steps, key, watch, onStep } = run
  const take = run.scheme === 'clamp' ? clampGroup : stepGroup
  const step = async (at: InformedChains, own: Key): ReturnType<typeof take> => {
    const taken = await take(run, problem, at, own)
    await run.seen?.(taken.chains)
    return taken
  }
  return runTested(chains, step, {
    steps,
    key,
    watch,
    onStep: onStep && (({ state, rows = state }, step) => onStep(copyState(rows), step))
  })
}

async function clampGroup(run: GroupRun, problem: InformedProblem, chains: InformedChains, key: Key): ReturnType<typeof stepGroup> {
  await redrawFactors(run, problem, chains, key)
  const { state, effectiveCount } = await clampStep(problem, chains.state, key)
  return { chains: { ...chains, state, effectiveCount }, accepted: new Uint8Array(state.part.length).fill(1) }
}
