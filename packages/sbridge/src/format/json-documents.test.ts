import { describe, expect, it } from 'vitest'
import { mayHoldLists, readDocuments, writeDocuments } from './json-documents.js'

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const read = (value: unknown, format: 'json' | 'jsonl' = 'json') =>
  readDocuments(bytesOf(value), format, { source: 'shop.json', root: 'shop' })

const shop = [
  {
    id: 'a',
    items: [{ sku: 'x', qty: 2, parts: [{ no: 1 }, { no: 2 }] }],
    who: { name: 'Ann', pets: [{ age: 3 }] },
    total: 4.5,
    tags: ['n']
  },
  { id: 'b', items: [], who: { name: 'Bob', pets: null }, total: 1, tags: [] },
  {
    id: 'c',
    items: [
      { sku: 'y', qty: 1, parts: [] },
      { sku: 'x', qty: 7, parts: [{ no: 3 }] }
    ],
    who: { name: 'Cy', pets: [] },
    total: 9,
    tags: ['n', 'w']
  }
]

describe('documents', () => {
  it('are tables, whose keys say which row holds which', () => {
    const { tables, keys, documents } = read(shop)!
    expect(Object.fromEntries(Object.entries(tables).map(([name, { columns }]) => [name, columns.map(({ name }) => name)]))).toEqual({
      shop: ['shop_row', 'id', 'who.name', 'who.pets_empty', 'total', 'tags'],
      shop_items: ['shop_items_row', 'shop_row', 'sku', 'qty'],
      shop_items_parts: ['shop_items_row', 'no'],
      shop_who_pets: ['shop_row', 'age']
    })
    expect([...tables.shop_items!.columns[1]!.values]).toEqual([1, 3, 3])
    expect([...tables.shop_items_parts!.columns[0]!.values]).toEqual([1, 1, 3])
    expect(keys.primary).toEqual({ shop: 'shop_row', shop_items: 'shop_items_row' })
    expect(keys.foreign.map(({ table, to }) => `${table} -> ${to.table}`).sort()).toEqual([
      'shop_items -> shop',
      'shop_items_parts -> shop_items',
      'shop_who_pets -> shop'
    ])
    expect(documents.root).toBe('shop')
  })

  it.each(['json', 'jsonl'] as const)('come back as they were: %s', (format) => {
    const text = format === 'json' ? `${JSON.stringify(shop, null, 2)}\n` : shop.map((row) => `${JSON.stringify(row)}\n`).join('')
    const { tables, documents } = read(text, format)!
    expect(textOf(writeDocuments(tables, documents, format))).toBe(text)
  })

  it('have rows of lists wherever these stand in their table', () => {
    const { tables, documents } = read(shop)!
    const items = tables.shop_items!
    const backwards = {
      ...items,
      columns: items.columns.map((column) => ({ ...column, values: [...(column.values as string[])].reverse() }))
    }
    const text = textOf(writeDocuments({ ...tables, shop_items: backwards as typeof items }, documents, 'json'))
    expect(JSON.parse(text)[2].items.map((item: { sku: string }) => item.sku)).toEqual(['x', 'y'])
    expect(JSON.parse(text)[0]).toEqual(shop[0])
  })

  it.each([
    ['a list that is as long in all rows', [{ a: [{ b: 1 }] }, { a: [{ b: 2 }] }]],
    ['lists of texts', [{ a: ['x'] }, { a: ['x', 'y'] }]],
    [
      'lists of objects and others',
      [
        { c: 1, a: [{ b: 1 }] },
        { c: 2, a: [{ b: 2 }, 3] }
      ]
    ],
    [
      'lists of empty objects',
      [
        { c: 1, a: [{}] },
        { c: 2, a: [] }
      ]
    ],
    ['an object of columns', { a: [{ b: 1 }], c: [{ d: 1 }, { d: 2 }] }]
  ])('are none with %s', (_, value) => {
    expect(read(value)).toBeUndefined()
  })

  it('give way to names that are taken, and refuse one that stands twice', () => {
    const { tables } = read([
      { shop_row: 1, a: [{ b: 1 }] },
      { shop_row: 2, a: [] }
    ])!
    expect(tables.shop!.columns.map(({ name }) => name)).toEqual(['shop_row_', 'shop_row'])
    expect(() => read([{ a: [{ shop_row: 1 }] }, { a: [] }])).toThrow(/the name "shop_row" for columns 1 and 2/)
  })

  it('are looked for without parsing', () => {
    expect(mayHoldLists(bytesOf('[{"a": [ {"b":1}]}]'))).toBe(true)
    expect(mayHoldLists(bytesOf('[{"a": [1, {"b":1}]}]'))).toBe(false)
    expect(mayHoldLists(bytesOf('[{"a": {"b":[[1]]}}]'))).toBe(false)
  })
})
