import type { ColumnKind } from '@sbridge/core/internal'
import { counted, countText } from '@sbridge/core/internal'
import { change, drawnBars, facts, running, session, settings } from '../state/sampling.js'
import type { ColumnFacts } from '../work/messages.js'
import { Columns, Notes, Table } from './columns.js'
import { Select } from './fields.js'

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
  const { exclude } = settings.value
  const names = columns.map(({ name }) => name)
  const used = names.filter((name) => !exclude.includes(name))
  const words = `${countText(rowCount)} rows, ${used.length === names.length ? '' : `${used.length} of `}${counted(names.length, 'column')}`
  return (
    <Table session={session} words={words}>
      <Columns
        columns={columns.map((column) => ({
          name: column.name,
          summary: column.missing > 0 ? `${column.summary}; ${countText(column.missing)} missing` : column.summary,
          beside: <Kind column={column} included={used.includes(column.name)} />
        }))}
        usable={names}
        used={used}
        disabled={running.value}
        leaveOut={(exclude) => change({ exclude })}
      />
      <Notes notes={notes} />
    </Table>
  )
}

/** The small drawing of a column, and what kind it is. */
function Kind({ column: { name, kind, kinds, bars }, included }: { column: ColumnFacts; included: boolean }) {
  const options = kinds.map((value) => ({ value, label: KIND_WORDS[value] }))
  const set = (kind: ColumnKind) => change({ types: { ...settings.value.types, [name]: kind } })
  return (
    <>
      <Bars bars={bars} drawn={included ? drawnBars.value[name] : undefined} />
      {included && kinds.length > 1 ? (
        <Select value={kind} options={options} set={set} disabled={running.value} aria-label={`Kind of ${name}`} />
      ) : (
        <span class="kind">{included ? KIND_WORDS[kind] : 'left out'}</span>
      )}
    </>
  )
}

function Bars({ bars, drawn }: { bars: readonly number[]; drawn: readonly number[] | undefined }) {
  const width = 48 / Math.max(1, bars.length)
  const gap = bars.length > 12 ? 0 : Math.min(2, width * 0.2)
  return (
    <svg class="bars" viewBox="0 0 48 18" aria-hidden="true">
      <path d={barsPath(bars, { width, bar: width - gap, base: 18, height: 16 })} />
      {/* The drawn rows as one stepped line over the bars. */}
      {drawn && (
        <path class="drawn" d={`M0,18${drawn.map((height) => `V${(18 - height * 16).toFixed(2)}h${width.toFixed(2)}`).join('')}V18`} />
      )}
    </svg>
  )
}

interface BarShape {
  /** From one bar to the next, and of a bar. */
  readonly width: number
  readonly bar: number
  /** Where bars stand, and the highest one's height. */
  readonly base: number
  readonly height: number
}

export function barsPath(bars: readonly number[], { width, bar, base, height }: BarShape): string {
  return bars
    .map((one, i) => `M${(i * width).toFixed(2)},${base}v${(-one * height).toFixed(2)}h${bar.toFixed(2)}v${(one * height).toFixed(2)}z`)
    .join('')
}
