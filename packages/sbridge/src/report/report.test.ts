import { readFileSync } from 'node:fs'
import { evaluateTables, type GlobalModel, type Telling, tellTable } from '@sbridge/core'
import {
  aucReading,
  type CategoricalColumn,
  copiesReading,
  countText,
  type FitSummary,
  judgedLines,
  measureLines,
  type NumericColumn,
  numberText,
  plainText,
  ratioReading,
  shareText,
  shorten,
  timeText,
  verdict
} from '@sbridge/core/internal'
import { keyFor, keyFromSeed, normals, ReferenceEngine, uniforms } from '@sbridge/core/kernels'
import type { Column, Table } from '@sbridge/core/tables'
import { parseHTML } from 'linkedom'
import { beforeAll, describe, expect, test } from 'vitest'
import { VERSION } from '../version.js'
import { escapeHtml, figure, html, measureTable, renderReport, section, table } from './index.js'
import { marginalPanel } from './marginal-panels.js'
import { mostRelatedPairs } from './pair-panels.js'
import { tellingPage } from './topics.js'

const ATTACK = '<script>alert("x")</script>'
const engine = new ReferenceEngine()

/** Every kind of column, with names and levels that try to break out of the markup. */
function drawTable(seed: number, rows = 80): Table {
  const key = keyFromSeed(seed)
  const z = normals(keyFor(key, 'z'), rows)
  const u = uniforms(keyFor(key, 'u'), rows)
  const levels = (name: string, names: string[], codes: Int32Array): CategoricalColumn => ({ name, kind: 'category', levels: names, codes })
  const columns: Column[] = [
    { name: ATTACK, kind: 'number', values: z.map((x) => Math.exp(2 * x)) },
    { name: `"onload='x' & more`, kind: 'integer', values: z.map((x) => Math.round(2 * x)) },
    { name: 'when', kind: 'datetime', values: u.map((x) => 1.6e12 + x * 1e10), missing: Uint8Array.from(u, (x) => (x < 0.1 ? 1 : 0)) },
    { name: 'spike', kind: 'number', values: z.map((x) => Math.max(0, x)) },
    { name: 'flat', kind: 'number', values: new Float64Array(rows).fill(3) },
    levels(
      'region',
      ['<img src=x onerror=alert(1)>', 'b & c', 'd'],
      Int32Array.from(u, (x, i) => (x < 0.1 ? -1 : z[i]! > 0 ? 0 : x < 0.5 ? 1 : 2))
    ),
    levels(
      'group',
      ['one', 'two'],
      Int32Array.from(z, (x) => (x > 0.3 ? 0 : 1))
    ),
    levels(
      'many',
      Array.from({ length: 30 }, (_, k) => `level ${k}`),
      Int32Array.from(u, (x) => Math.floor(30 * x))
    ),
    { name: 'id', kind: 'identifier' }
  ]
  return { columns, rowCount: rows }
}

/** Three independent normal columns. */
function drawNumbers(label: string, rows: number): Table {
  const z = normals(keyFor(keyFromSeed(4), label), 3 * rows)
  return {
    rowCount: rows,
    columns: ['a', 'b', 'c'].map((name, c) => ({ name, kind: 'number' as const, values: z.slice(c * rows, (c + 1) * rows) }))
  }
}

/** The cells of two tables of numbers, put together. */
function mapNumbers(first: Table, second: Table, cell: (x: number, y: number, row: number) => number): Table {
  const columns = (first.columns as NumericColumn[]).map((column, c) => ({
    ...column,
    values: column.values.map((x, i) => cell(x, (second.columns[c] as NumericColumn).values[i]!, i))
  }))
  return { ...first, columns }
}

const summary: FitSummary = {
  rowCount: 80,
  epsilon: 0.2,
  bandwidth: {
    curve: [0.01, 0.1, 1].map((epsilon, k) => ({ epsilon, ratio: 0.4 + 0.4 * k })),
    epsilon: 0.2,
    ratio: 0.92,
    target: 0.95,
    standardError: 0.01,
    criterion: 'target-met',
    rowCount: 80
  },
  scaling: { methods: { spike: 'quantile', flat: 'standard', when: 'standard' } },
  kernel: 'fixed',
  categories: 'combinations',
  scalingEnding: 'converged',
  scalingTurns: 12,
  scalingError: 1e-9,
  duplicateCount: 0,
  isolatedCount: 0,
  notes: [`a note with ${ATTACK}`]
}
const telling = tellTable({ summary } as GlobalModel, { draws: { seed: 7 } })

describe('renderReport', () => {
  let page: string
  let document: { querySelectorAll(selector: string): ArrayLike<{ textContent: string; getAttribute(name: string): string | null }> }
  const texts = (selector: string) => Array.from(document.querySelectorAll(selector), (node) => node.textContent)

  beforeAll(async () => {
    const [real, synthetic] = [drawTable(1), drawTable(2)]
    const evaluation = await evaluateTables({ real, synthetic, engine, key: keyFromSeed(1) })
    page = renderReport({
      title: `survey ${ATTACK}`,
      evaluation,
      real,
      synthetic,
      telling,
      showValues: true,
      command: `sbridge sample '${ATTACK}'`,
      sections: [section('own', 'An own part', figure({ caption: 'Own.', body: html`<p>${ATTACK}</p>` }))]
    })
    document = parseHTML(page).document as never
  })

  test('loads nothing: no script, no link, no address, no image', () => {
    expect(page.match(/https?:|url\(|@import|<[a-z][^<>]*\ssrc=|<link|<iframe|<object/gi)).toBeNull()
    expect(texts('script, img, link, iframe, object, embed, base')).toEqual([])
    for (const node of Array.from(document.querySelectorAll('*'))) expect(node.getAttribute('href')).toBeNull()
  })

  test('names and levels stand as text, whatever they contain', () => {
    expect(page.includes(ATTACK)).toBe(false)
    expect(page.includes('<img')).toBe(false)
    expect(texts('h1')).toEqual([`survey ${ATTACK}`])
    expect(texts('#columns tbody th')).toContain(ATTACK)
    expect(texts('#privacy li')[0]).toContain('region = <img src=x onerror=alert(1)>')
    expect(Array.from(document.querySelectorAll('[onload], [onerror]'))).toEqual([])
  })

  test('rare combinations and levels are counted, their columns named; in part they are listed where values may be shown', async () => {
    const names = (label: string): Table => {
      const z = normals(keyFromSeed(1), 40)
      const cells = Array.from(z, (_, i) => `${label} ${i}, ${'and so on '.repeat(30)}`)
      return {
        rowCount: 40,
        columns: [
          { name: 'x', kind: 'number', values: z },
          { name: 'name', kind: 'category', levels: cells, codes: Int32Array.from(z, (_, i) => i) }
        ]
      }
    }
    const [real, synthetic] = [names('case'), names('case')]
    const evaluation = await evaluateTables({ real, synthetic, engine, key: keyFromSeed(1) })
    const of = (showValues: boolean) => parseHTML(renderReport({ title: 'survey', evaluation, real, synthetic, showValues })).document
    const counted = of(false).querySelector('#privacy')!.textContent
    expect(counted).toContain('Levels of fewer than three real rows: 40 of name.')
    expect(counted).toContain('40 combinations of name occur in fewer than three real rows (40 rows in all).')
    expect(of(false).toString()).not.toContain('case ')
    const items = Array.from(of(true).querySelectorAll('#privacy li'), ({ textContent }) => textContent)
    expect(items.length).toBe(11)
    expect(items[0]).toMatch(/^name = case 0, .*…$/)
    expect(Math.max(...items.map(({ length }) => length))).toBe(160)
    expect(items.at(-1)).toBe('and 30 more')
  })

  test('on a narrow screen the words of a measure stand below its numbers', () => {
    expect(texts('.stacked caption').length).toBe(1)
    expect(page).toMatch(/max-width: 40rem\).*\.stacked tr \{ display: grid/)
  })

  test('two columns do not fill the panels of associations with one huge cell each', async () => {
    const few = (seed: number): Table => {
      const { columns, rowCount } = drawTable(seed)
      return { rowCount, columns: [columns[0]!, columns[6]!] }
    }
    const [real, synthetic] = [few(1), few(2)]
    const evaluation = await evaluateTables({ real, synthetic, engine, key: keyFromSeed(1) })
    const { document } = parseHTML(renderReport({ title: 'survey', evaluation, real, synthetic }))
    const sides = Array.from(document.querySelectorAll('#associations svg rect[width]'), (node) => Number(node.getAttribute('width')))
    expect(sides.length).toBe(3)
    expect(Math.max(...sides)).toBeLessThanOrEqual(56)
  })

  test('has every measure, and a row for every column but identifiers', () => {
    expect(texts('#summary tbody th')).toEqual([
      'Energy distance',
      'Sliced Wasserstein‑2',
      'Classifier two-sample AUC',
      'Squared MMD',
      'Nearest-neighbour ratio',
      'Copies',
      'Coverage',
      'Density',
      'Largest association error',
      'Mean association error'
    ])
    expect(texts('#columns tbody th')).toEqual([ATTACK, `"onload='x' & more`, 'when', 'spike', 'flat', 'region', 'group', 'many'])
    expect(Array.from(document.querySelectorAll('#marginals svg'))).toHaveLength(8)
    expect(Array.from(document.querySelectorAll('#pairs svg'))).toHaveLength(12)
    expect(Array.from(document.querySelectorAll('#associations svg'))).toHaveLength(3)
  })

  test('parts of a verb stand behind the summary, and a long table of columns is folded', { tags: ['slow'] }, async () => {
    expect(texts('section').findIndex((text) => text.includes('An own part'))).toBe(1)
    expect(texts('details')).toEqual([])
    const wide = (seed: number): Table => {
      const z = normals(keyFromSeed(seed), 70 * 40)
      const columns = Array.from({ length: 70 }, (_, c) => ({
        name: `x${c}`,
        kind: 'number' as const,
        values: z.slice(40 * c, 40 * c + 40)
      }))
      return { columns, rowCount: 40 }
    }
    const [real, synthetic] = [wide(1), wide(2)]
    const evaluation = await evaluateTables({ real, synthetic, engine, key: keyFromSeed(1) })
    const { document: long } = parseHTML(renderReport({ title: 'wide', evaluation, real, synthetic }))
    expect(long.querySelectorAll('#columns details tbody tr').length).toBe(70)
    expect(long.querySelector('#columns summary')?.textContent).toBe('All 70 columns')
  })

  test('says how the rows were made, with the curve and every option', () => {
    expect(Array.from(document.querySelectorAll('#model svg'))).toHaveLength(1)
    expect(texts('#model dt')).toEqual(['Bandwidth ε', 'Scaling', 'Kernel', 'Categories', 'Symmetric scaling'])
    expect(texts('#model dd')[1]).toBe('quantile for spike')
    expect(texts('#draws dt')).toEqual(['Seed', 'Noise', 'Start', 'Steps'])
    expect(texts('#draws dd')).toEqual(['7', 'covariance', 'data', '20'])
    expect(texts('#model svg text').join(' ')).toContain('chosen: ε = 0.2')
    expect(texts('#notes li')[0]).toBe(`a note with ${ATTACK}`)
  })

  test('figures and tables are numbered in order, those of further parts too', () => {
    expect(texts('figcaption b')).toEqual([1, 2, 3, 4, 5, 6].map((n) => `Figure ${n}.`))
    expect(texts('caption b')).toEqual([1, 2, 3].map((n) => `Table ${n}.`))
    expect(texts('section > h2')).toContain('An own part')
  })

  test('holds no number that is none, and drawings have words', () => {
    expect(page.match(/NaN|Infinity|undefined|\[object/g)).toBeNull()
    for (const svg of Array.from(document.querySelectorAll('svg'))) expect(svg.getAttribute('aria-label')).toBeTruthy()
  })
})

test('tables of two columns, tiny tables and tables without a model are reported too', async () => {
  const real: Table = { rowCount: 3, columns: [{ name: 'x', kind: 'number', values: Float64Array.of(1, 2, 3) }] }
  const synthetic: Table = {
    rowCount: 2,
    columns: [{ name: 'x', kind: 'number', values: Float64Array.of(1, 2), missing: Uint8Array.of(1, 1) }]
  }
  const page = renderReport({
    title: 'tiny',
    evaluation: await evaluateTables({ real, synthetic, engine, key: keyFromSeed(1) }),
    real,
    synthetic,
    telling: { json: {}, topics: [], warnings: [], notes: [], caution: 'Drawn under a condition.' }
  })
  expect(page.includes('id="warnings"')).toBe(false)
  expect(page).toMatch(/class="verdict plain"><p>Drawn under a condition\.<\/p><p>0 of 2 rows repeat one of the data/)
  // What compares rows of a condition with all rows is measured and not judged.
  expect(page).not.toMatch(/class="grade |differs visibly|cannot be told/)
  expect(page.match(/NaN|Infinity|undefined/g)).toBeNull()
  expect(page.includes('id="pairs"')).toBe(false)
})

describe('warnings, which a reader of the page has not seen on any terminal', () => {
  const few = { name: 'few', message: `few rows have ${ATTACK}` }
  const telling: Telling = { json: {}, topics: [], warnings: [few], notes: [] }
  const listed = (page: string) => {
    const { document } = parseHTML(page)
    const headings = Array.from(document.querySelectorAll('section'), ({ id }: { id: string }) => id)
    return { headings, items: Array.from(document.querySelectorAll('#warnings li'), ({ textContent }) => textContent) }
  }

  test('stand behind the verdict, before all else', async () => {
    const table: Table = { rowCount: 3, columns: [{ name: 'x', kind: 'number', values: Float64Array.of(1, 2, 3) }] }
    const sides = { real: table, synthetic: table }
    const evaluation = await evaluateTables({ ...sides, engine, key: keyFromSeed(1) })
    const { headings, items } = listed(renderReport({ title: 'tiny', evaluation, ...sides, telling }))
    expect(headings.slice(0, 2)).toEqual(['summary', 'warnings'])
    expect(items).toEqual([`few: ${few.message}`])
  })

  test('stand first on a page of a telling; of many the first fifty, with how many more there are', () => {
    const pageOf = (warnings: Telling['warnings']) =>
      tellingPage({
        title: 'a series',
        kicker: 'Forecast',
        telling: { ...telling, warnings },
        entries: [],
        made: 'rows were drawn',
        provenance: {}
      })
    expect(listed(pageOf([few]))).toMatchObject({ headings: ['warnings', 'methods'], items: [`few: ${few.message}`] })
    const many = Array.from({ length: 53 }, (_, k) => ({ name: 'few', message: `condition ${k}` }))
    const page = pageOf(many)
    expect(listed(page).items).toEqual(many.slice(0, 50).map(({ message }) => `few: ${message}`))
    expect(page).toContain('And 3 more; --json names them all.')
    expect(pageOf([])).not.toContain('id="warnings"')
  })
})

test('of many columns the 30 with the largest distance are drawn, and the page stays small', { tags: ['slow'] }, async () => {
  const wide = (seed: number): Table => ({
    rowCount: 60,
    columns: Array.from({ length: 34 }, (_, c) => ({
      name: `c${c}`,
      kind: 'number' as const,
      values: normals(keyFor(keyFromSeed(seed), c), 60).map((x) => x + (seed === 2 && c === 33 ? 9 : 0))
    }))
  })
  const [real, synthetic] = [wide(1), wide(2)]
  const page = renderReport({
    title: 'wide',
    evaluation: await evaluateTables({ real, synthetic, engine, key: keyFromSeed(1) }),
    real,
    synthetic
  })
  const { document } = parseHTML(page) as unknown as {
    document: { querySelectorAll(selector: string): ArrayLike<{ textContent: string }> }
  }
  const heads = Array.from(document.querySelectorAll('#marginals .panel strong'), (node) => node.textContent)
  expect(heads).toHaveLength(30)
  expect(heads[0]).toBe('c33')
  expect(Array.from(document.querySelectorAll('#columns tbody tr'))).toHaveLength(34)
  expect(page.includes('Of 34 columns, the 30')).toBe(true)
  expect(page.length).toBeLessThan(1.5e6)
})

describe('blocks', () => {
  test('templates escape text, keep markup and join lists', () => {
    expect(html`<p title="${'"'}">${['<', html`<b>${'&'}</b>`, 3, null, false]}</p>`.text).toBe('<p title="&quot;">&lt;<b>&amp;</b>3</p>')
    expect(escapeHtml(`<a href='x'>`)).toBe('&lt;a href=&#39;x&#39;&gt;')
    expect(table({ caption: '<', head: ['a', 'b#'], rows: [['<x>', 1]] }).text).toContain(
      '<th scope="row">&lt;x&gt;</th><td class="number">1</td>'
    )
  })

  test('a line of a measure table shows value, floor, range and reading', () => {
    const text = measureTable('Own.', [
      { name: 'm', value: 0.5, floor: 0.25, floorRange: [0.1, 0.4], reading: '2 × the floor', grade: 'fair', known: true, meaning: 'why' }
    ]).text
    for (const part of ['0.500', '0.250', '0.100 to 0.400', '2 × the floor', 'why']) expect(text).toContain(part)
  })

  test('numbers are written for reading', () => {
    expect([0, 0.5, -0.01234, 12.345, 1234.5, 3, 2.5e8, 1e-9, null].map(numberText)).toEqual([
      '0',
      '0.500',
      '−0.0123',
      '12.3',
      '1,235',
      '3',
      '2.5 × 10⁸',
      '1.0 × 10⁻⁹',
      '–'
    ])
    expect([0.95, 0.0830001, 1e-5].map(plainText)).toEqual(['0.95', '0.083', '0.00001'])
    expect([0, 0.0004, 0.031, 0.5].map(shareText)).toEqual(['0 %', '< 0.1 %', '3.1 %', '50 %'])
    expect(timeText(Date.UTC(2020, 1, 3))).toBe('2020-02-03')
    expect(timeText(Date.UTC(2020, 1, 3, 4, 5))).toBe('2020-02-03 04:05')
    expect(countText(1234567)).toBe('1,234,567')
    expect(shorten('abcdef', 4)).toBe('abc…')
  })

  test('the most related pairs come first, and no column takes more than three', () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const strengths = names.map((_, i) => names.map((_, j) => (i === j ? 1 : i === 0 || j === 0 ? -0.9 + 0.01 * (i + j) : 0.1)))
    const pairs = mostRelatedPairs(names, strengths, 6)
    expect(pairs.slice(0, 3)).toEqual([
      ['a', 'b'],
      ['a', 'c'],
      ['a', 'd']
    ])
    expect(pairs).not.toContainEqual(['a', 'e'])
  })
})

describe('readings', () => {
  test('what chance allows is good, and its size grades what lies outside, on both sides', () => {
    const floorRange = [0.46, 0.54] as const
    const auc = [0.1, 0.4, 0.5, 0.54, 0.55, 0.9].map((value) => aucReading({ value, floor: 0.5, floorRange }).grade)
    expect(auc).toEqual(['poor', 'fair', 'good', 'good', 'fair', 'poor'])
    expect(aucReading({ value: 0.1, floor: 0.5, floorRange }).reading).toContain('copies')
    const ratio = [0.1, 0.7, 0.95, 1.3, 2].map((value) => ratioReading({ value, floor: 1, floorRange: [0.9, 1.1] }).grade)
    expect(ratio).toEqual(['poor', 'fair', 'good', 'fair', 'poor'])
    // A wide floor, as of a table of many equal rows, makes nothing of a ratio of zero.
    expect(ratioReading({ value: 0, floor: 0.3, floorRange: [0, 2] }).grade).toBe('good')
    expect(aucReading({ value: 0.5, floor: null }).grade).toBe('plain')
    // Chance alone reaches what would be a visible difference.
    expect(aucReading({ value: 0.59, floor: 0.42, floorRange: [0.28, 0.73] }).grade).toBe('plain')
    expect([8, 10, 11].map((value) => copiesReading({ value, most: 8 }).grade)).toEqual(['good', 'fair', 'poor'])
  })

  describe('of tables', () => {
    const real = drawNumbers('real', 160)
    const fresh = drawNumbers('fresh', 160)
    const verdictOn = async (synthetic: Table, train?: Table) =>
      verdict(await evaluateTables({ real, synthetic, train, engine, key: keyFromSeed(1) }))

    test('copies: nearness leads, nothing praises', async () => {
      // Numbers of sixteen digits do not coincide by chance.
      const evaluation = await evaluateTables({ real, synthetic: real, engine, key: keyFromSeed(1) })
      const { grade, sentence } = verdict(evaluation)
      expect(grade).toBe('poor')
      expect(sentence).toMatch(
        /^Its rows stand much nearer to real rows .*160 copies of real rows, chance allows 0\); do not treat them as anonymous: two-sample AUC 0(\.0\d*)? in-sample only/
      )
      // Where trial fits have kept rows back, these judge likeness.
      expect(verdict(evaluation, 0.573).sentence).toContain('two-sample AUC 0.573 on rows kept back from trial fits')
      const lines = measureLines(evaluation)
      expect(lines.filter(({ grade }) => grade === 'good')).toEqual([])
      expect(lines.map(({ meaning }) => meaning).join()).not.toContain('with a differs')
    })

    test('rows that lean on those of the fit are praised by no number of theirs, and judged by rows kept back', async () => {
      const evaluation = await evaluateTables({ real, synthetic: fresh, engine, key: keyFromSeed(1) })
      const auc = (value: number) => ({ ...evaluation, classifierAuc: { ...evaluation.classifierAuc, value } })
      expect(verdict(auc(0.37))).toMatchObject({
        grade: 'plain',
        sentence: expect.stringMatching(/^How similar the tables are cannot be judged/)
      })
      expect(verdict(auc(0.37), 0.5).grade).toBe('good')
      expect(verdict(auc(0.47), 0.66).grade).toBe('fair')
      expect(verdict(auc(0.47), 0.76).grade).toBe('poor')
      expect(verdict(auc(0.78), 0.5).grade).toBe('poor')
      // What a verdict rests on, and what may mend it: rows that are told apart, and those that lean on single rows, differ.
      expect(verdict(auc(0.78)).points[0]).toMatchObject({ grade: 'poor', remedy: expect.stringContaining('--refine') })
      // What is advised is what the table can have: --privacy takes 200 rows, and only categories have rare levels.
      expect(verdict(auc(0.37)).points[0]).toMatchObject({ grade: 'fair', remedy: expect.stringMatching(/^--bandwidth .* blurs$/) })
      const [first] = Object.values(evaluation.columns)
      const large = {
        ...auc(0.37),
        rows: { ...evaluation.rows, real: 200 },
        columns: { ...evaluation.columns, sort: { ...first!, kind: 'category' as const } }
      }
      expect(verdict(large).points[0]).toMatchObject({ remedy: expect.stringMatching(/^--privacy .*, or --min-cell/) })
      expect(verdict(auc(0.5)).points[0]).not.toHaveProperty('remedy')
      for (const value of [0.144, 0.37, 0.5, 0.66, 0.78]) {
        const { sentence, headline, points } = verdict(auc(value))
        expect(sentence.startsWith(headline)).toBe(true)
        for (const { words } of points) expect(sentence).toContain(words)
      }
      expect(verdict(auc(0.144))).toMatchObject({ grade: 'poor', sentence: expect.stringMatching(/^Its rows follow single real rows/) })
    })

    test('a table that no test tells is not good where an attack tells its rows, and both fits stand in one table', async () => {
      const evaluation = await evaluateTables({ real, synthetic: fresh, engine, key: keyFromSeed(1) })
      const told = { value: 0.62, floor: 0.5, interval: [0.57, 0.67] as const, pairs: 80, closest: { rows: 9, training: 8, most: 7 } }
      const membership = { ...told } as unknown as NonNullable<typeof evaluation.membership>
      expect(verdict(evaluation, { ...evaluation, classifierAuc: { ...evaluation.classifierAuc, value: 0.5 } }).grade).toBe('good')
      const kept = {
        ...evaluation,
        classifierAuc: { ...evaluation.classifierAuc, value: 0.5 },
        nearestNeighbourRatio: { ...evaluation.nearestNeighbourRatio, value: 0.93 },
        membership
      }
      expect(verdict(evaluation, kept)).toMatchObject({
        grade: 'fair',
        sentence: expect.stringMatching(
          /cannot be told .*; a distance attack picks the training row out of a pair in \d+ % of cases, where 50 % is a coin toss \(nearest-neighbour ratio of the drawn rows/
        )
      })
      // How often it is right is said once, and beside it how sure that is; what keeps rows farther is no limit that was met already.
      expect(verdict(evaluation, kept).sentence.match(/distance attack/g)).toHaveLength(1)
      expect(verdict(evaluation, kept).sentence).toContain('95 % interval of the attack on a second fit 0.570 to 0.670')
      const advice = (privacy?: number) => verdict(evaluation, kept, { privacy }).points.flatMap(({ remedy }) => remedy ?? [])
      expect(advice(0.6)).toEqual([expect.stringMatching(/^a smaller --privacy than 0\.6/)])
      expect(advice().join()).not.toContain('a smaller --privacy')
      const ratios = judgedLines(kept, evaluation).flatMap(({ name, value }) => (name.startsWith('Nearest') ? [[name, value]] : []))
      expect(ratios).toEqual([
        ['Nearest-neighbour ratio of a second fit', 0.93],
        ['Nearest-neighbour ratio of the drawn rows', evaluation.nearestNeighbourRatio.value]
      ])
    })

    test('copies against held-out rows: nearness to the training rows leads', async () => {
      const { grade, sentence } = await verdictOn(fresh, fresh)
      expect(grade).toBe('poor')
      expect(sentence).toMatch(/^Its rows stand much nearer to training rows .* on held-out rows/)
    })

    test('copies with tiny noise, all or one in ten: nearness leads', { tags: ['slow'] }, async () => {
      const noisy = (every: number) => mapNumbers(real, fresh, (x, y, i) => (i % every === 0 ? x + 1e-3 * y : y))
      expect((await verdictOn(noisy(1))).sentence).toMatch(
        /^Its rows stand much nearer to real rows .* 0 copies .*do not treat them as anonymous/
      )
      expect((await verdictOn(noisy(8))).sentence).toMatch(/^[\d.]+ % of its rows stand nearer to a real row than 95 % of fresh rows would/)
    })

    test('a wrong table differs visibly, with its worst column and pair; fresh rows cannot be told', { tags: ['slow'] }, async () => {
      const wrong = mapNumbers(fresh, fresh, (x, _, i) => x + (i % 2 === 0 ? 2 : -2))
      expect(await verdictOn(wrong)).toMatchObject({
        grade: 'poor',
        sentence: expect.stringMatching(/^The synthetic table differs visibly .*worst column [abc] \(.*worst pair [abc] with [abc] \(/)
      })
      const { grade, sentence } = await verdictOn(fresh)
      expect(grade).toBe('good')
      expect(sentence).toMatch(/cannot be told from the real one: .*; its rows come no nearer to real rows than fresh rows would/)
      expect(sentence).not.toMatch(/worst|break/)
    })

    test('tables of three rows are too small for any verdict', async () => {
      const three = (label: string) => drawNumbers(label, 3)
      const evaluation = await evaluateTables({ real: three('a'), synthetic: three('b'), engine, key: keyFromSeed(1) })
      expect(verdict(evaluation)).toMatchObject({
        grade: 'plain',
        sentence: expect.stringMatching(/^The tables are too small to say how similar .*too few rows to tell whether/)
      })
    })
  })
})

describe('cells that fewer than three rows have', () => {
  // Every third person is one of a kind; the last value of each column occurs once.
  const rows = 90
  const person = (i: number) => (i % 3 === 0 ? `person-${i}@mail.example` : 'nobody@mail.example')
  const withPeople = (label: string): Table => {
    const z = normals(keyFor(keyFromSeed(8), label), rows)
    const cells = Array.from(z, (_, i) => person(i))
    const levels = [...new Set(cells)].sort()
    return {
      rowCount: rows,
      columns: [
        { name: 'x', kind: 'number', values: z },
        { name: 'mail', kind: 'category', levels, codes: Int32Array.from(cells, (cell) => levels.indexOf(cell)) },
        { name: 'children', kind: 'integer', values: Float64Array.from(z, (_, i) => (i === 5 ? 13 : i % 3)) },
        {
          name: 'fever',
          kind: 'number',
          values: Float64Array.from(z, () => 37.125),
          missing: Uint8Array.from(z, (_, i) => (i < 2 ? 0 : 1))
        },
        { name: 'ill', kind: 'category', levels: ['flu', 'kuru'], codes: Int32Array.from(z, (_, i) => (i === 7 || i === 8 ? 1 : 0)) }
      ]
    }
  }
  let hidden: string
  let shown: string
  beforeAll(async () => {
    const [real, synthetic] = [withPeople('real'), withPeople('synthetic')]
    const evaluation = await evaluateTables({ real, synthetic, engine, key: keyFromSeed(1) })
    const page = (showValues: boolean) => renderReport({ title: 'people', evaluation, real, synthetic, showValues })
    hidden = page(false)
    shown = page(true)
  })

  test('stand nowhere in the page: no name, no address, no rare level, no single number', () => {
    expect(hidden.match(/person-\d|kuru|37\.1/g)).toBeNull()
    const words = parseHTML(hidden).document.querySelector('#marginals')!.textContent
    expect(words).toContain('rarer values, not drawn: 1.1 % real')
    expect(words).toContain('fewer than three real values: not drawn')
    expect(words).not.toMatch(/\b13\b/)
    expect(hidden).toContain('nobody@mail')
    expect(hidden).toContain('Levels of fewer than three real rows: 30 of mail and 1 of ill.')
  })

  test('stand there where values may be shown', () => {
    for (const text of ['person-0@mail', 'kuru', 'fever']) expect(shown).toContain(text)
    expect(parseHTML(shown).document.querySelector('#marginals')!.textContent).toMatch(/13/)
  })
})

describe('the foot of a report', () => {
  test('says version, day, command and fingerprints, a paragraph on methods, and a citation as CITATION.cff has it', async () => {
    const [real, synthetic] = [drawNumbers('real', 40), drawNumbers('fresh', 40)]
    const evaluation = await evaluateTables({ real, synthetic, engine, key: keyFromSeed(1) })
    const provenance = { date: '2026-03-04', files: [{ name: 'data.csv', sha256: 'ab12' }] }
    const of = (parts: object) => {
      const { document } = parseHTML(renderReport({ title: 'foot', evaluation, real, synthetic, command: 'sbridge evaluate', ...parts }))
      return document.querySelector('#methods')!.textContent!
    }
    const foot = of({ provenance })
    for (const words of [
      'Date: 2026-03-04',
      'SHA-256 of data.csv: ab12',
      'Command and options: sbridge evaluate',
      '40 synthetic rows were compared with 40 real rows of 3 columns'
    ])
      expect(foot).toContain(words)
    const cited = readFileSync(new URL('../../../../CITATION.cff', import.meta.url), 'utf8')
    expect(cited).toContain(`version: ${VERSION}`)
    for (const pattern of [/ {2}- name: (the sbridge authors)/, /title: (Stable generative .*)/, /value: (arXiv:.*)/])
      expect(foot).toContain(pattern.exec(cited)![1])
    for (const name of cited.match(/family-names: (.*)/g)!) expect(foot).toContain(name.slice('family-names: '.length))
    // In a browser there is no file, and nothing is made up.
    expect(of({})).not.toMatch(/SHA-256|Date/)
  })

  test('held-out rows judge where there are some, and what was not held out is folded; else the page says why', async () => {
    const [real, synthetic] = [drawNumbers('real', 60), drawNumbers('fresh', 60)]
    const evaluation = await evaluateTables({ real, synthetic, engine, key: keyFromSeed(1) })
    const keptBack = await evaluateTables({
      real,
      synthetic: drawNumbers('new', 60),
      train: drawNumbers('train', 60),
      engine,
      key: keyFromSeed(1)
    })
    const of = (parts: object) =>
      parseHTML(renderReport({ title: 'kept', evaluation, real, synthetic, ...parts })).document.querySelector('#summary')!
    const judged = of({ keptBack })
    expect(judged.querySelector('.verdict')!.textContent).toMatch(
      /on held-out rows.*; membership AUC of the distance attack on a second fit [.\d]+, [.\d]+ to [.\d]+\)/
    )
    expect(judged.querySelector('details summary')!.textContent).toContain('against the rows of the fit')
    expect(judged.querySelector('table')!.textContent).toContain('Membership (distance attack)')
    expect(of({ keptBack: 'halves are too small' }).textContent).toContain('Measured in-sample only: halves are too small.')
  })
})

test('missing cells are drawn beside many levels, not among the others', () => {
  const codes = Int32Array.from({ length: 200 }, (_, i) => (i % 2 ? -1 : Math.floor(i / 2) % 20))
  const column: CategoricalColumn = { name: 'who', kind: 'category', levels: Array.from({ length: 20 }, (_, k) => `level ${k}`), codes }
  const side = { columns: [column], rowCount: 200 }
  const share = { value: 0, floor: 0, floorRange: null }
  const found = { kind: 'category', totalVariation: share, missingShare: { real: 0.5, synthetic: 0.5 } }
  const panel = marginalPanel({ real: side, synthetic: side, name: 'who', evaluation: found as never, showValues: true })
  const text = html`${panel.drawings}`.text
  expect(text).toContain('(missing)')
  // Nine levels of ten bars less missing cells and the rest.
  expect(text).toContain('12 others')
})

test('limits of measurement are drawn and said as cells show them, not as the numbers that stand for them', {
  tags: ['slow']
}, async () => {
  const limits = [{ at: 0.45, text: '<0,5' }]
  const column = (seed: number, most: number): NumericColumn => ({
    name: 'crp',
    kind: 'number',
    values: uniforms(keyFromSeed(seed), 90).map((u) => (u < 0.3 ? 0.45 : Number((most * u).toFixed(1)))),
    limits
  })
  const tables = (most: number) => [1, 2].map((seed): Table => ({ columns: [column(seed, most)], rowCount: 90 }))
  const pageOf = async (most: number) => {
    const [real, synthetic] = tables(most) as [Table, Table]
    const evaluation = await evaluateTables({ real, synthetic, engine, key: keyFromSeed(1) })
    return parseHTML(renderReport({ title: 'laboratory', evaluation, real, synthetic })).document.querySelector('#marginals')!.textContent!
  }
  // Many values: the limit is a spike beside the histogram. Some: one of many bars. Few: a bar with its name below.
  expect(await pageOf(90)).toMatch(/<0,5: \d\d % real/)
  expect(await pageOf(3)).toMatch(/<0,5: \d\d % real/)
  expect(await pageOf(1)).toContain('<0,5')
  for (const most of [90, 3, 1]) expect(await pageOf(most)).not.toContain('0.45')
})
