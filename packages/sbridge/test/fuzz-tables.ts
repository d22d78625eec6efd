import { keyFromSeed, normals } from '@sbridge/core/kernels'
import type { RawTable } from '@sbridge/core/tables'

const ROWS = 40
const noise = normals(keyFromSeed(4), ROWS)
const text = (of: (i: number) => string): string[] => Array.from({ length: ROWS }, (_, i) => of(i))

/** Ten people of four visits each. */
export const visits: RawTable = {
  rowCount: ROWS,
  columns: [
    { name: 'who', source: 'text', values: text((i) => `p${i >> 2}`) },
    { name: 'visit', source: 'text', values: text((i) => String(i % 4)) },
    { name: 'arm', source: 'text', values: text((i) => ['a', 'b'][(i >> 2) % 2]!) },
    { name: 'mood', source: 'text', values: text((i) => ['low', 'mid', 'high'][(i * 7 + (i >> 2)) % 3]!) },
    { name: 'weight', source: 'number', values: Float64Array.from({ length: ROWS }, (_, i) => noise[i >> 2]! + 0.3 * noise[i]!) }
  ]
}

/** A product, a threshold, an order, what a category says, and a key that says it too. */
export const ruledTable: RawTable = {
  rowCount: ROWS,
  columns: [
    { name: 'code', source: 'text', values: text((i) => `${1 + ((i * 7) % 13) < 7 ? 'S' : 'LG'}-${(i * 617 + 41) % 1000}/2024`) },
    { name: 'qty', source: 'text', values: text((i) => String(1 + ((i * 7) % 13))) },
    { name: 'price', source: 'text', values: text((i) => (5 + Math.abs(noise[i]!)).toFixed(2)) },
    {
      name: 'total',
      source: 'text',
      values: text((i) => ((1 + ((i * 7) % 13)) * Number((5 + Math.abs(noise[i]!)).toFixed(2))).toFixed(2))
    },
    { name: 'size', source: 'text', values: text((i) => (1 + ((i * 7) % 13) < 7 ? 'small' : 'large')) },
    { name: 'from', source: 'text', values: text((i) => `2024-01-${String(1 + (i % 28)).padStart(2, '0')}`) },
    { name: 'until', source: 'text', values: text((i) => `2024-02-${String(1 + ((i * 5) % 28)).padStart(2, '0')}`) }
  ]
}
