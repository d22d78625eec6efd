// Draws the pictures of docs/bridges-between-tables.md from what sbridge really does: `node scripts/bridge-pictures.mjs [colours] [batches] [half-way]`.
import * as Plot from '@observablehq/plot'
import { compare, draw } from 'sbridge'
import { keyFor, keyFromSeed, normals, uniforms } from 'sbridge/kernels'
import { BLUE, frame, panel, SOFT, save, text, VERMILION } from './drawing.mjs'

const numbers = (name, values) => ({ name, source: 'number', values: Float64Array.from(values) })
const table = (columns) => ({
  rowCount: Object.values(columns)[0].length,
  columns: Object.entries(columns).map(([name, values]) => numbers(name, values))
})
const points = ({ columns, rowCount }, x, y) => {
  const [xs, ys] = [x, y].map((name) => columns.find((column) => column.name === name).values)
  return Array.from({ length: rowCount }, (_, i) => ({ x: Number(xs[i]), y: Number(ys[i]) }))
}

// ---- colours: two pictures that are made here, a meadow at noon and a shore at dusk

const [WIDTH, HEIGHT] = [144, 96]
/** Smooth noise in [0, 1]: sums of waves in random directions. */
function noiseField(seed, waves, scale) {
  const u = uniforms(keyFromSeed(seed), 3 * waves)
  return (x, y) => {
    let sum = 0
    for (let k = 0; k < waves; k++) {
      const angle = 2 * Math.PI * u[3 * k]
      sum += Math.sin(scale * (0.4 + u[3 * k + 1]) * (x * Math.cos(angle) + y * Math.sin(angle)) + 2 * Math.PI * u[3 * k + 2])
    }
    return 0.5 + (0.5 * sum) / Math.sqrt(waves) / 1.6
  }
}

const mix = (a, b, t) => a.map((v, c) => v + Math.min(1, Math.max(0, t)) * (b[c] - v))
const clip = (v) => Math.min(255, Math.max(0, v))

/** Pixels of a picture, row by row: [red, green, blue] from 0 to 255. */
const painted = (colourAt) =>
  Array.from({ length: WIDTH * HEIGHT }, (_, i) => colourAt((i % WIDTH) / WIDTH, Math.floor(i / WIDTH) / HEIGHT).map(clip))

function meadow() {
  const [clouds, grass, ridge] = [noiseField(1, 9, 14), noiseField(2, 12, 60), noiseField(3, 5, 9)]
  return painted((x, y) => {
    const horizon = 0.45 + 0.12 * (ridge(x, 0) - 0.5)
    const sun = Math.hypot((x - 0.76) * 1.5, y - 0.18)
    if (sun < 0.07) return [255, 250, 214]
    if (y < horizon) return mix(mix([84, 148, 220], [196, 224, 246], y / horizon), [252, 252, 252], 2.6 * (clouds(x, 2 * y) - 0.62))
    const near = (y - horizon) / (1 - horizon)
    return mix(mix([104, 152, 88], [40, 104, 36], near), [172, 180, 72], 1.4 * (grass(x, y / (0.3 + near)) - 0.5))
  })
}

function shore() {
  const [clouds, waves] = [noiseField(4, 9, 12), noiseField(5, 12, 50)]
  return painted((x, y) => {
    if (y < 0.55) return mix(mix([58, 40, 92], [250, 150, 84], (y / 0.55) ** 1.6), [255, 196, 150], 2 * (clouds(x, 3 * y) - 0.6))
    if (y < 0.8) return mix(mix([226, 132, 92], [56, 56, 104], (y - 0.55) / 0.25), [255, 220, 180], 2.2 * (waves(x / 2, 4 * y) - 0.66))
    return mix([122, 88, 74], [64, 46, 50], (y - 0.8) / 0.2 + 0.5 * (waves(2 * x, 2 * y) - 0.5))
  })
}

const pixelTable = (pixels) => table({ red: pixels.map((p) => p[0]), green: pixels.map((p) => p[1]), blue: pixels.map((p) => p[2]) })

function picture(pixels, { x, y, size }) {
  const squares = pixels.map((p, i) => {
    const [r, g, b] = p.map((v) => Math.round(clip(v)))
    return `<rect x="${(i % WIDTH) * size}" y="${Math.floor(i / WIDTH) * size}" width="${size + 0.1}" height="${size + 0.1}" fill="rgb(${r},${g},${b})"/>`
  })
  return `<svg x="${x}" y="${y}" width="${WIDTH * size}" height="${HEIGHT * size}" shape-rendering="crispEdges">${squares.join('')}</svg>`
}

async function colours() {
  const [noon, dusk] = [meadow(), shore()]
  const some = (pixels) => pixels.filter((_, i) => i % 7 === 3)
  const { model } = await compare(pixelTable(some(noon)), pixelTable(some(dusk)), { seed: 1 })
  const carried = await draw(model, { map: pixelTable(noon), cells: 'typed' })
  const [red, green, blue] = carried.columns.map(({ values }) => values)
  const evening = noon.map((_, i) => [red[i], green[i], blue[i]])
  const size = 2.2
  const wide = WIDTH * size
  const place = (k) => ({ x: 14 + k * (wide + 18), y: 52, size })
  const heading = (words, k) => text(words, { x: place(k).x, y: 36, weight: 700 })
  save('bridge-colours', { width: 3 * wide + 64, height: HEIGHT * size + 72 }, [
    heading('first picture', 0),
    picture(noon, place(0)),
    heading('second picture', 1),
    picture(dusk, place(1)),
    heading('the first in colours of the second', 2),
    picture(evening, place(2))
  ])
}

// ---- batches: one instrument drifts against another, more where values are large

function campaigns() {
  const key = keyFromSeed(2)
  const measured = (label, n, device) => {
    const [z, u] = [normals(keyFor(key, label), 2 * n), uniforms(keyFor(key, `${label} kind`), n)]
    const rows = Array.from({ length: n }, (_, i) => {
      const ill = u[i] < 0.3
      return device([5 + (ill ? 3 : 0) + 0.8 * z[2 * i], 40 + (ill ? -6 : 4) + 4 * z[2 * i + 1] + 2 * z[2 * i]])
    })
    return table({ protein: rows.map(([p]) => p), enzyme: rows.map(([, e]) => e) })
  }
  return [measured('spring', 900, ([p, e]) => [1.25 * p + 0.9, e - 9 + 0.012 * (e - 30) ** 2]), measured('autumn', 900, (row) => row)]
}

const scatter = (sides, { x, y, domains }) =>
  panel(
    {
      width: 330,
      height: 320,
      marginLeft: 44,
      marginBottom: 40,
      marginTop: 8,
      marginRight: 10,
      x: { domain: domains[0], label: null, ticks: 5, tickSize: 0, tickPadding: 8 },
      y: { domain: domains[1], label: null, ticks: 5, tickSize: 0, tickPadding: 8 },
      marks: [...frame(), ...sides.map(([rows, fill]) => Plot.dot(rows, { x: 'x', y: 'y', fill, r: 1.9, fillOpacity: 0.6 }))]
    },
    { x, y }
  )

/** Every second row, from the first or the second on. */
const half = ({ columns, rowCount }, first) => ({
  rowCount: Math.floor(rowCount / 2),
  columns: columns.map((column) => ({ ...column, values: column.values.filter((_, i) => i % 2 === first) }))
})

async function batches() {
  const [spring, autumn] = campaigns()
  const { model } = await compare(half(spring, 0), half(autumn, 0), { seed: 1 })
  const [fresh, other] = [half(spring, 1), half(autumn, 1)]
  const carried = await draw(model, { map: fresh, cells: 'typed' })
  const pValues = await Promise.all(
    [fresh, carried].map(async (side) => (await compare(side, other, { bandwidth: 1, seed: 2 })).summary.pValue)
  )
  const domains = [
    [2, 14],
    [12, 62]
  ]
  const heading = (words, under, x) => [text(words, { x, y: 34, weight: 700 }), text(under, { x, y: 56, size: 13, colour: SOFT })]
  const clouds = (rows) => [
    [points(rows, 'protein', 'enzyme'), BLUE],
    [points(other, 'protein', 'enzyme'), VERMILION]
  ]
  save('bridge-batches', { width: 720, height: 430 }, [
    ...heading('as measured', `p-value of one law ${pValues[0].toFixed(3)}`, 58),
    scatter(clouds(fresh), { x: 14, y: 70, domains }),
    ...heading('spring carried to autumn', `p-value of one law ${pValues[1].toFixed(2)}`, 404),
    scatter(clouds(carried), { x: 360, y: 70, domains }),
    text('spring', { x: 58, y: 414, colour: BLUE, weight: 700 }),
    text('autumn', { x: 118, y: 414, colour: VERMILION, weight: 700 }),
    text('enzyme against protein; rows that the bridge has not seen', { x: 690, y: 414, size: 13, colour: SOFT, anchor: 'end' })
  ])
}

// ---- a table half-way: a ring and two lumps

async function halfWay() {
  const n = 700
  const [z, u] = [normals(keyFor(keyFromSeed(3), 'z'), 4 * n), uniforms(keyFor(keyFromSeed(3), 'u'), 2 * n)]
  const at = (of) => {
    const rows = Array.from({ length: n }, (_, i) => of(i))
    return table({ x: rows.map(([x]) => x), y: rows.map(([, y]) => y) })
  }
  const ring = at((i) => {
    const radius = 2 + 0.12 * z[2 * i]
    return [radius * Math.cos(2 * Math.PI * u[i]), radius * Math.sin(2 * Math.PI * u[i])]
  })
  const lumps = at((i) => [(u[n + i] < 0.5 ? -1.5 : 1.5) + 0.3 * z[2 * n + 2 * i], 0.3 * z[2 * n + 2 * i + 1]])
  const { model } = await compare(ring, lumps, { bandwidth: 0.01, seed: 1 })
  const times = [0, 0.25, 0.5, 0.75, 1]
  const drawn = await draw(model, { at: times, rows: n, cells: 'typed' })
  const all = points(drawn, 'x', 'y')
  const size = 200
  const parts = times.flatMap((time, k) => [
    text(`time ${time}`, { x: 24 + k * size, y: 34, weight: 700 }),
    panel(
      {
        width: size,
        height: size,
        margin: 8,
        x: { axis: null, domain: [-2.6, 2.6] },
        y: { axis: null, domain: [-2.6, 2.6] },
        marks: [Plot.dot(all.slice(k * n, (k + 1) * n), { x: 'x', y: 'y', r: 1.5, fill: k === 4 ? VERMILION : BLUE, fillOpacity: 0.6 })]
      },
      { x: 14 + k * size, y: 44 }
    )
  ])
  save('bridge-half-way', { width: 5 * size + 28, height: size + 60 }, parts)
}

const drawings = { colours, batches, 'half-way': halfWay }
for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(drawings)) await drawings[name]()
