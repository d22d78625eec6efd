import { code, command, exportParameters, exportRows, learned, outdated, running, shown } from '../../state/trajectories.js'
import type { RowFormat } from '../../work/messages.js'
import { Copyable } from '../copyable.js'
import { formatCount } from '../words.js'

const FORMATS: readonly { readonly format: RowFormat; readonly label: string }[] = [
  { format: 'csv', label: 'CSV' },
  { format: 'parquet', label: 'Parquet' }
]

/** Paths and parameters to take along, and how to get the very same elsewhere. */
export function TakeAway() {
  const { job } = shown.value!
  return (
    <section class="take-away" aria-labelledby="take-heading">
      <h2 id="take-heading">Take them along</h2>
      <div class="downloads">
        <div>
          <h3>
            {formatCount(job.rows!)} paths at {formatCount(learned.value!.times)} times
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
          <h3>Parameters, history and scores</h3>
          <p class="buttons">
            <button type="button" onClick={exportParameters} disabled={running.value}>
              JSON
            </button>
          </p>
        </div>
      </div>
      <h3>The same elsewhere</h3>
      <p class="soft">
        {outdated.value ? 'For the paths on the screen, not yet for the settings above. ' : ''}These give the same bytes: seed {job.seed}.
      </p>
      <Copyable label="Command line" text={command.value} />
      <Copyable label="Library" text={code.value} />
    </section>
  )
}
