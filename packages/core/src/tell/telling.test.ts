import { describe, expect, test } from 'vitest'
import { numberText, plainText, tickText } from './numbers.js'
import { explained, facts, factText, linesOf, said, type Telling, together } from './telling.js'

const telling = (parts: Partial<Telling>): Telling => ({ json: {}, topics: [], warnings: [], notes: [], ...parts })

describe('lines of a terminal', () => {
  test('a fact each, with unit and aside; sentences that are said, tables that are said, and nothing that only explains', () => {
    const blocks = [
      said('It ended.'),
      explained('Why.'),
      facts({ name: 'bandwidth ε', value: 0.5, unit: 'squared lengths', aside: 'given' }, undefined, { name: 'kernel', value: 'fixed' }),
      { kind: 'table' as const, caption: '', head: ['time', 'W1#', 'value#', 'floor#'], rows: [['2', 0.25, 3, null]], said: 'held out ' },
      { kind: 'table' as const, caption: '', head: ['a', 'b'], rows: [['x', 'y']] }
    ]
    expect(linesOf(telling({ topics: [{ id: 'one', title: 'One', blocks }], notes: ['mind'] }))).toEqual([
      'It ended.',
      'bandwidth ε: 0.500 squared lengths (given)',
      'kernel: fixed',
      'held out 2: W1 0.250, 3',
      'note: mind'
    ])
  })

  test('forty rows of a table, and how many more there are', () => {
    const rows = Array.from({ length: 43 }, (_, k) => [`r${k}`, k])
    const blocks = [{ kind: 'table' as const, caption: '', head: ['row', 'n#'], rows, said: '' }]
    const lines = linesOf(telling({ topics: [{ id: 'one', title: 'One', blocks }] }))
    expect(lines).toHaveLength(41)
    expect(lines.slice(-2)).toEqual(['r39: n 39', 'and 3 more; --json names them all'])
  })

  test('twenty facts, none longer than some lines, and how much more there is', () => {
    const many = Array.from({ length: 23 }, (_, k) => ({ name: 'rule', value: k === 0 ? 'level, '.repeat(100) : `r${k}` }))
    const lines = linesOf(telling({ topics: [{ id: 'one', title: 'One', blocks: [facts(...many)] }] }))
    expect(lines).toHaveLength(21)
    expect(lines[0]).toMatch(/^rule: (level, )+level, … \(706 characters; --json has them all\)$/)
    expect(lines[0]!.length).toBeLessThan(370)
    expect(lines.slice(-2)).toEqual(['rule: r19', 'and 3 more; --json names them all'])
  })

  test('names that would break a line or speak to the terminal are shown harmless', () => {
    const blocks = [facts({ name: 'a\nb', value: 'red \u001b[31m' })]
    expect(linesOf(telling({ topics: [{ id: 'one', title: 'One', blocks }] }))).toEqual(['a b: red \uFFFD[31m'])
  })

  test('ten warnings by name, and how many more there are', () => {
    const warnings = Array.from({ length: 13 }, (_, k) => ({ name: `w${k}`, message: 'few rows' }))
    const lines = linesOf(telling({ warnings }))
    expect(lines).toHaveLength(11)
    expect(lines[0]).toBe('warning w0: few rows')
    expect(lines.at(-1)).toBe('and 3 more warnings; --json names them all')
  })
})

test('tellings put together keep keys, order, notes once, and the first caution', () => {
  const one = telling({ json: { a: 1, b: 1 }, notes: ['n'], topics: [{ id: 'x', title: '', blocks: [] }] })
  const two = telling({ json: { b: 2 }, notes: ['n', 'm'], caution: 'first' })
  const whole = together(one, two, telling({ caution: 'second' }))
  expect(whole.json).toEqual({ a: 1, b: 2 })
  expect(whole.notes).toEqual(['n', 'm'])
  expect(whole.caution).toBe('first')
  expect(whole.topics).toHaveLength(1)
})

test('text stands as it is, numbers are written for reading', () => {
  expect(factText({ name: 'n', value: '1e5' })).toBe('1e5')
  expect(factText({ name: 'n', value: 123456 })).toBe('123,456')
  // Decades are taken from the digits themselves: next to a power of ten nothing is rounded into the wrong one.
  expect([9.995, 0.09999, 1e-4, 0.1, 1000, 9_999_999].map(numberText)).toEqual(['9.99', '0.1000', '0.0001', '0.100', '1,000', '9,999,999'])
  expect(tickText(2.5e8)(1e8)).toBe('1·10⁸')
  expect([2000, 3000].map(tickText(5140))).toEqual(['2,000', '3,000'])
  expect([1990, 2020].map(tickText(2024))).toEqual(['1990', '2020'])
  expect(plainText(-0.0830001)).toBe('−0.083')
})
