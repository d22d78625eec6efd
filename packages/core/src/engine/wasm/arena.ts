import { EngineError } from '../../num/errors.js'
import { PAGE_BYTES, type WasmMemory } from '../../num/webassembly.js'
import { DATA_ADDRESS } from './job.js'

/** Addresses in the engine's memory: a stack that grows upwards and is cut back to a mark. */
export class Arena {
  readonly memory: WasmMemory
  #top = DATA_ADDRESS
  #capacity: number

  constructor(memory: WasmMemory) {
    this.memory = memory
    this.#capacity = memory.buffer.byteLength
  }

  get top(): number {
    return this.#top
  }

  /** Gives back everything above `mark`. */
  cutBack(mark: number): void {
    this.#top = mark
  }

  /** `bytes` at a multiple of 64. Throws `EngineError` when the memory cannot grow. */
  take(bytes: number): number {
    const at = this.#top
    const end = Math.ceil((at + bytes) / 64) * 64
    if (end > this.#capacity) this.#grow(end)
    this.#top = end
    return at
  }

  #grow(end: number): void {
    const pages = Math.ceil((end - this.#capacity) / PAGE_BYTES)
    try {
      this.memory.grow(pages)
    } catch {
      throw new EngineError({
        code: 'engine-memory',
        got: `a job that needs ${Math.ceil(end / 1048576)} MiB`,
        expected: 'at most what WebAssembly may use on this host (4096 MiB)',
        try: "fewer query rows at a time, fewer rows, or precision 'float32'"
      })
    }
    this.#capacity = this.memory.buffer.byteLength
  }

  float64(at: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, at, length)
  }

  float32(at: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, length)
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, length)
  }

  uint32(at: number, length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, at, length)
  }
}
