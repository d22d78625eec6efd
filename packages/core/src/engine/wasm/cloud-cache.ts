import { checksumOf } from '../../num/checksum.js'
import type { Matrix } from '../../num/matrix.js'
import type { Arena } from './arena.js'
import { DATA_ADDRESS } from './job.js'
import type { Precision } from './module.js'
import { uploadCloud } from './upload.js'
import type { UploadedCloud } from './uploaded.js'

interface Entry {
  readonly source: WeakRef<Float64Array>
  readonly checksum: number
  readonly rows: number
  readonly centred: boolean
  readonly cloud: UploadedCloud
}

/** Clouds kept in the engine's memory, at most this many and this many bytes: a sweep over categories goes round one a group. */
const MOST_CLOUDS = 24
const MOST_BYTES = 256 * 1048576

/**
 * The last clouds used, so that calls on the same points neither sort nor copy them again. An entry is known by the
 * identity of its array and a checksum of its numbers: an array changed in place is uploaded anew.
 */
export class CloudCache {
  readonly #arena: Arena
  readonly #precision: Precision
  #entries: Entry[] = []

  constructor(arena: Arena, precision: Precision) {
    this.#arena = arena
    this.#precision = precision
  }

  /** Cost O(m·d) for a cloud that is there, O(m·d + m log m) for a new one. */
  upload(points: Matrix, centred: boolean): UploadedCloud {
    const checksum = checksumOf(points.data)
    const known = this.#entries.find(
      (entry) =>
        entry.source.deref() === points.data && entry.checksum === checksum && entry.rows === points.rows && entry.centred === centred
    )
    if (known) return known.cloud
    if (this.#entries.length >= MOST_CLOUDS || this.#arena.top > MOST_BYTES) {
      this.#entries = []
      this.#arena.cutBack(DATA_ADDRESS)
    }
    const cloud = uploadCloud(this.#arena, { precision: this.#precision, centred }, points)
    this.#entries.push({ source: new WeakRef(points.data), checksum, rows: points.rows, centred, cloud })
    return cloud
  }
}
