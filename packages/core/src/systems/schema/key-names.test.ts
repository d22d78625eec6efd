import { expect, it } from 'vitest'
import { agreement } from './key-names.js'

it.each([
  ['category_id', 'categories'],
  ['box_id', 'boxes'],
  ['course_id', 'courses'],
  ['warehouse_id', 'warehouses'],
  ['diagnosis_id', 'diagnoses'],
  ['status_id', 'statuses'],
  ['customer_id', 'customers']
])('%s is the key of %s', (column, table) => {
  const key = { table, column: 'id' }
  expect(agreement({ table: 'rows', column }, key)).toBe(3)
  expect(agreement({ table: 'rows', column: 'other_id' }, key)).toBeLessThan(3)
})
