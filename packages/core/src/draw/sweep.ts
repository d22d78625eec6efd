import { withMeans } from '../law/number-means.js'
import { allFactors, otherFactors, pairOf, type SweepBridge } from '../law/sweep.js'
import { defined } from '../num/defined.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
import { keyAtStep, keyFor } from '../num/random.js'
import { together } from '../num/together.js'
import type { Encoded } from '../table/encoder.js'
import { Standing } from '../table/standing.js'
import { BarredLevels } from './barred-levels.js'
import { drawnBy, giveLevels, sharesOfGroup } from './group-odds.js'
import { addExchanged, referenceNoise, type StepContext, sum, termsOf } from './step.js'

/**
 * One step where taking a whole row's categories would be copying: each group of factors in turn is drawn from the
 * weights that leave that group out, then the numbers from all rows, weighted with every factor. Cost O(n·M·d) a group.
 *
 * Where drawn categories are a mix that the data lack, rows of several kinds count, and noise of their covariance would
 * fall between them. So with `covariance` noise a row is drawn first, and mean and covariance are taken where it stands.
 */
export async function sweepStep(bridge: SweepBridge, state: Encoded, context: StepContext, redraw?: typeof redrawGroup): Promise<Encoded> {
  const next = { coordinates: state.coordinates, codes: state.codes.slice() }
  const lanes = redraw ? [{ state: next }] : lanesOf(bridge, next, context)
  await together(
    lanes.map((lane) => async () => {
      const standing = new Standing()
      for (const [group, factors] of bridge.groups.entries()) {
        await (redraw ?? redrawGroup)(bridge, group, lane.state, { ...context, ...defined({ chains: lane.chains }), standing })
        standing.redraw(factors)
      }
    })
  )
  return { coordinates: await redrawCoordinates(bridge, next, context), codes: next.codes }
}

interface Lane {
  /** Views of the rows of all chains. */
  readonly state: Encoded
  readonly chains?: Uint32Array
}

/** Operations of a group that are worth halving: either half is work that an engine shares among its threads. */
const HALVED_WORK = 1e7

/** Chains in two halves, so that one is got ready while the others' threads work on the other: a chain depends on no other one. */
function lanesOf({ factorCount, whole, groups }: SweepBridge, state: Encoded, { engine }: StepContext): Lane[] {
  const { rows, cols, data } = state.coordinates
  if (!engine.crew || groups.length < 2 || rows * whole.points.data.length < HALVED_WORK) return [{ state }]
  const half = Math.ceil(rows / 2)
  return [
    [0, half],
    [half, rows]
  ].map(([from, to]) => ({
    state: {
      coordinates: matrix(to! - from!, cols, data.subarray(from! * cols, to! * cols)),
      codes: state.codes.subarray(from! * factorCount, to! * factorCount)
    },
    chains: Uint32Array.from({ length: to! - from! }, (_, k) => from! + k)
  }))
}

/** Draws one group of factors of chains given the others and the numbers, in place. */
async function redrawGroup(bridge: SweepBridge, group: number, state: Encoded, context: StepContext): Promise<void> {
  const { factorCount, training } = bridge
  const { engine, key, standing, chains } = context
  const factors = bridge.groups[group]!
  const noise = { key: keyAtStep(keyFor({ ...key, step: 0 }, `factor ${factors[0]}`), key.step), ...defined({ chains }) }
  if (bridge.odds?.[group]) return giveLevels(bridge, group, state, drawnBy(await sharesOfGroup(bridge, group, state, context), noise))
  const points = bridge.embed(state, otherFactors(factorCount, factors), standing)
  const pair = await pairOf(bridge, bridge.clouds[group]!, points, state.coordinates, engine)
  const picked = await engine.pick(pair, bridge.groupTerms[group]!, noise)
  const barred = new BarredLevels(bridge, group)
  for (let i = 0; i < picked.length; i++) {
    // A move that is refused leaves a chain where it stood, as of Metropolis: what it settles in is the law without what is barred.
    if (barred.bars(state.codes, i, (factor) => training.codes[picked[i]! * factorCount + factor]!)) continue
    for (const factor of factors) state.codes[i * factorCount + factor] = training.codes[picked[i]! * factorCount + factor]!
  }
}

async function redrawCoordinates(bridge: SweepBridge, state: Encoded, context: StepContext): Promise<Matrix> {
  const { engine, noise, key } = context
  const reference = noise === 'covariance' ? undefined : await referenceNoise(bridge.kernel, state.coordinates, context)
  const from = noise === 'split' ? sum(state.coordinates, reference!) : state.coordinates
  const points = bridge.embed({ coordinates: from, codes: state.codes }, allFactors(bridge.factorCount))
  const pair = await pairOf(bridge, bridge.whole, points, from, engine)
  const values = bridge.training.coordinates
  const logTerms = await termsOf(pair, bridge.logTerms, context)
  if (noise === 'covariance') {
    const stream = keyAtStep(keyFor({ ...key, step: 0 }, 'numbers'), key.step)
    const picked = takeRows(values, await engine.pick(pair, logTerms, { key: stream }))
    const nearby = bridge.embed({ coordinates: picked, codes: state.codes }, allFactors(bridge.factorCount))
    const around = await pairOf(bridge, bridge.whole, nearby, picked, engine)
    // What means leave is drawn, not numbers: these vary with categories, and along curves, as the rows' do for every ε.
    const draw = await engine.draw(around, bridge.logTerms, bridge.residuals!, { key })
    return withMeans(bridge.means!, state.codes, addExchanged(draw.mean, draw.noise, draw.effectiveCount, key))
  }
  const mean = await engine.mean(pair, logTerms, values)
  return noise === 'split' ? mean : sum(mean, reference!)
}
