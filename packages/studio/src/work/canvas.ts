/** A red, green and blue between 0 and 255. */
export type Colour = readonly [number, number, number]

/** `#rrggbb` as three numbers. */
export function colourOf(text: string): Colour {
  const value = Number.parseInt(text.trim().slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}

/** Coverage of one round dot, in 1/256, on a square of `size` pixels. */
interface Stamp {
  readonly size: number
  readonly cover: Uint16Array
}

/** Dots smaller than this many pixels across are not seen one by one. */
const SMALLEST = 2
const LARGEST = 6.5

/** Diameter in pixels that a dot has among `count` others on an area. */
export function dotSize(count: number, area: number, ratio: number): number {
  return Math.min(LARGEST, Math.max(SMALLEST, Math.sqrt(area / (ratio * ratio * Math.max(1, count))) * 0.32)) * ratio
}

/** How much of its ground a lone dot covers, so that it is seen, and the place with most dots, so that none is lost. */
const [LONE, FULL] = [0.7, 0.95]

/** Dots of a cloud by how many lie together: of level k about 2^k within a dot's size, and what that many cover of the ground. */
export interface Crowd {
  /** Of each dot. */
  readonly levels: Uint8Array
  readonly covers: readonly number[]
}

/** By how many dots lie where a dot does, in steps of two: what they cover grows with the logarithm of their number. */
export function crowdOf(places: Float32Array, { width, height, size }: { width: number; height: number; size: number }): Crowd {
  const [across, down] = [Math.ceil(width / size) + 1, Math.ceil(height / size) + 1]
  const counts = new Uint32Array(across * down)
  const count = places.length / 2
  const cells = new Int32Array(count)
  for (let k = 0; k < count; k++) {
    const [x, y] = [places[2 * k]!, places[2 * k + 1]!]
    const inside = x >= 0 && x <= 1 && y >= 0 && y <= 1
    const cell = inside ? Math.floor((y * height) / size) * across + Math.floor((x * width) / size) : -1
    cells[k] = cell
    if (inside) counts[cell]!++
  }
  const levels = new Uint8Array(count)
  let top = 0
  for (let k = 0; k < count; k++) {
    // The nearest power of two from below: a picture is drawn many times a second.
    const level = cells[k]! < 0 ? 0 : 31 - Math.clz32(counts[cells[k]!]!)
    levels[k] = level
    if (level > top) top = level
  }
  return { levels, covers: Array.from({ length: top + 1 }, (_, k) => LONE + (FULL - LONE) * (top > 0 ? k / top : 0)) }
}

function stampOf(diameter: number, opacity: number): Stamp {
  const size = Math.ceil(diameter) + 1
  const centre = (size - 1) / 2
  const cover = Uint16Array.from({ length: size * size }, (_, k) => {
    const distance = Math.hypot((k % size) - centre, Math.floor(k / size) - centre)
    return Math.round(256 * opacity * Math.min(1, Math.max(0, diameter / 2 - distance + 0.5)))
  })
  return { size, cover }
}

interface Dots {
  readonly colour: Colour
  readonly diameter: number
  readonly cover: number
  readonly crowd: Crowd
}

/** A picture of dots over a clear ground, drawn by our own hand: a hundred thousand in a few milliseconds, and the same everywhere. */
export class DotPicture {
  readonly image: ImageData

  constructor(
    readonly width: number,
    readonly height: number
  ) {
    this.image = new ImageData(width, height)
  }

  clear(): void {
    this.image.data.fill(0)
  }

  /** Begins with what another picture of the same size shows. */
  copy(other: DotPicture): void {
    this.image.data.set(other.image.data)
  }

  /** Dots at pairs of places between 0 and 1, y upwards; those that lie together cover no more than `cover` of what is below. */
  dots(places: Float32Array, { colour, diameter, cover, crowd }: Dots): void {
    const { width, height } = this
    const { data } = this.image
    const { levels, covers } = crowd
    // Each of the dots that lie together has its part in what they cover.
    const stamps = covers.map((all, k) => stampOf(diameter, 1 - (1 - Math.min(cover, all)) ** (1 / 2 ** k)))
    const { size } = stamps[0]!
    const [red, green, blue] = colour
    const shift = size / 2
    for (let i = 0; i < places.length; i += 2) {
      const [x, y] = [places[i]!, places[i + 1]!]
      // NaN fails every comparison: a row without a place is not drawn.
      if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) continue
      const stamp = stamps[levels[i / 2]!]!.cover
      const left = Math.round(x * width - shift)
      const top = Math.round((1 - y) * height - shift)
      // A dot at the edge is cut off there.
      const [fromRow, toRow] = [Math.max(0, -top), Math.min(size, height - top)]
      const [fromColumn, toColumn] = [Math.max(0, -left), Math.min(size, width - left)]
      for (let r = fromRow; r < toRow; r++) {
        let at = ((top + r) * width + left + fromColumn) * 4
        for (let c = fromColumn; c < toColumn; c++, at += 4) {
          const over = stamp[r * size + c]!
          if (over === 0) continue
          const alpha = data[at + 3]!
          // Straight alpha: the new colour over what is there.
          const kept = (alpha * (256 - over)) >> 8
          const whole = over + kept
          data[at] = (red * over + data[at]! * kept) / whole
          data[at + 1] = (green * over + data[at + 1]! * kept) / whole
          data[at + 2] = (blue * over + data[at + 2]! * kept) / whole
          data[at + 3] = Math.min(whole, 255)
        }
      }
    }
  }
}
