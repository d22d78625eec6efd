import { describe, expect, test } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { InputError, StopError } from '../num/errors.js'
import { kolmogorovSmirnov } from '../num/kolmogorov-smirnov.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import type { CategoricalColumn, NumericColumn, Table } from '../table/table.js'
import { associationMatrix } from './associations.js'
import { chanceOfAuc, classifierAuc } from './classifier.js'
import { countCopies, countDuplicates, mostCopies } from './copies.js'
import { embedTables } from './embedding.js'
import { evaluateTables } from './evaluate.js'
import { missingShare, totalVariation } from './marginals.js'
import { chanceOfRatio } from './neighbours.js'
import { rareCombinations, rareCombinationWords, rareLevels } from './rare.js'

const key = keyFromSeed(3)
const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const numbers = (name: string, values: ArrayLike<number>, missing?: number[]): NumericColumn => ({
  name,
  kind: 'number',
  values: Float64Array.from(values),
  ...(missing ? { missing: Uint8Array.from(missing) } : {})
})
const levels = (name: string, cells: readonly (string | null)[]): CategoricalColumn => {
  const found = [...new Set(cells.filter((cell) => cell !== null))]
  return { name, kind: 'category', levels: found, codes: Int32Array.from(cells, (cell) => (cell === null ? -1 : found.indexOf(cell))) }
}
const table = (...columns: Table['columns'][number][]): Table => {
  const first = columns.find((column) => column.kind !== 'identifier')!
  return { columns, rowCount: ('codes' in first ? first.codes : first.values).length }
}

/** Correlated numbers, a category that depends on them, and some missing cells. */
function drawTable(label: string, rows: number, { noise = 0 } = {}): Table {
  const own = keyFor(key, label)
  const z = normals(own, rows * 3)
  const u = uniforms(own, rows, 1)
  const x = Array.from({ length: rows }, (_, i) => Math.round(1000 * (z[i]! + noise * z[2 * rows + i]!)) / 1000)
  const y = Array.from({ length: rows }, (_, i) => Math.round(1000 * (z[i]! + 0.5 * z[rows + i]!)) / 1000)
  return table(
    numbers('x', x),
    numbers(
      'y',
      y,
      Array.from(u, (value) => (value < 0.1 ? 1 : 0))
    ),
    levels(
      'side',
      y.map((value) => (value > 0 ? 'right' : 'left'))
    ),
    { name: 'id', kind: 'identifier' }
  )
}

test('fewer rows of the clouds are another look at them, and leave the rest as it is', { tags: ['slow'] }, async () => {
  const [real, synthetic] = [drawTable('real', 300), drawTable('synthetic', 200, { noise: 1 })]
  const all = await evaluateTables({ real, synthetic, engine, key })
  const few = await evaluateTables({ real, synthetic, clouds: 100, engine, key })
  expect([all.rows.clouds, few.rows.clouds]).toEqual([undefined, 100])
  expect(few.classifierAuc.floorRange).toEqual([0.5 - chanceOfAuc(100), 0.5 + chanceOfAuc(100)])
  for (const part of ['columns', 'associations', 'privacy', 'nearestNeighbourRatio'] as const) expect(few[part]).toEqual(all[part])
  // An area of a hundred rows has a standard error of 0.04; told apart by a third of a standard deviation more.
  expect(Math.abs(few.classifierAuc.value! - all.classifierAuc.value!)).toBeLessThan(0.16)
  expect((await evaluateTables({ real, synthetic, clouds: 300, engine, key })).energyDistance).toEqual(all.energyDistance)
})

describe('embedTables', () => {
  test('standardises by the reference, and parts levels by √2', () => {
    const real = table(numbers('x', [0, 2, 4]), levels('c', ['a', 'b', 'a']))
    const other = table(numbers('x', [2, 2]), levels('c', ['z', 'b']))
    const [own, placed] = embedTables(real, [real, other])
    expect(own!.cols).toBe(4)
    expect([...own!.data.subarray(0, 4)]).toEqual([-2 / Math.sqrt(8 / 3), 1, 0, 0])
    expect([...placed!.data]).toEqual([0, 0, 0, 1, 0, 0, 1, 0])
  })

  test('a column of a thousand names stays narrow, and its levels stand apart', () => {
    const names = Array.from({ length: 1000 }, (_, i) => (i % 3 === 0 ? 'often' : `name ${i}`))
    const [placed] = embedTables(table(levels('c', names)), [table(levels('c', names))])
    expect(placed!.cols).toBe(30 + 12)
    const square = (i: number, j: number) =>
      placed!.data.slice(i * 42, (i + 1) * 42).reduce((sum, x, c) => sum + (x - placed!.data[j * 42 + c]!) ** 2, 0)
    expect(square(0, 3)).toBe(0)
    let total = 0
    for (let i = 100; i < 900; i++) {
      const apart = names[i] === names[i + 1] ? 2 : square(i, i + 1)
      expect(apart).toBeGreaterThan(0.05)
      total += apart / 800
    }
    expect(Math.abs(total - 2)).toBeLessThan(0.05)
  })

  test('missing numbers take the mean and a mark, missing categories are a level, constants tell sides only', () => {
    const real = table(numbers('x', [1, 3, 99], [0, 0, 1]), levels('c', ['a', null, 'a']), numbers('k', [7, 7, 7]))
    const [own, placed] = embedTables(real, [real, table(numbers('x', [5]), levels('c', [null]), numbers('k', [9]))])
    expect([...own!.data]).toEqual([-1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 1, 0, 0])
    expect([...placed!.data]).toEqual([3, 0, 0, 1, 1])
  })
})

describe('marginals', () => {
  test('Kolmogorov–Smirnov and total variation by hand', () => {
    expect(kolmogorovSmirnov([1, 2, 3, 4], [3, 4, 5, 6])).toBe(0.5)
    expect(kolmogorovSmirnov([1, 1, 1], [1])).toBe(0)
    expect(kolmogorovSmirnov([], [1])).toBe(1)
    expect(totalVariation(levels('c', ['a', 'a', 'b', null]), levels('c', ['b', 'a', 'z', 'a']))).toBe(0.25)
    expect(missingShare(table(levels('c', ['a', null])), 0)).toBe(0.5)
  })
})

describe('associations', () => {
  test('are one where a column gives another, and near zero where it does not', () => {
    const u = uniforms(key, 800)
    const v = uniforms(key, 800, 1)
    const matrixOf = associationMatrix(
      table(
        numbers('u', u),
        numbers(
          'minus',
          u.map((x) => 3 - 2 * x)
        ),
        levels(
          'half',
          [...u].map((x) => (x < 0.5 ? 'low' : 'high'))
        ),
        levels(
          'same',
          [...u].map((x) => (x < 0.5 ? 'yes' : 'no'))
        ),
        levels(
          'alone',
          [...v].map((x) => String(Math.floor(5 * x)))
        ),
        numbers('flat', new Float64Array(800))
      )
    )
    expect(matrixOf[0]![1]).toBeCloseTo(-1, 12)
    expect(matrixOf[2]![3]).toBeCloseTo(1, 2)
    // Uniform on halves: between-variance 1/16 of 1/12, root of 3/4.
    expect(Math.abs(matrixOf[0]![2]! - Math.sqrt(0.75))).toBeLessThan(0.03)
    expect(matrixOf[0]![4]).toBeLessThan(0.12)
    expect(matrixOf[2]![4]).toBeLessThan(0.12)
    expect(matrixOf[5]).toEqual([0, 0, 0, 0, 0, 1])
  })
})

describe('copies', () => {
  test('are counted with the decimals of the training table', () => {
    const train = table(numbers('x', [1.25, 2.5, 2.5]), levels('c', ['a', 'b', 'b']))
    const synthetic = table(numbers('x', [1.2500001, 1.26, 2.5, -0]), levels('c', ['a', 'a', 'a', 'b']))
    expect(countCopies(synthetic, train)).toEqual({ copies: 1, rows: 4, withoutNumbers: 0 })
    expect(countDuplicates(train)).toEqual({ copies: 2, rows: 3, withoutNumbers: 0 })
  })

  test('rows in which every number is missing are no copies, and the evaluation says so', async () => {
    const train = table(numbers('x', [1, 0, 0, 3], [0, 1, 1, 0]), levels('c', ['a', 'b', 'b', 'a']))
    const synthetic = table(numbers('x', [1, 0, 2, 0], [0, 1, 0, 1]), levels('c', ['a', 'b', 'a', 'b']))
    expect(countCopies(synthetic, train)).toEqual({ copies: 1, rows: 4, withoutNumbers: 2 })
    expect(countDuplicates(train)).toEqual({ copies: 0, rows: 4, withoutNumbers: 2 })
    const { copies, notes } = await evaluateTables({ real: train, synthetic, engine, key })
    expect(copies).toMatchObject({ value: 1, withoutNumbers: 2 })
    expect(notes.join()).toContain('2 synthetic rows have no number at all')
  })

  test('a table of categories only has copies all the same', () => {
    const train = table(levels('c', ['a', 'b']))
    expect(countCopies(table(levels('c', ['b', 'b', 'z'])), train)).toEqual({ copies: 2, rows: 3, withoutNumbers: 0 })
  })
})

describe('what chance allows', () => {
  test('copies: two standard deviations of both counts, and three of none found', () => {
    expect(mostCopies({ copies: 0, rows: 300 }, 1000)).toBeCloseTo(10, 12)
    // 30 of 3,000 make 1 in 100, which scatters by √(1 + 1/30).
    expect(mostCopies({ copies: 30, rows: 3000 }, 100)).toBeCloseTo(1 + 2 * Math.sqrt(1 + 1 / 30) + 0.1, 12)
    // Rows among themselves coincide in twos.
    expect(mostCopies({ copies: 0, rows: 300 }, 1000, { among: true })).toBeCloseTo(20, 12)
    expect(mostCopies({ copies: 30, rows: 3000 }, 100, { among: true })).toBeCloseTo(1 + 2 * Math.sqrt(1 + 2 / 30) + 0.2, 12)
  })

  test('nearest-neighbour ratio: the quantiles of the reference at ½ ± √(1/n + 1/m), also where most rows coincide', () => {
    const even = Float64Array.from({ length: 801 }, (_, k) => k)
    const reach = Math.sqrt(1 / 801 + 1 / 400)
    const [low, high] = chanceOfRatio(even, 400)!
    // Distance k stands at the part (k + ½)/801.
    expect(low).toBeCloseTo(1 - (2 * reach * 801) / 800, 12)
    expect(high).toBeCloseTo(1 + (2 * reach * 801) / 800, 12)
    // Of 100 distances 80 are 0, which stand at 0.4, and 20 are 1, which stand at 0.9: between them a part p has (p − 0.4)/0.5.
    const most = Float64Array.from({ length: 100 }, (_, k) => (k < 80 ? 0 : 1))
    const [least, largest] = chanceOfRatio(most, 900)!
    expect(least).toBe(0)
    expect(largest).toBeCloseTo((0.1 + Math.sqrt(1 / 100 + 1 / 900)) / 0.1, 12)
    expect(chanceOfRatio(new Float64Array(5), 5)).toBeUndefined()
  })

  test('AUC: of 24 pairs of samples of one law, few lie outside; a law moved by one and a half deviations does', {
    tags: ['slow']
  }, async () => {
    const sample = (label: string, shift: number) => {
      const data = normals(keyFor(key, label), 3 * 80).map((z, i) => (i % 3 === 0 ? z + shift : z))
      return { data, rows: 80, cols: 3 }
    }
    const far = async (k: number, shift: number) =>
      Math.abs((await classifierAuc({ first: sample(`first ${k}`, 0), second: sample(`second ${k}`, shift), key: keyFor(key, k) })) - 0.5) >
      chanceOfAuc(80)
    let outside = 0
    for (let k = 0; k < 24; k++) if (await far(k, 0)) outside++
    // About one in twenty: more than four of 24 has a chance of 1 %.
    expect(outside).toBeLessThanOrEqual(4)
    expect(await far(0, 1.5)).toBe(true)
  })
})

describe('rare combinations and levels', () => {
  test('are counted with the rows and columns that make them, and named only in words', () => {
    const people = table(
      levels('name', ['Ann', 'Bob', 'Cleo', 'Cleo', 'Cleo']),
      levels('sex', ['f', 'm', 'f', 'f', 'f']),
      numbers('x', [1, 2, 3, 4, 5], [0, 0, 0, 0, 1]),
      numbers('y', [1, 2, 3, 4, 5])
    )
    expect(rareCombinations(people)).toEqual({ count: 4, rows: 5, columns: ['name', 'sex', 'x'] })
    expect(rareLevels(people)).toEqual({ name: 2, sex: 1 })
    expect(rareCombinationWords(people)).toEqual([
      'name = Ann, sex = f',
      'name = Bob, sex = m',
      'name = Cleo, sex = f',
      'name = Cleo, sex = f, x missing'
    ])
    expect(rareCombinations(table(numbers('y', [1, 2])))).toEqual({ count: 0, rows: 0, columns: [] })
  })
})

describe('evaluateTables', () => {
  test('a fresh sample of the same law stands at the floors', { tags: ['slow'] }, async () => {
    const evaluation = await evaluateTables({
      real: drawTable('real', 240),
      synthetic: drawTable('synthetic', 300),
      train: drawTable('train', 240),
      engine,
      key
    })
    expect(evaluation.classifierAuc.value).toBeLessThan(0.62)
    expect(Math.abs(evaluation.energyDistance.value!)).toBeLessThan(0.1)
    expect(Math.abs(evaluation.nearestNeighbourRatio.value! - 1)).toBeLessThan(0.3)
    expect(Math.abs(evaluation.nearestNeighbourRatio.floor! - 1)).toBeLessThan(0.2)
    expect(evaluation.copies.value).toBe(0)
    expect(evaluation.coverage.value).toBeGreaterThan(0.85)
    expect(evaluation.columns.x!.kolmogorovSmirnov!.value).toBeLessThan(2 * evaluation.columns.x!.kolmogorovSmirnov!.floor!)
    expect(Object.keys(evaluation.columns)).toEqual(['x', 'y', 'side'])
    expect(evaluation.notes).toEqual([])
  })

  test('copies, blur and lost dependence are seen', { tags: ['slow'] }, async () => {
    const real = drawTable('real', 240)
    const copied = await evaluateTables({ real, synthetic: real, engine, key })
    expect(copied.nearestNeighbourRatio.value).toBe(0)
    expect(copied.copies).toMatchObject({ value: 240, floor: 0, share: 1, most: 6, heldOut: false })
    expect(copied.privacy.shareCloserThanHeldOut).toBe(1)
    const blurred = await evaluateTables({ real, synthetic: drawTable('blurred', 240, { noise: 1.5 }), engine, key })
    expect(blurred.classifierAuc.value).toBeGreaterThan(0.65)
    expect(blurred.nearestNeighbourRatio.value).toBeGreaterThan(1.2)
    expect(blurred.energyDistance.value).toBeGreaterThan(3 * blurred.energyDistance.floor!)
    expect(blurred.associations.largestError.columns).toContain('x')
    expect(blurred.associations.largestError.value).toBeGreaterThan(2 * blurred.associations.largestError.floor!)
  })

  test('a copy’s AUC lies below what chance allows, a fresh sample’s does not', { tags: ['slow'] }, async () => {
    const real = drawTable('real', 240)
    const copied = (await evaluateTables({ real, synthetic: real, engine, key })).classifierAuc
    expect(copied.value).toBeLessThan(0.2)
    expect(copied.floorRange![0]).toBeGreaterThan(0.4)
    const fresh = (await evaluateTables({ real, synthetic: drawTable('fresh', 240), engine, key })).classifierAuc
    expect(fresh.value).toBeGreaterThan(fresh.floorRange![0])
    expect(fresh.value).toBeLessThan(fresh.floorRange![1])
  })

  test('real rows that stand in the training table are not taken for held-out ones', { tags: ['slow'] }, async () => {
    const train = drawTable('real', 240)
    const whole = await evaluateTables({ real: train, synthetic: train, train, engine, key })
    expect(whole.copies).toMatchObject({ value: 240, floor: 0, most: 6, heldOut: false })
    expect(whole.nearestNeighbourRatio.value).toBe(0)
    expect(whole.nearestNeighbourRatio.floorRange![0]).toBeGreaterThan(0.7)
    expect(whole.notes.join()).toContain('The real rows were not held out')
    const kept = await evaluateTables({ real: drawTable('kept', 240), synthetic: train, train, engine, key })
    expect(kept.copies).toMatchObject({ value: 240, floor: 0, heldOut: true })
    expect(kept.notes).toEqual([])
  })

  test('in a table of categories only, copies are as many as chance gives and nearness is no alarm', { tags: ['slow'] }, async () => {
    const few = (label: string) => {
      const u = uniforms(keyFor(key, label), 400)
      return table(
        levels(
          'a',
          Array.from(u, (x) => (x < 0.6 ? 'p' : x < 0.9 ? 'q' : 'r'))
        ),
        levels(
          'b',
          Array.from(u, (x) => (Math.floor(97 * x) % 3 === 0 ? 'yes' : 'no'))
        )
      )
    }
    const { copies, nearestNeighbourRatio } = await evaluateTables({ real: few('one'), synthetic: few('two'), engine, key })
    expect(copies.value).toBe(400)
    expect(copies.most).toBe(400)
    if (nearestNeighbourRatio.value !== null)
      expect(nearestNeighbourRatio.value).toBeGreaterThanOrEqual(nearestNeighbourRatio.floorRange![0])
  })

  test('the mean of one or two real cells is not told', async () => {
    const marks = (present: number) => Array.from({ length: 60 }, (_, i) => (i < present ? 0 : 1))
    const part = (present: number) => {
      const z = normals(keyFor(key, present), 60)
      return table(numbers('x', z), numbers('y', z, marks(present)))
    }
    const meansOf = async (present: number) => (await evaluateTables({ real: part(present), synthetic: part(9), engine, key })).columns.y!
    expect((await meansOf(2)).mean).toEqual({ real: null, synthetic: null })
    expect((await meansOf(2)).standardDeviation).toEqual({ real: null, synthetic: null })
    expect((await meansOf(3)).mean!.real).not.toBeNull()
  })

  test('is plain JSON of finite numbers, the same for the same key, and reports its progress', async () => {
    const seen = new Set<string>()
    const problem = { real: drawTable('real', 60), synthetic: drawTable('synthetic', 40), engine, key }
    const evaluation = await evaluateTables({
      ...problem,
      watch: { progress: ({ stage }) => seen.add(stage) }
    })
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation)
    expect(await evaluateTables(problem)).toEqual(evaluation)
    expect([...seen]).toEqual(['comparing the columns', 'finding the nearest rows', 'comparing samples', 'training a forest'])
    expect(evaluation.privacy.rareCombinations).toEqual({ count: 1, rows: 2, columns: ['y', 'side'] })
    expect(evaluation.rows).toEqual({ real: 60, synthetic: 40, train: null, compared: 60, half: 30 })
    expect(evaluation.notes[0]).toMatch(/No training table was given/)
  })

  test('tables without any distance and tiny tables have null, never NaN', async () => {
    const flat = await evaluateTables({
      real: table(levels('c', ['a', 'a', 'a', 'a'])),
      synthetic: table(levels('c', ['a', 'a'])),
      engine,
      key
    })
    expect(flat.nearestNeighbourRatio.value).toBeNull()
    expect(flat.classifierAuc.value).toBe(0.5)
    expect(flat.notes.some((note) => note.includes('not defined'))).toBe(true)
    const tiny = await evaluateTables({ real: table(numbers('x', [1, 2])), synthetic: table(numbers('x', [1, 3])), engine, key })
    expect(tiny.coverage.floor).toBeNull()
    expect(JSON.stringify(tiny)).not.toContain('NaN')
    // Of so few rows chance makes any area, and none beyond 0 and 1.
    const four = { real: table(numbers('x', [1, 2, 3, 4])), synthetic: table(numbers('x', [1, 3, 2, 5])), engine, key }
    expect((await evaluateTables(four)).classifierAuc.floorRange).toEqual([0, 1])
  })

  test('names that hardly recur are associated with nothing, levels that recur are', () => {
    const z = normals(key, 60, 0)
    const ofNames = (perLevel: number) =>
      associationMatrix(
        table(
          levels(
            'name',
            [...z].map((_, i) => `n${Math.floor(i / perLevel)}`)
          ),
          numbers(
            'x',
            z.map((value, i) => 10 * Math.floor(i / perLevel) + value)
          ),
          levels(
            'side',
            [...z].map((_, i) => (i < 30 ? 'left' : 'right'))
          )
        )
      )[0]!
    expect([...ofNames(1).slice(1), ...ofNames(1.5).slice(1)]).toEqual([0, 0, 0, 0])
    for (const association of ofNames(3).slice(1)) expect(association).toBeGreaterThan(0.8)
  })

  test('refuses tables that cannot be compared, and stops when asked to', async () => {
    const real = drawTable('real', 20)
    const other = table(...real.columns.slice(1))
    await expect(evaluateTables({ real, synthetic: other, engine, key })).rejects.toThrow(/no column 'x' in the synthetic table/)
    await expect(evaluateTables({ real: other, synthetic: real, engine, key })).rejects.toThrow(/'x' in the synthetic table only/)
    await expect(
      evaluateTables({ real: table(numbers('x', [1, 2])), synthetic: table(levels('x', ['a', 'b'])), engine, key })
    ).rejects.toThrow(/number in the real and category/)
    await expect(evaluateTables({ real, synthetic: drawTable('s', 1), engine, key })).rejects.toThrow(/1 row/)
    await expect(
      evaluateTables({ real: { columns: [{ name: 'id', kind: 'identifier' }], rowCount: 9 }, synthetic: real, engine, key })
    ).rejects.toThrow(InputError)
    await expect(evaluateTables({ real, synthetic: real, engine, key, watch: { stop: { aborted: true } } })).rejects.toThrow(StopError)
  })
})

test('what pixels happen to tell of each other is no rule', async () => {
  const twice = (label: string) => {
    const { columns, rowCount } = drawTable(label, 60)
    const [x] = columns as [NumericColumn]
    return {
      rowCount,
      columns: [
        x,
        numbers(
          'twice',
          x.values.map((value) => Math.round(2000 * value) / 1000)
        )
      ]
    }
  }
  const tables = { real: twice('real pixels'), synthetic: twice('drawn pixels'), engine, key }
  const rulesOf = async (fields: boolean) => (await evaluateTables({ ...tables, fields })).rules
  expect(await rulesOf(false)).toEqual([{ rule: expect.stringContaining('twice'), broken: 0, rows: 60, floor: 0, most: 0 }])
  expect(await rulesOf(true)).toEqual([])
})
