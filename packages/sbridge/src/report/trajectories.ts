import * as Plot from '@observablehq/plot'
import {
  type HeldOutScore,
  keyFor,
  keyFromSeed,
  type MarginalsModel,
  sampleTrajectories,
  type Trajectories,
  timesBetween,
  trajectoriesNotes
} from '@sbridge/core'
import { VERSION } from '../version.js'
import { figure, joinSections, panel, type Section, section, table } from './blocks.js'
import { type Html, html } from './html.js'
import { formatCount, formatNumber } from './numbers.js'
import { page } from './page.js'
import { drawPlot, REAL, SYNTHETIC } from './plot.js'

export interface TrajectoriesReportParts {
  readonly title: string
  readonly timeName: string
  readonly model: MarginalsModel
  readonly trajectories: Trajectories
  readonly scores: readonly HeldOutScore[]
  readonly seed: number
  /** The exact command that wrote it. */
  readonly command?: string
}

/** Paths and particles drawn at most. */
const MOST_PATHS = 40
const MOST_POINTS = 150
const MOST_COORDINATES = 6

/** Times between two snapshots at which paths are drawn: the table may have too few for a curve. */
const DRAWN_BETWEEN = 9

/** The report on trajectories as one HTML page that loads nothing. Its pictures show paths of their own, at more times. */
export function trajectoriesReport(parts: TrajectoriesReportParts): string {
  const { model, trajectories, seed } = parts
  const drawn = sampleTrajectories(model, {
    count: Math.min(MOST_PATHS, trajectories.count),
    times: timesBetween(model, DRAWN_BETWEEN),
    key: keyFor(keyFromSeed(seed), 'picture')
  })
  const sections = [summary(parts), paths({ ...parts, trajectories: drawn }), ...heldOut(parts), ...history(parts), ...notes(parts)]
  return pageOf(parts, joinSections(sections))
}

function pageOf({ title, model, trajectories, command, seed }: TrajectoriesReportParts, body: Html): string {
  const particles = model.snapshots.reduce((sum, s) => sum + s.cloud.points.rows, 0)
  const entries: [string, string][] = [
    ['Snapshots', `${model.snapshots.length}${model.heldOut.length > 0 ? ` and ${model.heldOut.length} held out` : ''}`],
    ['Particles', formatCount(particles)],
    ['Coordinates', model.columnNames.join(', ')],
    ['Reference', `${model.family.name}, ${model.diffusion} noise`],
    ['Trajectories', `${formatCount(trajectories.count)} at ${trajectories.times.length} times`],
    ['Seed', String(seed)],
    ['sbridge', VERSION]
  ]
  return page({ title, kicker: 'Trajectories through snapshots', entries, command, body })
}

function summary({ model, scores }: TrajectoriesReportParts): Section {
  const intervals = new Map(model.intervals.map((i) => [i.name, i]))
  const named = model.smoothness
    ? [
        ['length scale (spreads)', formatNumber(model.smoothness.lengthScale), '', ''],
        ['amplitude (spreads an interval)', formatNumber(model.smoothness.amplitude), '', '']
      ]
    : model.family.parameters.map(({ name }, k) => [
        name,
        formatNumber(model.theta[k]),
        formatNumber(intervals.get(name)?.lower),
        formatNumber(intervals.get(name)?.upper)
      ])
  const noise = model.columnNames.map((name, a) => [`σ of ${name}`, formatNumber(model.sigma[a]), '', ''])
  const rounds = model.history.at(-1)?.round ?? 0
  const sentences = [
    ...(model.sigmaFrom === 'resolution' ? ['σ is what the particles resolve, and no constant of nature.'] : []),
    ...(rounds > 0 ? [`The rounds of coupling and refit ended “${model.ending}” after ${rounds}.`] : []),
    ...(scores.length > 0
      ? [
          `At held-out times the mean Wasserstein-1 distance is ${formatNumber(meanOf(scores, (s) => s.w1))}; sampling noise alone gives ${formatNumber(meanOf(scores, (s) => s.floor))}${straightSentence(scores)}.`
        ]
      : [])
  ]
  return section(
    'summary',
    'Summary',
    html`<div class="verdict">${sentences.map((s) => html`<p>${s}</p>`)}</div>`,
    table({
      caption: 'Parameters of the reference with 95 % intervals where they are known, and the size of the noise.',
      head: ['Parameter', 'Estimate#', 'Lower#', 'Upper#'],
      rows: [...named, ...noise]
    })
  )
}

function meanOf(scores: readonly HeldOutScore[], pick: (s: HeldOutScore) => number | undefined): number | undefined {
  const values = scores.map(pick).filter((x) => x !== undefined)
  return values.length === 0 ? undefined : values.reduce((sum, x) => sum + x, 0) / values.length
}

function straightSentence(scores: readonly HeldOutScore[]): string {
  const straight = meanOf(scores, (s) => s.straightLine)
  return straight === undefined ? '' : `, straight lines along optimal couplings ${formatNumber(straight)}`
}

interface Dot {
  readonly time: number
  readonly x: number
  readonly y: number
}

function paths(parts: TrajectoriesReportParts): Section {
  const { model, timeName } = parts
  const drawings = model.columnNames
    .slice(0, MOST_COORDINATES)
    .map((name, a) => panel(name, `against ${timeName}`, coordinateDrawing(parts, a)))
  const plane = model.columnNames.length === 2 ? [planeFigure(parts)] : []
  return section(
    'paths',
    'Snapshots and paths',
    ...plane,
    figure({
      panelWidth: model.columnNames.length === 1 ? 620 : 400,
      body: drawings,
      caption: html`${formatCount(parts.trajectories.count)} sampled paths, at ${DRAWN_BETWEEN} times between any two snapshots, over the particles of the snapshots (dots)${model.heldOut.length > 0 ? '; held-out particles are drawn as crosses' : ''}.`
    })
  )
}

function pathDots({ trajectories }: TrajectoriesReportParts, a: number, b?: number): (Dot & { path: number })[] {
  const { times, values, count } = trajectories
  return Array.from({ length: count }, (_, path) =>
    Array.from(times, (time, t) => {
      const row = (path * times.length + t) * values.cols
      return { path, time, x: b === undefined ? time : values.data[row + a]!, y: values.data[row + (b ?? a)]! }
    })
  ).flat()
}

function cloudDots(snapshots: MarginalsModel['snapshots'], a: number, b?: number): Dot[] {
  return snapshots.flatMap(({ time, cloud: { points } }) => {
    const shown = Math.min(MOST_POINTS, points.rows)
    return Array.from({ length: shown }, (_, k) => {
      const row = Math.floor((k * points.rows) / shown) * points.cols
      return { time, x: b === undefined ? time : points.data[row + a]!, y: points.data[row + (b ?? a)]! }
    })
  })
}

function coordinateDrawing(parts: TrajectoriesReportParts, a: number): Html {
  const { model, timeName } = parts
  const name = model.columnNames[a]!
  return drawPlot(`Paths of ${name} against ${timeName}`, {
    width: 400,
    height: 260,
    marginLeft: 48,
    x: { label: timeName, labelArrow: 'none' },
    y: { label: name, labelArrow: 'none', grid: true },
    marks: [
      Plot.line(pathDots(parts, a), { x: 'x', y: 'y', z: 'path', stroke: SYNTHETIC, strokeWidth: 0.6, strokeOpacity: 0.45 }),
      Plot.dot(cloudDots(model.snapshots, a), { x: 'x', y: 'y', r: 1.3, fill: REAL, fillOpacity: 0.6 }),
      Plot.dot(cloudDots(model.heldOut, a), { x: 'x', y: 'y', r: 2, symbol: 'times', stroke: 'currentColor', strokeOpacity: 0.45 })
    ]
  })
}

function planeFigure(parts: TrajectoriesReportParts): Html {
  const { model, timeName } = parts
  const dots = cloudDots(model.snapshots, 0, 1)
  const hidden = cloudDots(model.heldOut, 0, 1)
  const [first, second] = model.columnNames as [string, string]
  const drawing = drawPlot(`Snapshots, paths and drift in the plane of ${first} and ${second}`, {
    width: 620,
    height: 460,
    marginLeft: 52,
    x: { label: first, labelAnchor: 'center', labelArrow: 'none' },
    y: { label: second, labelArrow: 'none', grid: true },
    color: { type: 'linear', scheme: 'viridis', label: timeName, legend: false },
    marks: [
      Plot.vector(driftArrows(model, [...dots, ...hidden]), {
        x: 'x',
        y: 'y',
        length: 'length',
        rotate: 'rotate',
        stroke: 'currentColor',
        strokeOpacity: 0.35,
        strokeWidth: 1
      }),
      Plot.line(pathDots(parts, 0, 1), { x: 'x', y: 'y', z: 'path', stroke: SYNTHETIC, strokeWidth: 0.6, strokeOpacity: 0.4 }),
      Plot.dot(dots, { x: 'x', y: 'y', r: 1.8, fill: 'time', fillOpacity: 0.85 }),
      Plot.dot(hidden, { x: 'x', y: 'y', r: 2.4, symbol: 'times', stroke: 'currentColor', strokeOpacity: 0.45 })
    ]
  })
  return figure({
    body: drawing,
    caption: html`Particles of the snapshots, coloured by ${timeName} (dark is early), sampled paths between them, and the drift of the reference as arrows${model.heldOut.length > 0 ? '; held-out particles are crosses' : ''}. Arrows are longer where the drift is stronger.`
  })
}

const ARROWS = 14

/** The drift on a grid over the particles, at the middle of the time; direction on the screen, so both axes are scaled. */
function driftArrows(model: MarginalsModel, dots: readonly Dot[]): { x: number; y: number; length: number; rotate: number }[] {
  const extent = (pick: (d: Dot) => number): [number, number] => [Math.min(...dots.map(pick)), Math.max(...dots.map(pick))]
  const [x0, x1] = extent((d) => d.x)
  const [y0, y1] = extent((d) => d.y)
  const time = (model.snapshots[0]!.time + model.snapshots.at(-1)!.time) / 2
  const out = new Float64Array(2)
  const arrows: { x: number; y: number; length: number; rotate: number }[] = []
  for (let i = 0; i < ARROWS; i++) {
    for (let j = 0; j < ARROWS; j++) {
      const state = Float64Array.of(x0 + ((x1 - x0) * (i + 0.5)) / ARROWS, y0 + ((y1 - y0) * (j + 0.5)) / ARROWS)
      model.family.drift.value(state, time, model.theta, out)
      const [u, v] = [(out[0]! / (x1 - x0)) * 560, (out[1]! / (y1 - y0)) * 400]
      arrows.push({ x: state[0]!, y: state[1]!, length: Math.hypot(u, v), rotate: (Math.atan2(u, v) * 180) / Math.PI })
    }
  }
  const longest = Math.max(...arrows.map((arrow) => arrow.length))
  return longest > 0 ? arrows.map((arrow) => ({ ...arrow, length: 4 + (18 * arrow.length) / longest })) : []
}

function heldOut({ scores, timeName }: TrajectoriesReportParts): Section[] {
  if (scores.length === 0) return []
  const rows = scores.map((s) => [
    formatNumber(s.time),
    html`<strong>${formatNumber(s.w1)}</strong>`,
    formatNumber(s.w2),
    formatNumber(s.mmd),
    formatNumber(s.floor),
    formatNumber(s.straightLine),
    formatNumber(s.spline)
  ])
  const mean = [
    'mean',
    ...[
      (s: HeldOutScore) => s.w1,
      (s: HeldOutScore) => s.w2,
      (s: HeldOutScore) => s.mmd,
      (s: HeldOutScore) => s.floor,
      (s: HeldOutScore) => s.straightLine,
      (s: HeldOutScore) => s.spline
    ].map((pick) => formatNumber(meanOf(scores, pick)))
  ]
  return [
    section(
      'held-out',
      'At the held-out times',
      table({
        caption:
          'Exact Wasserstein distances (Euclidean, original units) and maximum mean discrepancy between predicted and seen particles that the fit did not use. Floor: Wasserstein-1 between two halves of the seen particles. Straight lines and splines: Wasserstein-1 of interpolation along optimal couplings, without dynamics.',
        head: [timeName, 'W1#', 'W2#', 'MMD#', 'Floor#', 'Straight lines#', 'Splines#'],
        rows: [...rows, mean]
      })
    )
  ]
}

function history({ model }: TrajectoriesReportParts): Section[] {
  const { history: rounds, family } = model
  if (rounds.length < 2) return []
  const body = model.smoothness
    ? [
        panel(
          'change',
          'relative, a round',
          seriesDrawing(
            'change',
            rounds.map((h) => ({ round: h.round, value: h.change }))
          )
        )
      ]
    : [
        ...family.parameters.slice(0, 12).map(({ name }, k) =>
          panel(
            name,
            '',
            seriesDrawing(
              name,
              rounds.map((h) => ({ round: h.round, value: h.theta[k]! }))
            )
          )
        ),
        ...model.columnNames.slice(0, 6).map((name, a) =>
          panel(
            `σ of ${name}`,
            '',
            seriesDrawing(
              `sigma of ${name}`,
              rounds.map((h) => ({ round: h.round, value: h.sigma[a]! }))
            )
          )
        )
      ]
  return [
    section(
      'history',
      'Round by round',
      figure({ panelWidth: 260, body, caption: 'The estimates after every round; round 0 starts from couplings that know no dynamics.' })
    )
  ]
}

/** Whole rounds only, at most seven. */
function roundTicks(last: number): number[] {
  const step = Math.max(1, Math.ceil(last / 6))
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, k) => k * step)
}

function seriesDrawing(label: string, points: { round: number; value: number }[]): Html {
  return drawPlot(`${label} by round`, {
    width: 260,
    height: 150,
    marginLeft: 48,
    x: { label: 'round', labelArrow: 'none', ticks: roundTicks(points.at(-1)!.round), tickFormat: 'd' },
    y: { label: null, grid: true, ticks: 4 },
    marks: [
      Plot.line(points, { x: 'round', y: 'value', stroke: SYNTHETIC }),
      Plot.dot(points, { x: 'round', y: 'value', r: 2.2, fill: SYNTHETIC })
    ]
  })
}

function notes({ model, trajectories }: TrajectoriesReportParts): Section[] {
  const lines = [
    ...trajectoriesNotes(model, trajectories),
    'Growth and death of particles between snapshots are not modelled: every snapshot counts as a whole.'
  ]
  return [section('notes', 'Notes', html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`)]
}
