import { expect, it } from 'vitest'
import { unknownColumn } from './unknown-column.js'

const columns = [...Array.from({ length: 40 }, (_, k) => ({ name: `x${k}` })), { name: 'bill_length' }, { name: 'a b' }]

it('of many columns the one that is meant is named, where one is nearly it', () => {
  expect(unknownColumn('bil_length', columns)).toMatchObject({
    got: 'the column bil_length',
    remedy: expect.stringMatching(/^bill_length, or /)
  })
  expect(unknownColumn('weight', columns).remedy).toBe('the name as it stands in the header')
  expect(unknownColumn('a_b', columns, { word: (name) => `\`${name}\`` }).remedy).toMatch(/^`a b`, or .*in backquotes/)
})
