import { setFlagsFromString } from 'node:v8'

// A minimal writer of ONNX files: protocol-buffer fields of a graph with one MatMul node.
const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(Math.floor(n / 128))])
const whole = (field: number, n: number): number[] => [...varint(field * 8), ...varint(n)]
const bytes = (field: number, content: number[]): number[] => [...varint(field * 8 + 2), ...varint(content.length), ...content]
const text = (field: number, words: string): number[] => bytes(field, [...new TextEncoder().encode(words)])
const floats = (values: number[]): number[] => [...new Uint8Array(Float32Array.from(values).buffer)]

const tensor = (name: string, dims: number[], values: number[]): number[] => [
  ...dims.flatMap((d) => whole(1, d)),
  ...whole(2, 1),
  ...text(8, name),
  ...bytes(9, floats(values))
]
const value = (name: string, dims: (number | string)[]): number[] => {
  const shape = dims.flatMap((d) => bytes(1, typeof d === 'number' ? whole(1, d) : text(2, d)))
  return [...text(1, name), ...bytes(2, bytes(1, [...whole(1, 1), ...bytes(2, shape)]))]
}

/** y = x W for W [inputs, outputs]. */
export function linearNetwork(inputs: number, outputs: number, weights: number[]): Uint8Array {
  const node = [...text(1, 'x'), ...text(1, 'w'), ...text(2, 'y'), ...text(4, 'MatMul')]
  const graph = [
    ...bytes(1, node),
    ...text(2, 'g'),
    ...bytes(5, tensor('w', [inputs, outputs], weights)),
    ...bytes(11, value('x', ['n', inputs])),
    ...bytes(12, value('y', ['n', outputs]))
  ]
  return Uint8Array.from([...whole(1, 8), ...bytes(7, graph), ...bytes(8, [...text(1, ''), ...whole(2, 13)])])
}

/** Of Node: WebAssembly is left as it was compiled first. */
export const QUICK_TO_START = '--no-wasm-tier-up'

/** Runs what starts the runtime of networks without optimising it, which takes four seconds of a core: one function is huge. */
export async function quickly<T>(start: () => Promise<T>): Promise<T> {
  setFlagsFromString(QUICK_TO_START)
  try {
    return await start()
  } finally {
    setFlagsFromString('--wasm-tier-up')
  }
}
