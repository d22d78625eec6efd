import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { Html } from './html.js'

/** A drawing as it is described to Observable Plot. */
type PlotOptions = NonNullable<Parameters<typeof Plot.plot>[0]>

export const REAL = 'var(--real)'
export const SYNTHETIC = 'var(--synthetic)'

const { document } = parseHTML('<!doctype html><html><body></body></html>')

/** Draws a plot as inline SVG, styled by the page. `label` says in words what it shows; `fontSize` in pixels. */
export function drawPlot(label: string, options: PlotOptions, fontSize = 10): Html {
  const drawn = Plot.plot({
    ...options,
    document: document as never,
    className: 'plot'
  } as PlotOptions) as unknown as DrawnPlot
  for (const style of Array.from(drawn.querySelectorAll('style'))) style.remove()
  // The whole drawing is one image to a screen reader; labels of its parts would not be allowed there.
  for (const part of Array.from(drawn.querySelectorAll('[aria-label]'))) part.removeAttribute('aria-label')
  drawn.setAttribute('role', 'img')
  drawn.setAttribute('aria-label', label.replaceAll(/["<>&]/g, ' '))
  drawn.setAttribute('font-size', String(fontSize))
  drawn.removeAttribute('style')
  return new Html(String(drawn.outerHTML))
}

/** What is used of an SVG element; this package is compiled without the browser's types. */
interface DrawnPlot {
  readonly outerHTML: string
  querySelectorAll(selector: string): Iterable<{ remove(): void; removeAttribute(name: string): void }>
  setAttribute(name: string, value: string): void
  removeAttribute(name: string): void
}

/** Pixels of the lattice that points are drawn on: a dot is wider, and finer digits would say what single rows have. */
const DOT_PLACES = 2

/**
 * Many points as one path of round dots: a tenth of the size of as many circles. A report is passed on: each stands on a lattice of a
 * hundredth of the picture, and they come in the order of their places, which says nothing of whose they are in another picture.
 */
export function cloudOfDots(points: readonly { readonly x: number; readonly y: number }[], colour: string): Plot.Markish {
  return Plot.dot(
    points as { x: number; y: number }[],
    {
      x: 'x',
      y: 'y',
      render(index: number[], _scales: unknown, values: { x?: ArrayLike<number>; y?: ArrayLike<number> }) {
        const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
        const place = (value: number) => DOT_PLACES * Math.round(value / DOT_PLACES)
        const dots = Array.from(index, (i) => `M${place(values.x![i]!)},${place(values.y![i]!)}h0`)
        path.setAttribute('d', dots.sort().join(''))
        for (const [name, value] of Object.entries({
          stroke: colour,
          'stroke-width': '3',
          'stroke-linecap': 'round',
          'stroke-opacity': '0.65',
          fill: 'none'
        }))
          path.setAttribute(name, value)
        return path
      }
    } as never
  )
}
