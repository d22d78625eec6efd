import { type KeptRules, ruleTexts } from '../../code/rules/kept-rules.js'
import { counted } from '../../num/listed.js'
import { keyFor, keyFromSeed } from '../../num/random.js'
import { countText, numberText } from '../../tell/numbers.js'
import { type Cell, type Drawing, type Figure, facts, type Point, said, type Telling, type Topic } from '../../tell/telling.js'
import { type Calendar, spellDates, timeText } from './calendar.js'
import { driftOn } from './drift-grid.js'
import { intervalEnds } from './interval-ends.js'
import type { LeftOut } from './leave-one-out.js'
import type { MarginalsModel } from './model.js'
import { outdoneWarnings } from './outdone.js'
import { sampleTrajectories, type Trajectories, timesBetween } from './sample.js'
import type { Distances, HeldOutScore } from './score.js'
import { timeColumnOf } from './snapshot-table.js'
import { growingNotes, growingTopics } from './tell-growing.js'
import { varyingTopics } from './tell-varying.js'
import { type DrawnTrajectories, type TrajectoriesModel, trajectoriesNotes, trajectoriesSummary } from './trajectories.js'

/** Paths and particles drawn at most. */
const MOST_PATHS = 40
const MOST_POINTS = 150
const MOST_COORDINATES = 6
const MOST_PARAMETERS = 12
/** Times between two snapshots at which paths are drawn: the table may have too few for a curve. */
const DRAWN_BETWEEN = 9

/** What trajectories through snapshots say; with the name of the column of times, pictures too: of paths of their own, at more times. */
export function tellTrajectories(drawn: DrawnTrajectories, timeName?: string): Telling {
  const { model, trajectories, scores, notes, leftOut, rules } = drawn
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
    notes: [...notes, ...trajectoriesNotes(model, trajectories), ...(leftOut?.notes ?? []), ...growingNotes(model)]
  }
}

/** What a fitted reference says before anything is drawn from it. */
export function tellReference({ marginals: model, columns: { calendar, rules, notes = [] }, leftOut }: TrajectoriesModel): Telling {
  const summary = summaryTopic({ model, scores: [], leftOut, calendar })
  const topics = [
    summary,
    ...varyingTopics({ model, calendar }),
    ...ruleTopics(rules),
    ...leftOutTopic({ leftOut, calendar }),
    ...growingTopics({ model, scores: [], calendar }, false),
    ...historyTopic(model)
  ]
  const json = { reference: model.family.name, ...(rules && { rules: ruleTexts(rules) }), ...(leftOut && { leftOut: leftOut.scores }) }
  return {
    json,
    topics,
    warnings: outdoneWarnings(model, [], leftOut),
    notes: [...notes, ...model.notes, ...(leftOut?.notes ?? []), ...growingNotes(model)]
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

function summaryTopic({ model, scores, leftOut, calendar }: Pick<DrawnTrajectories, 'model' | 'scores' | 'leftOut' | 'calendar'>): Topic {
  const { family, diffusion, sigmaFrom, ending, snapshots, heldOut, columnNames, velocity } = model
  const rounds = model.history.at(-1)?.round ?? 0
  return {
    id: 'summary',
    title: 'Summary',
    blocks: [
      said(
        ...stepSentence(model),
        ...(rounds > 0 ? [`The rounds of coupling and refit ended “${ending}” after ${counted(rounds, 'round')}.`] : []),
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
  if (smoothness) {
    return [
      ['length scale (spreads)', smoothness.lengthScale, '', ''],
      ['amplitude (spreads an interval)', smoothness.amplitude, '', '']
    ]
  }
  const ends = intervalEnds({ family, theta, intervals })
  // Steps stand in a table of their own.
  return (varying?.size ? [] : family.parameters).map(({ name }, k) => {
    const { lower, upper, why } = ends.get(name) ?? { lower: '', upper: '' }
    return [name, theta[k], lower ?? why ?? 'none', upper ?? (why ? '' : 'none')]
  })
}

function meanOf(scores: readonly HeldOutScore[], pick: (score: HeldOutScore) => number | undefined): number | undefined {
  const values = scores.map(pick).filter((x) => x !== undefined)
  return values.length === 0 ? undefined : values.reduce((sum, x) => sum + x, 0) / values.length
}

/** How well the reference explains the snapshots that it was fitted to. */
function stepSentence({ stepFits }: Pick<MarginalsModel, 'stepFits'>): string[] {
  if (stepFits.length === 0) return []
  const mean = (of: (one: (typeof stepFits)[number]) => number): number => stepFits.reduce((sum, one) => sum + of(one) / stepFits.length, 0)
  const [own, floor] = [mean(({ w1 }) => w1), mean((one) => one.floor)]
  return [
    `Fit: run from each snapshot to the next, the reference alone arrives at a mean Wasserstein-1 distance of ${numberText(own)}, ${numberText(own / floor)} times that of two halves of the seen particles.`
  ]
}

/** Farther than sampling noise by less than this factor is as near as it gets. */
const NEAR = 1.3

function heldOutSentence(where: string, scores: readonly HeldOutScore[]): string {
  const [own, floor, straight] = [
    meanOf(scores, (one) => one.w1)!,
    meanOf(scores, (one) => one.floor)!,
    meanOf(scores, (one) => one.straightLine)
  ]
  const noise = numberText(floor)
  const near =
    own <= NEAR * floor
      ? `as near as two halves of the seen particles are to each other (${noise})`
      : `${numberText(own / floor)} times that of two halves of the seen particles (${noise})`
  const lines =
    straight === undefined
      ? ''
      : `; straight lines along optimal couplings ${straight > own ? 'miss by' : 'do no worse, at'} ${numberText(straight)}`
  return `${where} the mean Wasserstein-1 distance is ${numberText(own)}, ${near}${lines}.`
}

const SCORES: readonly { readonly name: string; readonly of: (score: HeldOutScore) => number | undefined }[] = [
  { name: 'W1', of: ({ w1 }) => w1 },
  { name: 'W2', of: ({ w2 }) => w2 },
  { name: 'MMD', of: ({ mmd }) => mmd },
  { name: 'floor', of: ({ floor }) => floor },
  { name: 'straight lines', of: ({ straightLine }) => straightLine },
  { name: 'splines', of: ({ spline }) => spline },
  { name: 'persistence', of: ({ sanity }) => sanity.persistence?.w1 }
]

function heldOutTopic({ scores, calendar }: DrawnTrajectories): Topic[] {
  if (scores.length === 0) return []
  const rows = scores.map((score) => [timeText(score.time, calendar), ...SCORES.map(({ of }) => of(score))])
  const mean = scores.length > 1 ? [['mean', ...SCORES.map(({ of }) => meanOf(scores, of))]] : []
  return [
    {
      id: 'held-out',
      title: 'At the held-out times',
      blocks: [
        {
          kind: 'table',
          caption:
            'Exact Wasserstein distances (Euclidean, original units) and maximum mean discrepancy between predicted and seen particles that the fit did not use. Floor: Wasserstein-1 between two halves of the seen particles. Straight lines and splines: Wasserstein-1 of interpolation along optimal couplings, without dynamics. Persistence: of the snapshot before, as it was.',
          head: ['held-out time', ...SCORES.map(({ name }) => `${name}#`)],
          rows: [...rows, ...mean],
          said: 'held out '
        }
      ]
    }
  ]
}

const DISTANCES: readonly { readonly name: string; readonly of: (distances: Distances) => number }[] = [
  { name: 'W1', of: ({ w1 }) => w1 },
  { name: 'W2', of: ({ w2 }) => w2 },
  { name: 'MMD²', of: ({ squaredMmd }) => squaredMmd },
  { name: 'sliced W2', of: ({ sliced }) => sliced }
]

const PREDICTIONS: readonly { readonly name: string; readonly of: (score: HeldOutScore) => Distances | undefined }[] = [
  { name: 'the fit to the others', of: (score) => score },
  { name: 'straight lines', of: ({ sanity }) => sanity.straightLines },
  { name: 'persistence', of: ({ sanity }) => sanity.persistence }
]

function leftOutTopic({
  leftOut,
  calendar
}: {
  readonly leftOut?: LeftOut | undefined
  readonly calendar?: Calendar | undefined
}): Topic[] {
  if (!leftOut) return []
  const rowsOf = (name: string, scores: readonly HeldOutScore[]): Cell[][] =>
    PREDICTIONS.map(({ name: prediction, of }) => [
      `${name}, ${prediction}`,
      ...DISTANCES.map((distance) => meanOf(scores, (score) => of(score) && distance.of(of(score)!))),
      prediction === PREDICTIONS[0]!.name ? meanOf(scores, ({ floor }) => floor) : undefined
    ])
  const rows = leftOut.scores.flatMap((score) => rowsOf(timeText(score.time, calendar), [score]))
  const mean = leftOut.scores.length > 1 ? rowsOf('each in turn', leftOut.scores) : []
  return [
    {
      id: 'left-out',
      title: 'Every snapshot left out in turn',
      blocks: [
        {
          kind: 'table',
          caption:
            'Each snapshot between the first and the last was left out, the reference fitted to the others, and its paths compared with the particles that were seen: exact Wasserstein distances (Euclidean, original units), squared maximum mean discrepancy (Gaussian kernel at the median distance of the seen particles) and sliced Wasserstein-2. Straight lines: interpolation along the optimal coupling of the neighbouring snapshots. Persistence: the snapshot before, as it was. Floor: Wasserstein-1 between two halves of the seen particles.',
          head: ['left-out time', ...DISTANCES.map(({ name }) => `${name}#`), 'floor#'],
          rows: [...rows, ...mean],
          said: 'without '
        }
      ]
    }
  ]
}

function pathTopic({ model, trajectories, seed }: DrawnTrajectories, timeName: string): Topic {
  const { columnNames, heldOut } = model
  const count = Math.min(MOST_PATHS, trajectories.count)
  const times = timesBetween(model, DRAWN_BETWEEN)
  const paths = sampleTrajectories(model, { count, times, key: keyFor(keyFromSeed(seed), 'picture') })
  const hidden = heldOut.length > 0 ? '; held-out particles are drawn as crosses' : ''
  const figure: Figure = {
    kind: 'figure',
    caption: `${countText(count)} sampled paths, at ${DRAWN_BETWEEN} times between any two snapshots, over the particles of the snapshots (dots)${hidden}.`,
    key: { real: 'particles', synthetic: 'paths' },
    drawings: columnNames.slice(0, MOST_COORDINATES).map((_, a) => coordinateDrawing(model, paths, a, timeName))
  }
  const plane = columnNames.length === 2 ? [planeFigure(model, paths, timeName)] : []
  return { id: 'paths', title: 'Snapshots and paths', blocks: [...plane, figure] }
}

/** Coordinate b against a, or a against time. */
function pathPoints({ times, values, count }: Trajectories, a: number, b?: number): (Point & { line: number })[] {
  return Array.from({ length: count }, (_, line) =>
    Array.from(times, (time, t) => {
      const row = (line * times.length + t) * values.cols
      return { line, x: b === undefined ? time : values.data[row + a]!, y: values.data[row + (b ?? a)]! }
    })
  ).flat()
}

function particles(snapshots: MarginalsModel['snapshots'], a: number, b?: number): (Point & { value: number })[] {
  return snapshots.flatMap(({ time, cloud: { points } }) => {
    const shown = Math.min(MOST_POINTS, points.rows)
    return Array.from({ length: shown }, (_, k) => {
      const row = Math.floor((k * points.rows) / shown) * points.cols
      return { value: time, x: b === undefined ? time : points.data[row + a]!, y: points.data[row + (b ?? a)]! }
    })
  })
}

function coordinateDrawing(model: MarginalsModel, paths: Trajectories, a: number, timeName: string): Drawing {
  const name = model.columnNames[a]!
  return {
    label: `Paths of ${name} against ${timeName}`,
    name,
    detail: `against ${timeName}`,
    size: model.columnNames.length === 1 ? [620, 300] : [400, 260],
    x: { label: timeName },
    y: { label: name },
    marks: [
      { kind: 'line', side: 'synthetic', points: pathPoints(paths, a), thin: true },
      { kind: 'dots', side: 'real', points: particles(model.snapshots, a) },
      { kind: 'crosses', side: 'plain', points: particles(model.heldOut, a) }
    ]
  }
}

function planeFigure(model: MarginalsModel, paths: Trajectories, timeName: string): Figure {
  const dots = particles(model.snapshots, 0, 1)
  const hidden = particles(model.heldOut, 0, 1)
  const arrows = driftArrows(model, [...dots, ...hidden])
  const [first, second] = model.columnNames as [string, string]
  const parts = [
    `Particles of the snapshots, coloured by ${timeName} (dark is early), ${arrows.length > 0 ? 'sampled paths between them, and the drift of the reference as arrows' : 'and sampled paths between them'}${hidden.length > 0 ? '; held-out particles are crosses' : ''}.`,
    ...(arrows.length > 0 ? ['Arrows are longer where the drift is stronger.'] : [])
  ]
  return {
    kind: 'figure',
    caption: parts.join(' '),
    drawings: [
      {
        label: `Snapshots, paths${arrows.length > 0 ? ' and drift' : ''} in the plane of ${first} and ${second}`,
        size: [620, 460],
        x: { label: first },
        y: { label: second },
        marks: [
          { kind: 'arrows', points: arrows },
          { kind: 'line', side: 'synthetic', points: pathPoints(paths, 0, 1), thin: true },
          { kind: 'shaded', points: dots },
          { kind: 'crosses', side: 'plain', points: hidden }
        ]
      }
    ]
  }
}

/** Arrows of a drift along a side of its picture. */
const ARROWS = 14

/** The drift on a grid over the particles, at the middle of the time. */
function driftArrows(model: MarginalsModel, dots: readonly Point[]): (Point & { right: number; up: number })[] {
  const extent = (pick: (dot: Point) => number): [number, number] => [Math.min(...dots.map(pick)), Math.max(...dots.map(pick))]
  const [x0, x1] = extent((dot) => dot.x)
  const [y0, y1] = extent((dot) => dot.y)
  const time = (model.snapshots[0]!.time + model.snapshots.at(-1)!.time) / 2
  const grid = { coordinates: [0, 1], from: [x0, y0], to: [x1, y1], cells: [ARROWS, ARROWS] } as const
  const drift = driftOn(model, { grid, time, state: new Float64Array(2) })
  const arrows = Array.from({ length: ARROWS * ARROWS }, (_, k) => {
    const [across, above, right, up] = drift.subarray(4 * k, 4 * k + 4)
    return { x: x0 + across! * (x1 - x0), y: y0 + above! * (y1 - y0), right: right!, up: up! }
  })
  const longest = Math.max(...arrows.map(({ right, up }) => Math.sqrt(right * right + up * up)))
  return longest > 0 ? arrows.map((arrow) => ({ ...arrow, right: arrow.right / longest, up: arrow.up / longest })) : []
}

function historyTopic({ history, family, smoothness, columnNames }: MarginalsModel): Topic[] {
  if (history.length < 2) return []
  const drawing = (name: string, of: (entry: (typeof history)[number]) => number): Drawing => {
    const points = history.map((entry) => ({ x: entry.round, y: of(entry) }))
    return {
      label: `${name} by round`,
      name,
      size: [260, 150],
      x: { label: 'round', ticks: roundTicks(points.at(-1)!.x) },
      y: { ticks: 4 },
      marks: [
        { kind: 'line', side: 'synthetic', points },
        { kind: 'dots', side: 'synthetic', points }
      ]
    }
  }
  const drawings = smoothness
    ? [drawing('relative change', ({ change }) => change)]
    : [
        ...family.parameters.slice(0, MOST_PARAMETERS).map(({ name }, k) => drawing(name, ({ theta }) => theta[k]!)),
        ...columnNames.slice(0, MOST_COORDINATES).map((name, a) => drawing(`σ of ${name}`, ({ sigma }) => sigma[a]!))
      ]
  const caption = 'The estimates after every round; round 0 starts from couplings that know no dynamics.'
  return [{ id: 'history', title: 'Round by round', blocks: [{ kind: 'figure', caption, drawings }] }]
}

/** Whole rounds only, at most seven. */
function roundTicks(last: number): number[] {
  const step = Math.max(1, Math.ceil(last / 6))
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, k) => k * step)
}
