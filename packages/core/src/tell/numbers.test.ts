import { expect, test } from 'vitest'
import { levelName } from './numbers.js'

test('levels that only blanks tell apart are written apart, others as they are', () => {
  expect(['Regular', 'two words', 'Ä', '“so”'].map(levelName)).toEqual(['Regular', 'two words', 'Ä', '“so”'])
  expect(['Regular ', ' Regular', '  ', ''].map(levelName)).toEqual(['“Regular\u00a0”', '“\u00a0Regular”', '“\u00a0\u00a0”', '“”'])
})
