import { compressors, decompressBrotli, decompressGzip, decompressLz4 } from 'hyparquet-compressors'
import { crc32 } from './crc32.js'
import { decompressLz4Block } from './lz4-frame.js'
import { decompressZstdFrame } from './zstd-frame.js'

/** Content of `size` bytes, and no more, from a page. */
type Inflate = (bytes: Uint8Array, size: number) => Uint8Array

const codecs: Readonly<Record<string, Inflate>> = {
  // A copy of its own, so that nothing behind the page can be read as part of it.
  UNCOMPRESSED: (bytes) => new Uint8Array(bytes),
  // One instance of its module for all pages.
  SNAPPY: compressors.SNAPPY!,
  GZIP: inflateGzip,
  BROTLI: decompressBrotli,
  LZ4: decompressLz4,
  LZ4_RAW: decompressLz4Block,
  ZSTD: decompressZstdFrame
}

/** The content of a Parquet page, once `size` is known to be allowed. Throws `Error` where it holds anything else. */
export function inflatePage(codec: string, bytes: Uint8Array, size: number): Uint8Array {
  const inflate = Object.hasOwn(codecs, codec) ? codecs[codec]! : undefined
  if (!inflate) throw new Error(`pages compressed by ${codec}`)
  const content = size === 0 && codec !== 'UNCOMPRESSED' ? new Uint8Array(0) : inflate(bytes, size)
  if (content.length !== size) throw new Error(`a page of ${content.length} bytes where ${size} are stated`)
  return content
}

/** The library leaves zeros where a stream ends early; length and checksum at the end of the last member tell. */
function inflateGzip(bytes: Uint8Array, size: number): Uint8Array {
  const content = decompressGzip(bytes, size)
  const end = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8, 8)
  const oneMember = end.getUint32(4, true) === size
  if (oneMember && end.getUint32(0, true) !== crc32(content)) throw new Error('a page whose checksum is wrong')
  return content
}
