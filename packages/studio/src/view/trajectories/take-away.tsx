import { code, command, exportParameters, exportRows, learned, outdated, running, shown } from '../../state/trajectories.js'
import { Elsewhere, RowButtons } from '../along.js'
import { formatCount } from '../words.js'

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
          <RowButtons save={exportRows} disabled={running.value} />
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
      <Elsewhere command={command.value} code={code.value} outdated={outdated.value && 'paths'} seed={`seed ${job.seed}`} />
    </section>
  )
}
