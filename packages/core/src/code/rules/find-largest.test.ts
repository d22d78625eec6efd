import { describe, expect, it } from 'vitest'
import { type Cell, textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { recordRules, rulesIn } from '../../systems/rules/rules-file.js'
import { findRules } from './find.js'
import { keepRules } from './keep.js'
import { parseRule } from './parse-rule.js'
import { ruleText } from './rule.js'
import { wholeRow } from './rule-row.js'
import { putRulesBack, takeRulesOut } from './stacked.js'

const dataOf = (columns: Readonly<Record<string, readonly Cell[]>>) => prepareRows(textTable(columns)).data
const found = (columns: Readonly<Record<string, readonly Cell[]>>) => findRules(dataOf(columns)).map(ruleText)

/** Marks of three subjects that hang together. */
function marks(seed: number, rows = 300): readonly [number[], number[], number[]] {
  const key = keyFromSeed(seed)
  const all = normals(keyFor(key, 'all'), rows)
  return ['maths', 'english', 'art'].map((label) =>
    Array.from(normals(keyFor(key, label), rows), (z, i) => Math.round(60 + 10 * all[i]! + 8 * z))
  ) as [number[], number[], number[]]
}

describe('a column that says which number is the largest', () => {
  const [maths, english, art] = marks(3)
  const words = ['M', 'E', 'A']
  const place = (at: 'max' | 'min') => maths.map((x, i) => [x, english[i]!, art[i]!].indexOf(Math[at](x, english[i]!, art[i]!)))
  // Of equal marks the first one counts, which the data say.
  const columns = { maths, english, art, best: place('max').map((k) => words[k]!), worst: place('min').map((k) => words[k]!) }
  const rules = ['largest(maths, english, art) -> best', 'smallest(maths, english, art) -> worst']

  it('is found, whatever words it has', () => {
    expect(found(columns)).toEqual(rules)
  })

  it('is read, written, kept in a file and comes back; of equal numbers it is what the data say', () => {
    expect(rules.map((text) => ruleText(parseRule(text)))).toEqual(rules)
    expect(ruleText(parseRule('zone, largest(`a b`, c) -> d'))).toBe('zone, largest(`a b`, c) -> d')
    for (const text of ['largest(a) -> b', 'largest() -> b', 'largest(a, b) -> a'])
      expect(() => parseRule(text)).toThrow(expect.objectContaining({ code: 'rule-malformed' }))
    const data = dataOf(columns)
    const kept = keepRules(rules.map(parseRule), data)
    const read = rulesIn(['maths', 'english', 'art'])(JSON.parse(JSON.stringify(recordRules(kept))), 'rules')
    expect(putRulesBack(read, takeRulesOut(kept, data)).table).toEqual(data.table)
    expect(wholeRow(read)({ maths: 50, english: 70, art: 60 })).toMatchObject({ best: 'E', worst: 'M' })
    expect(wholeRow(read)({ maths: 70, english: 70, art: 60 })).toMatchObject({ best: 'M', worst: 'A' })
  })

  it('is none where rows are otherwise, where equal numbers have either word, or where each number says it alone', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const [a, b, c] = marks(seed)
      const best = a.map((x, i) => words[[x, b[i]!, c[i]!].indexOf(Math.max(x, b[i]!, c[i]!))]!)
      const wrong = best.map((word, i) => (i === 7 * seed ? words[(words.indexOf(word) + 1) % 3]! : word))
      const either = a.map((x, i) => {
        const most = Math.max(x, b[i]!, c[i]!)
        const places = [x, b[i]!, c[i]!].flatMap((one, k) => (one === most ? [k] : []))
        return words[places[i % places.length]!]!
      })
      // Groups that lie far apart, of which each has much of its own.
      const group = a.map((_, i) => i % 3)
      const own = [a, b, c].map((x, k) => x.map((one, i) => one + (group[i] === k ? 500 : 0)))
      const largest = (columns: Parameters<typeof found>[0]) => found(columns).filter((text) => text.includes('largest'))
      expect(largest({ a, b, c, wrong, either })).toEqual([])
      expect(largest({ a: own[0]!, b: own[1]!, c: own[2]!, group: group.map((k) => words[k]!) })).toEqual([])
    }
  })
})
