import { SYSTEMS } from '@sbridge/core'
import { describe, expect, test } from 'vitest'
import fc from '../../../test/property.js'
import { SHEET as BRIDGE } from '../src/state/bridge-settings.js'
import { SHEET as MAP } from '../src/state/diffusion-map-settings.js'
import { isElsewhere } from '../src/state/elsewhere.js'
import { EVERY } from '../src/state/every-option.js'
import { GAPS, gapsElsewhere, gapsRun, SCORES } from '../src/state/rows-settings.js'
import { codeOf, commandOf, runOf, type Settings, SHEET } from '../src/state/settings.js'
import { checkColumns, fromAddress, type Sheet, toAddress, usualOf } from '../src/state/sheet.js'
import { SHEET as TRAJECTORIES } from '../src/state/trajectories-settings.js'
import { usualSteps } from '../src/work/draws.js'

const DEFAULTS = usualOf(SHEET)
const addressOf = (settings: Settings): string => new URLSearchParams(toAddress(SHEET, settings)).toString()
const read = <S extends object>(sheet: Sheet<S>, address: string) => {
  const faults: string[] = []
  const settings = fromAddress(sheet, new URLSearchParams(address), ({ got, expected }) => faults.push(`${got}: ${expected}`))
  return { settings, faults }
}

const name = fc.string({ minLength: 1, maxLength: 12 })
/** What a condition can be written with: anything but backquotes and line ends. */
const cell = name.filter((text) => text !== '__proto__' && text.trim() !== '' && !/[`\n\r\u2028\u2029]/.test(text))
/** Options by name: texts that look like numbers or JSON stay texts. */
const besides = fc.dictionary(
  fc.stringMatching(/^[a-z][a-zA-Z]{0,8}$/),
  fc.oneof(
    fc.string(),
    fc.constantFrom('5', 'true', 'null', '["a"]', '"a"', ''),
    // Zero has one sign on a command line.
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
    fc.boolean(),
    fc.array(fc.string())
  ),
  { maxKeys: 3, noNullPrototype: true }
)
const settings: fc.Arbitrary<Settings> = fc.record({
  types: fc.dictionary(
    name.filter((text) => text !== '__proto__'),
    fc.constantFrom('number' as const, 'category' as const),
    { maxKeys: 3, noNullPrototype: true }
  ),
  exclude: fc.array(name, { maxLength: 3 }),
  x: fc.option(name),
  y: fc.option(name),
  rows: fc.option(fc.integer({ min: 1, max: 1_000_000 })),
  seed: fc.integer({ min: 0, max: 2 ** 53 - 1 }),
  bandwidth: fc.option(fc.double({ min: 1e-9, max: 1e3, noNaN: true })),
  kernel: fc.constantFrom('fixed' as const, 'variable' as const),
  scaling: fc.constantFrom('auto' as const, 'standard' as const, 'quantile' as const),
  noise: fc.constantFrom('covariance' as const, 'split' as const, 'constant' as const),
  steps: fc.option(fc.integer({ min: 1, max: 1000 })),
  givenFile: fc.option(fc.string({ minLength: 1 })),
  start: fc.constantFrom('data' as const, 'noise' as const),
  given: fc.dictionary(cell, cell, { maxKeys: 3, noNullPrototype: true }),
  fit: besides,
  draw: besides,
  observe: fc.array(name, { maxLength: 3 })
})

describe('the address of the page', () => {
  test('carries every setting', () => {
    fc.assert(
      fc.property(settings, (given) => {
        expect(read(SHEET, addressOf(given))).toEqual({ settings: given, faults: [] })
      })
    )
  })

  test('leaves out defaults', () => {
    expect(addressOf(DEFAULTS)).toBe('')
    expect(read(SHEET, 'epsilon=auto&file=a.csv&panel=conditions&found=0.2&activity=sample')).toEqual({ settings: DEFAULTS, faults: [] })
  })

  test.each([
    ['seed=-3', 'seed = -3: a whole number from 0'],
    ['seed=1.5', 'seed = 1.5: a whole number'],
    ['seed=1&seed=2', 'seed = 1,2: a whole number'],
    ['rows=1e99', 'rows = 1e99: a whole number from 1 to 1000000'],
    ['steps=1001', 'steps = 1001: a whole number from 1 to 1000'],
    ['epsilon=zero', 'bandwidth = zero: auto, or a number above 0'],
    ['noise=loud', 'noise = loud: '],
    ['start=there', 'start = there: '],
    ['scaling=', 'scaling = : '],
    ['scaling=x%3Dquantile', 'scaling = x=quantile: '],
    ['kind=wrong:a', 'kind = wrong: number, integer'],
    ['given=nothing', "--given 'nothing': NAME=VALUE"],
    ['sed=5', 'the option sed: one of kind, without, x, y, rows, seed']
  ])('%s is told, and counts as absent', (address, words) => {
    const { settings, faults } = read(SHEET, address)
    expect(settings).toEqual(DEFAULTS)
    expect(faults).toEqual([expect.stringContaining(words)])
  })

  test('what is taken instead is said', () => {
    const remedies: string[] = []
    fromAddress(SHEET, new URLSearchParams('seed=x&rows=0&epsilon=x'), ({ remedy }) => remedies.push(remedy))
    expect(remedies).toEqual([
      'leaving it out (default as many as the table has)',
      'leaving it out (default 1)',
      'leaving it out (default auto)'
    ])
  })

  test('what can be read of several stays', () => {
    const { settings, faults } = read(SHEET, 'given=x%3D1&given=nothing&given=x%3D2&given=y%3D3&kind=number:a&kind=odd:b')
    expect(settings).toEqual({ ...DEFAULTS, given: { x: '1', y: '3' }, types: { a: 'number' } })
    expect(faults).toEqual([
      expect.stringContaining('kind = odd'),
      expect.stringContaining('nothing'),
      'x given as 1 and as 2: one value a column'
    ])
  })

  test('of the other activities is told likewise', () => {
    expect(read(BRIDGE, 'at=0.5,half&to=folder%20a.csv&as=it').faults).toEqual([
      expect.stringContaining('to = folder: file or example'),
      expect.stringContaining('at = 0.5,half: numbers from 0'),
      expect.stringContaining('as = it: ')
    ])
    expect(read(TRAJECTORIES, 'hold-out=1,soon&reference=magic&rows=0').faults).toEqual([
      expect.stringContaining('reference = magic: '),
      expect.stringContaining('rows = 0: a whole number from 1'),
      expect.stringContaining('holdOut = 1,soon: ')
    ])
    expect(read(GAPS, 'as=guess&draws=0').faults).toHaveLength(2)
    expect(read(MAP, 'dimension=51&alpha=much').faults).toHaveLength(2)
  })

  test('columns that the table lacks are told', () => {
    const missing = <S extends object>(sheet: Sheet<S>, address: string) => {
      const told: string[] = []
      checkColumns(sheet, read(sheet, address).settings, [{ name: 'a' }, { name: 'b' }], ({ got, expected }) =>
        told.push(`${got}: ${expected}`)
      )
      return told
    }
    expect(missing(SHEET, 'x=a&y=c&without=b&without=d')).toEqual(['without = d: one of a, b', 'y = c: one of a, b'])
    expect(missing(TRAJECTORIES, 'time=t&growth=estimate&fates=a&weights=w')).toEqual(['time = t: one of a, b', 'weights = w: one of a, b'])
  })
})

describe('the options of a verb', () => {
  test.each([
    ['sample', SYSTEMS.tables, SHEET],
    ['impute', SYSTEMS.imputation, GAPS],
    ['score', SYSTEMS.density, SCORES],
    ['trajectories', SYSTEMS.snapshots, TRAJECTORIES],
    ['diffusion-map', SYSTEMS.embedding, MAP],
    ['bridge', SYSTEMS.bridge, BRIDGE]
  ] as const)('are all on the page, but for those that only the command line can honour: %s', (activity, { fields }, sheet) => {
    const names = ({ name }: { readonly name: string }) => name
    const every = [...EVERY[activity].fit, ...EVERY[activity].draw]
    expect(new Set(every.map(names))).toEqual(new Set([...fields.fit, ...fields.draw, ...fields.know].map(names)))
    expect(every.filter(({ name }) => name in sheet && isElsewhere(name))).toEqual([])
  })

  test('that have no control of their own stand in commands, programs and addresses as others do', () => {
    const address = 'fit=rules:off&fit=minCell:5&fit=missing:%5B%22none%22%2C%22a%2Cb%22%5D&draw=flag:true'
    const { settings, faults } = read(GAPS, address)
    expect(faults).toEqual([])
    const run = gapsRun(settings)
    expect(gapsElsewhere.commandOf('a.csv', run)).toBe(
      "sbridge impute a.csv --rules off --min-cell 5 --missing 'none,`a,b`' --flag --seed 1 -o a-filled.csv"
    )
    expect(gapsElsewhere.codeOf('a.csv', run)).toContain(
      "impute(table, { rules: 'off', minCell: 5, missing: ['none', 'a,b'], flag: true, seed: 1 })"
    )
    const rules = ['a = b', 'c >= d']
    const fit = { rule: rules }
    expect(commandOf('a.csv', runOf({ ...DEFAULTS, fit }, 9))).toBe(
      "sbridge sample a.csv -n 9 -o a-new.csv --seed 1 --rule 'a = b' --rule 'c >= d'"
    )
  })
})

describe('how to get the same elsewhere', () => {
  const run = runOf(
    { ...DEFAULTS, types: { "it's, odd": 'category' }, exclude: ['b'], rows: 12, seed: 5, bandwidth: 0.25, noise: 'split', steps: 7 },
    99
  )

  test('as a command line, quoted for a shell', () => {
    expect(commandOf('my data.csv', run)).toBe(
      "sbridge sample 'my data.csv' -n 12 -o 'my data-new.csv' --seed 5 --types '`it'\\''s, odd`=category' --exclude b --bandwidth 0.25 --noise split --steps 7"
    )
  })

  test('as a program that parses, with only what differs from the defaults', () => {
    const code = codeOf("it's.csv", run)
    expect(code).toContain(`fit(table, { types: { 'it\\'s, odd': 'category' }, exclude: ['b'], bandwidth: 0.25, seed: 5 })`)
    expect(code).toContain(`sample(model, { rows: 12, seed: 5, noise: 'split', steps: 7 })`)
    expect(codeOf('a.csv', runOf(DEFAULTS, 99))).toContain('fit(table, { seed: 1 })')
  })

  test('with what is known, and without what conditions leave no choice of', () => {
    const given = { 'odd, name': 'a', x: '1..2' }
    const conditional = runOf({ ...DEFAULTS, given, noise: 'split', start: 'noise', rows: 5 }, 99)
    expect(commandOf('a.csv', conditional)).toBe("sbridge sample a.csv -n 5 -o a-new.csv --seed 1 --given '`odd, name`=a,x=1..2'")
    expect(usualSteps(conditional.draw)).toBe(10)
    expect(codeOf('a.csv', conditional)).toContain("sample(model, { rows: 5, seed: 1, given: { 'odd, name': 'a', x: '1..2' } })")
    const observed = runOf({ ...DEFAULTS, given: { x: '1' }, observe: ["it's = 4 ± 1", 'y = 2 ± 1'], steps: 30 }, 99)
    expect(commandOf('a.csv', observed)).toBe(
      "sbridge sample a.csv -n 99 -o a-new.csv --seed 1 --steps 30 --given x=1 --observe 'it'\\''s = 4 ± 1' --observe 'y = 2 ± 1'"
    )
    expect(codeOf('a.csv', observed)).toContain(
      "sample(model, { rows: 99, seed: 1, steps: 30, given: { x: '1' }, observe: ['it\\'s = 4 ± 1', 'y = 2 ± 1'] })"
    )
    expect(commandOf('a.csv', runOf({ ...DEFAULTS, start: 'noise' }, 3))).toContain('--start noise')
  })
})
