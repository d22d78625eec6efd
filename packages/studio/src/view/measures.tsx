import type { Evaluation } from '@sbridge/core'
import { keptBackOf, type MeasureLine, measureLines, verdict } from '@sbridge/core/internal'
import { evaluation } from '../state/measuring.js'
import { measuring, summary } from '../state/sampling.js'
import { formatNumber } from './words.js'

/** How good the drawn rows are: every measure beside its floor as it is computed, in the words of the report. */
export function Measures() {
  const lines = measureLines(evaluation.value)
  const done = lines.every(({ known }) => known)
  if (Object.keys(evaluation.value).length === 0 && !measuring.value) return null
  if (done)
    return (
      <Table lines={lines} sentences={verdict(evaluation.value as Evaluation, summary.value ? keptBackOf(summary.value) : undefined)} />
    )
  return (
    <Table
      lines={lines}
      sentences={[measuring.value ? 'Comparing the new rows with the data …' : 'The comparison was stopped before its end.']}
    />
  )
}

function Table({ lines, sentences }: { lines: readonly MeasureLine[]; sentences: readonly string[] }) {
  return (
    <section class="measures" aria-labelledby="measures-heading">
      <h2 id="measures-heading">How good are they?</h2>
      <div class="verdict">
        {sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
      <div class="scroll">
        <table>
          <caption class="visually-hidden">Every measure beside its floor, the same measure between two halves of the real data</caption>
          <thead>
            <tr>
              <th scope="col">Measure</th>
              <th scope="col" class="number">
                Value
              </th>
              <th scope="col" class="number">
                Floor
              </th>
              <th scope="col" class="gauge-head">
                <span class="visually-hidden">Drawing</span>
              </th>
              <th scope="col">Reading</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ name, meaning, known, value, floor, floorRange, grade, reading }) => (
              <tr key={name} class={known ? 'known' : 'unknown'}>
                <th scope="row">
                  {name}
                  <small>{meaning}</small>
                </th>
                <td class="number synthetic-ink">{known ? formatNumber(value) : '…'}</td>
                <td class="number real-ink">{known ? formatNumber(floor) : '…'}</td>
                <td class="gauge-cell">
                  {value !== null && floor !== null && <Gauge value={value} range={floorRange ?? [floor, floor]} />}
                </td>
                <td class={`grade ${known ? grade : ''}`}>{known && reading}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="soft">
        The floor is the same measure between two halves of the real data: fresh rows come no nearer, and rows that do lean on those of the
        data.
      </p>
    </section>
  )
}

/** Floor as a band, value as a dot, on one line from zero. */
function Gauge({ value, range: [low, high] }: { value: number; range: readonly [number, number] }) {
  const top = Math.max(value, high, 1e-12) * 1.12
  const bottom = Math.min(0, value, low)
  const x = (number: number) => 4 + ((number - bottom) / (top - bottom)) * 112
  return (
    <svg class="gauge" viewBox="0 0 120 16" aria-hidden="true">
      <line x1="4" x2="116" y1="8" y2="8" />
      <rect x={x(low) - 1.5} width={Math.max(3, x(high) - x(low) + 3)} y="4" height="8" rx="1.5" />
      <circle cx={x(value)} cy="8" r="4" />
    </svg>
  )
}
