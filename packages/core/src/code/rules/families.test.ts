import { describe, expect, it } from 'vitest'
import { keyFromSeed, uniforms } from '../../num/random.js'
import { eachRule, familiesOf } from './families.js'

describe('rules as people read them', () => {
  it.each([
    [['b >= a', 'c >= b', 'd >= c'], ['a <= b <= c <= d']],
    [
      ['x9 <= x8', 'x9 >= x10', 'y >= z'],
      ['x10 <= x9 <= x8', 'y >= z']
    ],
    [['total >= cash', 'total >= card', 'total >= `gift card`'], ['total >= cash, card, `gift card`']],
    [
      ['first <= b', 'first <= a', 'k -> a'],
      ['first <= b, a', 'k -> a']
    ],
    [
      ['id -> name', 'sum = a + b', 'id -> city'],
      ['id -> name, city', 'sum = a + b']
    ],
    [['a missing where c = x, maybe y', 'b missing where c = x, maybe y'], ['a, b missing where c = x, maybe y']],
    [['`a <= b` >= `c, d`', '`c, d` >= e'], ['e <= `c, d` <= `a <= b`']]
  ])('%j', (texts, lines) => {
    expect(familiesOf(texts)).toEqual(lines)
  })

  it.each([
    'total = qty * unit_price',
    'end >= start but for 3 rows',
    'end >= max(start, begun)',
    'sku -> price or 0',
    'adult = age >= 18',
    'group = bins(age, 18, 65)',
    'unique(a, b)',
    'Home != Away',
    'a, bins(b, 4) -> c'
  ])('%s stands alone, and for itself', (text) => {
    expect(familiesOf([text])).toEqual([text])
    expect(eachRule(text)).toEqual([text])
  })

  it('lines stand for the rules that they are made of, in fewer lines', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const columns = Array.from({ length: 12 }, (_, c) => (c % 4 === 0 ? `\`${c} <= x, y\`` : `x${c}`))
      const draws = uniforms(keyFromSeed(seed), 60)
      const pick = (k: number, below: number) => Math.floor(draws[k]! * below)
      const texts = [
        ...new Set(
          Array.from({ length: 20 }, (_, k) => {
            const high = 1 + pick(3 * k, columns.length - 1)
            const low = pick(3 * k + 1, high)
            if (draws[3 * k + 2]! < 0.7) return `${columns[high]} >= ${columns[low]}`
            return draws[3 * k + 2]! < 0.85
              ? `${columns[low]} -> ${columns[high]}`
              : `${columns[high]} missing where ${columns[low]} = x, y`
          })
        )
      ]
      const lines = familiesOf(texts)
      const turned = (text: string) =>
        text.replace(/^(.+) <= (.+)$/su, (whole) => (orderIn(whole) ? `${orderIn(whole)![1]} >= ${orderIn(whole)![0]}` : whole))
      expect(lines.flatMap(eachRule).map(turned).sort()).toEqual([...texts].sort())
      expect(lines.length).toBeLessThan(0.8 * texts.length)
    }
  })

  it('forty columns of which each is at least the one before it are one line', () => {
    const texts = Array.from({ length: 39 }, (_, k) => `x${k + 2} >= x${k + 1}`)
    expect(familiesOf(texts.toReversed())).toEqual([Array.from({ length: 40 }, (_, k) => `x${k + 1}`).join(' <= ')])
  })

  it('columns that are all equal are not gone round for ever', () => {
    expect(familiesOf(['a >= b', 'b >= c', 'c >= a']).flatMap(eachRule)).toHaveLength(3)
  })
})

/** The two sides of an order whose names may hold signs. */
function orderIn(text: string): readonly [string, string] | undefined {
  const match = /^(`[^`]+`|\w+) <= (`[^`]+`|\w+)$/.exec(text)
  return match ? [match[1]!, match[2]!] : undefined
}
