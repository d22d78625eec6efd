import { describe, expect, test } from 'vitest'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import type { CategoricalColumn, Column, NumericColumn, Table } from '../../table/table.js'
import { linesOf } from '../../tell/telling.js'
import { parseFormula } from './formula.js'
import { coxCurve } from './likelihoods.js'
import { studentQuantile } from './regression.js'
import { tellUtility } from './tell-utility.js'
import { evaluateUtility, intervalOverlap } from './utility.js'

const key = keyFromSeed(21)
const number = (name: string, values: ArrayLike<number>, kind: NumericColumn['kind'] = 'number'): NumericColumn => ({
  name,
  kind,
  values: Float64Array.from(values, (x) => (Number.isNaN(x) ? 0 : x)),
  missing: Uint8Array.from(values, (x) => (Number.isNaN(x) ? 1 : 0))
})
const level = (name: string, cells: readonly (string | undefined)[]): CategoricalColumn => {
  const levels = [...new Set(cells.filter((one) => one !== undefined))]
  return { name, kind: 'category', levels, codes: Int32Array.from(cells, (one) => (one === undefined ? -1 : levels.indexOf(one))) }
}
const table = (...columns: Column[]): Table => ({
  columns,
  rowCount: ('values' in columns[0]! ? columns[0].values : (columns[0] as CategoricalColumn).codes).length
})
const fit = (real: Table, formula: string) => evaluateUtility({ real, synthetic: real, formula }).real
const repeated = (groups: readonly (readonly [count: number, ...cells: unknown[]])[], at: number) =>
  groups.flatMap(([count, ...cells]) => Array.from({ length: count }, () => cells[at]))

/** Speed and stopping distance of fifty cars in the 1920s. @source Ezekiel, *Methods of correlation analysis*, 1930. */
const SPEED = [
  4, 4, 7, 7, 8, 9, 10, 10, 10, 11, 11, 12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, 16, 16, 17, 17, 17, 18, 18, 18, 18, 19,
  19, 19, 20, 20, 20, 20, 20, 22, 23, 24, 24, 24, 24, 25
]
const DISTANCE = [
  2, 10, 4, 22, 16, 10, 18, 26, 34, 17, 28, 14, 20, 24, 28, 26, 34, 34, 46, 26, 36, 60, 80, 20, 26, 54, 32, 40, 32, 40, 50, 42, 56, 76, 84,
  36, 46, 68, 32, 48, 52, 56, 64, 66, 54, 70, 92, 93, 120, 85
]

/** Weeks of remission under 6-mercaptopurine and under placebo; 0 where still in remission. @source Gehan 1965. */
const MERCAPTOPURINE = [
  [6, 1],
  [6, 1],
  [6, 1],
  [6, 0],
  [7, 1],
  [9, 0],
  [10, 1],
  [10, 0],
  [11, 0],
  [13, 1],
  [16, 1],
  [17, 0],
  [19, 0],
  [20, 0],
  [22, 1],
  [23, 1],
  [25, 0],
  [32, 0],
  [32, 0],
  [34, 0],
  [35, 0]
] as const
const PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
const leukaemia = table(
  number('weeks', [...MERCAPTOPURINE.map(([weeks]) => weeks), ...PLACEBO]),
  number('relapse', [...MERCAPTOPURINE.map(([, relapse]) => relapse), ...PLACEBO.map(() => 1)], 'integer'),
  level('group', [...MERCAPTOPURINE.map(() => '6-MP'), ...PLACEBO.map(() => 'placebo')])
)

describe('linear regression', () => {
  test('of the stopping distances of cars is the published one', () => {
    const { coefficients, rows } = fit(table(number('dist', DISTANCE), number('speed', SPEED)), 'dist ~ speed')
    expect(rows).toBe(50)
    expect(coefficients.map(({ name }) => name)).toEqual(['intercept', 'speed'])
    const [intercept, slope] = coefficients
    expect([intercept!.estimate, intercept!.standardError, slope!.estimate, slope!.standardError].map((x) => x.toFixed(4))).toEqual([
      '-17.5791',
      '6.7584',
      '3.9324',
      '0.4155'
    ])
    expect(slope!.interval.map((x) => x.toFixed(3))).toEqual(['3.097', '4.768'])
  })

  test('on a category gives its group means, against the first level in the order of text', () => {
    const z = normals(keyFor(key, 'groups'), 60)
    const groups = Array.from(z, (_, i) => ['b', 'a', 'c'][i % 3]!)
    const { coefficients } = fit(table(number('y', z), level('g', groups)), 'y ~ g')
    const mean = (name: string) => {
      const own = z.filter((_, i) => groups[i] === name)
      return own.reduce((sum, x) => sum + x, 0) / own.length
    }
    expect(coefficients.map(({ name }) => name)).toEqual(['intercept', 'g = b', 'g = c'])
    expect(coefficients[0]!.estimate).toBeCloseTo(mean('a'), 12)
    expect(coefficients[1]!.estimate).toBeCloseTo(mean('b') - mean('a'), 12)
    expect(coefficients[2]!.estimate).toBeCloseTo(mean('c') - mean('a'), 12)
  })

  test('does not depend on units: shifted and scaled columns give the shifted and scaled coefficients', () => {
    const [x, e] = [normals(keyFor(key, 'x'), 80), normals(keyFor(key, 'e'), 80)]
    const plain = fit(
      table(
        number(
          'y',
          x.map((one, i) => 2 * one + e[i]!)
        ),
        number('x', x)
      ),
      'y ~ x'
    ).coefficients
    const far = fit(
      table(
        number(
          'y',
          x.map((one, i) => 1e6 * (2 * one + e[i]!))
        ),
        number(
          'x',
          x.map((one) => 1e4 + 1e-3 * one)
        )
      ),
      'y ~ x'
    ).coefficients
    expect(far[1]!.estimate / 1e9).toBeCloseTo(plain[1]!.estimate, 6)
    expect(far[1]!.standardError / 1e9).toBeCloseTo(plain[1]!.standardError, 6)
  })

  test('Student’s quantile is that of the tables', () => {
    for (const [degrees, quantile] of [
      [10, 2.228139],
      [30, 2.042272],
      [120, 1.97993]
    ] as const)
      expect(Math.abs(studentQuantile(degrees) - quantile)).toBeLessThan(2e-5)
  })
})

describe('logistic regression', () => {
  test('on two levels is the logarithm of the odds ratio, with its standard error', () => {
    const groups = [
      [30, 'ill', 'old'],
      [10, 'well', 'old'],
      [15, 'ill', 'young'],
      [45, 'well', 'young']
    ] as const
    const data = table(level('state', repeated(groups, 0) as string[]), level('age', repeated(groups, 1) as string[]))
    const { family, event, real } = evaluateUtility({ real: data, synthetic: data, formula: 'state ~ age' })
    expect([family, event]).toEqual(['logistic', 'state = well'])
    expect(real.coefficients[0]!.estimate).toBeCloseTo(Math.log(10 / 30), 10)
    expect(real.coefficients[1]!.estimate).toBeCloseTo(Math.log((45 * 30) / (10 * 15)), 10)
    expect(real.coefficients[1]!.standardError).toBeCloseTo(Math.sqrt(1 / 30 + 1 / 10 + 1 / 15 + 1 / 45), 10)
  })

  test('is the maximum of the likelihood, as slopes by differences say', () => {
    const [x, w, u] = [normals(keyFor(key, 'lx'), 150), normals(keyFor(key, 'lw'), 150), uniforms(keyFor(key, 'lu'), 150)]
    const y = Array.from(x, (one, i) => Number(u[i]! < 1 / (1 + Math.exp(0.4 - one + 0.5 * w[i]!))))
    const { coefficients } = fit(table(number('y', y, 'integer'), number('x', x), number('w', w)), 'y ~ x + w')
    const likelihood = (b: readonly number[]) =>
      y.reduce((sum, one, i) => {
        const eta = b[0]! + b[1]! * x[i]! + b[2]! * w[i]!
        return sum + one * eta - Math.log(1 + Math.exp(eta))
      }, 0)
    const at = coefficients.map(({ estimate }) => estimate)
    for (const k of [0, 1, 2]) {
      const moved = (h: number) => likelihood(at.map((b, j) => (j === k ? b + h : b)))
      expect(Math.abs(moved(1e-4) - moved(-1e-4)) / 2e-4).toBeLessThan(1e-5)
      expect(moved(1e-2)).toBeLessThan(likelihood(at))
    }
  })
})

describe('Cox’s regression', () => {
  test('of the leukaemia study is the published one, with Efron’s ties', () => {
    const { family, event, real } = evaluateUtility({ real: leukaemia, synthetic: leukaemia, formula: 'Surv(weeks, relapse) ~ group' })
    expect([family, event]).toEqual(['cox', 'relapse = 1'])
    expect(real.coefficients.map(({ name }) => name)).toEqual(['group = placebo'])
    expect(real.coefficients[0]!.estimate.toFixed(3)).toBe('1.572')
    expect(real.coefficients[0]!.standardError.toFixed(3)).toBe('0.412')
  })

  test('its likelihood is the one written out row by row, with its slope', () => {
    const rows = 40
    const x = normals(keyFor(key, 'cx'), 2 * rows)
    const u = uniforms(keyFor(key, 'cu'), rows)
    const time = Float64Array.from(u, (one) => Math.ceil(8 * one))
    const event = Uint8Array.from(u, (_, i) => (i % 4 === 0 ? 0 : 1))
    const written = (b: readonly number[]) => {
      const eta = Array.from({ length: rows }, (_, i) => b[0]! * x[2 * i]! + b[1]! * x[2 * i + 1]!)
      let sum = 0
      for (const t of new Set(time)) {
        const dying = [...eta.keys()].filter((i) => time[i] === t && event[i] === 1)
        const risk = [...eta.keys()].filter((i) => time[i]! >= t).reduce((all, i) => all + Math.exp(eta[i]!), 0)
        const own = dying.reduce((all, i) => all + Math.exp(eta[i]!), 0)
        dying.forEach((i, l) => {
          sum += eta[i]! - Math.log(risk - (l / dying.length) * own)
        })
      }
      return sum
    }
    const curve = coxCurve({ data: x, rows, cols: 2 }, { time, event })
    const at = [0.3, -0.7]
    const { value, gradient, information } = curve(Float64Array.from(at))
    expect(value).toBeCloseTo(written(at), 9)
    const moved = (a: number, b: number) => written([at[0]! + a, at[1]! + b])
    expect(gradient[0]).toBeCloseTo((moved(1e-5, 0) - moved(-1e-5, 0)) / 2e-5, 5)
    expect(gradient[1]).toBeCloseTo((moved(0, 1e-5) - moved(0, -1e-5)) / 2e-5, 5)
    expect(information[1]).toBeCloseTo(-(moved(1e-3, 1e-3) - moved(1e-3, -1e-3) - moved(-1e-3, 1e-3) + moved(-1e-3, -1e-3)) / 4e-6, 3)
  })
})

describe('intervals', () => {
  test('of fresh rows hold the truth as often as they should, linear, logistic and Cox', { tags: ['slow'] }, () => {
    const turns = 300
    const inside = { linear: 0, logistic: 0, cox: 0 }
    for (let turn = 0; turn < turns; turn++) {
      const own = keyFor(key, `turn ${turn}`)
      const [x, e, u] = [normals(keyFor(own, 'x'), 80), normals(keyFor(own, 'e'), 80), uniforms(keyFor(own, 'u'), 160)]
      const data = table(
        number('x', x),
        number(
          'y',
          x.map((one, i) => 0.5 * one + e[i]!)
        ),
        number(
          'c',
          Array.from(x, (one, i) => Number(u[i]! < 1 / (1 + Math.exp(-0.5 * one)))),
          'integer'
        ),
        number(
          't',
          x.map((one, i) => Math.min(2, -Math.log(u[80 + i]!) / Math.exp(0.5 * one)))
        ),
        number(
          'd',
          Array.from(x, (one, i) => Number(-Math.log(u[80 + i]!) / Math.exp(0.5 * one) < 2)),
          'integer'
        )
      )
      for (const [family, formula] of [
        ['linear', 'y ~ x'],
        ['logistic', 'c ~ x'],
        ['cox', 'Surv(t, d) ~ x']
      ] as const) {
        const [low, high] = fit(data, formula).coefficients.at(-1)!.interval
        if (low <= 0.5 && 0.5 <= high) inside[family]++
      }
    }
    // Binomial of 0.95 over 300 turns: four standard deviations are 0.05.
    for (const count of Object.values(inside)) expect(Math.abs(count / turns - 0.95)).toBeLessThan(0.05)
  })

  test('overlap as shares of both', () => {
    expect(intervalOverlap([0, 1], [0, 1])).toBe(1)
    expect(intervalOverlap([0, 2], [1, 2])).toBeCloseTo(0.75, 12)
    expect(intervalOverlap([0, 1], [2, 3])).toBe(0)
  })
})

describe('rows and columns that do not fit', () => {
  const z = normals(keyFor(key, 'bad'), 40)
  const data = table(
    number('y', z),
    number(
      'x',
      z.map((one, i) => one + (i % 7))
    ),
    number(
      'twice',
      z.map((one, i) => 2 * (one + (i % 7)) + 1)
    ),
    number(
      'flat',
      z.map(() => 3)
    ),
    level(
      'g',
      Array.from(z, (_, i) => (i % 2 ? 'a' : 'b'))
    ),
    level(
      'three',
      Array.from(z, (_, i) => 'abc'[i % 3]!)
    ),
    level(
      'one',
      Array.from(z, () => 'a')
    ),
    level(
      'sign',
      Array.from(z, (one) => (one > 0 ? 'up' : 'down'))
    ),
    level(
      'nearly',
      Array.from(z, (one, i) => (one > 0 && i % 4 === 0 ? 'up' : 'down'))
    ),
    { name: 'id', kind: 'identifier' }
  )

  test.each([
    ['y', 'formula-malformed'],
    ['y ~', 'formula-malformed'],
    ['y ~ x +', 'formula-malformed'],
    ['y ~ x * g', 'formula-malformed'],
    ['y ~ x + x', 'formula-malformed'],
    ['y ~ y', 'formula-malformed'],
    ['log(y) ~ x', 'formula-malformed'],
    ['Surv(y) ~ x', 'formula-malformed'],
    ['y ~ x ~ g', 'formula-malformed'],
    ['y ~ z', 'column-unknown'],
    ['y ~ id', 'utility-column'],
    ['y ~ x + twice', 'utility-collinear'],
    ['y ~ flat', 'utility-collinear'],
    ['y ~ one', 'utility-column'],
    ['three ~ x', 'utility-response'],
    ['one ~ x', 'utility-response'],
    ['flat ~ x', 'utility-response'],
    ['sign ~ y', 'utility-separation'],
    ['nearly ~ sign', 'utility-separation'],
    ['Surv(g, sign) ~ x', 'utility-response'],
    ['Surv(y, sign) ~ x', 'utility-response']
  ])('%s is refused as %s', (formula, code) => {
    let thrown: unknown
    try {
      fit(data, formula)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code })
  })

  test('fewer rows than ten beyond the coefficients are refused', () => {
    const few = {
      ...data,
      rowCount: 12,
      columns: data.columns.map((one) =>
        'values' in one ? { ...one, values: one.values.slice(0, 12) } : 'codes' in one ? { ...one, codes: one.codes.slice(0, 12) } : one
      )
    }
    expect(() => fit(few, 'y ~ x + g')).toThrow(expect.objectContaining({ code: 'utility-rows' }))
  })

  test('a level that the synthetic table lacks is collinear there', () => {
    const synthetic = {
      ...data,
      columns: data.columns.map((one) =>
        one.name === 'three'
          ? level(
              'three',
              Array.from(z, (_, i) => 'ab'[i % 2]!)
            )
          : one
      )
    }
    expect(() => evaluateUtility({ real: data, synthetic, formula: 'y ~ three' })).toThrow(
      /three = c, which is the same in all rows, in the synthetic table/
    )
  })

  test('rows with missing cells are left out and counted; rare levels are not named', () => {
    const cells = Array.from(z, (_, i) => (i < 2 ? 'kuru' : i % 2 ? 'flu' : 'asthma'))
    const holes = table(
      number(
        'y',
        z.map((one, i) => (i === 5 ? Number.NaN : one))
      ),
      level(
        'ill',
        cells.map((one, i) => (i === 9 ? undefined : one))
      )
    )
    const found = evaluateUtility({ real: holes, synthetic: holes, formula: 'y ~ ill' })
    expect([found.real.rows, found.real.dropped]).toEqual([38, 2])
    expect(found.real.coefficients.map(({ name }) => name)).toEqual(['intercept', 'ill = flu', 'ill = a rare level'])
    const lines = linesOf(tellUtility([found]))
    expect(lines[0]).toBe('rows of y ~ ill: 38 (2 with missing cells left out) real, 38 (2 with missing cells left out) synthetic')
    expect(lines[2]).toMatch(/^coefficient ill = flu: real .*, real interval .* to .*, synthetic .*, overlap 100 %$/)
    expect(lines.join()).not.toContain('kuru')
  })
})

test('formulas: names in backquotes, signs inside them', () => {
  expect(parseFormula('`a ~ b` ~ `c + d` + e.f')).toMatchObject({ response: { kind: 'column', name: 'a ~ b' }, terms: ['c + d', 'e.f'] })
  expect(parseFormula('Surv(`time (d)`,dead)~x')).toMatchObject({
    response: { kind: 'survival', time: 'time (d)', status: 'dead' },
    terms: ['x']
  })
})
