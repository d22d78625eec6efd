import { countText } from '@sbridge/core/internal'
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
  return (
    <Table session={session} words={`${countText(total)} particles at ${times.length} times`}>
      <SelectField
        label="Time"
        value={time}
        disabled={running.value}
        options={columns.filter((column) => column.times).map(({ name }) => name)}
        set={chooseTime}
      />
      <SelectField
        label="Weight"
        value={weights ?? ''}
        disabled={running.value}
        options={[{ value: '', label: 'all alike' }, ...numbers]}
        set={(name) => change({ weights: name === '' ? null : name })}
      />
      <SelectField
        label="Growth"
        value={growth ?? ''}
        disabled={running.value}
        options={[{ value: '', label: 'none' }, { value: 'estimate', label: 'estimated' }, ...numbers.filter((name) => name !== weights)]}
        set={(name) => change({ growth: name === '' ? null : name })}
      />
      {labels.length > 0 && (
        <SelectField
          label="Fates"
          value={fates ?? ''}
          disabled={running.value}
          options={[{ value: '', label: 'none' }, ...labels]}
          set={(name) => change({ fates: name === '' ? null : name })}
        />
      )}
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
