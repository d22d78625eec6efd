import { checkFinite } from '../../code/code.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import type { Codec } from '../../spectral/codec.js'
import type { Encoder } from '../../table/encoder.js'
import { scaleValues, unscaleValues } from '../../table/scaling.js'

/** Coordinates as rows of numbers in the units of the table, constant columns among them, in its order [n, numeric columns]. */
export function unitRows(encoder: Encoder, coordinates: Matrix): Matrix {
  const codes = encoder.columns.filter((code) => code.carries === 'coordinate' || code.carries === 'constant')
  const out = matrix(coordinates.rows, codes.length)
  codes.forEach((code, c) => {
    const values =
      code.carries === 'constant'
        ? new Float64Array(out.rows).fill(code.value)
        : unscaleValues(code.scaler, columnOf(coordinates, code.coordinate))
    values.forEach((value, i) => {
      out.data[i * out.cols + c] = value
    })
  })
  return out
}

/** A codec that was made for numbers in the units of the table, as a codec of coordinates. */
export function unitCodec(codec: Codec, encoder: Encoder): Codec {
  return {
    kind: codec.kind,
    dataDimension: encoder.coordinateCount,
    latentDimension: codec.latentDimension,
    encode: (rows) => codec.encode(unitRows(encoder, rows)),
    decode: async (latents) => coordinatesOf(encoder, checkFinite(await codec.decode(latents))),
    save: () => codec.save()
  }
}

/** The inverse of `unitRows`. */
function coordinatesOf(encoder: Encoder, rows: Matrix): Matrix {
  const out = matrix(rows.rows, encoder.coordinateCount)
  let c = 0
  for (const code of encoder.columns) {
    if (code.carries !== 'coordinate' && code.carries !== 'constant') continue
    const place = c++
    if (code.carries === 'constant') continue
    scaleValues(code.scaler, columnOf(rows, place)).forEach((value, i) => {
      out.data[i * out.cols + code.coordinate] = value
    })
  }
  return out
}

const columnOf = (m: Matrix, c: number): Float64Array => Float64Array.from({ length: m.rows }, (_, i) => m.data[i * m.cols + c]!)
