import { counted, listed } from '../../num/listed.js'
import { countText } from '../../tell/numbers.js'
import { type Block, explained, type TableOf, type Telling, type Topic } from '../../tell/telling.js'
import type { ToTell } from '../system.js'
import { isAdded } from './changes.js'
import type { ForecastModel } from './forecast.js'
import { type SeriesRequest, tellOne } from './one-series.js'
import { MEMBERS } from './options.js'
import { type DrawnSeveral, keyOf, nameOf, type SeveralForecasts } from './several.js'
import { otherText, seasonText } from './tell.js'

/** Series of which a report draws the continuations. */
const MOST_DRAWN = 12

/** What forecasts of several series say: how each is drawn, and what is said of each under its name. */
export function tellSeveral(model: SeveralForecasts, drawn?: ToTell<DrawnSeveral, SeriesRequest>): Telling {
  const { forecasts, group } = model
  const request = drawn && { ...drawn.request, asked: undefined }
  const each = forecasts.map((own, g) => tellOne(own, drawn && { answer: drawn.answer.each[g]!, request: request! }))
  const named = <T>(of: (g: number) => readonly T[], words: (name: string, one: T) => T): T[] =>
    forecasts.flatMap((_, g) => of(g).map((one) => words(nameOf(model, g), one)))
  return {
    json: {
      group,
      ...(drawn ? { members: drawn.request.rows ?? MEMBERS, steps: drawn.request.steps } : {}),
      series: forecasts.map((_, g) => ({ key: keyOf(model, g), ...each[g]!.json }))
    },
    topics: [...(drawn ? [fanTopic(model, each)] : []), seriesTopic(model)],
    warnings: named(
      (g) => each[g]!.warnings,
      (name, { name: kind, message }) => ({ name: kind, message: `${name}: ${message}` })
    ),
    notes: [
      ...model.notes,
      ...(drawn && forecasts.length > 1 ? [APART] : []),
      ...named<string>(
        (g) => each[g]!.notes,
        (name, note) => `${name}: ${note}`
      )
    ]
  }
}

const APART =
  'each series is drawn as by itself, with the same random numbers: members are not to be added up over series; for totals give a column for each series'

/** The pictures of the first series. */
function fanTopic(model: SeveralForecasts, each: readonly Telling[]): Topic {
  const shown = each.slice(0, MOST_DRAWN)
  const blocks = shown.flatMap(({ topics }, g): Block[] =>
    topics
      .filter(({ id }) => id === 'forecast')
      .flatMap((topic) => topic.blocks)
      .map((block) => (block.kind === 'figure' ? { ...block, caption: `${nameOf(model, g)}. ${block.caption}` } : block))
  )
  const cut = shown.length < each.length ? [explained(`Of ${countText(each.length)} series, the first ${shown.length} are drawn.`)] : []
  return { id: 'forecast', title: 'The series and their continuations', blocks: [...blocks, ...cut] }
}

function seriesTopic(model: SeveralForecasts): Topic {
  const table: TableOf = {
    kind: 'table',
    caption: 'How the next row of each series is drawn.',
    head: ['series', 'transitions#', 'memory', 'season', 'changes', 'other trajectories'],
    rows: model.forecasts.map(({ summary }, g) => [nameOf(model, g), summary.pairCount, counted(summary.memory, 'row'), ...wayOf(summary)]),
    said: ''
  }
  return { id: 'transition', title: 'How the next row is drawn', blocks: [table] }
}

function wayOf({ season, changes = {}, other }: ForecastModel['summary']): string[] {
  const added = Object.keys(changes).filter((name) => isAdded(changes[name]))
  return [season ? seasonText(season) : '', listed(added), other ? `${(100 * other.share).toFixed(0)} %, ${otherText(other)}` : '']
}

/** What was decided of each series; plain JSON. */
export function summaryOfSeveral(model: SeveralForecasts): object & { readonly notes: readonly string[] } {
  const { json, notes } = tellSeveral(model)
  return { ...json, notes }
}
