/** Philox4x32-10, as num/random.ts has it: four words for counter (chain, step, index, stream) at `out`. */
export function philox(chain: u32, step: u32, index: u32, stream: u32, seedLow: u32, seedHigh: u32, out: usize): void {
  let c0 = chain
  let c1 = step
  let c2 = index
  let c3 = stream
  for (let round = 0; round < 10; round++) {
    const product0 = <u64>0xd2511f53 * <u64>c0
    const product1 = <u64>0xcd9e8d57 * <u64>c2
    c0 = <u32>(product1 >> 32) ^ c1 ^ seedLow
    c1 = <u32>product1
    c2 = <u32>(product0 >> 32) ^ c3 ^ seedHigh
    c3 = <u32>product0
    seedLow += 0x9e3779b9
    seedHigh += 0xbb67ae85
  }
  store<u32>(out, c0)
  store<u32>(out, c1, 4)
  store<u32>(out, c2, 8)
  store<u32>(out, c3, 12)
}

/** In (0, 1). */
@inline export function wordToUniform(word: u32): f64 {
  return (<f64>word + 0.5) * 2.3283064365386963e-10
}
