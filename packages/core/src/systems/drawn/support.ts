import type { BeforeAndAfter, ObservationSupport } from '../../know/observations.js'
import type { Distance, NamedWarning } from '../../know/support.js'
import type { Table } from '../../table/table.js'
import { daysText, numberText, timeText } from '../../tell/numbers.js'
import { type Fact, facts, said, type TableOf, type Telling, type Topic } from '../../tell/telling.js'

/** How well the data support the rows of one condition. */
export interface ConditionSupport {
  readonly condition: string
  /** Training rows that have what can be had exactly. */
  readonly matchingRows?: number | undefined
  /** Training rows that a drawn row rests on. */
  readonly effectiveRows: number
  readonly acceptance?: number | undefined
  readonly effectiveSampleSize?: number | undefined
  readonly distance?: Distance | undefined
  /** How far a decoder stays from given numbers, before these are repeated. */
  readonly missed?: number | undefined
  /** How far given values stand from where what is before them leads, in standard deviations of that. */
  readonly surprise?: number | undefined
  readonly warnings?: readonly NamedWarning[]
}

/** What is known of the rows that were drawn, and how well the data support it, whatever drew them. */
export interface Support {
  readonly conditions: readonly ConditionSupport[]
  /** Training rows, in effect, that agree with what was observed. */
  readonly agreeing?: number
  /** Of this way of drawing alone. */
  readonly facts?: readonly Fact[]
  /** How its settings were chosen. */
  readonly choices?: readonly TableOf[]
  readonly observations?: readonly ObservationSupport[]
  readonly columns?: BeforeAndAfter
  readonly warnings: readonly NamedWarning[]
}

const TITLE = 'What was known, and how well the data support it'
const CAUTION = `These rows were drawn under a condition (see “${TITLE}”). The measures compare them with all rows of the data, from which they should differ, so there is no grade.`
/** Conditions that a table of a report lists, columns that it sets before and after, and characters of a condition in it. */
const MOST_ROWS = 50
const MOST_MOVED = 20
const LONGEST_CONDITION = 200

/** What is said of support. `json`: the reports as `--json` has them; `columns`: of the table, whose times are shown as times. */
export function tellSupport(support: Support, json: Telling['json'], columns: Table['columns'] = []): Telling {
  const { warnings, conditions, observations = [] } = support
  const named = conditions.length > 1 || conditions.some(({ condition }) => condition !== '')
  const topic: Topic = {
    id: 'known',
    title: TITLE,
    blocks: [
      said(verdictOn(support)),
      facts(...(support.facts ?? []), ...conditionFacts(conditions)),
      ...(support.choices ?? []),
      ...(named ? [conditionTable(conditions)] : []),
      ...(observations.length > 0 ? [observationTable(observations)] : []),
      ...(support.columns ? [movedTable(support.columns, timesOf(columns))] : [])
    ]
  }
  return { json: { ...json, warnings }, topics: [topic], warnings, notes: [], caution: CAUTION }
}

/** Fewer rows than this that agree with an observation are few. */
const SOME = 10

/** Whether the data know such rows, in a sentence. */
function verdictOn({ conditions, agreeing, warnings }: Support): string {
  if (agreeing !== undefined) {
    if (agreeing < SOME) return 'Prior and observation hardly agree: the answer rests on how the model extends the tails of the data.'
    const rows = `an effective ${numberText(Math.round(agreeing))} of their rows agree with what was observed`
    return warnings.length > 0 ? `The data support this, but mind the warnings: ${rows}.` : `The data support this: ${rows}.`
  }
  const least = numberText(Math.round(Math.min(...conditions.map(({ effectiveRows }) => effectiveRows))))
  if (warnings.length === 0) return `The data have such rows: each drawn row rests on an effective ${least} of them or more.`
  const warned = conditions.filter((one) => (one.warnings ?? []).length > 0).length
  if (warned === 0 && warnings.every(({ name }) => name === 'condition-too-wide'))
    return `The data have such rows, but mind the warnings: each drawn row rests on an effective ${least} of them or more.`
  const which = warned === 0 || conditions.length === 1 ? 'these' : `those of ${warned} of ${conditions.length} conditions`
  return `The data have hardly any rows like ${which}: treat what is drawn as a guess.`
}

interface Measure {
  readonly name: string
  readonly unit?: string
  readonly meaning: string
  readonly of: (one: ConditionSupport) => number | undefined
  /** The condition to look at is the one with the largest. */
  readonly most?: true
}

const MEASURES: readonly Measure[] = [
  { name: 'matching rows', meaning: 'training rows that meet the condition', of: (one) => one.matchingRows },
  {
    name: 'effective rows',
    meaning: 'training rows that a drawn row rests on; below 3 there is no distribution to see, unless many rows match',
    of: (one) => one.effectiveRows
  },
  {
    name: 'acceptance',
    meaning: 'share of moves that were accepted; near 0, chains hardly left where they started',
    of: (one) => one.acceptance
  },
  { name: 'effective sample size', meaning: 'how many independent rows the drawn ones are worth', of: (one) => one.effectiveSampleSize },
  {
    name: 'nearest row',
    unit: 'standard deviations',
    meaning: 'distance from the condition to the nearest training row',
    of: (one) => one.distance?.nearest,
    most: true
  },
  {
    name: 'rows among themselves',
    unit: 'standard deviations',
    meaning: 'the same distance from a training row, for 99 % of them',
    of: (one) => one.distance?.usual,
    most: true
  },
  {
    name: 'given numbers met to',
    unit: 'scaled units',
    meaning: 'by the decoder, before they are repeated exactly',
    of: (one) => one.missed,
    most: true
  },
  {
    name: 'given values from where their past leads',
    unit: 'standard deviations',
    meaning: 'root mean square',
    of: (one) => one.surprise,
    most: true
  }
]

/** Each measure where it is worst over the conditions. */
function conditionFacts(conditions: readonly ConditionSupport[]): Fact[] {
  const count = conditions.length
  return MEASURES.flatMap(({ name, unit, meaning, of, most }) => {
    const values = conditions.map(of).filter((value) => value !== undefined)
    if (values.length === 0) return []
    const value = most ? Math.max(...values) : Math.min(...values)
    return [{ name, value, unit, meaning, aside: count > 1 ? `${most ? 'most' : 'least'} of ${count} conditions` : undefined }]
  })
}

function conditionTable(conditions: readonly ConditionSupport[]): TableOf {
  const measures = MEASURES.filter(({ of }) => conditions.some((one) => of(one) !== undefined))
  const warned = conditions.some(({ warnings = [] }) => warnings.length > 0)
  const shown = conditions.slice(0, MOST_ROWS)
  return {
    kind: 'table',
    caption: `How well the data support each condition${shown.length < conditions.length ? ` (the first ${shown.length} of ${numberText(conditions.length)})` : ''}; distances in standard deviations.`,
    head: ['condition', ...measures.map(({ name }) => `${name}#`), ...(warned ? ['warning'] : [])],
    rows: shown.map((one) => [
      one.condition === '' ? 'nothing given' : shortened(one.condition),
      ...measures.map(({ of }) => of(one)),
      ...(warned ? [(one.warnings ?? []).map(({ message }) => message).join('; ')] : [])
    ])
  }
}

function shortened(condition: string): string {
  return condition.length > LONGEST_CONDITION ? `${condition.slice(0, LONGEST_CONDITION)}…` : condition
}

function observationTable(observations: readonly ObservationSupport[]): TableOf {
  return {
    kind: 'table',
    caption: 'Left minus right side of each observation, before and after.',
    head: ['observation', 'standard deviations from the prior#', 'prior mean#', 'prior spread#', 'posterior mean#', 'posterior spread#'],
    rows: observations.map(({ text, priorDeviations, prior, posterior }) => [
      text,
      priorDeviations,
      prior.mean,
      prior.deviation,
      posterior.mean,
      posterior.deviation
    ]),
    said: ''
  }
}

function timesOf(columns: Table['columns']): ReadonlySet<string> {
  return new Set(columns.filter(({ kind }) => kind === 'datetime').map(({ name }) => name))
}

/** Columns before and after: those whose mean moved farthest, in spreads of the data. */
function movedTable(columns: BeforeAndAfter, times: ReadonlySet<string>): TableOf {
  const all = Object.entries(columns).map(([name, { prior, posterior }]) => {
    const by = prior[1] > 0 ? Math.abs(posterior[0] - prior[0]) / prior[1] : 0
    return { name, prior, posterior, by }
  })
  const moved = all.sort((a, b) => b.by - a.by).slice(0, MOST_MOVED)
  const [centre, spread] = [timeText, daysText]
  return {
    kind: 'table',
    caption: `Columns before and after${moved.length < Object.keys(columns).length ? `: the ${moved.length} that moved farthest` : ''}. Before: rows that fit what is given, where something is.`,
    head: ['column', 'prior mean#', 'prior spread#', 'posterior mean#', 'posterior spread#', 'moved by (prior spreads)#'],
    rows: moved.map(({ name, prior, posterior, by }) => {
      const both = [...prior, ...posterior]
      return [name, ...(times.has(name) ? both.map((value, k) => (k % 2 === 0 ? centre : spread)(value)) : both), by]
    })
  }
}
