import * as Plot from '@observablehq/plot'
import { type Associations, shorten } from '@sbridge/core/internal'
import { panel } from './blocks.js'
import type { Html } from './html.js'
import { drawPlot } from './plot.js'

/** Up to this many columns the panels are small, and their cells hold numbers. */
export const FEW_COLUMNS = 9

/** Associations of every two of the columns named: real, synthetic, and their difference. */
export function associationPanels(associations: Associations, names: readonly string[]): Html[] {
  const at = names.map((name) => associations.names.indexOf(name))
  const sides = [
    { name: 'real', label: 'Associations of the real columns', of: (a: number, b: number) => associations.real[a]![b]! },
    { name: 'synthetic', label: 'Associations of the synthetic columns', of: (a: number, b: number) => associations.synthetic[a]![b]! },
    {
      name: 'synthetic − real',
      label: 'Differences of the associations',
      of: (a: number, b: number) => associations.synthetic[a]![b]! - associations.real[a]![b]!
    }
  ]
  return sides.map(({ name, label, of }) =>
    panel(
      name,
      '',
      heatmap(
        label,
        names,
        at.map((a) => at.map((b) => of(a, b)))
      )
    )
  )
}

/** Pixels. */
const LARGEST_CELL = 56
const LONGEST_NAME = 16
/** Widths of characters, in parts of the size of the font. */
const [WIDE, NARROW] = [0.7, 0.54]

/** About how wide a name is: capitals take more room. */
const widthOf = (name: string, fontSize: number): number =>
  fontSize * [...name].reduce((sum, sign) => sum + (/[\p{Lu}mw%@]/u.test(sign) ? WIDE : NARROW), 0)

function heatmap(label: string, names: readonly string[], values: readonly (readonly number[])[]): Html {
  const cells = values
    .flatMap((row, y) => row.map((value, x) => ({ x: String(x), y: String(y), value })))
    .filter(({ x, y }) => Number(x) < Number(y))
  const few = names.length <= FEW_COLUMNS
  const size = few ? 300 : 440
  const fontSize = few ? 10 : 8.5
  const texts = names.map((name) => shorten(name, LONGEST_NAME))
  const room = Math.max(...texts.map((name) => widthOf(name, fontSize)))
  const text = (key: string) => texts[Number(key)]!
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
    fontSize
  )
}

/** A correlation without its leading zero, as tables of correlations have it. */
function shortCorrelation(value: number): string {
  const size = Math.abs(value).toFixed(2).replace(/^0/, '')
  return Number(size) === 0 ? '0' : `${value < 0 ? '−' : ''}${size}`
}
