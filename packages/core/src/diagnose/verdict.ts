import { defined } from '../num/defined.js'
import { typesFlag } from '../num/listed.js'
import { numberText, shareText } from '../tell/numbers.js'
import type { Grade } from '../tell/telling.js'
import { orderWords } from './compare-order.js'
import type { Evaluation, Likeness, Measure, RuleKept, Stray } from './evaluation.js'
import { isBroken } from './is-broken.js'
import { nearness, singleValues } from './nearness.js'
import { aboveFloor, aucReading, DRAWN } from './readings.js'

/** What a fit was asked for, where that is known. */
interface Asked {
  readonly privacy?: number | undefined
}

/** What a comparison comes to, in one sentence. */
export interface Verdict {
  /** `plain` where the tables cannot tell. */
  readonly grade: Grade
  readonly sentence: string
}

/** One thing that a verdict rests on, without a full stop; and what to try, where something may mend it. */
interface VerdictPoint {
  readonly grade: Grade
  readonly words: string
  readonly remedy?: string
}

/** The same sentence in its parts: what it comes to, and each thing that it rests on. */
export interface PointedVerdict extends Verdict {
  readonly headline: string
  readonly points: readonly VerdictPoint[]
}

/** What a verdict rests on as a page lists it, under a title each; a page says the headline itself. */
export function verdictLists({ headline, points }: PointedVerdict): { readonly title: string; readonly sentences: readonly string[] }[] {
  const of = (...grades: Grade[]) => points.filter((point) => grades.includes(point.grade)).map(({ words }) => words)
  const lists = {
    'What is good': of('good'),
    'What is not good': of('fair', 'poor').filter((words) => words !== headline),
    'What cannot be told': of('plain'),
    'What to try': [...new Set(points.flatMap(({ remedy }) => remedy ?? []))]
  }
  return Object.entries(lists).flatMap(([title, words]) =>
    words.length === 0 ? [] : [{ title, sentences: words.map((one) => one[0]!.toUpperCase() + one.slice(1)) }]
  )
}

/** Part of the rows, beyond that of the real ones, that may break a rule before the table differs visibly: one in twenty, which who looks at a page of rows sees. */
export const MANY_BROKEN = 0.05

/**
 * One sentence that answers: are these rows like the real ones, and do they give real ones away? The first of these that holds
 * is the verdict: the order of a series lost (poor); rows of the data repeated, or nearly (poor); visibly different (poor); too few rows, or not to be judged
 * against those of the fit (plain); small differences, or rows nearer to those of the fit than chance
 * makes them (fair); none (good). It names the AUC and on which rows it was measured,
 * every rule that breaks, what single columns have that the real ones never have, the worst column and the worst pair where they lie above their floors, and how near the rows come.
 *
 * `kept`: the same comparison of rows that a second fit had not seen, which then judges all but nearness and rules; or the
 * two-sample AUC of trial fits on such rows. Where rows belong to groups, groups are judged, each as a whole: rows of one resemble
 * each other, and are right each by itself where they are in the wrong one. `privacy`: the limit that the rows were drawn within, of which a
 * smaller one is advised.
 */
export function verdict(own: Evaluation, kept?: Likeness | number, { privacy }: Asked = {}): PointedVerdict {
  const seen = typeof kept === 'object' ? kept : own
  const evaluation = { ...seen, ...seen.groups, rules: own.rules, warnings: own.warnings, copies: seen.copies, membership: seen.membership }
  const judged = judgedAuc(evaluation, typeof kept === 'number' && !seen.groups ? kept : undefined)
  const near = nearness({ ...own, membership: evaluation.membership }, { isApart: typeof kept === 'object' })
  const farther = fartherFrom(own, privacy)
  const order = own.order && advised(orderWords(own.order), `--time ${own.order.time}, which draws a new stretch of the series`)
  const details = detailsOf({
    // Below one half rows are not unlike the real ones, but too near to them.
    judged: [
      {
        ...advised(aucReading(judged.auc, evaluation.copies.heldOut), (judged.auc.value ?? 0) > 0.5 ? LIKER : farther),
        words: judged.words
      },
      ...worst(evaluation)
    ],
    drawn: [...(order ? [order] : []), ...own.rules.filter(isBroken).map(rulePoint), ...strayPoints(own.warnings)],
    isApart: typeof kept === 'object'
  })
  if (near.grade === 'poor')
    return said('poor', { ...near, words: `${near.words}; do not treat them as anonymous`, remedy: farther }, details)
  // Whoever has a series looks at how it goes on before anything else, and no measure of single rows sees that.
  if (order?.grade === 'poor')
    return said('poor', { words: ORDER_LOST, ...defined({ remedy: order.remedy }) }, [...details, advised(near, farther)])
  const like = likeness(evaluation, judged.auc)
  // Rows that nobody tells from real ones may still lean on those of the fit.
  const grade = like.grade === 'good' && near.grade === 'fair' ? 'fair' : like.grade
  return said(grade, like, [...details, advised(near, farther)])
}

const ORDER_LOST = 'The order in time is lost: rows of the real table follow each other, and those of the synthetic one do not'
const LIKER = '--refine auto, which corrects what a classifier finds, if held-out rows confirm it'
/** Rows of the smallest table that `--privacy` takes. */
const LEAST_PRIVATE = 200

/** What keeps new rows farther from those of a table, of what the table can have. */
function fartherFrom({ rows, columns, ...evaluation }: Evaluation, privacy: number | undefined): string {
  const single = singleValues({ ...evaluation, rows })
  if (single) return `${typesFlag(single.name, 'identifier')}, which writes other values of ${single.name}`
  if (privacy !== undefined) return `a smaller --privacy than ${numberText(privacy)}, which keeps new rows farther from real ones`
  const isPrivate = (rows.train ?? rows.real) >= LEAST_PRIVATE
  const first = isPrivate
    ? '--privacy 0.6, which keeps new rows farther from real ones'
    : '--bandwidth with a larger ε than the one that was chosen, which blurs'
  const hasLevels = Object.values(columns).some(({ kind }) => kind === 'category')
  return hasLevels ? `${first}, or --min-cell 3, which merges rare levels` : first
}

const advised = <P extends { readonly grade: Grade }>(point: P, remedy: string): P & { readonly remedy?: string } =>
  point.grade === 'fair' || point.grade === 'poor' ? { ...point, remedy } : point

function said(grade: Grade, { words: headline, remedy }: Omit<VerdictPoint, 'grade'>, details: readonly VerdictPoint[]): PointedVerdict {
  const sentence = `${headline}: ${details.map(({ words }) => words).join('; ')}.`
  return { grade, sentence, headline, points: remedy === undefined ? details : [{ grade, words: headline, remedy }, ...details] }
}

/**
 * What can be said of rows under a condition: they should differ from all rows of the data, and more of them repeat one the narrower
 * it is, so that neither is judged. Rules that all rows obey hold under any condition.
 */
export function conditionedVerdict({ rules, warnings, copies, rows }: Evaluation): Verdict {
  const broken = rules.filter((rule) => rule.floor === 0 && isBroken(rule))
  const known = rows.train === null ? 'data' : 'training table'
  const repeated = `${numberText(copies.value)} of ${numberText(rows.synthetic)} rows repeat one of the ${known} (of rows without a condition, chance would repeat up to ${numberText(copies.most)})`
  const never = warnings.filter(({ name }) => name === 'level-new' || name === 'sign-new')
  const isOff = broken.length + never.length > 0
  return {
    grade: isOff ? 'fair' : 'plain',
    sentence: `${[repeated, ...broken.map(ruleWords), ...strayPoints(never).map(({ words }) => words)].join('; ')}.`
  }
}

interface Details {
  readonly judged: readonly [VerdictPoint, ...VerdictPoint[]]
  readonly drawn: readonly VerdictPoint[]
  /** Whether both are of different rows. */
  readonly isApart: boolean
}

/** What is said of rows of a second fit is told from what is said of the rows themselves. */
function detailsOf({ judged: [first, ...others], drawn, isApart }: Details): VerdictPoint[] {
  if (!isApart) return [first, ...drawn, ...others]
  return [{ ...first, words: `in a second fit, ${first.words}` }, ...others, ...drawn]
}

function likeness(evaluation: Evaluation, auc: Measure): { readonly grade: Grade; readonly words: string } {
  const { energyDistance, rules, warnings, copies } = evaluation
  const told = aucReading(auc, copies.heldOut)
  const leans = (auc.value ?? 0) < 0.5 && told.grade !== 'good'
  const energy = aboveFloor(energyDistance)
  const grades = [energy.grade, ...worst(evaluation).map(({ grade }) => grade)]
  const broken = Math.max(0, ...rules.filter(isBroken).map((rule) => (rule.broken - rule.floor) / rule.rows))
  const stray = warnings.reduce((most, one) => Math.max(most, gapOf(one)), 0)
  if (energy.grade === 'poor' || (!leans && told.grade === 'poor') || Math.max(broken, stray) > MANY_BROKEN)
    return { grade: 'poor', words: 'The synthetic table differs visibly from the real one' }
  if (energyDistance.floor === null || told.grade === 'plain')
    return { grade: 'plain', words: 'The tables are too small to say how similar they are' }
  if (leans)
    return {
      grade: 'plain',
      words:
        'How similar the tables are cannot be judged, because the synthetic rows follow the very rows that they are compared with (compare with held-out rows instead)'
    }
  if (told.grade === 'good' && broken === 0 && warnings.length === 0 && !grades.includes('fair') && !grades.includes('poor'))
    return { grade: 'good', words: 'With this many rows, the synthetic table cannot be told from the real one' }
  return { grade: 'fair', words: 'The synthetic table is close to the real one, with small differences' }
}

/** The AUC that judges: that of rows kept back where it is the larger one, since rows of the fit flatter. */
function judgedAuc({ classifierAuc, copies, groups }: Evaluation, keptBack?: number): { readonly auc: Measure; readonly words: string } {
  const { value, floorRange } = classifierAuc
  const chance = floorRange ? `${numberText(floorRange[0])} to ${numberText(floorRange[1])}` : '–'
  const meaning = 'a forest telling new rows from real ones, 0.5 is a coin toss'
  const say = (auc: Measure, where: string) => ({
    auc,
    words: `two-sample AUC ${numberText(auc.value)} ${where}, chance alone gives ${chance} (${meaning})`
  })
  if (keptBack !== undefined && keptBack > (value ?? 0))
    return say({ ...classifierAuc, value: keptBack }, 'on rows kept back from trial fits')
  if (groups) {
    const { real, synthetic } = groups.rows
    const against = copies.heldOut ? 'held-out ones' : 'that the model may have learned from'
    return say(classifierAuc, `of ${synthetic} whole groups against ${real} ${against}`)
  }
  return say(classifierAuc, copies.heldOut ? 'on held-out rows' : 'in-sample only, on rows that the model may have learned from')
}

/** Warnings that stand in a sentence; the others stand below it. */
const MOST_STRAYS = 3

function strayPoints(warnings: readonly Stray[]): VerdictPoint[] {
  const most = [...warnings].sort((a, b) => gapOf(b) - gapOf(a))
  const rest = most.length - MOST_STRAYS
  return [
    ...most.slice(0, MOST_STRAYS).map((stray) => ({ words: stray.message, grade: gradeOfPart(gapOf(stray)) })),
    ...(rest > 0 ? [{ words: `${rest} more warnings about single columns`, grade: 'fair' as const }] : [])
  ]
}

/** Of rows that are not as they should be, by the part that they are of all. */
const gradeOfPart = (part: number): Grade => (part > MANY_BROKEN ? 'poor' : 'fair')

const rulePoint = (kept: RuleKept): VerdictPoint => ({
  words: ruleWords(kept),
  grade: gradeOfPart((kept.broken - kept.floor) / kept.rows)
})

const gapOf = ({ share }: Stray): number => Math.abs(share.synthetic - share.real)

export function ruleWords({ rule, broken, rows, floor }: RuleKept): string {
  const real = floor > 0 ? ` (of the real ones ${shareText(floor / rows)})` : ''
  return `${shareText(broken / rows)}${DRAWN} break ${rule}${real}`
}

/** The column and the pair of columns that differ most, where chance does not explain them. */
function worst({ columns, associations, groups }: Evaluation): VerdictPoint[] {
  const marginals = Object.entries(columns).flatMap(([name, column]) => {
    const distance = column.kolmogorovSmirnov ?? column.totalVariation
    return distance ? [{ name, distance, excess: (distance.value ?? 0) - (distance.floor ?? 0) }] : []
  })
  const column = marginals.sort((a, b) => b.excess - a.excess)[0]
  const { largestError } = associations
  const pair = largestError.columns && new Set(largestError.columns).size === 2 ? largestError.columns.join(' with ') : undefined
  return [
    ...(column ? saidWorst(`worst column ${column.name}`, column.distance) : []),
    ...(pair ? saidWorst(`worst pair ${pair}`, largestError) : [])
    // Of a dozen features of a group one lies above all its splits by chance in every other comparison.
  ].filter(({ grade }) => !groups || grade === 'poor')
}

function saidWorst(name: string, measure: Measure): VerdictPoint[] {
  const { grade } = aboveFloor(measure)
  if (grade !== 'fair' && grade !== 'poor') return []
  return [{ words: `${name} (differs by ${numberText(measure.value)}, floor ${numberText(measure.floor)})`, grade }]
}
