import * as Plot from '@observablehq/plot'
import type { Evaluation } from '@sbridge/core'
import {
  type CategoricalColumn,
  formatClock,
  type NumericColumn,
  numberText,
  presentValues,
  shorten,
  tickText
} from '@sbridge/core/internal'
import { isCategorical, isNumeric, type Table } from '@sbridge/core/tables'
import { type AxisScale, ascendingOf, axisScale, ticksApart } from './axis-scale.js'
import { type Panel, REAL_AND_SYNTHETIC, type Sides } from './blocks.js'
import type { Html } from './html.js'
import { columnOf } from './marginal-panels.js'
import { frequentLevels, levelAt, levelText, roomBelow } from './pair-levels.js'
import { cloudOfDots, drawPlot, REAL, SYNTHETIC } from './plot.js'

/** Points drawn in each panel at most. */
const MOST_POINTS = 500

/** Values that have room for a number each. */
const MOST_TICKS = 8

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

/** Two tables, and what their rows are called. */
export interface Compared {
  readonly real: Table
  /** The real rows that are counted to tell what is rare, where `real` repeats some. */
  readonly counted?: Table
  readonly synthetic: Table
  readonly sides?: Sides
}

/** The most related pairs of columns, at most so many. */
export function relatedPanels(
  tables: Compared,
  { associations, columns }: Pick<Evaluation, 'associations' | 'columns'>,
  { most, showValues = false }: { readonly most: number; readonly showValues?: boolean | undefined }
): Panel[] {
  const { names, real, synthetic } = associations
  const at = (name: string) => names.indexOf(name)
  return mostRelatedPairs(names, weighted(associations, columns), most).map(([a, b]) =>
    pairPanel(tables, [a, b], [real[at(b)]![at(a)]!, synthetic[at(b)]![at(a)]!], showValues)
  )
}

/** Associations that rest on few cells count less. */
function weighted({ names, real }: Evaluation['associations'], columns: Evaluation['columns']): number[][] {
  const present = names.map((name) => {
    const { kind, missingShare } = columns[name]!
    return kind === 'category' || kind === 'boolean' ? 1 : 1 - missingShare.real
  })
  return real.map((row, a) => row.map((strength, b) => strength * Math.sqrt(present[a]! * present[b]!)))
}

/** Two columns against each other: real rows on the left, synthetic ones on the right, with the same axes. */
function pairPanel(tables: Compared, names: readonly [string, string], strengths: readonly [number, number], showValues: boolean): Panel {
  const words = tables.sides ?? REAL_AND_SYNTHETIC
  const sides = [tables.real, tables.synthetic].map((table) => names.map((name) => columnOf(table, name)))
  const [first, second] = sides[0]! as [Table['columns'][number], Table['columns'][number]]
  const both = isNumeric(first) && isNumeric(second)
  const mixed = isNumeric(first) !== isNumeric(second)
  const shown = (column: CategoricalColumn) => {
    const counted = tables.counted && columnOf(tables.counted, column.name)
    return frequentLevels(column, { showValues, ...(counted && isCategorical(counted) ? { counted } : {}) })
  }
  const draw = both
    ? numbersPair(sides as NumericColumn[][])
    : isNumeric(first) || isNumeric(second)
      ? mixedPair(sides, shown)
      : levelsPair(sides as CategoricalColumn[][], shown)
  const symbol = both ? 'r' : mixed ? 'η' : 'V'
  const bare = sides[0]!.filter((column) => isCategorical(column) && shown(column).length === 0)
  const panel = {
    title: `${names[0]} × ${names[1]}`,
    detail: `${symbol} = ${numberText(strengths[0])} ${words.real}, ${numberText(strengths[1])} ${words.synthetic}`
  }
  if (bare.length > 0) {
    const levels = bare.map(({ name }) => name).join(' or ')
    return { ...panel, drawings: [], remarks: [`Not drawn: fewer than three rows have any one level of ${levels}.`] }
  }
  const widths = [both || mixed ? NUMBER_LABELS + 214 : LEVEL_LABELS + 214, 220]
  return { ...panel, drawings: [draw(words.real, 0), draw(words.synthetic, 1)], widths, remarks: [] }
}

/** Levels of a real column that are drawn. */
type ShownOf = (column: CategoricalColumn) => (string | undefined)[]

type Draw = (word: string, side: number) => Html

/** Room for the labels of the y-axis: of numbers, and of levels. */
const NUMBER_LABELS = 42
const LEVEL_LABELS = 66

/** The colour of a side. */
const paintOf = (side: number) => (side === 0 ? REAL : SYNTHETIC)

/** Sizes of a drawing; the right one has no labels of its own, and a frame as wide as the left one's. */
function sizeOf(side: number, labels: number, below = 0): object {
  const marginLeft = side === 0 ? labels : 6
  return { width: marginLeft + 214, height: 220 + below, marginLeft, marginRight: 6, marginTop: 18, marginBottom: 34 + below }
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

interface Axis extends AxisScale {
  readonly domain: readonly [number, number]
  /** How far points are spread along the axis, where few values would cover each other. */
  readonly spread: number
}

/** One axis for both sides, without the farthest half percent where that frees much room. */
function axisOf(columns: readonly NumericColumn[]): Axis {
  const all = ascendingOf(columns.map(presentValues))
  const scale = axisScale(columns[0]!, all)
  const n = all.length
  if (n === 0) return { ...scale, domain: [0, 1], spread: 0 }
  const at = (place: number) => scale.forth(all[place]!)
  const [low, high] = [at(Math.floor(0.005 * (n - 1))), at(Math.ceil(0.995 * (n - 1)))]
  const far = high > low && at(n - 1) - at(0) > 2 * (high - low)
  const [from, to] = far ? [low, high] : [at(0), at(n - 1)]
  const margin = to > from ? 0.04 * (to - from) : 0.5
  const spread = spreadOf(all)
  const axis = spread > 0 && columns[0]!.kind !== 'datetime' ? { ...scale.axis, ...valueTicks(all, columns[0]!.clock) } : scale.axis
  return { ...scale, axis, domain: [scale.back(from - margin) - spread, scale.back(to + margin) + spread], spread }
}

/** A column of few values has them for ticks: nothing lies between 0 and 1. */
function valueTicks(ascending: Float64Array, clock: NumericColumn['clock']): object {
  const values = [...new Set(ascending)]
  if (values.length > MOST_TICKS) return {}
  const text = clock ? (time: number) => formatClock(time, clock) : tickText(Math.max(...values.map(Math.abs)) || 1)
  return { ticks: ticksApart(values, text) }
}

/** Six tenths of the least gap between the values, where there are at most 20. */
function spreadOf(ascending: Float64Array): number {
  const distinct = ascending.filter((value, i) => i === 0 || value !== ascending[i - 1])
  if (distinct.length > 20 || distinct.length < 2) return 0
  return 0.6 * distinct.slice(1).reduce((least, value, i) => Math.min(least, value - distinct[i]!), Number.POSITIVE_INFINITY)
}

/** Numbers in (−½, ½) that fill it evenly however many are taken, and are the same every time: multiples of an irrational. */
const even = (k: number, step: number) => ((k * step) % 1) - 0.5

/** Steps of an even sequence of points in two dimensions: 1/φ and 1/ρ of the golden and the plastic ratio (Roberts 2018). */
const GOLDEN = 0.6180339887498949
const PLASTIC = 0.7548776662466927

const inside = ({ domain }: Axis, value: number) => value >= domain[0] && value <= domain[1]

function title(word: string, side: number): Plot.Markish {
  return Plot.text([word], {
    frameAnchor: 'top-left',
    dy: -15,
    text: (d: string) => d,
    fill: paintOf(side),
    fontWeight: 'bold'
  })
}

function numbersPair(sides: readonly (readonly NumericColumn[])[]): Draw {
  const [x, y] = [0, 1].map((k) => axisOf(sides.map((columns) => columns[k]!))) as [Axis, Axis]
  const [a, b] = sides[0]! as [NumericColumn, NumericColumn]
  return (word, side) => {
    const [c, d] = sides[side]! as [NumericColumn, NumericColumn]
    const points = drawnRows(sides, side)
      .filter((i) => !c.missing?.[i] && !d.missing?.[i])
      .map((i, k) => ({ x: c.values[i]! + x.spread * even(k, GOLDEN), y: d.values[i]! + y.spread * even(k, PLASTIC) }))
      .filter((point) => inside(x, point.x) && inside(y, point.y))
    return drawPlot(`${b.name} against ${a.name}, ${word} rows`, {
      ...sizeOf(side, NUMBER_LABELS),
      x: { ...x.axis, domain: x.domain, label: shorten(a.name, 34), labelAnchor: 'center', labelArrow: 'none' },
      y: { ...y.axis, domain: y.domain, label: null, ...(side === 0 ? {} : { axis: null }) },
      marks: [Plot.frame({ strokeOpacity: 0.35 }), cloudOfDots(points, paintOf(side)), title(word, side)]
    })
  }
}

/** A number over a category: points spread sideways inside their level. */
function mixedPair(sides: readonly (readonly Table['columns'][number][])[], shownOf: ShownOf): Draw {
  const at = isNumeric(sides[0]![0]!) ? 0 : 1
  const numbers = sides.map((columns) => columns[at] as NumericColumn)
  const categories = sides.map((columns) => columns[1 - at] as CategoricalColumn)
  const y = axisOf(numbers)
  const shown = shownOf(categories[0]!)
  const labels = shown.map((level) => levelText(level, Math.max(3, Math.floor(34 / shown.length))))
  return (word, side) => {
    const points = drawnRows(sides, side)
      .map((i, k) => ({ i, level: shown.indexOf(levelAt(categories[side]!, i)), k }))
      .filter(({ i, level }) => level >= 0 && !numbers[side]!.missing?.[i])
      .map(({ i, level, k }) => ({ x: level + 0.6 * even(k, GOLDEN), y: numbers[side]!.values[i]! + y.spread * even(k, PLASTIC) }))
      .filter((point) => inside(y, point.y))
    return drawPlot(`${numbers[0]!.name} by ${categories[0]!.name}, ${word} rows`, {
      ...sizeOf(side, NUMBER_LABELS, roomBelow(labels)),
      x: {
        domain: [-0.5, shown.length - 0.5],
        ticks: shown.map((_, k) => k),
        tickFormat: (k: number) => labels[k]!,
        label: shorten(categories[0]!.name, 34),
        labelAnchor: 'center',
        labelArrow: 'none',
        tickSize: 0
      },
      y: { ...y.axis, domain: y.domain, label: null, ...(side === 0 ? {} : { axis: null }) },
      marks: [Plot.frame({ strokeOpacity: 0.35 }), cloudOfDots(points, paintOf(side)), title(word, side)]
    })
  }
}

/** Two categories: joint shares as shaded cells, one shade scale for both sides. */
function levelsPair(sides: readonly (readonly CategoricalColumn[])[], shownOf: ShownOf): Draw {
  const shown = [0, 1].map((k) => shownOf(sides[0]![k]!))
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
  const labels = shown[0]!.map((level) => levelText(level, Math.max(3, Math.floor(30 / shown[0]!.length))))
  return (word, side) =>
    drawPlot(`${names[1]} by ${names[0]}, shares of the ${word} rows`, {
      ...sizeOf(side, LEVEL_LABELS, roomBelow(labels)),
      x: {
        domain: shown[0]!.map((_, k) => String(k)),
        tickFormat: (k: string) => labels[Number(k)]!,
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
          fill: paintOf(side),
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
        title(word, side)
      ]
    })
}
