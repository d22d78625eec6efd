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
import { Elsewhere, RowButtons } from './along.js'
import { formatCount, formatPlain } from './words.js'

/** Rows, model and report to take along, and how to get the very same elsewhere. */
export function TakeAway() {
  return (
    <section class="take-away" aria-labelledby="take-heading">
      <h2 id="take-heading">Take them along</h2>
      <div class="downloads">
        <div>
          <h3>{formatCount(shown.value!.rows)} rows</h3>
          <RowButtons formats={['csv', 'parquet', 'json', 'arrow']} save={exportRows} disabled={running.value} />
        </div>
        <div>
          <h3>Model and report</h3>
          <p class="buttons">
            <button type="button" onClick={exportModel} disabled={running.value}>
              Model file
            </button>
            <button
              type="button"
              onClick={() => reporting.value || exportReport()}
              disabled={running.value}
              aria-disabled={reporting.value}
            >
              {reporting.value ? 'Writing …' : 'Report'}
            </button>
          </p>
        </div>
      </div>
      <Preview />
      <Elsewhere
        command={command.value}
        code={code.value}
        outdated={outdated.value && 'rows'}
        seed={`seed ${shown.value!.job.seed}${summary.value ? `, ε = ${formatPlain(summary.value.epsilon)}` : ''}`}
      />
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
