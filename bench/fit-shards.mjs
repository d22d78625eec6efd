// A fit by one process and by two that share it through a folder, one thread each: seconds, processor, pieces, and whether the models agree.
// usage: node bench/fit-shards.mjs [M=100000] [pieceWork=5e9]

import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packModel, SYSTEMS } from '../packages/core/dist/index.js'
import { normals } from '../packages/core/dist/num/random.js'
import { createEngine } from '../packages/sbridge/dist/host/node.js'
import { keyFromSeed } from '../packages/sbridge/dist/index.js'
import { exchangeIn, PIECE_WORK } from '../packages/sbridge/dist/shards/pieces.js'

const [M = 100_000, pieceWork = PIECE_WORK] = process.argv.slice(2, 4).map(Number)
const [folder, part, parts] = process.argv.slice(4)
const seconds = (milliseconds) => Number((milliseconds / 1000).toFixed(2))

/** A curved law of eight columns: every other one bends with the one before it. */
function table() {
  const d = 8
  const z = normals(keyFromSeed(1), M * d)
  const column = (c) => (_, i) => (c % 2 === 0 ? z[i * d + c] : 0.5 * z[i * d + c - 1] ** 2 + 0.5 * z[i * d + c])
  const columns = Array.from({ length: d }, (_, c) => ({
    name: `x${c}`,
    source: 'number',
    values: Float64Array.from({ length: M }, column(c))
  }))
  return { columns, rowCount: M }
}

/** Fits, alone or as one of several, and counts what is shared. */
async function takePart() {
  const told = { part, calls: 0, pieces: 0, here: 0, sharing: 0, computing: 0 }
  const exchange = parts && exchangeIn(folder, { part: Number(part), parts: Number(parts), pieceWork })
  const share = async (call) => {
    const compute = async (piece) => {
      const began = performance.now()
      const bytes = await call.compute(piece)
      told.computing += performance.now() - began
      told.here++
      return bytes
    }
    const began = performance.now()
    await exchange.share({ ...call, compute })
    told.sharing += performance.now() - began
    told.calls++
    told.pieces += call.pieces
  }
  const engine = await createEngine('wasm', { threads: 1, ...(exchange ? { exchange: { pieceWork, share } } : {}) })
  const input = table()
  const [began, before] = [performance.now(), process.cpuUsage()]
  const model = packModel(SYSTEMS.tables.save(await SYSTEMS.tables.fit(input, { seed: 1 }, { engine })))
  const { user, system } = process.cpuUsage(before)
  await engine.close()
  const times = { whole: seconds(performance.now() - began), processor: seconds((user + system) / 1000) }
  const { sharing, computing } = told
  process.send({
    ...told,
    ...times,
    sharing: seconds(sharing),
    computing: seconds(computing),
    sha256: createHash('sha256').update(model).digest('hex')
  })
}

const child = (...words) =>
  new Promise((resolve) => fork(fileURLToPath(import.meta.url), [M, pieceWork, ...words]).on('message', (told) => resolve(told)))

if (folder) {
  await takePart()
  process.disconnect()
} else {
  const own = mkdtempSync(join(tmpdir(), 'sbridge-fit-'))
  const one = await child('alone')
  console.log(`${M} × 8, one process: ${one.whole} s, ${one.processor} s of the processor`)
  for (const told of await Promise.all(['1', '2'].map((k) => child(own, k, '2'))))
    console.log(
      `of two, ${told.part}: ${told.whole} s, ${told.processor} s of the processor; ${told.calls} shared sums of ${told.pieces} pieces, ${told.here} here (${told.computing} s, with files ${told.sharing} s); the same bytes: ${told.sha256 === one.sha256}`
    )
  rmSync(own, { recursive: true })
}
