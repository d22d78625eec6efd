import { describe, expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import type { Column, Table } from '../../table/table.js'
import { drawKeys, type KeptKeys, keepKeys, keyTexts, mayRunOut } from './keep.js'

const N = 400
const key = keyFromSeed(41)
const below = (label: string, n: number): number[] => Array.from(uniforms(keyFor(key, label), N), (u) => Math.floor(n * u))
const pad = (value: number, width: number): string => String(value).padStart(width, '0')
const category = (name: string, cells: readonly string[]): Column => {
  const levels = [...new Set(cells)].sort()
  return { name, kind: 'category', levels, codes: Int32Array.from(cells, (cell) => levels.indexOf(cell)) }
}
const table = (...columns: Column[]): Table => ({ columns, rowCount: N })
const draw = async (kept: KeptKeys, of: Table): Promise<ReadonlyMap<string, readonly (string | null)[]>> =>
  await drawKeys(kept, { count: of.rowCount, key: keyFromSeed(1), of: { table: of, part: of.rowCount } })
const turned = <T>(cells: readonly T[]): T[] => cells.map((_, i) => cells[(i * 7 + 3) % N]!)
const turnedBack = <T>(cells: readonly T[]): T[] => [...cells].reverse()

const FIRST = ['James', 'Mary', 'Sofía', 'Björn', 'Chloé', 'Linda', 'Carlos', 'Susan']
const LAST = [
  'Susan',
  'Smith',
  'Jones',
  "O'Brien",
  'Müller',
  'García-López',
  'Brown',
  'Wilson',
  'Kowalski',
  'Lopez',
  'Hall',
  'Young',
  'King'
]
const first = below('first', FIRST.length).map((k) => FIRST[k]!)
// Some pairs are rare.
const last = Array.from(uniforms(keyFor(key, 'last'), N), (u) => LAST[Math.floor(LAST.length * u ** 3)]!)
const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase()

const slugs: readonly (readonly [letters: string, written: (title: string) => string])[] = [
  ['a hyphen for blanks', (title) => title.replace("'", '').replace(/[^a-z]+/gi, '-')],
  ['a hyphen for all signs', (title) => title.replace(/[^a-z]+/gi, '-')],
  ['an underscore', (title) => title.replace(/[^a-z]+/gi, '_')]
]

describe('whether another cell is there', () => {
  const people = first.map((name, i) => `${plain(name)} ${plain(last[i]!)}`)
  const companies = below('company', 40).map((k) => (k < 30 ? `acme${String.fromCharCode(97 + (k % 9))}` : null))
  const numbers = below('digits', 90)
  const emails = people.map((person, i) => {
    const [one, other] = person.split(' ') as [string, string]
    return companies[i] ? `${one}.${other}@${companies[i]}.com` : `${one[0]}${other}${10 + numbers[i]!}@${i % 2 ? 'gmail' : 'yahoo'}.com`
  })
  const firms = [...new Set(companies)].filter((one) => one !== null).sort()
  const company = (cells: readonly (string | null)[]): Column => ({
    name: 'company',
    kind: 'category',
    levels: firms,
    codes: Int32Array.from(cells, (cell) => (cell === null ? -1 : firms.indexOf(cell)))
  })

  it('says which pattern an address has, and a full name tells its initial and its last name', async () => {
    const of = table(category('name', people), company(companies))
    const kept = keepKeys([{ name: 'email', cells: emails }], 3, { table: of })
    const [persons, others] = [turned(people), turned(companies.map((one) => one))]
    const drawn = (await draw(kept, table(category('name', persons), company(turnedBack(others))))).get('email')!
    for (const [i, email] of drawn.entries()) {
      const [one, other] = persons[i]!.split(' ') as [string, string]
      const firm = turnedBack(others)[i]
      expect(email).toMatch(firm ? `${one}.${other}@${firm}.com` : new RegExp(`^${one[0]}${other}\\d\\d@(gmail|yahoo)\\.com$`))
    }
  })
})

describe('slugs', () => {
  const words = Array.from({ length: 60 }, (_, k) => String.fromCharCode(97 + (k % 26), 97 + ((5 * k + 3) % 26), 97 + (k % 7)))
  // Most titles come once, some three times in other years.
  const titles = Array.from({ length: N }, (_, i) =>
    i < 60 ? `It's ${words[i % 20]}` : `The ${words[i % 60]} ${words[(i * 7) % 53]} ${i}`
  )
  const years = Array.from({ length: N }, (_, i) => 1990 + (i < 60 ? Math.floor(i / 20) : i % 30))
  const spelled = titles.map((title) => title.replace(/\d+$/, (digits) => [...digits].map((digit) => words[30 + Number(digit)]).join('')))
  const of = table(category('title', spelled), { name: 'year', kind: 'integer', values: Float64Array.from(years) })

  it.each(slugs)('are written of a title with %s, and of a year, apart where both come again', async (_, written) => {
    const cells = spelled.map((title, i) => `${written(title.toLowerCase())}${written('a b').slice(1, 2)}${years[i]}`)
    expect(new Set(cells).size).toBe(N)
    const kept = keepKeys([{ name: 'slug', cells }], 3, { table: of })
    const same = table(
      category(
        'title',
        spelled.map((title, i) => (i < 3 ? spelled[0]! : title))
      ),
      {
        name: 'year',
        kind: 'integer',
        values: Float64Array.from(years.map((year, i) => (i < 3 ? 1991 : year + 100)))
      }
    )
    const drawn = (await draw(kept, same)).get('slug')!
    const between = written('a b').slice(1, 2)
    const whole = written(spelled[0]!.toLowerCase())
    expect(drawn.slice(0, 3)).toEqual([`${whole}${between}1991`, `${whole}${between}1991${between}2`, `${whole}${between}1991${between}3`])
    expect(drawn.slice(3)).toEqual(cells.slice(3).map((slug, i) => slug.replace(/\d+$/, String(years[i + 3]! + 100))))
  })
})

describe('what other columns say', () => {
  it('is said by the part of an address before its sign, in every new row', async () => {
    const numbers = below('numbers', 999)
    const emails = first.map((name, i) => `${plain(name)}.${plain(last[i]!)}${numbers[i]}@${i % 3 === 0 ? 'example.org' : 'acme.io'}`)
    const different = emails.map((email, i) => (emails.indexOf(email) === i ? email : email.replace('@', `${i}@`)))
    const users = different.map((email) => email.split('@')[0]!)
    const of = table(category('first', first), category('last', last))
    const kept = keepKeys(
      [
        { name: 'email', cells: different },
        { name: 'user', cells: users }
      ],
      3,
      { table: of }
    )
    const drawn = await draw(kept, table(category('first', turned(first)), category('last', turned(last))))
    expect(drawn.get('user')).toEqual(drawn.get('email')!.map((email) => email!.split('@')[0]))
    expect(drawn.get('email')!.filter((email) => different.includes(email!))).toEqual([])
    expect(keyTexts(kept)[1]).toMatch(/^user like .*, of email before “@”$/)
  })

  it('is written of paths, codes and times as these are, in lines of a log of which some recur', async () => {
    const paths = below('paths', 30).map((k) => (k < 10 ? '/health' : k < 20 ? `/users/${k}` : `/orders/${k}`))
    const status = below('status', 3).map((k) => [200, 404, 500][k]!)
    const times = below('times', 60).map((k) => k / 10)
    const lines = paths.map((path, i) => `GET ${path} -> ${status[i]} in ${times[i]!.toFixed(1)}ms`)
    const of = (p: readonly string[], s: readonly number[], t: readonly number[]): Table =>
      table(
        category('path', p),
        { name: 'status', kind: 'integer', values: Float64Array.from(s) },
        { name: 'ms', kind: 'number', values: Float64Array.from(t) }
      )
    expect(new Set(lines).size).toBeLessThan(N)
    const kept = keepKeys([{ name: 'line', cells: lines }], 3, { table: of(paths, status, times) })
    const others = [turned(paths), turned(turned(status)), times.map((t) => 6 - t)] as const
    const drawn = (await draw(kept, of(...others))).get('line')
    expect(drawn).toEqual(others[0].map((path, i) => `GET ${path} -> ${others[1][i]} in ${others[2][i]!.toFixed(1)}ms`))
  })

  it('is written of moments too, as people write them', async () => {
    const moments = below('moments', 10 ** 8).map((k) => 1.7e12 + 1000 * k)
    const iso = (time: number) => new Date(time).toISOString()
    const at = (times: readonly number[]): Column => ({ name: 'at', kind: 'datetime', values: Float64Array.from(times) })
    for (const write of [
      (time: number) => `${iso(time).slice(0, 19)}Z`,
      (time: number) => `${iso(time).slice(0, 10)} ${iso(time).slice(11, 16)}`,
      (time: number) => iso(time).slice(0, 10).split('-').reverse().join('.')
    ]) {
      const lineOf = (time: number, name: string) => `[${write(time)}] ${name} came`
      const cells = moments.map((time, i) => lineOf(time, first[i]!))
      const kept = keepKeys([{ name: 'line', cells }], 3, { table: table(at(moments), category('first', first)) })
      expect(keyTexts(kept)).toEqual(['line, of at and first'])
      const others = moments.map((time) => time - 12_345_000)
      const drawn = await draw(kept, table(at(others), category('first', turned(first))))
      expect(drawn.get('line')).toEqual(others.map((time, i) => lineOf(time, turned(first)[i]!)))
    }
  })

  it('has neither an example nor an end where all full names are there', async () => {
    const pairs = FIRST.flatMap((one) => LAST.map((other) => [one, other] as const))
    const [firsts, lasts] = [0, 1].map((k) => Array.from({ length: N }, (_, i) => pairs[i % pairs.length]![k]!)) as [string[], string[]]
    const cells = firsts.map((one, i) => `${one} ${lasts[i]}`)
    const of = table(category('first', firsts), category('last', lasts))
    const kept = keepKeys([{ name: 'full', cells }], 3, { table: of })
    expect(keyTexts(kept)).toEqual(['full, of first and last'])
    expect(mayRunOut(kept.keys[0]!, 10 ** 6)).toBe(false)
    expect((await draw(kept, of)).get('full')).toEqual(cells)
  })

  it('is left out of the model where it is a full name, of which some are rare, and none is copied', () => {
    const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values })
    const amounts = Array.from(normals(keyFor(key, 'amounts'), N), (z) => (50 + 9 * z).toFixed(1))
    const columns = [text('first', first), text('last', last), text('amount', amounts)]
    const full = text(
      'full',
      first.map((name, i) => `${name} ${last[i]}`)
    )
    const kindOf = (values: typeof full) => {
      const { data } = prepareRows({ rowCount: N, columns: [...columns, values] })
      return [data.table.columns.find(({ name }) => name === 'full')!.kind, data.notes.filter((note) => note.startsWith('full: '))]
    }
    expect(kindOf(full)).toEqual([
      'identifier',
      ['full: follows from first, last in all rows, so it is left out of the model and written from them; --types full=category models it']
    ])
    // One row in which it is another one is no law.
    expect(kindOf({ ...full, values: full.values.with(5, 'Mary Poppins') })[0]).toBe('category')
  })
})

it('names of what is sold say brand, kind with a capital, size and unit, and none goes with another size', async () => {
  const kinds = ['crisps', 'oat drink', 'yoghurt']
  const own = below('kinds', kinds.length).map((k) => kinds[k]!)
  const sizes = below('sizes', 6).map((k) => String(100 + 50 * k))
  const brands = below('brands', 8).map((k) => ['Ja!', 'Milka', 'Bahlsen', 'Danone', 'Alpro', 'Oatly', 'Lorenz', 'Funny'][k]!)
  const units = own.map((kind) => (kind === 'oat drink' ? 'ml' : 'g'))
  const titles = { crisps: 'Crisps', 'oat drink': 'Oat Drink', yoghurt: 'Yoghurt' } as Readonly<Record<string, string>>
  const nameOf = (i: number) => `${brands[i]} ${titles[own[i]!]} ${sizes[i]} ${units[i]}`
  const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values })
  const cells = Array.from({ length: N }, (_, i) => nameOf(i))
  const columns = [text('brand', brands), text('kind', own), text('size', sizes), text('unit', units), text('product', cells)]
  const { data } = prepareRows({ rowCount: N, columns })
  expect(data.notes.filter((note) => note.startsWith('product: '))).toEqual([
    'product: follows from brand, kind, size, unit in all rows, so it is left out of the model and written from them; --types product=category models it'
  ])
})

describe('names that are put together', () => {
  const of = table(category('first', first), category('last', last))
  const fresh = table(category('first', turned(first)), category('last', turned(turned(last))))
  const numbers = below('user', 900)

  it('are an initial and a name of their row, with a number that is new', async () => {
    const cells = first.map((name, i) => `${plain(name)[0]}${plain(last[i]!)}${numbers[i]}`)
    const drawn = (await draw(keepKeys([{ name: 'user', cells }], 3, { table: of }), fresh)).get('user')!
    for (const [i, user] of drawn.entries()) {
      const [begin, rest] = [plain(turned(first)[i]!)[0]! + plain(turned(turned(last))[i]!), user!.replace(/\d+$/, '')]
      expect(rest).toBe(begin)
      expect(cells).not.toContain(user)
    }
  })

  it('are initials', () => {
    const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values })
    const columns = [
      text('first', first),
      text('last', last),
      text(
        'both',
        first.map((name, i) => name[0]! + last[i]![0]!)
      )
    ]
    const { data } = prepareRows({ rowCount: N, columns })
    expect(data.notes.filter((note) => note.startsWith('both: '))).toEqual([
      'both: follows from first, last in all rows, so it is left out of the model and written from them; --types both=category models it'
    ])
  })

  it('are those of the data where these have all that a name can have, and new ones elsewhere', async () => {
    const hosts = ['a.org', 'b.org', 'c.org', 'd.org']
    const cells = first.map((name, i) => `${plain(name)}.${plain(last[i]!)}@${hosts[below('host', 4)[i]!]}`)
    const kept = keepKeys([{ name: 'email', cells }], 3, { table: of })
    const drawn = (await draw(kept, fresh)).get('email')!
    const every = new Set(cells)
    for (const [i, email] of drawn.entries()) {
      const begin = `${plain(turned(first)[i]!)}.${plain(turned(turned(last))[i]!)}@`
      expect(email!.startsWith(begin)).toBe(true)
      if (every.has(email!)) expect(hosts.every((host) => every.has(begin + host))).toBe(true)
    }
    expect(drawn.some((email) => every.has(email!))).toBe(true)
  })
})

it('numbers have as many digits, and begin, as their kind says', async () => {
  const kinds = below('kind', 3).map((k) => ['visa', 'master', 'amex'][k]!)
  const digits = below('digits', 1e9).map((x, i) => pad(x, 9) + pad((i * 7919) % 100_000, 5))
  const cells = kinds.map((kind, i) => (kind === 'amex' ? `37${digits[i]!.slice(1)}` : `${kind === 'visa' ? 4 : 5}1${digits[i]}`))
  const kept = keepKeys([{ name: 'card', cells }], 3, { table: table(category('kind', kinds)) })
  const others = turned(kinds)
  const drawn = (await draw(kept, table(category('kind', others)))).get('card')!
  for (const [i, card] of drawn.entries()) expect(card).toMatch({ visa: /^4\d{15}$/, master: /^5\d{15}$/, amex: /^3\d{14}$/ }[others[i]!]!)
})

it('measures between letters that are always the same are numbers of their own, however many', async () => {
  const sizes = ['a', 'b', 'c'].map((name) => below(name, 40).map((k) => k + 2))
  const cells = sizes[0]!.map((one, i) => `${one}x${sizes[1]![i]}x${sizes[2]![i]}`)
  const kept = keepKeys([{ name: 'size', cells }], 3, { table: table(category('first', first)) })
  for (const text of (await draw(kept, table(category('first', first)))).get('size')!) {
    const parts = text!.split('x').map(Number)
    expect(parts).toHaveLength(3)
    expect(parts.every((part) => part >= 2 && part <= 41)).toBe(true)
  }
})

describe('texts of several shapes', () => {
  const carriers = below('carriers', 3).map((k) => ['DHL', 'UPS', 'DPD'][k]!)
  const PREFIX: Readonly<Record<string, string>> = { DHL: 'JJD', UPS: '1Z', DPD: '0' }
  const digits = below('digits', 10 ** 9).map((k) => pad(k, 10))

  it('are of that of their row, where a column tells it', async () => {
    const kept = keepKeys([{ name: 'parcel', cells: carriers.map((one, i) => PREFIX[one]! + digits[i]!) }], 3, {
      table: table(category('carrier', carriers))
    })
    const others = turned(carriers)
    const drawn = (await draw(kept, table(category('carrier', others)))).get('parcel')!
    for (const [i, parcel] of drawn.entries()) expect(parcel).toMatch(new RegExp(`^${PREFIX[others[i]!]}\\d{10}$`))
  })

  it('and labels among them come with what they come with, in the patterns that a type has', async () => {
    const types = below('types', 10).map((k) => (k === 0 ? 'credit' : k < 3 ? 'transfer' : 'debit'))
    const shops = ['TESCO', 'SHELL', 'LIDL', 'AMZN']
    const textOf = (type: string, i: number) => {
      if (type === 'credit') return 'SALARY ACME CORP'
      const code = digits[i]!.slice(3, 7)
      return type === 'debit'
        ? `${shops[i % 4]} ${code} ${i % 3 === 0 ? 'LEEDS' : 'LONDON'}`
        : `TRANSFER TO ${last[i]!.toUpperCase()} REF ${code}${i % 10}`
    }
    const texts = types.map(textOf)
    const kept = keepKeys([{ name: 'what', cells: texts }], 3, { table: table(category('type', types)) })
    const others = turned(types)
    const drawn = (await draw(kept, table(category('type', others)))).get('what')!
    const formOf: Readonly<Record<string, RegExp>> = {
      credit: /^SALARY ACME CORP$/,
      debit: /^(TESCO|SHELL|LIDL|AMZN) \d{4} (LEEDS|LONDON)$/,
      transfer: /^TRANSFER TO .+ REF \d{5}$/
    }
    for (const [i, text] of drawn.entries()) expect(text).toMatch(formOf[others[i]!]!)
    const isNew = (text: string | null) => text === 'SALARY ACME CORP' || !texts.includes(text!)
    expect(drawn.every(isNew)).toBe(true)
  })
})

it('numbers that run on behind a letter are told by no account of which the rows stand together', () => {
  const accounts = Array.from({ length: N }, (_, i) => String(70_000 + Math.floor(i / 40)))
  const cells = accounts.map((_, i) => `T${pad(i + 1, 7)}`)
  const kept = keepKeys([{ name: 'id', cells }], 3, { table: table(category('account', accounts)) })
  expect(keyTexts(kept)).toEqual([`id like T${pad(N + 1, 7)}, running on`])
})

it('whole numbers that another column takes its own from are keys, whatever they are called, but for steps of a scale', () => {
  const text = (name: string, values: readonly (string | number)[]) => ({ name, source: 'text' as const, values: values.map(String) })
  const amounts = Array.from(normals(keyFor(key, 'pay'), N), (z) => (50 + 9 * z).toFixed(1))
  const staff = below('staff', 90_000).map((x, i) => 10_000 + ((x * 7 + i * 211) % 90_000))
  expect(new Set(staff).size).toBe(N)
  const heads = below('heads', N).map((i) => (i === 0 ? '' : String(staff[(i * i) % 30])))
  const columns = [text('Personalnummer', staff), text('Vorgesetzter', heads), text('pay', amounts)]
  const { data } = prepareRows({ rowCount: N, columns })
  expect(data.table.columns.map(({ kind }) => kind)).toEqual(['identifier', 'identifier', 'number'])
  expect(data.notes.some((note) => note.startsWith('Vorgesetzter: every value is one of Personalnummer'))).toBe(true)
  // Per cent of ranks, once each in two columns and with ties in a third.
  const ranks = Array.from({ length: N }, (_, i) => 25 * i + (i % 3))
  const order = (label: string) =>
    below(label, 10 ** 6)
      .map((x, i) => [x, i] as const)
      .sort((a, b) => a[0] - b[0])
  const ranked = (label: string) => order(label).map(([, i]) => ranks[i]!)
  const scales = [
    text('liked', ranked('liked')),
    text('known', ranked('known')),
    text(
      'near',
      below('near', 40).map((k) => ranks[k * 9]!)
    )
  ]
  expect(prepareRows({ rowCount: N, columns: [...scales, text('pay', amounts)] }).data.table.columns.map(({ kind }) => kind)).toEqual([
    'integer',
    'integer',
    'integer',
    'number'
  ])
})
