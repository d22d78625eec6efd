// A panel of plain data as a picture with its title and key.
import * as Plot from '@observablehq/plot'

const COLOURS = { rows: '#8a8a86', ours: '#c4501b', other: '#1f6fb2' }
/** Narrowest and widest panel, and the gap between panels, as in the style sheet. */
const [NARROWEST, WIDEST, GAP] = [270, 380, 24]
const ASPECT = 0.78

const MARKS = {
  dots: ({ points, colour, sizes }) =>
    Plot.dot(
      points.map(([x, y], i) => ({ x, y, r: sizes ? sizes[i] : 2 })),
      { x: 'x', y: 'y', r: sizes ? (d) => d.r : 2, fill: COLOURS[colour], fillOpacity: colour === 'rows' ? 0.35 : 0.6, clip: true }
    ),
  crosses: ({ points, colour }) =>
    Plot.dot(
      points.map(([x, y]) => ({ x, y })),
      { x: 'x', y: 'y', symbol: 'times', r: 3, stroke: COLOURS[colour], clip: true }
    ),
  line: ({ points, colour, thin }) =>
    Plot.line(
      points.map(([x, y]) => ({ x, y })),
      { x: 'x', y: 'y', stroke: COLOURS[colour], strokeWidth: thin ? 1 : 2, strokeOpacity: thin ? 0.4 : 1, curve: 'linear', clip: true }
    ),
  cells: ({ values }) =>
    Plot.cell(
      values.flatMap((row, a) => row.map((value, b) => ({ a, b, value }))),
      { x: 'b', y: 'a', fill: 'value', inset: 0.5 }
    )
}

const axis = ({ label, log, domain }) => ({
  label: label ?? null,
  ...(log ? { type: 'log', tickFormat: '~g' } : {}),
  ...(domain ? { domain } : {}),
  ticks: 5,
  nice: false
})

/** Draws one of `count` panels for a row of so many pixels. */
export function panelElement({ title, x, y, square, marks, key }, { count, room }) {
  const columns = Math.min(count, Math.max(1, Math.floor((room + GAP) / (NARROWEST + GAP))))
  const width = Math.min(WIDEST, (room + GAP) / columns - GAP)
  const cells = marks.some(({ kind }) => kind === 'cells')
  const [left, right, top, bottom] = [44, 10, 22, 36]
  const height = square ? width - left - right + top + bottom : width * ASPECT
  const plot = Plot.plot({
    width,
    height,
    marginLeft: left,
    marginRight: right,
    marginTop: top,
    marginBottom: bottom,
    style: { fontSize: '12px', background: 'none', maxWidth: '100%' },
    x: cells ? { axis: null } : axis(x),
    y: cells ? { axis: null } : axis(y),
    ...(cells ? { color: { type: 'diverging', scheme: 'PuOr', domain: [-1, 1], reverse: true, pivot: 0 } } : {}),
    r: { type: 'identity' },
    ariaLabel: title,
    marks: [...(cells ? [] : [Plot.frame({ stroke: '#d6d5cf' })]), ...marks.map((mark) => MARKS[mark.kind](mark))]
  })
  const element = document.createElement('figure')
  const caption = document.createElement('figcaption')
  const heading = document.createElement('strong')
  heading.textContent = title
  caption.append(heading, ...key.map(([words, colour]) => legend(words, colour)))
  element.append(caption, plot)
  element.style.width = `${width}px`
  return element
}

function legend(words, colour) {
  const item = document.createElement('span')
  const dot = document.createElement('i')
  dot.style.background = COLOURS[colour]
  item.append(dot, words)
  return item
}
