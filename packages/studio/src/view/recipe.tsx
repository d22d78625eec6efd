import { useId } from 'preact/hooks'
import { change, facts, measuring, outdated, progress, run, settings, shown, stop, summary } from '../state/session.js'
import { MOST_ROWS, MOST_STEPS, type Settings } from '../state/settings.js'
import { Bandwidth } from './bandwidth.js'
import { NumberField } from './fields.js'
import { durationOf } from './words.js'

/** What is asked for, and the one button that does it. */
export function Recipe() {
  const { rows } = settings.value
  return (
    <section class="recipe" aria-labelledby="recipe-heading">
      <h2 id="recipe-heading">Sample</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          run('play')
        }}
      >
        <NumberField
          label="Rows"
          value={rows ?? facts.value!.rowCount}
          minimum={1}
          maximum={MOST_ROWS}
          set={(value) => change({ rows: value === facts.value!.rowCount ? null : value })}
        />
        <Bandwidth />
        <details>
          <summary>More options</summary>
          <NumberField label="Seed" value={settings.value.seed} minimum={0} maximum={2 ** 53 - 1} set={(seed) => change({ seed })} />
          <NumberField label="Steps" value={settings.value.steps} minimum={1} maximum={MOST_STEPS} set={(steps) => change({ steps })} />
          <Choice label="Scaling" name="scaling" values={['auto', 'standard', 'quantile']} />
          <Choice label="Kernel" name="kernel" values={['fixed', 'variable']} />
          <Choice label="Noise" name="noise" values={['covariance', 'split', 'constant']} />
        </details>
        <Go />
      </form>
    </section>
  )
}

function Go() {
  const at = progress.value
  // The keys keep the button that stops from becoming, within its click, the one that submits.
  if (at) {
    return (
      <div class="go" key="running">
        <progress value={at.share} max={1} aria-label="Progress" />
        <p class="soft">
          {at.stage}
          {at.secondsLeft !== null && `, about ${durationOf(at.secondsLeft)} left`}
        </p>
        <button type="button" class="stop" onClick={stop}>
          Stop
        </button>
      </div>
    )
  }
  return (
    <div class="go" key="resting">
      <button type="submit" class="primary">
        {shown.value && outdated.value ? 'Sample again' : 'Sample'}
      </button>
      {measuring.value ? (
        <p class="soft">
          comparing with the data …{' '}
          <button type="button" class="link" onClick={stop}>
            stop
          </button>
        </p>
      ) : (
        <p class="soft">{shown.value && outdated.value ? 'the picture shows earlier settings' : words()}</p>
      )}
    </div>
  )
}

function words(): string {
  if (!summary.value) return 'training-free: a few passes over the rows'
  const { scalingTurns, scalingEnding } = summary.value
  return `bridge ${scalingEnding} in ${scalingTurns} turns`
}

function Choice<K extends 'kernel' | 'scaling' | 'noise'>({
  label,
  name,
  values
}: {
  label: string
  name: K
  values: readonly Settings[K][]
}) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={settings.value[name]} onChange={(event) => change({ [name]: event.currentTarget.value })}>
        {values.map((value) => (
          <option key={value} value={value}>
            {value}
          </option>
        ))}
      </select>
    </div>
  )
}
