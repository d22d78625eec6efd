import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sbridge as command } from './command.js'
import { withHeader } from './model-mutants.js'

const bin = fileURLToPath(new URL('../bin/sbridge.js', import.meta.url))
const penguins = fileURLToPath(new URL('../../../examples/data/penguins.csv', import.meta.url))

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sbridge-cli-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sbridge = (words: readonly string[]) => command(folder, ...words)

/** A quick fit: no search. */
const QUICK = ['--bandwidth', '0.5', '--scaling', 'standard', '--seed', '1']
const file = (name: string, content?: string | Uint8Array): string => {
  const path = join(folder, name)
  if (content !== undefined) writeFileSync(path, content)
  return path
}

describe('sample', () => {
  it('writes penguins with the same columns and kinds, and a report', { tags: ['slow'] }, async () => {
    const words = ['-n', '1000', '--scaling', 'standard', '--seed', '1', '-o', 'synthetic.csv', '--report', 'report.html', '--json']
    const run = await sbridge(['sample', penguins, ...words])
    expect(run.stderr).toBe('')
    expect(run.status).toBe(0)
    const summary = JSON.parse(run.stdout) as { rows: number; seed: number; epsilon: number; ratio: number }
    expect(summary).toMatchObject({ rows: 1000, seed: 1 })
    expect(summary.ratio).toBeGreaterThan(0.8)
    const lines = readFileSync(join(folder, 'synthetic.csv'), 'utf8').trim().split('\n')
    expect(lines[0]).toBe(readFileSync(penguins, 'utf8').split('\n')[0])
    expect(lines.length).toBe(1001)
    const islands = new Set(
      readFileSync(penguins, 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',').slice(0, 2).join())
    )
    for (const line of lines.slice(1)) {
      expect(line).toMatch(
        /^(Adelie|Chinstrap|Gentoo),(Biscoe|Dream|Torgersen),(\d\d(\.\d)?)?,(\d\d(\.\d)?)?,(\d{3})?,(\d{4})?,(male|female)?$/
      )
      expect(islands.has(line.split(',').slice(0, 2).join())).toBe(true)
    }
    const report = readFileSync(join(folder, 'report.html'), 'utf8')
    for (const said of ['bill_length_mm', 'Energy distance', 'sbridge sample']) expect(report).toContain(said)
  })

  it('gives the same bytes for 1, 2 and 4 threads, and other bytes for another seed', { tags: ['slow'] }, async () => {
    const rows = async (...more: string[]) => {
      const run = await sbridge(['sample', penguins, '-n', '60', '-o', '-', '--bandwidth', '0.5', '--scaling', 'quantile', ...more])
      expect(run.status).toBe(0)
      return run.stdout
    }
    const one = await rows('--seed', '5', '--threads', '1')
    expect(await rows('--seed', '5', '--threads', '2')).toBe(one)
    expect(await rows('--seed', '5', '--threads', '4')).toBe(one)
    expect(await rows('--seed', '6', '--threads', '2')).not.toBe(one)
  })

  it('says the seed it drew, with which the run can be repeated', async () => {
    const first = await sbridge(['sample', penguins, '-n', '5', '-o', '-', '--bandwidth', '0.5', '--scaling', 'standard'])
    const seed = /seed: (\d+)/.exec(first.stderr)![1]!
    expect(
      (await sbridge(['sample', penguins, '-n', '5', '-o', '-', '--bandwidth', '0.5', '--scaling', 'standard', '--seed', seed])).stdout
    ).toBe(first.stdout)
  })

  it('reads and writes every format', { tags: ['slow'] }, async () => {
    let from = penguins
    for (const extension of ['tsv', 'json', 'jsonl', 'parquet', 'arrow', 'feather', 'npz', 'csv']) {
      const run = await sbridge(['sample', from, '-n', '30', '-o', `rows.${extension}`, ...QUICK])
      expect([extension, run.stderr, run.status]).toEqual([extension, '', 0])
      from = `rows.${extension}`
      const again = await sbridge(['info', from, '--json'])
      expect([extension, again.stderr, again.status]).toEqual([extension, '', 0])
      const facts = JSON.parse(again.stdout) as { rows: number; columns: { name: string; kind: string }[] }
      expect(facts.rows).toBe(30)
      expect(facts.columns.map((c) => c.name)).toEqual([
        'species',
        'island',
        'bill_length_mm',
        'bill_depth_mm',
        'flipper_length_mm',
        'body_mass_g',
        'sex'
      ])
    }
    const numeric = await sbridge(['sample', from, '--columns', 'bill_length_mm,bill_depth_mm', '-n', '4', '-o', 'rows.npy', ...QUICK])
    expect(numeric.status).toBe(0)
    expect(readFileSync(join(folder, 'rows.npy')).subarray(1, 6).toString()).toBe('NUMPY')
  })

  it('the report and --json say the steps that conditions took', { tags: ['slow'] }, async () => {
    for (const [more, steps] of [
      [[], 20],
      [['--condition-bandwidth', '2'], 10],
      [['--steps', '3'], 3]
    ] as const) {
      const run = await sbridge(
        [
          'sample',
          penguins,
          '-n',
          '20',
          '-o',
          'given.csv',
          '--given',
          'species=Gentoo',
          '--report',
          'given.html',
          '--json',
          ...QUICK
        ].concat(more)
      )
      expect([run.stderr, run.status]).toEqual(['', 0])
      expect((JSON.parse(run.stdout) as { steps: number }).steps).toBe(steps)
      expect(readFileSync(join(folder, 'given.html'), 'utf8')).toMatch(new RegExp(`<dt>Steps</dt><dd>${steps}</dd>`))
    }
  })

  it('writes identifiers anew with a note, and keeps kinds that are set', async () => {
    const table = file(
      'people.csv',
      `name,zip,age\n${Array.from({ length: 40 }, (_, i) => `p${i},0${1000 + (i % 4)},${20 + ((i * 7) % 30)}`).join('\n')}\n`
    )
    const run = await sbridge(['sample', table, '-n', '6', '-o', '-', ...QUICK])
    expect(run.stderr).toContain('name: every value differs')
    const lines = run.stdout.trim().split('\n')
    expect(lines[0]).toBe('name,zip,age')
    lines.slice(1).forEach((line, i) => {
      expect(line).toMatch(new RegExp(`^p${i + 40},0100[0-3],\\d+$`))
    })
    const typed = await sbridge(['info', table, '--types', 'age=category', '--json'])
    expect((JSON.parse(typed.stdout) as { columns: { kind: string }[] }).columns.map((c) => c.kind)).toEqual([
      'identifier',
      'category',
      'category'
    ])
  })
})

describe('fit, info, evaluate', () => {
  it('a model file gives the rows that the table gives', async () => {
    expect((await sbridge(['fit', penguins, '-o', 'penguins.sbridge', ...QUICK])).status).toBe(0)
    const direct = await sbridge(['sample', penguins, '-n', '20', '-o', '-', ...QUICK])
    const viaModel = await sbridge(['sample', 'penguins.sbridge', '-n', '20', '-o', '-', '--seed', '1'])
    expect(viaModel.status).toBe(0)
    expect(viaModel.stdout).toBe(direct.stdout)
    const info = await sbridge(['info', 'penguins.sbridge'])
    expect(info.stdout).toContain('model of 344 rows, 7 columns')
    expect(info.stdout).toContain('bandwidth ε: 0.5 (given)')
    expect((await sbridge(['sample', 'penguins.sbridge', '-n', '3', '-o', '-', '--bandwidth', '1'])).status).toBe(2)
  })

  it('info keeps to one line a column, whatever names and levels hold', async () => {
    const table = file('lines.csv', `"a\nb",c\n${`"x\ny\u0007",1\n${'long '.repeat(50)},2\n`.repeat(5)}`)
    const run = await sbridge(['info', table])
    expect(run.stdout.split('\n').slice(0, 3)).toEqual([
      'table of 10 rows, 2 columns',
      expect.stringMatching(/^ {2}a b {2}category {4}2 levels: “(long )+.*…, x y\uFFFD$/),
      '  c    integer     1 to 2'
    ])
  })

  it('--dry-run prints sizes and time and writes nothing', async () => {
    const run = await sbridge(['sample', penguins, '-n', '10', '-o', 'dry.csv', '--dry-run'])
    expect(run.status).toBe(0)
    expect(run.stdout).toMatch(/344 rows, \d+ coordinates, 10 rows to draw: (about \d+ s|a few seconds) and \d+ MB/)
    expect(existsSync(join(folder, 'dry.csv'))).toBe(false)
  })

  it('--dry-run of private rows says what will be done, and refuses a table of too few rows', async () => {
    const own = readFileSync(penguins, 'utf8').trim().split('\n')
    const ringed = (rows: number) =>
      own
        .slice(0, rows + 1)
        .map((line, i) => `${line},${i === 0 ? 'ring,remark' : `R-${1000 + 7 * i},${i % 40 === 0 ? `seen on ${i}` : 'none'}`}`)
    const planned = (rows: number, ...words: string[]) =>
      sbridge(['sample', file('ringed.csv', `${ringed(rows).join('\n')}\n`), '--privacy', '0.56', '--dry-run', ...words])
    const { stdout } = await planned(344)
    expect(stdout).toContain('172 rows held out from trial fits is right in at most 56 of 100 cases')
    expect(stdout).toContain('conditions that fewer than 5 rows stand behind')
    expect(stdout).toMatch(/\nring: every value differs.*written anew/)
    expect(stdout).toContain('\nremark: 8 levels of fewer than 5 rows (8 rows together) are merged into “other”\n')
    expect((await planned(344, '--min-cell', '9')).stdout).toContain(
      'remark: 8 levels of fewer than 9 rows (8 rows together) are left empty'
    )
    expect(JSON.parse((await planned(344, '--json')).stdout).notes).toEqual(stdout.trim().split('\n').slice(1))
    const few = await planned(150)
    expect(few.status).toBe(2)
    expect(few.stderr).toContain('at least 200 rows')
  })

  it('every verb that computes for long plans before: it writes nothing, needs no name for what it would write, and counts more work for more rows', async () => {
    const before = readdirSync(folder)
    const [few, many] = [penguins, file('twice.csv', readFileSync(penguins, 'utf8') + readFileSync(penguins, 'utf8').replace(/^.*\n/, ''))]
    const verbs: [string, (table: string) => string[]][] = [
      ['fit', (table) => [table]],
      ['sample', (table) => [table, '-n', '10']],
      ['impute', (table) => [table]],
      ['score', (table) => [table]],
      ['embed', (table) => [table]],
      ['forecast', (table) => [table, '--columns', 'body_mass_g,bill_length_mm', '-n', '5', '--steps', '3']],
      ['bridge', (table) => [table, penguins, '-o', 'dry.csv']],
      ['compare', (table) => [table, penguins]]
    ]
    for (const [verb, words] of verbs) {
      const planOf = async (table: string) => JSON.parse((await sbridge([verb, ...words(table), '--dry-run', '--json'])).stdout)
      const [less, more] = [await planOf(few!), await planOf(many!)]
      expect(more.pairs, verb).toBeGreaterThan(less.pairs)
      expect(less.seconds, verb).toBeGreaterThan(0)
    }
    expect(readdirSync(folder)).toEqual([...before, 'twice.csv'].sort())
  })

  it('info --options lists every option with unit, range, default and source', async () => {
    const run = await sbridge(['info', '--options'])
    for (const flag of [
      '--bandwidth',
      '--scaling',
      '--kernel',
      '--noise',
      '--steps',
      '--start',
      '--seed',
      '--engine',
      '--threads',
      '--weights',
      '--types'
    ])
      expect(run.stdout).toContain(`  ${flag}\n`)
    expect(run.stdout).toContain('default auto')
    expect(run.stdout).toContain('arXiv 2401.04372')
    expect(JSON.parse((await sbridge(['info', '--options', '--json'])).stdout)).toBeInstanceOf(Array)
  })

  it('evaluate prints the measures, as words and as JSON, and writes a report', { tags: ['slow'] }, async () => {
    await sbridge(['sample', penguins, '-n', '200', '-o', 'eval.csv', ...QUICK])
    const run = await sbridge(['evaluate', penguins, 'eval.csv', '--json', '--report', 'eval.html'])
    expect([run.stderr, run.status]).toEqual(['', 0])
    const measures = JSON.parse(run.stdout) as Record<string, { value: number; floor: number }>
    for (const name of ['energyDistance', 'slicedWasserstein', 'classifierAuc', 'nearestNeighbourRatio', 'copies', 'coverage', 'density']) {
      expect(Object.keys(measures[name]!)).toEqual(expect.arrayContaining(['value', 'floor']))
    }
    expect(Object.keys(measures.columns!)).toContain('bill_length_mm')
    expect(existsSync(join(folder, 'eval.html'))).toBe(true)
    expect((await sbridge(['evaluate', penguins, 'eval.csv'])).stdout).toContain('energyDistance')
  })

  it('evaluate asks for the rows to compare, of a model for rows drawn from it', async () => {
    expect((await sbridge(['fit', penguins, '-o', 'alone.sbridge', ...QUICK])).status).toBe(0)
    const alone = await sbridge(['evaluate', 'alone.sbridge'])
    expect(alone.stderr).toMatch(/no synthetic rows beside alone\.sbridge[\s\S]*try sbridge sample alone\.sbridge -o rows\.csv/)
    const instead = await sbridge(['evaluate', penguins, 'alone.sbridge'])
    expect(instead.stderr).toMatch(
      /the model alone\.sbridge in the place of synthetic rows[\s\S]*then sbridge evaluate .*penguins\.csv rows\.csv/
    )
    expect([alone.status, instead.status]).toEqual([2, 2])
  })

  it('evaluate takes a column that happens to be whole in one of the tables for numbers', async () => {
    const rows = (first: string) => `a,b\n${first},2\n${Array.from({ length: 30 }, (_, i) => `${i},${i + 3}`).join('\n')}\n`
    writeFileSync(join(folder, 'whole.csv'), rows('1'))
    writeFileSync(join(folder, 'halves.csv'), rows('1.5'))
    for (const pair of [
      ['whole.csv', 'halves.csv'],
      ['halves.csv', 'whole.csv']
    ])
      expect((await sbridge(['evaluate', ...pair])).status).toBe(0)
  })
})

describe('bad input: a clear error, the right exit code, no output file', () => {
  beforeAll(async () => {
    const numeric = ['--columns', 'bill_length_mm,bill_depth_mm', '-n', '20', ...QUICK]
    for (const args of [
      ['sample', penguins, '-o', 'whole.parquet', ...numeric],
      ['sample', penguins, '-o', 'whole.npy', ...numeric],
      ['fit', penguins, '-o', 'whole.sbridge', ...QUICK]
    ])
      expect(await sbridge(args)).toMatchObject({ status: 0 })
  })
  const rows = 'x,y\n1,2\n3,4\n5,6\n'
  const cases: [name: string, make: () => string[], status: number, words: RegExp][] = [
    ['an empty file', () => [file('empty.csv', '')], 2, /empty/],
    ['a header only', () => [file('header.csv', 'x,y\n')], 2, /row/],
    ['one row', () => [file('one.csv', 'x,y\n1,2\n')], 2, /1 row/],
    ['ragged rows', () => [file('ragged.csv', 'x,y\n1,2\n3\n')], 2, /line|row/],
    ['text of distinct values only', () => [file('text.csv', 'name\nann\nbob\ncid\n')], 2, /only identifiers: name/],
    ['all columns constant', () => [file('constant.csv', 'x,y\n1,2\n1,2\n1,2\n')], 2, /constant/],
    ['NaN', () => [file('nan.csv', 'x\n1\nNaN\n3\n')], 2, /NaN in the column x, row 2/],
    ['an infinity', () => [file('inf.csv', 'x\n1\ninf\n3\n')], 2, /inf in the column x/],
    ['n = 0', () => [file('ok.csv', rows), '-n', '0'], 2, /-n 0/],
    ['n negative', () => [file('ok.csv', rows), '-n', '-5'], 2, /-5/],
    ['n not a number', () => [file('ok.csv', rows), '-n', 'many'], 2, /many/],
    ['an unknown option', () => [file('ok.csv', rows), '--frobnicate', '1'], 2, /frobnicate/],
    ['an unknown column', () => [file('ok.csv', rows), '--exclude', 'zebra'], 2, /zebra/],
    ['an unknown engine', () => [file('ok.csv', rows), '--engine', 'abacus'], 2, /abacus/],
    ['a bandwidth of zero', () => [file('ok.csv', rows), '--bandwidth', '0'], 2, /bandwidth = 0/],
    ['a negative bandwidth', () => [file('ok.csv', rows), '--bandwidth=-1'], 2, /-1/],
    [
      'a bandwidth at which the kernel is diagonal',
      () => [penguins, '--scaling', 'standard', '--bandwidth', '1e-12'],
      2,
      /--bandwidth 0\.\d+ or larger/
    ],
    ['a start that is neither data nor noise', () => [file('ok.csv', rows), '--start', 'here'], 2, /start = here.*data or noise/s],
    ['noise to start from beside conditions', () => [file('ok.csv', rows), '--given', 'x=1', '--start', 'noise'], 2, /--start noise/],
    ['noise to start from beside --local', () => [file('ok.csv', rows), '--local', 'auto', '--start', 'noise'], 2, /--start noise/],
    ['an unknown extension', () => [file('table.docx', 'x'), '-n', '3'], 2, /docx/],
    ['a file that is not there', () => [join(folder, 'nowhere.csv')], 4, /nowhere\.csv/],
    ['truncated Parquet', () => [file('cut.parquet', readFileSync(file('whole.parquet')).subarray(0, 300))], 4, /cut\.parquet/],
    ['truncated NPY', () => [file('cut.npy', readFileSync(file('whole.npy')).subarray(0, 90))], 4, /cut\.npy/],
    [
      'a damaged model',
      () => [file('cut.sbridge', readFileSync(file('whole.sbridge')).subarray(0, 2000))],
      4,
      /cut\.sbridge: .*(checksum|fewer)/
    ],
    [
      'a model that is whole but says what no model can',
      () => [
        file(
          'odd.sbridge',
          withHeader(readFileSync(file('whole.sbridge')), ({ meta }) =>
            Object.assign((meta as { summary: object }).summary, { rowCount: 1e9 })
          )
        )
      ],
      4,
      /got a model with meta\.summary\.rowCount = 1000000000\n {2}expected a whole number 344/
    ],
    [
      'a model from a newer version',
      () => {
        const bytes = Buffer.from(readFileSync(file('whole.sbridge')))
        bytes[8] = 9
        return [file('newer.sbridge', bytes)]
      },
      4,
      /version 9/
    ]
  ]
  for (const [name, make, status, words] of cases) {
    it(name, async () => {
      const before = readdirSync(folder).length
      const args = make()
      const added = readdirSync(folder).length - before
      const run = await sbridge(['sample', ...args, '-o', 'refused.csv', '--seed', '1'])
      expect(run.stderr).toMatch(words)
      expect(run.status).toBe(status)
      expect(run.stderr).not.toContain('    at ')
      expect(existsSync(join(folder, 'refused.csv'))).toBe(false)
      expect(readdirSync(folder).length - before - added).toBe(0)
    })
  }

  it('duplicate rows are allowed and noted', async () => {
    const table = file('repeats.csv', `x,y\n${'1,2\n3,4\n5,7\n'.repeat(5)}`)
    const run = await sbridge(['sample', table, '-n', '3', '-o', '-', '--seed', '1'])
    expect(run.status).toBe(0)
    expect(run.stderr).toContain('12 of 15 rows repeat an earlier row')
  })

  it('an output folder that is missing, an output that is a folder, text into .npy', async () => {
    for (const output of ['no/such/folder/out.csv', '.']) {
      const run = await sbridge(['sample', penguins, '-n', '3', '-o', output, ...QUICK])
      expect([output, run.status]).toEqual([output, 2])
    }
    const run = await sbridge(['sample', penguins, '-n', '3', '-o', 'text.npy', ...QUICK])
    expect(run.status).toBe(2)
    expect(run.stderr).toContain('species')
    expect(existsSync(join(folder, 'text.npy'))).toBe(false)
  })

  describe.skipIf(!existsSync('/dev/full'))('a full disk behind standard output', () => {
    const shell = (words: string) => spawnSync('sh', ['-c', words], { cwd: folder, encoding: 'utf8' })
    const sbridgeTo = (args: readonly string[], behind: string) =>
      shell(`"${process.execPath}" "${bin}" ${args.map((word) => `'${word}'`).join(' ')} ${behind}`)
    const verbs: [name: string, args: string[]][] = [
      ['rows', ['sample', penguins, '-n', '50', '-o', '-', ...QUICK]],
      ['a summary', ['sample', penguins, '-n', '50', '-o', 'kept.csv', ...QUICK]],
      ['a plan', ['fit', penguins, '-o', 'planned.sbridge', '--dry-run']],
      ['facts', ['info', penguins]],
      ['options', ['info', '--options']],
      ['measures', ['evaluate', penguins, penguins, '--json']],
      ['the version', ['--version']],
      ['help', ['sample', '--help']]
    ]
    it.each(verbs)('%s', { tags: ['slow'] }, (_, args) => {
      const run = sbridgeTo(args, '> /dev/full')
      expect(run.stderr).toMatch(/standard output.*no space/)
      expect(run.stderr.match(/error/g)).toHaveLength(1)
      expect(run.status).toBe(2)
    })

    it('but a reader that has seen enough ends nothing, and no error', { tags: ['slow'] }, () => {
      // More than a pipe holds, in few rows.
      const wide = file('wide.csv', `x,word\n${Array.from({ length: 40 }, (_, i) => `${i},${'ab'[i % 2]!.repeat(500)}`).join('\n')}\n`)
      const run = sbridgeTo(['sample', wide, '-n', '400', '-o', '-', '--report', 'piped.html', ...QUICK], '2> heard.txt | head -1')
      expect(run.stdout).toMatch(/^x,word/)
      expect(readFileSync(join(folder, 'heard.txt'), 'utf8')).toMatch(/^400 rows/)
      expect(existsSync(join(folder, 'piped.html'))).toBe(true)
      expect(shell(`"${process.execPath}" "${bin}" info --options 2> heard.txt | true; cat heard.txt`).stdout).toBe('')
    })

    it('and words that are lost stop nothing', { tags: ['slow'] }, () => {
      expect(sbridgeTo(['sample', penguins, '-n', '5', '-o', '-', ...QUICK], '2> /dev/full').status).toBe(0)
    })
  })

  it('an output that would replace an input or another output, and a model named like a table', async () => {
    const table = file('kept.csv', rows)
    const steps = Array.from({ length: 60 }, (_, i) => `${i},${Math.round(100 * Math.sin(i * i))}`).join('\n')
    const series = file('steps.csv', `t,y\n${steps}\n`)
    expect((await sbridge(['fit', series, '--time', 't', '-o', 'steps.sbridge', '--seed', '1'])).status).toBe(0)
    for (const [args, words] of [
      [['sample', table, '-n', '3', '-o', table], /an input of this command/],
      [['sample', table, '-n', '3', '-o', 'new.csv', '--report', 'new.csv'], /another output/],
      [['sample', table, '-n', '1', '-o', 'new.csv', '--report', 'new.html'], /at least 2 rows to compare/],
      [['sample', table, '--time', 'x', '-n', '2', '-o', 'new.csv', '--report', 'new.html'], /at least 3 rows to compare/],
      [['sample', 'steps.sbridge', '-n', '2', '-o', 'new.csv', '--report', 'new.html'], /at least 3 rows to compare/],
      [['evaluate', table, penguins, '--report', table], /an input of this command/],
      [['fit', table, '-o', table], /the name .*kept\.csv for a model.*kept\.sbridge/s],
      [['evaluate', penguins, table], /kept\.csv without the columns species/],
      [['evaluate', penguins], /no synthetic rows beside .*penguins\.csv/]
    ] as const) {
      const run = await sbridge(args)
      expect(run.stderr).toMatch(words)
      expect(run.status).toBe(2)
    }
    expect(readFileSync(table, 'utf8')).toBe(rows)
    expect(existsSync(join(folder, 'new.csv'))).toBe(false)
  })

  it('an unknown verb, and a verb without what it needs', async () => {
    expect((await sbridge(['frobnicate'])).status).toBe(2)
    expect((await sbridge(['sample', penguins])).status).toBe(2)
    expect((await sbridge(['info'])).status).toBe(2)
    expect((await sbridge(['--version'])).status).toBe(0)
    expect((await sbridge(['sample', '--help'])).stdout).toContain('--bandwidth <value>')
  })
})

describe('interruption', () => {
  it('Ctrl-C ends with 130 and leaves nothing half-written', { tags: ['slow'] }, async () => {
    const n = 12_000
    const table = file(
      'large.csv',
      `a,b,c\n${Array.from({ length: n }, (_, i) => `${(i * 7919) % 1009},${(i * 104729) % 1013},${(i * 1299709) % 997}`).join('\n')}\n`
    )
    const before = readdirSync(folder).sort()
    const child: ChildProcess = spawn(process.execPath, [bin, 'sample', table, '-o', 'interrupted.csv', '--seed', '1'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe']
    })
    // As a shell says it: on a busy machine Node may not have begun, and is ended by the signal itself.
    const ended = new Promise<number | null>((resolve) => {
      child.on('exit', (code, signal) => resolve(signal === 'SIGINT' ? 130 : code))
    })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const start = performance.now()
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(performance.now() - start).toBeLessThan(10_000)
    expect(readdirSync(folder).sort()).toEqual(before)
  })
})

describe('files that are damaged, nested or left behind', () => {
  it('a damaged file is exit code 4 within moments, and nothing is written', async () => {
    for (const name of ['bit-flipped.npz', 'min-700.parquet', 'hang-zstd.arrow']) {
      const damaged = fileURLToPath(new URL(`./fixtures/damaged/${name}`, import.meta.url))
      const run = await sbridge(['sample', damaged, '-n', '5', '-o', 'from-damaged.csv'])
      expect(run.status).toBe(4)
      expect(run.stderr).toContain(name)
      expect(existsSync(join(folder, 'from-damaged.csv'))).toBe(false)
    }
  })

  it('--exclude leaves a nested column out', async () => {
    const nested = file('nested.json', '[{"a": 1, "b": {"c": 1}}, {"a": 2, "b": [1]}, {"a": 2.5, "b": null}]')
    expect((await sbridge(['info', nested])).stderr).toContain('--exclude b')
    expect((await sbridge(['info', nested, '--exclude', 'b'])).stdout).toContain('table of 3 rows, 1 column')
  })

  it('info names what a killed run left, beside a file or in a folder', async () => {
    const left = mkdtempSync(join(folder, 'left-'))
    writeFileSync(join(left, 'a.csv'), 'x\n1.5\n2\n')
    expect((await sbridge(['info', left])).stdout).toContain('no temporary file')
    writeFileSync(join(left, '.sbridge-7-0.tmp'), '')
    for (const input of [left, join(left, 'a.csv')]) {
      expect((await sbridge(['info', input])).stdout).toContain(`1 temporary file of interrupted runs in ${left}: .sbridge-7-0.tmp; delete`)
    }
    expect(readdirSync(left)).toEqual(['.sbridge-7-0.tmp', 'a.csv'])
  })
})

describe('rows and the summary do not share standard output', { tags: ['slow'] }, () => {
  const verbs: [name: string, args: string, lines: number][] = [
    ['sample', 'sample t.csv -n 4 --bandwidth 0.5 --scaling standard', 5],
    ['sample --given', 'sample t.csv -n 4 --bandwidth 0.5 --scaling standard --given x=0', 5],
    ['sample --local', 'sample t.csv -n 4 --local window:1', 5],
    ['sample --latent', 'sample t.csv -n 4 --latent pca:1', 5],
    ['sample --latent --local', 'sample four.csv -n 4 --latent pca:2 --local window:1', 5],
    ['embed', 'embed t.csv -k 1 --model t.sbridge', 61],
    ['embed, new rows', 'embed t.sbridge t.csv', 61],
    ['lift', 'lift t.sbridge places.csv', 61],
    ['forecast', 'forecast t.csv -n 2 --steps 3', 7],
    ['trajectories', 'trajectories times.csv --time t -n 3 --reference brownian', 7]
  ]
  beforeAll(() => {
    const wave = (i: number, k: number): string => Math.sin(12.9898 * i + 78.233 * k + 1).toFixed(3)
    const rows = (count: number, cells: (i: number) => readonly string[]): string =>
      Array.from({ length: count }, (_, i) => `${cells(i).join()}\n`).join('')
    file('t.csv', `x,y\n${rows(60, (i) => [wave(i, 0), wave(i, 1)])}`)
    file('four.csv', `a,b,c,d\n${rows(40, (i) => [0, 1, 2, 3].map((k) => wave(i, k)))}`)
    file('times.csv', `t,x\n${rows(40, (i) => [String(i % 2), wave(i, 0)])}`)
  })
  it.each(verbs)('%s', async (name, args, lines) => {
    const run = await sbridge([...args.split(' '), '-o', '-', '--json'])
    expect([run.status, run.stdout.trim().split('\n').length]).toEqual([0, lines])
    expect(run.stdout).not.toContain('{')
    expect(JSON.parse(run.stderr)).toBeInstanceOf(Object)
    if (name === 'embed') file('places.csv', run.stdout)
  })
})
