// Leading rates −log(λ)/ε of the diffusion map beside those of pyDiffMap and datafold, on the same points: pyDiffMap's sphere
// and swiss roll, datafold's S-curve. All use exp(−|x − y|²/(4ε)); pyDiffMap returns (λ − 1)/ε, datafold's kernel has 2ε in
// place of ours. The normalisations differ (theirs: Coifman and Lafon's; ours: symmetric scaling), so that the spectra
// agree up to order ε. Printed besides: the least share of our first three eigenfunctions that lies in the span of their first three.
// usage: node bench/diffusion-map-peers.mjs [rows=2000]
// A peer that Python (PYTHON, default /usr/bin/python3) cannot import is left out. To install them: pip install pyDiffMap datafold
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadLibrary } from './load.mjs'

const S = await loadLibrary()
const rows = Number(process.argv[2] ?? 2000)
const K = 3
const COUNT = 6
const script = fileURLToPath(new URL('peers/diffusion_map.py', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'sbridge-peers-'))
const engine = await S.createEngine('wasm', { threads: 2 })

/** Points from three uniform numbers each. */
function pointsFrom(name, place) {
  const u = S.uniforms(S.keyFor(S.keyFromSeed(1), name), 3 * rows)
  return S.matrixFromRows(Array.from({ length: rows }, (_, i) => place(u[3 * i], u[3 * i + 1], u[3 * i + 2])))
}

const sphere = pointsFrom('sphere', (u, v) => {
  const [phi, theta] = [2 * Math.PI * u - Math.PI, Math.PI * v - Math.PI / 2]
  return [Math.cos(theta) * Math.cos(phi), Math.cos(theta) * Math.sin(phi), Math.sin(theta)]
})
const roll = pointsFrom('swiss roll', (u, v, w) => {
  const phi = 15 * u
  const radius = (phi + 0.1 * v) / 6
  return [radius * Math.sin(phi), radius * Math.cos(phi), 15 * w]
})
const curve = pointsFrom('S-curve', (u, v) => {
  const t = 3 * Math.PI * (u - 0.5)
  return [Math.sin(t), 2 * v, Math.sign(t) * (Math.cos(t) - 1)]
})
const examples = [
  // Exact: 2, 2, 2, 6, 6, 6.
  { name: 'sphere, density removed', points: sphere, epsilon: 0.03, alpha: 1 },
  { name: 'sphere, its density kept', points: sphere, epsilon: 0.03, alpha: 0.5 },
  { name: 'sphere, half of ε', points: sphere, epsilon: 0.015, alpha: 1 },
  { name: 'swiss roll', points: roll, epsilon: 0.06, alpha: 1 },
  { name: 'S-curve', points: curve, epsilon: 0.01, alpha: 1 }
]

const show = (numbers) => [...numbers].map((x) => x.toFixed(4)).join(' ')

for (const { name, points, epsilon, alpha } of examples) {
  const map = await S.diffusionMap({ cloud: S.cloud(points), engine, epsilon, alpha, dimension: COUNT })
  const rates = map.eigenvalues.map((value) => -Math.log(value) / epsilon)
  console.log(`${name}: M = ${rows}, ε = ${epsilon}, α = ${alpha}\n  sbridge    ${show(rates)}`)
  const [pointsFile, functionsFile] = [join(folder, 'points.bin'), join(folder, 'functions.bin')]
  writeFileSync(pointsFile, new Uint8Array(points.data.buffer))
  writeFileSync(functionsFile, new Uint8Array(map.eigenvectors.data.buffer))
  for (const peer of ['pydiffmap', 'datafold']) {
    const args = [script, peer, pointsFile, functionsFile, rows, points.cols, epsilon, alpha, COUNT, K]
    const { status, stdout, stderr } = spawnSync(process.env.PYTHON ?? '/usr/bin/python3', args.map(String), { encoding: 'utf8' })
    if (status !== 0) {
      console.log(`  ${peer.padEnd(10)} left out: ${stderr?.trim().split('\n').at(-1) ?? 'no Python'}`)
      continue
    }
    const found = JSON.parse(stdout)
    const apart = Math.max(...rates.map((rate, k) => Math.abs(found.rates[k] / rate - 1)))
    console.log(
      `  ${peer.padEnd(10)} ${show(found.rates)}; differ by ${(100 * apart).toFixed(1)} % at most, functions shared ${found.shared.toFixed(4)}`
    )
  }
}
await engine.close()
rmSync(folder, { recursive: true })
