import { ruleTexts } from '../../code/rules/kept-rules.js'
import { unknownKeys } from '../../code/rules/unknown-keys.js'
import type { NamedWarning } from '../../know/support.js'
import { placesByName } from '../../num/group.js'
import { listed } from '../../num/listed.js'
import { cellAt } from '../../table/cells.js'
import type { Asked } from '../asked.js'
import type { Ruled } from '../rules/ruled-rows.js'
import { UNKNOWN_WARNING } from '../rules/ruled-terms.js'
import { shown } from '../rules/ruled-wanted.js'
import type { DrawnRows, TableModel, UnknownRows } from './options.js'

/** A draw with its rows of combinations that no row of the data has, and a warning for each set of columns that others are looked up by. */
export function tellingUnknown<Drawn extends DrawnRows>(model: TableModel & Ruled, drawn: Drawn, asked?: Asked): Drawn {
  const { rules } = model
  const { table } = drawn
  const givens = asked?.givens ?? []
  const isGiven = (column: string, row: number) => {
    const given = givens[Math.floor((row * givens.length) / table.rowCount)]
    return given !== undefined && Object.hasOwn(given, column)
  }
  const found = rules ? unknownKeys(rules, table, isGiven) : []
  if (found.length === 0) return drawn
  const alike = placesByName(found, ({ from, count, row }) => JSON.stringify([from, count, row]))
  const unknown = [...alike.values()].map((places): UnknownRows => {
    const { count, row, ...one } = found[places[0]!]!
    const words = (names: readonly string[]) =>
      names.map((name) => {
        const column = rules!.columns.find((one) => one.name === name)!
        return `${name}=${shown(cellAt(table.columns.find((one) => one.name === name)!)(row), column)}`
      })
    const own = places.map((place) => found[place]!.rule)
    const columns = own.map(({ column }) => column)
    // A date of which several parts say it is one.
    const from = [...new Set(one.from)]
    return {
      from,
      columns,
      rules: ruleTexts({ ...rules!, rules: own }),
      count,
      rows: table.rowCount,
      example: words(from).join(' with '),
      values: words(columns).join(', ')
    }
  })
  return { ...drawn, unknown, warnings: [...drawn.warnings, ...unknownWarnings(unknown)] }
}

/** What is said of rows whose values lookups only guess. */
export const unknownWarnings = (unknown: readonly UnknownRows[]): NamedWarning[] =>
  unknown.map(({ columns, rules, from, count, rows, example, values }) => ({
    name: UNKNOWN_WARNING,
    message: `${count} of ${rows} rows have a ${from.length > 1 ? 'combination' : 'value'} of ${listed(from)} that no row of the data has, such as ${example}: ${rules.length > 1 ? 'the rules' : 'the rule'} ${rules.map((text) => `“${text}”`).join(', ')} ${rules.length > 1 ? 'cover' : 'covers'} no such row, so these rows have what the nearest real row has (${values}); give ${listed(columns)} too if you know better, or fit with --rules off`
  }))

/** The same of a draw in stretches. */
export function unknownInAll(stretches: readonly DrawnRows[]): readonly UnknownRows[] {
  const rows = stretches.reduce((sum, { table }) => sum + table.rowCount, 0)
  const all = stretches.flatMap(({ unknown = [] }) => unknown)
  return [...placesByName(all, ({ rules }) => rules.join('\n')).values()].map((places) => ({
    ...all[places[0]!]!,
    count: places.reduce((sum, place) => sum + all[place]!.count, 0),
    rows
  }))
}
