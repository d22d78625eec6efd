import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFor, keyFromSeed, uniforms } from '@sbridge/core/kernels'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sbridge } from '../../test/command.js'
import { encodeText } from '../format/encoding.js'

// Tables as programs export them, and new rows as their owner would read them.

const ROWS = 150
const root = keyFromSeed(9)
const u = (label: string): Float64Array => uniforms(keyFor(root, label), ROWS)
const QUICK = ['--bandwidth', '0.5', '--scaling', 'quantile', '--seed', '1', '--threads', '1']

let folder: string
const run = (...words: string[]) => sbridge(folder, ...words)
const cents = (x: number): string =>
  x
    .toFixed(2)
    .replace('.', ',')
    .replace(/\B(?=(\d{3})+,)/g, '.')
const numberIn = (cell: string): number => Number(cell.replaceAll('.', '').replace(',', '.'))
/** Halves of a cent away from zero, in whole numbers. */
const netOf = (amount: number, price: number, percent: number): number =>
  Math.floor((amount * Math.round(100 * price) * (100 - percent) + 50) / 100)

const ARTICLES = [
  ['A-1001', 'Schraube M8', 0.35],
  ['A-1002', 'Dübel 10 mm', 0.22],
  ['B-2001', 'Kreissägeblatt', 49.9],
  ['C-3002', 'Lasur Eiche', 38.5]
] as const

/** An ERP's list of orders: titles, semicolons, cp1252, decimal commas, a line of sums. */
function orderList(): string {
  const [step, which, amount, discount, wait] = ['step', 'which', 'amount', 'discount', 'wait'].map(u) as Float64Array[]
  let [day, sum] = [Date.UTC(2025, 0, 2), 0]
  const date = (time: number): string => new Date(time).toISOString().slice(0, 10).split('-').reverse().join('.')
  const lines = Array.from({ length: ROWS }, (_, i) => {
    if (step![i]! > 0.5) day += 864e5 * (step![i]! > 0.85 ? 3 : 1)
    const [code, name, price] = ARTICLES[Math.floor(4 * which![i]!)]!
    const many = 1 + Math.floor(9 * amount![i]! ** 2)
    const percent = [0, 0, 5][Math.floor(3 * discount![i]!)]!
    const net = netOf(many, price, percent)
    sum += net
    const due = day + 864e5 * (1 + Math.floor(6 * wait![i]! ** 2))
    return [4500001 + i, date(day), code, name, many, cents(price), `${percent} %`, cents(net / 100), date(due)].join(';')
  })
  const head = 'Belegnr.;Belegdatum;Artikel;Bezeichnung;Menge;Einzelpreis;Rabatt;Netto;Liefertermin'
  return ['Auftragsliste Müller & Söhne', 'Stand: 31.12.2025', '', head, ...lines, `Summe;;;;;;;${cents(sum / 100)};`, ''].join('\r\n')
}

/** A shop's orders: nested objects, prices as text, empty lists, a column of nothing. */
function shopOrders(): string {
  const [step, which, many, city] = ['step', 'which', 'many', 'city'].map((name) => u(`shop ${name}`)) as Float64Array[]
  let time = Date.UTC(2025, 4, 1, 6)
  const orders = Array.from({ length: ROWS }, (_, i) => {
    time += 1000 * Math.floor(10 - 7200 * Math.log(1 - step![i]!))
    const [code, name, price] = ARTICLES[Math.floor(4 * which![i]!)]!
    const quantity = 1 + Math.floor(3 * many![i]! ** 2)
    const place = [
      ['Berlin', 'DE'],
      ['Wien', 'AT'],
      ['Hamburg', 'DE']
    ][Math.floor(3 * city![i]!)]!
    return {
      name: `#${1001 + i}`,
      created_at: `${new Date(time).toISOString().slice(0, 19)}+02:00`,
      shipping_address: { city: place[0], country_code: place[1] },
      line_item: { sku: code, title: name, quantity, price: price.toFixed(2) },
      total_price: (quantity * price).toFixed(2),
      note: null,
      tags: i % 3 === 0 ? ['gift', 'new'] : []
    }
  })
  return `${JSON.stringify(orders, null, 2)}\n`
}

interface ShopOrder {
  readonly created_at: string
  readonly shipping_address: Readonly<Record<string, string>>
  readonly line_item: { readonly sku: string; readonly title: string; readonly quantity: number; readonly price: string }
  readonly total_price: string
  readonly note: null
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sbridge-exports-'))
  await writeFile(join(folder, 'erp.csv'), encodeText(orderList(), { encoding: 'windows-1252', byteOrderMark: false }))
  await writeFile(join(folder, 'shop.json'), shopOrders())
})
afterAll(() => rm(folder, { recursive: true }))

const isAscending = (texts: readonly string[]): boolean => texts.every((text, i) => i === 0 || text >= texts[i - 1]!)
const isoOf = (day: string): string => day.split('.').reverse().join('-')

describe('an ERP’s list of orders', () => {
  const rowsOf = async (name: string): Promise<string[][]> => {
    const text = new TextDecoder('windows-1252').decode(await readFile(join(folder, name)))
    expect(text.endsWith('\r\n')).toBe(true)
    const [head, ...lines] = text.trimEnd().split('\r\n')
    expect(head).toBe('Belegnr.;Belegdatum;Artikel;Bezeichnung;Menge;Einzelpreis;Rabatt;Netto;Liefertermin')
    return lines.map((line) => line.split(';'))
  }

  test('numbers and dates run on together, amounts are rounded as in the data, sums are no row', async () => {
    const drawn = await run('sample', 'erp.csv', '-n', '200', '-o', 'erp-new.csv', ...QUICK)
    expect(drawn.status).toBe(0)
    expect(drawn.stdout).toMatch(/note: rows are sorted by Belegdatum, and new ones will be/)
    expect(drawn.stdout).toMatch(/3 lines of titles above the names, 1 line of sums/)
    const rows = await rowsOf('erp-new.csv')
    expect(rows.map(([number]) => number)).toEqual(Array.from({ length: 200 }, (_, i) => String(4500001 + ROWS + i)))
    expect(isAscending(rows.map(([, day]) => isoOf(day!)))).toBe(true)
    for (const [, day, code, name, many, price, percent, net, due] of rows) {
      expect(ARTICLES.map((one) => [one[0], one[1], cents(one[2])])).toContainEqual([code, name, price])
      expect(Math.round(100 * numberIn(net!))).toBe(netOf(Number(many), numberIn(price!), Number.parseInt(percent!, 10)))
      expect(isoOf(due!) >= isoOf(day!)).toBe(true)
    }
  })

  test('a model file keeps the order; --rules off draws rows in any', async () => {
    expect((await run('fit', 'erp.csv', '-o', 'erp.sbridge', ...QUICK)).status).toBe(0)
    expect((await run('sample', 'erp.sbridge', '-n', '200', '--seed', '1', '-o', 'kept.csv')).status).toBe(0)
    expect(await rowsOf('kept.csv')).toEqual(await rowsOf('erp-new.csv'))
    const free = await run('sample', 'erp.csv', '-n', '200', '-o', 'free.csv', '--rules', 'off', ...QUICK)
    expect(free.stdout).not.toMatch(/are sorted by/)
    expect(isAscending((await rowsOf('free.csv')).map(([, day]) => isoOf(day!)))).toBe(false)
  })
})

test('a shop’s orders: objects, lists and prices in text come back as they were', async () => {
  expect((await run('sample', 'shop.json', '-n', '90', '-o', 'shop-new.json', ...QUICK)).status).toBe(0)
  const text = await readFile(join(folder, 'shop-new.json'), 'utf8')
  const orders = JSON.parse(text) as Record<string, never>[]
  expect(`${JSON.stringify(orders, null, 2)}\n`).toBe(text)
  expect(orders.map(({ name }) => name)).toEqual(Array.from({ length: 90 }, (_, i) => `#${1001 + ROWS + i}`))
  expect(isAscending(orders.map(({ created_at }) => created_at as string))).toBe(true)
  const lists = new Set(orders.map(({ tags }) => JSON.stringify(tags)))
  expect(lists).toEqual(new Set(['[]', '["gift","new"]']))
  for (const { created_at, shipping_address, line_item, total_price, note } of orders as unknown as ShopOrder[]) {
    expect(created_at).toMatch(/^2025-\d\d-\d\dT\d\d:\d\d:\d\d\+02:00$/)
    expect(shipping_address.country_code).toBe(shipping_address.city === 'Wien' ? 'AT' : 'DE')
    expect(ARTICLES.map((one) => [one[0], one[1], one[2].toFixed(2)])).toContainEqual([line_item.sku, line_item.title, line_item.price])
    expect(total_price).toBe((line_item.quantity * Number(line_item.price)).toFixed(2))
    expect(note).toBeNull()
  }
})
