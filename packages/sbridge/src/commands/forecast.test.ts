import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFromSeed, normals } from '@sbridge/core/kernels'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sbridge as command } from '../../test/command.js'

let folder: string
const at = (name: string) => join(folder, name)

const sbridge = async (...words: string[]): Promise<{ code: number; said: string }> => {
  const { status, stdout, stderr } = await command(folder, ...words)
  return { code: status, said: stdout + stderr }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sbridge-forecast-'))
  const lines = ['t,a,b,c,d']
  const state = new Float64Array(4)
  for (let n = 0; n < 150; n++) {
    const xi = normals(keyFromSeed(1), 4, n)
    state.forEach((value, k) => {
      state[k] = 0.6 * value + 0.2 * (state[(k + 3) % 4] ?? 0) + xi[k]!
    })
    lines.push([n, ...Array.from(state, (x) => x.toFixed(3))].join(','))
  }
  writeFileSync(at('series.csv'), `${lines.join('\n')}\n`)
  writeFileSync(at('edges.csv'), 'from,to\na,b\nb,c\nc,d\n')
  writeFileSync(at('wrong.csv'), 'from,to\na,nobody\n')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const rowsOf = (name: string) =>
  readFileSync(at(name), 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','))

describe('forecast', () => {
  it('writes member, step and the columns; the same bytes for any number of threads', { tags: ['slow'] }, async () => {
    const words = [
      'forecast',
      at('series.csv'),
      '-n',
      '3',
      '--steps',
      '4',
      '--time',
      't',
      '--memory',
      '2',
      '--local',
      'ring:1',
      '--seed',
      '5'
    ]
    expect((await sbridge(...words, '--threads', '1', '-o', at('one.csv'))).code).toBe(0)
    expect((await sbridge(...words, '--threads', '2', '-o', at('two.csv'))).code).toBe(0)
    const rows = rowsOf('one.csv')
    expect(rows[0]).toEqual(['member', 'step', 't', 'a', 'b', 'c', 'd'])
    expect(rows.length).toBe(13)
    expect(rows.slice(1, 6).map((row) => row.slice(0, 3))).toEqual([
      ['1', '1', '150'],
      ['1', '2', '151'],
      ['1', '3', '152'],
      ['1', '4', '153'],
      ['2', '1', '150']
    ])
    expect(readFileSync(at('two.csv'), 'utf8')).toBe(readFileSync(at('one.csv'), 'utf8'))
  })

  it('refuses with exit code 2 and says what to try', async () => {
    const ask = (...words: string[]) => sbridge('forecast', at('series.csv'), '-n', '2', '--steps', '2', '-o', at('no.csv'), ...words)
    for (const words of [
      ['--time', 'nope'],
      ['--memory', '0'],
      ['--memory', '99', '--columns', 'a,nope'],
      ['--local', 'ring:9'],
      ['--local', 'round']
    ]) {
      const { code, said } = await ask(...words)
      expect(code, words.join(' ')).toBe(2)
      expect(said).toContain('try')
    }
  })

  it('speaks of dates as the series spells them', async () => {
    const write = (name: string, day: (i: number) => string) =>
      writeFileSync(at(name), `day,x\n${Array.from({ length: 40 }, (_, i) => `${day(i)},${(i * 7) % 11}`).join('\n')}\n`)
    const ask = (name: string, steps: string) =>
      sbridge('forecast', at(name), '--time', 'day', '-n', '1', '--steps', steps, '--seed', '1', '-o', at('no.csv'))
    const day = (i: number) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10)
    const german = (i: number) => day(i).split('-').reverse().join('.')
    write('back.csv', (i) => day(i === 20 ? 3 : i))
    write('german.csv', (i) => german(i === 20 ? 19 : i))
    write('minutes.csv', (i) => `${day(0)} 12:${String(i === 5 ? 1 : i).padStart(2, '0')}`)
    write('years.csv', (i) => `${9900 + i}-01-01`)
    expect((await ask('back.csv', '2')).said).toContain('got day = 2024-01-04 in row 21 after 2024-01-20\n')
    expect((await ask('german.csv', '2')).said).toContain('got day = 20.01.2024 in row 21 after 20.01.2024\n')
    expect((await ask('minutes.csv', '2')).said).toContain('got day = 2024-01-01 12:01 in row 6 after 2024-01-01 12:04\n')
    const { code, said } = await ask('years.csv', '1000')
    expect(said).toContain('got 1000 steps of day from 9939-01-01 on\n  expected dates up to 9999-12-31\n  try --steps 60\n')
    expect(code).toBe(2)
    expect((await ask('years.csv', '60')).code).toBe(0)
  })
})

describe('rules of a series', () => {
  const draw = ['-n', '20', '--steps', '8', '--seed', '4']
  const ask = (input: string, output: string, ...words: string[]) => sbridge('forecast', at(input), ...draw, '-o', at(output), ...words)
  /** Rows whose high is below their low. */
  const broken = (name: string) => rowsOf(name).filter(([, , low, high]) => Number(high) < Number(low)).length

  beforeAll(() => {
    const noise = normals(keyFromSeed(6), 400)
    let low = 0
    const lines = Array.from({ length: 200 }, (_, i) => {
      low = 0.7 * low + noise[2 * i]!
      return `${low.toFixed(1)},${(Number(low.toFixed(1)) + Number((noise[2 * i + 1]! ** 2).toFixed(1))).toFixed(1)}`
    })
    writeFileSync(at('ranges.csv'), `low,high\n${lines.join('\n')}\n`)
  })

  it('are kept in every row, from the series and from a model file to the same bytes; --rules off keeps none', async () => {
    const first = await ask('ranges.csv', 'kept.csv', '--model', at('ranges.sbridge'), '--json')
    expect(first.code, first.said).toBe(0)
    expect(JSON.parse(first.said)).toMatchObject({ rules: ['high >= low'] })
    expect(rowsOf('kept.csv')[0]).toEqual(['member', 'step', 'low', 'high'])
    expect(broken('kept.csv')).toBe(0)
    expect((await ask('ranges.sbridge', 'again.csv')).code).toBe(0)
    expect(readFileSync(at('again.csv'), 'utf8')).toBe(readFileSync(at('kept.csv'), 'utf8'))
    expect((await sbridge('info', at('ranges.sbridge'))).said).toContain('rule: high >= low')
    const off = await ask('ranges.csv', 'off.csv', '--rules', 'off')
    expect(off.said).toContain(`warning rules-broken: ${broken('off.csv')} of 160 rows break high >= low`)
  })

  it('give way to what is known of their column, and are refused where they cannot be kept', async () => {
    const known = await ask('ranges.csv', 'known-high.csv', '--given', 'high@2=3')
    expect(known.code, known.said).toBe(0)
    expect(new Set(rowsOf('known-high.csv').flatMap(([, step, , high]) => (step === '2' ? [high] : [])))).toEqual(new Set(['3.0']))
    expect(known.said).toContain('warning rules-broken')
    for (const [input, ...words] of [
      ['ranges.sbridge', '--given', 'high@2=3'],
      ['ranges.sbridge', '--rules', 'off'],
      ['ranges.csv', '--rule', 'high >= low', '--given', 'high@2=3'],
      ['ranges.csv', '--rule', 'low >= high'],
      ['ranges.csv', '--rule', 'high >='],
      ['ranges.csv', '--rule', 'high >= nope'],
      ['ranges.csv', '--rule', 'high >= low', '--rules', 'off'],
      ['ranges.csv', '--rules', 'some']
    ] as const) {
      const { code, said } = await ask(input, 'refused.csv', ...words)
      expect(code, words.join(' ')).toBe(2)
      expect(said).toMatch(/got .*\n {2}expected .*\n {2}try /)
      expect(existsSync(at('refused.csv'))).toBe(false)
    }
  })
})

describe('--local', () => {
  it.each(['window:1', 'auto', `graph:EDGES`])('samples with %s, and writes a report', { tags: ['slow'] }, async (local) => {
    const file = local.replace('EDGES', at('edges.csv'))
    const words = [
      'sample',
      at('series.csv'),
      '--exclude',
      't',
      '--local',
      file,
      '-n',
      '20',
      '--seed',
      '1',
      '-o',
      at('rows.csv'),
      '--report',
      at('r.html')
    ]
    const { code, said } = await sbridge(...words)
    expect(code, said).toBe(0)
    expect(rowsOf('rows.csv')[0]).toEqual(['a', 'b', 'c', 'd'])
    expect(readFileSync(at('r.html'), 'utf8')).toContain('Neighbourhoods')
  })

  it('samples from a localised model file as from the table', async () => {
    const model = ['--exclude', 't', '--local', 'window:1', '--seed', '2']
    expect((await sbridge('fit', at('series.csv'), ...model, '-o', at('m.sbridge'))).code).toBe(0)
    expect((await sbridge('sample', at('m.sbridge'), '--seed', '2', '-n', '10', '-o', at('a.csv'))).code).toBe(0)
    expect((await sbridge('sample', at('series.csv'), ...model, '-n', '10', '-o', at('b.csv'))).code).toBe(0)
    expect(readFileSync(at('a.csv'), 'utf8')).toBe(readFileSync(at('b.csv'), 'utf8'))
  })

  it('refuses wrong names, windows, grids and combinations', async () => {
    const ask = (...words: string[]) => sbridge('sample', at('series.csv'), '--exclude', 't', '-o', at('no.csv'), ...words)
    for (const words of [
      ['--local', `graph:${at('wrong.csv')}`],
      ['--local', 'window:4'],
      ['--local', 'grid:3x3:1'],
      ['--local', 'window:1', '--kernel', 'variable'],
      ['--sweep', 'ordered']
    ]) {
      const { code, said } = await ask(...words)
      expect(code, words.join(' ')).toBe(2)
      expect(said).toContain('try')
    }
  })
})

describe('conditions with --local', () => {
  const local = ['--exclude', 't', '--local', 'window:1', '--seed', '1']
  const ask = (...words: string[]) => sbridge('sample', at('series.csv'), ...local, '-o', at('known.csv'), ...words)

  it('given columns, intervals and observations, with a report and warnings', { tags: ['slow'] }, async () => {
    const words = ['-n', '30', '--given', 'a=1.25', '--given', 'd=0..2', '--observe', 'b + c = 0.5 ± 0.2', '--report', at('known.html')]
    const { code, said } = await ask(...words)
    expect(code, said).toBe(0)
    const rows = rowsOf('known.csv')
    expect(rows.length).toBe(31)
    for (const [a, , , d] of rows.slice(1)) {
      expect(a).toBe('1.250')
      expect(Number(d)).toBeGreaterThanOrEqual(0)
      expect(Number(d)).toBeLessThanOrEqual(2)
    }
    const report = readFileSync(at('known.html'), 'utf8')
    for (const words of ['What was known', 'b + c = 0.5 ± 0.2', 'a=1.25, d=0..2']) expect(report).toContain(words)
    expect((await ask('-n', '5', '--given', 'a=30')).said).toContain('warning condition-outside-data')
  })

  it('one condition a row of a file, in its order, from a model file too; a likelihood', { tags: ['slow'] }, async () => {
    writeFileSync(at('conditions.csv'), 'a,c\n1.5,\n,-1.25\n')
    expect((await sbridge('fit', at('series.csv'), ...local, '-o', at('known.sbridge'))).code).toBe(0)
    const draw = ['-n', '4', '--given-file', at('conditions.csv'), '--seed', '1', '-o', at('known.csv'), '--json']
    const { code, said } = await sbridge('sample', at('known.sbridge'), ...draw)
    expect(code, said).toBe(0)
    const rows = rowsOf('known.csv').slice(1)
    expect(rows.map(([a, , c]) => [a, c])).toEqual([
      ...Array.from({ length: 4 }, (_, i) => ['1.500', rows[i]![2]]),
      ...Array.from({ length: 4 }, (_, i) => [rows[4 + i]![0], '-1.250'])
    ])
    const summary = JSON.parse(said) as { posterior: { conditions: { condition: string; effectiveRows: number }[] } }
    expect(summary.posterior.conditions.map(({ condition }) => condition)).toEqual(['a=1.5', 'c=-1.25'])
    writeFileSync(at('l.mjs'), 'export const logLikelihood = ({ b }) => -((b - 1) ** 2)')
    expect((await ask('-n', '5', '--likelihood', at('l.mjs'))).code).toBe(0)
  })

  it('refuses unknown columns, empty intervals, schemes of other models and malformed observations', async () => {
    for (const words of [
      ['--given', 'nope=1'],
      ['--given', 'a=2..1'],
      ['--given', 'a=tall'],
      ['--observe', 'a = 1 ± 0'],
      ['--observe', 'a = 1 ± -1'],
      ['--observe', 'a + = 1 ± 1'],
      ['--observe', 'nope = 1 ± 1'],
      ['--given', 'a=1', '--given', 'a=2'],
      ['--given', 'a=1', '--conditioning', 'clamp'],
      ['--given', 'a=1', '--ridge', '0.1'],
      ['--given', 'a=1', '--condition-bandwidth', '0.1']
    ]) {
      rmSync(at('known.csv'), { force: true })
      const { code, said } = await ask('-n', '3', ...words)
      expect(code, words.join(' ')).toBe(2)
      expect(said).toContain('try')
      expect(existsSync(at('known.csv'))).toBe(false)
    }
  })
})

describe('several series of one table', () => {
  const draw = ['--time', 't', '-n', '3', '--steps', '2', '--memory', '1', '--seed', '2']
  const ask = (output: string, ...words: string[]) => sbridge('forecast', at('devices.csv'), ...draw, '-o', at(output), ...words)

  beforeAll(() => {
    const rows = rowsOf('series.csv').slice(1, 41)
    const lines = rows.flatMap(([t, a, b]) => [`${t},d1,${a}`, `${t},d2,${b}`])
    writeFileSync(at('devices.csv'), `t,device,x\n${lines.join('\n')}\n`)
    writeFileSync(at('d1.csv'), `t,x\n${rows.map(([t, a]) => `${t},${a}`).join('\n')}\n`)
    writeFileSync(at('plans.csv'), 'device,x@2\nd2,0.5\nd2,-0.5\n')
  })

  it('--group: each as by itself, the same for any number of threads and from a model; info and the report name them', async () => {
    const first = await ask('devices-drawn.csv', '--group', 'device', '--model', at('d.sbridge'), '--report', at('d.html'))
    expect(first.code, first.said).toBe(0)
    expect(first.said).toContain('3 trajectories of 2 steps of each of 2 series in')
    const rows = rowsOf('devices-drawn.csv')
    expect(rows[0]).toEqual(['device', 'member', 'step', 't', 'x'])
    expect(rows.slice(1).map(([device]) => device)).toEqual(['d1', 'd1', 'd1', 'd1', 'd1', 'd1', 'd2', 'd2', 'd2', 'd2', 'd2', 'd2'])
    expect((await sbridge('forecast', at('d1.csv'), ...draw, '-o', at('d1-drawn.csv'))).code).toBe(0)
    expect(rows.slice(1, 7).map((row) => row.slice(1))).toEqual(rowsOf('d1-drawn.csv').slice(1))
    expect((await ask('devices-two.csv', '--group', 'device', '--threads', '2')).code).toBe(0)
    expect(rowsOf('devices-two.csv')).toEqual(rows)
    const again = await sbridge('forecast', at('d.sbridge'), '-n', '3', '--steps', '2', '--seed', '2', '-o', at('again.csv'))
    expect(again.code, again.said).toBe(0)
    expect(rowsOf('again.csv')).toEqual(rows)
    expect((await sbridge('info', at('d.sbridge'))).said).toContain('device d2: transitions 39, memory 1 row')
    expect(readFileSync(at('d.html'), 'utf8')).toContain('device d2. The end of the series')
  })

  it('--given-file names the series that a plan is of', async () => {
    const { code, said } = await ask('planned.csv', '--group', 'device', '--given-file', at('plans.csv'))
    expect(code, said).toBe(0)
    const at2 = (name: string) =>
      rowsOf('planned.csv').flatMap(([device, , step, , x]) => (device === name && step === '2' ? [Number(x)] : []))
    expect(at2('d2')).toEqual([0.5, 0.5, 0.5, -0.5, -0.5, -0.5])
    expect(at2('d1').length).toBe(3)
    const other = await ask('no.csv', '--group', 'device', '--given', 'device=d3,x@2=1')
    expect([other.code, other.said.includes('got something known of device d3')]).toEqual([2, true])
  })

  it('without --group says that there is one', async () => {
    const { code, said } = await ask('no.csv')
    expect(code).toBe(2)
    expect(said).toContain('try one row for each time: --group COLUMN for several series')
  })
})

describe('models of a forecast', () => {
  const draw = ['-n', '20', '--steps', '12', '--seed', '3']

  it('are saved, continue the series as before, and a report shows the ensemble', async () => {
    const files = ['--model', at('f.sbridge'), '--report', at('forecast.html')]
    const first = await sbridge('forecast', at('series.csv'), ...draw, '--time', 't', '--memory', '1', ...files, '-o', at('first.csv'))
    expect(first.code, first.said).toBe(0)
    const again = await sbridge('forecast', at('f.sbridge'), ...draw, '-o', at('again.csv'))
    expect(again.code, again.said).toBe(0)
    expect(readFileSync(at('again.csv'), 'utf8')).toBe(readFileSync(at('first.csv'), 'utf8'))
    const report = readFileSync(at('forecast.html'), 'utf8')
    for (const words of ['The series and its continuations', 'Does it behave like the series?', '20 members, 12 steps', '<svg'])
      expect(report).toContain(words)
    for (const words of [
      'Methods and citation',
      'An ensemble of 20 continuations of 12 steps was drawn',
      'SHA-256 of series.csv',
      'To cite:'
    ])
      expect(report).toContain(words)
  })

  it('continue the series under each condition of a file, as under that condition alone', { tags: ['slow'] }, async () => {
    writeFileSync(at('plans.csv'), 'a@2,b@3\n1.5,\n,-0.25\n')
    const ask = (output: string, ...known: string[]) =>
      sbridge('forecast', at('f.sbridge'), '-n', '4', '--steps', '3', '--seed', '3', '-o', at(output), ...known)
    const both = await ask('plans-drawn.csv', '--given-file', at('plans.csv'), '--json', '--report', at('plans.html'))
    expect(both.code, both.said).toBe(0)
    for (const [output, given] of [
      ['plan-a.csv', 'a@2=1.5'],
      ['plan-b.csv', 'b@3=-0.25']
    ] as const)
      expect((await ask(output, '--given', given)).code).toBe(0)
    expect(rowsOf('plans-drawn.csv')).toEqual([...rowsOf('plan-a.csv'), ...rowsOf('plan-b.csv').slice(1)])
    const { posterior } = JSON.parse(both.said) as { posterior: { conditions: { condition: string }[] } }
    expect(posterior.conditions.map(({ condition }) => condition)).toEqual(['a@2=1.5', 'b@3=-0.25'])
    expect(readFileSync(at('plans.html'), 'utf8')).toContain('a@2=1.5. The end of the series')
  })

  it('take no options of learning, and only their own kind', async () => {
    for (const words of [
      ['--memory', '2'],
      ['--time', 't'],
      ['--columns', 'a'],
      ['--model', at('other.sbridge')]
    ]) {
      const { code, said } = await sbridge('forecast', at('f.sbridge'), ...draw, '-o', at('no.csv'), ...words)
      expect(code, words.join(' ')).toBe(2)
      expect(said).toContain('try')
    }
    expect((await sbridge('forecast', at('m.sbridge'), ...draw, '-o', at('no.csv'))).code).toBe(4)
    expect((await sbridge('sample', at('f.sbridge'), '-o', at('no.csv'))).code).toBe(4)
  })

  it.each([
    ['f.sbridge', 'model (forecast) of 149 rows, 4 columns', 'transitions learned from: 149'],
    ['m.sbridge', 'model (local) of 150 rows, 4 columns', 'sweep: ordered'],
    ['e.sbridge', 'model (embedding) of 150 rows, 4 columns', 'eigenvalues']
  ])('info reads %s', async (file, head, words) => {
    if (file === 'e.sbridge')
      await sbridge('embed', at('series.csv'), '--exclude', 't', '-k', '2', '--model', at(file), '-o', at('coordinates.csv'))
    const { code, said } = await sbridge('info', at(file))
    expect(code, said).toBe(0)
    expect(said).toContain(head)
    expect(said).toContain(words)
    const facts = JSON.parse((await sbridge('info', at(file), '--json')).said) as { columns: { name: string }[]; model: object }
    expect(facts.columns.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd'])
    expect(Object.keys(facts.model)).toContain('notes')
  })
})
