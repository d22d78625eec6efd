import type { Evidence } from '../know/evidence.js'
import { copyMatrix, copyRow, rowOf } from '../num/matrix.js'
import { type Encoded, takeEncoded } from '../table/encoder.js'
import { type LimitsToKeep, withinAll, withinLimits } from './level-limits.js'

/**
 * Rows of chains within the limits of their levels: each as its chain last stood within, or could be moved there unseen by the evidence; where
 * it never could, as the chain ended: what is known leaves it nothing else.
 */
export class RowsKept {
  /** Absent where there are no limits. */
  rows: Encoded | undefined
  private clear: Uint8Array = new Uint8Array(0)

  constructor(
    private readonly evidence: Evidence,
    private readonly kept: LimitsToKeep | undefined
  ) {}

  async see(state: Encoded): Promise<void> {
    const { kept, rows, clear: before } = this
    if (!kept || kept.limits.length === 0) return
    const moved = await movedWithin(state, kept, this.evidence)
    const clear = withinAll(moved, kept)
    // What is clear takes the place of all before it, what is not of such alone.
    const taken = Uint32Array.from(clear.keys()).filter((i) => !rows || clear[i] === 1 || before[i] === 0)
    this.clear = clear.map((one, i) => one | (before[i] ?? 0))
    this.rows = rows ? withRows(rows, moved, taken) : moved
  }
}

/** Rows moved within their limits, where what is known besides is met as before. */
export async function movedWithin(rows: Encoded, { limits, isHeld }: LimitsToKeep, evidence: Evidence | undefined): Promise<Encoded> {
  const moved = withinLimits(rows, limits, isHeld)
  if (!evidence || moved === rows) return moved
  const own = ({ coordinates }: Encoded, i: number) => rowOf(coordinates, i)
  const changed = Uint32Array.from({ length: rows.coordinates.rows }, (_, i) => i).filter((i) =>
    own(moved, i).some((x, c) => x !== own(rows, i)[c])
  )
  if (changed.length === 0) return moved
  const before = await evidence.value(takeEncoded(rows, changed), changed)
  const after = await evidence.value(takeEncoded(moved, changed), changed)
  const seen = changed.filter((_, k) => before[k] !== after[k])
  const { touches } = evidence
  if (seen.length === 0 || !touches) return withRows(moved, rows, seen)
  // What is observed stays where it is, and what is not goes by it.
  const isSeen = (i: number, coordinate: number) => isHeld(i, coordinate) || touches.includes(coordinate)
  return withRows(moved, withinLimits(rows, limits, isSeen), seen)
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
