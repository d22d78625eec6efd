import type { NamedWarning } from '../../know/support.js'
import { mean } from '../../num/statistics.js'
import { numberText } from '../../tell/numbers.js'
import type { LeftOut } from './leave-one-out.js'
import type { MarginalsModel } from './model.js'
import type { HeldOutScore } from './score.js'
import { BESIDE_LINES } from './transport-baselines.js'

type Judged = Pick<MarginalsModel, 'family' | 'sigma' | 'sigmaFrom' | 'snapshots' | 'growth' | 'velocity'>

/**
 * Straight lines as the arbiter: they know no dynamics, so that a reference beside which they come nearer to snapshots that it did not
 * see has learned nothing that helps. A warning a kind of score, whatever the reference.
 */
export function outdoneWarnings(model: Judged, scores: readonly HeldOutScore[], leftOut: LeftOut | undefined): NamedWarning[] {
  return [
    ...outdone(model, 'At held-out times', scores),
    ...(leftOut ? outdone(model, 'At snapshots left out in turn', leftOut.scores) : [])
  ]
}

function outdone(model: Judged, where: string, scores: readonly HeldOutScore[]): NamedWarning[] {
  const beside = scores.filter(({ straightLine }) => straightLine !== undefined)
  const instead = simpler(model)
  if (beside.length === 0) return []
  const [own, straight] = [mean(beside.map(({ w1 }) => w1)), mean(beside.map(({ straightLine }) => straightLine!))]
  if (own <= BESIDE_LINES * straight) return []
  return [{ name: 'reference-outdone', message: `${where} ${outdoneSentence(model.family.name, { own, straight, instead })}` }]
}

/** What to say where straight lines come nearer, after where that was. */
function outdoneSentence(
  reference: string,
  { own, straight, instead }: { readonly own: number; readonly straight: number; readonly instead: string }
): string {
  return `straight lines come nearer than the reference ${reference} (mean Wasserstein-1 distance ${numberText(straight)} beside ${numberText(own)}): ${instead}`
}

/** What that comes from, and what would do better: what knows less, or of the plain bridge itself less noise. */
function simpler({ family, sigma, sigmaFrom, snapshots, growth, velocity }: Judged): string {
  const worse = 'its paths are worse than those of no dynamics.'
  if (family.parameters.length > 0 || velocity)
    return `${worse} Try --reference brownian, which follows straight lines,${sigmaFrom === 'resolution' ? '' : ' --sigma resolution,'} or another family.`
  if (growth) return `${worse} Try --growth off.`
  if (sigmaFrom !== 'resolution') return `${worse} Try --sigma auto, with which the plain bridge follows straight lines.`
  const fewest = snapshots.reduce((least, { cloud }) => Math.min(least, cloud.points.rows), Number.POSITIVE_INFINITY)
  const less = Array.from(sigma, (s) => Number((s / 2).toPrecision(2))).join(',')
  return `its noise is the distance between particles, and ${fewest} in a snapshot lie far apart. --sigma ${less} follows the lines more closely; more particles make it small by themselves.`
}
