import { bytesFromBase64 } from '../../num/base64.js'
import { EngineError } from '../../num/errors.js'
import { type WasmModule, webAssembly } from '../../num/webassembly.js'
import type { WasmHost } from './host.js'

export type Precision = 'float64' | 'float32'

/** Exports of the compiled kernels. */
export interface WasmKernels {
  initialise(): void
  scratchBytes(): number
  run(thread: number, unit: number): void
}

/** Which of the four builds. */
interface Variant {
  readonly precision: Precision
  readonly relaxed: boolean
}

interface Embedded {
  readonly base64: string
  readonly memoryFlagOffset: number
}

function embedded({ precision, relaxed }: Variant): Promise<Embedded> {
  if (precision === 'float64') return relaxed ? import('./generated/float64-relaxed.js') : import('./generated/float64.js')
  return relaxed ? import('./generated/float32-relaxed.js') : import('./generated/float32.js')
}

/** Compiles a build for shared or ordinary memory. Throws `EngineError` where the host lacks SIMD, threads or relaxed SIMD. */
export async function compileVariant(variant: Variant, memory: { readonly shared: boolean }, host: WasmHost): Promise<WasmModule> {
  const wasm = webAssembly()
  if (!wasm) throw missing('no WebAssembly', 'a host with WebAssembly', "engine 'reference'")
  const { base64, memoryFlagOffset } = await embedded(variant)
  const bytes = bytesFromBase64(base64)
  // Limits of the imported memory: 3 is shared with a maximum, 1 ordinary with a maximum.
  if (!memory.shared) bytes[memoryFlagOffset] = 1
  if (!wasm.validate(bytes)) {
    throw variant.relaxed
      ? missing('a host without relaxed SIMD', 'Node 20 with its flag set, Node 22 or later, or Chromium 114 or later', "engine 'wasm'")
      : missing('a host without WebAssembly SIMD and atomics', 'Node 20 or a current browser', "engine 'reference'")
  }
  const compile = () => wasm.compile(bytes)
  return host.compiling ? host.compiling(compile) : compile()
}

function missing(got: string, expected: string, remedy: string): EngineError {
  return new EngineError({ code: 'engine-unsupported', got, expected, try: remedy })
}
