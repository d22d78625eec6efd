import { DAY } from '../../code/rules/quantity.js'
import { keyFromSeed, permutation } from '../../num/random.js'
import { numbersOf } from '../../table/rows.js'
import type { Table } from '../../table/table.js'
import type { Axis, Block, Drawing, Figure, Point } from '../../tell/telling.js'
import type { BridgeTables, Drift } from './measures.js'
import type { BridgeSummary } from './model.js'

/** Columns whose histograms are drawn at most, and bins of each. */
const MOST_COLUMNS = 6
const BINS = 24
/** Rows that are drawn as dots, and as ways, at most. */
const MOST_DOTS = 800
const MOST_WAYS = 80

const KEY = { real: 'first table', synthetic: 'second table' } as const

/** Ways in the two columns that drift most, and histograms of those that do. */
export function bridgeFigures(tables: BridgeTables, drifts: readonly Drift[]): readonly Block[] {
  const names = drifts.map(({ name }) => name)
  if (names.length === 0) return []
  const histograms: Figure = {
    kind: 'figure',
    caption:
      'The columns that drift most. The line in the colour of the text is the first table where the bridge carries it, which should lie on the second.',
    key: KEY,
    drawings: names.slice(0, MOST_COLUMNS).map((name) => histogram(tables, name))
  }
  return names.length < 2 ? [histograms] : [waysFigure(tables, [names[0]!, names[1]!]), histograms]
}

function waysFigure(tables: BridgeTables, [x, y]: readonly [string, string]): Figure {
  const shown = pointsOf(tables, tables.shown, [x, y])
  const carried = pointsOf(tables, tables.carried, [x, y])
  const chosen = [...permutation(keyFromSeed(1), shown.length)].filter((i) => shown[i] && carried[i]).slice(0, MOST_WAYS)
  return {
    kind: 'figure',
    caption: `Ways of ${chosen.length} rows of the first table, in the two columns that drift most.`,
    key: KEY,
    drawings: [
      {
        label: `Ways from the first table to the second, ${x} against ${y}`,
        size: [560, 420],
        x: axisOf(tables, x),
        y: axisOf(tables, y),
        marks: [
          { kind: 'cloud', side: 'real', points: someOf(pointsOf(tables, tables.from, [x, y])) },
          { kind: 'cloud', side: 'synthetic', points: someOf(pointsOf(tables, tables.to, [x, y])) },
          {
            kind: 'line',
            side: 'plain',
            thin: true,
            points: chosen.flatMap((i, line) => [
              { ...shown[i]!, line },
              { ...carried[i]!, line }
            ])
          }
        ]
      }
    ]
  }
}

/** Rows at random: those of real tables often come in an order. */
function someOf(points: readonly (Point | undefined)[]): Point[] {
  const present = points.filter((point) => point !== undefined)
  return Array.from(permutation(keyFromSeed(1), present.length).subarray(0, MOST_DOTS), (i) => present[i]!)
}

/** A column's cells, dates in days since the first one; NaN where missing. */
function cellsOf(tables: BridgeTables, table: Table, name: string): Float64Array {
  const { kind, values, missing } = numbersOf(table, name)
  const start = kind === 'datetime' ? startOf(tables, name) : 0
  const unit = kind === 'datetime' ? DAY : 1
  return values.map((x, i) => (missing?.[i] ? Number.NaN : (x - start) / unit))
}

function startOf({ from, to }: BridgeTables, name: string): number {
  return [from, to].flatMap((table) => presentOf(table, name)).reduce((a, b) => Math.min(a, b))
}

function presentOf(table: Table, name: string): number[] {
  const { values, missing } = numbersOf(table, name)
  return [...values].filter((_, i) => !missing?.[i])
}

function axisOf(tables: BridgeTables, name: string): Axis {
  if (numbersOf(tables.from, name).kind !== 'datetime') return { label: name }
  return { label: `${name} (days since ${new Date(startOf(tables, name)).toISOString().slice(0, 10)})` }
}

/** Points of rows in two columns; undefined where one is missing. */
function pointsOf(tables: BridgeTables, table: Table, [x, y]: readonly [string, string]): (Point | undefined)[] {
  const [xs, ys] = [cellsOf(tables, table, x), cellsOf(tables, table, y)]
  return Array.from(xs, (value, i) => (Number.isNaN(value) || Number.isNaN(ys[i]!) ? undefined : { x: value, y: ys[i]! }))
}

function histogram(tables: BridgeTables, name: string): Drawing {
  const cells = [tables.from, tables.to, tables.carried].map((table) => cellsOf(tables, table, name).filter((x) => !Number.isNaN(x)))
  const all = cells.flatMap((values) => [...values])
  const [low, high] = [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))]
  const width = high > low ? (high - low) / BINS : 1
  const shares = cells.map((values) => {
    const counts = new Float64Array(BINS)
    for (const x of values) {
      const bin = Math.min(BINS - 1, Math.floor((x - low) / width))
      counts[bin] = counts[bin]! + 1 / values.length
    }
    return counts
  })
  const outline = (counts: Float64Array): Point[] =>
    [...counts].flatMap((y, bin) => [
      { x: low + bin * width, y },
      { x: low + (bin + 1) * width, y }
    ])
  const [from, to, carried] = [shares[0]!, shares[1]!, shares[2]!]
  return {
    label: `Histograms of ${name}`,
    name,
    size: [280, 170],
    x: { ...axisOf(tables, name), ticks: 5 },
    y: { ticks: 3, label: 'share of rows' },
    marks: [
      { kind: 'bars', side: 'real', points: [...from].map((y, bin) => ({ from: low + bin * width, to: low + (bin + 1) * width, y })) },
      { kind: 'line', side: 'synthetic', points: outline(to) },
      { kind: 'line', side: 'plain', points: outline(carried) }
    ]
  }
}

/** What ε was chosen by. */
export function bandwidthFigure(trials: BridgeSummary['trials']): Figure {
  const points = trials.map(({ exponent, loss }) => ({ x: exponent, y: loss }))
  return {
    kind: 'figure',
    caption:
      'How far the map of one half of the rows misses where the other half goes, by the exponent p of m^p partners a row; the other half’s own partners are noisy, which all trials share.',
    drawings: [
      {
        label: 'Held-out error of the map by the exponent of partners',
        size: [420, 220],
        x: { label: 'exponent p' },
        y: { label: 'mean squared error' },
        marks: [
          { kind: 'line', side: 'real', points },
          { kind: 'dots', side: 'real', points }
        ]
      }
    ]
  }
}
