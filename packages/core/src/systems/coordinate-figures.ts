import type { Matrix } from '../num/matrix.js'
import { keyFromSeed, permutation } from '../num/random.js'
import type { Drawing, Figure } from '../tell/telling.js'

/** A spectrum, largest first; what became coordinates is filled. */
export function spectrumDrawing(spectrum: readonly number[], dimension: number, label: string): Drawing {
  const points = spectrum.map((y, k) => ({ x: k + 1, y }))
  return {
    label: `Spectrum: ${label}`,
    size: [420, 240],
    x: { label: 'number', ticks: wholeTicks(points.length) },
    y: { label },
    marks: [
      { kind: 'stems', side: 'real', points },
      { kind: 'dots', side: 'real', points: points.slice(0, dimension) },
      { kind: 'dots', side: 'real', points: points.slice(dimension), hollow: true }
    ]
  }
}

/** Ticks of an axis, at most. */
const MOST_TICKS = 10

/** Ticks of a count: all whole numbers where they are few, round ones where they are many. */
export function wholeTicks(last: number): number | number[] {
  return last > MOST_TICKS ? MOST_TICKS : Array.from({ length: last }, (_, k) => k + 1)
}

/** Points drawn at most: more only make a page heavy. */
const MOST_DOTS = 1500

/** Coordinates, first against second. */
export function coordinateFigure(real: Matrix, drawn?: Matrix): Figure {
  const second = real.cols > 1 ? 1 : 0
  // Rows at random: those of real tables often come in an order.
  const points = ({ data, rows, cols }: Matrix) =>
    Array.from(permutation(keyFromSeed(1), rows).subarray(0, MOST_DOTS), (i) => ({ x: data[i * cols]!, y: data[i * cols + second]! }))
  return {
    kind: 'figure',
    caption: 'Rows in their first two coordinates.',
    ...(drawn ? { key: { real: 'training rows', synthetic: 'draws' } } : {}),
    drawings: [
      {
        label: 'Coordinates, first against second',
        size: [420, 360],
        x: { label: 'coordinate 1' },
        y: { label: second === 1 ? 'coordinate 2' : 'coordinate 1' },
        marks: [
          { kind: 'cloud', side: 'real', points: points(real) },
          ...(drawn ? [{ kind: 'cloud', side: 'synthetic', points: points(drawn) } as const] : [])
        ]
      }
    ]
  }
}
