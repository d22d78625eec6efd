import { countText, listed, plainText } from '@sbridge/core/internal'
import { gaps } from '../../state/rows.js'
import { FIELDS } from '../../state/rows-settings.js'
import { activityOf } from '../activity.js'
import { AllOptions } from '../all-options.js'
import { ChoiceField, NumberField } from '../fields.js'
import { Found } from '../found.js'
import { Recipe } from '../recipe.js'
import { Choose } from './choose.js'
import { Listed } from './listed.js'
import { Stage } from './stage.js'

const { session } = gaps

export const part = activityOf(session, {
  activity: 'impute',
  title: 'What is missing',
  lead: 'Give a table with gaps: each is filled from the rows that agree with what is known of its row, and nothing else is touched.',
  drop: 'Drop a table with gaps here',
  Table: () => <Choose of={gaps} words={(rows, used, columns) => `${rows} rows, gaps filled in ${used} of ${columns} columns`} />,
  Stage: () => <Stage of={gaps} />,
  Settings,
  Results
})

/** What is asked for, and the one button that does it. */
function Settings() {
  const { change, settings, result } = session
  const { as, draws, bandwidth, seed } = settings.value
  return (
    <Recipe
      job={session}
      label="Fill gaps"
      head={<h2>Fill gaps</h2>}
      verb="Fill"
      note={result.value ? `${plainText(result.value.rowCount)} rows` : 'leaves given cells as they are'}
    >
      <ChoiceField
        field={FIELDS.as}
        value={as}
        words={{ draw: 'a draw', mean: 'the mean', median: 'the median' }}
        set={(as) => change({ as, ...(as === 'draw' ? {} : { draws: null }) })}
      />
      <details>
        <summary>More options</summary>
        {as === 'draw' && <NumberField field={FIELDS.draws} value={draws} auto="one" set={(draws) => change({ draws })} />}
        <NumberField field={FIELDS.bandwidth} value={bandwidth} auto="auto" set={(bandwidth) => change({ bandwidth })} />
        <NumberField field={FIELDS.seed} value={seed} set={(seed) => change({ seed })} />
      </details>
      <AllOptions activity="impute" session={session} />
    </Recipe>
  )
}

function Results() {
  const { result, settings, facts } = session
  if (!result.value) return null
  const { rowCount, columns } = facts.value!
  const empty = columns
    .filter(({ name, missing }) => missing === rowCount && !settings.value.exclude.includes(name))
    .map(({ name }) => name)
  const rows = `${countText(rowCount)} rows with their gaps filled${empty.length > 0 ? `, but for ${listed(empty)} without a value` : ''}`
  const { listed: filled } = result.value
  return (
    <Found
      session={session}
      first={
        filled &&
        filled.places.length > 0 && (
          <Listed
            of={gaps}
            {...filled}
            title="Rows that were filled"
            words="The first of them; what was filled has the colour of filled cells."
          />
        )
      }
      rows={rows}
      kind="rows"
      report={{ kicker: 'Filled gaps', made: `The missing cells of ${rowCount} rows were filled` }}
      more="Model, for new rows; report"
      seed={`the seed is ${settings.value.seed}`}
    />
  )
}
