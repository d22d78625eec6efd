import { code, command, exportModel, exportRows, outdated, running, summary } from '../../state/diffusion-map.js'
import type { RowFormat } from '../../work/messages.js'
import { Copyable } from '../copyable.js'
import { formatCount } from '../words.js'

const FORMATS: readonly { readonly format: RowFormat; readonly label: string }[] = [
  { format: 'csv', label: 'CSV' },
  { format: 'parquet', label: 'Parquet' }
]

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
          <p class="buttons">
            {FORMATS.map(({ format, label }) => (
              <button key={format} type="button" onClick={() => exportRows(format)} disabled={running.value}>
                {label}
              </button>
            ))}
          </p>
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
      <h3>The same elsewhere</h3>
      <p class="soft">{outdated.value ? 'For the map on the screen, not yet for the settings above. ' : ''}These give the same bytes.</p>
      <Copyable label="Command line" text={command.value} />
      <Copyable label="Library" text={code.value} />
    </section>
  )
}
