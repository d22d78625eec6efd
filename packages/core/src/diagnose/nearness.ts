import { logFactorials } from '../code/rules/chance.js'
import { exp } from '../num/elementary.js'
import { MOST_RARE, RARE_BELOW } from '../table/rare-below.js'
import { numberText, shareText } from '../tell/numbers.js'
import type { Grade } from '../tell/telling.js'
import type { Evaluation, Measure, Membership } from './evaluation.js'
import { copiesReading, DRAWN, followsRows, membershipReading, ratioReading } from './readings.js'

/** How near synthetic rows come to rows of the data, in words. */
interface Nearness {
  /** `poor` where it is an alarm, `fair` where rows lean on those of the fit, `plain` where nothing is told, or blur alone, which other measures judge. */
  readonly grade: Grade
  /** Without a full stop. */
  readonly words: string
}

/**
 * What nearness says. Without a training table of its own nobody knows that the real rows are it. `isApart`: whether membership is that of
 * a second fit, the rest that of the rows themselves.
 */
export function nearness(evaluation: Evaluation, { isApart = false } = {}): Nearness {
  const { nearestNeighbourRatio, copies, membership, places, privacy, rows } = evaluation
  const known = rows.train === null ? 'real' : 'training'
  const ratio = ratioReading(nearestNeighbourRatio)
  const { value } = nearestNeighbourRatio
  const numbers = [
    ...(value === null
      ? []
      : [`nearest-neighbour ratio${isApart ? DRAWN : ''} ${numberText(value)}, chance alone gives ${rangeWords(nearestNeighbourRatio)}`]),
    `${copies.value === 1 ? '1 copy' : `${numberText(copies.value)} copies`} of ${known} rows, chance allows ${numberText(copies.most)}`
  ]
  const single = singleValues(evaluation)
  const said = (grade: Grade, words: string, attack: readonly string[]): Nearness => ({
    grade,
    words: `${words} (${[...numbers, ...attack, ...(single && (grade === 'fair' || grade === 'poor') ? [single.words] : [])].join('; ')})`
  })
  const say = (grade: Grade, words: string) => said(grade, words, membership ? [attackWords(membership, isApart)] : [])
  // How often it is right has been said.
  const told = (grade: Grade, words: string) => said(grade, words, membership ? [attackInterval(membership, isApart)] : [])
  const alarm = (words: string) => say('poor', words)
  if (value !== null && value < 1 && ratio.grade === 'poor')
    return alarm(`Its rows stand much nearer to ${known} rows than fresh rows would`)
  const repeated = copiesReading(copies).grade
  if (repeated === 'poor') return alarm(`More of its rows repeat a ${known} row than chance explains`)
  // Levels that come as often as in the data, to the row, are enough for a forest to take rows for the other side: where an attack was made, it decides.
  if (!membership && followsRows(evaluation)) {
    const auc = `two-sample AUC ${numberText(evaluation.classifierAuc.value)} among rows of the fit, chance alone gives ${rangeWords(evaluation.classifierAuc)}`
    return {
      grade: 'poor',
      words: `Its rows follow single real rows so closely that a classifier takes them for these (${[auc, ...numbers, ...(single ? [single.words] : [])].join('; ')})`
    }
  }
  if (membership && membershipReading(membership).grade === 'poor')
    return told('poor', `A distance attack picks the training row out of a pair in ${shareText(membership.value)} of cases`)
  if (someCrowd(evaluation))
    return alarm(
      `${shareText(privacy.shareCloserThanHeldOut)} of its rows stand nearer to a ${known} row than 95 % of fresh rows would, some of them very near`
    )
  if (repeated === 'fair') return say('fair', `somewhat more of its rows repeat a ${known} row than chance explains`)
  if (value === null && places) return inPlaces(evaluation, { say, told })
  if (value === null) return say('plain', `how near its rows come to ${known} rows cannot be measured here`)
  if (ratio.grade === 'plain') return say('plain', `too few rows to tell whether they come too near to ${known} rows`)
  if (isToldALittle(membership)) return told('fair', attacked(membership))
  if (ratio.grade === 'good') return say('good', `its rows come no nearer to ${known} rows than fresh rows would`)
  if (value < 1) return say('fair', `its rows stand somewhat nearer to ${known} rows than fresh rows would`)
  return say('plain', `its rows stand farther from ${known} rows than fresh rows would, so fine structure is blurred`)
}

/** A category of which so many levels are of single rows that whoever has one is found by it: that with the most of them. */
export function singleValues({
  privacy: { rareLevels },
  rows
}: Pick<Evaluation, 'privacy' | 'rows'>): { readonly name: string; readonly words: string } | undefined {
  const [most] = Object.entries(rareLevels).sort((one, other) => other[1] - one[1])
  if (!most || most[1] <= MOST_RARE * (rows.train ?? rows.real)) return undefined
  const [name, count] = most
  return { name, words: `${name} has ${count} values that fewer than ${RARE_BELOW} rows have, and new rows repeat them` }
}

/** Of rows that all stand in the places of real ones. */
function inPlaces(
  { membership, places, rows }: Evaluation,
  { say, told }: Record<'say' | 'told', (grade: Grade, words: string) => Nearness>
): Nearness {
  const known = rows.train === null ? 'real' : 'training'
  const where = `its rows have the places of ${known} rows (${places!.columns.map((set) => set.join(', ')).join(' or ')})`
  if (!membership)
    return say('plain', `${where}, and only held-out rows could show whether they come nearer to training rows than to others`)
  if (isToldALittle(membership)) return told('fair', attacked(membership))
  return say('good', `${where}, and a distance attack finds training rows no better than chance`)
}

const isToldALittle = (membership: Membership | null): membership is Membership =>
  membership !== null && membershipReading(membership).grade === 'fair'

const attacked = ({ value }: Membership): string =>
  `a distance attack picks the training row out of a pair in ${shareText(value)} of cases, where 50 % is a coin toss`

const attackWords = ({ value, interval: [low, high] }: Membership, isApart: boolean): string =>
  `membership AUC of the distance attack${isApart ? ' on a second fit' : ''} ${numberText(value)}, ${numberText(low)} to ${numberText(high)}`

const attackInterval = ({ interval: [low, high] }: Membership, isApart: boolean): string =>
  `95 % interval of the attack${isApart ? ' on a second fit' : ''} ${numberText(low)} to ${numberText(high)}`

function rangeWords({ floorRange }: Measure): string {
  return floorRange ? `${numberText(floorRange[0])} to ${numberText(floorRange[1])}` : '–'
}

/** One table in so many of a law that is the real one's is alarmed by rows that stand near. */
const ALARMED = 1000

/**
 * Whether some rows stand much nearer than fresh ones, where most do not: more of them than chance puts below the held-out
 * rows' 5th percentile in one table of a thousand, and their own 5th percentile at less than half of it.
 */
function someCrowd({ privacy: { shareCloserThanHeldOut, closestFifthPercentile }, rows, places }: Evaluation): boolean {
  const { value, floor } = closestFifthPercentile
  if (places && places.rows === places.of) return false
  if (value === null || floor === null || value >= floor / 2) return false
  const [real, synthetic] = [rows.real, rows.synthetic].map((count) => Math.min(count, rows.compared)) as [number, number]
  return chanceOfNear(Math.floor(shareCloserThanHeldOut * synthetic), { real, synthetic }) < 1 / ALARMED
}

/**
 * How probable it is that so many of some rows, or more, stand below the 5th percentile of as real ones: that they come before the real row at
 * or behind it, where both stand in any order (the negative hypergeometric law). Cost O(rows).
 */
export function chanceOfNear(below: number, { real, synthetic }: { readonly real: number; readonly synthetic: number }): number {
  if (below <= 0) return 1
  const rank = Math.min(real, Math.floor(0.05 * (real - 1)) + 2)
  const factorials = logFactorials(real + synthetic)
  const choose = (n: number, k: number) => factorials[n]! - factorials[k]! - factorials[n - k]!
  // Of the first so many rows fewer than that are real.
  const first = below + rank - 1
  let chance = 0
  for (let some = Math.max(0, first - synthetic); some < rank; some++)
    chance += exp(choose(real, some) + choose(synthetic, first - some) - choose(real + synthetic, first))
  return Math.min(1, chance)
}
