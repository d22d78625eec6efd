import { countText, listed, numberText } from '@sbridge/core/internal'
import { scores } from '../../state/rows.js'
import { FIELDS } from '../../state/rows-settings.js'
import type { RowsShape } from '../../work/rows-messages.js'
import { activityOf } from '../activity.js'
import { AllOptions } from '../all-options.js'
import { Link, NumberField } from '../fields.js'
import { Found } from '../found.js'
import { Recipe } from '../recipe.js'
import { WideTable } from '../wide-table.js'
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
      <AllOptions activity="score" session={session} />
    </Recipe>
  )
}

function Results() {
  const { result, settings, shown, running, save } = session
  if (!result.value) return null
  const { furthest, rowCount } = result.value
  const ranked = furthest && (
    <button type="button" onClick={() => save('ranked')} disabled={running.value}>
      Ranked, CSV
    </button>
  )
  return (
    <Found
      session={session}
      rows={furthest ? `${countText(rowCount)} rows with their scores` : `The density of ${listed(shown.value!.draw.grid!)} on a grid`}
      kind="rows"
      more={furthest ? 'Furthest first, and a model for other rows' : 'Model, for rows'}
      buttons={ranked}
      seed={`the seed is ${settings.value.seed}`}
    >
      {furthest && <Furthest {...furthest} />}
    </Found>
  )
}

/** Columns of scores, the ones to read first. */
const SCORES = ['outlier', 'outlier_p', 'log_density']

/** The rows that lie furthest out, with their scores before their cells; one that is pressed is ringed in the picture. */
function Furthest({ places, rows: { columns } }: NonNullable<RowsShape['result']['furthest']>) {
  const found = SCORES.map((name) => columns.find((column) => column.name === name)!)
  const others = columns.filter((column) => !found.includes(column))
  const ring = (row: number) => {
    const at = session.picture.value?.rows.indexOf(row) ?? -1
    scores.pointed.value = at < 0 ? null : at
  }
  return (
    <>
      <h3>The {places.length} that lie furthest out</h3>
      <WideTable
        label="Rows that lie furthest out"
        head={['Row', ...SCORES.map((name) => `${name}#`), ...others.map(({ name }) => name)]}
        rows={places.map((row, k) => [
          <Link key="row" onClick={() => ring(row)} aria-label={`Show row ${row + 1} in the picture`}>
            {countText(row + 1)}
          </Link>,
          ...found.map(({ values }) => (values[k] === null ? '' : numberText(Number(values[k])))),
          ...others.map(({ values }) => values[k] ?? <span class="soft">missing</span>)
        ])}
      />
    </>
  )
}
