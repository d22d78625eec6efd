// Philox4x32-10 and Box–Muller with the counters of num/random.ts: the same bits.
import { philox, wordToUniform } from '../../../num/wasm/assembly/philox'
import { log, sinTurns } from '../../../num/wasm/assembly/elementary'
import { KEY_STEP, SEED_HIGH, SEED_LOW, field } from './job'

/** Four words for counter (chain, step, index, stream) at `out`. */
function block(chain: u32, index: u32, stream: u32, out: usize): void {
  philox(chain, field(KEY_STEP), index, stream, field(SEED_LOW), field(SEED_HIGH), out)
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
