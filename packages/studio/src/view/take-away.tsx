import {
  code,
  command,
  exportModel,
  exportReport,
  exportRows,
  outdated,
  preview,
  reporting,
  running,
  shown,
  summary
} from '../state/session.js'
import type { RowFormat } from '../work/messages.js'
import { Copyable } from './copyable.js'
import { formatCount, formatPlain } from './words.js'

const FORMATS: readonly { readonly format: RowFormat; readonly label: string }[] = [
  { format: 'csv', label: 'CSV' },
  { format: 'parquet', label: 'Parquet' },
  { format: 'json', label: 'JSON' },
  { format: 'arrow', label: 'Arrow' }
]

/** Rows, model and report to take along, and how to get the very same elsewhere. */
export function TakeAway() {
  return (
    <section class="take-away" aria-labelledby="take-heading">
      <h2 id="take-heading">Take them along</h2>
      <div class="downloads">
        <div>
          <h3>{formatCount(shown.value!.rows)} rows</h3>
          <p class="buttons">
            {FORMATS.map(({ format, label }) => (
              <button key={format} type="button" onClick={() => exportRows(format)} disabled={running.value}>
                {label}
              </button>
            ))}
          </p>
        </div>
        <div>
          <h3>Model and report</h3>
          <p class="buttons">
            <button type="button" onClick={exportModel} disabled={running.value}>
              Model file
            </button>
            <button type="button" onClick={exportReport} disabled={running.value || reporting.value}>
              {reporting.value ? 'Writing …' : 'Report'}
            </button>
          </p>
        </div>
      </div>
      <Preview />
      <h3>The same elsewhere</h3>
      <p class="soft">
        {outdated.value ? 'For the rows on the screen, not yet for the settings above. ' : ''}These give the same bytes: seed{' '}
        {shown.value!.job.seed}
        {summary.value && `, ε = ${formatPlain(summary.value.epsilon)}`}.
      </p>
      <Copyable label="Command line" text={command.value} />
      <Copyable label="Library" text={code.value} />
    </section>
  )
}

function Preview() {
  const { names, cells } = preview.value!
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
