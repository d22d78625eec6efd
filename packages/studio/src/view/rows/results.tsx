import { countText } from '@sbridge/core/internal'
import type { RowsState } from '../../state/rows.js'
import { Notes } from '../columns.js'
import { TakeAway } from '../take-away.js'
import { Topics } from '../topics.js'

interface ResultsProps {
  readonly of: RowsState
  /** What became of the rows, and what the model is good for. */
  readonly made: string
  readonly more: string
}

/** What was found, in the words of the report, and the rows to take along. */
export function Results({ of: { session }, made, more }: ResultsProps) {
  const { result, source, settings } = session
  if (!result.value) return null
  const { topics, notes, rowCount } = result.value
  return (
    <div class="results">
      <Topics topics={topics} file={source.value!.name} />
      <Notes notes={notes} />
      <TakeAway
        session={session}
        rows={`${countText(rowCount)} rows ${made}`}
        kind="rows"
        more={more}
        seed={`the seed is ${settings.value.seed}`}
      />
    </div>
  )
}
