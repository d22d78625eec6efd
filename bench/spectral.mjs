// Kernel, scaling and the top 10 eigenpairs of the bistochastic operator, float64, on two threads.
// usage: node bench/spectral.mjs            M = 5,000, d = 10: seconds beside numpy and scipy's eigsh on the dense matrix of
//                                           the same points (PYTHON, default python3), run in turns; then memory
//        node bench/spectral.mjs <M> <d> [ε]   one larger cloud, once, at ε or at the automatic bandwidth of `embed`
// The peers' seconds do not count the start of Python. Under load the ratio of user CPU tells more than that of seconds.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { largestDifference, loadLibrary } from './load.mjs'

const S = await loadLibrary()
const COUNT = 11
const TOLERANCE = 1e-6
const PYTHON = process.env.PYTHON ?? 'python3'

const pointsOf = (M, d) => S.matrix(M, d, S.normals(S.keyFor(S.keyFromSeed(1), `${M} ${d}`), M * d))

async function solve(points, epsilon, engine) {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const cloud = S.cloud(points)
  const kernel = S.gaussianKernel(epsilon)
  const scaling = await S.symmetricScaling({ cloud, kernel, engine, tolerance: TOLERANCE })
  const operator = S.bistochasticOperator(cloud, kernel, scaling, engine)
  const pairs = await S.largestEigenpairs({ operator, count: COUNT, tolerance: TOLERANCE })
  const { user, system } = process.cpuUsage(cpu)
  const seconds = (performance.now() - start) / 1000
  // The residual once more, from a product of its own.
  const image = await operator.apply(S.matrix(points.rows, COUNT, pairs.vectors.data.slice()))
  const squares = new Float64Array(COUNT)
  image.data.forEach((x, at) => {
    squares[at % COUNT] += (x - pairs.values[at % COUNT] * pairs.vectors.data[at]) ** 2
  })
  return {
    seconds,
    cpu: (user + system) / 1e6,
    turns: scaling.turns,
    products: pairs.turns,
    ending: pairs.ending,
    residual: Math.sqrt(Math.max(...squares)),
    values: [...pairs.values]
  }
}

/** The run of least seconds, with the least CPU of all. */
const bestOf = (runs) => ({
  ...runs.reduce((a, b) => (b.seconds < a.seconds ? b : a)),
  cpu: Math.min(...runs.map((run) => run.cpu))
})

async function besidePeer(M, d) {
  const points = pointsOf(M, d)
  const folder = mkdtempSync(join(tmpdir(), 'sbridge-spectral-'))
  const file = join(folder, 'points.bin')
  writeFileSync(file, new Uint8Array(points.data.buffer))
  const script = fileURLToPath(new URL('peers/spectral.py', import.meta.url))
  const peer = (epsilon) => {
    const env = { ...process.env, OMP_NUM_THREADS: '2', OPENBLAS_NUM_THREADS: '2' }
    const { status, stdout, stderr } = spawnSync(PYTHON, [script, file, M, d, epsilon, COUNT, TOLERANCE].map(String), {
      encoding: 'utf8',
      env
    })
    if (status === 0) return JSON.parse(stdout)
    console.log(`no peer: ${stderr.trim().split('\n').at(-1)} (Debian: python3-scipy; pip: numpy scipy)`)
  }
  for (const epsilon of [0.5, 1, 2]) {
    const runs = { wasm: [], 'wasm-relaxed': [], peer: [] }
    for (let round = 0; round < 3; round++) {
      for (const name of ['wasm', 'wasm-relaxed']) {
        const engine = await S.createEngine(name, { threads: 2 })
        if (round === 0) await solve(points, epsilon, engine)
        runs[name].push(await solve(points, epsilon, engine))
        await engine.close()
      }
      const found = peer(epsilon)
      if (found) runs.peer.push(found)
    }
    const theirs = runs.peer.length > 0 ? bestOf(runs.peer) : undefined
    console.log(`\nM = ${M}, d = ${d}, ε = ${epsilon}, load ${loadavg()[0].toFixed(1)}`)
    if (theirs) {
      console.log(
        `  numpy ${theirs.versions}: ${theirs.seconds.toFixed(2)} s, CPU ${theirs.cpu.toFixed(2)} s, residual ${theirs.residual.toExponential(1)}`
      )
    }
    for (const name of ['wasm', 'wasm-relaxed']) {
      const ours = bestOf(runs[name])
      const beside = theirs
        ? `; × ${(ours.seconds / theirs.seconds).toFixed(2)} of the peer's seconds, × ${(ours.cpu / theirs.cpu).toFixed(2)} of its CPU, eigenvalues differ by ${largestDifference(ours.values, theirs.values).toExponential(1)}`
        : ''
      console.log(
        `  ${name}: ${ours.seconds.toFixed(2)} s, CPU ${ours.cpu.toFixed(2)} s, residual ${ours.residual.toExponential(1)} (${ours.turns} turns, ${ours.products} products)${beside}`
      )
    }
  }
  rmSync(folder, { recursive: true })
}

/** Megabytes resident, now and at most since `resetPeak` (Linux). */
function resident(what) {
  const line = readFileSync('/proc/self/status', 'utf8')
    .split('\n')
    .find((text) => text.startsWith(what))
  return Number(line.split(/\s+/)[1]) / 1024
}

const resetPeak = () => writeFileSync('/proc/self/clear_refs', '5')

/** In a process of its own: the base is the engine, its two threads started and their code compiled by a call on 600 rows, and the points. */
async function memory(M, d, engineName) {
  const engine = await S.createEngine(engineName, { threads: 2 })
  const points = pointsOf(M, d)
  const unstarted = resident('VmRSS')
  await solve(pointsOf(600, d), 1, engine)
  globalThis.gc()
  const base = resident('VmRSS')
  resetPeak()
  await solve(points, 1, engine)
  const peak = resident('VmHWM')
  await engine.close()
  console.log(
    `${engineName}: base ${base.toFixed(0)} MB (${unstarted.toFixed(0)} MB before the thread beside the first one and the first call), peak ${peak.toFixed(0)} MB: ${(peak - base).toFixed(0)} MB beyond the base`
  )
}

const [first, second = '3', third] = process.argv.slice(2)
if (first === 'memory') {
  await memory(5000, 10, second)
} else if (first) {
  const [M, d] = [Number(first), Number(second)]
  const engine = await S.createEngine('wasm-relaxed', { threads: 2 })
  const points = pointsOf(M, d)
  const epsilon = third ? Number(third) : (await S.diffusionBandwidth(points, engine, { epsilon: 'auto' })).epsilon
  const found = await solve(points, epsilon, engine)
  await engine.close()
  console.log(
    `M = ${M}, d = ${d}, ${third ? '' : 'automatic '}ε = ${epsilon.toPrecision(3)}, wasm-relaxed, 2 threads: ${found.seconds.toFixed(0)} s, CPU ${found.cpu.toFixed(0)} s (${found.turns} turns, ${found.products} products, ${found.ending}), residual ${found.residual.toExponential(1)}, peak resident ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB, load ${loadavg()[1].toFixed(1)}`
  )
} else {
  await besidePeer(5000, 10)
  console.log('\nmemory at M = 5000, d = 10, ε = 1')
  for (const name of ['wasm', 'wasm-relaxed']) {
    spawnSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), 'memory', name], { stdio: 'inherit' })
  }
}
