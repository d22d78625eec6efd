import { describe, expect, it } from 'vitest'
import { keyFor, keyFromSeed, permutation, uniforms } from '../../num/random.js'
import type { Column, Table } from '../../table/table.js'
import { drawKeys, type KeptKeys, keepKeys, keysInTurn, keyTexts } from './keep.js'

const SEED = 3
const key = keyFromSeed(29)
const DAY = 86_400_000
const pad = (value: number, width: number): string => String(value).padStart(width, '0')

/** So many whole numbers below n. */
const below = (label: string, n: number, count: number): number[] =>
  Array.from(uniforms(keyFor(key, label), count), (u) => Math.floor(n * u))
const category = (name: string, levels: readonly string[], codes: readonly number[]): Column => ({
  name,
  kind: 'category',
  levels,
  codes: Int32Array.from(codes)
})
const dates = (name: string, days: readonly number[]): Column => ({
  name,
  kind: 'datetime',
  values: Float64Array.from(days, (day) => Date.UTC(2022, 0, 1) + day * DAY)
})
const tableOf = (...columns: Column[]): Table => {
  const [first] = columns
  return { columns, rowCount: first!.kind === 'datetime' ? first!.values.length : (first as { codes: Int32Array }).codes.length }
}
const isoOf = (days: readonly number[]) => days.map((day) => new Date(Date.UTC(2022, 0, 1 + day)).toISOString().slice(0, 10))

const keep = (cells: readonly (string | null)[], table: Table): KeptKeys => keepKeys([{ name: 'id', cells }], SEED, { table })
const draw = async (kept: KeptKeys, table: Table, seed = 1): Promise<string[]> => {
  const rows = { count: table.rowCount, key: keyFromSeed(seed), of: { table, part: table.rowCount } }
  return [...(await drawKeys(kept, rows)).get('id')!] as string[]
}

const CLASSES = ['5a', '5b', '9a', '10b', '10c']
const N = 300
const codes = below('classes', CLASSES.length, N)
const numbers = Array.from(permutation(keyFor(key, 'numbers'), 9999)).slice(0, N)
const classes = category('class', CLASSES, codes)
const pupils = codes.map((code, i) => `${CLASSES[code]}-${pad(numbers[i]!, 4)}`)

describe('a part of a key that another column tells', () => {
  it('is what that column says in every new row, whatever rows these are', async () => {
    const kept = keep(pupils, tableOf(classes))
    // Another law of classes than that of the data.
    const others = below('others', CLASSES.length, 400).map((code) => Math.min(code, 3))
    const drawn = await draw(kept, tableOf(category('class', CLASSES, others)))
    expect(drawn.map((id) => id.split('-')[0])).toEqual(others.map((code) => CLASSES[code]))
    expect(new Set([...drawn, ...pupils]).size).toBe(400 + N)
    expect(keyTexts(kept)[0]).toMatch(/^id like (5a|5b|9a|10b|10c)-\d{4}, with class in it$/)
  })

  it('may be what codes of letters and digits begin with, as numbers of vehicles with their makers', async () => {
    const makers = ['WVW', 'WBA', 'JTD', '5YJ', 'ZFA']
    const symbols = 'ABCDEFGHJKLMNPRSTUVWXYZ0123456789'
    const rest = Array.from({ length: 7 }, (_, place) => below(`place ${place}`, symbols.length, N))
    const vehicles = codes.map((code, i) => `${makers[code]}${rest.map((own) => symbols[own[i]!]).join('')}${pad(numbers[i]!, 4)}`)
    const make = category('make', ['VW', 'BMW', 'Toyota', 'Tesla', 'Fiat'], codes)
    const kept = keep(vehicles, tableOf(make))
    const others = below('others', CLASSES.length, 400)
    const drawn = await draw(kept, tableOf(category('make', ['VW', 'BMW', 'Toyota', 'Tesla', 'Fiat'], others)))
    expect(drawn.map((id) => id.slice(0, 3))).toEqual(others.map((code) => makers[code]))
    expect(new Set([...drawn, ...vehicles]).size).toBe(400 + N)
  })

  it('is none where the columns have nothing to do with each other, and copied as often as it occurs', async () => {
    const shuffled = Array.from(permutation(keyFor(key, 'shuffled'), N), (i) => codes[i]!)
    const kept = keep(pupils, tableOf(category('class', CLASSES, shuffled)))
    expect(JSON.stringify(kept.keys[0]!.form)).not.toContain('told')
  })

  it('is told by all levels but those of which rows have several', async () => {
    const own = codes[7]!
    const one = pupils.with(7, `${CLASSES[(own + 1) % CLASSES.length]}${pupils[7]!.slice(-5)}`)
    const kept = keep(one, tableOf(classes))
    const drawn = (await draw(kept, tableOf(classes))).map((id) => id.split('-')[0])
    const told = drawn.filter((_, i) => codes[i] !== own)
    expect(told).toEqual(codes.filter((code) => code !== own).map((code) => CLASSES[code]))
    // Of a level that stands for several, as merged ones do, it is one of these.
    const merged = tableOf(
      category(
        'class',
        [...CLASSES.slice(0, 3), 'other'],
        codes.map((code) => Math.min(code, 3))
      )
    )
    const ids = await draw(keep(pupils, merged), merged)
    expect(ids.map((id) => CLASSES.indexOf(id.split('-')[0]!)).map((code) => Math.min(code, 3))).toEqual(
      codes.map((code) => Math.min(code, 3))
    )
  })

  it('is a text for each level, an upper case or a beginning of it, or the digits of a number', async () => {
    const [sales, colours] = [
      ['Sales', 'Legal', 'Research'],
      ['red', 'blue', 'black']
    ]
    const [a, b] = [below('a', 3, N), below('b', 3, N)]
    const year: Column = { name: 'year', kind: 'integer', values: Float64Array.from(below('year', 4, N), (k) => 2021 + k) }
    const own = (i: number, words: readonly string[]) =>
      `${words[a[i]!]}_${pad(numbers[i]!, 5)}/${pad(year.values[i]! % 100, 2)}-${colours![b[i]!]!.toUpperCase()}`
    const table = tableOf(category('department', sales!, a), category('colour', colours!, b), year)
    for (const words of [
      ['VT', 'X', 'R9'],
      ['SAL', 'LEG', 'RES']
    ]) {
      const cells = Array.from({ length: N }, (_, i) => own(i, words))
      const drawn = await draw(keep(cells, table), table)
      expect(drawn.map((id) => id.replace(/_\d{5}/, ''))).toEqual(cells.map((id) => id.replace(/_\d{5}/, '')))
      expect(drawn.some((id) => cells.includes(id))).toBe(false)
    }
    // What begins as a level does so of levels that no row had.
    const kept = keep(
      Array.from({ length: N }, (_, i) => own(i, ['SAL', 'LEG', 'RES'])),
      table
    )
    const [id] = await draw(
      kept,
      tableOf(category('department', ['Marketing'], [0]), category('colour', colours!, [0]), { ...year, values: Float64Array.of(2030) })
    )
    expect(id).toMatch(/^MAR_\d{5}\/30-RED$/)
  })

  it.each<[string, (iso: string) => string]>([
    ['a year', (iso) => iso.slice(0, 4)],
    ['a year of two digits', (iso) => iso.slice(2, 4)],
    ['a month', (iso) => iso.slice(0, 7).replace('-', '')],
    ['a month before its year', (iso) => iso.slice(5, 7) + iso.slice(0, 4)],
    ['a day', (iso) => iso.replaceAll('-', '')],
    ['a day in parts', (iso) => iso],
    ['a quarter', (iso) => `${iso.slice(0, 4)}Q${Math.ceil(Number(iso.slice(5, 7)) / 3)}`]
  ])('is %s of a date', async (_, partOf) => {
    const days = below('days', 1000, N)
    const cells = isoOf(days).map((iso, i) => `R/${partOf(iso)}-${pad(numbers[i]!, 4)}`)
    const kept = keep(cells, tableOf(dates('issued', days)))
    const others = below('other days', 1300, 200)
    const drawn = await draw(kept, tableOf(dates('issued', others)))
    expect(drawn.map((id) => id.slice(0, -5))).toEqual(isoOf(others).map((iso) => `R/${partOf(iso)}`))
    expect(new Set([...drawn, ...cells]).size).toBe(200 + N)
  })

  it('is a date that digits begin with', async () => {
    const days = below('days', 1000, N)
    const cells = isoOf(days).map((iso, i) => `${iso.slice(0, 4)}${pad(numbers[i]!, 5)}`)
    const others = below('other days', 1000, 200)
    const drawn = await draw(keep(cells, tableOf(dates('issued', days))), tableOf(dates('issued', others)))
    expect(drawn.map((id) => id.slice(0, 4))).toEqual(isoOf(others).map((iso) => iso.slice(0, 4)))
    expect(drawn.every((id) => /^\d{9}$/.test(id))).toBe(true)
  })

  it('is a text for each level that digits begin with', async () => {
    const kinds = ['private', 'business', 'public']
    const own = below('kinds', 3, N)
    const cells = own.map((kind, i) => `${kind + 3}${pad(numbers[i]!, 4)}`)
    const others = below('other kinds', 3, 200)
    const drawn = await draw(keep(cells, tableOf(category('kind', kinds, own))), tableOf(category('kind', kinds, others)))
    expect(drawn.map((id) => Number(id[0]) - 3)).toEqual(others)
  })

  it('says which of several patterns a row has', async () => {
    const kinds = ['private', 'business']
    const own = below('kinds', 2, N)
    const cells = own.map((kind, i) => (kind === 0 ? `P-${pad(numbers[i]!, 5)}` : `${pad(numbers[i]!, 4)}/B/${numbers[N - 1 - i]}`))
    const others = below('other kinds', 2, 200)
    const kept = keep(cells, tableOf(category('kind', kinds, own)))
    const drawn = await draw(kept, tableOf(category('kind', kinds, others)))
    expect(drawn.map((id) => (id.startsWith('P-') ? 0 : 1))).toEqual(others)
    expect(keyTexts(kept)[0]).toMatch(/2 patterns as kind says$/)
  })

  it('is as often as in the data what it would be otherwise, where a row says nothing', async () => {
    const none = category('class', CLASSES, new Array<number>(400).fill(-1))
    const drawn = await draw(keep(pupils, tableOf(classes)), tableOf(none))
    const share = (all: readonly string[]) => all.filter((id) => id.startsWith('5')).length / all.length
    // The standard error of a share of 2/5 in 400 rows is 0.024; beyond four of them once in 16,000 runs.
    expect(Math.abs(share(drawn) - share(pupils))).toBeLessThan(0.1)
  })

  it('is another key of the row, or the key that rows refer to: a line has the number of its order', async () => {
    const orders = Array.from({ length: 120 }, (_, k) => `24-${pad(k, 4)}`)
    const rows = orders.flatMap((order, k) => Array.from({ length: 1 + (k % 3) }, (_, line) => ({ order, line: String(1 + line) })))
    const apart = (name: 'order' | 'line', of: typeof rows): Column => ({ name, kind: 'identifier', cells: of.map((row) => row[name]) })
    const around = (of: typeof rows): Table => ({ columns: [apart('order', of), apart('line', of)], rowCount: of.length })
    const textOf = ({ order, line }: (typeof rows)[number]) => `${order}-${line}`
    const others = rows.slice(0, 40).map(({ order, line }) => ({ order: order.replace('24-0', '25-7'), line }))
    expect(await draw(keep(rows.map(textOf), around(rows)), around(others))).toEqual(others.map(textOf))
  })

  it('leaves a form fewer values: behind these numbers go on, and letters are refused with what they say', async () => {
    // Twenty of a hundred numbers in each class, of which other classes have some.
    const some = CLASSES.map((_, code) => permutation(keyFor(key, code), 100))
    const turns = Array.from({ length: 100 }, (_, i) => i % CLASSES.length)
    const written = (textOf: (number: number) => string) =>
      turns.map((code, i) => `${CLASSES[code]}-${textOf(some[code]![Math.floor(i / CLASSES.length)]!)}`)
    const table = tableOf(category('class', CLASSES, turns))
    const crowd = tableOf(category('class', CLASSES, new Array<number>(101).fill(2)))
    const inDigits = await draw(
      keep(
        written((number) => pad(number, 2)),
        table
      ),
      crowd
    )
    expect(new Set(inDigits).size).toBe(101)
    expect(inDigits.at(-1)).toMatch(/^9a-1\d\d$/)
    const letters = 'abcdefghij'
    const inLetters = written((number) => `${letters[Math.floor(number / 10)]}${letters[number % 10]}`)
    await expect(draw(keep(inLetters, table), crowd)).rejects.toThrow(/new values of its form where class = 9a/)
  })
})

it('codes that no two classes shared are shared only where there are no more', async () => {
  const all = Array.from(permutation(keyFor(key, 'badges'), 1000))
  const cells = codes.map((code, i) => `${CLASSES[code]}-${pad(all[i]!, 3)}`)
  const crowd = below('crowd', CLASSES.length, 1500)
  const drawn = await draw(keep(cells, tableOf(classes)), tableOf(category('class', CLASSES, crowd)))
  expect(new Set(drawn.slice(0, 900).map((id) => id.slice(-3))).size).toBe(900)
  expect(new Set([...drawn, ...cells]).size).toBe(1500 + N)
})

describe('numbers beside what a column tells', () => {
  const days = [...below('days', 1000, N)].sort((a, b) => a - b)
  const at = dates('ordered', days)
  const years = isoOf(days).map((iso) => iso.slice(0, 4))
  const newDays = below('new days', 1000, 200)
  const inOrder = (drawn: readonly string[]) =>
    drawn.map((id, i) => ({ id, day: newDays[i]! })).sort((a, b) => a.day - b.day || (a.id < b.id ? -1 : 1))

  it('begin anew where they did, and rise with dates in each', async () => {
    const last = new Map<string, number>()
    const cells = years.map((year) => {
      last.set(year, (last.get(year) ?? 0) + 1)
      return `${year}-${pad(last.get(year)!, 6)}`
    })
    // In no order of rows.
    const order = Array.from(permutation(keyFor(key, 'order'), N))
    const kept = keep(
      order.map((i) => cells[i]!),
      tableOf(
        dates(
          'ordered',
          order.map((i) => days[i]!)
        )
      )
    )
    const drawn = inOrder(await draw(kept, tableOf(dates('ordered', newDays))))
    expect(drawn.map(({ id }) => id)).toEqual(
      isoOf(drawn.map(({ day }) => day)).map((iso) => {
        const year = iso.slice(0, 4)
        last.set(year, last.get(year)! + 1)
        return `${year}-${pad(last.get(year)!, 6)}`
      })
    )
    // A year that no row had begins where the others did.
    expect(await draw(kept, tableOf(dates('ordered', [1500, 1501])))).toEqual(['2026-000001', '2026-000002'])
  })

  it('go on through all of it where they did', async () => {
    const kept = keep(
      years.map((year, i) => `${year}-${pad(1 + i, 6)}`),
      tableOf(at)
    )
    const drawn = inOrder(await draw(kept, tableOf(dates('ordered', newDays))))
    expect(drawn.map(({ id }) => id.slice(5))).toEqual(newDays.map((_, i) => pad(N + 1 + i, 6)))
  })

  it('of each branch rise with dates in it, and are one sequence where no two branches share one', async () => {
    const branches = ['BER', 'MUC']
    const own = below('branches', 2, N)
    const next = [0, 0]
    const table = tableOf(category('branch', branches, own), at)
    const anew = keep(
      own.map((branch) => `${branches[branch]}${pad(++next[branch]!, 5)}`),
      table
    )
    const through = keep(
      own.map((branch, i) => `${branches[branch]}${pad(1 + i, 5)}`),
      table
    )
    const newBranches = below('new branches', 2, 200)
    const rows = tableOf(category('branch', branches, newBranches), dates('ordered', newDays))
    for (const branch of branches) {
      const ids = inOrder(await draw(anew, rows)).filter(({ id }) => id.startsWith(branch))
      expect(ids.map(({ id }) => Number(id.slice(3)))).toEqual(ids.map((_, i) => next[branches.indexOf(branch)]! + 1 + i))
    }
    expect(
      inOrder(await draw(through, rows))
        .map(({ id }) => Number(id.slice(3)))
        .sort((a, b) => a - b)
    ).toEqual(newDays.map((_, i) => N + 1 + i))
  })

  it('of a day are codes, though few differ', async () => {
    const count = new Map<number, number>()
    const busy = below('busy days', 200, N).sort((a, b) => a - b)
    const cells = isoOf(busy).map((iso, i) => {
      count.set(busy[i]!, (count.get(busy[i]!) ?? 0) + 1)
      return `V${iso.replaceAll('-', '')}${pad(count.get(busy[i]!)!, 2)}`
    })
    const drawn = await draw(keep(cells, tableOf(dates('visited', busy))), tableOf(dates('visited', busy)))
    expect(new Set([...drawn, ...cells]).size).toBe(2 * N)
    expect(drawn.map((id) => id.slice(1, 9))).toEqual(isoOf(busy).map((iso) => iso.replaceAll('-', '')))
  })
})

it('rows that come some at a time have the keys that they have at once', async () => {
  const kept = keep(pupils, tableOf(classes))
  const next = keysInTurn(kept, { count: N, key: keyFromSeed(1) })
  const parts = [codes.slice(0, 128), codes.slice(128)].map((some) => {
    const table = tableOf(category('class', CLASSES, some))
    return next(some.length, { table, part: 128 }).get('id')!
  })
  expect(parts.flat()).toEqual(await draw(kept, tableOf(classes)))
})

it('an empty text that stands for no value does so in new rows, as often beside missing cells', async () => {
  const cells = pupils.map((id, i) => (i % 3 === 0 ? null : id))
  const kept = (empty: number) => keepKeys([{ name: 'id', cells, empty }], SEED)
  const drawn = async (empty: number) => {
    const all = (await drawKeys(kept(empty), { count: 900, key: keyFromSeed(1) })).get('id')!
    return { empty: all.filter((cell) => cell === '').length, missing: all.filter((cell) => cell === null).length }
  }
  expect((await drawn(1)).missing).toBe(0)
  const { empty, missing } = await drawn(0.5)
  // Of some 300, four standard errors of 0.029: once in 16,000 runs.
  expect(Math.abs(empty / (empty + missing) - 0.5)).toBeLessThan(0.12)
})

it('years that count on are not told by who coached in them, whose years begin alike', async () => {
  const years = Array.from({ length: 73 }, (_, i) => String(1950 + i))
  const coaches = years.map((_, i) => Math.floor(i / 6))
  const table = tableOf(
    category(
      'coach',
      Array.from({ length: 13 }, (_, k) => `coach ${k}`),
      coaches
    )
  )
  const kept = keep(years, table)
  expect(keyTexts(kept).join()).not.toContain('coach')
  expect(await draw(kept, table)).toEqual(years.map((_, i) => String(2023 + i)))
})
