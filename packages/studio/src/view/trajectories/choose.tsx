import { change, chooseTime, chosen, close, roles, running, settings, snapshots, source } from '../../state/trajectories.js'
import { SelectField } from '../fields.js'
import { formatCount } from '../words.js'
import { timeText } from './words.js'

/** What the columns mean: time, weight, coordinates; and which snapshots the fit must not see. */
export function Choose() {
  const { columns } = roles.value!
  const { time, weights } = chosen.value
  const { counts, times } = snapshots.value!
  const total = counts.reduce((sum, count) => sum + count, 0)
  return (
    <section class="data" aria-labelledby="data-heading">
      <h1 id="data-heading">{source.value!.name}</h1>
      <p class="soft">
        {formatCount(total)} particles at {times.length} times{' '}
        <button type="button" class="link" onClick={close}>
          another table
        </button>
      </p>
      <SelectField
        label="Time"
        value={time}
        disabled={running.value}
        options={columns.filter((column) => column.times).map(({ name }) => ({ value: name, label: name }))}
        set={chooseTime}
      />
      <SelectField
        label="Weight"
        value={weights ?? ''}
        disabled={running.value}
        options={[
          { value: '', label: 'all alike' },
          ...columns.filter(({ name, numbers }) => numbers && name !== time).map(({ name }) => ({ value: name, label: name }))
        ]}
        set={(name) => change({ weights: name === '' ? null : name })}
      />
      <Coordinates />
      <HoldOut />
    </section>
  )
}

function Coordinates() {
  const { columns } = roles.value!
  const { time, weights, exclude, usable } = chosen.value
  const used = usable.filter((name) => !exclude.includes(name))
  return (
    <>
      <h2 class="label">Coordinates</h2>
      <ul class="columns" tabIndex={columns.length > 9 ? 0 : -1} aria-label="Coordinates">
        {columns
          .filter(({ name }) => name !== time && name !== weights)
          .map(({ name, summary }) => {
            const included = used.includes(name)
            const toggle = () => {
              const left = exclude.filter((one) => usable.includes(one))
              change({ exclude: included ? [...left, name] : left.filter((one) => one !== name) })
            }
            return (
              <li key={name} class={included ? '' : 'left-out'}>
                <input
                  type="checkbox"
                  checked={included}
                  disabled={running.value || !usable.includes(name) || (included && used.length === 1)}
                  onChange={toggle}
                  aria-label={`Use the column ${name}`}
                />
                <div class="name">
                  <strong title={name}>{name}</strong>
                  <span title={summary}>{summary}</span>
                </div>
              </li>
            )
          })}
      </ul>
    </>
  )
}

function HoldOut() {
  const { times, counts, dates } = snapshots.value!
  const { holdOut } = settings.value
  const inner = times.slice(1, -1)
  if (inner.length === 0) return null
  const toggle = (time: number) => {
    const next = holdOut.includes(time) ? holdOut.filter((one) => one !== time) : [...holdOut, time].sort((a, b) => a - b)
    change({ holdOut: next })
  }
  return (
    <fieldset class="hold-out" disabled={running.value}>
      <legend>Held-out times</legend>
      <p class="soft">
        {holdOut.length === 0 ? 'The fit sees all of them. ' : 'The fit does not see them; the paths are judged there. '}
        <button
          type="button"
          class="link"
          onClick={() => change({ holdOut: holdOut.length > 0 ? [] : inner.filter((_, i) => i % 2 === 0) })}
        >
          {holdOut.length > 0 ? 'see all' : 'hold out every second'}
        </button>
      </p>
      <div class="chips">
        {inner.map((time, i) => (
          <label key={time} title={`${formatCount(counts[i + 1]!)} particles`}>
            <input type="checkbox" checked={holdOut.includes(time)} onChange={() => toggle(time)} />
            <span>{timeText(time, dates)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
