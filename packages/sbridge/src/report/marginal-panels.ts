import * as Plot from '@observablehq/plot'
import type { Evaluation } from '@sbridge/core'
import {
  type CategoricalColumn,
  type ColumnEvaluation,
  formatClock,
  levelName,
  levelShares,
  limitText,
  type NumericColumn,
  numberText,
  presentValues,
  RARE_BELOW,
  shorten,
  tickText,
  timeText
} from '@sbridge/core/internal'
import { isNumeric, type Table } from '@sbridge/core/tables'
import { axisScale, ticksApart } from './axis-scale.js'
import { type Panel, REAL_AND_SYNTHETIC, type Sides } from './blocks.js'
import { histogram } from './histogram.js'
import type { Html } from './html.js'
import { bothText, frame, sharesText } from './marginal-frame.js'
import { drawPlot, REAL, SYNTHETIC } from './plot.js'
import { shownLevels, shownValues } from './rare-values.js'

/** Numbers with at most this many distinct values are drawn value by value. */
const MOST_ATOMS = 25
const MOST_LEVELS = 10

/** Values that fit below an axis one by one. */
const MOST_TICKS = 8

/** Letters of a level's name that fit beside its bars, and above them. */
const [LONGEST_BESIDE, LONGEST_NAME] = [18, 48]

/** A single value that this share of the rows has is a spike, said in words and left out of the histogram. */
const SPIKE_SHARE = 0.15

export interface Marginal {
  readonly real: Table
  /** The real rows that are counted to tell what is rare, where `real` repeats some. */
  readonly counted?: Table
  readonly synthetic: Table
  /** Column of both tables. */
  readonly name: string
  readonly evaluation: ColumnEvaluation
  /** Whether values of fewer than three rows may be shown. */
  readonly showValues?: boolean | undefined
  readonly sides?: Sides
}

/** How far a column is from the data's. */
export function marginalOf({ kolmogorovSmirnov, totalVariation }: ColumnEvaluation): ColumnEvaluation['kolmogorovSmirnov'] {
  return kolmogorovSmirnov ?? totalVariation
}

/** All columns in their order, or so many with the largest marginal distance, worst first. */
export function drawnColumns(columns: Evaluation['columns'], most: number): string[] {
  const names = Object.keys(columns)
  if (names.length <= most) return names
  const distance = (name: string) => marginalOf(columns[name]!)?.value ?? 0
  return [...names].sort((a, b) => distance(b) - distance(a) || names.indexOf(a) - names.indexOf(b)).slice(0, most)
}

/** The distribution of one column in both tables. */
export function marginalPanel({
  real,
  counted = real,
  synthetic,
  name,
  evaluation,
  showValues = false,
  sides = REAL_AND_SYNTHETIC
}: Marginal): Panel {
  const a = columnOf(real, name)
  const b = columnOf(synthetic, name)
  const rare = columnOf(counted, name)
  const distance = marginalOf(evaluation)
  const label = evaluation.kolmogorovSmirnov ? 'KS' : 'TV'
  const detail = `${label} ${numberText(distance?.value)}, floor ${numberText(distance?.floor)}`
  if (!isNumeric(a) || !isNumeric(b))
    return {
      title: name,
      detail,
      drawings: [levelsDrawing(a as CategoricalColumn, b as CategoricalColumn, { showValues, sides, counted: rare as CategoricalColumn })],
      remarks: []
    }
  const { drawing, spikes } = numbersDrawing(a, b, { showValues, sides, counted: rare as NumericColumn })
  return { title: name, detail, drawings: drawing ? [drawing] : [], remarks: [...spikes, ...missingRemark(evaluation, sides)] }
}

interface Manner<Of> {
  readonly counted: Of
  readonly showValues: boolean
  readonly sides: Sides
}

export function columnOf(table: Table, name: string): Table['columns'][number] {
  return table.columns.find((column) => column.name === name)!
}

function missingRemark({ missingShare }: ColumnEvaluation, sides: Sides): string[] {
  if (missingShare.real === 0 && missingShare.synthetic === 0) return []
  return [`missing: ${sharesText(missingShare.real, missingShare.synthetic, sides)}`]
}

function countsOf(values: Float64Array): Map<number, number> {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

function numbersDrawing(
  real: NumericColumn,
  synthetic: NumericColumn,
  { showValues, sides, counted }: Manner<NumericColumn>
): { drawing?: Html; spikes: string[] } {
  const [a, b] = [presentValues(real), presentValues(synthetic)]
  const present = presentValues(counted)
  if (present.length < RARE_BELOW && !showValues) return { spikes: ['fewer than three real values: not drawn'] }
  const [counts, others] = [countsOf(a), countsOf(b)]
  const [first, second] = [(value: number) => (counts.get(value) ?? 0) / a.length, (value: number) => (others.get(value) ?? 0) / b.length]
  const shown = shownValues(counted === real ? counts : countsOf(present), showValues)
  const values = counts.size <= MOST_ATOMS && others.size <= MOST_ATOMS ? [...new Set([...counts.keys(), ...others.keys()])] : undefined
  const hidden = values?.filter((value) => !shown(value)) ?? []
  const sum = (share: (value: number) => number) => hidden.reduce((total, value) => total + share(value), 0)
  // Where most values are too rare to be shown one by one, bins hold them together.
  if (values && values.length <= MOST_ATOMS && (hidden.length === 0 || (hidden.length < values.length && sum(first) < 0.5))) {
    const rest = `rarer values, not drawn: ${sharesText(sum(first), sum(second), sides)}`
    const sharesOf = (side: Map<number, number>, share: (value: number) => number) =>
      new Map(Array.from(side.keys(), (value) => [value, share(value)] as const).filter(([value]) => shown(value)))
    const kept = [sharesOf(counts, first), sharesOf(others, second)] as const
    // Among many bars the axis cannot name those of limits.
    const named = values.length > MOST_TICKS ? values.filter((value) => shown(value) && limitText(value, real) !== undefined) : []
    const limits = named.map((value) => `${spikeText(value, real)}: ${sharesText(first(value), second(value), sides)}`)
    return { drawing: atomsDrawing(real, kept, sides), spikes: [...limits, ...(hidden.length > 0 ? [rest] : [])] }
  }
  const spiky = Array.from(counts.keys()).filter((value) => first(value) >= SPIKE_SHARE && shown(value))
  const spikes = spiky.map((value) => `${spikeText(value, real)}: ${sharesText(first(value), second(value), sides)} (not drawn)`)
  const rest = (values: Float64Array) => values.filter((value) => !spiky.includes(value))
  const { drawing, outside } = histogram(real, { real: rest(a), synthetic: rest(b), realCount: a.length, syntheticCount: b.length, sides })
  return { drawing, spikes: [...spikes, ...outside] }
}

/** A value that many rows have, as the table shows it where it stands for a limit of measurement. */
function spikeText(value: number, column: NumericColumn): string {
  const { kind, clock } = column
  return limitText(value, column) ?? `= ${clock ? formatClock(value, clock) : kind === 'datetime' ? timeText(value) : numberText(value)}`
}

function axisTicks(column: NumericColumn, values: readonly number[]): object {
  const { axis } = axisScale(column, Float64Array.from(values))
  if (column.kind === 'datetime') return { ...axis, type: 'utc' }
  if (column.clock) return { ...axis, type: 'linear' }
  if (values.length > MOST_TICKS) return { ...axis, type: 'linear' }
  const plain = tickText(Math.max(...values.map(Math.abs)) || 1)
  const tickFormat = (value: number) => limitText(value, column) ?? plain(value)
  return { ...axis, ticks: ticksApart(values, tickFormat), ...(column.limits ? { tickFormat } : {}), type: 'linear' }
}

/** Shares of the single values, side by side. */
function atomsDrawing(column: NumericColumn, shares: readonly [Map<number, number>, Map<number, number>], sides: Sides): Html {
  const values = [...new Set([...shares[0].keys(), ...shares[1].keys()])].sort((a, b) => a - b)
  const gaps = values.slice(1).map((value, i) => value - values[i]!)
  const range = values.at(-1)! - values[0]!
  // One far value must not make the others' bars invisible.
  const width = Math.max(range / 80, 0.8 * (gaps.length > 0 ? Math.min(...gaps) : 1))
  const bars = shares.flatMap((side, s) =>
    values.map((value) => ({
      from: value + (s === 0 ? -width / 2 : 0),
      to: value + (s === 0 ? 0 : width / 2),
      share: side.get(value) ?? 0,
      fill: s === 0 ? REAL : SYNTHETIC
    }))
  )
  const alone = values.length === 1 ? { domain: [values[0]! - 1.5, values[0]! + 1.5] } : {}
  return drawPlot(`Shares of the values of ${column.name}, ${bothText(sides)}`, {
    ...frame({ ...axisTicks(column, values), ...alone }),
    marks: [Plot.rectY(bars, { x1: 'from', x2: 'to', y: 'share', fill: 'fill', fillOpacity: 0.85 }), Plot.ruleY([0])]
  })
}

/** Bars of the shares of the most frequent levels, and of missing cells; the other levels together, with those too rare to be shown. */
function levelsDrawing(
  real: CategoricalColumn,
  synthetic: CategoricalColumn,
  { showValues, sides, counted }: Manner<CategoricalColumn>
): Html {
  const a = levelShares(real)
  const b = levelShares(synthetic)
  const share = (side: Map<string | undefined, number>, level: string | undefined) => side.get(level) ?? 0
  const known = [...new Set([...a.keys(), ...b.keys()])]
  known.sort((x, y) => share(a, y) - share(a, x) || share(b, y) - share(b, x) || (String(x) < String(y) ? -1 : 1))
  const common = known.filter(shownLevels(counted, showValues))
  const most = new Set(common.filter((level) => level !== undefined).slice(0, MOST_LEVELS - (common.includes(undefined) ? 2 : 1)))
  const shown = known.length <= MOST_LEVELS ? common : common.filter((level) => level === undefined || most.has(level))
  const others = known.filter((level) => !shown.includes(level))
  const rows = shown.map((level, k) => ({
    key: String(k),
    text: level === undefined ? '(missing)' : shorten(levelName(level), LONGEST_NAME),
    real: share(a, level),
    synthetic: share(b, level)
  }))
  if (others.length > 0) {
    const sum = (side: Map<string | undefined, number>) => others.reduce((total, level) => total + share(side, level), 0)
    rows.push({ key: 'others', text: others.length === 1 ? '1 other' : `${others.length} others`, real: sum(a), synthetic: sum(b) })
  }
  const bars = rows.flatMap((row) => [
    { level: row.key, side: 'a', share: row.real, fill: REAL },
    { level: row.key, side: 'b', share: row.synthetic, fill: SYNTHETIC }
  ])
  const texts = new Map(rows.map((row) => [row.key, row.text]))
  const longest = Math.max(...rows.map((row) => [...row.text].length))
  // Long names stand above their bars, where the whole width is theirs.
  const above = longest > LONGEST_BESIDE
  const names = above
    ? [Plot.text(rows, { x: 0, y: () => 'name', fy: 'key', text: 'text', textAnchor: 'start', dx: 2 })]
    : [Plot.axisFy({ anchor: 'left', label: null, tickFormat: (key: string) => texts.get(key) ?? '' })]
  return drawPlot(`Shares of the levels of ${real.name}, ${bothText(sides)}`, {
    width: 290,
    height: Math.max(80, 28 + (above ? 39 : 26) * rows.length),
    marginLeft: above ? 6 : 14 + 5.6 * longest,
    marginRight: 8,
    marginTop: 4,
    marginBottom: 22,
    x: { label: null, ticks: 4, percent: true, grid: true },
    y: { axis: null, padding: 0.05, domain: above ? ['name', 'a', 'b'] : ['a', 'b'] },
    fy: { domain: rows.map((row) => row.key), padding: 0.22, label: null, axis: null },
    marks: [Plot.barX(bars, { x: 'share', y: 'side', fy: 'level', fill: 'fill', fillOpacity: 0.85 }), ...names, Plot.ruleX([0])]
  })
}
