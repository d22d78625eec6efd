import { type ColumnKind, counted, countText, MADE_KINDS, type MadeKind } from '@sbridge/core/internal'
import { change, drawnBars, facts, running, session, settings } from '../state/sampling.js'
import type { Types } from '../state/sheet.js'
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
function Kind({ column, included }: { column: ColumnFacts; included: boolean }) {
  return (
    <>
      <Bars bars={column.bars} drawn={included ? drawnBars.value[column.name] : undefined} />
      {included ? (
        <KindSelect column={column} types={settings.value.types} set={(types) => change({ types })} disabled={running.value} anew />
      ) : (
        <span class="kind">left out</span>
      )}
    </>
  )
}

interface KindSelectProps {
  readonly column: ColumnFacts
  readonly types: Types
  readonly set: (types: Types) => void
  readonly disabled: boolean
  /** Whether columns are written anew, as made up ones are. */
  readonly anew?: boolean
}

/** What kind a column is, by a menu where it could be another; what text can stand for is made up anew. */
export function KindSelect({ column: { name, kind, kinds, format }, types, set, disabled, anew = false }: KindSelectProps) {
  const made = anew && format?.source === 'text' && (kind === 'identifier' || kind === 'category') ? MADE_KINDS : []
  const options = [
    ...kinds.map((value) => ({ value, label: KIND_WORDS[value] })),
    ...made.map((value) => ({ value, label: `made up: ${value.replace('-', ' ')}` }))
  ]
  if (options.length < 2) return <span class="kind">{KIND_WORDS[kind]}</span>
  return (
    <Select<ColumnKind | MadeKind>
      value={types[name] ?? kind}
      options={options}
      set={(kind) => set({ ...types, [name]: kind })}
      disabled={disabled}
      aria-label={`Kind of ${name}`}
    />
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
