import { keyFor, keyFromSeed, normals, uniforms } from '@sbridge/core/kernels'
import type { RawTable } from '@sbridge/core/tables'

/** Rows of the small tables on which draws are compared byte by byte. */
export const ROWS = 40
const root = keyFromSeed(31)

/** Columns of numbers, each related to the one before. */
export function columns(count: number): RawTable['columns'] {
  const values = [normals(keyFor(root, 0), ROWS)]
  for (let k = 1; k < count; k++) values.push(normals(keyFor(root, k), ROWS).map((noise, i) => 0.8 * values[k - 1]![i]! + 0.6 * noise))
  return values.map((x, k) => ({ name: `x${k}`, source: 'number', values: x }))
}

/** A column of so many words. */
export const words = (name: string, levels: number): RawTable['columns'][number] => ({
  name,
  source: 'text',
  values: Array.from(uniforms(keyFor(root, name), ROWS), (x) => `${name}${Math.floor(levels * x)}`)
})

export const table = (...list: RawTable['columns']): RawTable => ({ rowCount: ROWS, columns: list })
export const standard = { scaling: 'standard', bandwidth: 0.3 } as const
