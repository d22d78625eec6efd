import { type MeasureLine, numberText, type PointedVerdict, verdictLists } from '@sbridge/core/internal'
import { judgement } from '../state/measuring.js'
import { comparable, measuring } from '../state/sampling.js'
import { Options, Sentence } from './columns.js'
import { Said } from './topics.js'
import { WideTable } from './wide-table.js'

/** How good the drawn rows are: every measure beside its floor as it is computed, in the words of the report. */
export function Measures() {
  if (!comparable.value)
    return (
      <section class="measures">
        <h2>How good are they?</h2>
        <p>One row cannot be compared with the data: ask for two or more.</p>
      </section>
    )
  if (!judgement.value) return null
  const { lines, verdict, apart } = judgement.value
  const waits = measuring.value ? 'Comparing the new rows with the data …' : 'The comparison was stopped before its end.'
  const awaitsSecond = apart === null && measuring.value && verdict
  return (
    <section class="measures" aria-labelledby="measures-heading">
      <h2 id="measures-heading">How good are they?</h2>
      {verdict ? <Verdict {...verdict} /> : <Said sentences={[waits]} />}
      {awaitsSecond && (
        <p class="soft">This is a first look, at the rows of the fit: a second fit to half of the rows is under way, and will judge.</p>
      )}
      <WideTable
        label="Every measure beside its floor, the same measure between two halves of the real data"
        head={['Measure', 'Value#', 'Floor#', 'Drawing', 'Reading']}
        rows={lines.map(cellsOf)}
        rowClass={(row) => (lines[row]!.known ? 'known' : 'unknown')}
      />
      <p class="soft">
        {apart === true &&
          'Half of the rows was kept from a second fit with the same settings: these are the measures of its rows against that half; nearness and copies are told of the drawn rows too. '}
        {typeof apart === 'string' && `Measured in-sample only: ${apart}. `}
        The floor is the same measure between two halves of the real data: fresh rows come no nearer, and rows that do lean on those of the
        data.
      </p>
    </section>
  )
}

/** What the comparison comes to, and what it rests on: what is good, what is not, what to do. */
function Verdict(verdict: PointedVerdict) {
  const { grade, headline, points } = verdict
  return (
    <div class={`verdict ${grade}`}>
      <p>{headline}.</p>
      <div class="points">
        {verdictLists(verdict).map(({ title, sentences }) => (
          <div key={title}>
            <h3>{title}</h3>
            <ul>
              {sentences.map((words) => (
                <li key={words}>
                  <Sentence words={words} />
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
      <Options of={[...new Set(points.flatMap(({ remedy }) => remedy ?? []))]} />
    </div>
  )
}

function cellsOf({ name, meaning, known, value, floor, floorRange, grade, reading }: MeasureLine) {
  return [
    <>
      {name}
      <small>{meaning}</small>
    </>,
    <span class="synthetic-ink">{known ? numberText(value) : '…'}</span>,
    <span class="real-ink">{known ? numberText(floor) : '…'}</span>,
    value !== null && floor !== null && <Gauge value={value} range={floorRange ?? [floor, floor]} />,
    <span class={`grade ${known ? grade : ''}`}>{known && reading}</span>
  ]
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
