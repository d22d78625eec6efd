import { expect, it } from 'vitest'
import { schemaOf } from './table-schema.js'

it('of CHECKs what no option says is told; that nothing is below nought holds of new rows anyway', () => {
  const number = (name: string) => ({ name, kind: 'number', cells: [] }) as const
  const columns = [number('net'), number('gross'), { name: 'state', kind: 'text', cells: [] } as const]
  const checks = [
    'net >= 0',
    '(("net" >= (0)::numeric))',
    "gross >= '0.00'",
    '0 <= gross AND net <= gross',
    'net > 0',
    'net >= 1',
    'gross <= 100',
    'state >= 0'
  ]
  expect(schemaOf(columns, { unique: [], checks })).toEqual({
    types: {},
    rules: ['`gross` >= `net`'],
    unsaid: ['net > 0', 'net >= 1', 'gross <= 100', 'state >= 0']
  })
})
