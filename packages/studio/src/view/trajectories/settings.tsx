import { ALL_REFERENCES, counted, REFERENCE_SENTENCES, REFERENCES } from '@sbridge/core/internal'
import { change, result, session, settings } from '../../state/trajectories.js'
import { FIELDS } from '../../state/trajectories-settings.js'
import { AllOptions } from '../all-options.js'
import { ChoiceField, NumberField } from '../fields.js'
import { Recipe } from '../recipe.js'

/** The reference to be learned, and the one button that does it. */
export function Settings() {
  const { reference, rows, between, rounds, seed, diffusion } = settings.value
  const equation = REFERENCES.find((name) => reference === name || reference === `${name}+smooth`)!
  const mended = ALL_REFERENCES.find((name) => name === `${equation}+smooth`)
  return (
    <Recipe job={session} label="Trajectories" head={<h2>Trajectories</h2>} verb="Fit" note={words()}>
      <fieldset class="references">
        <legend>Reference dynamics</legend>
        {REFERENCES.map((name) => (
          <label key={name}>
            <input type="radio" name="reference" value={name} checked={equation === name} onChange={() => change({ reference: name })} />
            <span>
              <strong>{name}</strong>
              <small>{REFERENCE_SENTENCES[name]}</small>
            </span>
          </label>
        ))}
        {mended && (
          <label>
            <input
              type="checkbox"
              checked={reference === mended}
              onChange={(event) => change({ reference: event.currentTarget.checked ? mended : equation })}
            />
            <span>and a smooth remainder, where left-out particles ask for one</span>
          </label>
        )}
      </fieldset>
      <NumberField field={FIELDS.rows} value={rows} set={(value) => change({ rows: value })} />
      <details>
        <summary>More options</summary>
        <NumberField field={FIELDS.between} value={between} set={(value) => change({ between: value })} />
        <NumberField field={FIELDS.rounds} value={rounds} set={(value) => change({ rounds: value })} />
        <ChoiceField field={FIELDS.diffusion} value={diffusion} set={(value) => change({ diffusion: value })} />
        <NumberField field={FIELDS.seed} value={seed} set={(value) => change({ seed: value })} />
      </details>
      <AllOptions activity="trajectories" session={session} />
    </Recipe>
  )
}

function words(): string {
  if (!result.value) return 'learns the dynamics, then draws whole paths'
  const { rounds, ending, diffusion } = result.value
  const settled = ending === 'converged' ? 'settled' : 'not settled'
  return `${rounds === 0 ? 'nothing to refine' : `${settled} after ${counted(rounds, 'round')}`}, ${diffusion} noise`
}
