import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { TableFacts } from '../work/messages.js'
import { GAPS as CELLS, type GapsShape, type RowsLook, type RowsShape, type ScoresShape } from '../work/rows-messages.js'
import { numbersFirst, pick, visibleNames } from './looks.js'
import {
  GAPS,
  type GapsSettings,
  gapsElsewhere,
  gapsRun,
  type RowsSettings,
  SCORES,
  type ScoresSettings,
  scoresElsewhere,
  scoresRun
} from './rows-settings.js'
import { type Session, type SessionRules, sessionOf } from './session.js'
import { readingOf } from './sheet.js'

/** An activity on rows: its session, what is looked at, and the dot that is pointed at. */
export interface RowsState<S extends RowsSettings = RowsSettings, A extends RowsShape = RowsShape> {
  readonly session: Session<S, A>
  readonly look: ReadonlySignal<RowsLook>
  /** Columns of the table that can be an axis or a colour, and those of what was found. */
  readonly columns: ReadonlySignal<readonly string[]>
  readonly pointed: Signal<number | null>
}

interface Rules<S extends object, A extends RowsShape>
  extends Pick<SessionRules<S, A>, 'name' | 'sheet' | 'look' | 'commandOf' | 'codeOf'> {
  readonly runOf: (settings: S) => A['run']
  readonly words: Omit<SessionRules<S, A>['words'], 'opened'>
}

/** A session on the rows of a table, read as it is, and the dot that is pointed at by its place among the drawn ones. */
export function rowsSession<S extends RowsSettings, A extends RowsShape>({ runOf, words, ...rules }: Rules<S, A>) {
  const pointed = signal<number | null>(null)
  const session: Session<S, A> = sessionOf<S, A>({
    ...rules,
    words: { ...words, opened: ({ rowCount, columns }) => `${rowCount} rows, ${columns.length} columns` },
    choice: () => readingOf(session.settings.value),
    wanted: () => runOf(session.settings.value),
    done: () => session.sendLook(),
    cleared() {
      pointed.value = null
    }
  })
  return { session, pointed }
}

interface Own<S extends object, A extends RowsShape> extends Omit<Rules<S, A>, 'look'> {
  /** The colour that tells most of what was found. */
  readonly tells: string
}

/** Two columns with values to look at first: a whole one and one with gaps where these are filled. */
function firstTwo(facts: TableFacts | null, gaps: boolean): string[] {
  const named = facts?.columns.filter(({ kind, missing }) => kind !== 'identifier' && missing < facts.rowCount) ?? []
  const of = (columns: typeof named) =>
    numbersFirst(
      facts,
      columns.map(({ name }) => name)
    )
  const [first, ...more] = of(gaps ? named.filter(({ missing }) => missing === 0) : named)
  const [gap] = gaps ? of(named.filter(({ missing }) => missing > 0)) : []
  return [first, gap, ...more, ...of(named)].filter((name) => name !== undefined)
}

function rowsState<S extends RowsSettings, A extends RowsShape>({ tells, ...rules }: Own<S, A>): RowsState<S, A> {
  const columns = computed(() => [...visibleNames(session.facts.value), ...(session.result.value?.added ?? [])])
  const look = computed((): RowsLook => {
    const { right, up, colour } = session.settings.value
    const all = columns.value
    const facts = session.facts.value
    const [first, second = first] = firstTwo(facts, rules.name === 'impute')
    const category = facts?.columns.find(({ kind }) => kind === 'category')?.name
    return {
      right: pick(right, all, first),
      up: pick(up, all, second),
      colour: pick(colour, all, all.includes(tells) ? tells : (category ?? first))
    }
  })
  const { session, pointed } = rowsSession<S, A>({ ...rules, look: () => look.value })
  return { session, look, columns, pointed }
}

export const gaps = rowsState<GapsSettings, GapsShape>({
  name: 'impute',
  sheet: GAPS,
  runOf: gapsRun,
  tells: CELLS,
  ...gapsElsewhere,
  words: { running: 'Filling gaps', done: ({ rowCount }) => `${rowCount} rows filled` }
})

export const scores = rowsState<ScoresSettings, ScoresShape>({
  name: 'score',
  sheet: SCORES,
  runOf: scoresRun,
  tells: 'outlier',
  ...scoresElsewhere,
  words: { running: 'Scoring', done: ({ rowCount }) => `${rowCount} rows scored` }
})
