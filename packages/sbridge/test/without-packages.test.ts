import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { afterAll, describe, expect, it } from 'vitest'
import { sbridge } from './command.js'

// Its project has none of the packages that are only used where they are installed.
const folder = mkdtempSync(join(tmpdir(), 'sbridge-without-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const rows = Array.from({ length: 20 }, (_, i) => `p${i},${(i * 7) % 11}`)
writeFileSync(join(folder, 'few.csv'), `name,age\n${rows.join('\n')}\n`)

describe('without a package a run is refused before anything is computed, with the line that installs it', () => {
  it('that writes a workbook, or reads one', async () => {
    const written = await sbridge(folder, 'sample', 'few.csv', '-o', 'x.xlsx', '--seed', '1')
    expect(written).toMatchObject({ status: 3, stdout: '' })
    expect(written.stderr).toContain('npm install write-excel-file')
    const parts = {
      'xl/workbook.xml':
        '<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Few" sheetId="1" r:id="rId1"/></sheets></workbook>',
      'xl/_rels/workbook.xml.rels': '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
      'xl/worksheets/sheet1.xml': '<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'
    }
    writeFileSync(join(folder, 'few.xlsx'), zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)]))))
    const read = await sbridge(folder, 'info', 'few.xlsx')
    expect(read).toMatchObject({ status: 3, stdout: '' })
    expect(read.stderr).toContain('npm install read-excel-file')
  })

  it('that makes up people', async () => {
    const run = await sbridge(folder, 'fit', 'few.csv', '-o', 'few.sbridge', '--types', 'name=name', '--seed', '1')
    expect(run).toMatchObject({ status: 3, stdout: '' })
    expect(run.stderr).toContain('try npm install @faker-js/faker')
  })
})
