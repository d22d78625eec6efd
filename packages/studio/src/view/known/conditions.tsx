import { readValue, spellValue, stepOf } from '@sbridge/core/internal'
import { type GivenPart, middleOf, readPart, spellPart } from '../../state/given.js'
import { knowable, slide, withGiven } from '../../state/known.js'
import { change, drawnBars, settings, shown } from '../../state/sampling.js'
import type { ColumnFacts } from '../../work/messages.js'
import { barsPath } from '../data.js'
import { Link, Select } from '../fields.js'
import { RangeSlider } from './range-slider.js'

/** What is known of the rows, column by column. */
export function Conditions() {
  const { given } = settings.value
  const columns = knowable()
  const free = columns.filter(({ name }) => !Object.hasOwn(given, name))
  return (
    <div class="known">
      <p class="soft">Hold columns at what you know. The others are drawn given that.</p>
      <ul aria-label="Conditions">
        {Object.entries(given).map(([name, text]) => {
          const column = columns.find((one) => one.name === name)
          return (
            <li key={name}>
              <p class="known-head">
                <strong title={name}>{name}</strong>
                <Link aria-label={`Free ${name}`} onClick={() => change(withGiven(name, null))}>
                  free
                </Link>
              </p>
              {column?.range ? (
                <NumberCondition column={column} text={text} />
              ) : column?.levels ? (
                <Select
                  aria-label={name}
                  value={text}
                  options={[...(column.levels.includes(text) ? [] : [text]), ...column.levels]}
                  set={(level) => change(withGiven(name, level))}
                />
              ) : (
                <p class="soft">no such column: {text}</p>
              )}
            </li>
          )
        })}
      </ul>
      {free.length > 0 && (
        <Select
          class="add"
          aria-label="Add a condition on"
          value=""
          options={[
            { value: '', label: Object.keys(given).length === 0 ? 'Choose a column …' : 'And a column …' },
            ...free.map(({ name }) => name)
          ]}
          set={(name) => change(withGiven(name, firstText(columns.find((one) => one.name === name)!)))}
        />
      )}
    </div>
  )
}

/** A new condition: the middle half of numbers, the most frequent level. */
function firstText(column: ColumnFacts): string {
  return column.range ? spellPart(column, middleOf(column)) : column.levels![column.bars.indexOf(Math.max(...column.bars))]!
}

function NumberCondition({ column, text }: { column: ColumnFacts; text: string }) {
  const part = readPart(column, text)
  const { low, high } = column.range!
  const ends: [number] | [number, number] = part.kind === 'value' ? [part.value] : [Math.max(low, part.low), Math.min(high, part.high)]
  const step = stepOf(column)
  const put = (next: GivenPart) => withGiven(column.name, spellPart(column, next))
  const other: GivenPart =
    part.kind === 'value'
      ? { kind: 'range', low: part.value - (high - low) / 8, high: part.value + (high - low) / 8 }
      : { kind: 'value', value: (ends[0] + ends[1]!) / 2 }
  return (
    <>
      <Histogram column={column} ends={ends} />
      <RangeSlider
        label={column.name}
        low={low}
        high={high}
        step={step}
        values={ends}
        words={(value) => spellValue(column, value)}
        set={(values) => slide(put(values.length === 1 ? { kind: 'value', value: values[0]! } : openEnds(column, values)))}
      />
      <p class="known-ends">
        {part.kind === 'value' ? (
          <ValueBox column={column} label={column.name} value={part.value} set={(value) => change(put({ kind: 'value', value }))} />
        ) : (
          <>
            <ValueBox column={column} label={`${column.name}, from`} value={part.low} set={(from) => change(put({ ...part, low: from }))} />
            <span aria-hidden="true">to</span>
            <ValueBox column={column} label={`${column.name}, to`} value={part.high} set={(to) => change(put({ ...part, high: to }))} />
          </>
        )}
        <Link onClick={() => change(put(other))} aria-label={`${column.name}: ${part.kind === 'value' ? 'an interval' : 'one value'}`}>
          {part.kind === 'value' ? 'interval' : 'one value'}
        </Link>
      </p>
    </>
  )
}

/** An end at the edge of the data is open: it holds beyond them, too. */
function openEnds(column: ColumnFacts, [from, to]: number[]): GivenPart {
  const { low, high } = column.range!
  const whole = from! <= low && to! >= high
  return {
    kind: 'range',
    low: from! <= low && !whole ? Number.NEGATIVE_INFINITY : from!,
    high: to! >= high ? Number.POSITIVE_INFINITY : to!
  }
}

function ValueBox({ column, label, value, set }: { column: ColumnFacts; label: string; value: number; set: (value: number) => void }) {
  const shownText = Number.isFinite(value) ? spellValue(column, value) : ''
  const commit = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement
    const typed = input.value.trim() === '' && !Number.isFinite(value) ? value : readValue(column, input.value)
    if (typed === undefined || typed === value) input.value = shownText
    else set(typed)
  }
  return (
    <input
      type="text"
      inputMode={column.kind === 'datetime' ? 'text' : 'decimal'}
      aria-label={`${label}, typed`}
      placeholder="open"
      value={shownText}
      onChange={commit}
    />
  )
}

/** The column's bars over the slider's track; what is held is strong, and the drawn rows are a line. */
function Histogram({ column, ends }: { column: ColumnFacts; ends: readonly number[] }) {
  const { low, high } = column.range!
  const { bars } = column
  const width = 100 / bars.length
  const place = (value: number) => (100 * (value - low)) / (high - low || 1)
  const [from, to] = ends.length === 1 ? [place(ends[0]!) - 0.6, place(ends[0]!) + 0.6] : [place(ends[0]!), place(ends[1]!)]
  const drawn = shown.value?.draw.given || shown.value?.draw.observe ? drawnBars.value[column.name] : undefined
  return (
    <svg class="known-bars" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
      <path d={barsPath(bars, { width, bar: 0.86 * width, base: 30, height: 28 })} />
      <rect x={from} width={Math.max(0.8, to! - from!)} y="0" height="30" />
      {drawn && (
        <polyline points={drawn.map((height, i) => `${((i + 0.5) * width).toFixed(2)},${(30 - 28 * height).toFixed(2)}`).join(' ')} />
      )}
    </svg>
  )
}
