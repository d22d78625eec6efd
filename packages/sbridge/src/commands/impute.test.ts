import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sbridge } from '../../test/command.js'

let folder: string
const at = (name: string) => join(folder, name)
const read = (name: string) => readFileSync(at(name), 'latin1')

/** A German file: semicolons, decimal commas, days first, quotes here and there, a word for what is missing, CRLF, windows-1252. */
const LINES = Array.from({ length: 90 }, (_, i) => {
  const size = 100 + 10 * (i % 3) + ((i * 37) % 11)
  const gap = (every: number, cell: string) => ((i * 7) % every === 3 ? 'k.A.' : cell)
  const price = `${1000 + size * 3 + ((i * 53) % 90)},${String((i * 17) % 100).padStart(2, '0')} \u20ac`
  return `K-${i};"${['Köln', 'Bonn', 'Aachen'][i % 3]}";${gap(8, `${size},5`)};${gap(9, price)};${gap(10, `${String(1 + (i % 28)).padStart(2, '0')}.0${1 + (i % 9)}.2023`)}`
})
const GERMAN = `Nr;Ort;Größe;Preis;Tag\r\n${LINES.join('\r\n')}\r\n`
/** € is 0x80 there. */
const bytes = (text: string) => Buffer.from(text.replaceAll('\u20ac', '\u0080'), 'latin1')

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sbridge-impute-'))
  writeFileSync(at('german.csv'), bytes(GERMAN))
  const rows = Array.from({ length: 60 }, (_, i) => ({ a: i % 5 === 0 ? null : i + ((i * 13) % 7), b: i * 2, note: 'x' }))
  writeFileSync(at('rows.json'), JSON.stringify(rows))
})
afterAll(() => rmSync(folder, { recursive: true }))

const german = ['impute', 'german.csv', '--missing', 'k.A.', '--seed', '4']

describe('impute', () => {
  it('fills a file in its own dialect: cells that were given are the same bytes, and none is missing', async () => {
    const { status, stdout } = await sbridge(folder, ...german, '-o', 'filled.csv')
    expect([status, stdout]).toEqual([0, expect.stringContaining('gaps: ')])
    const [before, after] = [bytes(GERMAN).toString('latin1'), read('filled.csv')].map((text) =>
      text.split('\r\n').map((line) => line.split(';'))
    )
    expect(after!.length).toBe(before!.length)
    for (const [i, line] of before!.entries())
      for (const [c, cell] of line.entries()) {
        if (cell !== 'k.A.') expect(after![i]![c]).toBe(cell)
        else expect(after![i]![c]).toMatch([/^$/, /^$/, /^\d+,5$/, /^\d+,\d\d \u0080$/, /^\d\d\.\d\d\.2023$/][c]!)
      }
    await sbridge(folder, ...german, '-o', 'threads.csv', '--threads', '2')
    expect(read('threads.csv')).toBe(read('filled.csv'))
  })
  it('a file without gaps comes back byte for byte', async () => {
    const whole = GERMAN.split('\r\n')
      .filter((line) => !line.includes('k.A.'))
      .join('\r\n')
    writeFileSync(at('whole.csv'), bytes(whole))
    expect((await sbridge(folder, 'impute', 'whole.csv', '-o', 'same.csv')).status).toBe(0)
    expect(read('same.csv')).toBe(bytes(whole).toString('latin1'))
  })
  it('draws, flags and a model; other formats keep their types', async () => {
    const { stdout } = await sbridge(folder, ...german, '-o', 'draws.csv', '--draws', '3', '--flag', '--model', 'gaps.sbridge', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ seed: 4, filled: { rows: 90 }, donorCount: 90, masking: { columns: expect.anything() } })
    const lines = read('draws.csv').trim().split('\r\n')
    expect([lines.length, lines[0]!.split(';')[0], lines[0]!.split(';').at(-1)]).toEqual([271, 'draw', 'filled'])
    expect((await sbridge(folder, 'impute', 'gaps.sbridge', 'german.csv', '-o', 'again.csv', '--seed', '4')).status).toBe(0)
    await sbridge(folder, ...german, '-o', 'filled.csv')
    expect(read('again.csv')).toBe(read('filled.csv'))
    expect((await sbridge(folder, 'info', 'gaps.sbridge')).stdout).toContain('imputation')
    await sbridge(folder, 'impute', 'rows.json', '-o', 'rows-filled.json', '--seed', '1')
    const rows = JSON.parse(read('rows-filled.json')) as { a: unknown; b: unknown }[]
    expect(rows.every(({ a }) => Number.isInteger(a))).toBe(true)
    expect(rows.map(({ b }) => b)).toEqual(rows.map((_, i) => i * 2))
  })
  it('a report punches holes and says how near fills are, beside other methods', { tags: ['slow'] }, async () => {
    const { stdout } = await sbridge(folder, ...german, '-o', 'filled.csv', '--report', 'gaps.html', '--json')
    const { holes } = JSON.parse(stdout) as { holes: { holes: number; methods: Record<string, { error: number; coverage: number }> } }
    expect(Object.keys(holes.methods)).toEqual(['sbridge', 'mean', 'neighbours', 'forest'])
    expect(holes.methods.sbridge!.error).toBeLessThan(holes.methods.mean!.error)
    const page = readFileSync(at('gaps.html'), 'utf8')
    for (const words of ['Holes punched into known cells', 'ten neighbours', 'How gaps are filled', '<svg']) expect(page).toContain(words)
  })
  it.each([
    [['impute', 'german.csv', 'rows.json', '-o', 'x.csv'], 'two tables'],
    [['impute', 'gaps.sbridge', '-o', 'x.csv'], 'alone'],
    [['impute', 'gaps.sbridge', 'german.csv', '-o', 'x.csv', '--report', 'x.html'], '--report with a model file'],
    [[...german, '-o', 'x.csv', '--as', 'mode'], 'draw, mean or median'],
    [[...german, '-o', 'x.csv', '--as', 'mean', '--draws', '2'], '--as mean with --draws'],
    [[...german, '-o', 'x.csv', '--draws', '0'], '1 to 1000'],
    [['impute', 'gaps.sbridge', 'german.csv', '-o', 'x.csv', '--bandwidth', '1'], '--bandwidth with a model file'],
    [[...german, '-o', 'x.csv', '--rule', 'Preis = Größe'], 'row']
  ])('refuses %j', async (words, said) => {
    const { status, stderr } = await sbridge(folder, ...words)
    expect([status, stderr]).toEqual([2, expect.stringContaining(said)])
  })
})
