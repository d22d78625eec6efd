// Particles drifting in an eddy, seen on a few days, none followed; no formula for the current is assumed.
// usage: node examples/trajectories-drifters/drifters.mjs [figure.svg]
import { writeFileSync } from 'node:fs'
import { fitMarginals, sampleTrajectories, scoreHeldOut } from 'sbridge'
import { cloud, keyFromSeed, matrixFromRows, normals } from 'sbridge/kernels'
import { describe, planeFigure, simulateSnapshots } from '../trajectories-figure/figure.mjs'

let block = 0
let pool = []
const normal = () => {
  if (pool.length === 0) pool = Array.from(normals(keyFromSeed(11), 4096, block++))
  return pool.pop()
}
const times = [0, 1, 2, 3, 4, 5, 6]
const positions = simulateSnapshots(
  {
    drift: (x) => [-0.5 * x[1] + 0.1, 0.4 * x[0]],
    noise: () => [0.1, 0.1],
    start: (z) => [2 + 0.3 * z(), 0.3 * z()],
    times,
    count: 120,
    step: 0.01
  },
  normal
)
const clouds = positions.map((rows) => cloud(matrixFromRows(rows)))

const key = keyFromSeed(1)
const holdOut = [1, 3, 5]
// Smoothness is given here so that the example is quick; left out, it is chosen on the training snapshots.
const options = { reference: 'free', holdOut, lengthScale: 4, amplitude: 0.3 }
const model = await fitMarginals({ times, clouds, columnNames: ['east', 'north'] }, options, { key })
console.log(describe(model, await scoreHeldOut(model, key)))

const between = Array.from({ length: 25 }, (_, k) => k / 4)
const trajectories = sampleTrajectories(model, { count: 40, times: between, key })
writeFileSync(process.argv[2] ?? 'trajectories-drifters.svg', planeFigure({ model, trajectories }))
