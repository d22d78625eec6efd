// Philox4x32-10 and Box–Muller with the counters of num/random.ts: the same bits.
import { log, sinTurns } from './elementary'
import { JOB, KEY_STEP, SEED_HIGH, SEED_LOW, field } from './job'

/** Four words for counter (chain, step, index, stream) at `out`. */
function block(chain: u32, index: u32, stream: u32, out: usize): void {
  let c0 = chain
  let c1 = <u32>field(KEY_STEP)
  let c2 = index
  let c3 = stream
  let k0 = <u32>field(SEED_LOW)
  let k1 = <u32>field(SEED_HIGH)
  for (let round = 0; round < 10; round++) {
    const product0 = <u64>0xd2511f53 * <u64>c0
    const product1 = <u64>0xcd9e8d57 * <u64>c2
    c0 = <u32>(product1 >> 32) ^ c1 ^ k0
    c1 = <u32>product1
    c2 = <u32>(product0 >> 32) ^ c3 ^ k1
    c3 = <u32>product0
    k0 += 0x9e3779b9
    k1 += 0xbb67ae85
  }
  store<u32>(out, c0)
  store<u32>(out, c1, 4)
  store<u32>(out, c2, 8)
  store<u32>(out, c3, 12)
}

@inline function wordToUniform(word: u32): f64 {
  return (<f64>word + 0.5) * 2.3283064365386963e-10
}

/** `count` uniforms of a chain at `out`; `words` is scratch of 16 bytes. */
export function fillUniform(chain: u32, stream: u32, count: i32, out: usize, words: usize): void {
  for (let i = 0; i < count; i++) {
    if ((i & 3) === 0) block(chain, i >>> 2, stream, words)
    store<f64>(out + (<usize>i << 3), wordToUniform(load<u32>(words + ((<usize>i & 3) << 2))))
  }
}

/** `count` (even) normals of a chain at `out`. */
export function fillNormal(chain: u32, stream: u32, count: i32, out: usize, words: usize): void {
  for (let i = 0; i < count; i += 2) {
    if ((i & 3) === 0) block(chain, i >>> 2, stream, words)
    const pair = words + ((<usize>i & 2) << 2)
    const radius = sqrt(-2 * log(wordToUniform(load<u32>(pair))))
    const turns = wordToUniform(load<u32>(pair, 4))
    store<f64>(out + (<usize>i << 3), radius * sinTurns(turns + 0.25))
    store<f64>(out + (<usize>i << 3), radius * sinTurns(turns), 8)
  }
}
