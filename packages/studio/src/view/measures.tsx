import { type Evaluation, keptBackOf, type Measure, type MeasureLine, measureLines, verdict } from '@sbridge/core'
import { evaluation } from '../state/measuring.js'
import { measuring, summary } from '../state/sampling.js'
import type { EvaluationPart } from '../work/messages.js'
import { formatNumber } from './words.js'

/** Parts that lines are made of, in the order in which the report has them. */
const PARTS: readonly (keyof Evaluation)[] = [
  'energyDistance',
  'slicedWasserstein',
  'classifierAuc',
  'squaredMmd',
  'nearestNeighbourRatio',
  'copies',
  'coverage',
  'density',
  'associations',
  'associations'
]

const NONE: Measure = { value: null, floor: null }

/** The report's words for what is known so far; what is not yet stands as a gap. */
function linesOf(parts: EvaluationPart): { line: MeasureLine; known: boolean }[] {
  const whole = {
    energyDistance: NONE,
    slicedWasserstein: NONE,
    classifierAuc: NONE,
    squaredMmd: NONE,
    nearestNeighbourRatio: NONE,
    copies: { ...NONE, share: 0, floorShare: 0, most: 0 },
    coverage: NONE,
    density: NONE,
    associations: { names: [], real: [], synthetic: [], largestError: { ...NONE, columns: null }, meanError: NONE },
    rows: { real: 1, synthetic: 1, train: null, compared: 1, half: 1 },
    ...parts
  } as unknown as Evaluation
  return measureLines(whole).map((line, i) => ({ line, known: parts[PARTS[i]!] !== undefined }))
}

export function Measures() {
  const parts = evaluation.value
  const whole = PARTS.every((part) => parts[part] !== undefined)
  if (!whole && !measuring.value) {
    return Object.keys(parts).length === 0 ? null : <Table parts={parts} sentences={['The comparison was stopped before its end.']} />
  }
  return (
    <Table
      parts={parts}
      sentences={
        whole
          ? verdict(parts as Evaluation, summary.value ? keptBackOf(summary.value) : undefined)
          : ['Comparing the new rows with the data …']
      }
    />
  )
}

function Table({ parts, sentences }: { parts: EvaluationPart; sentences: readonly string[] }) {
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
            {linesOf(parts).map(({ line, known }) => (
              <tr key={line.name} class={known ? 'known' : 'unknown'}>
                <th scope="row">
                  {line.name}
                  <small>{line.meaning}</small>
                </th>
                <td class="number synthetic-ink">{known ? formatNumber(line.value) : '…'}</td>
                <td class="number real-ink">{known ? formatNumber(line.floor) : '…'}</td>
                <td class="gauge-cell">{known && <Gauge line={line} />}</td>
                <td class={`grade ${known ? line.grade : ''}`}>{known && line.reading}</td>
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
function Gauge({ line: { value, floor, floorRange } }: { line: MeasureLine }) {
  if (value === null || floor === null || value === undefined || floor === undefined) return null
  const [low, high] = floorRange ?? [floor, floor]
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
