import * as Plot from '@observablehq/plot'
import type { NumericColumn } from '@sbridge/core/internal'
import { ascendingOf, axisScale } from './axis-scale.js'
import { drawnBins } from './bins.js'
import type { Sides } from './blocks.js'
import type { Html } from './html.js'
import { bothText, frame, sharesText } from './marginal-frame.js'
import { drawPlot, REAL, SYNTHETIC } from './plot.js'

interface HistogramInput {
  readonly real: Float64Array
  readonly synthetic: Float64Array
  readonly realCount: number
  readonly syntheticCount: number
  readonly sides: Sides
}

/** Shares of the rows per bin: filled for the real rows, outlined for the synthetic ones. */
export function histogram(
  column: NumericColumn,
  { real, synthetic, realCount, syntheticCount, sides }: HistogramInput
): { drawing: Html; outside: string[] } {
  const both = ascendingOf([real, synthetic])
  const scale = axisScale(column, both)
  const [first, second] = [real.map(scale.forth).sort(), synthetic.map(scale.forth)]
  // On an axis of logarithms, on which 2 stands elsewhere, whole numbers are no equal steps.
  const areWhole = column.kind === 'integer' && scale.forth(2) === 2
  const { low, width, count } = drawnBins(first, both.map(scale.forth), areWhole)
  const high = low + count * width
  const bins = (values: Float64Array, total: number) => {
    const shares = new Array<number>(count).fill(0)
    for (const value of values)
      if (value >= low && value <= high) shares[Math.min(count - 1, Math.floor((value - low) / width))]! += 1 / total
    return shares.map((share, k) => ({ from: scale.back(low + k * width), to: scale.back(low + (k + 1) * width), share }))
  }
  const steps = bins(second, syntheticCount).flatMap(({ from, to, share }) => [
    { x: from, share },
    { x: to, share }
  ])
  const outline = [{ x: scale.back(low), share: 0 }, ...steps, { x: scale.back(high), share: 0 }]
  const out = (values: Float64Array) => values.filter((value) => value < low || value > high).length
  const outside = out(first) + out(second)
  return {
    drawing: drawPlot(`Histogram of ${column.name}, ${bothText(sides)}`, {
      ...frame(scale.axis),
      marks: [
        Plot.rectY(
          bins(first, realCount).filter(({ share }) => share > 0),
          { x1: 'from', x2: 'to', y: 'share', fill: REAL, fillOpacity: 0.4, inset: 0.25 }
        ),
        Plot.line(outline, { x: 'x', y: 'share', stroke: SYNTHETIC, strokeWidth: 1.6, strokeLinejoin: 'miter' }),
        Plot.ruleY([0])
      ]
    }),
    outside: outside === 0 ? [] : [`tails not drawn: ${sharesText(out(first) / realCount, out(second) / syntheticCount, sides)}`]
  }
}
