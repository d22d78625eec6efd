import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compare, draw, fit, loadModel, type RawTable, readTable, saveModel } from 'sbridge'
import { keyFromSeed, normals, uniforms } from 'sbridge/kernels'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sbridge } from '../../test/command.js'

const folder = mkdtempSync(join(tmpdir(), 'sbridge-bridge-'))
const at = (name: string): string => join(folder, name)
const read = (name: string): string => readFileSync(at(name), 'utf8')
const linesOf = (name: string): string[] => read(name).trimEnd().split('\n')

const meanOf = (name: string, column: string): number => {
  const [head, ...rows] = linesOf(name).map((line) => line.split(','))
  const values = rows.map((row) => Number(row[head!.indexOf(column)]))
  return values.reduce((sum, x) => sum + x, 0) / values.length
}

/** People of two surveys: the second is taller by 8, has more reds, and an id that the first lacks. Rates are missing here and there. */
function survey(n: number, { seed, shift, reds, id }: { seed: number; shift: number; reds: number; id: boolean }): string {
  const z = normals(keyFromSeed(seed), 3 * n)
  const rows = Array.from({ length: n }, (_, i) => {
    const height = (170 + shift + 6 * z[3 * i]!).toFixed(1)
    const weight = (70 + 0.5 * shift + 5 * z[3 * i]! + 4 * z[3 * i + 1]!).toFixed(1)
    const colour = (i * 7) % 10 < reds ? 'red' : 'blue'
    return [...(id ? [`p${seed}-${i}`] : []), height, weight, colour, i % 17 === 3 ? '' : String(Math.round(20 + 3 * z[3 * i + 2]!))].join(
      ','
    )
  })
  return `${id ? 'id,' : ''}height,weight,colour,rate\n${rows.join('\n')}\n`
}

beforeAll(() => {
  writeFileSync(at('a.csv'), survey(120, { seed: 1, shift: 0, reds: 3, id: false }))
  writeFileSync(at('b.csv'), survey(100, { seed: 2, shift: 8, reds: 6, id: true }))
  writeFileSync(at('few.csv'), survey(30, { seed: 3, shift: 0, reds: 3, id: false }))
  writeFileSync(at('far.csv'), survey(60, { seed: 4, shift: 500, reds: 3, id: false }))
  writeFileSync(at('empty.csv'), 'height,weight,colour,rate\n')
  writeFileSync(
    at('words.csv'),
    `height,weight,colour,rate\n${Array.from({ length: 60 }, (_, i) => `${['tall', 'small'][i % 2]},70,red,20`).join('\n')}\n`
  )
  writeFileSync(at('other.csv'), 'x,y\n1,2\n3,4\n5,7\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('rows between, carried over, coupled', () => {
  it('writes rows at times, partners, a model and a report; the model says and draws the same later', async () => {
    const words = ['-n', '40', '--at', '0.5,0', '--seed', '1']
    const made = await sbridge(
      folder,
      'bridge',
      'a.csv',
      'b.csv',
      ...words,
      '-o',
      'between.csv',
      '--coupling',
      'pairs.csv',
      '--model',
      'm.sbridge',
      '--report',
      'r.html',
      '--json'
    )
    expect(made).toMatchObject({ status: 0, stderr: '' })
    const summary = JSON.parse(made.stdout)
    expect(summary).toMatchObject({ level: 0.05, rows: { from: 120, to: 100 } })
    expect(summary.pValue).toBeLessThanOrEqual(0.01)
    // The bridge carries the mean of the first table to that of the second.
    expect(summary.drift.height.mean).toBeCloseTo(meanOf('b.csv', 'height') - meanOf('a.csv', 'height'), 5)
    expect(summary.shares.colour).toEqual([
      { level: 'blue', from: 0.7, to: 0.4 },
      { level: 'red', from: 0.3, to: 0.6 }
    ])
    const rows = linesOf('between.csv')
    expect(rows[0]).toBe('time,height,weight,colour,rate')
    expect(rows.length).toBe(81)
    expect(rows.slice(1).map((row) => row.split(',')[0])).toEqual([...new Array(40).fill('0'), ...new Array(40).fill('0.5')])
    const originals = new Set(linesOf('a.csv'))
    expect(rows.slice(1, 41).filter((row) => !row.endsWith(',') && !originals.has(row.slice(2)))).toEqual([])
    const pairs = linesOf('pairs.csv').map((row) => row.split(','))
    expect(pairs[0]).toEqual(['from', 'to', 'weight'])
    const mass = pairs.slice(1).reduce((sum, [, , weight]) => sum + Number(weight), 0)
    expect(mass).toBeGreaterThan(0.95)
    expect(mass).toBeLessThan(1)
    expect(read('r.html')).toContain('Sinkhorn divergence')
    const again = await sbridge(folder, 'bridge', 'm.sbridge', ...words, '-o', 'again.csv', '--json')
    expect(read('again.csv')).toBe(read('between.csv'))
    expect({ ...JSON.parse(again.stdout), output: '' }).toEqual({ ...summary, output: '' })
  })

  it('is the same for any number of threads', async () => {
    for (const threads of ['1', '3'])
      await sbridge(folder, 'bridge', 'a.csv', 'b.csv', '--map', 'b.csv', '-o', `t${threads}.csv`, '--seed', '2', '--threads', threads)
    expect(read('t1.csv')).toBe(read('t3.csv'))
  })

  it('carries rows in their order, with all that the bridge does not model', async () => {
    const made = await sbridge(folder, 'bridge', 'a.csv', 'b.csv', '--map', 'b.csv', '-o', 'mapped.csv', '--seed', '1')
    expect(made.status).toBe(0)
    const [before, after] = [linesOf('b.csv'), linesOf('mapped.csv')]
    expect(after[0]).toBe(before[0])
    expect(after.map((row) => row.split(',')[0])).toEqual(before.map((row) => row.split(',')[0]))
    const missing = (rows: string[]) => rows.map((row) => row.endsWith(','))
    expect(missing(before).every((gone, i) => !gone || missing(after)[i])).toBe(true)
    expect(made.stdout).toContain('warning missing-cells: rows lack cells of rate')
  })

  /** Half of the payers pay anew each year; what somebody pays is nought for those who do not, a debt is often nought for all. */
  const payers = (name: string, { seed, paying, more }: { seed: number; paying: number; more: number }): void => {
    const [z, u] = [normals(keyFromSeed(seed), 1500), uniforms(keyFromSeed(seed), 1500)]
    const rows = Array.from({ length: 500 }, (_, i) => {
      const pays = u[3 * i]! < paying
      const amount = pays ? (5 + more + Math.exp(z[3 * i]! / 2) + 3 * u[3 * i + 1]!).toFixed(2) : '0'
      const debt = u[3 * i + 2]! < 0.6 ? '0' : (more + 20 * Math.exp(z[3 * i + 1]! / 3)).toFixed(1)
      // Of whole numbers what lies beside nought is rounded to it.
      const visits = u[3 * i + 1]! < 0.4 ? 0 : 1 + Math.floor(6 * u[3 * i + 2]! ** 2) + more
      // Small beside how far the map moves it: it would go below nought.
      const rebate = u[3 * i]! * u[3 * i + 1]! < 0.2 - more / 20 ? '0%' : `${(1 + 40 * u[3 * i + 2]! ** 3 + more).toFixed(1)}%`
      return `${pays ? (i % 3 === 0 ? 'cash' : 'card') : 'none'},${amount},${debt},${visits},${rebate},${(40 + 10 * z[3 * i + 2]!).toFixed(1)}`
    })
    writeFileSync(at(name), `way,amount,debt,visits,rebate,age\n${rows.join('\n')}\n`)
  }
  interface Payer {
    readonly way: string
    readonly amount: number
    readonly debt: number
    readonly visits: number
    readonly rebate: number
  }
  const payersIn = (name: string): Payer[] => {
    const [head, ...rows] = linesOf(name).map((line) => line.split(','))
    const number = (row: string[], column: string) => Number.parseFloat(row[head!.indexOf(column)]!)
    return rows.map((row) => ({
      way: row[head!.indexOf('way')]!,
      amount: number(row, 'amount'),
      debt: number(row, 'debt'),
      visits: number(row, 'visits'),
      rebate: number(row, 'rebate')
    }))
  }
  const share = (rows: readonly Payer[], has: (row: Payer) => boolean): number => rows.filter(has).length / rows.length
  const standOut = [
    ({ debt }: Payer) => debt === 0,
    ({ visits }: Payer) => visits === 0,
    ({ rebate }: Payer) => rebate === 0,
    ({ way }: Payer) => way === 'none'
  ]
  const against = ({ way, amount }: Payer): boolean => (way === 'none') !== (amount === 0)
  /** Four standard errors of a share of 500 rows. */
  const FAR = 4 * Math.sqrt(0.25 / 500)

  it('a map keeps values that stand out, as many as there are in the second table, and amounts to their levels', async () => {
    payers('before.csv', { seed: 31, paying: 0.4, more: 0 })
    payers('after.csv', { seed: 32, paying: 0.7, more: 2 })
    for (const words of [[], ['--rules', 'off']]) {
      const made = await sbridge(
        folder,
        ...['bridge', 'before.csv', 'after.csv', ...words, '--map', 'before.csv', '-o', 'carried.csv', '--seed', '1', '--json']
      )
      expect(JSON.parse(made.stdout).warnings).toEqual([])
      const [carried, second] = [payersIn('carried.csv'), payersIn('after.csv')]
      expect(carried.filter(against)).toEqual([])
      for (const has of standOut) expect(Math.abs(share(carried, has) - share(second, has))).toBeLessThan(FAR)
      const owing = (rows: readonly Payer[]) => rows.flatMap(({ debt }) => (debt === 0 ? [] : [debt]))
      const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length
      const [after, real] = [owing(carried), owing(second)]
      const spread = mean(real.map((x) => (x - mean(real)) ** 2))
      expect(Math.abs(mean(after) - mean(real))).toBeLessThan(4 * Math.sqrt(spread * (1 / after.length + 1 / real.length)))
    }
    await sbridge(folder, 'bridge', 'before.csv', 'before.csv', '--rules', 'off', '--map', 'before.csv', '-o', 'kept.csv', '--seed', '1')
    expect(payersIn('kept.csv')).toEqual(payersIn('before.csv'))
  })

  it('so do rows half-way: as many as in both tables on average', async () => {
    payers('before.csv', { seed: 31, paying: 0.4, more: 0 })
    payers('after.csv', { seed: 32, paying: 0.7, more: 2 })
    for (const words of [[], ['--rules', 'off']]) {
      const made = await sbridge(
        folder,
        ...['bridge', 'before.csv', 'after.csv', ...words, '--at', '0.5', '-n', '500', '-o', 'half.csv', '--seed', '1', '--json']
      )
      expect(JSON.parse(made.stdout).warnings).toEqual([])
      const half = payersIn('half.csv')
      expect(half.filter(against)).toEqual([])
      for (const has of standOut) {
        const both = (share(payersIn('before.csv'), has) + share(payersIn('after.csv'), has)) / 2
        expect(Math.abs(share(half, has) - both)).toBeLessThan(FAR)
      }
    }
  })

  it('rows that lack what a rule goes by are carried all the same', async () => {
    const u = uniforms(keyFromSeed(61), 800)
    for (const [name, first] of [
      ['owing.csv', 0],
      ['owed.csv', 400]
    ] as const) {
      const rows = Array.from({ length: 200 }, (_, i) => {
        const owes = u[first + 2 * i]! < 0.4
        return `${owes ? 1 : 0},${owes ? (5 + 20 * u[first + 2 * i + 1]!).toFixed(2) : '0'},${(40 + 10 * u[first + i]!).toFixed(1)}`
      })
      writeFileSync(at(name), `code,debt,age\n${rows.join('\n')}\n`)
    }
    writeFileSync(at('lacking.csv'), 'code,debt,age\n,15.5,45\n1,,44\n0,0,43\n')
    const made = await sbridge(folder, 'bridge', 'owing.csv', 'owed.csv', '--map', 'lacking.csv', '-o', 'led.csv', '--seed', '1', '--json')
    expect(JSON.parse(made.stdout).warnings.map(({ name }: { name: string }) => name)).toContain('missing-cells')
    const [, ...rows] = linesOf('led.csv').map((line) => line.split(','))
    expect(rows.map((row) => row.map((cell) => cell === ''))).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, false]
    ])
  })

  it('numbers of few values have no others, and go as often as in the second table', async () => {
    const stars = (name: string, { seed, more, share }: { seed: number; more: number; share: number }): void => {
      const [z, u] = [normals(keyFromSeed(seed), 1000), uniforms(keyFromSeed(seed), 500)]
      const rows = Array.from({ length: 500 }, (_, i) => {
        const rating = Math.min(5, Math.max(1, Math.round(3 + more + z[2 * i]! + z[2 * i + 1]! / 2)))
        return `${rating},${u[i]! < share ? 1 : 0},${(50 + 5 * z[2 * i]!).toFixed(1)}`
      })
      writeFileSync(at(name), `stars,flag,size\n${rows.join('\n')}\n`)
    }
    stars('stars1.csv', { seed: 51, more: 0, share: 0.3 })
    stars('stars2.csv', { seed: 52, more: 0.8, share: 0.6 })
    const all = ['1', '2', '3', '4', '5']
    const shares = (name: string): number[] => {
      const [head, ...rows] = linesOf(name).map((line) => line.split(','))
      const has = (column: string, value: string) => rows.filter((row) => row[head!.indexOf(column)] === value).length / rows.length
      return [...all.map((value) => has('stars', value)), has('flag', '0'), has('flag', '1')]
    }
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
    for (const [words, name, way] of [
      [['--map', 'stars1.csv'], 'stars.csv', 1],
      [['--at', '0.5', '-n', '500'], 'half-stars.csv', 0.5]
    ] as const) {
      await sbridge(folder, 'bridge', 'stars1.csv', 'stars2.csv', ...words, '-o', name, '--seed', '1')
      const [first, second, found] = [shares('stars1.csv'), shares('stars2.csv'), shares(name)]
      // Stars and flags, which have nothing to do with each other, are not carried together: by one number a row they had 0.15.
      const [, ...rows] = linesOf(name).map((line) => line.split(',').slice(-3).map(Number))
      const [star, flag] = [0, 1].map((k) => rows.map((row) => row[k]!)) as [number[], number[]]
      const about = (values: readonly number[]) => values.map((x) => x - sum(values) / values.length)
      const product = (a: readonly number[], b: readonly number[]) => sum(about(a).map((x, i) => x * about(b)[i]!))
      const correlation = product(star, flag) / Math.sqrt(product(star, star) * product(flag, flag))
      if (way === 1) expect(Math.abs(correlation)).toBeLessThan(0.1)
      // No sixth star, and no flag of two.
      expect(sum(found)).toBeCloseTo(2, 12)
      found.forEach((share, k) => {
        const expected = first[k]! + way * (second[k]! - first[k]!)
        expect(Math.abs(share - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / 500))
      })
    }
  })

  it('carries amounts no lower than zero, and says how far the map itself goes', async () => {
    const z = normals(keyFromSeed(6), 240)
    const amounts = (offset: number, less: number): string =>
      `amount,size\n${Array.from({ length: 60 }, (_, i) => `${Math.max(0, 2 * z[offset + 2 * i]! - less).toFixed(2)},${z[offset + 2 * i + 1]!.toFixed(2)}`).join('\n')}\n`
    writeFileSync(at('wet.csv'), amounts(0, 0))
    writeFileSync(at('dry.csv'), amounts(120, 1))
    const { stdout } = await sbridge(folder, 'bridge', 'wet.csv', 'dry.csv', '--map', 'wet.csv', '-o', 'dried.csv', '--seed', '1', '--json')
    const zeros = (name: string): number => linesOf(name).filter((row) => Number(row.split(',')[0]) === 0).length
    expect(linesOf('dried.csv').filter((row) => row.startsWith('-'))).toEqual([])
    // What would go below zero stays there: it is not thrown back above it.
    expect(zeros('dried.csv')).toBeGreaterThan(zeros('wet.csv') / 2)
    expect(JSON.parse(stdout).drift.amount.mean).toBeCloseTo(meanOf('dry.csv', 'amount') - meanOf('wet.csv', 'amount'), 5)
  })

  it('text made of columns that are carried is written of what they are then', async () => {
    const staff = (name: string, { seed, age }: { seed: number; age: number }): void => {
      const u = uniforms(keyFromSeed(seed), 300)
      const rows = Array.from({ length: 100 }, (_, i) => {
        const [first, last] = [
          ['Ann', 'Ben', 'Cleo', 'Dan', 'Eve'][Math.floor(5 * u[3 * i]!)]!,
          ['Marsh', 'Pell'][Math.floor(2 * u[3 * i + 1]!)]!
        ]
        return `${first},${last},${first} ${last},${Math.round(age + 20 * u[3 * i + 2]!)}`
      })
      writeFileSync(at(name), `first,last,full,age\n${rows.join('\n')}\n`)
    }
    staff('staff1.csv', { seed: 71, age: 20 })
    staff('staff2.csv', { seed: 72, age: 30 })
    await sbridge(folder, 'bridge', 'staff1.csv', 'staff2.csv', '--map', 'staff1.csv', '--as', 'drawn', '-o', 'later.csv', '--seed', '1')
    const rows = linesOf('later.csv').slice(1)
    expect(rows.filter((row, i) => row !== linesOf('staff1.csv')[i + 1]).length).toBeGreaterThan(90)
    for (const row of rows) {
      const [first, last, full] = row.split(',')
      expect(full).toBe(`${first} ${last}`)
    }
  })

  it('one table to itself leaves all rows as they are, categories too', async () => {
    await sbridge(folder, 'bridge', 'a.csv', 'a.csv', '--exclude', 'rate', '--map', 'a.csv', '-o', 'same.csv', '--seed', '1')
    expect(read('same.csv')).toBe(read('a.csv'))
  })

  it('compare says the same without drawing', async () => {
    const { status, stdout } = await sbridge(folder, 'compare', 'a.csv', 'b.csv', '--seed', '1')
    expect(status).toBe(0)
    expect(stdout).toContain('a.csv → b.csv\n')
    expect(stdout).toContain('The tables differ by more than chance does.')
    expect(stdout).toMatch(/p-value: 0.0\d+ \(level 5.0 %/)
    expect(stdout).toContain('note: only the second table has id: left out')
  })

  it('in the library, in three lines', async () => {
    const [a, b] = [await readTable(at('a.csv')), await readTable(at('b.csv'))]
    const { model, summary } = await compare(a, b, { bandwidth: 0.2 })
    expect(summary.pValue).toBeLessThanOrEqual(0.01)
    const { records } = await draw(model, { map: b, as: 'barycentric', cells: 'records' })
    expect(records.length).toBe(100)
    await saveModel(at('library.sbridge'), model)
    const loaded = await loadModel(at('library.sbridge'))
    const rows = (await draw(loaded as typeof model, { rows: 5, at: [0.5] })) as RawTable
    expect(rows.columns.map(({ name }) => name)).toEqual(['time', 'height', 'weight', 'colour', 'rate'])
    await expect(fit(a, { system: 'bridge' } as never)).rejects.toMatchObject({ code: 'input-missing' })
  })
})

describe('tables that have a column time themselves', () => {
  it('the time of the bridge has a name of its own', async () => {
    for (const [name, from] of Object.entries({ ta: 'a.csv', tb: 'b.csv' })) {
      const [head, ...rows] = linesOf(from)
      writeFileSync(at(`${name}.csv`), [`${head},time`, ...rows.map((row, i) => `${row},${i % 24}`)].join('\n'))
    }
    expect((await sbridge(folder, 'bridge', 'ta.csv', 'tb.csv', '-n', '5', '--bandwidth', '0.2', '-o', 'timed.csv')).status).toBe(0)
    expect(linesOf('timed.csv')[0]!.split(',')).toEqual(['bridge_time', 'height', 'weight', 'colour', 'rate', 'time'])
  })

  it('draws a partner whole: numbers, categories and the zero of an amount hang together as in the second table', async () => {
    // Two kinds whose numbers lie apart, more of the one in the second table; an amount is often zero.
    const kinds = (seed: number, few: number, shift: number) => {
      const z = normals(keyFromSeed(seed), 400)
      const rows = Array.from({ length: 200 }, (_, i) => {
        const kind = i % 10 < few ? 'b' : 'a'
        const amount = i % 3 === 0 ? '0' : Math.exp(z[2 * i + 1]!).toFixed(3)
        return `${kind},${(shift + (kind === 'b' ? 7 : 0) + z[2 * i]!).toFixed(3)},${amount}`
      })
      writeFileSync(at(`kinds-${seed}.csv`), `kind,x,amount\n${rows.join('\n')}\n`)
    }
    kinds(11, 5, 0)
    kinds(12, 2, 2)
    const words = ['kinds-11.csv', 'kinds-12.csv', '--map', 'kinds-11.csv', '--as', 'drawn', '--seed', '1', '-o', 'whole.csv']
    expect((await sbridge(folder, 'bridge', ...words)).status).toBe(0)
    // As numbers: how many zeros end a number is the writer's.
    const rowsOf = (name: string) =>
      linesOf(name)
        .slice(1)
        .map((line) => line.split(','))
        .map(([kind, x, amount]) => `${kind},${Number(x)},${Number(amount)}`)
    const second = new Set(rowsOf('kinds-12.csv'))
    expect(rowsOf('whole.csv').filter((row) => !second.has(row))).toEqual([])
    // 67 of 200: a count has a standard deviation of 6.7, three of them.
    const zeros = rowsOf('whole.csv').filter((row) => row.endsWith(',0')).length
    expect(Math.abs(zeros - 67)).toBeLessThan(20)
  })
})

describe('rows that are carried', () => {
  /** Rainfall that is a trace here and there stands beside columns that follow it; wet days of a second year are warmer. */
  const weather = (name: string, { seed, shift, skies }: { seed: number; shift: number; skies: readonly string[] }): void => {
    const z = normals(keyFromSeed(seed), 240)
    const rows = Array.from({ length: 120 }, (_, i) => {
      const rain = i % 6 === 0 ? 'T' : Math.exp(z[2 * i]!).toFixed(2)
      return [rain, (10 + shift + 3 * z[2 * i + 1]!).toFixed(1), skies[i % skies.length], (100 * z[2 * i + 1]!).toFixed(0)].join(',')
    })
    writeFileSync(at(name), `rain,warmth,sky,height\n${rows.join('\n')}\n`)
  }
  it('have each column under its own name where words among numbers are modelled as a column of their own', async () => {
    weather('wet1.csv', { seed: 31, shift: 0, skies: ['grey', 'blue'] })
    weather('wet2.csv', { seed: 32, shift: 5, skies: ['grey', 'blue'] })
    const words = ['wet1.csv', 'wet2.csv', '--rules', 'off', '--bandwidth', '0.2', '--seed', '1', '--map', 'wet1.csv', '-o', 'wet.csv']
    expect((await sbridge(folder, 'bridge', ...words)).status).toBe(0)
    const [head, ...rows] = linesOf('wet.csv')
    expect(head).toBe('rain,warmth,sky,height')
    expect(rows.filter((row) => !/^(T|\d+\.\d\d),-?\d+\.\d,(grey|blue),-?\d+$/.test(row))).toEqual([])
    expect(Math.abs(meanOf('wet.csv', 'warmth') - meanOf('wet2.csv', 'warmth'))).toBeLessThan(0.3)
  })
  it('keep a category that neither table has, and one that is missing, and what rules tell by it', async () => {
    const places = (name: string, seed: number, rows: number, more: readonly string[] = []): void => {
      const z = normals(keyFromSeed(seed), rows)
      const own = Array.from(
        { length: rows },
        (_, i) => `${['a,north', 'b,north', 'c,south', 'd,south'][i % 4]},${(seed + z[i]!).toFixed(2)}`
      )
      writeFileSync(at(name), `place,region,x\n${[...own, ...more].join('\n')}\n`)
    }
    places('places1.csv', 1, 120)
    places('places2.csv', 5, 120)
    places('places3.csv', 1, 20, ['e,east,1.20', ',,0.90', 'b,north,1.10'])
    for (const as of ['debiased', 'drawn']) {
      const words = ['places1.csv', 'places2.csv', '--bandwidth', '0.2', '--seed', '1', '--map', 'places3.csv', '--as', as]
      const made = await sbridge(folder, 'bridge', ...words, '-o', 'gone.csv')
      expect([made.status, made.stderr]).toEqual([0, ''])
      expect(made.stdout).toContain('warning level-unknown: place: row 21 has e, which neither table has')
      expect(made.stdout).toContain('warning missing-cells: rows lack cells of place')
      const rows = linesOf('gone.csv').slice(1)
      expect(rows.slice(20, 22).map((row) => row.split(',').slice(0, 2))).toEqual([
        ['e', 'east'],
        ['', '']
      ])
      const regions = { a: 'north', b: 'north', c: 'south', d: 'south' }
      const known = rows.filter((_, i) => i !== 20 && i !== 21).map((row) => row.split(','))
      expect(known.filter(([place, region]) => regions[place as 'a'] !== region)).toEqual([])
      expect(rows.map((row) => Number(row.split(',')[2])).filter((x) => x > 2.5)).toHaveLength(23)
    }
  })
  it('end where the second table does, and those beyond the first no farther beyond', async () => {
    // The second varies by a third: what a row stands apart from its own is more than the second has room for.
    const spread = (name: string, seed: number, width: number, more: readonly string[] = []): number[] => {
      const [z, u] = [normals(keyFromSeed(seed), 300), uniforms(keyFromSeed(seed), 300)]
      const cells = Array.from({ length: 300 }, (_, i) => [(50 + width * (u[i]! - 0.5)).toFixed(2), z[i]!.toFixed(2)])
      writeFileSync(at(name), `x,y\n${[...cells.map((row) => row.join(',')), ...more].join('\n')}\n`)
      return cells.map(([x]) => Number(x))
    }
    const first = spread('wide.csv', 51, 30)
    const second = spread('narrow.csv', 52, 6)
    const beyond = Math.max(...first) + 4
    spread('wider.csv', 53, 29, [`${beyond.toFixed(2)},0`])
    const words = ['wide.csv', 'narrow.csv', '--bandwidth', '0.5', '--seed', '1', '--map', 'wider.csv', '-o', 'ended.csv']
    const { stdout } = await sbridge(folder, 'bridge', ...words)
    const carried = linesOf('ended.csv')
      .slice(1)
      .map((row) => Number(row.split(',')[0]))
    const [low, high] = [Math.min(...second), Math.max(...second)]
    expect(carried.slice(0, 300).filter((x) => x < low - 0.005 || x > high + 0.005)).toEqual([])
    expect(carried[300]).toBeLessThan(high + 4.02)
    expect(carried[300]).toBeGreaterThan(high)
    expect(stdout).toMatch(/warning held-at-end: x: \d+ of 301 rows would lie beyond what the second table has/)
  })
  it('and rows half-way where both tables do: noise that would take them beyond is reflected', async () => {
    const even = (name: string, seed: number): number[] => {
      const u = uniforms(keyFromSeed(seed), 400)
      const cells = Array.from(u, (x, i) => `${(20 + 10 * x).toFixed(2)},${u[(7 * i + 3) % 400]!.toFixed(3)}`)
      writeFileSync(at(name), `x,y\n${cells.join('\n')}\n`)
      return cells.map((row) => Number(row.split(',')[0]))
    }
    const ends = [...even('even1.csv', 61), ...even('even2.csv', 62)]
    const words = ['even1.csv', 'even2.csv', '--rules', 'off', '--bandwidth', '0.3', '-n', '800', '--seed', '1', '-o', 'half.csv']
    expect((await sbridge(folder, 'bridge', ...words)).status).toBe(0)
    const half = linesOf('half.csv')
      .slice(1)
      .map((row) => Number(row.split(',')[1]))
    const [low, high] = [Math.min(...ends), Math.max(...ends)]
    expect(half.filter((x) => x < low - 0.005 || x > high + 0.005)).toEqual([])
    // Reflected, not held: as in the data, 1 of 50 stand in the outer hundredths; 16 of 800, three standard deviations are 12.
    const room = (high - low) / 100
    expect(half.filter((x) => x < low + room || x > high - room).length).toBeLessThan(28)
  })
})

describe('what is refused', () => {
  it.each<[string, readonly string[], string]>([
    ['no common column', ['a.csv', 'other.csv', '-o', 'x.csv'], 'two tables with at least one column of the same name'],
    ['kinds that differ', ['a.csv', 'words.csv', '-o', 'x.csv'], 'height as numbers in the first table and as categories in the second'],
    ['a time outside', ['a.csv', 'b.csv', '--at', '0.5,1.5', '-o', 'x.csv'], 'the time 1.5'],
    ['one table', ['a.csv', '-o', 'x.csv'], 'the table a.csv alone'],
    ['nothing to write', ['a.csv', 'b.csv'], 'no file to write'],
    [
      'a map without its columns',
      ['a.csv', 'b.csv', '--map', 'other.csv', '-o', 'x.csv'],
      'a table to carry over without height, weight, colour, rate'
    ],
    ['times of a map', ['a.csv', 'b.csv', '--map', 'b.csv', '--at', '0.5', '-o', 'x.csv'], '--at with --map'],
    ['a way to carry nothing', ['a.csv', 'b.csv', '--as', 'drawn', '-o', 'x.csv'], '--as without --map'],
    ['rows of a map', ['a.csv', 'b.csv', '--map', 'b.csv', '-n', '5', '-o', 'x.csv'], '--rows with --map'],
    ['weights', ['a.csv', 'b.csv', '--weights', 'rate', '-o', 'x.csv'], "unknown option '--weights'"]
  ])('%s', async (_, words, said) => {
    const { status, stderr } = await sbridge(folder, 'bridge', ...words, '--seed', '1')
    expect(stderr).toContain(said)
    expect(status).toBe(2)
  })
})

it('refuses empty tables, as files and in the library', async () => {
  for (const words of [
    ['a.csv', 'empty.csv'],
    ['empty.csv', 'a.csv'],
    ['a.csv', 'b.csv', '--map', 'empty.csv']
  ]) {
    const { status, stderr } = await sbridge(folder, 'bridge', ...words, '-o', 'x.csv')
    expect(stderr).toContain('4 column names and no row in empty.csv')
    expect(status).toBe(2)
  }
  const [a, empty] = [await readTable(at('a.csv')), { rowCount: 0, columns: [{ name: 'height', source: 'text', values: [] }] } as const]
  await expect(compare(a, empty)).rejects.toMatchObject({ code: 'too-few-rows', got: 'a second table of 0 rows' })
  await expect(compare(empty, a)).rejects.toMatchObject({ code: 'too-few-rows', got: 'a first table of 0 rows' })
  const { model } = await compare(a, a, { bandwidth: 0.5 })
  await expect(draw(model, { map: empty })).rejects.toMatchObject({ code: 'too-few-rows' })
  await expect(draw(model, { at: [-0.1] })).rejects.toMatchObject({ code: 'time-outside' })
})

describe('what is warned of', () => {
  const warnings = async (...words: string[]): Promise<string[]> => {
    const { stdout } = await sbridge(folder, 'bridge', ...words, '-o', 'warned.csv', '--seed', '1', '--json')
    return JSON.parse(stdout).warnings.map(({ name }: { name: string }) => name)
  }
  it('few rows, no overlap, rows far outside', { tags: ['slow'] }, async () => {
    expect(await warnings('few.csv', 'b.csv')).toContain('few-rows')
    expect(await warnings('a.csv', 'far.csv')).toContain('no-overlap')
    expect(await warnings('a.csv', 'b.csv', '--map', 'far.csv')).toContain('far-outside')
    expect(await warnings('a.csv', 'b.csv', '--exclude', 'rate', '--map', 'few.csv')).toEqual([])
    // Three numbers that hang together, with gaps: a row stands at means there, far from all others, but the cells that it has do not.
    for (const [name, seed] of [
      ['gaps.csv', 41],
      ['others.csv', 42]
    ] as const) {
      const [z, u] = [normals(keyFromSeed(seed), 360), uniforms(keyFromSeed(seed), 360)]
      const cell = (i: number, c: number) => (u[3 * i + c]! < 0.12 ? '' : (3 * z[3 * i]! + (c > 0 ? 0.1 * z[3 * i + c]! : 0)).toFixed(3))
      const rows = Array.from({ length: 120 }, (_, i) => [0, 1, 2].map((c) => cell(i, c)).join(','))
      writeFileSync(at(name), `a,b,c\n${rows.join('\n')}\n`)
    }
    expect(await warnings('gaps.csv', 'others.csv', '--map', 'gaps.csv')).toEqual(['missing-cells'])
    // What both have is filled alike, so that a table with gaps is one with itself.
    const { stdout } = await sbridge(folder, 'compare', 'gaps.csv', 'gaps.csv', '--json')
    expect(JSON.parse(stdout).divergence).toBeLessThan(1e-6)
    writeFileSync(at('beyond.csv'), 'height,weight,colour,rate\n170,70,red,\n670,72,blue,\n')
    expect(await warnings('a.csv', 'b.csv', '--map', 'beyond.csv')).toEqual(['far-outside', 'missing-cells'])
  })
  it('a value that stands out and is left by means, and on no other way', async () => {
    const z = normals(keyFromSeed(21), 1200)
    const zeros = (name: string, first: number, share: number): void => {
      const rows = Array.from({ length: 300 }, (_, i) => {
        const amount = i % 100 < 100 * share ? '0' : (1 + Math.exp(z[first + 2 * i]! / 2)).toFixed(3)
        return `${amount},${z[first + 2 * i + 1]!.toFixed(3)}`
      })
      writeFileSync(at(name), `amount,size\n${rows.join('\n')}\n`)
    }
    zeros('often.csv', 0, 0.4)
    zeros('seldom.csv', 600, 0.19)
    const left = ['spike-moved']
    const both = ['often.csv', 'seldom.csv', '--bandwidth', '0.2']
    expect(await warnings(...both, '--map', 'often.csv')).toEqual([])
    expect(await warnings(...both, '--map', 'often.csv', '--as', 'barycentric')).toEqual(left)
    expect(await warnings(...both, '--at', '0.5')).toEqual([])
    expect(await warnings(...both, '--map', 'often.csv', '--as', 'drawn')).toEqual([])
    expect(await warnings(...both, '--at', '0,1')).toEqual([])
    expect(await warnings('often.csv', 'often.csv', '--bandwidth', '0.2', '--map', 'often.csv')).toEqual([])
    const { stdout } = await sbridge(
      folder,
      ...['bridge', ...both, '--map', 'often.csv', '--as', 'barycentric', '-o', 'warned.csv', '--seed', '1']
    )
    expect(stdout).toMatch(
      /amount is 0 in 40 % of the first table’s rows and 19 % of the second’s, but in 0 % of those drawn, .*--as debiased keeps it/
    )
  })
})
