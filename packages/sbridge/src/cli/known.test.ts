import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SYSTEMS, type TableRequest } from '@sbridge/core'
import { parseGiven, tableFields, writeGiven } from '@sbridge/core/internal'
import { afterAll, describe, expect, test } from 'vitest'
import { readFields } from './add-fields.js'
import { requestOf } from './source.js'

const { tables } = SYSTEMS
const fields = [...tables.fields.know, ...tableFields.filter(({ name }) => name === 'missing')]

/** What is asked for, as `sample` reads it from flags. */
const askedOf = async (flags: Record<string, unknown>) => {
  const request: TableRequest = readFields(fields, flags)
  return (await requestOf(tables, { path: '', options: {}, reading: {} }, request)).asked
}

const folder = mkdtempSync(join(tmpdir(), 'sbridge-conditions-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe('flags of conditions', () => {
  test('pairs, intervals and backquotes', () => {
    expect(parseGiven('species=Gentoo, body_mass_g=4500..5200,`Beak, Length (mm)`=40')).toEqual({
      species: 'Gentoo',
      body_mass_g: '4500..5200',
      'Beak, Length (mm)': '40'
    })
    expect(parseGiven('a=`x,y`')).toEqual({ a: 'x,y' })
    expect(parseGiven('total=1,52,300.00,k=b')).toEqual({ total: '1,52,300.00', k: 'b' })
    expect(parseGiven('k=b, total=1,000..2,000')).toEqual({ k: 'b', total: '1,000..2,000' })
    const odd = { species: 'Gentoo', 'Beak, Length (mm)': '40..', 'a=b': 'x, y', ' c ': 'p=q', 'd>': '3' }
    expect(parseGiven(writeGiven(odd))).toEqual(odd)
  })

  test.each(['species', '=3', 'a=', '', ','])('%j is malformed', (text) => {
    expect(() => parseGiven(text)).toThrow(expect.objectContaining({ code: 'given-malformed' }))
  })

  test.each([
    ['age>=30', /got age>= in .*; try age=LOW\.\./],
    ['sex=f,age > 30', /got age>30 in .*; try age=30\.\./],
    ['age<4.5', /try age=\.\.4\.5/],
    ['sex=f,age <=30', /try age=\.\.HIGH/],
    ['species!=Adelie', /try the values that species may have, as species=A\|B/]
  ])('%s is told how it is asked', (text, words) => {
    expect(() => parseGiven(text)).toThrow(words)
  })

  test('nothing asked is nothing', async () => {
    expect(await askedOf({})).toBeUndefined()
  })

  test('a file gives one condition a row, empty cells are free, flags are added to each', async () => {
    const path = file('conditions.csv', 'species,mass\nA,3500\nB,\n')
    const asked = await askedOf({ given: ['sex=male'], givenFile: path })
    expect(asked!.givens).toEqual([
      { sex: 'male', species: 'A', mass: '3500' },
      { sex: 'male', species: 'B' }
    ])
  })

  test('cells that stand for a missing value in the data are free too', async () => {
    const path = file('gaps.csv', 'species,mass\nNA,3500\nB,?\n')
    expect((await askedOf({ givenFile: path, missing: '?' }))!.givens).toEqual([{ mass: '3500' }, { species: 'B' }])
    expect((await askedOf({ givenFile: path }))!.givens[1]).toEqual({ species: 'B', mass: '?' })
  })

  test('likelihoods are loaded', async () => {
    const path = file('likelihood.mjs', 'export const logLikelihood = ({ x }) => -x * x')
    const asked = await askedOf({ likelihood: path })
    expect(asked!.likelihood!.logLikelihood({ x: 2 })).toBe(-4)
  })

  test.each([
    [{ given: ['a=1', 'a=2'] }, 'condition-contradictory'],
    [{ given: ['a=1'], conditioning: 'fast' }, 'option-value'],
    [{ given: ['a=1'], conditioning: 'langevin' }, 'option-combination'],
    [{ observe: ['x = 1 ± 1'], conditioning: 'clamp' }, 'option-combination'],
    [{ conditioning: 'clamp' }, 'option-combination'],
    [{ ridge: '0.1' }, 'option-combination'],
    [{ given: ['a=1'], conditioning: 'clamp', ridge: '0.1' }, 'option-combination'],
    [{ observe: ['x = 1 ± 1'], ridge: '0.1' }, 'option-combination'],
    [{ given: ['a=1'], ridge: '0' }, 'option-value'],
    [{ given: ['a=1'], conditionBandwidth: '-1' }, 'option-value'],
    [{ observe: ['x = 1 ± 0'] }, 'observation-deviation'],
    [{ observe: ['x = 1 ± -2'] }, 'observation-deviation'],
    [{ observe: ['x = 1'] }, 'expression-malformed'],
    [{ likelihood: 'no-such-module.js' }, 'likelihood-module']
  ])('%j is refused', async (flags, code) => {
    await expect(askedOf(flags)).rejects.toMatchObject({ code })
  })

  test('modules without the function are refused', async () => {
    await expect(askedOf({ likelihood: file('empty.mjs', 'export const other = 1') })).rejects.toMatchObject({ code: 'likelihood-module' })
    await expect(askedOf({ likelihood: file('broken.mjs', 'export const = 1') })).rejects.toMatchObject({ code: 'likelihood-module' })
  })
})
