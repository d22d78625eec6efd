import { countText } from '@sbridge/core/internal'
import type { ComponentProps } from 'preact'
import { change, chooseTime, chosen, running, session, settings, snapshots, timeText } from '../../state/trajectories.js'
import { Columns, Table } from '../columns.js'
import { Link, SelectField } from '../fields.js'

/** Different numbers that may still be labels. */
const MOST_LABELS = 12

/** What the columns mean: time, weight, coordinates; and which snapshots the fit must not see. */
export function Choose() {
  const { columns, counts, times } = snapshots.value!
  const { usable, told } = chosen.value
  const { time, weights, growth, fates, exclude = [] } = told
  const numbers = columns.filter((one) => one.numbers && one.empty === 0 && one.name !== time).map(({ name }) => name)
  const labels = columns.filter((one) => one.name !== time && (!one.numbers || one.distinct <= MOST_LABELS)).map(({ name }) => name)
  const total = counts.reduce((sum, count) => sum + count, 0)
  const used = usable.filter((name) => !exclude.includes(name))
  const role = (
    part: 'weights' | 'growth' | 'fates',
    label: string,
    none: string,
    options: ComponentProps<typeof SelectField>['options']
  ) => (
    <SelectField
      label={label}
      value={told[part] ?? ''}
      disabled={running.value}
      options={[{ value: '', label: none }, ...options]}
      set={(name) => change({ [part]: name === '' ? null : name })}
    />
  )
  return (
    <Table session={session} words={`${countText(total)} particles at ${times.length} times`}>
      <SelectField
        label="Time"
        value={time}
        disabled={running.value}
        options={columns.filter((column) => column.times).map(({ name }) => name)}
        set={chooseTime}
      />
      {role('weights', 'Weight', 'all alike', numbers)}
      {role('growth', 'Growth', 'none', [{ value: 'estimate', label: 'estimated' }, ...numbers.filter((name) => name !== weights)])}
      {labels.length > 0 && role('fates', 'Fates', 'none', labels)}
      <h2 class="label">Coordinates</h2>
      <Columns
        label="Coordinates"
        columns={columns.filter(({ name }) => ![time, weights, growth, fates].includes(name))}
        usable={usable}
        used={used}
        disabled={running.value}
        leaveOut={(exclude) => change({ exclude })}
      />
      <HoldOut />
    </Table>
  )
}

function HoldOut() {
  const { times, counts } = snapshots.value!
  const { holdOut } = settings.value
  const inner = times.slice(1, -1)
  if (inner.length === 0) return null
  const some = holdOut.length > 0
  return (
    <fieldset class="hold-out" disabled={running.value}>
      <legend>Held-out times</legend>
      <p class="soft">
        {some ? 'The fit does not see them; the paths are judged there. ' : 'The fit sees all of them. '}
        <Link onClick={() => change({ holdOut: some ? [] : inner.filter((_, i) => i % 2 === 0) })}>
          {some ? 'see all' : 'hold out every second'}
        </Link>
      </p>
      <div class="chips">
        {inner.map((time, i) => (
          <label key={time} title={`${countText(counts[i + 1]!)} particles`}>
            <input
              type="checkbox"
              checked={holdOut.includes(time)}
              onChange={() => change({ holdOut: inner.filter((one) => holdOut.includes(one) === (one !== time)) })}
            />
            <span>{timeText(time)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
