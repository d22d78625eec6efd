import { quantileOfSorted, sorted } from '../../num/statistics.js'
import { numberText, shareText } from '../../tell/numbers.js'
import { type Block, type Drawing, type Figure, type Point, said, type Topic } from '../../tell/telling.js'
import { type Calendar, timeText } from './calendar.js'
import { type Fates, meanShares, toldByPlace } from './fates.js'
import type { GrowthModel, MarginalsModel } from './model.js'
import type { HeldOutScore } from './score.js'
import { weightsOf } from './snapshots.js'
import { NORMAL_975 } from './uncertainty.js'

/** Groups of particles along a coordinate over which a picture averages the rate. */
const GROUPS = 12
/** Intervals, and labels, drawn at most; particles of a snapshot likewise. */
const MOST_INTERVALS = 6
const MOST_LABELS = 4
const MOST_POINTS = 150

interface Growing {
  readonly model: MarginalsModel
  readonly scores: readonly HeldOutScore[]
  readonly calendar?: Calendar | undefined
}

/** Growth between two snapshots in few numbers. */
interface GrowthFacts {
  readonly from: number
  readonly to: number
  /** Rates relative to the mean, in a unit of time: 5 %, 50 % and 95 % of the particles lie below. */
  readonly rates: { readonly low: number; readonly median: number; readonly high: number }
  /** Half of the 95 % range of a particle's rate under resampling of the particles, in the middle of all. */
  readonly halfRange: number
  /** Shares of particles whose 95 % range lies above and below 0. */
  readonly growing: number
  readonly dying: number
}

function growthFacts(growth: GrowthModel, snapshots: MarginalsModel['snapshots']): GrowthFacts[] {
  return growth.logOffspring.map((logs, k) => {
    const [from, to] = [snapshots[k]!.time, snapshots[k + 1]!.time]
    const half = growth.errors[k]!.map((error) => (NORMAL_975 * error) / (to - from))
    const rates = logs.map((g) => g / (to - from))
    const ascending = sorted(rates)
    const [low, median, high] = [0.05, 0.5, 0.95].map((p) => quantileOfSorted(ascending, p)) as [number, number, number]
    const share = (of: (rate: number, i: number) => boolean) => rates.filter(of).length / rates.length
    return {
      ...{ from, to, rates: { low, median, high } },
      halfRange: quantileOfSorted(sorted(half), 0.5),
      growing: share((rate, i) => rate > half[i]!),
      dying: share((rate, i) => -rate > half[i]!)
    }
  })
}

/** Keys of `--json`. */
export function growingSummary({ growth, fates, snapshots }: MarginalsModel): Record<string, unknown> {
  const named = (names: readonly string[], shares: readonly number[]) => Object.fromEntries(names.map((name, c) => [name, shares[c]!]))
  const balanced = growth?.balanced.fates && sharesByTime(growth.balanced.fates, snapshots)
  const told = fates && toldByTime(fates, snapshots)
  return {
    ...(growth && {
      growth: {
        from: growth.known ? 'column' : 'estimate',
        intervals: growthFacts(growth, snapshots),
        withoutGrowth: { heldOut: growth.balanced.heldOut }
      }
    }),
    ...(fates && {
      fates: sharesByTime(fates, snapshots).map((shares, k) => ({
        time: snapshots[k]!.time,
        shares: named(fates.names, shares),
        toldByPlace: told![k]!,
        ...(balanced && { withoutGrowth: named(fates.names, balanced[k]!) })
      }))
    })
  }
}

const sharesByTime = (fates: Fates, snapshots: MarginalsModel['snapshots']): number[][] =>
  meanShares(
    fates,
    snapshots.map(({ cloud }) => weightsOf(cloud))
  )

const toldByTime = (fates: Fates, snapshots: MarginalsModel['snapshots']): number[] =>
  toldByPlace(
    fates,
    snapshots.map(({ cloud }) => weightsOf(cloud))
  )

/** Sentences on growth that belong under every answer. */
export function growingNotes({ growth, snapshots }: MarginalsModel): string[] {
  const counts = snapshots.map(({ cloud }) => cloud.points.rows)
  if (growth) {
    return [
      `Rates of growth are relative to the mean of all particles: how many there are in all, snapshots do not tell.${totalsChange(counts) ? ` If the same share of all was seen at each time, they were ${counts.join(', ')}, and the mean grew with them.` : ''} Of a population that does not grow, rates of about 0.1 are found in a sample of a few hundred. Ranges say what other particles would change, not what the reference misses: where particles move otherwise than it says, rates make up for it. Look at what comes of the same snapshots without growth, and with --reference brownian.`
    ]
  }
  return [
    ['Growth and death of particles between snapshots are not modelled: every snapshot counts as a whole.', ...totalsNote(counts)].join(' ')
  ]
}

/** Where numbers of particles change, what that may be. */
export function totalsNote(counts: readonly number[]): string[] {
  if (!totalsChange(counts)) return []
  return [
    `Totals change here (${counts.join(', ')} particles): if that is growth and not how many were looked at, --growth estimate lets particles multiply and die.`
  ]
}

/** Numbers of particles that differ by more than three standard errors of a count are no accident. */
const BEYOND_CHANCE = 3

function totalsChange(counts: readonly number[]): boolean {
  return counts.slice(1).some((to, k) => Math.abs(to - counts[k]!) > BEYOND_CHANCE * Math.sqrt(to + counts[k]!))
}

/** Topics on growth and fates; with pictures where wanted. */
export function growingTopics({ model, scores, calendar }: Growing, pictures: boolean): Topic[] {
  const { growth, fates } = model
  return [
    ...(growth ? [growthTopic({ model, scores, calendar }, growth, pictures)] : []),
    ...(fates ? [fateTopic({ model, scores, calendar }, fates, pictures)] : [])
  ]
}

function growthTopic({ model, scores, calendar }: Growing, growth: GrowthModel, pictures: boolean): Topic {
  const rows = growthFacts(growth, model.snapshots).map(({ from, to, rates, halfRange, growing, dying }) => [
    `${timeText(from, calendar)} to ${timeText(to, calendar)}`,
    ...[rates.low, rates.median, rates.high, halfRange],
    ...[growing, dying].map(shareText)
  ])
  const table: Block = {
    kind: 'table',
    caption:
      'Rates of growth relative to the mean of all particles, in a unit of time: that below which 5 %, half and 95 % of the particles lie; half of the 95 % range of a rate when the particles are drawn anew with replacement (20 times); and the particles whose range lies wholly above and wholly below 0.',
    head: ['interval', '5 %#', 'median#', '95 %#', '±#', 'range above the mean', 'range below'],
    rows,
    said: 'growth '
  }
  const blocks = [
    ...besideBalanced(scores, growth),
    table,
    ...(pictures ? [rateFigure(model, growth, calendar), ...planeFigures(model, growth)] : [])
  ]
  return { id: 'growth', title: 'Growth and death', blocks }
}

function besideBalanced(scores: readonly HeldOutScore[], { balanced: { heldOut } }: GrowthModel): Block[] {
  if (scores.length === 0 || heldOut.length !== scores.length) return []
  const mean = (values: readonly { readonly w1: number }[]) => values.reduce((sum, { w1 }) => sum + w1, 0) / values.length
  return [
    said(
      `At held-out times the mean Wasserstein-1 distance is ${numberText(mean(scores))} with growth and ${numberText(mean(heldOut))} without.`
    )
  ]
}

function fateTopic({ model, calendar }: Growing, fates: Fates, pictures: boolean): Topic {
  const balanced = model.growth?.balanced.fates
  const [own, without] = [fates, balanced].map((one) => one && sharesByTime(one, model.snapshots))
  const [told, toldWithout] = [fates, balanced].map((one) => one && toldByTime(one, model.snapshots))
  const rows = own!.flatMap((shares, k) => {
    const time = timeText(model.snapshots[k]!.time, calendar)
    return [[time, ...shares, told![k]!], ...(without ? [[`${time}, without growth`, ...without[k]!, toldWithout![k]!]] : [])]
  })
  return {
    id: 'fates',
    title: 'Fates',
    blocks: [
      {
        kind: 'table',
        caption: `Share of each label of the last snapshot among the expected descendants of a particle, in the mean over the particles of each snapshot${without ? ', beside the same if nothing grows or dies' : ''}; and how much of what is open about the label the place of a particle tells, from 0 (all particles have the same shares) to 1 (each has one fate).`,
        head: ['time', ...fates.names.map((name) => `share of ${name}#`), 'told by place#'],
        rows,
        said: 'fates at '
      },
      ...(pictures && model.columnNames.length > 1 ? [fatePlanes(model, fates)] : [])
    ]
  }
}

type Value = (snapshot: number, particle: number) => number

/** Particles of snapshots in the plane of the first two coordinates, with a value. */
function shadedPoints({ snapshots }: MarginalsModel, of: Value): (Point & { readonly value: number })[] {
  return snapshots.flatMap(({ cloud: { points } }, k) => {
    const shown = Math.min(MOST_POINTS, points.rows)
    return Array.from({ length: shown }, (_, q) => {
      const i = Math.floor((q * points.rows) / shown)
      return { value: of(k, i), x: points.data[i * points.cols]!, y: points.data[i * points.cols + 1]! }
    })
  })
}

function plane(
  { columnNames: [x, y] }: MarginalsModel,
  { name, points }: { name: string; points: ReturnType<typeof shadedPoints> }
): Drawing {
  return {
    label: `${name} in the plane of ${x} and ${y}`,
    name,
    size: [400, 300],
    x: { label: x },
    y: { label: y },
    marks: [{ kind: 'shaded', points }]
  }
}

function planeFigures(model: MarginalsModel, { logOffspring }: GrowthModel): Figure[] {
  if (model.columnNames.length < 2) return []
  const gap = (k: number) => model.snapshots[k + 1]!.time - model.snapshots[k]!.time
  const points = shadedPoints({ ...model, snapshots: model.snapshots.slice(0, -1) }, (k, i) => logOffspring[k]![i]! / gap(k))
  const caption = 'Particles of all snapshots but the last, coloured by their rate of growth (dark is low, light is high).'
  return [{ kind: 'figure', caption, drawings: [plane(model, { name: 'rate of growth', points })] }]
}

function fatePlanes(model: MarginalsModel, { names, shares }: Fates): Figure {
  const drawings = names
    .slice(0, MOST_LABELS)
    .map((name, c) => plane(model, { name: `fate ${name}`, points: shadedPoints(model, (k, i) => shares[k]!.data[i * names.length + c]!) }))
  const caption =
    'Particles of all snapshots, coloured by the share of a label among their expected descendants (dark is none, light is all).'
  return { kind: 'figure', caption, drawings }
}

/** The rate along the coordinate with which it goes most, an interval each. */
function rateFigure(model: MarginalsModel, growth: GrowthModel, calendar: Calendar | undefined): Figure {
  const drawings = growth.logOffspring.slice(0, MOST_INTERVALS).map((_, k): Drawing => {
    const { points, a } = rateGroups(model, growth, k)
    const name = `${timeText(model.snapshots[k]!.time, calendar)} to ${timeText(model.snapshots[k + 1]!.time, calendar)}`
    return {
      label: `Rate of growth against ${model.columnNames[a]}, ${name}`,
      name,
      size: [260, 200],
      x: { label: model.columnNames[a]!, ticks: 4 },
      y: { label: 'rate', ticks: 4 },
      marks: [
        { kind: 'area', side: 'synthetic', points: points.map(({ x, y, half }) => ({ x, low: y - half, high: y + half })) },
        { kind: 'rule', side: 'plain', along: 'x', at: 0, dashed: true },
        { kind: 'line', side: 'synthetic', points }
      ]
    }
  })
  const caption =
    'Rate of growth relative to the mean, against the coordinate with which it goes most in an interval; means of particles that are neighbours there, with the 95 % range under resampling of the particles.'
  return { kind: 'figure', caption, drawings }
}

function rateGroups(model: MarginalsModel, { logOffspring, errors }: GrowthModel, k: number) {
  const { time, cloud } = model.snapshots[k]!
  const { data, rows, cols } = cloud.points
  const gap = model.snapshots[k + 1]!.time - time
  const along = (a: number) => Float64Array.from({ length: rows }, (_, i) => data[i * cols + a]!)
  const coordinates = model.columnNames.map((_, a) => along(a))
  const steepness = coordinates.map((x) => squaredCorrelation(x, logOffspring[k]!))
  const a = steepness.indexOf(Math.max(...steepness))
  const order = Array.from({ length: rows }, (_, i) => i).sort((i, j) => coordinates[a]![i]! - coordinates[a]![j]! || i - j)
  const groups = Math.min(GROUPS, rows)
  const points = Array.from({ length: groups }, (_, g) => {
    const group = order.slice(Math.floor((g * rows) / groups), Math.floor(((g + 1) * rows) / groups))
    const mean = (of: Float64Array) => group.reduce((sum, i) => sum + of[i]! / group.length, 0)
    return { x: mean(coordinates[a]!), y: mean(logOffspring[k]!) / gap, half: (NORMAL_975 * mean(errors[k]!)) / gap }
  })
  return { points, a }
}

function squaredCorrelation(x: Float64Array, y: Float64Array): number {
  const mean = (of: Float64Array) => of.reduce((sum, v) => sum + v / of.length, 0)
  const [mx, my] = [mean(x), mean(y)]
  const [xy, xx, yy] = x.reduce(([a, b, c], v, i) => [a! + (v - mx) * (y[i]! - my), b! + (v - mx) ** 2, c! + (y[i]! - my) ** 2], [0, 0, 0])
  return xx! > 0 && yy! > 0 ? (xy! * xy!) / (xx! * yy!) : 0
}
