import { InputError } from '../../num/errors.js'
import { DormandPrince } from '../../num/ode.js'
import { median } from '../../num/statistics.js'
import type { Family, FamilyContext } from './family.js'
import type { Snapshot } from './snapshots.js'

/** Radians between two snapshots beyond which a turn and its reverse pass through the same particles. */
const QUARTER_TURN = Math.PI / 2
/** Particles a snapshot whose turn is followed, and places along an interval at which its direction is looked at. */
const FOLLOWED = 30
const LOOKS = 16

interface Fitted {
  readonly family: Family
  readonly theta: Float64Array
  /** Whether velocities were measured. */
  readonly told?: boolean
  /** Whether σ is estimated with θ. */
  readonly estimated: boolean
}

/** What snapshots cannot tell of a reference with a drift, in sentences. */
export function identifiabilityNotes(
  { family, theta, told = false, estimated }: Fitted,
  snapshots: readonly Snapshot[],
  { spread }: FamilyContext
): string[] {
  if (family.parameters.length === 0) return []
  // Velocities tell the drift by themselves, and which way particles turn.
  if (told) return []
  return [
    ...freedomNote(family, { estimated, intervals: snapshots.length - 1, d: spread.length }),
    ...turnNotes({ family, theta }, snapshots, spread)
  ]
}

/** An interval tells how a mean and a covariance changed: no more numbers than these can be free. */
function freedomNote(
  { parameters, weights }: Family,
  { estimated, intervals, d }: { readonly estimated: boolean; readonly intervals: number; readonly d: number }
): string[] {
  // Weights of a field are held by their prior.
  if (weights) return []
  const told = intervals * (d + (d * (d + 1)) / 2)
  // Steps in time are held by a prior too.
  const named = parameters.filter(({ penalty }) => penalty === 0).length
  const free = named + (estimated ? d : 0)
  if (free <= told) return []
  const over = intervals === 1 ? 'one interval' : `${intervals} intervals`
  return [
    `Means and covariances over ${over} tell ${told} numbers, and ${free} are free (${named} parameters${estimated ? ` and ${d} of σ` : ''}): drift and noise cannot be told apart. More snapshots, a σ that is known (--sigma), or velocities would decide.`
  ]
}

/** Intervals over which particles turn by more than a quarter, at the median. */
function turnNotes(
  { family, theta }: { family: Family; theta: Float64Array },
  snapshots: readonly Snapshot[],
  spread: Float64Array
): string[] {
  const found = snapshots.slice(1).flatMap(({ time }, k) => {
    const turn = turnOver(family, theta, { from: snapshots[k]!, to: time, spread })
    return turn > QUARTER_TURN ? [{ k: k + 1, degrees: Math.round((turn * 180) / Math.PI) }] : []
  })
  if (found.length === 0) return []
  const most = Math.max(...found.map(({ degrees }) => degrees))
  return [
    `Under this reference particles turn by up to ${most}° between two snapshots (${found.length === 1 ? 'interval' : 'intervals'} ${found.map(({ k }) => k).join(', ')}): from 90° on a turn the other way fits as well. Snapshots closer in time would decide.`
  ]
}

/** The median angle by which the direction of particles turns, followed along the mean flow in coordinates over their spread. */
function turnOver(
  { drift }: Family,
  theta: Float64Array,
  { from, to, spread }: { readonly from: Snapshot; readonly to: number; readonly spread: Float64Array }
): number {
  const { points } = from.cloud
  const d = points.cols
  const solver = new DormandPrince(d)
  const rows = Math.min(FOLLOWED, points.rows)
  const step = (to - from.time) / LOOKS
  const [before, now] = [new Float64Array(d), new Float64Array(d)]
  const direction = (state: Float64Array, time: number, out: Float64Array): void => {
    drift.value(state, time, theta, out)
    const length = Math.sqrt(out.reduce((sum, x, a) => sum + (x / spread[a]!) ** 2, 0))
    for (let a = 0; a < d; a++) out[a] = length > 0 ? out[a]! / (spread[a]! * length) : 0
  }
  const turns = Array.from({ length: rows }, (_, r) => {
    const row = Math.floor((r * points.rows) / rows) * d
    const state = points.data.slice(row, row + d)
    direction(state, from.time, before)
    let turn = 0
    try {
      for (let m = 0; m < LOOKS; m++) {
        const interval = [from.time + m * step, from.time + (m + 1) * step] as const
        solver.integrate((time, y, out) => drift.value(y, time, theta, out), state, interval, { relative: 1e-4, absolute: 1e-8 })
        direction(state, interval[1], now)
        // So often that a chord is as long as its arc.
        turn += Math.sqrt(before.reduce((sum, x, a) => sum + (x - now[a]!) ** 2, 0))
        before.set(now)
      }
    } catch (error) {
      // A particle that the flow loses says nothing of turns.
      if (!(error instanceof InputError)) throw error
    }
    return turn
  })
  return median(turns)
}
