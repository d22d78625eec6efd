import { describe, expect, test } from 'vitest'
import fc from '../../../test/property.js'
import { codeOf, commandOf, runOf, type Settings, SHEET } from '../src/state/settings.js'
import { fromAddress, toAddress, usualOf } from '../src/state/sheet.js'
import { usualSteps } from '../src/work/draws.js'

const DEFAULTS = usualOf(SHEET)
const addressOf = (settings: Settings): string => new URLSearchParams(toAddress(SHEET, settings)).toString()
const settingsIn = (address: string): Settings => fromAddress(SHEET, new URLSearchParams(address))

const name = fc.string({ minLength: 1, maxLength: 12 })
/** What a condition can be written with: anything but backquotes and line ends. */
const cell = name.filter((text) => text !== '__proto__' && text.trim() !== '' && !/[`\n\r\u2028\u2029]/.test(text))
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
  start: fc.constantFrom('data' as const, 'noise' as const),
  given: fc.dictionary(cell, cell, { maxKeys: 3, noNullPrototype: true }),
  observe: fc.array(name, { maxLength: 3 })
})

describe('the address of the page', () => {
  test('carries every setting', () => {
    fc.assert(
      fc.property(settings, (given) => {
        expect(settingsIn(addressOf(given))).toEqual(given)
      })
    )
  })

  test('leaves out defaults, and takes nonsense for absent', () => {
    expect(addressOf(DEFAULTS)).toBe('')
    expect(settingsIn('seed=-3&epsilon=zero&noise=loud&rows=1e99&kind=wrong:a&start=there&given=nothing')).toEqual(DEFAULTS)
    expect(settingsIn('epsilon=auto&seed=1.5&steps=1001&scaling=')).toEqual(DEFAULTS)
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
