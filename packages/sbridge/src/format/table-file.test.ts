import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import type { RawTable } from '@sbridge/core/tables'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryFilesIn, writeAtomically } from './atomic-file.js'
import { checkOutputs, checkWritable } from './outputs.js'
import { readTable, writeStream, writeTable } from './table-file.js'
import { tableExtensions } from './table-format.js'
import { removeTemporaryFiles, watchTemporaryFiles } from './temporary.js'

let folder: string
const at = (name: string) => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sbridge-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const table: RawTable = {
  rowCount: 2,
  columns: [
    { name: 'x0', source: 'number', values: Float64Array.of(1.5, 2) },
    { name: 'x1', source: 'number', values: Float64Array.of(-1, 1e-3) }
  ]
}

describe('readTable and writeTable', () => {
  test.each(tableExtensions)('%s there and back, and nothing else left', async (extension) => {
    const name = `table${extension.toUpperCase()}`
    await writeTable(at(name), table)
    const { columns } = await readTable(at(name))
    expect(columns.map((column) => Array.from(column.values as ArrayLike<unknown>, Number))).toEqual([
      [1.5, 2],
      [-1, 1e-3]
    ])
    expect(readdirSync(folder)).toEqual([name])
  })

  test('"-" is CSV on standard input', async () => {
    const read = await readTable('-', { input: Readable.from(['a,b\n1,', '2\n']) })
    expect(read.columns.map((column) => column.values)).toEqual([['1'], ['2']])
    const terminal = Object.assign(Readable.from(['']), { isTTY: true })
    await expect(readTable('-', { input: terminal })).rejects.toMatchObject({ name: 'InputError', code: 'standard-input-terminal' })
  })

  test('compressed text is read as it comes; cut and damaged files are refused', async () => {
    const text = `a,b\n${Array.from({ length: 9000 }, (_, i) => `${i},${(i * 7919) % 9001}\n`).join('')}`
    const whole = gzipSync(text)
    writeFileSync(at('t.csv.gz'), Buffer.concat([whole, gzipSync('-1,5\n')]))
    const read = await readTable(at('t.csv.gz'))
    expect([read.rowCount, read.columns[0]!.values.at(-1)]).toEqual([9001, '-1'])
    expect(await readTable('-', { input: Readable.from([whole.subarray(0, 1), whole.subarray(1)]) })).toMatchObject({ rowCount: 9000 })
    const flipped = Uint8Array.from(whole, (byte, i) => (i === whole.length - 6 ? byte ^ 1 : byte))
    for (const bytes of [whole.subarray(0, 5), whole.subarray(0, 9000), whole.subarray(0, -4), flipped]) {
      writeFileSync(at('t.csv.gz'), bytes)
      await expect(readTable(at('t.csv.gz'))).rejects.toMatchObject({ name: 'FormatError', code: 'gzip-unreadable' })
    }
  })

  test('a file that grows while it is read is refused', async () => {
    writeFileSync(at('log.csv'), `a,b\n${'1,2\n'.repeat(2_000_000)}`)
    const writing = setInterval(() => appendFileSync(at('log.csv'), '3,4\n'))
    const read = readTable(at('log.csv')).finally(() => clearInterval(writing))
    await expect(read).rejects.toMatchObject({ name: 'InputError', code: 'file-changed' })
  })

  test('a pipe without an end stops at its limit, and says what lifts it', async () => {
    process.env.SBRIDGE_MAX_CONTENT = '2'
    const endless = async function* (line: string) {
      yield 'a,b\n'
      for (;;) yield line.repeat(10_000)
    }
    try {
      for (const line of ['1,x\n', 'no line', '"'])
        await expect(readTable('-', { input: endless(line) })).rejects.toMatchObject({
          name: 'FormatError',
          code: 'content-too-large',
          remedy: expect.stringContaining('SBRIDGE_MAX_CONTENT=8 (MiB)')
        })
    } finally {
      delete process.env.SBRIDGE_MAX_CONTENT
    }
  })

  test('a closed pipe is no error, a full one is', async () => {
    const failing = (code: string) => new Writable({ write: (_, __, done) => done(Object.assign(new Error(code), { code })) })
    await expect(writeStream(failing('EPIPE'), 'text')).resolves.toBeUndefined()
    await expect(writeStream(failing('ENOSPC'), 'text')).rejects.toMatchObject({ name: 'InputError', code: 'disk-full' })
  })

  test.each([
    ['missing.csv', 'FormatError', 'file-missing'],
    ['folder.csv', 'FormatError', 'file-unreadable'],
    ['table.docx', 'InputError', 'extension-unknown'],
    ['table', 'InputError', 'extension-unknown'],
    ['cells.h5ad', 'InputError', 'extension-unknown']
  ])('reading %s', async (name, error, code) => {
    mkdirSync(at('folder.csv'))
    await expect(readTable(at(name))).rejects.toMatchObject({ name: error, code })
  })

  test('an unknown extension lists those known', async () => {
    await expect(writeTable(at('table.docx'), table)).rejects.toThrow(
      /\.csv \.txt \.dat \.tsv \.json \.jsonl \.ndjson \.parquet \.arrow \.feather \.xlsx \.npy \.npz/
    )
    expect(readdirSync(folder)).toEqual([])
  })

  test('.h5ad where the caller says so', async () => {
    writeFileSync(at('cells.h5ad'), 'not HDF5')
    await expect(readTable(at('cells.h5ad'), { annData: {} })).rejects.toMatchObject({ code: 'anndata-unreadable' })
  })
})

/** Takes the rights of root away for a while; gives the way back. */
function asNobody(): () => void {
  if (process.geteuid?.() !== 0) return () => {}
  chmodSync(folder, 0o755)
  process.seteuid!('nobody')
  return () => process.seteuid!(0)
}

describe('writeAtomically', () => {
  test('replaces the content, keeps the permissions, follows links', async () => {
    writeFileSync(at('a.txt'), 'old')
    chmodSync(at('a.txt'), 0o640)
    symlinkSync(at('a.txt'), at('link.txt'))
    await writeAtomically(at('link.txt'), 'new')
    expect(readFileSync(at('a.txt'), 'utf8')).toBe('new')
    expect(statSync(at('a.txt')).mode & 0o777).toBe(0o640)
    expect(readdirSync(folder)).toEqual(['a.txt', 'link.txt'])
  })

  test.each([
    ['no/such/a.csv', 'output-folder-missing'],
    ['file/a.csv', 'output-folder-missing'],
    ['folder', 'output-is-folder'],
    [`${'n'.repeat(300)}.csv`, 'output-name-too-long']
  ])('and checkWritable refuse %s', async (name, code) => {
    mkdirSync(at('folder'))
    writeFileSync(at('file'), '')
    await expect(writeAtomically(at(name), 'text')).rejects.toMatchObject({ name: 'InputError', code })
    await expect(checkWritable(at(name))).rejects.toMatchObject({ name: 'InputError', code })
    expect(readdirSync(folder)).toEqual(['file', 'folder'])
  })

  test.skipIf(process.platform !== 'linux')('a full disk is an InputError', async () => {
    await expect(writeAtomically('/dev/full', 'text')).rejects.toMatchObject({ name: 'InputError', code: 'disk-full' })
  })

  test.skipIf(process.platform === 'win32')('a folder that one may not write to', async () => {
    mkdirSync(at('locked'), { mode: 0o500 })
    // Root may write anywhere, so that it tries as nobody.
    const restore = asNobody()
    try {
      await expect(checkWritable(at('locked/a.csv'))).rejects.toMatchObject({ name: 'InputError', code: 'output-not-allowed' })
      await expect(writeAtomically(at('locked/a.csv'), '')).rejects.toMatchObject({ name: 'InputError', code: 'output-not-allowed' })
    } finally {
      restore()
    }
  })

  test('an output that is an input, by whatever name, or another output', async () => {
    writeFileSync(at('data.csv'), 'a')
    symlinkSync(at('data.csv'), at('link.csv'))
    const taken = { name: 'InputError', code: 'output-taken' }
    await expect(checkOutputs([at('data.csv')], [at('data.csv')])).rejects.toMatchObject(taken)
    await expect(checkOutputs([at('link.csv')], [at('data.csv')])).rejects.toMatchObject(taken)
    await expect(checkOutputs([at('new.csv'), at('./new.csv')], [])).rejects.toMatchObject(taken)
    await checkOutputs(['-', undefined, at('new.csv'), at('report.html')], ['-', undefined, at('data.csv')])
    await checkOutputs(['/dev/null', '/dev/null'], [])
    expect(readdirSync(folder)).toEqual(['data.csv', 'link.csv'])
  })

  test('a link to a file that is not there yet makes that file, and counts as it', async () => {
    mkdirSync(at('there'))
    symlinkSync('there/new.txt', at('link.txt'))
    symlinkSync('link.txt', at('again.txt'))
    await checkOutputs([at('again.txt')], [])
    await expect(checkOutputs([at('again.txt'), at('there/new.txt')], [])).rejects.toMatchObject({ code: 'output-taken' })
    await writeAtomically(at('again.txt'), 'text')
    expect(readFileSync(at('there/new.txt'), 'utf8')).toBe('text')
    expect(readdirSync(folder)).toEqual(['again.txt', 'link.txt', 'there'])
    expect(lstatSync(at('link.txt')).isSymbolicLink()).toBe(true)
  })

  test('links in a circle and links into a folder that is not there are refused', async () => {
    symlinkSync('b.txt', at('a.txt'))
    symlinkSync('a.txt', at('b.txt'))
    symlinkSync('no/such.txt', at('c.txt'))
    for (const [name, code] of [
      ['a.txt', 'output-failed'],
      ['c.txt', 'output-folder-missing']
    ]) {
      await expect(writeAtomically(at(name!), '')).rejects.toMatchObject({ name: 'InputError', code })
      await expect(checkWritable(at(name!))).rejects.toMatchObject({ name: 'InputError', code })
    }
  })

  test('what another run left is neither used nor deleted, and is named', async () => {
    const left = `.sbridge-${process.pid}-0.tmp`
    writeFileSync(at(left), 'half')
    await writeAtomically(at('a.txt'), 'whole')
    removeTemporaryFiles()
    expect(readFileSync(at(left), 'utf8')).toBe('half')
    expect(readdirSync(folder)).toEqual([left, 'a.txt'])
    expect(await temporaryFilesIn(folder)).toEqual([left])
    expect(await temporaryFilesIn(at('no folder'))).toEqual([])
  })

  test('every write has a name of its own, of which a listener is told', async () => {
    const told: [string, string][] = []
    watchTemporaryFiles((path, event) => told.push([path, event]))
    await writeAtomically(at('a.txt'), '1')
    await expect(writeAtomically(at('no/a.txt'), '2')).rejects.toMatchObject({ code: 'output-folder-missing' })
    await writeAtomically(at('a.txt'), '3')
    watchTemporaryFiles(() => {})
    expect(told.map(([, event]) => event)).toEqual(['begun', 'gone', 'begun', 'gone', 'begun', 'gone'])
    const names = told.map(([path]) => path)
    expect([names[1], names[3], names[5]]).toEqual([names[0], names[2], names[4]])
    expect(new Set(names).size).toBe(3)
  })

  test('checkWritable makes nothing', async () => {
    await checkWritable(at('new.csv'))
    await checkWritable('-')
    expect(readdirSync(folder)).toEqual([])
  })

  test('an interrupt in the middle of writing leaves neither file', async () => {
    const writing = writeAtomically(at('large.bin'), new Uint8Array(64 << 20))
    writing.catch(() => {})
    const deadline = performance.now() + 5000
    while (readdirSync(folder).length === 0 && performance.now() < deadline) await new Promise((resolve) => setImmediate(resolve))
    expect(readdirSync(folder).some((name) => name.endsWith('.tmp'))).toBe(true)
    removeTemporaryFiles()
    expect(readdirSync(folder)).toEqual([])
    await expect(writing).rejects.toMatchObject({ name: 'InputError' })
    expect(readdirSync(folder)).toEqual([])
  })
})
