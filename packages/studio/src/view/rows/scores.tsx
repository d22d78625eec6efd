import { countText } from '@sbridge/core/internal'
import { scores } from '../../state/rows.js'
import { FIELDS } from '../../state/rows-settings.js'
import { activityOf } from '../activity.js'
import { NumberField } from '../fields.js'
import { Found } from '../found.js'
import { Recipe } from '../recipe.js'
import { Choose } from './choose.js'
import { Stage } from './stage.js'

const { session } = scores

export const part = activityOf(session, {
  activity: 'score',
  title: 'Which rows are odd',
  lead: 'Give a table: each row is held against all others, and the page says how probable it is among them and how far out it lies.',
  drop: 'Drop a table here',
  Table: () => <Choose of={scores} words={(rows, used, columns) => `${rows} rows, density of ${used} of ${columns} columns`} />,
  Stage: () => <Stage of={scores} />,
  Settings,
  Results
})

/** The one button that does it. */
function Settings() {
  const { change, settings } = session
  return (
    <Recipe
      job={session}
      label="Score rows"
      head={<h2>Score rows</h2>}
      verb="Score"
      note="each row is left out of what it is compared with"
    >
      <details>
        <summary>More options</summary>
        <NumberField field={FIELDS.seed} value={settings.value.seed} set={(seed) => change({ seed })} />
      </details>
    </Recipe>
  )
}

function Results() {
  const { result, settings } = session
  if (!result.value) return null
  const rows = `${countText(result.value.rowCount)} rows with their scores`
  return <Found session={session} rows={rows} kind="rows" more="Model, for other rows" seed={`the seed is ${settings.value.seed}`} />
}
