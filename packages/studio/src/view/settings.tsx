import { countText } from '@sbridge/core/internal'
import { measured } from '../state/measuring.js'
import { panel } from '../state/panel.js'
import * as sampling from '../state/sampling.js'
import { FIELDS, usualRows } from '../state/settings.js'
import { isKnown, usualSteps } from '../work/draws.js'
import { AllOptions } from './all-options.js'
import { Bandwidth } from './bandwidth.js'
import { ChoiceField, Link, NumberField } from './fields.js'
import { Conditions } from './known/conditions.js'
import { PanelTabs } from './known/index.js'
import { Observations, takeDraft } from './known/observations.js'
import { Recipe } from './recipe.js'

const { change, facts, session, settings, stop, summary, support } = sampling
const job = {
  ...session,
  stop,
  run: () => {
    takeDraft()
    session.run()
  }
}

/** What is asked for, a step at a time, and the one button that does it. */
export function Settings() {
  const at = panel.value
  return (
    <Recipe job={job} label="Recipe" head={<PanelTabs />} verb="Sample" note={words()} busy={measured.value && <Comparing />}>
      <div role="tabpanel" id={`panel-${at}`} aria-labelledby={`tab-${at}`}>
        {at === 'settings' && <Drawing />}
        {at === 'conditions' && <Conditions />}
        {at === 'observations' && <Observations />}
      </div>
    </Recipe>
  )
}

/** How rows are drawn. */
function Drawing() {
  const { rows, steps, seed, scaling, kernel, noise, start } = settings.value
  const known = isKnown(settings.value)
  const usual = usualSteps(settings.value)
  const most = usualRows(settings.value, facts.value!.rowCount)
  return (
    <>
      <NumberField
        field={FIELDS.rows}
        value={rows ?? most}
        set={(value) => change({ rows: value === most ? null : value })}
        {...(settings.value.givenFile === null ? {} : { label: 'Rows of each condition' })}
      />
      <ChoiceField
        field={FIELDS.start}
        value={known ? 'data' : start}
        words={{ data: known ? 'where fit' : 'at data', noise: 'at noise' }}
        disabled={known}
        set={(value) => change({ start: value })}
      />
      <Bandwidth />
      <details>
        <summary>More options</summary>
        <NumberField field={FIELDS.seed} value={seed} set={(value) => change({ seed: value })} />
        <NumberField field={FIELDS.steps} value={steps ?? usual} set={(value) => change({ steps: value === usual ? null : value })} />
        <ChoiceField field={FIELDS.scaling} value={scaling} set={(value) => change({ scaling: value })} />
        <ChoiceField field={FIELDS.kernel} value={kernel} set={(value) => change({ kernel: value })} />
        <ChoiceField field={FIELDS.noise} value={known ? 'covariance' : noise} set={(value) => change({ noise: value })} disabled={known} />
      </details>
      <AllOptions activity="sample" session={session} />
    </>
  )
}

/** How far the rows are compared with the data. */
function Comparing() {
  const { share, stage } = measured.value!
  return (
    <>
      <progress value={share} max={1} aria-label="Comparison with the data" />
      <p class="soft">
        {support.value ? 'drawing the columns …' : `comparing with the data: ${stage} …`} <Link onClick={stop}>stop</Link>
      </p>
    </>
  )
}

function words(): string {
  if (!summary.value) return 'training-free: a few passes over the rows'
  const { scalingTurns, scalingEnding, landmarks } = summary.value
  if (scalingTurns === undefined) return 'fitted'
  // On landmarks the turns are those on all rows after them, if there are any.
  if (landmarks !== undefined) return `fitted to ${countText(landmarks)} of the rows, and extended to all`
  const passes = `${scalingTurns} ${scalingTurns === 1 ? 'pass' : 'passes'} over the rows`
  return scalingEnding === 'converged' ? `fitted in ${passes}` : `the fit stopped short after ${passes}: see the notes`
}
