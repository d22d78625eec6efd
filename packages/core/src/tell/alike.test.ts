import { expect, it } from 'vitest'
import { notesTogether } from './alike.js'

it('what is said of several columns is said once, with the figures of the first', () => {
  const once = (name: string, count: number) => `${name}: ${count} of its 31 values occur once; --exclude ${name} leaves the column out`
  const same = (name: string, of: string, times: string) => `${name}: the same as “${of}”, or ${times} times that, in many rows`
  expect(
    notesTogether([
      once('hair', 3),
      '3 of 90 rows repeat an earlier row',
      once('skin', 12),
      same('V1', 'V2', '0.5'),
      same('V3', 'V9', '0.5, 2'),
      once('eye', 1),
      'id: running on'
    ])
  ).toEqual([
    'hair (likewise skin, eye): 3 of its 31 values occur once; --exclude hair leaves the column out',
    '3 of 90 rows repeat an earlier row',
    'V1 (likewise V3): the same as “V2”, or 0.5 times that, in many rows',
    'id: running on'
  ])
})

it('more than a dozen columns are counted, and none is named without one', () => {
  const [note] = notesTogether(Array.from({ length: 20 }, (_, k) => `x${k}: every value differs`))
  expect(note).toMatch(/^x0 \(likewise x1, x2, .*x12 and 7 more\): every value differs$/)
  expect(notesTogether(['a: b', 'a: c'])).toEqual(['a: b', 'a: c'])
})
