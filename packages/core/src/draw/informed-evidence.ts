import { standInAt } from '../know/evidence.js'
import { LocalGaussian } from '../law/local-gaussian.js'
import { codesIn, gaussianAt, type LocalPart } from '../law/mixture.js'
import { codesOf, type InformedState } from '../law/state.js'
import { exp, log } from '../num/elementary.js'
import { matrix, rowOf } from '../num/matrix.js'
import type { InformedProblem } from './informed-problem.js'
import type { Conditioned, KnownGaussian, PlacedStandIn } from './known-gaussian.js'

/** Components this many nats below the likeliest are left out. */
export const NEGLIGIBLE = 40
/** Times that a nonlinear likelihood is linearised anew at the mean it led to. */
const RELINEARISATIONS = 2

interface ConditionedRequest {
  readonly from: InformedState
  readonly chains: Uint32Array
  readonly parts: readonly LocalPart[]
}

/**
 * Takes in what is known, evidence for all chains and parts at once: it may ask a decoder, which works in batches. Shows each chain
 * when its own is taken in, what is clamped in `known`.
 */
export async function conditioned(
  problem: InformedProblem,
  known: KnownGaussian,
  request: ConditionedRequest,
  see?: (rows: Conditioned, k: number) => void
): Promise<Conditioned> {
  const { from, chains, parts } = request
  const [n, g] = [chains.length, parts.length]
  const { logMass, pairs } = openPairs(problem, request)
  const logTotal = new Float64Array(n)
  const standIns = problem.evidence?.linearise && new Array<PlacedStandIn | undefined>(n * g)
  if (standIns) await takeIn(problem, { ...request, pairs, logMass, standIns })
  const clamps = !standIns && problem.split.given.length > 0
  const rows = { parts, logMass, logTotal, ...(standIns ? { standIns } : {}) }
  let next = 0
  for (let k = 0; k < n; k++) {
    let end = next
    while (end < pairs.length && pairs[end]! < (k + 1) * g) end++
    const weighs = isWorthWeighing(end - next, { p: problem.split.given.length, d: from.coordinates.cols })
    for (; next < end; next++) {
      if (!clamps) continue
      const pair = pairs[next]!
      logMass[pair] = logMass[pair]! + evidenceOf(known, rows, { place: pair % g, k, from: rowOf(from.coordinates, k), weighs })
    }
    logTotal[k] = totalOf(logMass.subarray(k * g, (k + 1) * g))
    see?.(rows, k)
  }
  return rows
}

/** Of several parts one is drawn from: the others need no more than their weight, which is of what is given alone. */
const isWorthWeighing = (open: number, { p, d }: { readonly p: number; readonly d: number }): boolean =>
  (open - 1) * d * d * d > open * p * p * p

function evidenceOf(
  known: KnownGaussian,
  rows: Conditioned,
  { weighs, ...at }: { readonly place: number; readonly k: number; readonly from: Float64Array; readonly weighs: boolean }
): number {
  if (weighs) return known.weigh(rows.parts[at.place]!, at.k, at.from)
  known.at(rows, at)
  return known.gaussian.logEvidence
}

/** Parts that are allowed and not negligible, with their shares. One part alone is always open. */
function openPairs({ conditions, conditionOf }: InformedProblem, { chains, parts }: ConditionedRequest) {
  const g = parts.length
  const logMass = new Float64Array(chains.length * g).fill(Number.NEGATIVE_INFINITY)
  const pairs: number[] = []
  chains.forEach((chain, i) => {
    const allowed = g > 1 ? conditions[conditionOf[chain]!]!.allowed : undefined
    const open = (part: LocalPart): boolean => !allowed || allowed[part.part] === 1
    let likeliest = Number.NEGATIVE_INFINITY
    for (const part of parts) if (open(part)) likeliest = Math.max(likeliest, part.logShare[i]!)
    parts.forEach((part, k) => {
      const share = part.logShare[i]!
      if (g > 1 && (!open(part) || share === Number.NEGATIVE_INFINITY || share < likeliest - NEGLIGIBLE)) return
      logMass[i * g + k] = share
      pairs.push(i * g + k)
    })
  })
  return { logMass, pairs }
}

function totalOf(logMass: Float64Array): number {
  if (logMass.length === 1) return logMass[0]!
  const largest = logMass.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return largest + log(logMass.reduce((sum, x) => sum + exp(x - largest), 0))
}

interface TakingIn extends ConditionedRequest {
  readonly pairs: readonly number[]
  readonly logMass: Float64Array
  readonly standIns: (PlacedStandIn | undefined)[]
}

/** Numbers of the factors of local Gaussians that are held at once, 1 MB, as a cache holds: a decoder, of few coordinates, has batches of hundreds. */
const HELD = 2 ** 17

/**
 * Stand-ins about the mean that each part has under what is clamped; where they are not exact, anew about the means that they
 * led to. A part in which the likelihood is zero at its own mean is all but left out: beside others, not where all are like that.
 * Some parts at a time, so that each Gaussian is factorised once for all turns.
 */
async function takeIn(problem: InformedProblem, request: TakingIn): Promise<void> {
  const { pairs } = request
  const d = request.from.coordinates.cols
  const size = Math.min(pairs.length, Math.max(1, Math.floor(HELD / (d * d))))
  const gaussians = Array.from({ length: size }, () => new LocalGaussian(problem.split, problem))
  for (let first = 0; first < pairs.length; first += size)
    await takeInSome(problem, { ...request, pairs: pairs.slice(first, first + size), gaussians })
}

async function takeInSome(problem: InformedProblem, request: TakingIn & { readonly gaussians: readonly LocalGaussian[] }): Promise<void> {
  const { from, chains, parts, pairs, logMass, standIns, gaussians } = request
  const { evidence, law } = problem
  const [g, d] = [parts.length, from.coordinates.cols]
  const rowAt = (pair: number) => Math.floor(pair / g)
  const width = codesOf(from, 0).length
  const codes = new Int32Array(pairs.length * width)
  const pairChains = Uint32Array.from(pairs, (pair) => chains[rowAt(pair)]!)
  let at = matrix(pairs.length, d)
  const clamped = new Float64Array(pairs.length)
  pairs.forEach((pair, p) => {
    const [i, part] = [rowAt(pair), parts[pair % g]!]
    const own = codesOf(from, i)
    codes.set(codesIn(law, part.part, own) ?? own, p * width)
    const gaussian = gaussians[p]!
    gaussian.clamp(gaussianAt(part, i), rowOf(from.coordinates, i))
    clamped[p] = gaussian.logEvidence
    at.data.set(gaussian.centre, p * d)
  })
  const settled = new Uint8Array(pairs.length)
  const mass = new Float64Array(pairs.length)
  const turns = evidence!.linear ? 0 : RELINEARISATIONS
  for (let turn = 0; turn <= turns; turn++) {
    const found = await evidence!.linearise!({ coordinates: at, codes }, pairChains)
    const next = matrix(pairs.length, d)
    pairs.forEach((pair, p) => {
      if (settled[p]) return
      const local = standInAt(found, p)
      const impossible = local.constant === Number.NEGATIVE_INFINITY
      const standIn = impossible ? { constant: IMPOSSIBLE, rows: matrix(0, d), targets: new Float64Array(0) } : local
      const value = clamped[p]! + gaussians[p]!.observe(standIn, rowOf(at, p))
      // A worse place to stand than the one before it.
      if (turn > 0 && (impossible || !Number.isFinite(value))) {
        settled[p] = 1
        return
      }
      mass[p] = value
      standIns[pair] = { at: rowOf(at, p), standIn }
      if (turn < turns) gaussians[p]!.posteriorMean(rowOf(next, p))
    })
    at = next
  }
  pairs.forEach((pair, p) => {
    logMass[pair] = logMass[pair]! + mass[p]!
  })
}

/** In nats: far below all that counts, and far from the end of the numbers. */
const IMPOSSIBLE = -1e6
