import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { rowOf } from 'sbridge/kernels'

const { document } = parseHTML('<!doctype html><html><body></body></html>')

/** An SVG of snapshots (coloured by time), held-out particles (crosses), paths and the drift in the plane of two columns. */
export function planeFigure({ model, trajectories, columns = [0, 1], arrows = true }) {
  const [a, b] = columns
  const dots = (snapshots) =>
    snapshots.flatMap(({ time, cloud: { points } }) =>
      Array.from({ length: Math.min(150, points.rows) }, (_, i) => ({ time, x: rowOf(points, i)[a], y: rowOf(points, i)[b] }))
    )
  const { times, values, count } = trajectories
  const paths = Array.from({ length: Math.min(40, count) }, (_, path) =>
    Array.from(times, (time, t) => ({
      path,
      time,
      x: rowOf(values, path * times.length + t)[a],
      y: rowOf(values, path * times.length + t)[b]
    }))
  ).flat()
  const seen = dots(model.snapshots)
  const hidden = dots(model.heldOut)
  const drawn = Plot.plot({
    document,
    width: 640,
    height: 460,
    marginLeft: 50,
    style: { background: 'white', color: '#1b1b1b', fontFamily: 'Helvetica, Arial, sans-serif', fontSize: '11px' },
    x: { label: model.columnNames[a], labelAnchor: 'center', labelArrow: 'none' },
    y: { label: model.columnNames[b], labelArrow: 'none', grid: true },
    color: { type: 'linear', scheme: 'viridis' },
    marks: [
      arrows && model.columnNames.length === 2
        ? Plot.vector(driftArrows(model, [...seen, ...hidden]), { x: 'x', y: 'y', length: 'length', rotate: 'rotate', stroke: '#999' })
        : null,
      Plot.line(paths, { x: 'x', y: 'y', z: 'path', stroke: '#d55e00', strokeWidth: 0.7, strokeOpacity: 0.45 }),
      Plot.dot(seen, { x: 'x', y: 'y', r: 1.8, fill: 'time' }),
      Plot.dot(hidden, { x: 'x', y: 'y', r: 2.3, symbol: 'times', stroke: '#1b1b1b', strokeOpacity: 0.45 })
    ]
  })
  drawn.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  return drawn.outerHTML
}

function driftArrows(model, dots) {
  const side = 14
  const [x0, x1] = [Math.min(...dots.map((d) => d.x)), Math.max(...dots.map((d) => d.x))]
  const [y0, y1] = [Math.min(...dots.map((d) => d.y)), Math.max(...dots.map((d) => d.y))]
  const out = new Float64Array(2)
  const arrows = Array.from({ length: side * side }, (_, k) => {
    const x = x0 + ((x1 - x0) * ((k % side) + 0.5)) / side
    const y = y0 + ((y1 - y0) * (Math.floor(k / side) + 0.5)) / side
    model.family.drift.value(Float64Array.of(x, y), model.snapshots[0].time, model.theta, out)
    const [u, v] = [(out[0] / (x1 - x0)) * 570, (out[1] / (y1 - y0)) * 400]
    return { x, y, length: Math.hypot(u, v), rotate: (Math.atan2(u, v) * 180) / Math.PI }
  })
  const longest = Math.max(...arrows.map((d) => d.length), 1e-300)
  return arrows.map((d) => ({ ...d, length: 4 + (16 * d.length) / longest }))
}

/** Fresh particles at every time, none followed: Euler–Maruyama. `normal` gives standard normals. */
export function simulateSnapshots({ drift, noise, start, times, count, step }, normal) {
  return times.map((time) =>
    Array.from({ length: count }, () => {
      const x = start(normal)
      for (let s = Math.round(time / step); s > 0; s--) {
        const b = drift(x)
        const g = noise(x)
        for (let a = 0; a < x.length; a++) x[a] += b[a] * step + g[a] * Math.sqrt(step) * normal()
      }
      return x
    })
  )
}

/** What a fit found, in a few lines. */
export function describe(model, scores) {
  const short = (x) => (x === undefined ? '–' : Number(x.toPrecision(3)))
  const lines = model.intervals.map(
    ({ name, estimate, lower, upper }) => `${name} = ${short(estimate)} (95 % ${short(lower)} to ${short(upper)})`
  )
  const held = scores.map((s) => `held out ${s.time}: W1 ${short(s.w1)}, straight lines ${short(s.straightLine)}, floor ${short(s.floor)}`)
  return [...lines, `${model.ending} after ${model.history.at(-1)?.round ?? 0} rounds`, ...held].join('\n')
}
