import { describe, expect, it } from 'vitest'
import { keyFor, keyFromSeed, permutation, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import type { RawTable } from '../../table/raw.js'
import { findDiffering, findUnique, parseUnique, repeatedIn, uniqueText } from './unique.js'

const dice = (label: string, rows: number): Float64Array => uniforms(keyFor(keyFromSeed(7), label), rows)
const text = (name: string, values: readonly (string | null)[]) => ({ name, source: 'text' as const, values })
const found = (raw: RawTable) => findUnique(prepareRows(raw).data)

/** Some of the lessons of five classes, five days and six periods; who teaches them is free. */
function lessons(seed: number): RawTable {
  const order = permutation(keyFromSeed(seed), 150).slice(0, 120)
  const at = (of: (k: number) => string) => Array.from(order, of)
  return {
    rowCount: 120,
    columns: [
      text(
        'class',
        at((k) => 'ABCDE'[k % 5]!)
      ),
      text(
        'day',
        at((k) => ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'][Math.floor(k / 5) % 5]!)
      ),
      text(
        'period',
        at((k) => String(1 + Math.floor(k / 25)))
      ),
      text(
        'teacher',
        Array.from(dice(`teacher ${seed}`, 120), (u) => 'UVWXYZ'[Math.floor(6 * u)]!)
      )
    ]
  }
}

describe('columns that tell rows apart', () => {
  it('are found where chance would have rows agree, and no more of them than are needed', () => {
    for (const seed of [1, 2, 3]) expect(found(lessons(seed))).toEqual([['class', 'day', 'period']])
  })

  it('are said once where two of them agree in the same rows, as a day and its short name, and each by itself where they nearly do', () => {
    const { rowCount, columns } = lessons(1)
    const days = columns[1]!.values as readonly string[]
    const beside = (short: readonly string[]) => found({ rowCount, columns: [...columns, text('short', short)] })
    expect(beside(days.map((day) => day[0]! + day[1]!))).toEqual([['class', 'day', 'period']])
    const other = days.map((day, i) => (i === 0 ? (day === 'Mon' ? 'Tu' : 'Mo') : day[0]! + day[1]!))
    expect(beside(other).every((set) => set.includes('class') && set.includes('period'))).toBe(true)
  })

  it('are those of a design, in which each combination stands once: more than that no two agree', () => {
    const cells = (...counts: number[]) => {
      const rows = counts.reduce((a, b) => a * b)
      const column = (k: number) => {
        const inner = counts.slice(0, k).reduce((a, b) => a * b, 1)
        return text(
          'abc'[k]!,
          Array.from({ length: rows }, (_, i) => 'uvwxyz'[Math.floor(i / inner) % counts[k]!]!)
        )
      }
      return { rowCount: rows, columns: counts.map((_, k) => column(k)) }
    }
    // By chance pairs of rows that agree would be 14.7 and 15, which so many sets of columns may be without.
    expect(found(cells(5, 6, 2))).toEqual([['a', 'b', 'c']])
    expect(found(cells(6, 6))).toEqual([['a', 'b']])
    // So small ones are by chance.
    expect(found(cells(4, 4))).toEqual([])
    expect(found(cells(2, 3, 3))).toEqual([])
    // Of as many rows in more cells none need meet.
    const free = cells(6, 6, 6)
    const some = permutation(keyFromSeed(5), 216).slice(0, 30)
    const part = free.columns.map(({ name, values }) =>
      text(
        name,
        Array.from(some, (i) => values[i]!)
      )
    )
    expect(found({ rowCount: 30, columns: part })).toEqual([])
  })

  it('are days of which none comes twice, though most of their neighbours are there', () => {
    const days = permutation(keyFromSeed(1), 200).slice(0, 120)
    const day = Array.from(days, (k) => new Date(Date.UTC(2024, 0, 1 + k)).toISOString().slice(0, 10))
    expect(found({ rowCount: 120, columns: [text('day', day)] })).toEqual([['day']])
    // So few of so many days meet nowhere by chance.
    const few = Array.from(days.slice(0, 30), (k) => new Date(Date.UTC(2024, 0, 1 + 40 * k)).toISOString().slice(0, 10))
    expect(found({ rowCount: 30, columns: [text('day', few)] })).toEqual([])
  })

  it('are quarters, and numbers in steps, of which none comes twice: most of their neighbours are there, though no day beside them', () => {
    const quarter = Array.from({ length: 80 }, (_, k) => `${2000 + Math.floor(k / 4)} Q${1 + (k % 4)}`)
    const depth = Array.from(permutation(keyFromSeed(2), 90).slice(0, 80), (k) => String(5000 + 25 * k))
    expect(found({ rowCount: 80, columns: [text('quarter', quarter), text('depth', depth)] })).toEqual([['quarter'], ['depth']])
  })

  it('are none where rows agree, or are missing a cell, or are told apart by chance', () => {
    const table = lessons(1)
    const last = table.columns.map(({ name, values }) => text(name, [...values.slice(1), values[5]!] as string[]))
    expect(found({ ...table, columns: last })).toEqual([])
    const gap = table.columns.map(({ name, values }) =>
      text(name, name === 'day' ? ([null, ...values.slice(1)] as string[]) : ([...values] as string[]))
    )
    expect(found({ ...table, columns: gap })).toEqual([])
    for (const seed of [1, 2, 3]) {
      const columns = ['a', 'b', 'c'].map((name) =>
        text(
          name,
          Array.from(dice(`${name} ${seed}`, 60), (u) => `l${Math.floor(12 * u)}`)
        )
      )
      expect(found({ rowCount: 60, columns })).toEqual([])
    }
  })
})

describe('more than three columns', () => {
  const factors = ['year', 'place', 'block', 'kind']
  /** Plots of an experiment, each once, and one of them twice where it is told so. */
  const plots = (twice: boolean): RawTable => {
    const order = [...permutation(keyFromSeed(2), 3 * 4 * 5 * 6)].slice(0, 300)
    const rows = twice ? [...order, order[7]!] : order
    const at = (size: number, step: number) => rows.map((k) => `l${Math.floor(k / step) % size}`)
    return {
      rowCount: rows.length,
      columns: [
        text('year', at(3, 1)),
        text('place', at(4, 3)),
        text('block', at(5, 12)),
        text('kind', at(6, 60)),
        text(
          'grade',
          Array.from(dice('grade', rows.length), (u) => `g${Math.floor(4 * u)}`)
        )
      ]
    }
  }

  it('tell the plots of a design apart, without those that they do not need', () => {
    expect(found(plots(false))).toEqual([factors])
    expect(found(plots(true))).toEqual([])
  })

  it('are none where rows are distinct by chance', () => {
    for (const seed of [1, 2, 3, 4]) {
      const columns = ['a', 'b', 'c', 'd', 'e'].map((name) =>
        text(
          name,
          Array.from(dice(`${name} ${seed}`, 80), (u) => `l${Math.floor(9 * u)}`)
        )
      )
      expect(found({ rowCount: 80, columns })).toEqual([])
    }
  })
})

it('are read as they are written', () => {
  for (const columns of [['a'], ['class', 'day of week', 'it`s, 5']]) expect(parseUnique(uniqueText({ columns }))).toEqual({ columns })
  for (const columns of [
    ['home', 'away'],
    ['from city', 'a != b']
  ])
    expect(parseUnique(uniqueText({ columns, differ: true }))).toEqual({ columns, differ: true })
  expect(uniqueText({ columns: ['home', 'guest team'], differ: true })).toBe('home != `guest team`')
  for (const other of ['unique()', 'unique', 'total = unique', 'unique(a) >= b', 'a = b', 'a >= b', 'a = b * P(c != d)', 'a -> b'])
    expect(parseUnique(other)).toBeUndefined()
})

it('rows that agree are counted, a missing cell agrees with none', () => {
  const { table } = prepareRows({
    rowCount: 5,
    columns: [text('a', ['x', 'x', 'y', 'x', null]), text('b', ['p', 'q', 'p', 'p', 'p'])]
  }).data
  expect(repeatedIn({ columns: ['a', 'b'] }, table)).toEqual({ rows: [0, 3], count: 1 })
  expect(repeatedIn({ columns: ['a'] }, table)).toEqual({ rows: [0, 1], count: 2 })
  expect(repeatedIn({ columns: ['a', 'b'] }, { ...table, rowCount: 3 })).toBeUndefined()
})

describe('columns that differ in each row', () => {
  const teams = 'ABCDEFGH'
  /** Matches, of which one in `same` is of a team with itself. */
  const matches = (rows: number, seed: number, same = 0): RawTable => {
    const home = Array.from(dice(`home ${seed}`, rows), (u) => Math.floor(8 * u))
    const away = Array.from(dice(`away ${seed}`, rows), (u, i) => (home[i]! + 1 + Math.floor(7 * u)) % 8)
    const guests = away.map((k, i) => teams[same > 0 && i % same === 0 ? home[i]! : k]!)
    return {
      rowCount: rows,
      columns: [
        text(
          'home',
          home.map((k) => teams[k]!)
        ),
        text('away', guests),
        text(
          'referee',
          Array.from(dice(`referee ${seed}`, rows), (u) => 'XYZ'[Math.floor(3 * u)]!)
        )
      ]
    }
  }
  const differing = (raw: RawTable) => findDiffering(prepareRows(raw).data.table).map(uniqueText)

  it('are found where so many rows would agree by chance that none does', () => {
    for (const seed of [1, 2, 3]) expect(differing(matches(200, seed))).toEqual(['home != away'])
  })

  it('are none where one row agrees, where few would, and where columns have nothing to do with each other', () => {
    expect(differing(matches(200, 1, 199))).toEqual([])
    // Of 60 rows 8 would agree by chance, which none does once in 1,800 tables.
    expect(differing(matches(60, 1))).toEqual([])
    for (const seed of [1, 2, 3, 4, 5]) {
      const columns = ['a', 'b', 'c'].map((name) =>
        text(
          name,
          Array.from(dice(`${name} ${seed}`, 300), (u) => teams[Math.floor(8 * u)]!)
        )
      )
      expect(differing({ rowCount: 300, columns })).toEqual([])
    }
  })

  it('count the rows that do not', () => {
    const { table } = prepareRows(matches(200, 1, 100)).data
    expect(repeatedIn({ columns: ['home', 'away'], differ: true }, table)).toEqual({ rows: [0, 0], count: 2 })
    expect(repeatedIn({ columns: ['home', 'referee'], differ: true }, table)).toBeUndefined()
  })
})
