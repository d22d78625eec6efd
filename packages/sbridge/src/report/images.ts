import { type ImageShape, pixelsOf, rangeOf, takeRows } from '@sbridge/core/internal'
import { cloud, type Engine, gaussianKernel, type Matrix, matrix } from '@sbridge/core/kernels'
import type { Table } from '@sbridge/core/tables'
import { figure, panel, type Section, section } from './blocks.js'
import { Html } from './html.js'
import { imageSheet } from './image-sheet.js'

/** Images of a sheet, and in a row of it. */
const SHEET_IMAGES = 60
const ACROSS = 10

interface ImageParts {
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
  const range = rangeOf(nearest.data)
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

interface ImageRows {
  readonly real: Table
  readonly drawn: Table
  readonly image: ImageShape
  readonly engine: Engine
  readonly showValues: boolean
}

/** Drawn images, each beside the training image nearest to it. */
export async function imagesOf({ real, drawn, image, engine, showValues }: ImageRows): Promise<Section> {
  const [pixels, own] = [pixelsOf(drawn, image), pixelsOf(real, image)]
  const { indices } = await engine.nearest({ from: cloud(pixels), to: cloud(own), kernel: gaussianKernel(1) }, 1)
  return imageSection({ shape: image, drawn: pixels, nearest: takeRows(own, indices), showValues })
}
