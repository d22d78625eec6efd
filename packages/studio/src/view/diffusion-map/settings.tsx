import { plainText } from '@sbridge/core/internal'
import * as map from '../../state/diffusion-map.js'
import { FIELDS, SHEET } from '../../state/diffusion-map-settings.js'
import { AllOptions } from '../all-options.js'
import { NumberField } from '../fields.js'
import { Recipe } from '../recipe.js'

const { change, result, settings, shown } = map

/** What is asked for, and the one button that does it. */
export function Settings() {
  const { dimension, bandwidth, alpha } = settings.value
  const found = result.value
  return (
    <Recipe
      job={map.session}
      label="Diffusion map"
      head={<h2>Diffusion map</h2>}
      verb="Map"
      note={found ? `ε = ${plainText(found.epsilon)}` : 'finds coordinates on the data'}
    >
      <NumberField
        field={FIELDS.dimension}
        value={dimension}
        auto="auto"
        found={found && shown.value!.fit.dimension === undefined ? `found: ${found.dimension}` : 'auto: at the largest gap'}
        set={(value) => change({ dimension: value })}
      />
      <NumberField
        field={FIELDS.bandwidth}
        value={bandwidth}
        auto="auto"
        found={found ? `connected from ${plainText(found.bandwidth.connectingEpsilon)}` : 'auto: the smallest that connects'}
        set={(value) => change({ bandwidth: value })}
      />
      <details>
        <summary>More options</summary>
        <NumberField
          field={FIELDS.alpha}
          value={alpha as number | null}
          auto="auto"
          found="½ sees the data’s distribution, 1 the surface only"
          set={(value) => change({ alpha: value ?? SHEET.alpha.usual })}
        />
      </details>
      <AllOptions activity="diffusion-map" session={map.session} />
    </Recipe>
  )
}
