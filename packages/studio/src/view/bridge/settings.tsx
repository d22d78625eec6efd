import { plainText } from '@sbridge/core/internal'
import { change, facts, result, session, settings, shown } from '../../state/bridge.js'
import { FIELDS, SHEET } from '../../state/bridge-settings.js'
import { labelOf } from '../../state/options.js'
import { AllOptions } from '../all-options.js'
import { ChoiceField, NumberField, SelectField } from '../fields.js'
import { Recipe } from '../recipe.js'

/** Times that the menu offers. */
const TIMES = [
  { value: '0.5', label: 'half way' },
  { value: SHEET.at.usual.join(','), label: 'quarters' },
  { value: '0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9', label: 'tenths' }
]

/** What is asked for, and the one button that does it. */
export function Settings() {
  const { at, as, rows, bandwidth, seed } = settings.value
  const now = at.join(',')
  const times = TIMES.some(({ value }) => value === now) ? TIMES : [...TIMES, { value: now, label: at.join(', ') }]
  return (
    <Recipe
      job={session}
      label="Bridge"
      head={<h2>Bridge</h2>}
      verb="Bridge"
      note={facts.value!.second ? 'compares both, draws rows between, carries rows over' : 'needs a second table'}
    >
      <SelectField
        label={labelOf(FIELDS.at)}
        field={FIELDS.at}
        value={now}
        options={times}
        set={(value) => change({ at: value.split(',').map(Number) })}
      />
      <NumberField
        field={FIELDS.rows}
        value={rows}
        auto="auto"
        found="auto: as many as the first table has"
        set={(rows) => change({ rows })}
      />
      <details>
        <summary>More options</summary>
        <NumberField
          field={FIELDS.bandwidth}
          value={bandwidth}
          auto="auto"
          found={
            result.value && shown.value!.fit.bandwidth === undefined
              ? `found: ${plainText(result.value.epsilon)}`
              : 'auto: by held-out rows'
          }
          set={(bandwidth) => change({ bandwidth })}
        />
        <ChoiceField field={FIELDS.as} value={as} set={(as) => change({ as })} />
        <NumberField field={FIELDS.seed} value={seed} set={(seed) => change({ seed })} />
      </details>
      <AllOptions activity="bridge" session={session} />
    </Recipe>
  )
}
