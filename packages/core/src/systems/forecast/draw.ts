import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { InputError } from '../../num/errors.js'
import { throwIfStopped } from '../../num/iterate.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { type Key, keyAtStep, keyFor } from '../../num/random.js'
import { decodeTable, type Encoder, encodeTable } from '../../table/encoder.js'
import type { InferredTable } from '../../table/infer.js'
import type { Column } from '../../table/table.js'
import type { Context } from '../context.js'
import { addedUp, isAdded, withoutLogarithms } from './changes.js'
import { checkReach } from './clock.js'
import { countedOn } from './counted.js'
import { type ForecastModel, hasScores, type SeriesLaw } from './forecast.js'
import { type RowsBack, wholeSeries } from './ruled-series.js'
import { shiftedBySeason } from './season.js'
import { Transition } from './transition.js'

export interface ForecastRequest {
  /** Members of the ensemble. */
  readonly members: number
  readonly steps: number
}

/**
 * Continues the series: `members` trajectories of `steps` rows each from its last rows. Columns `member`, `step` (from 1),
 * then the series' own, by member, then step. A second law draws its part of the members, spread among the others. Cost O(members·steps·M) a unit, memory O(members·steps·d).
 */
export async function drawForecast(model: ForecastModel, { members, steps }: ForecastRequest, context: Context): Promise<InferredTable> {
  checkForecast(model, { members, steps })
  const { encoder, other } = model
  const key = keyFor(context.key, 'forecast')
  const isOther = (i: number): boolean => other !== undefined && Math.floor((i + 1) * other.share) > Math.floor(i * other.share)
  const of = [false, true].map((is) => Array.from({ length: members }, (_, i) => i).filter((i) => isOther(i) === is))
  const laws = [
    { law: model as SeriesLaw, own: of[0]!, key },
    ...(other ? [{ law: other.law, own: of[1]!, key: keyFor(key, 'other law') }] : [])
  ].filter(({ own }) => own.length > 0)
  const coordinates = matrix(members * steps, encoder.coordinateCount)
  const each = steps * coordinates.cols
  for (const [part, { law, own, key }] of laws.entries()) {
    const drawn = await drawnBy(
      law,
      { encoder, adds: addsOf(model, law), members: own.length, steps, part, parts: laws.length },
      { ...context, key }
    )
    for (const [k, i] of own.entries()) coordinates.data.set(drawn.data.subarray(k * each, (k + 1) * each), i * each)
  }
  const table = decodeTable(encoder, { coordinates, codes: new Int32Array(0) })
  return labelled(model, countedOn(model, { table, formats: encoder.formats }, steps), { members, steps, key: keyFor(key, 'rules') })
}

/** Of which coordinates what is drawn is added up: changes, and steps of what only goes one way. */
function addsOf({ encoder, counted }: ForecastModel, { changes }: SeriesLaw): readonly boolean[] {
  const adds = Array.from({ length: encoder.coordinateCount }, (_, c) => isAdded(changes?.drawn[c]))
  for (const code of encoder.columns)
    if (code.carries === 'coordinate' && counted?.counters.some(({ column }) => column === code.name)) adds[code.coordinate] = true
  return adds
}

interface LawDraw extends ForecastRequest {
  readonly encoder: Encoder
  /** By coordinate, whether it is added up. */
  readonly adds: readonly boolean[]
  /** Which of how many draws this is. */
  readonly part: number
  readonly parts: number
}

/** Trajectories by one law, in coordinates [members·steps, d], by member, then step. */
async function drawnBy(law: SeriesLaw, { encoder, adds, members, steps, part, parts }: LawDraw, context: Context): Promise<Matrix> {
  const { key } = context
  const d = encoder.coordinateCount
  const transition = new Transition(law.transition, context.engine)
  const rows = matrix(members * steps, d)
  let history = repeated(law.history, members)
  const errors = adds.includes(true) ? await driftErrors(transition, { adds, history, key }) : undefined
  for (let step = 1; step <= steps; step++) {
    throwIfStopped(context.watch, 'forecast')
    const next = sumOf(await transition.step(history, keyAtStep(key, step)), errors)
    history = pushed(history, standing(law, encoder, next, step))
    for (let i = 0; i < members; i++) rows.data.set(next.data.subarray(i * d, (i + 1) * d), (i * steps + step - 1) * d)
    context.watch?.progress?.({ stage: 'forecast', done: part * steps + step, total: parts * steps })
  }
  const rest = law.changes ? addedUp(rows, steps, law.changes) : rows
  const whole = shiftedBySeason(rest, { season: law.season, sign: 1, placeOf: (i) => (i % steps) + 1 })
  return withoutLogarithms(whole, law.changes?.drawn ?? [], encoder)
}

interface Drifting {
  readonly adds: readonly boolean[]
  /** As many rows as members. */
  readonly history: Matrix
  readonly key: Key
}

/**
 * How far off the mean change of each member is taken to be [members, d], the same at every step: it is known from M changes to their
 * spread over √M, and changes that are added up add this up, too, so that after as many steps as there are changes it is as much as all
 * noise. Values that come back are off by no more than at one step. The difference of two draws from where the series ends has twice
 * the covariance of the changes, whatever their law.
 */
async function driftErrors(transition: Transition, { adds, history, key }: Drifting): Promise<Matrix> {
  const [one, other] = [await transition.step(history, keyFor(key, 'drift')), await transition.step(history, keyFor(key, 'drift, other'))]
  const shrink = Math.sqrt(1 / (2 * transition.model.rows.coordinates.rows))
  const d = one.cols
  return matrix(
    one.rows,
    d,
    one.data.map((value, at) => (adds[at % d] ? shrink * (value - other.data[at]!) : 0))
  )
}

const sumOf = (a: Matrix, b: Matrix | undefined): Matrix =>
  b
    ? matrix(
        a.rows,
        a.cols,
        a.data.map((value, at) => value + b.data[at]!)
      )
    : a

/** Throws `InputError`: counts that are no counts, times beyond what dates can say. */
export function checkForecast({ clock, formats }: ForecastModel, { members, steps }: ForecastRequest): void {
  checkCounts(members, steps)
  if (clock) checkReach(clock, formats[clock.place]!, steps)
}

function checkCounts(members: number, steps: number): void {
  for (const [flag, count] of [
    ['-n', members],
    ['--steps', steps]
  ] as const) {
    if (Number.isInteger(count) && count >= 1 && count <= 1e7) continue
    throw new InputError({ code: 'count', got: `${flag} ${count}`, expected: 'a whole number from 1 to 10000000', try: `${flag} 100` })
  }
}

/** Drawn rows as they are once they came, so many steps after the last row: a number on a spike stands in its middle. */
export function standing({ season, changes }: SeriesLaw, encoder: Encoder, rows: Matrix, step: number): Matrix {
  if (!hasScores(encoder)) return rows
  const whole = shiftedBySeason(rows, { season, sign: 1, placeOf: () => step })
  const { columns } = decodeTable(encoder, { coordinates: whole, codes: new Int32Array(0) })
  const { coordinates } = encodeTable(encoder, { columns, rowCount: rows.rows })
  const again = shiftedBySeason(coordinates, { season, sign: -1, placeOf: () => step })
  // Changes and logarithms are no values.
  for (const [c, own] of (changes?.drawn ?? []).entries())
    if (own !== 'value') for (let at = c; at < again.data.length; at += again.cols) again.data[at] = rows.data[at]!
  return again
}

function repeated(row: Matrix, count: number): Matrix {
  const out = matrix(count, row.cols)
  for (let i = 0; i < count; i++) out.data.set(row.data, i * row.cols)
  return out
}

/** The newest rows in front, the oldest dropped. */
export function pushed(history: Matrix, next: Matrix): Matrix {
  const out = matrix(history.rows, history.cols)
  for (let i = 0; i < out.rows; i++) {
    out.data.set(next.data.subarray(i * next.cols, (i + 1) * next.cols), i * out.cols)
    out.data.set(history.data.subarray(i * out.cols, (i + 1) * out.cols - next.cols), i * out.cols + next.cols)
  }
  return out
}

const WHOLE = { source: 'number', kind: 'integer', integer: true } as const

interface Labels extends ForecastRequest, RowsBack {}

/** Rows of the series by member, then step, with these beside them, their times, and what rules derive. */
export function labelled(model: ForecastModel, drawn: WrittenTable, { members, steps, ...back }: Labels): InferredTable {
  const stepOf = (i: number) => (i % steps) + 1
  const { table, formats } = wholeSeries(model, drawn, stepOf, back)
  const label = (name: string, of: (i: number) => number): Column => ({
    name,
    kind: 'integer',
    values: Float64Array.from({ length: table.rowCount }, (_, i) => of(i))
  })
  return {
    table: {
      columns: [label('member', (i) => (Math.floor(i / steps) % members) + 1), label('step', stepOf), ...table.columns],
      rowCount: table.rowCount
    },
    formats: [{ name: 'member', ...WHOLE }, { name: 'step', ...WHOLE }, ...formats],
    notes: model.summary.notes
  }
}
