import { InputError } from '../../num/errors.js'
import { columnOf, type Matrix, matrix } from '../../num/matrix.js'
import { addedNumber, addedNumbers } from '../../table/added-numbers.js'
import type { CellStyle } from '../../table/present.js'
import type { RawTable } from '../../table/raw.js'
import type { Context } from '../context.js'
import { readAs } from '../read-as.js'
import { type EmbeddingModel, placeTable } from './embedding.js'

/** Coordinates as a table: coordinate_1, coordinate_2, … */
export function coordinateTable(coordinates: Matrix, { encoder: { formats } }: EmbeddingModel, as: CellStyle): RawTable {
  const columns = Array.from({ length: coordinates.cols }, (_, k) =>
    addedNumbers({ name: `coordinate_${k + 1}`, values: columnOf(coordinates, k) }, formats, as)
  )
  return { columns, rowCount: coordinates.rows }
}

/** The columns coordinate_1 … coordinate_K of a table [n, K]. Throws `InputError` when one is missing or not a number everywhere. */
export function coordinatesOf(raw: RawTable, dimension: number): Matrix {
  const out = matrix(raw.rowCount, dimension)
  for (let k = 0; k < dimension; k++) {
    const name = `coordinate_${k + 1}`
    const column = raw.columns.find((c) => c.name === name) ?? raw.columns.find((c) => c.name === `x${k}`)
    if (!column) throw wrong(`no column ${name}`, dimension)
    for (let i = 0; i < raw.rowCount; i++) {
      const cell = column.values[i]
      const value = typeof cell === 'string' ? addedNumber(cell) : typeof cell === 'number' ? cell : Number.NaN
      if (!Number.isFinite(value) || ('missing' in column && column.missing?.[i]))
        throw wrong(`${cell ?? 'an empty cell'} in ${column.name}, row ${i + 1}`, dimension)
      out.data[i * dimension + k] = value
    }
  }
  return out
}

function wrong(got: string, dimension: number): InputError {
  return new InputError({
    code: 'coordinates',
    got,
    expected: `finite numbers in coordinate_1 … coordinate_${dimension}`,
    try: 'a file written by embed with the same model'
  })
}

/** Coordinates of new rows [n, K]: their columns are those of the model. Throws `InputError` as `readAs` and `placeTable`. */
export const placeRows = (model: EmbeddingModel, raw: RawTable, context: Context): Promise<Matrix> =>
  placeTable(model, readAs(raw, model.encoder.kinds), context)
