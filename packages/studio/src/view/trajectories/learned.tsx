import { numberText } from '@sbridge/core/internal'
import { result, rounds, source } from '../../state/trajectories.js'
import { Notes, Warnings } from '../columns.js'
import { Topics } from '../topics.js'
import { WideTable } from '../wide-table.js'

/** What was learned, or, while a fit runs, the estimates round by round. */
export function Learned() {
  const done = result.value
  if (done)
    return (
      <>
        <Warnings warnings={done.warnings} />
        <Topics topics={done.topics} file={source.value!.name} />
        <Notes notes={done.notes} />
      </>
    )
  if (!rounds.value) return null
  const { names, rounds: history } = rounds.value
  const latest = history.at(-1)!
  const rows = names.map((name, k) => [
    name,
    numberText(latest.values[k]),
    <History key={name} name={name} values={history.map(({ values }) => values[k]!)} />
  ])
  return (
    <section class="topic learned" aria-labelledby="learned-heading">
      <h2 id="learned-heading">Learning: round {latest.round}</h2>
      <WideTable label="Estimates by now" head={['parameter', 'estimate#', 'round by round']} rows={rows} />
    </section>
  )
}

const [WIDTH, HEIGHT] = [180, 34]

/** One estimate by round. */
function History({ name, values }: { name: string; values: readonly number[] }) {
  if (values.length < 2) return null
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const room = (high - low || Math.abs(high) || 1) * 0.08
  const x = (k: number) => 4 + (k / (values.length - 1)) * (WIDTH - 8)
  const y = (value: number) => HEIGHT - 4 - ((value - low + room) / (high - low + 2 * room)) * (HEIGHT - 8)
  const path = values.map((value, k) => `${k === 0 ? 'M' : 'L'}${x(k).toFixed(1)},${y(value).toFixed(1)}`).join('')
  return (
    <svg
      class="history"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`${name} from ${numberText(values[0])} to ${numberText(values.at(-1))} in ${values.length - 1} rounds`}
    >
      <path d={path} />
      <circle cx={x(values.length - 1)} cy={y(values.at(-1)!)} r="2.6" />
    </svg>
  )
}
