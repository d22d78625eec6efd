import { spellValue, stepOf } from '@sbridge/core/internal'
import { faultOfCondition, type GivenPart, middleOf, readPart, spellPart } from '../../state/given.js'
import { levelsIn, slide, withGiven } from '../../state/known.js'
import { change, drawnBars, knowable, settings, shown, takeConditions } from '../../state/sampling.js'
import { tried } from '../../work/fault.js'
import type { ColumnFacts } from '../../work/messages.js'
import { ACCEPTED, picked } from '../activity.js'
import { barsPath } from '../data.js'
import { InlineFault } from '../fault-words.js'
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
          const fault = faultOfCondition(columns, name, text)
          return (
            <li key={name}>
              <p class="known-head">
                <strong title={name}>{name}</strong>
                <Link aria-label={`Free ${name}`} onClick={() => change(withGiven(name, null))}>
                  free
                </Link>
              </p>
              {fault && <InlineFault fault={fault} />}
              {column?.range ? (
                <NumberCondition column={column} text={text} wrong={fault !== null} />
              ) : column?.levels ? (
                <LevelCondition name={name} levels={column.levels} text={text} />
              ) : null}
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
      <ConditionsFile />
    </div>
  )
}

/** One condition a row of a file. */
function ConditionsFile() {
  const { givenFile } = settings.value
  const pick = (event: Event) => {
    const file = picked(event)
    if (file) takeConditions(file)
  }
  if (givenFile !== null)
    return (
      <p class="known-head">
        <span>
          one condition for each row of <strong>{givenFile}</strong>
        </span>
        <Link aria-label={`Free ${givenFile}`} onClick={() => change({ givenFile: null })}>
          free
        </Link>
      </p>
    )
  return (
    <label class="pick-file">
      <input type="file" accept={ACCEPTED} onChange={pick} aria-describedby="conditions-file" />
      <span>Pick a file of conditions</span>
      <small id="conditions-file">one a row: columns by name, an empty cell is free</small>
    </label>
  )
}

/** A new condition: the middle half of numbers, the most frequent level. */
function firstText(column: ColumnFacts): string {
  return column.range ? spellPart(column, middleOf(column)) : column.levels![column.bars.indexOf(Math.max(...column.bars))]!
}

/** Whether a level can stand among several. */
const isPlain = (level: string): boolean => level.trim() === level && !level.includes('|')

/** One level, or several of which one holds. */
function LevelCondition({ name, levels, text }: { name: string; levels: readonly string[]; text: string }) {
  const chosen = levelsIn(levels, text)
  const several = chosen.every((level) => levels.includes(level) && isPlain(level))
  const free = levels.filter((level) => !chosen.includes(level) && (chosen.length === 1 || isPlain(level)))
  const others = several ? free.filter(isPlain) : []
  const set = (next: readonly string[]) => change(withGiven(name, next.join('|')))
  return (
    <>
      {chosen.map((level, k) => (
        <Select
          key={k}
          aria-label={k === 0 ? name : `${name}, or`}
          value={level}
          options={[
            ...(chosen.length > 1 ? [{ value: '', label: 'not this one' }] : []),
            ...(levels.includes(level) ? [] : [level]),
            ...levels.filter((one) => one === level || free.includes(one))
          ]}
          set={(one) => set(chosen.flatMap((before, i) => (i !== k ? [before] : one === '' ? [] : [one])))}
        />
      ))}
      {others.length > 0 && (
        <Select
          class="add"
          aria-label={`${name}: or another`}
          value=""
          options={[{ value: '', label: 'or …' }, ...others]}
          set={(one) => set([...chosen, one])}
        />
      )}
    </>
  )
}

function NumberCondition({ column, text, wrong }: { column: ColumnFacts; text: string; wrong: boolean }) {
  const { name } = column
  const part = tried(() => readPart(column, text))
  const [from, to] = text.split('..')
  const box = (label: string, text: string, textWith: (typed: string) => string) => (
    <input
      type="text"
      inputMode={column.kind === 'datetime' ? 'text' : 'decimal'}
      aria-label={`${label}, typed`}
      aria-invalid={wrong}
      placeholder="open"
      value={text}
      onChange={(event) => change(withGiven(name, textWith(event.currentTarget.value.trim())))}
    />
  )
  return (
    <>
      {part !== undefined && <Slider column={column} part={part} />}
      <p class="known-ends">
        {to === undefined ? (
          box(name, text, (typed) => typed)
        ) : (
          <>
            {box(`${name}, from`, from!, (typed) => `${typed}..${to}`)}
            <span aria-hidden="true">to</span>
            {box(`${name}, to`, to, (typed) => `${from}..${typed}`)}
          </>
        )}
        {part !== undefined && <Turned column={column} part={part} />}
      </p>
    </>
  )
}

/** What is held within the range of the data. */
function endsOf({ range }: ColumnFacts, part: GivenPart): [number] | [number, number] {
  return typeof part === 'number' ? [part] : [Math.max(range!.low, part.low), Math.min(range!.high, part.high)]
}

function Slider({ column, part }: { column: ColumnFacts; part: GivenPart }) {
  const { name, range } = column
  const ends = endsOf(column, part)
  return (
    <>
      <Histogram column={column} ends={ends} />
      <RangeSlider
        label={name}
        {...range!}
        step={stepOf(column)}
        values={ends}
        words={(value) => spellValue(column, value)}
        set={(values) => slide(withGiven(name, spellPart(column, values.length === 1 ? values[0]! : openEnds(column, values))))}
      />
    </>
  )
}

/** Makes an interval of a value, and a value of an interval. */
function Turned({ column, part }: { column: ColumnFacts; part: GivenPart }) {
  const { name, range } = column
  const around = (range!.high - range!.low) / 8
  const [first, last = first] = endsOf(column, part)
  const isValue = typeof part === 'number'
  const other = isValue ? { low: part - around, high: part + around } : (first + last) / 2
  return (
    <Link
      onClick={() => change(withGiven(name, spellPart(column, other)))}
      aria-label={`${name}: ${isValue ? 'an interval' : 'one value'}`}
    >
      {isValue ? 'interval' : 'one value'}
    </Link>
  )
}

/** An end at the edge of the data is open: it holds beyond them, too. */
function openEnds(column: ColumnFacts, [from, to]: number[]): GivenPart {
  const { low, high } = column.range!
  const whole = from! <= low && to! >= high
  return {
    low: from! <= low && !whole ? Number.NEGATIVE_INFINITY : from!,
    high: to! >= high ? Number.POSITIVE_INFINITY : to!
  }
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
