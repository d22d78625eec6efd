import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { expect, test } from 'vitest'
import { SvgDocument } from './svg-document.js'

const points = Array.from({ length: 12 }, (_, k) => ({
  x: k,
  y: (k * k) % 7,
  name: ['a & b', '<i>', '"c"\nd'][k % 3]!,
  low: k - 1,
  high: k + 1
}))

/** Marks of all sorts, each with something of its own: facets, blending, text of several lines, titles, links, markers, gaps. */
const marks = (): Plot.Markish[] => [
  Plot.frame(),
  Plot.gridX({ strokeDasharray: '2,2' }),
  Plot.line(points, { x: 'x', y: 'y', stroke: 'name', marker: 'dot', curve: 'step' }),
  Plot.dot(points, { x: 'x', y: 'y', symbol: 'name', title: 'name', href: () => 'https://example.org/?a=1&b=2' }),
  Plot.areaY(points, { x: 'x', y1: 'low', y2: 'high', mixBlendMode: 'multiply' }),
  Plot.rectY(points, Plot.binX({ y: 'count' }, { x: 'y' })),
  Plot.vector(points, { x: 'x', y: 'y', length: 9, rotate: 'y' }),
  Plot.text(points, { x: 'x', y: 'y', text: 'name', lineWidth: 3 }),
  Plot.text([], { x: 'x', y: 'y', text: 'name' }),
  Plot.ruleX([3], { strokeWidth: 2 })
]
const options = (fx: object) => ({ className: 'plot', clip: true, ...fx, marks: marks() })

test.each([
  ['one plane', {}],
  ['facets', { facet: { data: points, x: 'name' } }]
])('a drawing in it is the one in a whole document: %s', (_, more) => {
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const draw = (on: unknown) => Plot.plot({ ...options(more), document: on } as Plot.PlotOptions)
  // Plot numbers what is referred to anew in every drawing.
  const numbered = (text: string) => {
    const ids = [...new Set(text.match(/plot-(?:clip|marker)-\d+/g))]
    return text.replace(/plot-(?:clip|marker)-\d+/g, (id) => `id-${ids.indexOf(id)}`)
  }
  const read = (text: string) => numbered(parseHTML(`<!doctype html><html><body>${text}</body></html>`).document.toString())
  const drawn = String(draw(new SvgDocument()))
  expect(drawn).toContain('</svg>')
  expect(read(drawn)).toBe(read(draw(document).outerHTML))
})
