// Figures of the benches of the papers: panels side by side, each a title, axes with their names, and marks of Plot.
import * as Plot from '@observablehq/plot'
import { frame, panel, SOFT, save, text } from '../../scripts/drawing.mjs'

export { BLUE, INK, LINE, SOFT, VERMILION } from '../../scripts/drawing.mjs'
export const GREEN = '#009e73'
export const PURPLE = '#8e5ea2'
export const GREY = '#8a8a86'

const [WIDTH, HEIGHT, GAP, TOP] = [360, 300, 18, 84]

/** Lines with their dots, one a series: { name, colour, points: [[x, y] …], dash?, dots? }; `clip` cuts what the axes do not hold. */
export const curves = (series, { clip = false } = {}) =>
  series.flatMap(({ colour, points, dash, dots = true }) => {
    const shown = points.filter(([, y]) => Number.isFinite(y)).map(([x, y]) => ({ x, y }))
    const line = Plot.line(shown, { x: 'x', y: 'y', stroke: colour, strokeWidth: 2, strokeDasharray: dash, clip })
    return dots ? [line, Plot.dot(shown, { x: 'x', y: 'y', fill: colour, r: 3.4, clip })] : [line]
  })

/** Points of a matrix in its first two columns, those inside [low, high] of both. */
export const scatter = ({ data, rows, cols }, { colour, x, y, radius = 2, opacity = 0.6 }) =>
  Plot.dot(
    Array.from({ length: rows }, (_, i) => ({ x: data[i * cols], y: data[i * cols + 1] })).filter(
      (p) => p.x >= x[0] && p.x <= x[1] && p.y >= y[0] && p.y <= y[1]
    ),
    { x: 'x', y: 'y', fill: colour, r: radius, fillOpacity: opacity }
  )

/**
 * Writes docs/images/NAME.png. Panels: { title, key: [[words, colour] …], x, y, xName, yName, marks }; x and y are scales of Plot.
 * `words` say what is seen, for those who do not see it.
 */
export function figure(name, { panels }) {
  const parts = panels.flatMap(({ title, key = [], x = {}, y = {}, xName = '', yName = '', marks, square }, at) => {
    const left = 16 + at * (WIDTH + GAP)
    let place = left + 6
    const legend = key.map(([words, colour]) => {
      const drawn = `<circle cx="${place + 5}" cy="49" r="4.5" fill="${colour}"/>${text(words, { x: place + 14, y: 54, size: 13, colour: SOFT })}`
      place += 28 + 6.6 * words.length
      return drawn
    })
    return [
      text(title, { x: left + 4, y: 28, size: 16, weight: 600 }),
      ...legend,
      text(yName, { x: left + 4, y: 76, size: 12.5, colour: SOFT }),
      panel(
        {
          width: WIDTH,
          height: HEIGHT,
          marginLeft: 50,
          marginRight: 14,
          marginTop: 10,
          marginBottom: 30,
          ...(square ? { aspectRatio: 1, height: HEIGHT } : {}),
          x: { label: null, tickSize: 0, tickPadding: 8, ticks: 5, ...x },
          y: { label: null, tickSize: 0, tickPadding: 8, ticks: 5, ...y },
          marks: [...frame(), ...marks]
        },
        { x: left, y: TOP }
      ),
      text(xName, { x: left + WIDTH / 2 + 18, y: TOP + HEIGHT + 14, size: 12.5, colour: SOFT, anchor: 'middle' })
    ]
  })
  save(name, { width: 32 + panels.length * (WIDTH + GAP) - GAP, height: TOP + HEIGHT + 28 }, parts)
}
