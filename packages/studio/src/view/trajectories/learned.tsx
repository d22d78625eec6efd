import type { HeldOutScore } from '@sbridge/core'
import { chosen, learned, rounds, snapshots } from '../../state/trajectories.js'
import { WideTable } from '../wide-table.js'
import { formatNumber } from '../words.js'
import { timeText } from './words.js'

/** Parameters with 95 % intervals, and what became of them round by round. */
export function LearnedTable() {
  const done = learned.value
  const names = done?.names ?? rounds.value!.names
  const history = done?.rounds ?? rounds.value!.rounds
  const latest = done?.estimates ?? history.at(-1)!.values
  return (
    <section class="learned" aria-labelledby="learned-heading">
      <h2 id="learned-heading">{done ? 'What was learned' : `Learning: round ${history.at(-1)!.round}`}</h2>
      <WideTable label="Parameters of the reference with 95 % intervals where they are known, and the size of the noise">
        <thead>
          <tr>
            <th scope="col">Parameter</th>
            <th scope="col" class="number">
              Estimate
            </th>
            <th scope="col" class="number">
              95 % interval
            </th>
            <th scope="col" class="by-round">
              Round by round
            </th>
          </tr>
        </thead>
        <tbody>
          {names.map((name, k) => {
            const interval = done?.intervals[k]
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number synthetic-ink">{formatNumber(latest[k])}</td>
                <td class="number">{interval ? `${formatNumber(interval[0])} to ${formatNumber(interval[1])}` : done ? '–' : '…'}</td>
                <td class="by-round">
                  <History name={name} values={history.map((round) => round.values[k]!)} interval={interval ?? null} />
                </td>
              </tr>
            )
          })}
        </tbody>
      </WideTable>
      {done && done.notes.length > 0 && (
        <ul class="notes">
          {done.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </section>
  )
}

const [WIDTH, HEIGHT] = [180, 34]

/** One estimate by round, over its interval as a band. */
function History({ name, values, interval }: { name: string; values: readonly number[]; interval: readonly [number, number] | null }) {
  if (values.length < 2) return null
  const all = [...values, ...(interval ?? [])].filter(Number.isFinite)
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const room = (high - low || Math.abs(high) || 1) * 0.08
  const x = (k: number) => 4 + (k / (values.length - 1)) * (WIDTH - 8)
  const y = (value: number) => HEIGHT - 4 - ((value - low + room) / (high - low + 2 * room)) * (HEIGHT - 8)
  const path = values.map((value, k) => `${k === 0 ? 'M' : 'L'}${x(k).toFixed(1)},${y(value).toFixed(1)}`).join('')
  return (
    <svg
      class="history"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`${name} from ${formatNumber(values[0])} to ${formatNumber(values.at(-1))} in ${values.length - 1} rounds`}
    >
      {interval && <rect x="4" width={WIDTH - 8} y={y(interval[1])} height={Math.max(1, y(interval[0]) - y(interval[1]))} />}
      <path d={path} />
      <circle cx={x(values.length - 1)} cy={y(values.at(-1)!)} r="2.6" />
    </svg>
  )
}

const COLUMNS: readonly { readonly label: string; readonly of: (score: HeldOutScore) => number | undefined }[] = [
  { label: 'W1', of: ({ w1 }) => w1 },
  { label: 'Floor', of: ({ floor }) => floor },
  { label: 'Straight lines', of: ({ straightLine }) => straightLine },
  { label: 'Splines', of: ({ spline }) => spline },
  { label: 'W2', of: ({ w2 }) => w2 },
  { label: 'MMD', of: ({ mmd }) => mmd }
]

/** Distances at held-out times beside what sampling noise and interpolation give. */
export function Scores() {
  const scores = learned.value?.scores ?? []
  if (scores.length === 0) return null
  const mean = (of: (score: HeldOutScore) => number | undefined) => {
    const values = scores.map(of).filter((value) => value !== undefined)
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
  }
  const rows = [
    ...scores.map((score) => ({ time: timeText(score.time, snapshots.value!.dates), cells: COLUMNS.map(({ of }) => of(score)) })),
    ...(scores.length > 1 ? [{ time: 'mean', cells: COLUMNS.map(({ of }) => mean(of)) }] : [])
  ]
  return (
    <section class="scores" aria-labelledby="scores-heading">
      <h2 id="scores-heading">Where the fit did not look</h2>
      <p class="verdict">{verdict(mean(COLUMNS[0]!.of)!, mean(COLUMNS[1]!.of)!, mean(COLUMNS[2]!.of))}</p>
      <WideTable label="Distances between predicted and seen particles at held-out times">
        <thead>
          <tr>
            <th scope="col">{chosen.value.time}</th>
            {COLUMNS.map(({ label }) => (
              <th key={label} scope="col" class="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ time, cells }) => (
            <tr key={time}>
              <th scope="row">{time}</th>
              {cells.map((cell, k) => (
                <td key={COLUMNS[k]!.label} class={`number ${k === 0 ? 'synthetic-ink' : k === 1 ? 'real-ink' : ''}`}>
                  {formatNumber(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </WideTable>
      <p class="soft">
        W1, W2: exact Wasserstein distances in the units of the data; MMD: maximum mean discrepancy. Floor: W1 between two halves of the
        seen particles. Straight lines, splines: W1 of interpolation along optimal couplings, without dynamics.
      </p>
    </section>
  )
}

function verdict(own: number, floor: number, straight: number | undefined): string {
  const near =
    own <= 1.3 * floor
      ? 'as near to the seen particles as two halves of these are to each other'
      : `${formatNumber(own / floor)} times the floor`
  const against =
    straight === undefined
      ? ''
      : own < straight
        ? `; straight lines miss by ${formatNumber(straight)}`
        : `; straight lines, at ${formatNumber(straight)}, do no worse`
  return `Mean distance ${formatNumber(own)}: ${near}${against}.`
}
