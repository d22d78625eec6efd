// The service under load: so many connections that each ask again as soon as they are answered, for so many seconds.
// Prints times of answers beside the engine's own for the same draw, errors, and the memory of the service.
// node bench/service.mjs [--connections 200] [--seconds 60] [--rows 100]
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request as ask } from 'node:http'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createEngine, draw, fit as fitTable, readTable, saveModel } from '../packages/sbridge/dist/index.js'

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
    rows: { type: 'string', default: '100' }
  }
})
const [connections, seconds, rows] = [values.connections, values.seconds, values.rows].map(Number)
const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'sbridge-service-bench-'))
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]

const table = await readTable(at('../examples/data/penguins.csv'))
const model = await fitTable(table, { seed: 1 })
await saveModel(join(folder, 'penguins.sbridge'), model)

// The engine's own time: the same draw in this process, one thread.
const engine = await createEngine('wasm', { threads: 1 })
const own = []
for (let seed = 0; seed < 30; seed++) {
  const start = performance.now()
  await draw(model, { rows, seed, engine })
  own.push(performance.now() - start)
}
await engine.close()
own.sort((a, b) => a - b)

const server = spawn(process.execPath, [at('../packages/sbridge/bin/sbridge.js'), 'serve', 'penguins.sbridge', '--port', '0'], {
  cwd: folder,
  stdio: ['ignore', 'pipe', 'inherit']
})
const url = await new Promise((resolve) => server.stdout.on('data', (piece) => resolve(/http:\S+/.exec(piece.toString())[0])))
const agent = new Agent({ keepAlive: true, maxSockets: connections })

function post(body) {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const sent = ask(
      new URL('v1/models/penguins/sample', url),
      { method: 'POST', agent, headers: { 'content-type': 'application/json', 'content-length': body.length } },
      (answer) => {
        let bytes = 0
        answer
          .on('data', (piece) => (bytes += piece.length))
          .on('end', () => resolve({ status: answer.statusCode, bytes, time: performance.now() - start }))
      }
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

async function memory() {
  const text = await (await fetch(`${url}metrics`)).text()
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)[1]) / 1e6
}

const times = []
const failures = new Map()
const used = []
const end = performance.now() + 1000 * seconds
let seed = 0
async function connection() {
  while (performance.now() < end) {
    try {
      const { status, time } = await post(JSON.stringify({ rows, seed: seed++ }))
      if (status === 200) times.push(time)
      else failures.set(status, (failures.get(status) ?? 0) + 1)
    } catch (error) {
      failures.set(error.code ?? error.message, (failures.get(error.code ?? error.message) ?? 0) + 1)
    }
  }
}
const watch = (async () => {
  while (performance.now() < end) {
    used.push(await memory())
    await new Promise((resolve) => setTimeout(resolve, (1000 * seconds) / 12))
  }
})()
await Promise.all([watch, ...Array.from({ length: connections }, connection)])
used.push(await memory())
times.sort((a, b) => a - b)
const ms = (value) => `${value.toFixed(1)} ms`
console.log(`${rows} rows a request, ${connections} connections, ${seconds} s, ${availableParallelism()} cores`)
console.log(`engine alone, one thread     p50 ${ms(quantile(own, 0.5))}   p99 ${ms(quantile(own, 0.99))}`)
console.log(
  `answers ${times.length}, ${(times.length / seconds).toFixed(1)} a second   p50 ${ms(quantile(times, 0.5))}   p99 ${ms(quantile(times, 0.99))}`
)
console.log(`engine's time an answer at full use of all cores: ${ms((1000 * seconds * availableParallelism()) / times.length)}`)
console.log(`errors ${JSON.stringify(Object.fromEntries(failures))}`)
console.log(`memory, MB: ${used.map((value) => value.toFixed(0)).join(' ')}`)
server.kill('SIGTERM')
const code = await new Promise((resolve) => server.on('close', resolve))
console.log(`ended with ${code} on SIGTERM`)
agent.destroy()
rmSync(folder, { recursive: true, force: true })
process.exitCode = failures.size === 0 && code === 0 ? 0 : 1
