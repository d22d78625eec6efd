import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// What a day is depends on where the process runs.
test.each(['America/New_York', 'Europe/Berlin', 'Asia/Kolkata', 'America/Sao_Paulo', 'UTC'])(
  'days of the calendar in %s stay the days that they are',
  async (zone) => {
    const program = `
      import { tableOfRows, rowsOfTable } from '@sbridge/core/tables'
      // A year and a half: clocks change, in São Paulo of 2018 at midnight.
      const days = Array.from({ length: 550 }, (_, i) => ({ day: i % 9 === 4 ? null : new Date(2018, 0, 1 + i), at: new Date(2018, 0, 1 + i, 12) }))
      const table = tableOfRows(days)
      const back = rowsOfTable(table)
      console.log(JSON.stringify({
        days: table.columns[0].values.every((time, i) => days[i].day === null || time === Date.UTC(2018, 0, 1 + i)),
        times: table.columns[1].values.every((time, i) => time === days[i].at.getTime()),
        back: back.every(({ day, at }, i) => +day === +days[i].day && +at === +days[i].at),
        notes: table.notes ?? []
      }))`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: import.meta.dirname,
      env: { ...process.env, TZ: zone }
    })
    const { notes, ...same } = JSON.parse(stdout)
    expect(same).toEqual({ days: true, times: true, back: true })
    expect(notes.length).toBe(zone === 'UTC' ? 0 : 1)
  }
)
