import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { throwIfStopped } from '../../num/iterate.js'
import { type Matrix, matrix, takeRows } from '../../num/matrix.js'
import { keyAtStep, keyFor } from '../../num/random.js'
import { decodeTable, type Encoder } from '../../table/encoder.js'
import { type Column, isNumeric, type Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { type Changes, isAdded, withoutLogarithms } from './changes.js'
import { pushed, standing } from './draw.js'
import { type ForecastModel, learnedRows, type SeriesLaw } from './forecast.js'
import { wholeSeries } from './ruled-series.js'
import { shiftedBySeason } from './season.js'
import { Transition, unstandardised } from './transition.js'

/** Times that a row is drawn again where it would leave its range, as in panels. */
const MOST_DRAWN = 100

interface DrawnAnew {
  readonly rows: number
  /** Place of the first row, where the last one of the series stands at 0. */
  readonly start: number
}

/**
 * One stretch of a series, drawn from where it began: what the first rows of the series were is its past, and none of them comes out.
 * Columns whose changes are drawn end where they do in the series, but for the
 * last change: a walk from one end to the other, as of a Brownian bridge, rather than one that leaves for where the series never was.
 * All others stay in the range of the series, and no column crosses nought that never does. Cost O(rows·M) a unit, of as many rows as the series has where fewer are asked for.
 */
export async function drawAnew(model: ForecastModel, { rows, start }: DrawnAnew, context: Context): Promise<WrittenTable> {
  const { encoder } = model
  const key = keyFor(context.key, 'anew')
  const law: SeriesLaw = model
  const transition = new Transition(law.transition, context.engine)
  // The last change is free, so that the last row is no row of the data.
  const last = law.changes && Math.max(1, -start)
  const count = Math.max(rows, (last ?? 0) + 1)
  const ranges = rangesOf(learnedRows(law, encoder).table, law, encoder)
  const isWithin = ({ columns }: Table) =>
    columns.every((column, c) => !isNumeric(column) || column.values.every((x) => x >= ranges[c]!.least && x <= ranges[c]!.most))
  const d = encoder.coordinateCount
  const all = matrix(count, d)
  const added = matrix(count, d)
  let { history, level } = beginning(law, d)
  for (let step = 0; step < count; step++) {
    throwIfStopped(context.watch, 'forecast')
    for (let again = 0; ; again++) {
      const own = keyAtStep(again === 0 ? key : keyFor(key, `again ${again}`), step + 1)
      const next = await transition.step(history, own)
      const now = level ? plus(next, level, law) : next
      const whole = shiftedBySeason(now, { season: law.season, sign: 1, placeOf: () => start + step })
      const coordinates = withoutLogarithms(whole, law.changes?.drawn ?? [], encoder)
      if (again < MOST_DRAWN && !isWithin(decodeTable(encoder, { coordinates, codes: new Int32Array(0) }))) continue
      all.data.set(coordinates.data, step * d)
      added.data.set(now.data, step * d)
      history = pushed(history, standing(law, encoder, next, start + step))
      level = level && now
      break
    }
    context.watch?.progress?.({ stage: 'forecast', done: step + 1, total: count })
  }
  const coordinates = law.changes && last ? pinned(added, { law, changes: law.changes, last, start }, encoder) : all
  const drawn = decodeTable(encoder, {
    coordinates: takeRows(
      coordinates,
      Array.from({ length: rows }, (_, i) => i)
    ),
    codes: new Int32Array(0)
  })
  const table = { ...drawn, columns: drawn.columns.map((column, c) => within(column, ranges[c]!)) }
  return wholeSeries(model, { table, formats: encoder.formats }, (row) => start + row, { key: keyFor(key, 'rules') })
}

/** What the first pair of a series has behind it, and where changes are added up the levels before its next row. */
function beginning({ transition, changes }: SeriesLaw, d: number): { history: Matrix; level: Matrix | undefined } {
  const pairs = unstandardised(transition, transition.rows.coordinates.cols)
  const history = matrix(1, pairs.cols - d, pairs.data.slice(d, pairs.cols))
  if (!changes) return { history, level: undefined }
  return {
    history,
    level: matrix(
      1,
      d,
      Float64Array.from({ length: d }, (_, c) => changes.levels.data[c]! - pairs.data[c]!)
    )
  }
}

/** Changes are added to the levels before, and values stand as they are. */
const plus = (next: Matrix, level: Matrix, { changes }: SeriesLaw): Matrix =>
  matrix(
    1,
    next.cols,
    next.data.map((value, c) => (isAdded(changes!.drawn[c]) ? level.data[c]! + value : value))
  )

interface Pinned {
  readonly law: SeriesLaw
  readonly changes: Changes
  /** The row that ends where the series does. */
  readonly last: number
  readonly start: number
}

/** Levels that are added up, moved evenly so that they come to where the series ends; behind it as they are then. In coordinates of the encoder. */
function pinned(levels: Matrix, { law, changes: { drawn, levels: real }, last, start }: Pinned, encoder: Encoder): Matrix {
  const d = levels.cols
  const out = matrix(levels.rows, d, levels.data.slice())
  for (const [c, own] of drawn.entries()) {
    if (!isAdded(own)) continue
    const off = levels.data[(last - 1) * d + c]! - real.data[(real.rows - 1) * d + c]!
    for (let i = 0; i < out.rows; i++) out.data[i * d + c]! -= (off * Math.min(i + 1, last)) / last
  }
  return withoutLogarithms(shiftedBySeason(out, { season: law.season, sign: 1, placeOf: (i) => start + i }), drawn, encoder)
}

interface Range {
  readonly least: number
  readonly most: number
}

/**
 * Where the values of a column stand that were learned from; of one that is drawn by its changes, which goes where it goes, the side of
 * nought, if it has one.
 */
const rangesOf = ({ columns }: Table, { changes }: SeriesLaw, encoder: Encoder): Range[] =>
  columns.map((column, c) => {
    const all = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY }
    if (!isNumeric(column)) return all
    const [least, most] = [column.values.reduce((a, b) => Math.min(a, b)), column.values.reduce((a, b) => Math.max(a, b))]
    const code = encoder.columns[c]!
    if (code.carries !== 'coordinate' || !isAdded(changes?.drawn[code.coordinate])) return { least, most }
    if (column.kind === 'datetime') return all
    return { least: least >= 0 ? 0 : all.least, most: most <= 0 ? 0 : all.most }
  })

/** Numbers that no draw brought into their range, or that were moved out of it, back from its end as far as they are beyond. */
function within(column: Column, { least, most }: Range): Column {
  if (!isNumeric(column)) return column
  const back = (x: number): number => (x < least ? Math.min(most, 2 * least - x) : x > most ? Math.max(least, 2 * most - x) : x)
  return { ...column, values: column.values.map(back) }
}
