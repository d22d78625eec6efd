import { bytesFromBase64 } from './base64.js'

/** The little of WebAssembly that is used, so that the core needs neither DOM nor Node types. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer
  grow(pages: number): number
}

/** A compiled module: opaque, and cloneable to workers. */
export type WasmModule = object

interface WasmNamespace {
  readonly Memory: new (limits: { initial: number; maximum: number; shared?: boolean }) => WasmMemory
  /** Compiles while its caller waits: for a few kilobytes. */
  readonly Module: new (
    bytes: Uint8Array
  ) => WasmModule
  readonly Instance: new (module: WasmModule, imports: object) => { readonly exports: object }
  compile(bytes: Uint8Array): Promise<WasmModule>
  validate(bytes: Uint8Array): boolean
  instantiate(module: WasmModule, imports: object): Promise<{ readonly exports: object }>
}

/** The host's WebAssembly, or undefined where there is none. */
export function webAssembly(): WasmNamespace | undefined {
  return (globalThis as unknown as { WebAssembly?: WasmNamespace }).WebAssembly
}

export const PAGE_BYTES = 65536
/** 4 GiB: all that 32-bit addresses reach. */
export const MOST_PAGES = 65536

/** A kernel with a memory of its own: compiled when it is first asked for, and once. `load`: its module, as builds embed it. */
export function kernelOf<Kernel>(load: () => Promise<{ readonly base64: string }>): () => Promise<Kernel> {
  let kernel: Promise<Kernel> | undefined
  const instantiated = async () => {
    const host = webAssembly()!
    const { base64 } = await load()
    return (await host.instantiate(await host.compile(bytesFromBase64(base64)), {})).exports as Kernel
  }
  return () => {
    kernel ??= instantiated()
    return kernel
  }
}
