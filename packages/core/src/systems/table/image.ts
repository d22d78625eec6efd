import { InputError } from '../../num/errors.js'
import { type Matrix, matrixFromColumns } from '../../num/matrix.js'
import { isNumeric, type Table } from '../../table/table.js'

/** Shape of the image that a row is: pixels row by row. */
export interface ImageShape {
  readonly width: number
  readonly height: number
}

/** Reads `28x28` (width × height). Throws `InputError`. */
export function parseImageShape(text: string): ImageShape {
  const match = /^(\d+)[x×](\d+)$/.exec(text.trim())
  const [width, height] = match ? [Number(match[1]), Number(match[2])] : [0, 0]
  if (width >= 1 && height >= 1) return { width, height }
  throw new InputError({ code: 'option-value', got: `--image ${text}`, expected: 'WIDTHxHEIGHT in pixels', try: '--image 28x28' })
}

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
  return matrixFromColumns(
    table.columns.filter(isNumeric).map(({ values }) => values),
    table.rowCount
  )
}
