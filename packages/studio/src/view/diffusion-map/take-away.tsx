import { code, command, exportModel, exportRows, outdated, running, summary } from '../../state/diffusion-map.js'
import { Elsewhere, RowButtons } from '../along.js'
import { formatCount } from '../words.js'

/** Coordinates and model to take along, and how to get the very same elsewhere. */
export function TakeAway() {
  const { rowCount, dimension } = summary.value!
  return (
    <section class="take-away" aria-labelledby="take-heading">
      <h2 id="take-heading">Take them along</h2>
      <div class="downloads">
        <div>
          <h3>
            {dimension} coordinate{dimension === 1 ? '' : 's'} of {formatCount(rowCount)} rows
          </h3>
          <RowButtons save={exportRows} disabled={running.value} />
        </div>
        <div>
          <h3>Model, for new rows and the way back</h3>
          <p class="buttons">
            <button type="button" onClick={exportModel} disabled={running.value}>
              Model file
            </button>
          </p>
        </div>
      </div>
      <Elsewhere command={command.value} code={code.value} outdated={outdated.value && 'map'} />
    </section>
  )
}
