/** An object as it was parsed. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A list of texts, numbers and truth values, or an empty object: what a cell may hold as its JSON text. */
export const isPlainList = (cell: unknown): boolean =>
  Array.isArray(cell) ? cell.every((one) => typeof one !== 'object' || one === null) : isJsonObject(cell) && Object.keys(cell).length === 0
