import { InputError } from '../../num/errors.js'
import { counted, listed } from '../../num/listed.js'
import type { ColumnFormat } from '../../table/infer.js'
import { spelled } from '../../table/present.js'
import { type CategoricalColumn, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { unknownColumn } from '../../table/unknown-column.js'
import { clockTicks, scheduleOf, type Ticks, ticksOf } from './ticks.js'

/** When the rows of groups stand. */
export interface PanelTimes {
  readonly ticks: Ticks
  /** Of every row [n]. */
  readonly at: Float64Array
  /** Rows at the time of the one before in their group. */
  readonly together: readonly number[]
}

/** The column of times. Throws `InputError` (codes `column-unknown`, `time-column`). */
export function clockColumn({ columns }: Table, name: string, group: string): NumericColumn {
  const clock = columns.find((column) => column.name === name)
  if (!clock) throw unknownColumn(name, columns, { got: `--time ${name}, which the table lacks` })
  if (name !== group && isNumeric(clock)) {
    const empty = clock.missing?.indexOf(1) ?? -1
    if (empty < 0) return clock
    throw new InputError({
      code: 'time-column',
      got: `row ${empty + 1} without a ${name}`,
      expected: 'a time for every row',
      try: 'filling it in, or leaving that row out'
    })
  }
  throw new InputError({
    code: 'time-column',
    got: name === group ? `the column ${name} as group and as time` : `the column ${name}, which is of no numbers or date-times`,
    expected: 'a column of numbers or date-times without missing cells',
    try: `one of ${listed(columns.filter((c) => c.name !== group && isNumeric(c) && !c.missing).map((c) => c.name))}`
  })
}

/** When the rows of groups stand; those of one group at one time have steps of 0 between them. Cost O(n). */
export function timesOf({ name, values }: NumericColumn, formats: readonly ColumnFormat[], first: Uint32Array): PanelTimes {
  const format = formats.find((one) => one.name === name)!
  const plain = ticksOf(values, format)
  // What comes at the same steps everywhere is told by these.
  const isOpen = format.kind === 'datetime' && !scheduleOf(plain.at, first)
  const { ticks, at } = (isOpen && clockTicks(values, plain.ticks)) || plain
  const together: number[] = []
  let least = Number.POSITIVE_INFINITY
  for (let g = 0; g + 1 < first.length; g++) {
    for (let i = first[g]! + 1; i < first[g + 1]!; i++) {
      const step = at[i]! - at[i - 1]!
      if (step === 0) together.push(i)
      least = Math.min(least, step)
    }
  }
  const areAlone = least === Number.POSITIVE_INFINITY
  const schedule = areAlone ? undefined : scheduleOf(at, first)
  const last = at.reduce((most, tick) => Math.max(most, tick), 0)
  return { ticks: { ...ticks, least: areAlone ? 0 : least, ...(schedule ? { schedule, last } : {}) }, at, together }
}

/** Whether new rows stand at times of the data: these are every tick from the first to the last, or all groups keep to one schedule from one start. Cost O(n). */
export function areListed({ ticks, at }: PanelTimes, first: Uint32Array): boolean {
  const last = at.reduce((most, tick) => Math.max(most, tick), 0)
  if (ticks.kind !== 'real' && new Set(at).size === last + 1) return true
  return ticks.schedule !== undefined && first.subarray(0, first.length - 1).every((row) => at[row] === at[0])
}

interface Together {
  readonly key: CategoricalColumn
  readonly clock: NumericColumn
  readonly format: ColumnFormat
  readonly first: Uint32Array
}

/** What a person should know of rows of a group that stand at one time. */
export function togetherNotes({ together }: PanelTimes, { key, clock, format, first }: Together): string[] {
  if (together.length === 0) return []
  const row = together[0]!
  const level = key.levels[first.findLastIndex((start) => start <= row)]!
  const rows = `${counted(together.length, 'row')} ${together.length === 1 ? 'has' : 'have'}`
  return [
    `${clock.name}: ${rows} the time of the row before in ${key.name}, as ${spelled(clock.values[row]!, format)} where ${key.name} = ${level}: they follow each other as they stand, and so do new ones; if each time should come once, leave the others out`
  ]
}
