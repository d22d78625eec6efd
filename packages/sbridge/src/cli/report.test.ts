import { expect, test } from 'vitest'
import { nameOf } from './report.js'

test('the title of a report names what was read, without folders and without passwords', () => {
  expect(nameOf('data/penguins.csv')).toBe('penguins.csv')
  expect(nameOf('postgres://ann:secret@host/shop?table=orders')).toBe('shop?table=orders')
  expect(nameOf('postgres://ann:secret@host')).toBe('ann:***@host')
  expect(nameOf('postgres://host/shop?user=ann&password=secret&table=orders')).toBe('shop?user=ann&password=***&table=orders')
})
