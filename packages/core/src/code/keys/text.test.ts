import { expect, test } from 'vitest'
import { keyFromSeed, uniforms } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import { drawKey, keepKeys, keyTexts } from './keep.js'

const n = 120
const u = uniforms(keyFromSeed(4), 9 * n)
const common = ['patient', 'calls', 'again', 'with', 'cough', 'no', 'fever']
/** Remarks of common words, and a name in each that one row has. */
const remarks = Array.from({ length: n }, (_, i) =>
  [
    ...Array.from({ length: 3 + (i % 3) }, (_, w) => common[Math.floor(u[9 * i + w]! * common.length)]!),
    `name${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26))}x`
  ].join(' ')
)
const column = { name: 'remark', cells: remarks }
const draw = (text: 'new' | 'shuffle' | 'empty') =>
  drawKey(keepKeys([column], 7, { text }).keys[0]!, 7, { count: 300, key: keyFromSeed(1) })

test('shuffled text has words that at least three rows share, and no others; no row is copied', () => {
  const drawn = draw('shuffle')
  expect(new Set(drawn.flatMap((cell) => cell!.split(' ')))).toEqual(new Set(common))
  expect(drawn.filter((cell) => remarks.includes(cell!))).toEqual([])
  expect(new Set(drawn).size).toBe(300)
})

test('new text copies no value, empty text has none; both are said', () => {
  expect(draw('new').filter((cell) => remarks.includes(cell!))).toEqual([])
  expect(new Set(draw('empty'))).toEqual(new Set([null]))
  expect(keyTexts(keepKeys([column], 7, { text: 'empty' }))).toEqual(['remark is text, left empty'])
  expect(keyTexts(keepKeys([column], 7, { text: 'shuffle' }))[0]).toMatch(/^remark like .*, words shuffled/)
})

test('text of which most values occur once is no category, whatever recurs in it; a list of levels is one', () => {
  const kindOf = (values: readonly string[]) =>
    inferTable({
      rowCount: values.length,
      columns: [
        { name: 'x', source: 'text', values },
        { name: 'y', source: 'number', values: Float64Array.from(values, (_, i) => i % 7) }
      ]
    }).table.columns[0]!.kind
  const names = Array.from({ length: 60 }, (_, i) => `Mia ${i < 50 ? i : 0}`)
  expect(kindOf(names)).toBe('identifier')
  expect(kindOf(Array.from({ length: 60 }, (_, i) => `state ${Math.floor(50 * u[i]!)}`))).toBe('category')
  expect(kindOf(['a', 'b', 'c', 'd', 'a', 'e'])).toBe('category')
})

test('names that recur in the data come round again once their form has no more; keys that do not are refused', () => {
  const named = (i: number): string =>
    `${['Mia', 'Ben', 'Ida', 'Tom', 'Eva', 'Jan', 'Lea'][i % 7]} ${['Falk', 'Roth', 'Wolf', 'Beck', 'Haas'][i % 5]}`
  const names = Array.from({ length: 25 }, (_, i) => named(i))
  const draw = (cells: readonly string[]) => drawKey(keepKeys([{ name: 'name', cells }], 7).keys[0]!, 7, { count: 60, key: keyFromSeed(1) })
  const drawn = draw([...names, names[0]!])
  const distinct = [...new Set(drawn)]
  expect(distinct.length).toBeLessThan(60)
  drawn.forEach((cell, row) => {
    expect(cell).toBe(distinct[row % distinct.length])
  })
  expect(drawn.some((cell) => names.includes(cell!))).toBe(false)
  expect(() => draw(names)).toThrow(/no more than \d+ new values/)
})

test('words of another script are made of its letters, as long as those of the data', () => {
  const pick = (letters: string, k: number) => letters[Math.floor(u[k]! * letters.length)]!
  const letters = 'абвгдезиклмнопрст'
  const names = Array.from({ length: n }, (_, i) => {
    const word = (from: number, length: number) => Array.from({ length }, (_, j) => pick(letters, 9 * i + from + j)).join('')
    const [first, second] = [word(0, 4), word(4, 3 + (i % 3))]
    return `${first[0]!.toUpperCase()}${first.slice(1)} ${second}`
  })
  const towns = Array.from({ length: n }, (_, i) =>
    Array.from({ length: 2 + (i % 3) }, (_, j) => pick('高定安老河口市章丘海陵松江兴山', 9 * i + j)).join('')
  )
  const drawn = (cells: readonly string[]) =>
    drawKey(keepKeys([{ name: 'x', cells }], 7, { text: 'new' }).keys[0]!, 7, { count: 200, key: keyFromSeed(2) }).map((cell) => cell!)
  expect(drawn(names).filter((cell) => !/^[а-яА-Я]+( [а-яА-Я]+)*$/.test(cell))).toEqual([])
  expect(drawn([...new Set(towns)]).filter((cell) => !/^\p{Script=Han}{2,4}$/u.test(cell))).toEqual([])
  expect(drawn(remarks).filter((cell) => !/^[a-z ]+$/i.test(cell))).toEqual([])
})
