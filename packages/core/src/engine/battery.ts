import type { Engine } from '../kernel/engine.js'
import { gaussianKernel, variableKernel } from '../kernel/kernel.js'
import { exp } from '../num/elementary.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { cloud } from '../space/cloud.js'

const SIZES = [
  { n: 3, m: 1, d: 1, epsilon: 0.5 },
  { n: 70, m: 65, d: 2, epsilon: 0.02 },
  { n: 130, m: 300, d: 3, epsilon: 0.2 },
  { n: 20, m: 500, d: 5, epsilon: 1 },
  { n: 9, m: 200, d: 11, epsilon: 3 }
]

/**
 * A fixed set of reductions on fixed data, as one hash [16 hexadecimal digits] of all their bits: two hosts on which an
 * engine gives the same hash give the same bytes. Takes some tens of milliseconds.
 */
export async function engineBattery(engine: Engine): Promise<string> {
  const hash = new BitHash()
  for (const size of SIZES) await addReductions(engine, size, hash)
  return hash.text()
}

async function addReductions(engine: Engine, { n, m, d, epsilon }: (typeof SIZES)[number], hash: BitHash): Promise<void> {
  const key = keyFor(keyFromSeed(2024), m)
  const numbers = (label: string, rows: number, cols: number): Matrix => matrix(rows, cols, normals(keyFor(key, label), rows * cols))
  const to = cloud(numbers('points', m, d))
  const from = cloud(numbers('queries', n, d))
  const log = normals(keyFor(key, 'log'), m)
  const values = numbers('values', m, 2)
  const noise = { key: keyFor(key, 'noise') }
  const widths = (label: string, count: number): Float64Array => normals(keyFor(key, label), count).map((x) => exp(x / 3))
  const variable = variableKernel(epsilon, widths('from', n), widths('to', m))
  for (const kernel of [gaussianKernel(epsilon), variable]) {
    const pair = { from, to, kernel }
    hash.add(await engine.logSum(pair, log))
    hash.add((await engine.mean(pair, log, values)).data)
    for (const rows of [to.points, values]) {
      const draw = await engine.draw(pair, log, rows, noise)
      for (const part of [draw.mean.data, draw.noise.data, draw.logSum, draw.effectiveCount]) hash.add(part)
    }
    const moments = await engine.moments(pair, log, values)
    hash.add(moments.covariance.data)
    hash.add(Float64Array.from(await engine.pick(pair, log, noise)))
  }
  hash.add(await engine.logSum({ from: to, to, kernel: gaussianKernel(epsilon) }, log))
  const neighbours = await engine.nearest({ from, to, kernel: gaussianKernel(epsilon) }, Math.min(5, m))
  hash.add(Float64Array.from(neighbours.indices))
  hash.add(neighbours.squaredDistances)
}

/** Two 32-bit mixing lanes over the words of numbers, low word first. */
class BitHash {
  #low = 0x811c9dc5
  #high = 0x9e3779b9

  add(numbers: Float64Array): void {
    const view = new DataView(numbers.buffer, numbers.byteOffset, numbers.byteLength)
    for (let at = 0; at < numbers.byteLength; at += 8) {
      this.#low = Math.imul(this.#low ^ view.getInt32(at, true), 0x01000193)
      this.#high = Math.imul(this.#high ^ view.getInt32(at + 4, true) ^ (this.#low >>> 15), 0x85ebca6b)
      this.#low ^= this.#high >>> 13
    }
  }

  text(): string {
    return [this.#high, this.#low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
  }
}
