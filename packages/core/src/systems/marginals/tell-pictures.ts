// Paths, particles and rounds in pictures.
import { keyFor, keyFromSeed } from '../../num/random.js'
import { countText } from '../../tell/numbers.js'
import type { Drawing, Figure, Point, Topic } from '../../tell/telling.js'
import { driftOn } from './drift-grid.js'
import type { MarginalsModel } from './model.js'
import { sampleTrajectories, type Trajectories, timesBetween } from './sample.js'
import type { DrawnTrajectories } from './trajectories.js'

/** Paths and particles drawn at most. */
const MOST_PATHS = 40
const MOST_POINTS = 150
const MOST_COORDINATES = 6
const MOST_PARAMETERS = 12
/** Times between two snapshots at which paths are drawn: the table may have too few for a curve. */
const DRAWN_BETWEEN = 9

/** Paths of their own, at more times than the table may have. */
export function pathTopic({ model, trajectories, seed }: DrawnTrajectories, timeName: string): Topic {
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
  const arrows = Array.from({ length: drift.length / 4 }, (_, k) => {
    const [across, above, right, up] = drift.subarray(4 * k, 4 * k + 4)
    return { x: x0 + across! * (x1 - x0), y: y0 + above! * (y1 - y0), right: right!, up: up! }
  })
  const longest = Math.max(...arrows.map(({ right, up }) => Math.sqrt(right * right + up * up)))
  return longest > 0 ? arrows.map((arrow) => ({ ...arrow, right: arrow.right / longest, up: arrow.up / longest })) : []
}

/** Estimates round by round. */
export function historyTopic({ history, family, columnNames }: MarginalsModel): Topic[] {
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
  const drawings = family.weights
    ? [drawing('relative change', ({ change }) => change)]
    : [
        ...family.parameters
          .slice(0, Math.min(MOST_PARAMETERS, family.named ?? MOST_PARAMETERS))
          .map(({ name }, k) => drawing(name, ({ theta }) => theta[k]!)),
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
