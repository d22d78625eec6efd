import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { sbridge } from '../../test/command.js'

const staff = fileURLToPath(new URL('../../../../examples/data/staff.csv', import.meta.url))

it('a report of a table with keys and references names them, and judges by half of the rows', { tags: ['slow'] }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sbridge-keys-'))
  try {
    const quick = ['--bandwidth', '0.5', '--scaling', 'standard', '--steps', '2', '--seed', '1']
    const run = await sbridge(folder, 'sample', staff, '-n', '100', '-o', 'new.csv', '--report', 'new.html', '--exclude', 'name', ...quick)
    expect(run.status).toBe(0)
    const page = readFileSync(join(folder, 'new.html'), 'utf8')
    expect(page).toContain('manager_id refers to employee_id of rows before, up to 3 deep')
    expect(page).toContain('left out a random half')
    expect(page).not.toContain('was not possible')
    // The sentence that the page begins with is said where it is not opened.
    const said = /^verdict, (good|fair|poor): (.*)$/m.exec(run.stdout)!
    expect(page).toContain(`class="verdict ${said[1]}"><p>${said[2]!.split(':')[0]}.</p>`)
    const real = readFileSync(staff, 'utf8')
    const emails = real.match(/[a-z.0-9]+@example\.com/g)!
    expect(emails.length).toBeGreaterThan(200)
    expect(
      emails.filter((email) => page.includes(`${email}<`) || readFileSync(join(folder, 'new.csv'), 'utf8').includes(`,${email},`))
    ).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
