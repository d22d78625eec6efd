/** Tables: kinds of columns, codes that turn them into coordinates, formats of cells. */

export type { DelimitedDialect, Dialect, JsonDialect, Separator, SheetDialect, TextEncoding } from './table/dialect.js'
// Codes: tables as coordinates and categories, and back.
export { decodeTable, type Encoded, type Encoder, encodeTable, fitEncoder } from './table/encoder.js'
// Expressions.
export { parseObservation } from './table/expression.js'
// Tables as they are read, and as they are modelled.
export { type ColumnFormat, type InferredTable, inferTable } from './table/infer.js'
export { presentTable } from './table/present.js'
export type { RawColumn, RawTable } from './table/raw.js'
export { type Cell, type Cells, type DrawnRow, type OfRows, type Rows, rowsOfTable, tableOfRows } from './table/records.js'
export { type ScalingMethod, scaleValues, unscaleValues } from './table/scaling.js'
export { type Column, isCategorical, isNumeric, type Table } from './table/table.js'
