import type { Evidence } from '../know/evidence.js'
import { forgets, isStill, mixtureAt } from '../law/mixture.js'
import { copyState, type InformedState } from '../law/state.js'
import { type Key, keyFor, permutation } from '../num/random.js'
import { mean } from '../num/statistics.js'
import { type Encoded, stackEncoded, takeEncoded } from '../table/encoder.js'
import { type GroupRun, runGroup, type StartedGroup, startGroup, stepGroup } from './condition-draw.js'
import { lookAhead } from './informed.js'
import { langevinStep } from './informed-langevin.js'
import type { LimitsToKeep } from './level-limits.js'
import { RowsKept } from './rows-kept.js'
import { movedLately, runSteps } from './run.js'
import { blurredByStep, LEAST_CHAINS, temper } from './temper.js'

/** Rows drawn under evidence and how their chains fared. */
interface EvidencedDraw {
  readonly rows: Encoded
  readonly ancestors: Uint32Array
  /** 1 for chains that moved in the last half of the steps [n]. */
  readonly moved: Uint8Array
  readonly acceptance: number
  readonly effectiveRows: number
  readonly powers: readonly number[]
}

interface EvidencedBatch {
  readonly evidence: Evidence
  /** What rows never have. Default nothing. */
  readonly kept?: LimitsToKeep | undefined
  readonly count: number
  readonly conditioning: 'informed' | 'langevin'
}

/** `count` rows of one batch, of at least so many chains. */
export async function drawUnderEvidence(run: GroupRun, { evidence, kept, count, conditioning }: EvidencedBatch): Promise<EvidencedDraw> {
  // Chains come out sorted by ancestor: a part of them must not be a part of the law.
  const chosenOf = (state: Encoded) => permutation(keyFor(run.key, 'order'), state.coordinates.rows).subarray(0, count)
  const { onStep } = run
  const told = { ...run, onStep: onStep && ((state: Encoded, step: number) => onStep(takeEncoded(state, chosenOf(state)), step)) }
  const drawn = await (conditioning === 'langevin' ? drawLangevin : drawInformed)(told, evidence, { count, kept })
  const chosen = chosenOf(drawn.rows)
  return {
    ...drawn,
    rows: takeEncoded(drawn.rows, chosen),
    ancestors: Uint32Array.from(chosen, (i) => drawn.ancestors[i]!),
    moved: Uint8Array.from(chosen, (i) => drawn.moved[i]!)
  }
}

/** The rows of all batches; shares and counts are their means, powers those of the first. */
export function joinDraws(batches: readonly EvidencedDraw[]): EvidencedDraw {
  const [first] = batches
  if (batches.length === 1) return first!
  const rows = stackEncoded(batches.map((batch) => batch.rows))
  const average = (of: (batch: EvidencedDraw) => number): number =>
    batches.reduce((sum, batch) => sum + (of(batch) * batch.rows.coordinates.rows) / rows.coordinates.rows, 0)
  return {
    rows,
    ancestors: Uint32Array.from(batches.flatMap(({ ancestors }) => [...ancestors])),
    moved: Uint8Array.from(batches.flatMap(({ moved }) => [...moved])),
    acceptance: average(({ acceptance }) => acceptance),
    effectiveRows: average(({ effectiveRows }) => effectiveRows),
    powers: first!.powers
  }
}

type ChainsAsked = Pick<EvidencedBatch, 'count' | 'kept'>

export async function drawInformed(run: GroupRun, evidence: Evidence, { count, kept }: ChainsAsked): Promise<EvidencedDraw> {
  const pool = startGroup(run)
  const { chains, ancestors, powers } = await temper({
    pool,
    evidence,
    count,
    step: (problem, at, key) => stepGroup(run, problem, at, key),
    key: keyFor(run.key, 'temper'),
    watch: run.watch
  })
  run.onStep?.(takeEncoded(run.law.rows, ancestors), 0)
  const guide = leads(pool, evidence) ? await blurredByStep(run.law, evidence) : undefined
  const problem = {
    ...pool.problem,
    conditionOf: new Uint32Array(ancestors.length),
    ...(guide ? { evidence: guide, ahead: evidence } : { evidence })
  }
  const first = guide ? await lookAhead(problem, chains, keyFor(run.key, 'ahead')) : chains
  const seen = new RowsKept(evidence, kept)
  const { chains: last, accepted } = await runGroup({ ...run, seen: ({ state, rows = state }) => seen.see(rows) }, problem, first)
  return {
    rows: seen.rows ?? last.rows ?? last.state,
    ancestors,
    moved: movedLately(accepted),
    acceptance: accepted.reduce((sum, step) => sum + mean(step) / run.steps, 0),
    effectiveRows: mean(last.effectiveCount),
    powers
  }
}

/**
 * Whether rows are drawn a step ahead of their chains: where a step depends on where a chain stands and knows all that is observed. Of an
 * observation that bends, a step that crosses the whole law knows what it is about one place: rows would come from about there alone,
 * and of rows between bounds the chains from within them alone.
 */
const leads = ({ problem: { law, split } }: StartedGroup, { linear, monotone = linear }: Evidence): boolean =>
  monotone && split.ranged.length === 0 && !isStill(law) && (linear || !forgets(law.kernel.epsilon))

async function drawLangevin(run: GroupRun, evidence: Evidence, { count, kept }: ChainsAsked): Promise<EvidencedDraw> {
  const { problem, state: first, starts } = startGroup({ ...run, count: Math.max(count, LEAST_CHAINS) })
  const { law, steps, key, watch, onStep } = run
  onStep?.(takeEncoded(law.rows, starts), 0)
  const langevin = { ...problem, evidence, epsilon: law.kernel.epsilon }
  const seen = new RowsKept(evidence, kept)
  const step = async (at: InformedState, own: Key): Promise<InformedState> => {
    const next = await langevinStep(langevin, at, own)
    await seen.see(next)
    return next
  }
  const state = await runSteps(first, step, {
    ...{ steps, key, watch, label: 'langevin' },
    onStep: onStep && ((at, step) => onStep(copyState(at), step))
  })
  const parts = await mixtureAt(law, state, run)
  const counts = Float64Array.from(state.part, (part, i) => parts.find((one) => one.part === part)!.effectiveCount[i]!)
  return {
    rows: seen.rows ?? state,
    ancestors: starts,
    moved: new Uint8Array(state.part.length).fill(1),
    acceptance: 1,
    effectiveRows: mean(counts),
    powers: [1]
  }
}
