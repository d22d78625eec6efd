import * as Plot from '@observablehq/plot'
import { type Axis, type Drawing, type Mark, plainText, type Side } from '@sbridge/core/internal'
import { decadeText } from './axis-scale.js'
import type { Html } from './html.js'
import { cloudOfDots, drawPlot, REAL, SYNTHETIC } from './plot.js'

const PAINT: Readonly<Record<Side, string>> = { real: REAL, synthetic: SYNTHETIC, plain: 'currentColor' }

/** Pixels of a character of a name beside an axis, and the most that names may take. */
const CHARACTER = 7
/** Of the longest arrow. */
const ARROW = 22
/** Between the frame and what stands beside a line. */
const BESIDE = 90

/** Draws what a telling describes as inline SVG. */
export function drawingSvg({ label, size: [width, height], x, y, marks }: Drawing): Html {
  // Names stand upright below and flat beside: both need as much room as the longest.
  const room = x.names ? 16 + CHARACTER * Math.max(...x.names.map((name) => name.length)) : 0
  const beside = marks.some((mark) => mark.kind === 'rule' && mark.text) ? { marginRight: BESIDE } : {}
  return drawPlot(label, {
    width: width + (room && room - 40),
    height: height + (room && room - 40),
    marginLeft: room || 50,
    ...(room ? { marginBottom: room } : { marginBottom: 36 }),
    ...beside,
    x: { ...axisOf(x), grid: marks.some(({ kind }) => kind === 'cloud'), labelAnchor: 'center', ...(x.names ? { tickRotate: -90 } : {}) },
    y: { ...axisOf(y), grid: !x.names },
    color: { type: 'linear', scheme: 'viridis', legend: false },
    marks: [...marks.flatMap((mark) => markOf(mark, [width, height])), ...(x.names ? [Plot.frame()] : [])]
  })
}

function axisOf({ label, log, domain, ticks, names, reverse }: Axis): object {
  const whole = Array.isArray(ticks) ? { tickFormat: 'd' } : {}
  const scale = log ? { type: 'log', nice: false, tickFormat: ticks === undefined ? decadeText : plainText } : {}
  const named = names ? { ticks: names.map((_, k) => k), tickFormat: (k: number) => names[k] ?? '', tickSize: 0 } : {}
  return {
    label: label ?? null,
    labelArrow: 'none',
    ...(domain ? { domain } : {}),
    ...(ticks === undefined ? {} : { ticks }),
    ...whole,
    ...scale,
    ...named,
    ...(reverse ? { reverse } : {})
  }
}

type Plotted = readonly Plot.Markish[]

/** Points as Plot wants them: objects of any kind. */
type Points = object[]

function markOf(mark: Mark, size: readonly [number, number]): Plotted {
  switch (mark.kind) {
    case 'line': {
      const thin = mark.thin ? { z: 'line', strokeWidth: 0.7, strokeOpacity: 0.5 } : { strokeWidth: 1.5 }
      return [Plot.line(mark.points as Points, { x: 'x', y: 'y', stroke: PAINT[mark.side], ...thin })]
    }
    case 'dots':
      return dotsOf(mark)
    case 'cloud':
      return [cloudOfDots(mark.points, PAINT[mark.side])]
    case 'crosses':
      return [Plot.dot(mark.points as Points, { x: 'x', y: 'y', r: 2.2, symbol: 'times', stroke: PAINT[mark.side], strokeOpacity: 0.45 })]
    case 'stems':
      return [Plot.ruleX(mark.points as Points, { x: 'x', y: 'y', stroke: PAINT[mark.side], strokeOpacity: 0.5 })]
    case 'shaded':
      return [Plot.dot(mark.points as Points, { x: 'x', y: 'y', r: 1.8, fill: 'value', fillOpacity: 0.85 })]
    case 'area':
      return [Plot.areaY(mark.points as Points, { x: 'x', y1: 'low', y2: 'high', fill: PAINT[mark.side], fillOpacity: 0.18 })]
    case 'bars':
      return [Plot.rectY(mark.points as Points, { x1: 'from', x2: 'to', y: 'y', fill: PAINT[mark.side], fillOpacity: 0.6, inset: 1 })]
    case 'squares':
      return [squaresOf(mark)]
    case 'arrows':
      return [arrowsOf(mark, size)]
    case 'rule':
      return ruleOf(mark)
  }
}

function dotsOf({ side, points, hollow, text }: Extract<Mark, { kind: 'dots' }>): Plotted {
  const paint = PAINT[side]
  // Many dots hide each other less when they are small.
  const r = text === undefined ? (points.length > 60 ? 1.3 : 2.6) : 6
  const fill = hollow
    ? { stroke: paint, strokeWidth: text === undefined ? 1 : 2 }
    : { fill: paint, fillOpacity: points.length > 60 ? 0.6 : 1 }
  const dots = Plot.dot(points as Points, { x: 'x', y: 'y', r, ...fill })
  if (text === undefined) return [dots]
  return [dots, Plot.text(points as Points, { x: 'x', y: 'y', dy: 17, text: () => text, fill: paint, fontWeight: 'bold' })]
}

function squaresOf({ side, points }: Extract<Mark, { kind: 'squares' }>): Plot.Markish {
  return Plot.rect(points as Points, {
    x1: (d: { x: number }) => d.x - 0.5,
    x2: (d: { x: number }) => d.x + 0.5,
    y1: (d: { y: number }) => d.y - 0.5,
    y2: (d: { y: number }) => d.y + 0.5,
    fill: PAINT[side],
    fillOpacity: (d: { value: number }) => 0.25 + 0.75 * d.value
  })
}

/** Directions on the screen, where width and height are not the same. */
function arrowsOf({ points }: Extract<Mark, { kind: 'arrows' }>, [width, height]: readonly [number, number]): Plot.Markish {
  const scaled = points.map(({ x, y, right, up }) => ({ x, y, across: right * width, above: up * height }))
  const longest = Math.max(...scaled.map(({ across, above }) => Math.hypot(across, above)))
  const arrows = scaled.map(({ x, y, across, above }) => ({
    x,
    y,
    length: 4 + ((ARROW - 4) * Math.hypot(across, above)) / longest,
    rotate: (Math.atan2(across, above) * 180) / Math.PI
  }))
  return Plot.vector(arrows, {
    x: 'x',
    y: 'y',
    length: 'length',
    rotate: 'rotate',
    stroke: 'currentColor',
    strokeOpacity: 0.35,
    strokeWidth: 1
  })
}

function ruleOf({ side, along, at, text, dashed }: Extract<Mark, { kind: 'rule' }>): Plotted {
  const line = { stroke: PAINT[side], strokeOpacity: dashed ? 0.8 : 0.5, ...(dashed ? { strokeDasharray: '4 3' } : {}) }
  const rule = along === 'x' ? Plot.ruleY([at], line) : Plot.ruleX([at], line)
  if (text === undefined) return [rule]
  return [rule, Plot.text([text], { frameAnchor: 'right', y: () => at, dx: 8, textAnchor: 'start', text: (d: string) => d })]
}
