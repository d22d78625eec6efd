import * as Plot from '@observablehq/plot'
import { Html } from './html.js'
import { SvgDocument, type SvgElement } from './svg-document.js'

/** A drawing as it is described to Observable Plot. */
type PlotOptions = NonNullable<Parameters<typeof Plot.plot>[0]>

export const REAL = 'var(--real)'
export const SYNTHETIC = 'var(--synthetic)'

const document = new SvgDocument()

/** Draws a plot as inline SVG, styled by the page. `label` says in words what it shows; `fontSize` in pixels. */
export function drawPlot(label: string, options: PlotOptions, fontSize = 10): Html {
  const drawn = Plot.plot({
    ...options,
    document: document as never,
    className: 'plot'
  } as PlotOptions) as unknown as SvgElement
  for (const part of [...drawn.all()]) {
    if (part.localName === 'style') part.parentNode?.removeChild(part)
    // The whole drawing is one image to a screen reader; labels of its parts would not be allowed there.
    part.removeAttribute('aria-label')
  }
  drawn.setAttribute('role', 'img')
  drawn.setAttribute('aria-label', label.replaceAll(/["<>&]/g, ' '))
  drawn.setAttribute('font-size', String(fontSize))
  return new Html(String(drawn))
}

/** Many points as one path of round dots: a tenth of the size of as many circles. */
export function cloudOfDots(points: readonly { readonly x: number; readonly y: number }[], colour: string): Plot.Markish {
  return Plot.dot(
    points as { x: number; y: number }[],
    {
      x: 'x',
      y: 'y',
      render(index: number[], _scales: unknown, values: { x?: ArrayLike<number>; y?: ArrayLike<number> }) {
        const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
        const place = (value: number) => String(Math.round(value * 10) / 10)
        path.setAttribute('d', Array.from(index, (i) => `M${place(values.x![i]!)},${place(values.y![i]!)}h0`).join(''))
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
