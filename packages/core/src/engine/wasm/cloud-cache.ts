import { stampOf } from '../../num/checksum.js'
import type { Matrix } from '../../num/matrix.js'
import { checkFinite } from '../check.js'
import type { Desk } from './arrange.js'
import { DATA_ADDRESS } from './job.js'
import { uploadCloud } from './upload.js'
import type { UploadedCloud } from './uploaded.js'

interface Entry {
  readonly stamp: number
  readonly rows: number
  readonly centred: boolean
  readonly cloud: UploadedCloud
}

/**
 * Clouds kept in the engine's memory: a step goes round one a combination of categories, and where they did not all stand
 * together each was uploaded at every step. Any number of them in few bytes, some in many.
 */
const MOST_CLOUDS = 24
const FEW_BYTES = 32 * 1048576
const MOST_BYTES = 256 * 1048576

/**
 * The last clouds used, so that calls on the same points neither sort nor copy them again. An entry is known by the
 * identity of its array and its stamp: an array changed in place is uploaded anew.
 */
export class CloudCache {
  readonly #desk: Desk
  #entries = new WeakMap<Float64Array, readonly Entry[]>()
  #count = 0

  constructor(desk: Desk) {
    this.#desk = desk
  }

  /** Cost O(m·d) for a cloud that is there, nothing where its points are settled, O(m·d + m log m) for a new one. */
  async upload(points: Matrix, centred: boolean): Promise<UploadedCloud> {
    const { arena } = this.#desk
    const stamp = stampOf(points.data)
    const before = this.#entries.get(points.data) ?? []
    const known = before.find((entry) => entry.stamp === stamp && entry.rows === points.rows && entry.centred === centred)
    if (known) return known.cloud
    checkFinite(points)
    if (arena.top > (this.#count < MOST_CLOUDS ? MOST_BYTES : FEW_BYTES)) return this.#afresh().upload(points, centred)
    const mark = arena.top
    const cloud = await uploadCloud(this.#desk, points, centred, stamp).catch((error) => {
      arena.cutBack(mark)
      throw error
    })
    this.#entries.set(points.data, [...before, { stamp, rows: points.rows, centred, cloud }])
    this.#count++
    return cloud
  }

  #afresh(): this {
    this.#entries = new WeakMap()
    this.#count = 0
    this.#desk.arena.cutBack(DATA_ADDRESS)
    return this
  }
}
