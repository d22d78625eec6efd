import { describe, expect, test } from 'vitest'
import { columnsOf, derivative, evaluate, linearForm, parseExpression, parseObservation } from './expression.js'

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
    ['1e-3 * 1000', 1]
  ])('%s = %d', (text, value) => {
    expect(evaluate(parseExpression(text), at({ x: 2, 'Beak Length (mm)': 4 }))).toBeCloseTo(value, 12)
  })

  test('derivatives agree with differences', () => {
    const values = { x: 1.3, y: 0.7 }
    for (const text of ['x*y + x^3', 'exp(x*y)/y', 'log(x + y^2)', 'sqrt(x) - y/x', 'x^y', '(x - y)^2 * 2']) {
      const expression = parseExpression(text)
      for (const name of ['x', 'y'] as const) {
        const moved = (h: number) => evaluate(expression, at({ ...values, [name]: values[name] + h }))
        const difference = (moved(1e-5) - moved(-1e-5)) / 2e-5
        expect(evaluate(derivative(expression, name), at(values))).toBeCloseTo(difference, 6)
      }
    }
  })

  test('linear forms are recognised, others are not', () => {
    const form = linearForm(parseExpression('2*x1 + (x3 - x1)/4 - 3'))!
    expect(form.constant).toBe(-3)
    expect([...form.coefficients]).toEqual([
      ['x1', 1.75],
      ['x3', 0.25]
    ])
    for (const text of ['x*y', 'x^2', 'exp(x)', '1/x']) expect(linearForm(parseExpression(text))).toBeUndefined()
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
    ['2*x1 + = 3 ± 1', 'expression-malformed'],
    ['x1 = 3', 'expression-malformed'],
    ['x1 ± 3', 'expression-malformed'],
    ['(x1 = 3 ± 1', 'expression-malformed'],
    ['x1 = 3 ± 1 2', 'expression-malformed'],
    ['x1; alert(1) = 3 ± 1', 'expression-malformed'],
    ['sin(x1) = 3 ± 1', 'expression-malformed'],
    ['', 'expression-malformed'],
    [`${'('.repeat(5000)}x = 1 ± 1`, 'expression-malformed'],
    ['x1 = 3 ± 0', 'observation-deviation'],
    ['x1 = 3 ± -1', 'observation-deviation'],
    ['x1 = 3 ± x2', 'observation-deviation'],
    ['1 = 3 ± 1', 'observation-constant']
  ])('%s is refused', (text, code) => {
    expect(() => parseObservation(text)).toThrow(expect.objectContaining({ code }))
  })
})
