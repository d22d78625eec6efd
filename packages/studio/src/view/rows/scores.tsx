import { countText, listed } from '@sbridge/core/internal'
import { scores } from '../../state/rows.js'
import { FIELDS } from '../../state/rows-settings.js'
import { activityOf } from '../activity.js'
import { AllOptions } from '../all-options.js'
import { NumberField } from '../fields.js'
import { Found } from '../found.js'
import { Recipe } from '../recipe.js'
import { Choose } from './choose.js'
import { Listed } from './listed.js'
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
      <AllOptions activity="score" session={session} />
    </Recipe>
  )
}

function Results() {
  const { result, settings, shown, running, save } = session
  if (!result.value) return null
  const { listed: furthest, rowCount } = result.value
  return (
    <Found
      session={session}
      first={
        furthest && (
          <Listed
            of={scores}
            {...furthest}
            title="The rows that lie furthest out"
            front={['outlier', 'outlier_p', 'log_density']}
            words="A large score is far from all rows, and outlier_p is the share of the table’s rows that lie as far out. Of very many rows some have a small one by chance."
          />
        )
      }
      rows={furthest ? `${countText(rowCount)} rows with their scores` : `The density of ${listed(shown.value!.draw.grid!)} on a grid`}
      kind="rows"
      report={{ kicker: 'Scores and densities', made: 'Densities were told' }}
      more={furthest ? 'Model for other rows, report, furthest first' : 'Model for rows, report'}
      buttons={
        furthest && (
          <button type="button" onClick={() => save('ranked')} disabled={running.value}>
            Ranked, CSV
          </button>
        )
      }
      seed={`the seed is ${settings.value.seed}`}
    />
  )
}
