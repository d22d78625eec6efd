// Predators and prey, counted in many separate plots that are never visited twice: dynamics, and the years in between.
// usage: node examples/trajectories-ecology/ecology.mjs [figure.svg]
import { readFileSync, writeFileSync } from 'node:fs'
import { fitMarginals, sampleTrajectories, scoreHeldOut } from 'sbridge'
import { cloud, keyFromSeed, matrixFromRows } from 'sbridge/kernels'
import { describe, planeFigure } from '../trajectories-figure/figure.mjs'

const text = readFileSync(new URL('../data/lotka-volterra.csv', import.meta.url), 'utf8')
const rows = text
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(',').map(Number))
const times = [...new Set(rows.map(([time]) => time))]
const clouds = times.map((time) => cloud(matrixFromRows(rows.filter((row) => row[0] === time).map((row) => row.slice(1)))))

const key = keyFromSeed(1)
const holdOut = [1, 3, 5, 7, 9]
const model = await fitMarginals({ times, clouds, columnNames: ['prey', 'predator'] }, { reference: 'lotka-volterra', holdOut }, { key })
const scores = await scoreHeldOut(model, key)
console.log(describe(model, scores))

const between = Array.from({ length: 41 }, (_, k) => k / 4)
const trajectories = sampleTrajectories(model, { count: 40, times: between, key })
writeFileSync(process.argv[2] ?? 'trajectories-ecology.svg', planeFigure({ model, trajectories }))
