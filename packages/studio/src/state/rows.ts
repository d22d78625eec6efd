import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { GAPS as CELLS, type GapsShape, type RowsLook, type RowsShape, type ScoresShape } from '../work/rows-messages.js'
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

type Looked = Readonly<Record<keyof RowsLook, string | null>>

/** An activity on rows: its session, what is looked at, and the dot that is pointed at. */
export interface RowsState<S extends Looked = RowsSettings, A extends RowsShape = RowsShape> {
  readonly session: Session<S, A>
  readonly look: ReadonlySignal<RowsLook>
  /** Columns of the table that can be an axis or a colour, and those of what was found. */
  readonly columns: ReadonlySignal<readonly string[]>
  readonly pointed: Signal<number | null>
}

type Own<S extends object, A extends RowsShape> = Pick<SessionRules<S, A>, 'name' | 'sheet' | 'words' | 'commandOf' | 'codeOf'> & {
  readonly runOf: (settings: S) => A['run']
  /** The colour that tells most of what was found. */
  readonly tells: string
}

function rowsState<S extends Looked, A extends RowsShape>({ runOf, tells, ...rules }: Own<S, A>): RowsState<S, A> {
  const pointed = signal<number | null>(null)
  const columns = computed(() => [
    ...(session.facts.value?.columns ?? []).filter(({ kind }) => kind !== 'identifier').map(({ name }) => name),
    ...(session.result.value?.added ?? [])
  ])
  const look = computed((): RowsLook => {
    const { right, up, colour } = session.settings.value
    const kinds = new Map(session.facts.value?.columns.map(({ name, kind }) => [name, kind]))
    const numbers = columns.value.filter((name) => /number|integer/.test(kinds.get(name) ?? ''))
    const order = [...new Set([...numbers, ...columns.value])]
    const pick = (name: string | null, usual: string | undefined) =>
      name !== null && columns.value.includes(name) ? name : (usual ?? order[0] ?? '')
    return {
      right: pick(right, order[0]),
      up: pick(up, order[1]),
      colour: pick(colour, columns.value.includes(tells) ? tells : columns.value.find((name) => kinds.get(name) === 'category'))
    }
  })
  const session: Session<S, A> = sessionOf<S, A>({
    ...rules,
    choice: () => null,
    look: () => look.value,
    wanted: () => runOf(session.settings.value),
    done: () => session.sendLook(),
    cleared() {
      pointed.value = null
    }
  })
  return { session, look, columns, pointed }
}

const opened = ({ rowCount, columns }: RowsShape['facts']) => `${rowCount} rows, ${columns.length} columns`

export const gaps = rowsState<GapsSettings, GapsShape>({
  name: 'impute',
  sheet: GAPS,
  runOf: gapsRun,
  tells: CELLS,
  ...gapsElsewhere,
  words: { opened, running: 'Filling gaps', done: ({ rowCount }) => `${rowCount} rows filled` }
})

export const scores = rowsState<ScoresSettings, ScoresShape>({
  name: 'score',
  sheet: SCORES,
  runOf: scoresRun,
  tells: 'outlier',
  ...scoresElsewhere,
  words: { opened, running: 'Scoring', done: ({ rowCount }) => `${rowCount} rows scored` }
})
