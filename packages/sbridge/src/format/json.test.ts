import { inferTable } from '@sbridge/core/tables'
import { describe, expect, test } from 'vitest'
import { fixture } from '../../test/fixture.js'
import { readJson, readJsonLines } from './json.js'
import { writeJson, writeJsonLines } from './json-text.js'

const context = { source: 'data.json' }
const bytes = (text: string) => new TextEncoder().encode(text)
const frame = {
  species: ['text', ['Adelie', 'Gentoo', null]],
  mass: ['number', [3750, null, 5000.5]],
  count: ['number', [1, 2, 3]],
  alive: ['boolean', [true, false, true]],
  '10': ['number', [1, 2, 3]]
}

function read(text: Uint8Array, lines = false) {
  const { columns } = lines ? readJsonLines(text, context) : readJson(text, context)
  return columns.map((column) => {
    const missing = column.source === 'number' ? column.missing : undefined
    return [column.name, [column.source, Array.from(column.values as ArrayLike<unknown>, (cell, i) => (missing?.[i] ? null : cell))]]
  })
}

describe('what pandas writes', () => {
  test.each(['records.json', 'columns.json'])('%s', (name) => {
    expect(Object.fromEntries(read(fixture(name)))).toEqual(frame)
    expect(read(fixture(name)).map(([column]) => column)).toEqual(['species', 'mass', 'count', 'alive', '10'])
  })

  test('records.jsonl', () => {
    expect(Object.fromEntries(read(fixture('records.jsonl'), true))).toEqual(frame)
  })
})

test('the one list of an object is the table, and stands there again', () => {
  const table = readJson(bytes('{"count": 2, "meta": {"page": 1}, "data": [{"2": 1, "b": "x"}, {"2": 2, "b": null}]}'), context)
  expect(table.columns.map(({ name }) => name)).toEqual(['2', 'b'])
  expect(table.notes).toEqual([expect.stringContaining('rows stand under “data”')])
  expect(JSON.parse(new TextDecoder().decode(writeJson(table)))).toEqual({
    data: [
      { 2: 1, b: 'x' },
      { 2: 2, b: null }
    ]
  })
  for (const other of ['{"a": [{"x": 1}], "b": [{"y": 1}]}', '{"a": 1}']) expect(() => readJson(bytes(other), context)).toThrow()
})

test('an object of arrays', () => {
  expect(read(bytes('{"b": [1, null], "a": ["x", "y"]}'))).toEqual([
    ['b', ['number', [1, null]]],
    ['a', ['text', ['x', 'y']]]
  ])
})

test('absent keys are missing, mixed kinds are text, names of Object stay names', () => {
  expect(read(bytes('[{"toString": 1}, {"a": "x", "toString": 2}, {"a": true, "__proto__": 3}]'))).toEqual([
    ['toString', ['number', [1, 2, null]]],
    ['a', ['text', [null, 'x', 'true']]],
    ['__proto__', ['number', [null, null, 3]]]
  ])
})

test('writes numbers as numbers, missing as null, names in order', () => {
  const table = {
    rowCount: 2,
    columns: [
      { name: 'b', source: 'number' as const, values: Float64Array.of(1.5, 0), missing: Uint8Array.of(0, 1) },
      { name: '1', source: 'text' as const, values: ['"', null] }
    ]
  }
  expect(new TextDecoder().decode(writeJsonLines(table))).toBe('{"b":1.5,"1":"\\""}\n{"b":null,"1":null}\n')
  expect(JSON.parse(new TextDecoder().decode(writeJson(table)))).toEqual([
    { b: 1.5, 1: '"' },
    { b: null, 1: null }
  ])
})

test.each([
  ['cut', '[{"a": 1}, {"a"', 'FormatError', 'json-unreadable'],
  ['a number', '3', 'FormatError', 'json-unreadable'],
  ['no rows', '[]', 'InputError', 'table-without-columns'],
  ['a row that is no object', '[{"a": 1}, [2]]', 'InputError', 'json-row-not-an-object'],
  ['a first row that is no object', '[1, "{"]', 'InputError', 'json-row-not-an-object'],
  ['a name twice', '[{"a": 1, "a": 2}]', 'InputError', 'column-name-repeated'],
  ['columns of different length', '{"a": [1, 2], "b": [1]}', 'InputError', 'columns-of-different-length'],
  ['a column that is no array', '{"a": 1}', 'InputError', 'json-column-not-an-array']
])('%s', (_, text, name, code) => {
  expect(() => readJson(bytes(text), context)).toThrow(expect.objectContaining({ name, code }))
})

test('a nested column may be left out; whoever reads it is told', () => {
  const table = readJson(bytes('[{"b": {"x": 1}, "a": 1}, {"b": null, "a": 2}, {"b": [3], "a": 3.5}]'), context)
  expect(inferTable(table, { exclude: ['b'] }).table.columns.map((column) => column.name)).toEqual(['a'])
  expect(inferTable(table, { columns: ['a'] }).table.rowCount).toBe(3)
  expect(() => inferTable(table)).toThrow(/an object in column "b", element 1 of data.json.*--exclude b/)
})

test('objects and equally long lists become columns, and are written as they were', async () => {
  const text =
    '{"id":1,"user":{"age":30,"home":{"city":"Bern"}},"size":[1.5,2],"at":"2024-03-01T10:11:16Z"}\n{"id":2,"user":{"age":31,"home":{"city":null}},"size":[3,4],"at":"2024-03-02T10:11:16Z"}\n'
  const table = readJsonLines(bytes(text), context)
  expect(table.columns.map(({ name }) => name)).toEqual(['id', 'user.age', 'user.home.city', 'size.0', 'size.1', 'at'])
  expect(new TextDecoder().decode(writeJsonLines(table))).toBe(text)
  // What is left of the columns stands where it stood.
  const part = { ...table, columns: table.columns.filter(({ name }) => name !== 'user.age' && name !== 'size.0') }
  expect(JSON.parse(new TextDecoder().decode(writeJson(part)))[0]).toEqual({
    id: 1,
    user: { home: { city: 'Bern' } },
    size: [2],
    at: '2024-03-01T10:11:16Z'
  })
})

test('names that an object and a column share, objects beside other values, lists of objects: one column each, which may be left out', () => {
  const table = readJson(
    bytes('[{"a.b": 1, "a": {"b": 2}, "c": [{"p": 1}], "d": {"x": 1}}, {"a.b": 3, "a": {"b": 4}, "c": [], "d": 5}]'),
    context
  )
  expect(table.columns.map(({ name }) => name)).toEqual(['a.b', 'a', 'c', 'd'])
  expect(() => inferTable(table, { columns: ['a.b', 'c'] })).toThrow(/an array in column "c"/)
  expect(inferTable(table, { columns: ['a.b'] }).table.rowCount).toBe(2)
})

test('lists of different lengths and empty objects are cells of their JSON text, and are written as lists again', () => {
  const text = '[{"tags":[],"size":["s"],"more":{}},{"tags":[],"size":["s","m"],"more":{}},{"tags":[],"size":null,"more":{}}]\n'
  const table = readJson(bytes(text), context)
  expect(table.columns.map(({ values }) => Array.from(values as string[]))).toEqual([
    ['[]', '[]', '[]'],
    ['["s"]', '["s","m"]', null],
    ['{}', '{}', '{}']
  ])
  expect(table.dialect).toMatchObject({ lists: ['tags', 'size', 'more'] })
  expect(new TextDecoder().decode(writeJson(table))).toBe(text)
  // What became of rare ones is text.
  const merged = { ...table, columns: [{ name: 'size', source: 'text' as const, values: ['other', '["s"]', '[{"x":1}]'] }] }
  expect(new TextDecoder().decode(writeJson(merged))).toBe('[{"size":"other"},{"size":["s"]},{"size":"[{\\"x\\":1}]"}]\n')
})

test('an object of columns is written as one', () => {
  for (const text of ['{"b":[1,null],\n"a":["x","y"]}\n', '{"b":{"0":1,"1":null},\n"a":{"0":"x","1":"y"}}\n'])
    expect(new TextDecoder().decode(writeJson(readJson(bytes(text), context)))).toBe(text)
})

test('200,000 values inside one another are refused, not followed', () => {
  const deep = (open: string, close: string) => `${open.repeat(200_000)}${close.repeat(200_000)}`
  expect(() => readJson(bytes(deep('[', ']')), context)).toThrow(/an array as element 1/)
  expect(() => readJson(bytes(`{"a": ${deep('[{"b":', '}]').replace(':}', ':1}')}}`), context)).toThrow(/an object in column "b\.0/)
  const within = `[{"a": ${'{"b":'.repeat(5000)}1${'}'.repeat(5000)}}]`
  expect(() => readJson(bytes(within), context).columns[0]!.values).toThrow(/an object in column "a\.b\.b/)
  expect(() => readJsonLines(bytes(deep('[', ']')), context)).toThrow(/an array as line 1/)
  expect(() => readJson(bytes('['.repeat(200_000)), context)).toThrow(expect.objectContaining({ code: 'json-unreadable' }))
})

test('a bad line of JSON lines is named', () => {
  expect(() => readJsonLines(bytes('{"a": 1}\n\n{"a": \n'), context)).toThrow(/line 3/)
  expect(() => readJsonLines(bytes('\n \n'), context)).toThrow(expect.objectContaining({ name: 'InputError' }))
})

test('NaN and infinities, which Python writes, are named', () => {
  for (const word of ['NaN', '-Infinity'])
    expect(() => readJson(bytes(`[{"a": 1}, {"a": ${word}}]`), context)).toThrow(`${word} is no JSON; write null`)
})

test('whole numbers beyond 2^53 keep their digits, and are written as numbers again', () => {
  const text =
    '[{"id":9007199254740993,"x":0.12345678901234566,"t":"a, 9007199254740993 ,"},{"id":-9007199254740995,"x":1e20,"t":"\\"]"},{"id":null,"x":100000000000000000000,"t":"c"}]\n'
  const table = readJson(bytes(text), context)
  expect(table.columns).toMatchObject([
    { name: 'id', source: 'text', values: ['9007199254740993', '-9007199254740995', null] },
    { name: 'x', source: 'number', values: Float64Array.of(0.12345678901234566, 1e20, 1e20) },
    { name: 't', source: 'text', values: ['a, 9007199254740993 ,', '"]', 'c'] }
  ])
  expect(new TextDecoder().decode(writeJson(table))).toBe(text.replace('1e20', '100000000000000000000'))
  // What doubles hold stays a number, and so do fractions.
  expect(read(bytes('[{"a": 9007199254740994, "b": 9007199254740993}, {"a": 1, "b": 0.5}]'))).toMatchObject([
    ['a', ['number', [9007199254740994, 1]]],
    ['b', ['text', ['9007199254740993', '0.5']]]
  ])
})
