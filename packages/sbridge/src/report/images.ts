import { InputError, isNumeric, type Matrix, matrix, type Table } from '@sbridge/core'
import { figure, panel, type Section, section } from './blocks.js'
import { Html } from './html.js'
import { type ImageShape, imageSheet } from './image-sheet.js'

const SHEET_IMAGES = 60
const ACROSS = 10

/** Refuses a table whose numeric columns are not the pixels of such an image. Throws `InputError` (code `image-size`, `image-missing`). */
export function checkImageTable(table: Table, { width, height }: ImageShape): void {
  const columns = table.columns.filter(isNumeric)
  if (columns.length !== width * height) {
    throw new InputError({
      code: 'image-size',
      got: `${columns.length} numeric columns`,
      expected: `${width * height}, for images of ${width} × ${height}`,
      try: 'another --image; --types label=category or --exclude for numbers that are no pixels'
    })
  }
  const gap = columns.find(({ missing }) => missing?.includes(1))
  if (gap)
    throw new InputError({
      code: 'image-missing',
      got: `missing cells in ${gap.name}`,
      expected: 'a number for every pixel',
      try: 'leaving --image out'
    })
}

/** The numeric columns of a table as rows of pixels [n, width × height]. Throws as `checkImageTable`. */
export function pixelsOf(table: Table, shape: ImageShape): Matrix {
  checkImageTable(table, shape)
  const columns = table.columns.filter(isNumeric)
  const out = matrix(table.rowCount, columns.length)
  columns.forEach(({ values }, c) => {
    values.forEach((value, i) => {
      out.data[i * out.cols + c] = value
    })
  })
  return out
}

export interface ImageParts {
  readonly shape: ImageShape
  /** Drawn images [n, width × height]. */
  readonly drawn: Matrix
  /** For each of them the training image nearest to it, in the same order. */
  readonly nearest: Matrix
  /** Whether training images may be shown. */
  readonly showValues?: boolean | undefined
}

/** Drawn images; where values may be shown, with the nearest training images beside them: copies would look the same on both sides. */
export function imageSection({ shape, drawn, nearest, showValues }: ImageParts): Section {
  const chosen = spread(drawn.rows, SHEET_IMAGES)
  // One range for both sheets, so that they can be compared.
  const range = rangeOf(nearest)
  const sheet = (rows: Matrix) => picture(imageSheet(pick(rows, chosen), { ...shape, across: ACROSS, range }))
  const part = chosen.length === drawn.rows ? 'All' : `${chosen.length} of the ${drawn.rows}`
  return section(
    'images',
    'Images',
    figure({
      caption: showValues
        ? `${part} drawn images and, in the same places, the training image nearest to each.`
        : `${part} drawn images. With --show-values the training image nearest to each stands beside them.`,
      body: [panel('Draws', '', sheet(drawn)), ...(showValues ? [panel('Their nearest training images', '', sheet(nearest))] : [])],
      panelWidth: 320
    })
  )
}

function rangeOf({ data }: Matrix): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const x of data) {
    low = Math.min(low, x)
    high = Math.max(high, x)
  }
  return [low, high]
}

/** At most `most` of 0 … count − 1, evenly spread. */
function spread(count: number, most: number): number[] {
  const taken = Math.min(most, count)
  return Array.from({ length: taken }, (_, k) => Math.floor((k * count) / taken))
}

function pick(rows: Matrix, indices: readonly number[]): Matrix {
  const out = matrix(indices.length, rows.cols)
  indices.forEach((row, k) => {
    out.data.set(rows.data.subarray(row * rows.cols, (row + 1) * rows.cols), k * rows.cols)
  })
  return out
}

/** A PNG as an image element that loads nothing. */
export function picture(png: Uint8Array): Html {
  return new Html(
    `<img alt="sheet of images" style="width:100%;image-rendering:pixelated" src="data:image/png;base64,${Buffer.from(png).toString('base64')}">`
  )
}
