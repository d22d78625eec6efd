import { describe, expect, it } from 'vitest'
import { type Cell, textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { keepColumns } from '../../table/rows.js'
import { isNumeric } from '../../table/table.js'
import { findRules } from './find.js'
import { findBoxes } from './find-boxes.js'
import { quantityOf } from './quantity.js'
import { ruleText } from './rule.js'

type Columns = Readonly<Record<string, readonly Cell[]>>

const dataOf = (columns: Columns) => prepareRows(textTable(columns)).data
const found = (columns: Columns) => findRules(dataOf(columns)).map(ruleText)

/** Boxes alone, whatever other rules say. */
const boxes = (columns: Columns): string[] => boxesOf(dataOf(columns))

function boxesOf({ table, formats }: ReturnType<typeof dataOf>): string[] {
  const quantities = table.columns.flatMap((one, c) => (isNumeric(one) ? [quantityOf(one, formats[c]!)] : []))
  const none = () => false
  return findBoxes(table.columns, quantities, { rowCount: table.rowCount, isTold: none, isLookedUp: none }).map((one) =>
    ruleText({ kind: 'lookup', ...one })
  )
}

describe('what several sides tell together', () => {
  const rows = 800
  const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(7), label), rows))
  const marks = ['maths', 'physics', 'art'].map((label) => dice(label).map((u) => 25 + Math.floor(75 * u)))
  const [maths, physics, art] = marks as [number[], number[], number[]]
  const kind = dice('kind').map((u) => ['adult', 'student', 'pensioner'][Math.floor(3 * u)]!)
  const age = dice('age').map((u) => (90 * u).toFixed(1))
  const word = (is: boolean) => (is ? 'yes' : 'no')

  it('is an “and” of thresholds, and of a level with a threshold', () => {
    const passed = maths.map((x, i) => word(x >= 40 && physics[i]! >= 40 && art[i]! >= 40))
    expect(found({ maths, physics, art, passed })).toEqual(['bins(maths, 40), bins(physics, 40), bins(art, 40) -> passed'])
    const grant = kind.map((one, i) => word(one === 'student' && maths[i]! >= 70 && art[i]! < 50))
    expect(found({ kind, maths, physics, art, grant })).toEqual(['kind, bins(maths, 70), bins(art, 50) -> grant'])
  })

  it('is an “or”, which is where none of the opposite sides is left, and an interval', () => {
    const free = age.map((x, i) => word(Number(x) < 6 || Number(x) >= 65 || kind[i] === 'student'))
    expect(found({ kind, age, maths, free })).toEqual(['kind, bins(age, 6, 65) -> free'])
    const works = age.map((x) => (Number(x) >= 16 && Number(x) < 67 ? 1 : 0))
    expect(found({ kind, age, works })).toEqual(['bins(age, 16, 67) -> works'])
  })

  it('goes before a list of the numbers that are known of the same columns', () => {
    const years = dice('years').map((u) => 18 + Math.floor(40 * u))
    const claims = dice('claims').map((u) => Math.floor(4 * u))
    const bonus = years.map((x, i) => word(x >= 25 && claims[i] === 0))
    // Of years and claims alone rows would repeat each other, and show nothing.
    expect(found({ years, claims, age, bonus })).toEqual(['bins(years, 25), bins(claims, 1) -> bonus'])
  })

  it('has the fewest sides that tell it: a mean of what is told by its parts is none', () => {
    const mean = maths.map((x, i) => ((x + physics[i]! + art[i]!) / 3).toFixed(4))
    const passed = maths.map((x, i) => word(x >= 40 && physics[i]! >= 40 && art[i]! >= 40))
    expect(boxes({ mean, maths, physics, art, passed })).toEqual(['bins(maths, 40), bins(physics, 40), bins(art, 40) -> passed'])
  })
})

describe('by chance', () => {
  it('a side is believed from as many rows on that it alone tells as chance says', () => {
    // Of 100 rows inside and k that b alone tells, (100 + k) thresholds and 2 · 3² boxes: (100 + k) · 18 / (100 + k choose k) is first
    // below one in a million at k = 7.
    const table = (k: number) => {
      const side = Array.from({ length: 40 }, (_, j) => ({ a: 999 - j, b: 1000 + 2 * j, y: 'no' }))
      const other = Array.from({ length: k }, (_, j) => ({ a: 1000 + 3 * j, b: 999 - j, y: 'no' }))
      const inside = Array.from({ length: 100 }, (_, i) => ({ a: 1000 + i, b: 1000 + ((37 * i) % 100), y: 'yes' }))
      const all = [...side, ...other, ...inside]
      return { a: all.map(({ a }) => a), b: all.map(({ b }) => b), y: all.map(({ y }) => y) }
    }
    expect(boxes(table(6))).toEqual([])
    expect(boxes(table(7))).toEqual(['bins(a, 1000), bins(b, 1000) -> y'])
  })

  it('none is found in 200 tables whose answers hang on numbers and levels without a wall', { tags: ['slow'] }, () => {
    const invented: string[] = []
    for (let seed = 1; seed <= 200; seed++) {
      const rows = [60, 150, 400, 1000][seed % 4]!
      const key = keyFromSeed(seed)
      const factor = normals(keyFor(key, 'factor'), rows)
      const strength = [0, 0.5, 0.9][seed % 3]!
      const xs = Array.from({ length: 6 }, (_, k) =>
        Array.from(normals(keyFor(key, `x${k}`), rows), (z, i) => strength * factor[i]! + Math.sqrt(1 - strength ** 2) * z)
      )
      const dice = uniforms(keyFor(key, 'answer'), rows)
      const numbers = xs.map((x, k) => [`x${k}`, x.map((z) => (50 + 10 * z).toFixed(k % 3))] as const)
      const level = Array.from(factor, (z) => `k${Math.max(0, Math.min(4, Math.floor(2.5 + 1.5 * z)))}`)
      // A logistic curve, steep or flat, of rare and common answers; and a slanting line, which needs no chance.
      const sum = (i: number) => xs[0]![i]! + xs[1]![i]!
      const odds = Array.from(dice, (u, i) => (u < 1 / (1 + Math.exp(2 - 3 * sum(i))) ? 'yes' : 'no'))
      const steep = Array.from(dice, (u, i) => (u < 1 / (1 + Math.exp(-20 * sum(i))) ? 'yes' : 'no'))
      const line = Array.from(dice, (_, i) => (sum(i) > 1 ? 'yes' : 'no'))
      const pure = Array.from(dice, (u) => (u < 0.1 ? 'yes' : 'no'))
      // Read once, and looked through with each answer.
      const answers = { odds, steep, line, pure }
      const data = dataOf({ ...Object.fromEntries(numbers), level, ...answers })
      for (const answer of Object.keys(answers))
        invented.push(...boxesOf(keepColumns(data, ({ name }) => name === answer || !(name in answers))))
    }
    expect(invented).toEqual([])
  })
})
