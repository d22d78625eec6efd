import type { Evidence } from '../know/evidence.js'
import { mixtureAt } from '../law/mixture.js'
import { copyState, type InformedState } from '../law/state.js'
import { copyMatrix, copyRow, rowOf } from '../num/matrix.js'
import { type Key, keyFor, permutation } from '../num/random.js'
import { mean } from '../num/statistics.js'
import { type Encoded, stackEncoded, takeEncoded } from '../table/encoder.js'
import { type GroupRun, runGroup, startGroup, stepGroup } from './condition-draw.js'
import { langevinStep } from './informed-langevin.js'
import { type BarredCells, clearOfBarred, withinCells } from './level-cells.js'
import { movedLately, runSteps } from './run.js'
import { LEAST_CHAINS, temper } from './temper.js'

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
  /** Cells that rows keep out of. Default none. */
  readonly cells?: CellsToKeep | undefined
  readonly count: number
  readonly conditioning: 'informed' | 'langevin'
}

/** `count` rows of one batch, of at least so many chains. */
export async function drawUnderEvidence(run: GroupRun, { evidence, cells, count, conditioning }: EvidencedBatch): Promise<EvidencedDraw> {
  // Chains come out sorted by ancestor: a part of them must not be a part of the law.
  const chosenOf = (state: Encoded) => permutation(keyFor(run.key, 'order'), state.coordinates.rows).subarray(0, count)
  const { onStep } = run
  const told = { ...run, onStep: onStep && ((state: Encoded, step: number) => onStep(takeEncoded(state, chosenOf(state)), step)) }
  const drawn = await (conditioning === 'langevin' ? drawLangevin : drawInformed)(told, evidence, { count, cells })
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

type ChainsAsked = Pick<EvidencedBatch, 'count' | 'cells'>

export async function drawInformed(run: GroupRun, evidence: Evidence, { count, cells }: ChainsAsked): Promise<EvidencedDraw> {
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
  const problem = { ...pool.problem, conditionOf: new Uint32Array(ancestors.length), evidence }
  const kept = new RowsKept(evidence, cells)
  const { chains: last, accepted } = await runGroup({ ...run, seen: ({ state }) => kept.see(state) }, problem, chains)
  return {
    rows: kept.rows ?? last.state,
    ancestors,
    moved: movedLately(accepted),
    acceptance: accepted.reduce((sum, step) => sum + mean(step) / run.steps, 0),
    effectiveRows: mean(last.effectiveCount),
    powers
  }
}

async function drawLangevin(run: GroupRun, evidence: Evidence, { count, cells }: ChainsAsked): Promise<EvidencedDraw> {
  const { problem, state: first, starts } = startGroup({ ...run, count: Math.max(count, LEAST_CHAINS) })
  const { law, steps, key, watch, onStep } = run
  onStep?.(takeEncoded(law.rows, starts), 0)
  const langevin = { ...problem, evidence, epsilon: law.kernel.epsilon }
  const kept = new RowsKept(evidence, cells)
  const step = async (at: InformedState, own: Key): Promise<InformedState> => {
    const next = await langevinStep(langevin, at, own)
    await kept.see(next)
    return next
  }
  const state = await runSteps(first, step, {
    ...{ steps, key, watch, label: 'langevin' },
    onStep: onStep && ((at, step) => onStep(copyState(at), step))
  })
  const parts = await mixtureAt(law, state, run)
  const counts = Float64Array.from(state.part, (part, i) => parts.find((one) => one.part === part)!.effectiveCount[i]!)
  return {
    rows: kept.rows ?? state,
    ancestors: starts,
    moved: new Uint8Array(state.part.length).fill(1),
    acceptance: 1,
    effectiveRows: mean(counts),
    powers: [1]
  }
}

/** Cells that levels bar, and coordinates that stay where they are all the same. */
export interface CellsToKeep {
  readonly barred: BarredCells
  readonly held: ReadonlySet<number>
}

/**
 * Rows of chains outside of barred cells: each as its chain last stood in none, or could be moved out of them unseen by the evidence; where
 * it never could, as the chain ended: what is known leaves it nothing else.
 */
class RowsKept {
  /** Absent where nothing is barred. */
  rows: Encoded | undefined
  private readonly isHeld: (row: number, coordinate: number) => boolean
  private clear: Uint8Array = new Uint8Array(0)

  constructor(
    private readonly evidence: Evidence,
    private readonly cells: CellsToKeep | undefined
  ) {
    this.isHeld = (_, coordinate) => cells!.held.has(coordinate)
  }

  async see(state: Encoded): Promise<void> {
    if (!this.cells || this.cells.barred.length === 0) return
    const moved = await this.movedUnseen(state, this.cells)
    const clear = clearOfBarred(moved, this.cells.barred, this.isHeld)
    const { rows, clear: before } = this
    // What is clear takes the place of all before it, what is not of such alone.
    const taken = Uint32Array.from(clear.keys()).filter((i) => !rows || clear[i] === 1 || before[i] === 0)
    this.clear = clear.map((one, i) => one | (before[i] ?? 0))
    this.rows = rows ? withRows(rows, moved, taken) : moved
  }

  /** Rows with what stands in barred cells moved out of them, where what is known is met as before. */
  private async movedUnseen(state: Encoded, { barred }: CellsToKeep): Promise<Encoded> {
    const moved = withinCells(state, barred, this.isHeld)
    const own = ({ coordinates }: Encoded, i: number) => rowOf(coordinates, i)
    const changed = Uint32Array.from({ length: state.coordinates.rows }, (_, i) => i).filter((i) =>
      own(moved, i).some((x, c) => x !== own(state, i)[c])
    )
    if (changed.length === 0) return moved
    const [before, after] = await Promise.all([state, moved].map((rows) => this.evidence.value(takeEncoded(rows, changed), changed)))
    const seen = changed.filter((_, k) => before![k] !== after![k])
    return withRows(moved, state, seen)
  }
}

/** Rows with some of others in their place. */
function withRows(into: Encoded, from: Encoded, places: Uint32Array): Encoded {
  const out = { coordinates: copyMatrix(into.coordinates), codes: into.codes.slice() }
  const width = out.codes.length / Math.max(1, out.coordinates.rows)
  for (const i of places) {
    copyRow(from.coordinates, i, out.coordinates, i)
    out.codes.set(from.codes.subarray(i * width, (i + 1) * width), i * width)
  }
  return out
}
