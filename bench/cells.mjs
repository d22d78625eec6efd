// Cells that a branching programme makes, in an AnnData file, through the command line: each day between the first and the last left
// out in turn, for three references; and a picture of the paths of one of them. What FOLDER has already is not computed again.
// usage: node bench/cells.mjs FOLDER [--save]: kept for the guide, with its picture
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as Plot from '@observablehq/plot'
import { readTable } from '../packages/sbridge/dist/index.js'
import { frame, panel, SOFT, save as savePicture, text, VERMILION } from '../scripts/drawing.mjs'
import { keep } from './kept.mjs'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const [folder = 'cells'] = process.argv.slice(2).filter((word) => !word.startsWith('--'))
mkdirSync(folder, { recursive: true })
const path = join(folder, 'cells.h5ad')
if (!existsSync(path)) run([at('../examples/single-cells/branching.mjs'), path])

/** Paths of a fit to all days, and what is said of it. */
function fitted(reference) {
  const [rows, told] = ['csv', 'json'].map((ending) => join(folder, `${reference}.${ending}`))
  if (!existsSync(told)) {
    const options = [
      '--time',
      'day',
      '--representation',
      'X_pca',
      '--reference',
      reference,
      '--leave-one-out',
      '-n',
      '60',
      '--between',
      '4'
    ]
    const words = [at('../packages/sbridge/bin/sbridge.js'), 'trajectories', path, ...options, '--seed', '1', '-o', rows, '--json']
    writeFileSync(`${told}.part`, run(words))
    renameSync(`${told}.part`, told)
  }
  return { rows, scores: JSON.parse(readFileSync(told, 'utf8')).leftOut }
}

function run(words) {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout
}

const short = (x) => x.toFixed(2)
const mean = (values) => values.reduce((sum, x) => sum + x, 0) / values.length
const fits = Object.fromEntries(['gradient', 'smooth', 'brownian'].map((reference) => [reference, fitted(reference)]))
const lineOf = (name, scores, of) => [name, ...scores.map((one) => short(of(one))), short(mean(scores.map(of)))]
const { scores } = fits.brownian
const table = {
  title: 'Wasserstein-1 distance to the cells of a day that was left out, in units of the components',
  head: ['reference', ...scores.map(({ time }) => `day ${time}`), 'mean'],
  rows: [
    ...Object.entries(fits).map(([name, fit]) => lineOf(`\`${name}\``, fit.scores, (one) => one.w1)),
    lineOf('straight lines', scores, (one) => one.straightLine),
    lineOf('the day before', scores, (one) => one.sanity.persistence.w1),
    lineOf('two halves of the day’s cells', scores, (one) => one.floor)
  ]
}
for (const row of [table.head, ...table.rows]) console.log(row.map((cell) => String(cell).padEnd(14)).join(' '))
if (process.argv.includes('--save')) {
  keep('cells', 'left-out', table)
  const annData = { columns: ['day'], representation: 'X_pca' }
  const parts = picture(await readTable(path, { annData }), await readTable(fits.gradient.rows))
  savePicture('single-cells', { width: 700, height: 486 }, parts)
}

/** Cells coloured by day, and paths. */
function picture(cells, drawn) {
  const columnsOf = ({ columns }, ...names) => names.map((name) => Array.from(columns.find((one) => one.name === name).values, Number))
  const [days, ...places] = columnsOf(cells, 'day', 'X_pca_1', 'X_pca_2')
  const seen = Array.from(days, (time, i) => ({ time, x: places[0][i], y: places[1][i] }))
  const [path, x, y] = columnsOf(drawn, 'particle', 'X_pca_1', 'X_pca_2')
  const paths = Array.from(path, (one, i) => ({ path: one, x: x[i], y: y[i] }))
  const [first, last] = [seen[0].time, seen.at(-1).time]
  const key = Array.from({ length: last - first + 1 }, (_, k) =>
    text(`day ${first + k}`, { x: 28 + 70 * k, y: 24, size: 13, colour: SOFT })
  ).concat(
    Array.from(
      { length: last - first + 1 },
      (_, k) => `<circle cx="${18 + 70 * k}" cy="20" r="4.5" fill="${shade((k * 1) / (last - first))}"/>`
    )
  )
  return [
    ...key,
    text('paths', { x: 28 + 70 * (last - first + 1), y: 24, size: 13, colour: SOFT }),
    `<path d="M${4 + 70 * (last - first + 1)},20h18" stroke="${VERMILION}" stroke-width="1.6"/>`,
    panel(
      {
        width: 680,
        height: 420,
        marginLeft: 50,
        x: { label: null, tickSize: 0 },
        y: { label: null, tickSize: 0 },
        marks: [
          ...frame(),
          Plot.line(paths, { x: 'x', y: 'y', z: 'path', stroke: VERMILION, strokeWidth: 0.9, strokeOpacity: 0.5 }),
          Plot.dot(seen, { x: 'x', y: 'y', r: 2.6, fill: ({ time }) => shade((time - first) / (last - first)) })
        ]
      },
      { x: 8, y: 52 }
    ),
    text('first component', { x: 360, y: 480, size: 12.5, colour: SOFT, anchor: 'middle' }),
    text('second component', { x: 12, y: 50, size: 12.5, colour: SOFT })
  ]
}

/** Dark early, bright late, for every kind of sight: viridis at five places. */
function shade(share) {
  return ['#440154', '#3b528b', '#21918c', '#5ec962', '#d2b91c'][Math.round(4 * share)]
}
