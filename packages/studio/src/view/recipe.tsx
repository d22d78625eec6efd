import { measured } from '../state/measuring.js'
import { panel } from '../state/panel.js'
import { change, facts, outdated, progress, run, runFault, settings, shown, stop, summary, support } from '../state/session.js'
import { defaultSteps, knownIn, MOST_ROWS, MOST_STEPS } from '../state/settings.js'
import { Bandwidth } from './bandwidth.js'
import { NumberField, SelectField } from './fields.js'
import { Conditions } from './known/conditions.js'
import { PanelTabs } from './known/index.js'
import { Observations } from './known/observations.js'
import { Running } from './running.js'

/** What is asked for, a step at a time, and the one button that does it. */
export function Recipe() {
  const at = panel.value
  return (
    <section class="recipe" aria-label="Recipe">
      <PanelTabs />
      <form
        onSubmit={(event) => {
          event.preventDefault()
          run('play')
        }}
      >
        <div role="tabpanel" id={`panel-${at}`} aria-labelledby={`tab-${at}`}>
          {at === 'settings' && <Drawing />}
          {at === 'conditions' && <Conditions />}
          {at === 'observations' && <Observations />}
        </div>
        <Go />
      </form>
    </section>
  )
}

/** How rows are drawn. */
function Drawing() {
  const { rows, steps, seed, scaling, kernel, noise, start } = settings.value
  const known = knownIn(settings.value)
  const usual = defaultSteps(known)
  return (
    <>
      <NumberField
        label="Rows"
        value={rows ?? facts.value!.rowCount}
        minimum={1}
        maximum={MOST_ROWS}
        set={(value) => change({ rows: value === facts.value!.rowCount ? null : value })}
      />
      <SelectField
        label="Chains start"
        value={known ? 'data' : start}
        options={[
          { value: 'data', label: known ? 'where fit' : 'at data' },
          { value: 'noise', label: 'at noise' }
        ]}
        disabled={known !== null}
        set={(value) => change({ start: value as typeof start })}
      />
      <Bandwidth />
      <details>
        <summary>More options</summary>
        <NumberField label="Seed" value={seed} minimum={0} maximum={2 ** 53 - 1} set={(value) => change({ seed: value })} />
        <NumberField
          label="Steps"
          value={steps ?? usual}
          minimum={1}
          maximum={MOST_STEPS}
          set={(value) => change({ steps: value === usual ? null : value })}
        />
        <Choice label="Scaling" values={['auto', 'standard', 'quantile']} value={scaling} set={(value) => change({ scaling: value })} />
        <Choice label="Kernel" values={['fixed', 'variable']} value={kernel} set={(value) => change({ kernel: value })} />
        <Choice
          label="Noise"
          values={['covariance', 'split', 'constant']}
          value={known ? 'covariance' : noise}
          set={(value) => change({ noise: value })}
          disabled={known !== null}
        />
      </details>
    </>
  )
}

function Go() {
  const at = progress.value
  if (at) return <Running key="running" {...at} stop={stop} />
  return (
    <div class="go" key="resting">
      {runFault.value && <Refusal />}
      <button type="submit" class="primary" data-heir>
        {shown.value && outdated.value ? 'Sample again' : 'Sample'}
      </button>
      {measured.value ? (
        <>
          <progress value={measured.value.share} max={1} aria-label="Comparison with the data" />
          <p class="soft">
            {support.value ? 'drawing the columns …' : `comparing with the data: ${measured.value.stage} …`}{' '}
            <button type="button" class="link" onClick={stop}>
              stop
            </button>
          </p>
        </>
      ) : (
        <p class="soft">{shown.value && outdated.value ? 'the picture shows earlier settings' : words()}</p>
      )}
    </div>
  )
}

/** Why nothing was drawn, beside what asked for it. */
function Refusal() {
  const { got, expected, remedy } = runFault.value!
  return (
    <p class="refusal" role="alert">
      <strong>Got {got}.</strong> Expected {expected}. Try {remedy}.
    </p>
  )
}

function words(): string {
  if (!summary.value) return 'training-free: a few passes over the rows'
  const { scalingTurns, scalingEnding } = summary.value
  return `bridge ${scalingEnding} in ${scalingTurns} turns`
}

interface ChoiceProps<T extends string> {
  readonly label: string
  readonly values: readonly T[]
  readonly value: T
  readonly set: (value: T) => void
  readonly disabled?: boolean
}

function Choice<T extends string>({ values, set, ...rest }: ChoiceProps<T>) {
  return <SelectField {...rest} options={values.map((value) => ({ value, label: value }))} set={(value) => set(value as T)} />
}
