import { checkFinite } from '../../code/code.js'
import { columnOf, type Matrix, matrixFromColumns } from '../../num/matrix.js'
import type { Codec } from '../../spectral/codec.js'
import type { Encoder } from '../../table/encoder.js'
import { scaleValues, unscaleValues } from '../../table/scaling.js'

/** Coordinates as rows of numbers in the units of the table, constant columns among them, in its order [n, numeric columns]. */
export function unitRows(encoder: Encoder, coordinates: Matrix): Matrix {
  const codes = encoder.columns.filter((code) => code.carries === 'coordinate' || code.carries === 'constant')
  const columns = codes.map((code) =>
    code.carries === 'constant'
      ? new Float64Array(coordinates.rows).fill(code.value)
      : unscaleValues(code.scaler, columnOf(coordinates, code.coordinate))
  )
  return matrixFromColumns(columns, coordinates.rows)
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
  const codes = encoder.columns.filter(({ carries }) => carries === 'coordinate' || carries === 'constant')
  // Coordinates are numbered in the order of the columns.
  const columns = codes.flatMap((code, place) => (code.carries === 'coordinate' ? [scaleValues(code.scaler, columnOf(rows, place))] : []))
  return matrixFromColumns(columns, rows.rows)
}
