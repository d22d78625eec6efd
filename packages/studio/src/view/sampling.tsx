import { countText, plainText } from '@sbridge/core/internal'
import { reporting } from '../state/measuring.js'
import { comparable, exportReport, result, running, session, shown, source, summary, support } from '../state/sampling.js'
import { activityOf } from './activity.js'
import { Notes, Warnings } from './columns.js'
import { Data } from './data.js'
import { SupportOf } from './known/support.js'
import { Measures } from './measures.js'
import { Pictures } from './pictures.js'
import { Scatter } from './scatter.js'
import { Settings } from './settings.js'
import { TakeAway } from './take-away.js'
import { Topics } from './topics.js'
import { WideTable } from './wide-table.js'

export const sampling = activityOf(session, {
  activity: 'sample',
  title: 'New rows of the same distribution',
  lead: 'Give a table; a Schrödinger bridge learns how its rows are spread and draws new ones beside them. No training, no network, no upload.',
  drop: 'Drop a table here',
  Table: Data,
  Stage: Scatter,
  Settings,
  Results
})

function Results() {
  if (!shown.value) return null
  const { rules, warnings, notes } = result.value!
  return (
    <div class="results">
      <Warnings warnings={warnings} />
      {support.value ? <SupportOf /> : <Measures />}
      <Notes notes={notes} />
      <Topics topics={rules} file={source.value!.name} />
      <Pictures />
      <Rows />
    </div>
  )
}

/** Rows, model and report to take along. */
function Rows() {
  const { fit } = shown.value!
  const { epsilon } = summary.value ?? {}
  const { rowCount: drawn, first } = result.value!
  const { columns, rowCount } = first
  return (
    <TakeAway
      session={session}
      rows={`${countText(drawn)} ${drawn === 1 ? 'row' : 'rows'}`}
      kind="rows"
      more="Model and report"
      buttons={
        <button
          type="button"
          onClick={() => reporting.value || exportReport()}
          disabled={running.value || !comparable.value}
          aria-disabled={reporting.value}
        >
          {reporting.value ? 'Writing …' : 'Report'}
        </button>
      }
      seed={`seed ${fit.seed}${epsilon === undefined ? '' : `, ε = ${plainText(epsilon)}`}`}
    >
      <div class="preview">
        <WideTable
          label="First rows"
          head={columns.map(({ name }) => name)}
          rows={Array.from({ length: rowCount }, (_, row) => columns.map(({ values }) => values[row] ?? <span class="soft">missing</span>))}
          headed={false}
        />
      </div>
    </TakeAway>
  )
}
