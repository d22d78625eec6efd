import { type KeptRules, ruleTexts } from '../../code/rules/kept-rules.js'
import { ENDING_WORDS, type Ending } from '../../num/iterate.js'
import { counted } from '../../num/listed.js'
import { countText, numberText } from '../../tell/numbers.js'
import { type Cell, facts, said, type Telling, type Topic } from '../../tell/telling.js'
import { spellDates } from './calendar.js'
import { intervalEnds } from './interval-ends.js'
import type { MarginalsModel } from './model.js'
import { outdoneWarnings } from './outdone.js'
import { timeColumnOf } from './snapshot-table.js'
import { growingTopics } from './tell-growing.js'
import { trajectoriesNotes } from './tell-notes.js'
import { historyTopic, pathTopic } from './tell-pictures.js'
import { heldOutSentence, heldOutTopic, leftOutTopic } from './tell-scores.js'
import { trajectoriesSummary } from './tell-summary.js'
import { varyingTopics } from './tell-varying.js'
import type { DrawnTrajectories, TrajectoriesModel } from './trajectories.js'

/** What trajectories through snapshots say; with the name of the column of times, pictures too: of paths of their own, at more times. */
export function tellTrajectories(drawn: DrawnTrajectories, timeName?: string): Telling {
  const { model, scores, leftOut, rules } = drawn
  return {
    json: trajectoriesSummary(drawn),
    topics: [
      summaryTopic(drawn),
      ...varyingTopics(drawn),
      ...ruleTopics(rules),
      ...(timeName === undefined ? [] : [pathTopic(drawn, timeName)]),
      ...growingTopics(drawn, timeName !== undefined),
      ...heldOutTopic(drawn),
      ...leftOutTopic(drawn),
      ...historyTopic(model)
    ],
    warnings: outdoneWarnings(model, scores, leftOut),
    notes: trajectoriesNotes(drawn)
  }
}

/** What a fitted reference says before anything is drawn from it. */
export function tellReference({ marginals: model, columns: { calendar, rules, notes = [] }, leftOut }: TrajectoriesModel): Telling {
  const known = { model, scores: [], leftOut, calendar, notes }
  const summary = summaryTopic(known)
  const topics = [
    summary,
    ...varyingTopics({ model, calendar }),
    ...ruleTopics(rules),
    ...leftOutTopic(known),
    ...growingTopics(known, false),
    ...historyTopic(model)
  ]
  const json = { reference: model.family.name, ...(rules && { rules: ruleTexts(rules) }), ...(leftOut && { leftOut: leftOut.scores }) }
  return {
    json,
    topics,
    warnings: outdoneWarnings(model, [], leftOut),
    notes: trajectoriesNotes(known)
  }
}

/** What is computed from the coordinates, at every time of a path. */
function ruleTopics(rules: KeptRules | undefined): Topic[] {
  if (!rules) return []
  const meaning = 'Computed from the coordinates in every row: no coordinate of the reference.'
  return [
    { id: 'rules', title: 'Rules that are kept', blocks: [facts(...ruleTexts(rules).map((value) => ({ name: 'rule', value, meaning })))] }
  ]
}

/** The name of the column of times in a picture. */
export function timeNameOf({ columns }: Pick<TrajectoriesModel, 'columns'>): string {
  const name = timeColumnOf(columns)
  return columns.calendar ? `${name} (days since ${spellDates(columns.calendar, [0])[0]})` : name
}

const roundsSentence = (ending: Ending, rounds: number): string =>
  ending === 'turns-used'
    ? `The estimates have not settled in ${counted(rounds, 'round')} of coupling and refit: --rounds allows more.`
    : `The alternation of coupling and refit ${ENDING_WORDS[ending]} after ${counted(rounds, 'round')}.`

function summaryTopic({ model, scores, leftOut, calendar }: Pick<DrawnTrajectories, 'model' | 'scores' | 'leftOut' | 'calendar'>): Topic {
  const { family, diffusion, sigmaFrom, ending, snapshots, heldOut, columnNames, velocity } = model
  const rounds = model.history.at(-1)?.round ?? 0
  return {
    id: 'summary',
    title: 'Summary',
    blocks: [
      said(
        ...stepSentence(model),
        ...(rounds > 0 ? [roundsSentence(ending, rounds)] : []),
        ...(scores.length > 0 ? [heldOutSentence('At held-out times', scores)] : []),
        ...(leftOut ? [heldOutSentence('At snapshots left out in turn', leftOut.scores)] : [])
      ),
      facts(
        { name: 'reference', value: family.name, aside: `${diffusion} noise` },
        velocity && { name: 'partners', value: velocity.pairs ? 'by distance and velocity' : 'by distance' },
        { name: 'snapshots', value: snapshots.length, aside: heldOut.length > 0 ? `and ${heldOut.length} held out` : undefined },
        { name: 'particles', value: countText(snapshots.reduce((sum, { cloud }) => sum + cloud.points.rows, 0)) },
        { name: 'coordinates', value: columnNames.join(', ') },
        calendar && { name: 'times', value: `days since ${spellDates(calendar, [0])[0]}` }
      ),
      {
        kind: 'table',
        caption: 'Parameters of the reference with 95 % intervals where they are known, and the size of the noise.',
        head: ['parameter', 'estimate#', 'lower#', 'upper#'],
        rows: [
          ...parameterRows(model),
          ...columnNames.map((name, a) => [`σ of ${name}`, model.sigma[a], '', '']),
          ...(sigmaFrom === 'resolution' ? [['σ', 'mean resolution of the particles', '', '']] : [])
        ],
        said: ''
      }
    ]
  }
}

function parameterRows({ smoothness, velocity, varying, family, theta, intervals, columnNames }: MarginalsModel): Cell[][] {
  if (velocity) {
    const { shape, rate, frequency } = velocity.kernel
    return [
      [shape === 'oscillator' ? 'damping of the velocity' : `rate of the velocity (${shape.replace('matern-', 'Matérn ')})`, rate, '', ''],
      ...(frequency > 0 ? [['turning of the velocity (radians a unit of time)', frequency, '', '']] : []),
      ...columnNames.map((name, a) => [`speed of ${name}`, Math.sqrt(velocity.variance[a]!), '', ''])
    ]
  }
  const smooth: Cell[][] = smoothness
    ? [
        ['length scale (spreads)', smoothness.lengthScale, '', ''],
        ['amplitude (spreads an interval)', smoothness.amplitude, '', '']
      ]
    : []
  if (family.weights) return smooth
  const ends = intervalEnds({ family, theta, intervals })
  // Steps stand in a table of their own.
  const rows = (varying?.size ? [] : family.parameters.slice(0, family.named)).map(({ name }, k): Cell[] => {
    const { lower, upper, why } = ends.get(name) ?? { lower: '', upper: '' }
    return [name, theta[k], lower ?? why ?? 'none', upper ?? (why ? '' : 'none')]
  })
  return [...rows, ...smooth.map(([name, ...rest]): Cell[] => [`${name} of the remainder`, ...rest])]
}

/** How well the reference explains the snapshots that it was fitted to. */
function stepSentence({ stepFits }: Pick<MarginalsModel, 'stepFits'>): string[] {
  if (stepFits.length === 0) return []
  const mean = (of: (one: (typeof stepFits)[number]) => number): number => stepFits.reduce((sum, one) => sum + of(one) / stepFits.length, 0)
  const [own, floor] = [mean(({ w1 }) => w1), mean((one) => one.floor)]
  return [
    `Fit: run from each snapshot to the next, the reference alone arrives at a mean Wasserstein-1 distance of ${numberText(own)}${floor > 0 ? `, ${numberText(own / floor)} times that of two halves of the seen particles` : ''}.`
  ]
}
