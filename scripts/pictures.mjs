// Draws the pictures of the README and the guides from what sbridge really does: `node scripts/pictures.mjs`.
import { fileURLToPath } from 'node:url'
import * as Plot from '@observablehq/plot'
import { createEngine, fit as fitModel, readTable, sample } from 'sbridge'
import { cloud, diffusionMap, gaussianKernel, keyFromSeed, matrixFromRows, rowOf, uniforms } from 'sbridge/kernels'
import { BLUE, frame, INK, LINE, panel, root, SOFT, save, text, VERMILION } from './drawing.mjs'

const penguins = await readTable(fileURLToPath(new URL('examples/data/penguins.csv', root)))
const SPECIES = { domain: ['Adelie', 'Chinstrap', 'Gentoo'], range: ['#d55e00', '#8e5ea2', '#0072b2'] }

/** Rows of a table as records; numbers where the cells are numbers. */
function records({ columns, rowCount }) {
  const value = (cell) => (cell === null ? undefined : Number.isNaN(Number(cell)) ? cell : Number(cell))
  return Array.from({ length: rowCount }, (_, i) => Object.fromEntries(columns.map(({ name, values }) => [name, value(values[i])])))
}

/** The README's picture: as many synthetic penguins as there are real ones, same axes. */
async function realBesideSynthetic() {
  const model = await fitModel(penguins, { seed: 1 })
  const drawn = await sample(model, { seed: 1 })
  const [width, height] = [1040, 520]
  const scatter = (rows, x, withY) =>
    panel(
      {
        width: 490,
        height: 400,
        marginLeft: 48,
        marginRight: 14,
        marginBottom: 46,
        marginTop: 10,
        x: { domain: [30.5, 61.5], label: null, ticks: 6, tickSize: 0, tickPadding: 8 },
        y: { domain: [12.6, 22.2], label: null, ticks: 5, tickSize: 0, tickPadding: 8, tickFormat: withY ? undefined : () => '' },
        color: SPECIES,
        symbol: { domain: SPECIES.domain, range: ['circle', 'triangle2', 'square'] },
        marks: [
          ...frame(),
          Plot.dot(
            rows.filter((row) => row.bill_length_mm !== undefined),
            { x: 'bill_length_mm', y: 'bill_depth_mm', fill: 'species', symbol: 'species', r: 3.4, fillOpacity: 0.72 }
          )
        ]
      },
      { x, y: 82 }
    )
  const shapes = [
    (x) => `<circle cx="${x}" cy="31" r="5" fill="${SPECIES.range[0]}"/>`,
    (x) => `<path d="M${x},25l6,11h-12z" fill="${SPECIES.range[1]}"/>`,
    (x) => `<rect x="${x - 5}" y="26" width="10" height="10" fill="${SPECIES.range[2]}"/>`
  ]
  const key = [752, 840, 944].map((x, i) => shapes[i](x) + text(SPECIES.domain[i], { x: x + 12, y: 36, colour: SOFT }))
  save('penguins', { width, height }, [
    text('344 penguins that were measured', { x: 68, y: 68, size: 17, weight: 600 }),
    text('344 penguins that sbridge drew', { x: 568, y: 68, size: 17, weight: 600 }),
    text('bill depth (mm)', { x: 22, y: 36, size: 15, colour: SOFT }),
    ...key,
    scatter(records(penguins), 22, true),
    scatter(records(drawn), 522, true),
    text('bill length (mm)', { x: 290, y: 494, size: 15, colour: SOFT, anchor: 'middle' }),
    text('bill length (mm)', { x: 790, y: 494, size: 15, colour: SOFT, anchor: 'middle' })
  ])
}

const BILLS = ['bill_length_mm', 'bill_depth_mm']

/** Too small, automatic, too large: the two bill columns alone. */
async function threeBandwidths() {
  const automatic = await fitModel(penguins, { columns: BILLS, scaling: 'standard', seed: 1 })
  const { epsilon } = automatic.summary.bandwidth
  const real = records(penguins)
  const choices = [
    { name: 'too small', epsilon: 0.0005 },
    { name: 'automatic', epsilon },
    { name: 'too large', epsilon: 8 }
  ]
  const parts = []
  for (const [i, choice] of choices.entries()) {
    const model =
      choice.name === 'automatic'
        ? automatic
        : await fitModel(penguins, { columns: BILLS, scaling: 'standard', bandwidth: choice.epsilon, seed: 1 })
    const rows = records(await sample(model, { seed: 1, rows: 344 }))
    parts.push(
      text(`ε ${choice.name}`, { x: 30 + i * 340, y: 40, size: 17, weight: 600 }),
      text(`ε = ${Number(choice.epsilon.toPrecision(2))}`, { x: 30 + i * 340, y: 62, size: 15, colour: SOFT }),
      panel(
        {
          width: 330,
          height: 280,
          margin: 10,
          x: { domain: [30.5, 61.5], axis: null },
          y: { domain: [12.6, 22.2], axis: null },
          clip: true,
          marks: [
            Plot.frame({ stroke: LINE }),
            Plot.dot(real, { x: BILLS[0], y: BILLS[1], r: 4.2, stroke: BLUE, strokeOpacity: 0.55, strokeWidth: 1 }),
            Plot.dot(rows, { x: BILLS[0], y: BILLS[1], r: 2.3, fill: VERMILION, fillOpacity: 0.85 })
          ]
        },
        { x: 20 + i * 340, y: 70 }
      )
    )
  }
  const key = [
    `<circle cx="790" cy="383" r="5" fill="none" stroke="${BLUE}"/>`,
    text('real row', { x: 802, y: 388, colour: SOFT }),
    `<circle cx="900" cy="383" r="3.5" fill="${VERMILION}"/>`,
    text('synthetic row', { x: 912, y: 388, colour: SOFT })
  ]
  save('three-bandwidths', { width: 1040, height: 405 }, [...parts, ...key])
}

/** The curve that `bandwidth: 'auto'` saw in the command beside it: of long rows the search is too brief to show one. */
async function bandwidthCurve() {
  const columns = ['species', 'bill_length_mm', 'flipper_length_mm']
  const { bandwidth } = (await fitModel(penguins, { columns, scaling: 'standard', seed: 1 })).summary
  const { curve, target } = bandwidth
  save('bandwidth-curve', { width: 720, height: 380 }, [
    text('nearest-neighbour ratio r', { x: 24, y: 34, size: 15, colour: SOFT }),
    panel(
      {
        width: 690,
        height: 300,
        marginLeft: 48,
        marginRight: 24,
        marginBottom: 34,
        x: {
          type: 'log',
          label: null,
          tickSize: 0,
          tickPadding: 8,
          ticks: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
          tickFormat: String
        },
        y: { domain: [0, Math.max(1.2, ...curve.map(({ ratio }) => ratio * 1.05))], label: null, ticks: 6, tickSize: 0, tickPadding: 8 },
        marks: [
          ...frame(),
          Plot.ruleY([target], { stroke: SOFT, strokeDasharray: '5 4' }),
          Plot.line(curve, { x: 'epsilon', y: 'ratio', stroke: VERMILION, strokeWidth: 2 }),
          Plot.dot(curve, { x: 'epsilon', y: 'ratio', fill: VERMILION, r: 3.5 }),
          Plot.dot([bandwidth], { x: 'epsilon', y: 'ratio', stroke: INK, r: 8, strokeWidth: 2 })
        ]
      },
      { x: 12, y: 44 }
    ),
    text('bandwidth ε, logarithmic', { x: 372, y: 364, size: 15, colour: SOFT, anchor: 'middle' })
  ])
}

/** One step from one point: the rows' weights, their mean, their covariance. */
async function oneStep() {
  const model = await fitModel(penguins, { columns: BILLS, scaling: 'standard', bandwidth: 0.12, seed: 1 })
  const { coordinates } = model.training.rows
  const terms = model.potentials.map((f, j) => f + model.training.logWeights[j])
  const from = cloud({ data: Float64Array.from([-0.35, 1.55]), rows: 1, cols: 2 })
  const pair = { from, to: cloud(coordinates), kernel: gaussianKernel(model.kernel.epsilon) }
  const engine = await createEngine('reference')
  const { mean, covariance } = await engine.moments(pair, terms, coordinates)
  const [total] = await engine.logSum(pair, terms)
  const points = Array.from({ length: coordinates.rows }, (_, j) => {
    const [x, y] = rowOf(coordinates, j)
    const squared = (x + 0.35) ** 2 + (y - 1.55) ** 2
    return { x, y, weight: Math.exp(terms[j] - squared / (4 * model.kernel.epsilon) - total) }
  })
  const [a, b, c] = covariance.data
  const ellipse = Array.from({ length: 91 }, (_, i) => {
    const [u, v] = [Math.cos((i / 45) * Math.PI), Math.sin((i / 45) * Math.PI)]
    const [l11, l21] = [Math.sqrt(a), b / Math.sqrt(a)]
    return { x: mean.data[0] + 1.5 * l11 * u, y: mean.data[1] + 1.5 * (l21 * u + Math.sqrt(c - l21 * l21) * v) }
  })
  const here = { x: -0.35, y: 1.55 }
  const there = { x: mean.data[0], y: mean.data[1] }
  const label = (words, x, y, options) =>
    Plot.text([words], {
      x: [x],
      y: [y],
      text: (d) => d,
      fontSize: 15,
      fill: INK,
      textAnchor: 'start',
      stroke: '#fff',
      strokeWidth: 5,
      ...options
    })
  save('one-step', { width: 720, height: 500 }, [
    panel(
      {
        width: 690,
        height: 470,
        margin: 12,
        x: { domain: [-2.3, 1.7], axis: null },
        y: { domain: [-0.75, 2.2], axis: null },
        r: { type: 'sqrt', range: [0, 17] },
        marks: [
          Plot.frame({ stroke: LINE }),
          Plot.dot(points, { x: 'x', y: 'y', r: 1.8, fill: '#b9b9b3', clip: true }),
          Plot.dot(points, { x: 'x', y: 'y', r: 'weight', fill: BLUE, fillOpacity: 0.45, clip: true }),
          Plot.line(ellipse, { x: 'x', y: 'y', stroke: VERMILION, strokeWidth: 2 }),
          Plot.arrow([0], { x1: here.x, y1: here.y, x2: there.x, y2: there.y, stroke: INK, strokeWidth: 2, headLength: 9, inset: 4 }),
          Plot.dot([here], { x: 'x', y: 'y', r: 5.5, fill: INK }),
          Plot.dot([there], { x: 'x', y: 'y', r: 5, fill: VERMILION }),
          label('x, where the chain is', here.x, here.y, { dx: 12, dy: -2 }),
          label('m(x), the weighted mean', there.x, there.y, { dx: 80, dy: 62, fill: VERMILION }),
          label('C(x), the weighted covariance:', there.x, there.y, { dx: 80, dy: 84, fill: VERMILION }),
          label('the next point is drawn here', there.x, there.y, { dx: 80, dy: 104, fill: VERMILION }),
          label('rows, sized by their weight p', -2.25, 2.1, { dx: 0, dy: 0, fill: BLUE })
        ]
      },
      { x: 15, y: 15 }
    )
  ])
}

/** Rows of the swiss roll with columns of variance one, and the angle of each. */
function swissRoll(count) {
  const u = uniforms(keyFromSeed(1), 2 * count)
  const angles = Array.from({ length: count }, (_, i) => 1.5 * Math.PI * (1 + 2 * u[2 * i]))
  const columns = [angles.map((t) => t * Math.cos(t)), angles.map((_, i) => 21 * u[2 * i + 1]), angles.map((t) => t * Math.sin(t))]
  const standard = columns.map((column) => {
    const mean = column.reduce((sum, x) => sum + x / count, 0)
    const spread = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2 / count, 0))
    return column.map((x) => (x - mean) / spread)
  })
  return { rows: angles.map((_, i) => standard.map((column) => column[i])), angles }
}

/** The guide to diffusion maps: the roll from the side, and its first coordinate at two bandwidths. */
async function rollUnrolled() {
  const { rows, angles } = swissRoll(1500)
  const engine = await createEngine('wasm')
  const firstOf = async (epsilon) => {
    const map = await diffusionMap({ cloud: cloud(matrixFromRows(rows)), engine, dimension: 3, epsilon, tolerance: 1e-5 })
    const first = angles.map((_, i) => rowOf(map.eigenvectors, i)[0])
    // The sign of an eigenfunction says nothing: let it rise with the angle.
    const rises = first.reduce((sum, x, i) => sum + x * (angles[i] - 3 * Math.PI), 0) > 0
    return { epsilon: map.epsilon, points: first.map((x, i) => ({ x: angles[i], y: rises ? x : -x, angle: angles[i] })) }
  }
  const [auto, wide] = [await firstOf('auto'), await firstOf(0.05)]
  await engine.close()
  const color = { type: 'linear', scheme: 'viridis', domain: [1.5 * Math.PI, 4.5 * Math.PI] }
  const coordinate = ({ points }, x) =>
    panel(
      {
        width: 330,
        height: 330,
        marginLeft: 44,
        marginRight: 12,
        marginBottom: 44,
        marginTop: 8,
        color,
        x: { label: null, ticks: 5, tickSize: 0, tickPadding: 8 },
        y: { label: null, ticks: 5, tickSize: 0, tickPadding: 8, domain: [-2.2, 2.2] },
        marks: [...frame(), Plot.dot(points, { x: 'x', y: 'y', fill: 'angle', r: 2.2 })]
      },
      { x, y: 74 }
    )
  const side = rows.map(([x, , y], i) => ({ x, y, angle: angles[i] }))
  save('swiss-roll', { width: 1060, height: 440 }, [
    text('The roll, from the side', { x: 22, y: 34, weight: 700 }),
    text('1,500 rows, coloured by their angle', { x: 22, y: 56, size: 13, colour: SOFT }),
    panel(
      {
        width: 320,
        height: 330,
        margin: 12,
        color,
        x: { axis: null },
        y: { axis: null },
        marks: [Plot.dot(side, { x: 'x', y: 'y', fill: 'angle', r: 2.2 })]
      },
      { x: 14, y: 74 }
    ),
    text(`ψ₁ at ε = ${auto.epsilon.toFixed(3)}, found automatically`, { x: 364, y: 34, weight: 700 }),
    text('against the angle: the roll is unrolled', { x: 364, y: 56, size: 13, colour: SOFT }),
    coordinate(auto, 350),
    text('angle', { x: 530, y: 420, size: 13, colour: SOFT, anchor: 'middle' }),
    text('ψ₁ at ε = 0.05', { x: 724, y: 34, weight: 700 }),
    text('short cuts between the turns fold it', { x: 724, y: 56, size: 13, colour: SOFT }),
    coordinate(wide, 710),
    text('angle', { x: 890, y: 420, size: 13, colour: SOFT, anchor: 'middle' })
  ])
}

await realBesideSynthetic()
await bandwidthCurve()
await rollUnrolled()
await threeBandwidths()
await oneStep()
