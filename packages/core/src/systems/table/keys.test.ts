import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { linesOf } from '../../tell/telling.js'
import { fitModel } from '../system.js'
import type { TableFit, TableModel } from './options.js'
import { tables } from './system.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const key = keyFromSeed(23)
const ROWS = 60

/** Customers: e-mails of which some are missing, numbers with gaps, an amount and a group. */
function customers(): RawTable {
  const text = (name: string, values: (string | null)[]) => ({ name, source: 'text' as const, values })
  const letters = uniforms(keyFor(key, 'letters'), 8 * ROWS)
  const name = (i: number) => Array.from(letters.subarray(8 * i, 8 * i + 8), (u) => 'abcdefghij'[Math.floor(10 * u)]).join('')
  const rows = Array.from({ length: ROWS }, (_, i) => i)
  return {
    rowCount: ROWS,
    columns: [
      text(
        'customer_id',
        rows.map((i) => String(5000 + 7 * i + (i % 3)))
      ),
      text(
        'email',
        rows.map((i) => (i % 5 === 0 ? null : `${name(i)}@mail.com`))
      ),
      text(
        'amount',
        Array.from(normals(keyFor(key, 'amount'), ROWS), (z) => z.toFixed(2))
      ),
      text(
        'size',
        Array.from(normals(keyFor(key, 'size'), ROWS), (z) => z.toFixed(2))
      ),
      text(
        'group',
        rows.map((i) => (i % 2 ? 'a' : 'b'))
      )
    ]
  }
}
const options: TableFit = { bandwidth: 0.5, scaling: 'standard', seed: 5 }
const fitted = (more: TableFit = {}) => tables.fit(customers(), { ...options, ...more }, { engine })
const columnOf = ({ columns }: RawTable, name: string) => columns.find((one) => one.name === name)!.values as (string | null)[]

describe('keys through a model', () => {
  it('are new in every row, none of the data, and missing where some are', async () => {
    const model = await fitted()
    const rows = tables.present(model, await tables.draw(model, { rows: 200, seed: 2 }, { engine }), 'text')
    const emails = columnOf(rows, 'email').filter((cell) => cell !== null)
    expect(emails.every((email) => /^[a-j]{8}@mail\.com$/.test(email))).toBe(true)
    expect(new Set(emails).size).toBe(emails.length)
    expect(emails.some((email) => columnOf(customers(), 'email').includes(email))).toBe(false)
    expect(emails.length).toBeLessThan(200)
    const numbers = columnOf(rows, 'customer_id').map(Number)
    expect(numbers.slice(1).every((x, i) => x > numbers[i]! && x - numbers[i]! >= 5 && x - numbers[i]! <= 8)).toBe(true)
  })

  it('stay numbers where they were numbers, in typed files', async () => {
    const model = await fitted()
    const rows = tables.present(model, await tables.draw(model, { rows: 5, seed: 2 }, { engine }), 'typed')
    expect(rows.columns.map(({ source }) => source)).toEqual(['number', 'text', 'number', 'number', 'text'])
  })

  it.each<[string, TableFit]>([
    ['all columns', {}],
    ['neighbourhoods', { local: 'window:1' }],
    ['a codec', { latent: 'pca:1' }]
  ])('are drawn with the same bytes after a model of %s was kept, which holds none of them', async (_, more) => {
    const raw = customers()
    // Fields have no categories here, and models of fields and codecs take no number for a key by themselves.
    const input = more.local === undefined ? raw : { ...raw, columns: raw.columns.slice(0, 4) }
    const stated: TableFit = { ...options, ...more, types: { customer_id: 'identifier' } }
    const model = (await fitModel(tables, { input, options: stated }, { engine })) as TableModel
    const bytes = packModel(tables.save(model))
    const again = await tables.load(unpackModel(bytes), { engine })
    const drawn = async (one: typeof model, rows: number) =>
      tables.present(one, await tables.draw(one, { rows, seed: 2 }, { engine }), 'text')
    const rows = await drawn(model, 30)
    expect(await drawn(again, 30)).toEqual(rows)
    expect(columnOf(await drawn(again, 45), 'email').slice(0, 30)).toEqual(columnOf(rows, 'email'))
    const file = new TextDecoder('latin1').decode(bytes)
    expect(columnOf(raw, 'email').filter((cell) => cell !== null && file.includes(cell))).toEqual([])
    expect(columnOf(raw, 'customer_id').filter((cell) => file.includes(`"${cell}"`)).length).toBeLessThanOrEqual(1)
    expect(linesOf(tables.tell(again)).join('\n')).toMatch(/key: customer_id like \d+, running on\nkey: email like [a-j]{8}@mail\.com/)
  })

  it('are there under conditions', async () => {
    const model = await fitted()
    const asked = { givens: [{ group: 'a' }, { group: 'b' }], observe: [] }
    const rows = tables.present(model, await tables.draw(model, { rows: 4, seed: 2, asked }, { engine }), 'text')
    expect(new Set(columnOf(rows, 'customer_id')).size).toBe(8)
  })

  it('say what other columns of their row say: under conditions, of groups, and after the model was kept', async () => {
    const [classes, n] = [['7a', '7b', '9a'], 90]
    const own = Array.from(uniforms(keyFor(key, 'class'), n), (u) => classes[Math.floor(3 * u)]!)
    const number = (i: number) => String((i * 617 + 41) % 1000).padStart(3, '0')
    const column = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values })
    const marks = Array.from(normals(keyFor(key, 'marks'), 2 * n), (z) => z.toFixed(2))
    const pupils = own.map((name, i) => `${name}-${number(i)}`)
    const again = async (input: RawTable, more: TableFit) => {
      const model = (await fitModel(tables, { input, options: { ...options, ...more } }, { engine })) as TableModel
      expect(linesOf(tables.tell(model)).join('\n')).toMatch(/key: pupil like \d[ab]-\d{3}, with class in it/)
      return tables.load(unpackModel(packModel(tables.save(model))), { engine })
    }
    const isTold = (rows: RawTable) => columnOf(rows, 'pupil').map((id) => id!.slice(0, 2))
    const alone = await again(
      { rowCount: n, columns: [column('pupil', pupils), column('class', own), column('mark', marks.slice(0, n))] },
      {}
    )
    const asked = { givens: [{ class: '9a' }, { class: '7b' }], observe: [] }
    const given = tables.present(alone, await tables.draw(alone, { rows: 20, seed: 2, asked }, { engine }), 'text')
    expect(isTold(given)).toEqual([...new Array<string>(20).fill('9a'), ...new Array<string>(20).fill('7b')])
    const twice = <T>(values: readonly T[]): T[] => values.flatMap((value) => [value, value])
    const exams = { rowCount: 2 * n, columns: [column('pupil', twice(pupils)), column('class', twice(own)), column('mark', marks)] }
    const groups = await again(exams, { group: 'pupil' })
    const drawn = tables.present(groups, await tables.draw(groups, { groups: 60, seed: 2 }, { engine }), 'text')
    expect(isTold(drawn)).toEqual(columnOf(drawn, 'class'))
    const ids = new Set(columnOf(drawn, 'pupil'))
    expect(new Set([...ids, ...pupils]).size).toBe(60 + n)
    // Numbers stand in no order of groups: they do not run.
    expect([...ids].every((id) => /^\d[ab]-\d{3}$/.test(id!))).toBe(true)
  })

  it('with duplicates, when stated, are refused with two rows; names that recur are made anew, and said', async () => {
    const raw = customers()
    const types = { group: 'identifier' as const }
    const model = await tables.fit(raw, { ...options, types }, { engine })
    expect(tables.tell(model).notes.join('\n')).toContain(
      'group: treated as names rather than a key, since 58 rows repeat a value of another row'
    )
    const columns = raw.columns.map((one) => {
      const twice = (_: unknown, i: number) => `K-${String(1000 + (i === 7 ? 3 : i))}`
      return one.name === 'group' ? { name: 'group', source: 'text' as const, values: Array.from({ length: ROWS }, twice) } : one
    })
    await expect(tables.fit({ ...raw, columns }, { ...options, types }, { engine })).rejects.toThrowError(/“K-1003” stands in rows 4 and 8/)
  })

  it('that their form has no more of are refused, before a fit and before a draw', async () => {
    const raw = customers()
    // 60 of the 1,000 codes with three letters of ten, in no order.
    const letters = (number: number) => [...String(number).padStart(3, '0')].map((digit) => 'abcdefghij'[Number(digit)]).join('')
    const codes = {
      name: 'code',
      source: 'text' as const,
      values: Array.from({ length: ROWS }, (_, i) => `${letters((i * 617 + 41) % 1000)}-x`)
    }
    const input = { ...raw, columns: [codes, ...raw.columns.slice(2)] }
    expect(() => tables.optionsFor(input, options, { rows: 941 })).toThrowError(/941 rows, whose code has no more than 940 new values/)
    const model = await tables.fit(input, tables.optionsFor(input, options, { rows: 940 }), { engine })
    await expect(tables.draw(model, { rows: 941, seed: 1 }, { engine })).rejects.toThrowError(/no more than 940/)
    const rows = tables.present(model, await tables.draw(model, { rows: 940, seed: 1, steps: 1 }, { engine }), 'text')
    expect(new Set([...columnOf(rows, 'code'), ...codes.values]).size).toBe(1000)
  })

  it('that name other rows are kept in the file, and lead to new rows', async () => {
    const raw = customers()
    const ids = columnOf(raw, 'customer_id')
    const referrer = { name: 'referrer_id', source: 'text' as const, values: ids.map((_, i) => (i < 5 ? null : ids[i % 5]!)) }
    const input = { ...raw, columns: [...raw.columns, referrer] }
    const model = await tables.fit(input, options, { engine })
    const again = await tables.load(unpackModel(packModel(tables.save(model))), { engine })
    const rows = tables.present(again, await tables.draw(again, { rows: 50, seed: 2 }, { engine }), 'text')
    expect(rows).toEqual(tables.present(model, await tables.draw(model, { rows: 50, seed: 2 }, { engine }), 'text'))
    const referrers = columnOf(rows, 'referrer_id').filter((cell) => cell !== null)
    expect(referrers.length).toBeGreaterThan(25)
    expect(referrers.filter((cell) => !columnOf(rows, 'customer_id').includes(cell))).toEqual([])
    const meta = structuredClone(tables.save(model).meta) as { keys: { references: { to: string }[] } }
    meta.keys.references[0]!.to = 'amount'
    await expect((async () => tables.load({ ...tables.save(model), meta }, { engine }))()).rejects.toThrowError(
      /what referrer_id refers to/
    )
  })

  it('in a damaged file are refused by name', async () => {
    const contents = tables.save(await fitted())
    const damaged = (change: (keys: { keys: { form: { patterns: { segments: object[] }[] } }[] }) => void) => {
      const meta = structuredClone(contents.meta) as { keys: { keys: { form: { patterns: { segments: object[] }[] } }[] } }
      change(meta.keys)
      return tables.load({ ...contents, meta }, { engine })
    }
    await expect(damaged(({ keys }) => keys[1]!.form.patterns.pop())).rejects.toThrowError(/of no pattern/)
    await expect(
      damaged(({ keys }) => keys[1]!.form.patterns[0]!.segments.push({ kind: 'words', words: ['a'], shares: [] }))
    ).rejects.toThrowError(/other shares than words/)
    const { 'keys.0': _, ...arrays } = contents.arrays
    await expect((async () => tables.load({ ...contents, arrays }, { engine }))()).rejects.toThrowError(/keys\.0/)
  })
})
