import { InputError } from '@sbridge/core'
import type { ImageShape } from '@sbridge/core/internal'
import type { Matrix } from '@sbridge/core/kernels'
import { zlibSync } from 'fflate'
import { joined } from '../format/bytes.js'
import { crc32 } from '../format/crc32.js'

/** Refuses rows whose length is not width × height. */
function checkImageShape(columnCount: number, { width, height }: ImageShape): void {
  if (columnCount === width * height) return
  throw new InputError({
    code: 'image-size',
    got: `rows of ${columnCount} numbers`,
    expected: `${width * height}, for images of ${width} × ${height}`,
    try: 'another --image, or --columns with the pixels only'
  })
}

interface SheetOptions extends ImageShape {
  /** Images side by side. */
  readonly across: number
  /** Values shown as white and as black; default the range of the rows. */
  readonly range?: readonly [number, number]
  /** Pixels of paper between images. Default 2. */
  readonly gap?: number
}

/** Rows as images in a sheet, dark on white, as the bytes of a grey PNG. Throws `InputError` (code `image-size`). */
export function imageSheet(rows: Matrix, options: SheetOptions): Uint8Array {
  const { width, height, across, gap = 2 } = options
  checkImageShape(rows.cols, options)
  const down = Math.ceil(rows.rows / across)
  const [low, high] = options.range ?? rangeOf(rows.data)
  const sheet = { width: across * (width + gap) + gap, height: down * (height + gap) + gap }
  const grey = new Uint8Array(sheet.width * sheet.height).fill(255)
  for (let i = 0; i < rows.rows; i++) {
    const left = gap + (i % across) * (width + gap)
    const top = gap + Math.floor(i / across) * (height + gap)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = (rows.data[i * rows.cols + y * width + x]! - low) / (high > low ? high - low : 1)
        grey[(top + y) * sheet.width + left + x] = Math.round(255 * (1 - Math.min(1, Math.max(0, value))))
      }
    }
  }
  return greyPng(grey, sheet)
}

function rangeOf(values: Float64Array): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], x) => [Math.min(low, x), Math.max(high, x)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  )
}

/** @source PNG specification, third edition: signature, IHDR (8-bit grey), IDAT, IEND. */
function greyPng(grey: Uint8Array, { width, height }: ImageShape): Uint8Array {
  const lines = new Uint8Array((width + 1) * height)
  for (let y = 0; y < height; y++) lines.set(grey.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, 0, 0, 0, 0], 8)
  return joined([
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(lines)),
    chunk('IEND', new Uint8Array(0))
  ])
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length)
  const view = new DataView(out.buffer)
  view.setUint32(0, data.length)
  for (let i = 0; i < 4; i++) out[4 + i] = name.charCodeAt(i)
  out.set(data, 8)
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)))
  return out
}
