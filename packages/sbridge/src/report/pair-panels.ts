import * as Plot from '@observablehq/plot'
import { type CategoricalColumn, isNumeric, levelShares, type NumericColumn, type Table } from '@sbridge/core'
import { panel } from './blocks.js'
import { type Html, html } from './html.js'
import { columnOf } from './marginal-panels.js'
import { formatNumber, shorten } from './numbers.js'
import { cloudOfDots, drawPlot, REAL, SYNTHETIC } from './plot.js'

/** Points drawn in each panel at most. */
const MOST_POINTS = 500
const MOST_LEVELS = 7

type Strengths = readonly (readonly number[])[]

/** The most related pairs of columns, by the real table's associations; no column stands in more than three. */
export function mostRelatedPairs(names: readonly string[], strengths: Strengths, count: number): [string, string][] {
  const pairs = names.flatMap((_, a) => names.slice(0, a).map((_, b) => ({ a: b, b: a, strength: Math.abs(strengths[a]![b]!) })))
  pairs.sort((p, q) => q.strength - p.strength || p.a - q.a || p.b - q.b)
  const uses = new Map<number, number>()
  const chosen: [string, string][] = []
  for (const { a, b } of pairs) {
    if (chosen.length === count) break
    if ((uses.get(a) ?? 0) >= 3 || (uses.get(b) ?? 0) >= 3) continue
    for (const used of [a, b]) uses.set(used, (uses.get(used) ?? 0) + 1)
    chosen.push([names[a]!, names[b]!])
  }
  return chosen
}

/** Two columns against each other: real rows on the left, synthetic ones on the right, with the same axes. */
export function pairPanel(
  tables: { readonly real: Table; readonly synthetic: Table },
  names: readonly [string, string],
  strengths: readonly [number, number]
): Html {
  const sides = [tables.real, tables.synthetic].map((table) => names.map((name) => columnOf(table, name)))
  const [first, second] = sides[0]! as [Table['columns'][number], Table['columns'][number]]
  const both = isNumeric(first) && isNumeric(second)
  const mixed = isNumeric(first) !== isNumeric(second)
  const draw = both
    ? numbersPair(sides as NumericColumn[][])
    : isNumeric(first) || isNumeric(second)
      ? mixedPair(sides)
      : levelsPair(sides as CategoricalColumn[][])
  const symbol = both ? 'r' : mixed ? 'η' : 'V'
  const detail = html`${symbol} = ${formatNumber(strengths[0])} real, ${formatNumber(strengths[1])} synthetic`
  return panel(
    html`${names[0]} × ${names[1]}`,
    detail,
    html`<div class="pair" style="grid-template-columns:${both || mixed ? NUMBER_LABELS + 214 : LEVEL_LABELS + 214}fr 220fr">${draw('real', 0)}${draw('synthetic', 1)}</div>`
  )
}

type Draw = (word: string, side: number) => Html

/** Room for the labels of the y-axis: of numbers, and of levels. */
const NUMBER_LABELS = 42
const LEVEL_LABELS = 66

/** Sizes of a drawing; the right one has no labels of its own, and a frame as wide as the left one's. */
function sizeOf(side: number, labels: number): object {
  const marginLeft = side === 0 ? labels : 6
  return { width: marginLeft + 214, height: 220, marginLeft, marginRight: 6, marginTop: 18, marginBottom: 34 }
}

function rowsOf(columns: readonly Table['columns'][number][]): number {
  const column = columns[0]! as { values?: Float64Array; codes?: Int32Array }
  return (column.values ?? column.codes)!.length
}

/** Evenly spread rows, as many for both sides. */
function drawnRows(sides: readonly (readonly Table['columns'][number][])[], side: number): number[] {
  const count = Math.min(MOST_POINTS, ...sides.map(rowsOf))
  return Array.from({ length: count }, (_, k) => Math.floor((k * rowsOf(sides[side]!)) / count))
}

/** Range of both sides together, without the farthest half percent where that frees much room. */
function rangeOf(columns: readonly NumericColumn[]): [number, number] {
  const all = Float64Array.from(columns.flatMap(({ values, missing }) => [...values].filter((_, i) => !missing?.[i]))).sort()
  const n = all.length
  if (n === 0) return [0, 1]
  const inner = [all[Math.floor(0.005 * (n - 1))]!, all[Math.ceil(0.995 * (n - 1))]!] as const
  const room = inner[1] - inner[0]
  const far = all[n - 1]! - all[0]! > 2 * room && room > 0
  const [low, high] = far ? inner : [all[0]!, all[n - 1]!]
  const margin = high > low ? 0.04 * (high - low) : 0.5
  return [low - margin, high + margin]
}

function title(word: string): Plot.Markish {
  return Plot.text([word], {
    frameAnchor: 'top-left',
    dy: -15,
    text: (d: string) => d,
    fill: word === 'real' ? REAL : SYNTHETIC,
    fontWeight: 'bold'
  })
}

function axis(column: NumericColumn, domain: [number, number]): object {
  return { domain, label: null, nice: false, ...(column.kind === 'datetime' ? { type: 'utc', ticks: 3 } : { ticks: 4 }) }
}

function numbersPair(sides: readonly (readonly NumericColumn[])[]): Draw {
  const [x, y] = [0, 1].map((k) => rangeOf(sides.map((columns) => columns[k]!))) as [[number, number], [number, number]]
  const [a, b] = sides[0]! as [NumericColumn, NumericColumn]
  return (word, side) => {
    const [c, d] = sides[side]! as [NumericColumn, NumericColumn]
    const points = drawnRows(sides, side)
      .filter((i) => !c.missing?.[i] && !d.missing?.[i])
      .map((i) => ({ x: c.values[i]!, y: d.values[i]! }))
      .filter((point) => point.x >= x[0] && point.x <= x[1] && point.y >= y[0] && point.y <= y[1])
    return drawPlot(`${b.name} against ${a.name}, ${word} rows`, {
      ...sizeOf(side, NUMBER_LABELS),
      x: { ...axis(a, x), label: shorten(a.name, 34), labelAnchor: 'center', labelArrow: 'none' },
      y: { ...axis(b, y), ...(side === 0 ? {} : { axis: null }) },
      marks: [Plot.frame({ strokeOpacity: 0.35 }), cloudOfDots(points, word === 'real' ? REAL : SYNTHETIC), title(word)]
    })
  }
}

/** The levels of a column that most rows have, most frequent first. */
function frequentLevels(column: CategoricalColumn): (string | undefined)[] {
  return [...levelShares(column)]
    .sort((a, b) => b[1] - a[1] || (String(a[0]) < String(b[0]) ? -1 : 1))
    .slice(0, MOST_LEVELS)
    .map(([level]) => level)
}

const levelText = (level: string | undefined, length: number) => (level === undefined ? '(missing)' : shorten(level, length))
const levelAt = ({ codes, levels }: CategoricalColumn, i: number) => (codes[i]! < 0 ? undefined : levels[codes[i]!]!)

/** A number over a category: points spread sideways inside their level. */
function mixedPair(sides: readonly (readonly Table['columns'][number][])[]): Draw {
  const at = isNumeric(sides[0]![0]!) ? 0 : 1
  const numbers = sides.map((columns) => columns[at] as NumericColumn)
  const categories = sides.map((columns) => columns[1 - at] as CategoricalColumn)
  const y = rangeOf(numbers)
  const shown = frequentLevels(categories[0]!)
  return (word, side) => {
    const points = drawnRows(sides, side)
      // Multiples of the golden ratio spread evenly whatever their number, and are the same every time.
      .map((i, k) => ({ i, level: shown.indexOf(levelAt(categories[side]!, i)), spread: ((k * 0.6180339887498949) % 1) - 0.5 }))
      .filter(({ i, level }) => level >= 0 && !numbers[side]!.missing?.[i])
      .map(({ i, level, spread }) => ({ x: level + 0.6 * spread, y: numbers[side]!.values[i]! }))
      .filter((point) => point.y >= y[0] && point.y <= y[1])
    return drawPlot(`${numbers[0]!.name} by ${categories[0]!.name}, ${word} rows`, {
      ...sizeOf(side, NUMBER_LABELS),
      x: {
        domain: [-0.5, shown.length - 0.5],
        ticks: shown.map((_, k) => k),
        tickFormat: (k: number) => levelText(shown[k], Math.max(3, Math.floor(34 / shown.length))),
        label: shorten(categories[0]!.name, 34),
        labelAnchor: 'center',
        labelArrow: 'none',
        tickSize: 0
      },
      y: { ...axis(numbers[0]!, y), ...(side === 0 ? {} : { axis: null }) },
      marks: [Plot.frame({ strokeOpacity: 0.35 }), cloudOfDots(points, word === 'real' ? REAL : SYNTHETIC), title(word)]
    })
  }
}

/** Two categories: joint shares as shaded cells, one shade scale for both sides. */
function levelsPair(sides: readonly (readonly CategoricalColumn[])[]): Draw {
  const shown = [0, 1].map((k) => frequentLevels(sides[0]![k]!))
  const joint = sides.map(([a, b]) => {
    const cells = shown[0]!.map(() => shown[1]!.map(() => 0))
    for (let i = 0; i < a!.codes.length; i++) {
      const x = shown[0]!.indexOf(levelAt(a!, i))
      const y = shown[1]!.indexOf(levelAt(b!, i))
      if (x >= 0 && y >= 0) cells[x]![y]! += 1 / a!.codes.length
    }
    return cells.flatMap((column, x) => column.map((share, y) => ({ x: String(x), y: String(y), share })))
  })
  const most = Math.max(...joint.flat().map(({ share }) => share))
  const names = sides[0]!.map((column) => column.name)
  return (word, side) =>
    drawPlot(`${names[1]} by ${names[0]}, shares of the ${word} rows`, {
      ...sizeOf(side, LEVEL_LABELS),
      x: {
        domain: shown[0]!.map((_, k) => String(k)),
        tickFormat: (k: string) => levelText(shown[0]![Number(k)], Math.max(3, Math.floor(30 / shown[0]!.length))),
        label: shorten(names[0]!, 34),
        labelAnchor: 'center',
        labelArrow: 'none',
        tickSize: 0
      },
      y: {
        domain: shown[1]!.map((_, k) => String(k)),
        tickFormat: (k: string) => levelText(shown[1]![Number(k)], 10),
        label: null,
        tickSize: 0,
        ...(side === 0 ? {} : { axis: null })
      },
      marks: [
        Plot.cell(joint[side]!, {
          x: 'x',
          y: 'y',
          fill: word === 'real' ? REAL : SYNTHETIC,
          fillOpacity: ({ share }: { share: number }) => (0.85 * share) / most,
          inset: 0.5
        }),
        Plot.text(joint[side]!, {
          x: 'x',
          y: 'y',
          text: ({ share }: { share: number }) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}`,
          fill: 'currentColor'
        }),
        Plot.frame({ strokeOpacity: 0.35 }),
        title(word)
      ]
    })
}
