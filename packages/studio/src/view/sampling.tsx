import { reporting } from '../state/measuring.js'
import * as sampling from '../state/sampling.js'
import { Data } from './data.js'
import { SupportOf } from './known/support.js'
import { Measures } from './measures.js'
import { openingOf } from './opening.js'
import { Pictures } from './pictures.js'
import { Scatter } from './scatter.js'
import { Settings } from './settings.js'
import { TakeAway } from './take-away.js'
import { formatCount, formatPlain } from './words.js'

export const { enter, openFile } = sampling
const { exportReport, facts, result, running, save, shown, summary, support } = sampling

const Opening = openingOf(sampling, {
  activity: 'sample',
  title: 'New rows of the same distribution',
  lead: 'Give a table; a Schrödinger bridge learns how its rows are spread and draws new ones beside them. No training, no network, no upload.',
  drop: 'Drop a table here'
})

export function View() {
  if (!facts.value) return <Opening />
  return (
    <main>
      <div class="bench">
        <Data />
        <Scatter />
        <Settings />
      </div>
      {shown.value && (
        <div class="results">
          {support.value ? <SupportOf /> : <Measures />}
          <Pictures />
          <Rows />
        </div>
      )}
    </main>
  )
}

/** Rows, model and report to take along. */
function Rows() {
  const { fit, draw } = shown.value!
  return (
    <TakeAway
      session={sampling}
      rows={`${formatCount(draw.rows)} rows`}
      kind="rows"
      formats={['csv', 'parquet', 'json', 'arrow']}
      more="Model and report"
      buttons={
        <>
          <button type="button" onClick={() => save('model')} disabled={running.value}>
            Model file
          </button>
          <button type="button" onClick={() => reporting.value || exportReport()} disabled={running.value} aria-disabled={reporting.value}>
            {reporting.value ? 'Writing …' : 'Report'}
          </button>
        </>
      }
      seed={`seed ${fit.seed}${summary.value ? `, ε = ${formatPlain(summary.value.epsilon)}` : ''}`}
    >
      <Preview />
    </TakeAway>
  )
}

function Preview() {
  const { names, cells } = result.value!.preview
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
    <section class="scroll preview" tabIndex={0} aria-label="First rows">
      <table>
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cells.map((row, i) => (
            <tr key={i}>
              {row.map((cell, c) => (
                <td key={names[c]}>{cell ?? <span class="soft">missing</span>}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
