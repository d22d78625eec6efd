import { useId } from 'preact/hooks'
import { change, outdated, progress, run, settings, shown, stop, summary } from '../../state/diffusion-map.js'
import { MOST_DIMENSION } from '../../state/diffusion-map-settings.js'
import { Running } from '../running.js'
import { formatPlain } from '../words.js'

/** What is asked for, and the one button that does it. */
export function Settings() {
  const { dimension, epsilon, alpha } = settings.value
  const found = summary.value
  return (
    <section class="recipe" aria-labelledby="recipe-heading">
      <h2 id="recipe-heading">Diffusion map</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          run()
        }}
      >
        <AutoField
          label="Coordinates"
          value={dimension}
          found={found && shown.value!.dimension === undefined ? `found: ${found.dimension}` : 'auto: at the largest gap'}
          accept={(value) => Number.isInteger(value) && value >= 1 && value <= MOST_DIMENSION}
          set={(value) => change({ dimension: value })}
        />
        <AutoField
          label="Bandwidth ε"
          value={epsilon}
          found={found ? `connected from ${formatPlain(found.bandwidth.connectingEpsilon)}` : 'auto: the smallest that connects'}
          accept={(value) => value > 0}
          set={(value) => change({ epsilon: value })}
        />
        <details>
          <summary>More options</summary>
          <AutoField
            label="Density α"
            value={alpha}
            found="½ sees the data’s distribution, 1 the surface only"
            accept={(value) => value >= -1 && value <= 2}
            set={(value) => change({ alpha: value ?? 0.5 })}
          />
        </details>
        <Go />
      </form>
    </section>
  )
}

interface AutoFieldProps {
  readonly label: string
  readonly value: number | null
  /** Said below it. */
  readonly found: string
  readonly accept: (value: number) => boolean
  readonly set: (value: number | null) => void
}

/** A number that is found where nothing is given; what makes no sense is put back. */
function AutoField({ label, value, found, accept, set }: AutoFieldProps) {
  const id = useId()
  const commit = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement
    const typed = input.value.trim() === '' ? null : input.valueAsNumber
    if (typed === null || accept(typed)) {
      if (typed !== value) set(typed)
    } else input.value = value === null ? '' : String(value)
  }
  return (
    <>
      <div class="field">
        <label for={id}>{label}</label>
        <input id={id} type="number" step="any" placeholder="auto" value={value ?? ''} onChange={commit} aria-describedby={`${id}-found`} />
      </div>
      <p class="soft found" id={`${id}-found`}>
        {found}
      </p>
    </>
  )
}

function Go() {
  const at = progress.value
  if (at) return <Running key="running" {...at} stop={stop} />
  return (
    <div class="go" key="resting">
      <button type="submit" class="primary" data-heir>
        {outdated.value ? 'Map again' : 'Map'}
      </button>
      <p class="soft">
        {shown.value
          ? outdated.value
            ? 'the picture shows earlier settings'
            : `ε = ${formatPlain(summary.value!.epsilon)}`
          : 'finds coordinates on the data'}
      </p>
    </div>
  )
}
