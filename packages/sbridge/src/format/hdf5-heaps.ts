/** GCOL, which begins a global heap collection. */
const SIGNATURE = [0x47, 0x43, 0x4f, 0x4c]
/** Signature, version, three reserved bytes; then the size of the collection. */
const PREFIX = 8
/** Index, count of references and four reserved bytes; then the size of the object. */
const OBJECT_PREFIX = 8

/**
 * Refuses HDF5 bytes with a global heap, where texts of any length lie, whose objects do not fill it one behind the
 * other. The library steps from object to object by the sizes that stand there, for ever where one is zero.
 *
 * Throws `Error`. Cost O(bytes).
 * @source HDF5 file format specification 3.0, section III.E
 */
export function refuseEndlessHeaps(bytes: Uint8Array): void {
  const width = sizeOfLengths(bytes)
  if (width !== 4 && width !== 8) throw new Error(`lengths of ${width} bytes`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = (at: number): number => (width === 8 ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true))
  for (let at = bytes.indexOf(SIGNATURE[0]!); at >= 0; at = bytes.indexOf(SIGNATURE[0]!, at + 1)) {
    if (at + PREFIX + width > bytes.length || !SIGNATURE.every((byte, i) => bytes[at + i] === byte) || bytes[at + 4] !== 1) continue
    const end = at + length(at + PREFIX)
    if (end > bytes.length) throw new Error('a heap beyond the end of the file')
    const header = OBJECT_PREFIX + width
    for (let object = at + PREFIX + width; object + header <= end; ) {
      const size = length(object + OBJECT_PREFIX)
      // Object 0 is the space left over, and counts its own header.
      const step = view.getUint16(object, true) === 0 ? size : header + 8 * Math.ceil(size / 8)
      if (step < header || object + step > end) throw new Error('a heap whose objects do not fill it')
      object += step
    }
  }
}

/** Bytes of a length, as the superblock says: its place depends on the version. */
function sizeOfLengths(bytes: Uint8Array): number {
  const mark = [0x89, 0x48, 0x44, 0x46]
  let start = 0
  while (start < bytes.length && !mark.every((byte, i) => bytes[start + i] === byte)) start = start === 0 ? 512 : 2 * start
  return bytes[start + (bytes[start + 8]! < 2 ? 14 : 10)] ?? 0
}
