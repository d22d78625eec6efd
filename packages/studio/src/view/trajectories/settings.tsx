import { REFERENCES, type ReferenceName } from '@sbridge/core'
import { change, learned, outdated, progress, run, settings, shown, stop } from '../../state/trajectories.js'
import { MOST_BETWEEN, MOST_PATHS, MOST_ROUNDS, type TrajectoriesSettings } from '../../state/trajectories-settings.js'
import { NumberField, SelectField } from '../fields.js'
import { Running } from '../running.js'
import { REFERENCE_WORDS } from './words.js'

/** The reference to be learned, and the one button that does it. */
export function Settings() {
  const { reference, rows, between, rounds, seed, diffusion } = settings.value
  return (
    <section class="recipe" aria-labelledby="recipe-heading">
      <h2 id="recipe-heading">Trajectories</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          run()
        }}
      >
        <fieldset class="references">
          <legend>Reference dynamics</legend>
          {REFERENCES.map((name) => (
            <label key={name}>
              <input
                type="radio"
                name="reference"
                value={name}
                checked={reference === name}
                onChange={() => change({ reference: name satisfies ReferenceName })}
              />
              <span>
                <strong>{name}</strong>
                <small>{REFERENCE_WORDS[name]}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <NumberField label="Paths" value={rows} minimum={1} maximum={MOST_PATHS} set={(value) => change({ rows: value })} />
        <details>
          <summary>More options</summary>
          <NumberField
            label="Times between"
            value={between}
            minimum={0}
            maximum={MOST_BETWEEN}
            set={(value) => change({ between: value })}
          />
          <NumberField label="Most rounds" value={rounds} minimum={0} maximum={MOST_ROUNDS} set={(value) => change({ rounds: value })} />
          <SelectField
            label="Noise"
            value={diffusion}
            options={['auto', 'additive', 'proportional'].map((value) => ({ value, label: value }))}
            set={(value) => change({ diffusion: value as TrajectoriesSettings['diffusion'] })}
          />
          <NumberField label="Seed" value={seed} minimum={0} maximum={2 ** 53 - 1} set={(value) => change({ seed: value })} />
        </details>
        <Go />
      </form>
    </section>
  )
}

function Go() {
  const at = progress.value
  if (at) return <Running key="running" {...at} stop={stop} />
  return (
    <div class="go" key="resting">
      <button type="submit" class="primary" data-heir>
        {outdated.value ? 'Fit again' : 'Fit'}
      </button>
      <p class="soft">{words()}</p>
    </div>
  )
}

function words(): string {
  if (shown.value && outdated.value) return 'the picture shows earlier settings'
  if (!learned.value) return 'learns the dynamics, then draws whole paths'
  if (learned.value.rounds.length === 0) return `nothing to refine, ${learned.value.diffusion} noise`
  return `rounds ${learned.value.ending} after ${learned.value.rounds.at(-1)?.round ?? 0}, ${learned.value.diffusion} noise`
}
