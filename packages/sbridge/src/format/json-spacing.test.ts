import { expect, test } from 'vitest'
import { readJson, readJsonLines } from './json.js'
import { writeJson, writeJsonLines } from './json-text.js'

const bytes = (text: string) => new TextEncoder().encode(text)
const context = { source: 'x.json' }

test.each([
  ['[\n{"a":1,"b":{"c":"x, {y}: \\"z\\""}},\n{"a":2,"b":{"c":"[]"}}\n]\n'],
  ['[{"a":1,"b":{"c":"x"}},{"a":2,"b":{"c":"y"}}]\n'],
  ['[{"a": 1, "b": {"c": "x"}}, {"a": 2, "b": {"c": "y"}}]\n'],
  [
    '[\n  {\n    "a": 1,\n    "b": {\n      "c": "x"\n    },\n    "d": [\n      1,\n      2\n    ]\n  },\n  {\n    "a": 2,\n    "b": {\n      "c": "y"\n    },\n    "d": [\n      3,\n      4\n    ]\n  }\n]\n'
  ],
  ['[\n\t{\n\t\t"a": "<0.5"\n\t},\n\t{\n\t\t"a": 1.25\n\t},\n\t{\n\t\t"a": 3\n\t}\n]\n'],
  ['[{"\\u00f6rt": "K\\u00f6ln \\ud83d\\ude00", "b": 1}, {"\\u00f6rt": "x", "b": 2}]\n'],
  ['[{"ört": "Köln \\u0007", "b": 1}, {"ört": "x", "b": 2}]\n'],
  ['{"a":[1,2],\n"b":["x","y"]}\n'],
  ['{\n  "a": [\n    1,\n    2\n  ],\n  "b": [\n    "x",\n    "y"\n  ]\n}\n'],
  ['{"a":{"0":1,"1":2},"b":{"0":"x","1":"y"}}\n']
])('a table is written as it came: %j', async (text) => {
  expect(new TextDecoder().decode(writeJson(readJson(bytes(text), context)))).toBe(text)
})

test('lines keep the blanks behind commas and colons', () => {
  for (const text of [
    '{"a": 1, "b": "x"}\n{"a": 2, "b": "\\u00e9"}\n',
    '{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n',
    '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n'
  ])
    expect(new TextDecoder().decode(writeJsonLines(readJsonLines(bytes(text), context)))).toBe(text)
})
