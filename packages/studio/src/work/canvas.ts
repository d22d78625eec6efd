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
const SMALLEST = 1.8
const LARGEST = 6.5

/** Diameter in pixels that a dot has among `count` others on an area. */
export function dotSize(count: number, area: number, ratio: number): number {
  return Math.min(LARGEST, Math.max(SMALLEST, Math.sqrt(area / (ratio * ratio * Math.max(1, count))) * 0.32)) * ratio
}

/** Opacity that lets structure be seen where dots lie upon each other. */
export function dotOpacity(count: number): number {
  return Math.min(0.85, Math.max(0.25, 16 / Math.sqrt(Math.max(1, count)) + 0.2))
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

  /** Dots at pairs of places between 0 and 1, y upwards. */
  dots(places: Float32Array, { colour, diameter, opacity }: { colour: Colour; diameter: number; opacity: number }): void {
    const { width, height } = this
    const { data } = this.image
    const { size, cover } = stampOf(diameter, opacity)
    const [red, green, blue] = colour
    const shift = size / 2
    for (let i = 0; i < places.length; i += 2) {
      const [x, y] = [places[i]!, places[i + 1]!]
      // NaN fails every comparison: a row without a place is not drawn.
      if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) continue
      const left = Math.round(x * width - shift)
      const top = Math.round((1 - y) * height - shift)
      // A dot at the edge is cut off there.
      const [fromRow, toRow] = [Math.max(0, -top), Math.min(size, height - top)]
      const [fromColumn, toColumn] = [Math.max(0, -left), Math.min(size, width - left)]
      for (let r = fromRow; r < toRow; r++) {
        let at = ((top + r) * width + left + fromColumn) * 4
        for (let c = fromColumn; c < toColumn; c++, at += 4) {
          const over = cover[r * size + c]!
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
