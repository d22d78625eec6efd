import { describe, expect, test } from 'vitest'
import { ReferenceEngine } from '../engine/reference/reference.js'
import type { InputError } from '../num/errors.js'
import { keyFromSeed, normals } from '../num/random.js'
import { sampleConditional } from '../systems/global/condition-sample.js'
import { fitTable, presentRows } from '../systems/table/whole.js'
import { fitEncoder } from '../table/encoder.js'
import { inferTable } from '../table/infer.js'
import { nearSpellings } from '../table/near-spelling.js'
import type { RawTable } from '../table/raw.js'
import { type Given, resolveConditions } from './conditions.js'

const ROWS = 60
/** Two species of unlike weights, and an answer. */
const raw: RawTable = {
  rowCount: ROWS,
  columns: [
    { name: 'species', source: 'text', values: Array.from({ length: ROWS }, (_, i) => (i % 2 === 0 ? 'Adelie' : 'Gentoo')) },
    { name: 'mass', source: 'text', values: Array.from(normals(keyFromSeed(1), ROWS), (z, i) => (10 * (i % 2) + z).toFixed(2)) },
    { name: 'seen', source: 'text', values: Array.from({ length: ROWS }, (_, i) => (i % 3 === 0 ? 'true' : 'false')) }
  ]
}

const codeOf = (givens: readonly Given[], unknown?: 'refuse'): string => {
  const { table, formats } = inferTable(raw)
  try {
    return resolveConditions(
      fitEncoder(table, formats, () => 'standard'),
      givens,
      unknown
    )
      .map((condition) => condition.unknown.map(({ text, near, condition: place }) => `${place}:${text}:${near.join('/')}`).join())
      .join('|')
  } catch (error) {
    return (error as InputError).code
  }
}

describe('a category that the data do not have', () => {
  test.each([
    ['alone is refused', [{ species: 'Adele' }], 'level-unknown'],
    ['in every condition is refused', [{ species: 'Adele' }, { species: 'Emu' }], 'level-unknown'],
    ['in one of several is named, with what is spelled like it', [{ species: 'Adelie' }, { species: 'Adele' }], '|2:Adele:Adelie'],
    ['and nothing like it', [{ species: 'Emu' }, { mass: 3 }], '1:Emu:|'],
    ['that could not be written is refused', [{ seen: 'maybe' }, { species: 'Gentoo' }], 'level-unknown'],
    ['does not excuse another impossible value', [{ species: 'Emu', mass: 'heavy' }, {}], 'condition-value']
  ] as [string, Given[], string][])('%s', (_, givens, expected) => {
    expect(codeOf(givens)).toBe(expected)
  })

  test('is refused where nothing could name it', () => {
    expect(codeOf([{ species: 'Adelie' }, { species: 'Adele' }], 'refuse')).toBe('level-unknown')
  })

  test('is written as it was given, in rows that are drawn without it, and a warning says so', async () => {
    const context = { engine: new ReferenceEngine() }
    const model = await fitTable(raw, { seed: 1, bandwidth: 0.1, scaling: 'standard' }, context)
    const draw = (given: Given[]) =>
      sampleConditional(model, { given, rows: 40, epsilon: 0.1, ridge: 1e-3 }, { ...context, key: keyFromSeed(2) })
    const { table, report } = await draw([{ species: 'Gentoo' }, { species: 'Adele', mass: 10.25 }])
    const [species, mass] = presentRows(model, table, 'text').columns.map(({ values }) => values as string[])
    expect(new Set(species!.slice(0, 40))).toEqual(new Set(['Gentoo']))
    expect(new Set(species!.slice(40))).toEqual(new Set(['Adele']))
    expect(new Set(mass!.slice(40))).toEqual(new Set(['10.25']))
    expect(report.conditions.map(({ warnings }) => warnings.map(({ name }) => name))).toEqual([[], ['condition-unknown-category']])
    expect(report.conditions[1]!.warnings[0]!.message).toMatch(/^condition 2: the data have no Adele in species, but Adelie;/)
  })
})

/** Places of three seasons, one of which is not always written down, and a mass that one in five lacks. */
const gaps: RawTable = {
  rowCount: ROWS,
  columns: [
    { name: 'season', source: 'text', values: Array.from({ length: ROWS }, (_, i) => ['dry', 'wet', 'cold', null][i % 4]!) },
    { name: 'mass', source: 'text', values: Array.from(normals(keyFromSeed(2), ROWS), (z, i) => (i % 5 === 0 ? null : z.toFixed(2))) },
    // So many places that categories are swept.
    { name: 'place', source: 'text', values: Array.from({ length: ROWS }, (_, i) => `p${(7 * i) % 20}`) }
  ]
}

describe('any value, and one of several categories', () => {
  test.each([
    [{ season: '..' }, { among: [[0, [0, 1, 2]]], levels: [] }],
    [{ season: 'wet | cold' }, { among: [[0, [0, 2]]], levels: [] }],
    [{ season: 'wet|wet' }, { among: [], levels: [[0, 2]] }],
    [{ mass: '..' }, { among: [], levels: [[1, 0]] }],
    [{ mass: {} }, { among: [], levels: [[1, 0]] }],
    [{ place: '..' }, { among: [], levels: [] }]
  ] as [Given, object][])('%j', (given, expected) => {
    const { table, formats } = inferTable(gaps)
    const [condition] = resolveConditions(
      fitEncoder(table, formats, () => 'standard'),
      [given]
    )
    expect({ among: [...condition!.among], levels: [...condition!.levels] }).toEqual(expected)
    expect(condition!.numbers.length + condition!.ranges.length).toBe(0)
  })

  test('levels of which the data lack one are refused', () => {
    expect(codeOf([{ species: 'Adelie|Emu' }])).toBe('level-unknown')
  })

  test.each([
    ['whole combinations', ['season', 'mass']],
    ['a sweep', ['season', 'mass', 'place']]
  ])('hold in every row that is drawn by %s, and all of them come', async (_, names) => {
    const context = { engine: new ReferenceEngine() }
    const input = { ...gaps, columns: gaps.columns.filter(({ name }) => names.includes(name)) }
    const model = await fitTable(input, { seed: 1, bandwidth: 0.1, scaling: 'standard' }, context)
    const given = [{ season: 'dry|cold', mass: '..' }, { season: '..' }]
    const { table } = await sampleConditional(model, { given, rows: 60, epsilon: 0.1, ridge: 1e-3 }, { ...context, key: keyFromSeed(2) })
    const [season, mass] = presentRows(model, table, 'text').columns.map(({ values }) => values as (string | null)[])
    expect([...new Set(season!.slice(0, 60))].sort()).toEqual(['cold', 'dry'])
    expect([...new Set(season!.slice(60))].sort()).toEqual(['cold', 'dry', 'wet'])
    expect(mass!.slice(0, 60).filter((cell) => cell === null)).toEqual([])
    expect(mass!.slice(60).filter((cell) => cell === null).length).toBeGreaterThan(0)
  })
})

test('near spellings: nearest first, whatever the case, and none for another word', () => {
  const words = ['Adelie', 'Chinstrap', 'Gentoo', 'gentoos', 'B', 'A']
  expect(nearSpellings('gentoo', words)).toEqual(['Gentoo', 'gentoos'])
  expect(nearSpellings('Chinstrp', words)).toEqual(['Chinstrap'])
  expect(nearSpellings('Emperor', words)).toEqual([])
})
