import type { ColumnKind } from '@sbridge/core'
import { change, close, drawnBars, facts, running, settings, source } from '../state/session.js'
import type { ColumnFacts } from '../work/messages.js'
import { formatCount } from './words.js'

const KIND_WORDS: Readonly<Record<ColumnKind, string>> = {
  number: 'number',
  integer: 'whole number',
  category: 'category',
  boolean: 'yes or no',
  datetime: 'date or time',
  identifier: 'identifier'
}

/** What was read, column by column; kinds may be changed and columns left out. */
export function Data() {
  const { rowCount, columns, notes } = facts.value!
  const used = columns.length - settings.value.exclude.length
  return (
    <section class="data" aria-labelledby="data-heading">
      <h1 id="data-heading">{source.value!.name}</h1>
      <p class="soft">
        {formatCount(rowCount)} rows, {used === columns.length ? used : `${used} of ${columns.length}`} columns{' '}
        <button type="button" class="link" onClick={close}>
          another table
        </button>
      </p>
      <ul class="columns" tabIndex={columns.length > 9 ? 0 : -1} aria-label="Columns">
        {columns.map((column) => (
          <Column key={column.name} column={column} only={used === 1} />
        ))}
      </ul>
      {notes.length > 0 && (
        <ul class="notes">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Column({ column, only }: { column: ColumnFacts; only: boolean }) {
  const { name, kind, kinds, missing, summary, bars } = column
  const { exclude, types } = settings.value
  const included = !exclude.includes(name)
  const include = () => change({ exclude: included ? [...exclude, name] : exclude.filter((one) => one !== name) })
  const setKind = (event: Event) => change({ types: { ...types, [name]: (event.currentTarget as HTMLSelectElement).value as ColumnKind } })
  return (
    <li class={included ? '' : 'left-out'}>
      <input
        type="checkbox"
        checked={included}
        onChange={include}
        disabled={running.value || (included && only)}
        aria-label={`Use the column ${name}`}
      />
      <div class="name">
        <strong title={name}>{name}</strong>
        <span title={summary}>
          {summary}
          {missing > 0 && `; ${formatCount(missing)} missing`}
        </span>
      </div>
      <Bars bars={bars} drawn={included ? drawnBars.value[name] : undefined} />
      {included && kinds.length > 1 ? (
        <select value={kind} onChange={setKind} disabled={running.value} aria-label={`Kind of ${name}`}>
          {kinds.map((one) => (
            <option key={one} value={one}>
              {KIND_WORDS[one]}
            </option>
          ))}
        </select>
      ) : (
        <span class="kind">{included ? KIND_WORDS[kind] : 'left out'}</span>
      )}
    </li>
  )
}

function Bars({ bars, drawn }: { bars: readonly number[]; drawn: readonly number[] | undefined }) {
  const width = 48 / Math.max(1, bars.length)
  const gap = bars.length > 12 ? 0 : Math.min(2, width * 0.2)
  const path = bars.map(
    (height, i) => `M${(i * width).toFixed(2)},18v${-(height * 16).toFixed(2)}h${(width - gap).toFixed(2)}v${(height * 16).toFixed(2)}z`
  )
  return (
    <svg class="bars" viewBox="0 0 48 18" aria-hidden="true">
      <path d={path.join('')} />
      {drawn && <path class="drawn" d={outline(drawn)} />}
    </svg>
  )
}

/** The drawn rows as one stepped line over the bars. */
function outline(bars: readonly number[]): string {
  const width = 48 / Math.max(1, bars.length)
  return `M0,18${bars.map((height) => `V${(18 - height * 16).toFixed(2)}h${width.toFixed(2)}`).join('')}V18`
}
