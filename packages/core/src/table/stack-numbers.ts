interface Numbers {
  readonly values: Float64Array
  readonly missing?: Uint8Array
}

/** The numbers of columns, one below the other; with `missing` (1: no number) where a column has it. Cost O(cells). */
export function stackNumbers(parts: readonly Numbers[]): Numbers {
  const rows = parts.reduce((sum, part) => sum + part.values.length, 0)
  const [values, missing] = [new Float64Array(rows), new Uint8Array(rows)]
  let at = 0
  for (const part of parts) {
    values.set(part.values, at)
    if (part.missing) missing.set(part.missing, at)
    at += part.values.length
  }
  return parts.some((part) => part.missing) ? { values, missing } : { values }
}
