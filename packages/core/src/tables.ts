/** Tables: kinds of columns, codes that turn them into coordinates, formats of cells. */

// Codes: tables as coordinates and categories, and back.
export { decodeTable, type Encoded, type Encoder, encodeTable, fitEncoder } from './table/encoder.js'
// Expressions.
// Tables as they are read, and as they are modelled.
export { type InferredTable, inferTable } from './table/infer.js'
export { presentTable } from './table/present.js'
export type { Bounds, RawColumn, RawTable } from './table/raw.js'
export { type Cell, type DrawnRow, type Rows, rowsOfTable, tableOfRows } from './table/records.js'
export { type Column, isCategorical, isNumeric, type Table } from './table/table.js'
