import type { Coupling } from '../../bridge/coupling.js'
import type { VelocityKernel } from '../../bridge/velocity.js'
import type { Watch } from '../../num/iterate.js'
import { type Key, keyFor } from '../../num/random.js'
import type { CoupledInterval } from './couplings.js'
import type { FitSnapshot } from './fit-snapshot.js'
import { SMOOTH_SNAPSHOTS } from './options.js'
import { thin } from './snapshots.js'
import { BESIDE_LINES, TransportBaselines } from './transport-baselines.js'
import { coupleAllByVelocity, coupleEachByVelocity, couplingsOf, type VelocityCouplings } from './velocity-couplings.js'
import { processOf, type VelocityReference, widthOf } from './velocity-kernel.js'
import { leftOutDistance, tellingSnapshots, type VelocityCandidate } from './velocity-left-out.js'
import { bestKernel, chainsOf, predictionError, RATES, straightWeights, velocityVariance } from './velocity-prediction.js'

/** A reference, the couplings found with it, and what a reader should know. */
interface FittedVelocity {
  readonly reference: VelocityReference | undefined
  readonly couplings: (Pick<VelocityCouplings, 'outcomes' | 'doublings'> & { readonly couplings: readonly Coupling[] }) | undefined
  readonly notes: readonly string[]
}

/** By how much the logarithm of the squared prediction error must fall before something less simple is taken. */
const WORTH_IT = 0.1
/** Particles of each snapshot among which velocities are found: what all do is what these do. */
export const SWEPT_PARTICLES = 300
/** Particles of the largest snapshot beyond which couplings go by distance alone: velocities leave no pair out. */
const VELOCITY_PARTICLES = 5000

/** Radians a gap beyond which a turn and its reverse pass through the same snapshots. */
const QUARTER_TURN = 1.5707963267948966

/**
 * Chooses how smooth velocities are by leaving interior snapshots out of chains of particles, and couples the snapshots anew
 * with velocities in mind where the chains are then predicted better. Where particles of crossing groups change places in chains of
 * nearest ones, no velocity predicts these: couplings from velocities that last are tried as well, and from the best of such chains if
 * that is no better than straight lines; they are kept if they also come nearer to snapshots left out than what was found without. Undefined reference: nothing is better than straight lines.
 * Cost: exact transport of at most 500 particles an interval, and 70 couplings of at most 300 particles an interval; as many again of
 * at most 150; three couplings of all particles an interval where velocities help.
 * @source mathematics.md section 19.
 */
export async function fitVelocity(
  snapshots: readonly FitSnapshot[],
  { plain, widen, key, watch }: { plain: readonly CoupledInterval[]; widen: boolean; key: Key; watch?: Watch | undefined }
): Promise<FittedVelocity> {
  const times = Float64Array.from(snapshots, ({ time }) => time)
  if (times.length < SMOOTH_SNAPSHOTS)
    return nothing(
      'Fewer than two snapshots stand between the first and the last: nothing tells how smooth velocities are, and paths are those of the plain bridge.'
    )
  const gap = (times.at(-1)! - times[0]!) / (times.length - 1)
  const baselines = new TransportBaselines(snapshots, keyFor(key, 'chains'), watch)
  await baselines.solve()
  const exact = baselines.chains()
  const straight = predictionError(straightWeights(times), exact)
  const best = bestKernel(times, gap, exact, watch)
  const referenceOf = (kernel: VelocityKernel) => ({ kernel, variance: velocityVariance(kernel, times, exact), pairs: undefined })
  const smoother = straight - best.error > WORTH_IT
  const plainly: Found = smoother
    ? { error: best.error, reference: referenceOf(best.kernel), chains: exact }
    : { error: straight, reference: undefined, chains: exact }
  if (Math.max(...snapshots.map(({ cloud }) => cloud.points.rows)) > VELOCITY_PARTICLES) {
    if (!plainly.reference) return nothing(NO_SMOOTHER)
    const coupledHow = `Snapshots of more than ${VELOCITY_PARTICLES} particles are coupled by distance, without their velocities.`
    return { reference: plainly.reference, couplings: undefined, notes: [...turnNote(best.kernel, gap), coupledHow] }
  }
  const widths = plain.map(({ sigma }, k) => widthOf(sigma, times[k + 1]! - times[k]!))
  const few = snapshots.map(({ time, cloud }, k) => ({
    time,
    cloud: thin(cloud.points, cloud.logWeights, SWEPT_PARTICLES, keyFor(key, `swept ${k}`))
  }))
  const given = { snapshots: few, widths, widen, times, gap, key, watch }
  const keeping = { shape: 'matern-3/2', rate: RATES.at(-1)! / gap, frequency: 0 } as const
  const [own, lasting] = [referenceOf(best.kernel), referenceOf(keeping)]
  const modest = smoother ? await bestCoupled({ references: [own], beside: plainly }, given) : plainly
  const bold = await bestCoupled({ references: smoother ? [lasting] : [own, lasting], beside: modest }, given)
  const found = bold !== modest && (await comesNearer(bold, modest, given)) ? bold : modest
  if (!found.reference) return nothing(NO_SMOOTHER)
  return { ...(await ofAll(found, given, snapshots)), notes: turnNote(found.reference.kernel, gap) }
}

/** The same with the couplings of all particles. */
async function ofAll(
  { reference, coupled, couplings }: Found,
  { snapshots: few, widths, widen, watch }: Given,
  snapshots: readonly FitSnapshot[]
): Promise<Pick<FittedVelocity, 'reference' | 'couplings'>> {
  if (!couplings || !coupled) return { reference, couplings: undefined }
  const clouds = few.map(({ cloud }) => cloud)
  const thinned = clouds.some(({ points }, k) => points.rows < snapshots[k]!.cloud.points.rows)
  const all = thinned
    ? await coupleAllByVelocity({ ...couplings, clouds }, { process: coupled.process, snapshots, widths, widen }, watch)
    : couplings
  return {
    reference: reference && { ...reference, pairs: all.pairs },
    couplings: { outcomes: all.outcomes, doublings: all.doublings, couplings: couplingsOf(all, { snapshots, widths }) }
  }
}

const NO_SMOOTHER =
  'Chains of particles are predicted no better by smooth velocities than by straight lines: paths are those of the plain bridge.'

interface Found extends VelocityCandidate {
  /** Of chains, at each interior snapshot from the others. */
  readonly error: number
  readonly reference: VelocityReference | undefined
  readonly couplings?: VelocityCouplings
}

interface Given {
  readonly snapshots: readonly FitSnapshot[]
  readonly widths: readonly number[]
  /** Whether these are a resolution, that may be wider. */
  readonly widen: boolean
  readonly times: Float64Array
  readonly gap: number
  readonly key: Key
  readonly watch?: Watch | undefined
}

/** The best of couplings by velocity from either end, where it predicts its chains better by enough than what it stands beside. */
async function bestCoupled(
  { references, beside }: { readonly references: readonly VelocityReference[]; readonly beside: Found },
  given: Given
): Promise<Found> {
  const { snapshots, widths, widen, times, gap, key, watch } = given
  let found = { ...beside, error: beside.error - WORTH_IT }
  const starts = references.flatMap((one) =>
    (['first', 'last'] as const).map((start) => ({ process: processOf(one), start, snapshots, widths, widen }))
  )
  for (const [k, couplings] of (await coupleEachByVelocity(starts, watch)).entries()) {
    const { process, start } = starts[k]!
    const chains = chainsOf(couplingsOf(couplings, { snapshots, widths }), snapshots, keyFor(key, `chains from the ${start}`), watch)
    const again = bestKernel(times, gap, chains, watch)
    if (again.error >= found.error) continue
    const own = { kernel: again.kernel, variance: velocityVariance(again.kernel, times, chains), pairs: couplings.pairs }
    found = { error: again.error, reference: own, coupled: { process, start }, couplings, chains }
  }
  return found.couplings === beside.couplings ? beside : found
}

/** Whether paths of one candidate pass nearer than those of another to snapshots left out at which the two differ most. */
async function comesNearer(one: Found, other: Found, { snapshots, widths, times, key, watch }: Given): Promise<boolean> {
  const outs = tellingSnapshots(one, other, times)
  const distance = (of: Found): Promise<number> => leftOutDistance(of, outs, { snapshots, widths, key: keyFor(key, 'left out'), watch })
  return BESIDE_LINES * (await distance(one)) < (await distance(other))
}

const nothing = (note: string): FittedVelocity => ({ reference: undefined, couplings: undefined, notes: [note] })

function turnNote({ frequency }: VelocityKernel, gap: number): string[] {
  if (frequency * gap <= QUARTER_TURN) return []
  const degrees = Math.round((frequency * gap * 180) / Math.PI)
  return [
    `Particles seem to turn by ${degrees}° between snapshots: beyond 90° the snapshots fit a turn the other way as well. Snapshots closer in time would tell.`
  ]
}
