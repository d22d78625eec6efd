import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { numberText } from '@sbridge/core/internal'
import { keyFromSeed, normals } from '@sbridge/core/kernels'
import { beforeAll, describe, expect, test } from 'vitest'
import { sbridge } from '../../test/command.js'
import { evaluateFit } from '../evaluate.js'
import { readTable } from '../format/table-file.js'

let folder: string

/** Numbers with a name that recurs, as CSV. */
function csvOf(seed: number, rows = 60): string {
  const z = normals(keyFromSeed(seed), 2 * rows)
  const lines = Array.from(
    { length: rows },
    (_, i) => `${z[2 * i]!.toFixed(3)},${z[2 * i + 1]!.toFixed(3)},n${Math.floor(9 + 2 * z[2 * i]!)}`
  )
  return ['x,y,name', ...lines, ''].join('\n')
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sbridge-evaluate-'))
  const files = { 'train.csv': csvOf(1), 'held.csv': csvOf(2), 'fresh.csv': csvOf(3) }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
})

const run = (...words: string[]) => sbridge(folder, 'evaluate', ...words, '--seed', '1', '--threads', '1')

describe('evaluate --require', () => {
  test('passes fresh rows', async () => {
    const found = await run('held.csv', 'fresh.csv', '--train', 'train.csv', '--require', 'copies<=floor,auc<0.7')
    expect([found.status, found.stderr]).toEqual([0, ''])
    expect(found.stdout).toMatch(/^membership +0\.\d+ +0\.5000 /m)
  })

  test('ends with 5 and the clauses that fail, after what was measured', async () => {
    const found = await run(
      'held.csv',
      'train.csv',
      '--train',
      'train.csv',
      '--require',
      'membership<0.55,copies<=floor,coverage>0.1',
      '--json'
    )
    expect(found.status).toBe(5)
    expect(JSON.parse(found.stdout)).toMatchObject({ membership: { value: expect.any(Number) }, verdict: { grade: 'poor' } })
    expect(found.stderr).toMatch(/membership<0\.55: \d.*; copies<=floor: 60, chance allows/)
    expect(found.stderr).not.toMatch(/coverage>0\.1:/)
  })

  test('refuses clauses that nobody could answer, before anything is computed', async () => {
    expect(await run('held.csv', 'fresh.csv', '--require', 'membership<0.55')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('without --train')
    })
    expect((await run('held.csv', 'fresh.csv', '--require', 'quasi<=floor')).stderr).toContain('without --quasi')
    expect(await run('held.csv', 'fresh.csv', '--require', 'auc~0.6')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('“auc~0.6”')
    })
  })
})

test('evaluate --utility says the coefficients of both tables on the terminal, in JSON and in the report', { tags: ['slow'] }, async () => {
  const formulas = ['--utility', 'y ~ x', '--utility', 'x ~ y']
  const found = await run('held.csv', 'held.csv', ...formulas, '--report', 'utility.html')
  expect(found.status).toBe(0)
  expect(found.stdout).toMatch(/^coefficient x: real (.*), real interval (.*), synthetic \1, synthetic interval \2, overlap 100 %$/m)
  expect(await readFile(join(folder, 'utility.html'), 'utf8')).toContain('<h2>Utility: x ~ y</h2>')
  const { utility } = JSON.parse((await run('held.csv', 'fresh.csv', ...formulas, '--json')).stdout)
  expect(utility.map(({ family }: { family: string }) => family)).toEqual(['linear', 'linear'])
  expect(await run('held.csv', 'fresh.csv', '--utility', 'y ~ x * name')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('x * name')
  })
})

test('evaluate --target trains forests on rows that are no draws for the real ones, and says that they are not', async () => {
  const found = await run('held.csv', 'fresh.csv', '--train', 'train.csv', '--target', 'name')
  expect([found.status, found.stderr]).toEqual([0, ''])
  expect(found.stdout).toMatch(
    /^trained on synthetic rows, tested on real ones: 0\.\d+ \(AUC of name; trained on as many real rows 0\.\d+\)$/m
  )
  expect(found.stdout).toMatch(/^note: name: Not scored as draws for the real rows: /m)
})

test('evaluate --quasi counts rare combinations, prints none', async () => {
  const found = await run('held.csv', 'held.csv', '--quasi', 'name,y')
  expect(found.stdout).toMatch(/^quasi +60\.0000 +0\.0000 {2}rows with one of 60 rare combinations, chance allows 3$/m)
  expect((await run('held.csv', 'fresh.csv', '--quasi', 'zip')).stderr).toContain('the quasi-identifier zip')
})

describe('sample --report', () => {
  const report = (name: string) => readFile(join(folder, name), 'utf8')
  const sample = (...words: string[]) => sbridge(folder, 'sample', ...words, '--seed', '1', '--threads', '1')

  test('judges by rows that a second fit has not seen, and draws the same rows with and without it', { tags: ['slow'] }, async () => {
    expect((await sample('train.csv', '-o', 'judged.csv', '--report', 'judged.html')).status).toBe(0)
    const said = /class="verdict [a-z]+"><p>(.*?)<\/div>/.exec(await report('judged.html'))![1]
    expect(said).toMatch(/<li>In a second fit, two-sample AUC [\d.]+ on held-out rows/)
    expect(said).toContain('nearest-neighbour ratio of the drawn rows ')
    expect((await sample('train.csv', '-o', 'plain.csv')).status).toBe(0)
    expect(await report('judged.csv')).toBe(await report('plain.csv'))
  })

  test('the second fit is in the estimate, and the library judges by the same rows', { tags: ['slow'] }, async () => {
    const plan = async (...words: string[]) =>
      JSON.parse((await sample('train.csv', '-o', 'x.csv', '--dry-run', '--json', ...words)).stdout)
    const [alone, judged] = [await plan(), await plan('--report', 'x.html')]
    const second = judged.stages.filter(({ stage }: { stage: string }) => stage.startsWith('second fit: '))
    expect(second.length).toBeGreaterThan(0)
    expect(judged.pairs).toBe(alone.pairs + second.reduce((sum: number, { pairs }: { pairs: number }) => sum + pairs, 0))
    expect(await plan('--report', 'x.html', '--judge', 'in-sample')).toEqual({ ...alone, seconds: expect.any(Number) })

    const { classifierAuc, copies, rows } = await evaluateFit(await readTable(join(folder, 'train.csv')), { seed: 1, threads: 1 })
    expect(copies.heldOut).toBe(true)
    expect(rows.real + rows.train!).toBe((await readTable(join(folder, 'train.csv'))).rowCount)
    const said = / two-sample AUC ([\d.]+) on held-out rows/.exec(await report('judged.html'))![1]
    expect(numberText(classifierAuc.value)).toBe(said)
    await expect(evaluateFit([{ x: 1 }, { x: 2 }])).rejects.toThrow(/halves of 2 rows are too small/)
    await expect(evaluateFit([{ x: 1 }], { bandwith: 1 } as never)).rejects.toMatchObject({ code: 'option-unknown' })
  })

  test('says when it could not, or was told not to', { tags: ['slow'] }, async () => {
    expect((await sample('train.csv', '-o', 'in.csv', '--report', 'in.html', '--judge', 'in-sample', '--scaling', 'standard')).status).toBe(
      0
    )
    expect(await report('in.html')).toContain('Measured in-sample only: --judge in-sample.')
    expect(await sample('train.csv', '-o', 'in.csv', '--judge', 'in-sample')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--judge without a report')
    })
  })

  test('reports of one day have the same bytes', { tags: ['slow'] }, async () => {
    const write = async () => {
      await sample('train.csv', '-o', 'in.csv', '--report', 'bytes.html', '--judge', 'in-sample')
      return report('bytes.html')
    }
    expect(await write()).toBe(await write())
  })
})

describe('evaluate --group', () => {
  const panel = async (name: string, of: (group: number, week: number, z: Float64Array) => string) => {
    const z = normals(keyFromSeed(7), 30 * 6 + 30)
    const rows = Array.from({ length: 30 * 6 }, (_, i) => of(Math.floor(i / 6), i % 6, z.subarray(i)))
    await writeFile(join(folder, name), ['unit,town,week,y', ...rows, ''].join('\n'))
  }
  beforeAll(async () => {
    const level = (g: number) => Math.sin(50 * g)
    await panel('panel.csv', (g, t, z) => `u${g},${'ab'[g % 2]},${t},${(3 * level(g) + z[0]!).toFixed(2)}`)
    await panel('alone.csv', (g, t, z) => `v${g},${'ab'[(g + t) % 2]},${t % 5},${(3 * level(g + 31 * t) + z[0]!).toFixed(2)}`)
  })

  test('a second fit to half of the groups judges groups as wholes', async () => {
    const options = { group: 'unit', time: 'week', bandwidth: 0.5, scaling: 'standard', seed: 1, threads: 1 } as const
    const { groups, copies, columns } = await evaluateFit(await readTable(join(folder, 'panel.csv')), options)
    expect(groups).toBeDefined()
    expect(copies.heldOut).toBe(true)
    expect(Object.keys(columns)).toEqual(['town', 'week', 'y'])
  })

  test('tells how rows of a group belong together, and leaves the key out of all else', { tags: ['slow'] }, async () => {
    const { status, stdout } = await run('panel.csv', 'alone.csv', '--group', 'unit', '--time', 'week', '--json')
    expect(status).toBe(0)
    const { panel: figures, columns, groups, verdict } = JSON.parse(stdout)
    expect(Object.keys(columns)).toEqual(['town', 'week', 'y'])
    expect(figures).toMatchObject({
      sizes: { real: 6, synthetic: 6 },
      constant: { real: 1, synthetic: 0 },
      repeated: { real: 0, synthetic: 30 },
      columns: [{ name: 'y' }]
    })
    // Groups are judged as wholes.
    expect(groups.rows).toMatchObject({ real: 30, synthetic: 30 })
    expect(verdict).toMatchObject({ grade: 'poor', sentence: expect.stringMatching(/of 30 whole groups against 30/) })
    // 4.5 of 5.5 between groups, and none.
    expect(figures.columns[0].between.real).toBeGreaterThan(0.7)
    expect(figures.columns[0].between.synthetic).toBeLessThan(0.2)
    expect((await run('panel.csv', 'panel.csv', '--group', 'unit')).stdout).toMatch(/^in groups, y: between groups 0\.7/m)
  })

  test('shows measures of groups before those of rows, on the terminal and in the report', { tags: ['slow'] }, async () => {
    const { stdout } = await run('panel.csv', 'alone.csv', '--group', 'unit', '--time', 'week', '--report', 'groups.html')
    expect(stdout).toMatch(/^verdict, poor: .*of 30 whole groups against 30.*\ngroups as wholes +value +floor\nenergyDistance/)
    expect(stdout).toMatch(/\nrows one by one +value +floor\nenergyDistance/)
    const page = await readFile(join(folder, 'groups.html'), 'utf8')
    expect(page).toMatch(/30 whole groups against 30 real ones/)
    expect(page).toMatch(/two random halves of the real data, 15 groups each/)
    expect(page).toMatch(/<details><summary>Measures of single rows/)
  })

  test.each([
    [['--time', 'week'], /--time without --group/],
    [['--group', 'unit', '--time', 'town'], /no column of numbers or dates/]
  ])('%j is refused', async (words, said) => {
    const { status, stderr } = await run('panel.csv', 'alone.csv', ...words)
    expect([status, stderr]).toEqual([2, expect.stringMatching(said)])
  })
})

describe('evaluate --weights', () => {
  /** Rows of a low and of a high side, of which each low one stands for one and each high one for five, and say so or not. */
  const asked = (seed: number, [low, high]: readonly [number, number], weighs: boolean) => {
    const z = normals(keyFromSeed(seed), low + high)
    const lines = Array.from(
      z,
      (x, i) => `${(i < low ? x : x + 3).toFixed(3)},${i < low ? 'low' : 'high'}${weighs ? `,${i < low ? 1 : 5}` : ''}`
    )
    return [`x,side${weighs ? ',w' : ''}`, ...lines, ''].join('\n')
  }

  test('compares with the law of the weights', { tags: ['slow'] }, async () => {
    await writeFile(join(folder, 'asked.csv'), asked(11, [500, 100], true))
    await writeFile(join(folder, 'unweighed.csv'), asked(11, [500, 100], false))
    await writeFile(join(folder, 'even.csv'), asked(12, [300, 300], false))
    await writeFile(join(folder, 'uneven.csv'), asked(13, [500, 100], false))
    const gradeOf = async (...words: string[]) => JSON.parse((await run(...words, '--json')).stdout).verdict.grade
    expect(await gradeOf('asked.csv', 'even.csv', '--weights', 'w')).not.toBe('poor')
    expect(await gradeOf('asked.csv', 'uneven.csv', '--weights', 'w')).toBe('poor')
    expect(await gradeOf('unweighed.csv', 'even.csv')).toBe('poor')
    const { stdout } = await run('asked.csv', 'even.csv', '--weights', 'w', '--report', 'weighed.html')
    expect(stdout).toMatch(/^note: Real rows have weights/m)
    expect(stdout).not.toMatch(/^w {2}/m)
    expect(await readFile(join(folder, 'weighed.html'), 'utf8')).toContain('rows count by weight')
  })

  test('refuses weights of what counts every row once, and columns that are none', async () => {
    expect((await run('held.csv', 'fresh.csv', '--weights', 'x', '--utility', 'y ~ x')).stderr).toMatch(/--weights.*--utility/s)
    expect((await run('held.csv', 'fresh.csv', '--weights', 'name')).stderr).toContain(
      'the weights column name with cells that are not numbers'
    )
  })
})
