import { describe, expect, test } from 'vitest'
import { type Cell, linesOf, type TableOf, type Telling } from '../../tell/telling.js'
import { type ConditionSupport, type Support, tellSupport } from './support.js'

const WARNING = { name: 'condition-few-rows', message: 'few rows stand behind it' }
const one = (parts: Partial<ConditionSupport> = {}): ConditionSupport => ({ condition: 'a=1', effectiveRows: 20, warnings: [], ...parts })
const tell = (parts: Partial<Support>): Telling => tellSupport({ conditions: [one()], warnings: [], ...parts }, {})
const tablesOf = ({ topics }: Telling): TableOf[] => topics.flatMap(({ blocks }) => blocks).filter((block) => block.kind === 'table')
const column = ({ head, rows }: TableOf, name: string): Cell[] => rows.map((cells) => cells[head.indexOf(name)])

describe('what is said of support', () => {
  test('each measure where it is worst over the conditions: rows least, distances most', () => {
    const distances = [0.5, 2].map((nearest) => ({ nearest, usual: 1 }))
    const telling = tell({
      conditions: [
        one({ effectiveRows: 30, distance: distances[0] }),
        one({ effectiveRows: 12.25, acceptance: 0.5, distance: distances[1] })
      ]
    })
    expect(linesOf(telling)).toEqual([
      'The data have such rows: each drawn row rests on an effective 12 of them or more.',
      'effective rows: 12.3 (least of 2 conditions)',
      'acceptance: 0.500 (least of 2 conditions)',
      'nearest row: 2 standard deviations (most of 2 conditions)',
      'rows among themselves: 1 standard deviations (most of 2 conditions)'
    ])
    const [table] = tablesOf(telling)
    expect(column(table!, 'acceptance#')).toEqual([undefined, 0.5])
    expect(table!.head).not.toContain('warning')
  })

  test('the verdict follows warnings and rows that agree', () => {
    const verdict = (parts: Partial<Support>): string => linesOf(tell(parts))[0]!
    const warned = one({ warnings: [WARNING] })
    expect(verdict({ conditions: [warned], warnings: [WARNING] })).toMatch(/hardly any rows like these/)
    expect(verdict({ conditions: [one(), warned, one()], warnings: [WARNING] })).toMatch(/those of 1 of 3 conditions/)
    expect(verdict({ agreeing: 9.9 })).toMatch(/hardly agree/)
    expect(verdict({ agreeing: 10.4 })).toMatch(/^The data support this: an effective 10 of/)
    expect(verdict({ agreeing: 40, warnings: [WARNING] })).toMatch(/mind the warnings/)
  })

  test('warnings of conditions stand in their table, too; all of them, those that are of none as well, among the warnings and in --json', () => {
    const general = { name: 'sweeps-drift', message: 'sweeps still moved' }
    const telling = tell({ conditions: [one({ warnings: [WARNING] }), one()], warnings: [WARNING, general] })
    expect(column(tablesOf(telling)[0]!, 'warning')).toEqual([WARNING.message, ''])
    expect(telling.warnings).toEqual([WARNING, general])
    expect(telling.json.warnings).toEqual([WARNING, general])
    expect(telling.caution).toContain(telling.topics[0]!.title)
  })

  test('a condition without a name has no table; columns are those that moved farthest, at most twenty', () => {
    const columns = Object.fromEntries(
      Array.from({ length: 30 }, (_, k) => [`c${k}`, { prior: [0, 2] as const, posterior: [k, 1] as const }])
    )
    const tables = tablesOf(tell({ conditions: [one({ condition: '' })], columns }))
    expect(tables).toHaveLength(1)
    expect(tables[0]!.rows).toHaveLength(20)
    expect(tables[0]!.rows[0]).toEqual(['c29', 0, 2, 29, 1, 14.5])
  })
})
