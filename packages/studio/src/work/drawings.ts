import { type Associations, type ColumnEvaluation, isNumeric, numberText, presentValues, type Table } from '@sbridge/core'
import { mean, variance } from '@sbridge/core/internal'
import { type Html, marginalPanel, mostRelatedPairs, pairPanel, REAL_AND_SYNTHETIC, type Sides } from 'sbridge/internal/report'
import type { Drawing } from './messages.js'

export { drawingSvg, renderReport } from 'sbridge/internal/report'

const MOST_COLUMNS = 16
const MOST_PAIRS = 4

interface Tables {
  readonly real: Table
  readonly synthetic: Table
}

/** The report's drawing of every column, the worst first where not all are shown. */
export function marginalDrawings(
  { real, synthetic }: Tables,
  columns: Readonly<Record<string, ColumnEvaluation>>,
  sides: Sides = REAL_AND_SYNTHETIC
): Drawing[] {
  const distance = (name: string) => columns[name]!.kolmogorovSmirnov ?? columns[name]!.totalVariation
  const excess = (name: string) => (distance(name)?.value ?? 0) - (distance(name)?.floor ?? 0)
  const names = Object.keys(columns)
  const shown = names.length <= MOST_COLUMNS ? names : [...names].sort((a, b) => excess(b) - excess(a)).slice(0, MOST_COLUMNS)
  return shown.map((name) => {
    const panel = marginalPanel({ real, synthetic, name, evaluation: columns[name]! })
    const label = columns[name]!.kolmogorovSmirnov ? 'KS' : 'TV'
    const detail = `${label} ${numberText(distance(name)?.value)}, floor ${numberText(distance(name)?.floor)}`
    return { title: name, detail, svgs: svgsOf(panel).map((svg) => renamed(svg, sides)), remarks: remarksOf(panel, sides) }
  })
}

/** Mean and spread of a column of numbers in the data and in rows under conditions; nothing of categories. */
export function beforeAndAfter({ real, synthetic }: Tables, name: string): string {
  const moments = [real, synthetic].map((table) => {
    const column = table.columns.find((one) => one.name === name)!
    const values = isNumeric(column) && column.kind !== 'datetime' ? presentValues(column) : new Float64Array(0)
    return values.length > 1 ? { mean: mean(values), spread: Math.sqrt(variance(values)) } : undefined
  })
  const [before, after] = moments
  if (!before || !after) return ''
  return `mean ${numberText(before.mean)} → ${numberText(after.mean)}, spread ${numberText(before.spread)} → ${numberText(after.spread)}`
}

/** The report's drawings of the columns that belong together most. */
export function pairDrawings(
  { real, synthetic }: Tables,
  { names, real: strengths, synthetic: others }: Associations,
  sides: Sides = REAL_AND_SYNTHETIC
): Drawing[] {
  const at = (name: string) => names.indexOf(name)
  return mostRelatedPairs(names, strengths, MOST_PAIRS).map(([a, b]) => {
    const pair = [strengths[at(b)]![at(a)]!, others[at(b)]![at(a)]!] as const
    return {
      title: `${a} × ${b}`,
      detail: `association ${numberText(pair[0])} ${sides.real}, ${numberText(pair[1])} ${sides.synthetic}`,
      svgs: svgsOf(pairPanel({ real, synthetic, sides }, [a, b], pair)),
      remarks: []
    }
  })
}

function svgsOf(panel: Html): string[] {
  return panel.text.match(/<svg[\s\S]*?<\/svg>/g) ?? []
}

/** A drawing of one column by the names of the sides, which only its description has. */
function renamed(svg: string, { real, synthetic }: Sides): string {
  return svg.replace(/(aria-label="[^"]*), real and synthetic"/, `$1, ${real} and ${synthetic}"`)
}

/** What a panel says below its drawing: numbers only. */
function remarksOf(panel: Html, { real, synthetic }: Sides): string[] {
  return Array.from(panel.text.matchAll(/<div class="key">([^<]*)<\/div>/g), ([, words]) =>
    words!.replaceAll('&lt;', '<').replace(/% real, (.*%) synthetic/, `% ${real}, $1 ${synthetic}`)
  )
}
