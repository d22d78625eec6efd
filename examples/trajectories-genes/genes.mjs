// Three genes that repress each other in a ring, measured in cells that are destroyed by the measurement.
// usage: node examples/trajectories-genes/genes.mjs [figure.svg]
import { writeFileSync } from 'node:fs'
import { fitMarginals, sampleTrajectories, scoreHeldOut } from 'sbridge'
import { cloud, keyFromSeed, matrixFromRows, normals } from 'sbridge/kernels'
import { describe, planeFigure, simulateSnapshots } from '../trajectories-figure/figure.mjs'

const [beta, n, k, gamma] = [10, 3, 1, 1]
let block = 0
let pool = []
const normal = () => {
  if (pool.length === 0) pool = Array.from(normals(keyFromSeed(7), 4096, block++))
  return pool.pop()
}
const times = [0, 1, 2, 3, 4, 5, 6]
const cells = simulateSnapshots(
  {
    drift: (x) => [0, 1, 2].map((a) => beta / (1 + (x[(a + 2) % 3] / k) ** n) - gamma * x[a]),
    noise: (x) => x.map((value) => 0.02 * value),
    start: (z) => [1 + 0.03 * z(), 1 + 0.03 * z(), 2 + 0.03 * z()],
    times,
    count: 80,
    step: 0.002
  },
  normal
)
const clouds = cells.map((rows) => cloud(matrixFromRows(rows)))

const key = keyFromSeed(1)
const holdOut = [1, 3, 5]
const input = { times, clouds, columnNames: ['m1', 'm2', 'm3'] }
const model = await fitMarginals(input, { reference: 'repressilator', holdOut }, { key })
console.log(`truth: beta ${beta}, n ${n}, k ${k}, gamma ${gamma}`)
console.log(describe(model, await scoreHeldOut(model, key)))

const between = Array.from({ length: 49 }, (_, i) => i / 8)
const trajectories = sampleTrajectories(model, { count: 40, times: between, key })
writeFileSync(process.argv[2] ?? 'trajectories-genes.svg', planeFigure({ model, trajectories, columns: [0, 1] }))
