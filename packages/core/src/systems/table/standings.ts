import { keptStandingsIn } from '../../code/rules/among-rows.js'
import { type Standing, SUMMARIES, TIES } from '../../code/rules/standings.js'
import { flag, list, number, optional, record, text, variant, word } from '../../model-file/reading.js'
import { rulesOf } from '../rules/ruled-rows.js'
import type { TableFit } from './options.js'

/** Ranks and shares; what a formula says of each row, as of a sum that stands beside it, is none. */
export function ownStandings(data: Parameters<typeof rulesOf>[0], options: TableFit): readonly Standing[] {
  const found = keptStandingsIn(data)
  if (found.length === 0) return []
  const formulas = new Set(rulesOf(data, options).flatMap(({ kind, column }) => (kind === 'formula' ? [column] : [])))
  return found.filter(({ column }) => !formulas.has(column))
}

const place = { column: text, of: text, by: list(text) }
const summary = record<Extract<Standing, { kind: (typeof SUMMARIES)[number] }>>({ ...place, kind: word(...SUMMARIES) })

/** A standing as it stands in a model file. */
export const standingRecord = variant<Standing>('kind', {
  rank: record<Extract<Standing, { kind: 'rank' }>>({ ...place, kind: word('rank'), descending: optional(flag), ties: word(...TIES) }),
  share: record<Extract<Standing, { kind: 'share' }>>({ ...place, kind: word('share'), whole: number({ above: 0, most: 100 }) }),
  ...Object.fromEntries(SUMMARIES.map((kind) => [kind, summary]))
})
