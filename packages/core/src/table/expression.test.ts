import { describe, expect, test } from 'vitest'
import type { InputError } from '../num/errors.js'
import { derivative, linearForm } from './derivative.js'
import { byClass, columnsOf, evaluate, indicatorsOf } from './expression.js'
import { expressionText } from './expression-text.js'
import { parseExpression, parseObservation } from './parse-expression.js'

const at = (values: Record<string, number>) => (name: string) => values[name]!

describe('expressions', () => {
  test.each([
    ['1 + 2*3', 7],
    ['-2^2', -4],
    ['2^3^2', 512],
    ['2^-1', 0.5],
    ['(1 + 2) * 3 - 4/2', 7],
    ['exp(0) + log(1) + sqrt(9)', 4],
    ['1 - -1', 2],
    ['2*x + `Beak Length (mm)`', 8],
    ['x**2', 4],
    ['6 − 2 × x · 1 ÷ 2', 4],
    ['1e-3 * 1000', 1],
    ['min(3, x, 5) - max(1, 2*x)', -2],
    ['2 * min(x, 1 + max(3, 4)) ^ 2', 8],
    ['1000 * annuity(0.06 / 12, 12)', 86.06642970708263],
    ['annuity(0, 4 * x)', 0.125]
  ])('%s = %d', (text, value) => {
    expect(evaluate(parseExpression(text), at({ x: 2, 'Beak Length (mm)': 4 }))).toBeCloseTo(value, 12)
  })

  test('derivatives agree with differences', () => {
    const values = { x: 1.3, y: 0.7 }
    for (const text of [
      'x*y + x^3',
      'exp(x*y)/y',
      'log(x + y^2)',
      'sqrt(x) - y/x',
      'x^y',
      '(x - y)^2 * 2',
      'min(x^2, y) * max(x, 2*y)',
      'annuity(y / 9, 7 * x)'
    ]) {
      const expression = parseExpression(text)
      for (const name of ['x', 'y'] as const) {
        const moved = (h: number) => evaluate(expression, at({ ...values, [name]: values[name] + h }))
        const difference = (moved(1e-5) - moved(-1e-5)) / 2e-5
        expect(evaluate(derivative(expression, name), at(values))).toBeCloseTo(difference, 6)
      }
    }
  })

  test('years are added to dates as birthdays come', () => {
    const day = (text: string) => Date.parse(text) / 864e5
    const at18 = parseExpression('born + years(18)')
    const on = (born: string) => evaluate(at18, () => day(born))
    expect(on('1990-05-17')).toBe(day('2008-05-17'))
    expect(on('1992-02-29')).toBe(day('2010-02-28'))
    expect(evaluate(parseExpression('x - years(4)'), () => day('2024-02-29T12:00Z'))).toBe(day('2020-02-29T12:00Z'))
    const onDay = parseExpression('years(date(2024-12-01) - x)')
    expect([day('1990-12-01'), day('1990-12-02'), day('2024-02-29')].map((x) => evaluate(onDay, () => x))).toEqual([34, 33, 0])
    expect(expressionText(onDay)).toBe('years(date(2024-12-01) - x)')
    for (const text of ['date(2024-13-01) - x', 'date(2024-02-30)', 'date(2024)', 'date(x)', 'years(date(2024-01-01) - date(2023-01-01))'])
      expect(() => parseExpression(text)).toThrow('with')
    for (const text of ['years(x)', 'years(1.5)', 'min(x)', 'min(x, 1', 'max(, 1)']) expect(() => parseExpression(text)).toThrow('with')
  })

  test('linear forms are recognised, others are not', () => {
    const form = linearForm(parseExpression('2*x1 + (x3 - x1)/4 - 3'))!
    expect(form.constant).toBe(-3)
    expect([...form.coefficients]).toEqual([
      ['x1', 1.75],
      ['x3', 0.25]
    ])
    for (const text of ['x*y', 'x^2', 'exp(x)', '1/x', 'min(x, 3)']) expect(linearForm(parseExpression(text))).toBeUndefined()
  })

  test('observations are read with ± and with +-', () => {
    for (const text of ['2*x1 + x3 = 4.2 ± 0.1', '2*x1+x3=4.2+-0.1', '2*x1 + x3 = 4.2 +- 0.1']) {
      const { residual, deviation } = parseObservation(text)
      expect(deviation).toBe(0.1)
      expect(evaluate(residual, at({ x1: 1, x3: 2.2 }))).toBeCloseTo(0, 12)
      expect(columnsOf(residual)).toEqual(['x1', 'x3'])
    }
  })

  test.each([
    ['P(smoker)', 'smoker', undefined],
    ['P( smoker = yes )', 'smoker', 'yes'],
    ['P(smoker=yes, now and then)', 'smoker', 'yes, now and then'],
    ['P(`a (b)` = `c) d`)', 'a (b)', 'c) d'],
    ['P(`it``s` = ```q```)', 'it`s', '`q`'],
    ['P(age = <50 − 60+)', 'age', '<50 − 60+'],
    [`P(name = O'Neill "the" 1st)`, 'name', `O'Neill "the" 1st`]
  ])('%s is the indicator of a category', (text, name, level) => {
    const expression = parseExpression(`2*x + ${text}`)
    expect(indicatorsOf(expression)).toEqual([{ kind: 'indicator', name, ...(level === undefined ? {} : { level }) }])
    expect(columnsOf(expression)).toEqual(['x'])
  })

  test('within a class its indicators are 0 and 1, made once a class', () => {
    let made = 0
    const sum = parseExpression('x * P(a = b) - 3*P(a = c)/2 + P(a = b)')
    const within = byClass(sum, (own) => {
      made++
      return own
    })
    const at3 = (level: string) =>
      evaluate(
        within((indicator) => indicator.level === level),
        at({ x: 3 })
      )
    expect([at3('b'), at3('c'), at3('d'), at3('b')]).toEqual([4, -1.5, 0, 4])
    expect(made).toBe(3)
    expect(linearForm(within(({ level }) => level === 'b'))!.coefficients.get('x')).toBe(1)
    expect(linearForm(sum)).toBeUndefined()
  })

  test('a column may be called P', () => {
    expect(columnsOf(parseExpression('P * (P + 1)'))).toEqual(['P'])
  })

  test.each([
    ['2*x1 + = 3 ± 1', 'expression-malformed'],
    ['x1 = 3', 'expression-malformed'],
    ['x1 ± 3', 'expression-malformed'],
    ['(x1 = 3 ± 1', 'expression-malformed'],
    ['x1 = 3 ± 1 2', 'expression-malformed'],
    ['x1; alert(1) = 3 ± 1', 'expression-malformed'],
    ['sin(x1) = 3 ± 1', 'expression-malformed'],
    ['P(a b = c) = 1 ± 1', 'expression-malformed'],
    ['P() = 1 ± 1', 'expression-malformed'],
    ['P(a = ) = 1 ± 1', 'expression-malformed'],
    ['P(a = b = 1 ± 1', 'expression-malformed'],
    ['P(a = b (c)) = 1 ± 1', 'expression-malformed'],
    ['x = 1 ± P(a)', 'observation-deviation'],
    ['', 'expression-malformed'],
    [`${'('.repeat(5000)}x = 1 ± 1`, 'expression-malformed'],
    ['x1 = 3 ± 0', 'observation-deviation'],
    ['x1 = 3 ± -1', 'observation-deviation'],
    ['x1 = 3 ± x2', 'observation-deviation'],
    ['1 = 3 ± 1', 'observation-constant']
  ])('%s is refused', (text, code) => {
    expect(() => parseObservation(text)).toThrow(expect.objectContaining({ code }))
  })
  const refusal = (text: string) => {
    try {
      parseObservation(text)
    } catch (error) {
      return error as InputError
    }
    throw new Error('not refused')
  }

  test.each([
    ['x1 + €3 = 1 ± 1', '“€3 = 1 ± 1” at character 6'],
    ['x1   +   €', '“€” at character 10'],
    ['`a € b` + `😀` - € = 1 ± 1', '“€ = 1 ± 1” at character 17'],
    ['😀 = 1 ± 1', '“😀 = 1 ± 1” at character 1'],
    ['x1 ± 1 = 1', '“± 1 = 1” at character 4'],
    ['x1 = 1 +/- 1 €', '“€” at character 14'],
    ['x1 = (1 ± 1', '“± 1” at character 9'],
    ['x1 = 1 ±  ', 'an early end']
  ])('%s: the place of the mistake is counted in characters, from the mistake itself', (text, words) => {
    expect(refusal(text).got).toBe(`“${text}”, with ${words}`)
  })

  test('long sums are read and evaluated; what is longer or deeper than any formula is refused in few words', () => {
    const sum = parseObservation(`${'x + 2*y - '.repeat(1200)}x = 1 ± 1`).residual
    expect(evaluate(sum, at({ x: 3, y: 1 }))).toBe(1200 * 2 - 1199 * 3 - 1)
    expect(linearForm(sum)!.coefficients.get('y')).toBe(2400)
    const product = parseExpression(`${'x*'.repeat(300)}x`)
    expect(evaluate(derivative(product, 'x'), at({ x: 1.001 }))).toBeCloseTo(301 * 1.001 ** 300, 9)
    for (const [text, expected] of [
      [`${'x+'.repeat(60_000)}x = 1 ± 1`, 'at most 10000 numbers, names and signs'],
      [`${'x^'.repeat(20_000)}x = 1 ± 1`, 'at most 10000 numbers, names and signs'],
      [`${'x^'.repeat(4000)}x = 1 ± 1`, 'at most 100 levels of brackets and exponents'],
      [`${'exp('.repeat(4000)}x = 1 ± 1`, 'at most 100 levels of brackets and exponents'],
      [`${'('.repeat(4000)}x = 1 ± 1`, 'at most 100 levels of brackets and exponents']
    ] as const) {
      const { expected: words, message, code } = refusal(text)
      expect([code, words]).toEqual(['expression-malformed', expected])
      expect(message.length).toBeLessThan(600)
    }
    // Signs may be repeated as often as there are tokens, and powers as deep as there are levels.
    expect(evaluate(parseExpression(`${'-'.repeat(9000)}x`), at({ x: 2 }))).toBe(2)
    expect(evaluate(parseExpression(`${'1^'.repeat(100)}x`), at({ x: 2 }))).toBe(1)
  })
})
