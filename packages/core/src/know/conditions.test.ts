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

test('near spellings: nearest first, whatever the case, and none for another word', () => {
  const words = ['Adelie', 'Chinstrap', 'Gentoo', 'gentoos', 'B', 'A']
  expect(nearSpellings('gentoo', words)).toEqual(['Gentoo', 'gentoos'])
  expect(nearSpellings('Chinstrp', words)).toEqual(['Chinstrap'])
  expect(nearSpellings('Emperor', words)).toEqual([])
})
