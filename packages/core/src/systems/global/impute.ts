import type { Engine } from '../../kernel/engine.js'
import { gaussianKernel } from '../../kernel/kernel.js'
import { copyMatrix, type Matrix, matrix, takeRows } from '../../num/matrix.js'
import { cloud } from '../../space/cloud.js'
import { type Encoded, type Encoder, embedEncoded } from '../../table/encoder.js'

const NEIGHBOUR_COUNT = 10

/**
 * Gives every missing numeric cell the mean of that coordinate over the 10 rows nearest in everything else: it serves
 * distances only, since the cell is emitted missing again. One `nearest` a column with missing cells.
 */
export async function imputeMissing(encoder: Encoder, rows: Encoded, engine: Engine): Promise<Encoded> {
  const coordinates = copyMatrix(rows.coordinates)
  for (const code of encoder.columns) {
    if (code.carries !== 'coordinate' || code.missingFactor === undefined) continue
    const { coordinate, missingFactor } = code
    const missing = (i: number) => rows.codes[i * encoder.factors.length + missingFactor] === 1
    const all = Array.from({ length: coordinates.rows }, (_, i) => i)
    const absent = all.filter(missing)
    const present = all.filter((i) => !missing(i))
    if (absent.length === 0 || present.length === 0) continue
    const points = othersOf(encoder, rows, coordinate, missingFactor)
    const count = Math.min(NEIGHBOUR_COUNT, present.length)
    const pair = { from: cloud(takeRows(points, absent)), to: cloud(takeRows(points, present)), kernel: gaussianKernel(1) }
    const { indices } = await engine.nearest(pair, count)
    absent.forEach((row, i) => {
      let sum = 0
      for (let k = 0; k < count; k++) sum += rows.coordinates.data[present[indices[i * count + k]!]! * coordinates.cols + coordinate]!
      coordinates.data[row * coordinates.cols + coordinate] = sum / count
    })
  }
  return { coordinates, codes: rows.codes }
}

/** All rows without one coordinate and without the factor that says it is missing. */
function othersOf(encoder: Encoder, rows: Encoded, left: number, leftFactor: number): Matrix {
  const { coordinates } = rows
  const rest = matrix(coordinates.rows, coordinates.cols - 1)
  for (let i = 0; i < coordinates.rows; i++) {
    for (let c = 0, at = 0; c < coordinates.cols; c++) {
      if (c !== left) rest.data[i * rest.cols + at++] = coordinates.data[i * coordinates.cols + c]!
    }
  }
  const factors = encoder.factors.map((_, f) => f).filter((f) => f !== leftFactor)
  return embedEncoded(encoder, { coordinates: rest, codes: rows.codes }, factors)
}
