import type { Matrix } from '../../num/matrix.js'
import { blockOrder } from '../../space/blocks.js'
import { checksumOf } from './cloud-cache.js'

/**
 * The block order of the last queries: a step over a table with categories asks for the same places a combination. Known by
 * the identity of their array and a checksum of its numbers, so that an array changed in place is ordered anew.
 */
export class QueryOrder {
  #source: WeakRef<Float64Array> | undefined
  #checksum = 0
  #order: Uint32Array = new Uint32Array(0)

  /** Cost O(n·d) for the queries of the call before, O(n·d·log n) for others. */
  of(points: Matrix): Uint32Array {
    const checksum = checksumOf(points.data)
    const known = this.#source?.deref() === points.data && this.#checksum === checksum && this.#order.length === points.rows
    if (known) return this.#order
    this.#source = new WeakRef(points.data)
    this.#checksum = checksum
    this.#order = blockOrder(points)
    return this.#order
  }
}
