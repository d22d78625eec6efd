import { expect } from 'vitest'

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer => Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)

// Arrays of the same bytes are equal: seen at once, where one element after another takes seconds for a megabyte. All others
// are left to vitest, which says where they differ.
expect.addEqualityTesters([
  (a: unknown, b: unknown): boolean | undefined => {
    const alike = ArrayBuffer.isView(a) && ArrayBuffer.isView(b) && a.constructor === b.constructor
    return alike && bytesOf(a).equals(bytesOf(b)) ? true : undefined
  }
])
