import * as Plot from '@observablehq/plot'
import type { Associations, Privacy } from '@sbridge/core'
import { decadeText } from './axis-scale.js'
import { panel } from './blocks.js'
import type { Html } from './html.js'
import { formatPlain, shorten } from './numbers.js'
import { drawPlot, REAL, SYNTHETIC } from './plot.js'

/** How near generated rows come to training rows at the bandwidths that were tried. */
export interface BandwidthCurve {
  readonly curve: readonly { readonly epsilon: number; readonly ratio: number }[]
  /** The bandwidth chosen. */
  readonly epsilon: number
  /** The ratio aimed at. */
  readonly target: number
}

/** A logarithmic axis up to this long has room for a number at every tick, and else only at powers of ten. */
const MANY_DECADES = 30

/** The nearest-neighbour ratio against the bandwidth, with the target and the chosen point. */
export function bandwidthDrawing({ curve, epsilon, target }: BandwidthCurve): Html {
  const points = [...curve].sort((a, b) => a.epsilon - b.epsilon)
  const chosen = { epsilon, ratio: ratioAt(points, epsilon) }
  const top = Math.max(1.1, ...points.map((point) => point.ratio)) * 1.05
  return drawPlot('Nearest-neighbour ratio against the bandwidth', {
    width: 620,
    height: 250,
    marginLeft: 48,
    marginBottom: 36,
    marginRight: 90,
    x: {
      type: 'log',
      label: 'bandwidth ε',
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks: 6,
      tickFormat: points.at(-1)!.epsilon < MANY_DECADES * points[0]!.epsilon ? formatPlain : decadeText,
      nice: false
    },
    y: { domain: [0, top], label: 'nearest-neighbour ratio r', labelArrow: 'none', ticks: 5, grid: true, nice: false },
    marks: [
      Plot.ruleY([0], { strokeOpacity: 0.5 }),
      Plot.ruleY([target], { stroke: 'currentColor', strokeDasharray: '4 3', strokeOpacity: 0.8 }),
      Plot.text([`target ${formatPlain(target)}`], {
        frameAnchor: 'right',
        y: () => target,
        dx: 8,
        textAnchor: 'start',
        text: (d: string) => d
      }),
      Plot.line(points, { x: 'epsilon', y: 'ratio', stroke: REAL, strokeWidth: 1.5 }),
      Plot.dot(points, { x: 'epsilon', y: 'ratio', r: 2.4, fill: REAL }),
      Plot.dot([chosen], { x: 'epsilon', y: 'ratio', r: 6, stroke: SYNTHETIC, strokeWidth: 2 }),
      Plot.text([chosen], {
        x: 'epsilon',
        y: 'ratio',
        dy: 17,
        text: () => `chosen: ε = ${formatPlain(epsilon)}`,
        fill: SYNTHETIC,
        fontWeight: 'bold'
      })
    ]
  })
}

/** The curve at ε, between its two neighbours on a logarithmic axis. */
function ratioAt(points: readonly { epsilon: number; ratio: number }[], epsilon: number): number {
  const after = points.findIndex((point) => point.epsilon >= epsilon)
  if (after <= 0) return points[after < 0 ? points.length - 1 : 0]!.ratio
  const [a, b] = [points[after - 1]!, points[after]!]
  const share = Math.log(epsilon / a.epsilon) / Math.log(b.epsilon / a.epsilon)
  return a.ratio + share * (b.ratio - a.ratio)
}

/** Up to this many columns the panels are small, and their cells hold numbers. */
export const FEW_COLUMNS = 9

/** Associations of every two of the columns named: real, synthetic, and their difference. */
export function associationPanels(associations: Associations, names: readonly string[]): Html[] {
  const at = names.map((name) => associations.names.indexOf(name))
  const take = (value: (a: number, b: number) => number) => at.map((a) => at.map((b) => value(a, b)))
  return [
    panel(
      'real',
      '',
      heatmap(
        'Associations of the real columns',
        names,
        take((a, b) => associations.real[a]![b]!)
      )
    ),
    panel(
      'synthetic',
      '',
      heatmap(
        'Associations of the synthetic columns',
        names,
        take((a, b) => associations.synthetic[a]![b]!)
      )
    ),
    panel(
      'synthetic − real',
      '',
      heatmap(
        'Differences of the associations',
        names,
        take((a, b) => associations.synthetic[a]![b]! - associations.real[a]![b]!)
      )
    )
  ]
}

/** Pixels. */
const LARGEST_CELL = 56

function heatmap(label: string, names: readonly string[], values: readonly (readonly number[])[]): Html {
  const cells = values
    .flatMap((row, y) => row.map((value, x) => ({ x: String(x), y: String(y), value })))
    .filter(({ x, y }) => Number(x) < Number(y))
  const few = names.length <= FEW_COLUMNS
  const size = few ? 300 : 440
  const room = (few ? 5.2 : 4.6) * Math.min(16, Math.max(...names.map((name) => [...name].length)))
  const text = (key: string) => shorten(names[Number(key)]!, 16)
  // Two or three columns would fill the panel with a few huge cells.
  const side = Math.min(size - 16 - room, LARGEST_CELL * (names.length - 1))
  return drawPlot(
    label,
    {
      width: size,
      height: side + 16 + room,
      marginTop: 4,
      marginRight: size - 12 - room - side,
      marginLeft: 12 + room,
      marginBottom: 12 + room,
      x: { domain: names.slice(0, -1).map((_, k) => String(k)), label: null, tickFormat: text, tickRotate: -90, tickSize: 0 },
      y: { domain: names.slice(1).map((_, k) => String(k + 1)), label: null, tickFormat: text, tickSize: 0 },
      marks: [
        Plot.cell(cells, {
          x: 'x',
          y: 'y',
          inset: 0.5,
          fill: ({ value }: { value: number }) => (value < 0 ? 'var(--negative)' : 'var(--positive)'),
          fillOpacity: ({ value }: { value: number }) => 0.04 + 0.81 * Math.min(1, Math.abs(value))
        }),
        few
          ? Plot.text(cells, {
              x: 'x',
              y: 'y',
              fontSize: 8.5,
              text: ({ value }: { value: number }) => shortCorrelation(value),
              fill: 'currentColor'
            })
          : null
      ]
    },
    few ? 10 : 8.5
  )
}

/** A correlation without its leading zero, as tables of correlations have it. */
function shortCorrelation(value: number): string {
  const size = Math.abs(value).toFixed(2).replace(/^0/, '')
  return Number(size) === 0 ? '0' : `${value < 0 ? '−' : ''}${size}`
}

/** Distribution functions of the distance to the nearest training row. */
export function distancesDrawing({ distanceQuantiles }: Privacy): Html {
  const line = (quantiles: readonly number[]) => quantiles.map((distance, k) => ({ distance, share: k / (quantiles.length - 1) }))
  const cut = Math.max(
    ...[distanceQuantiles.synthetic, distanceQuantiles.heldOut].map((quantiles) => quantiles[Math.floor(0.96 * (quantiles.length - 1))]!)
  )
  const shown = (quantiles: readonly number[]) => line(quantiles).filter(({ distance }) => distance <= cut)
  return drawPlot('Distribution of the distance to the nearest training row', {
    width: 620,
    height: 240,
    marginLeft: 48,
    marginBottom: 36,
    marginRight: 20,
    x: {
      label: 'distance to the nearest training row (standard deviations)',
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks: 6,
      zero: true,
      nice: false
    },
    y: { domain: [0, 1], percent: false, label: 'share of rows at most as far', labelArrow: 'none', ticks: 5, grid: true },
    marks: [
      Plot.ruleY([0], { strokeOpacity: 0.5 }),
      Plot.line(shown(distanceQuantiles.heldOut), { x: 'distance', y: 'share', stroke: REAL, strokeWidth: 1.8 }),
      Plot.line(shown(distanceQuantiles.synthetic), { x: 'distance', y: 'share', stroke: SYNTHETIC, strokeWidth: 1.8 })
    ]
  })
}
