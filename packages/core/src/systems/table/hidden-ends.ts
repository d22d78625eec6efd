import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import type { NamedWarning } from '../../know/support.js'
import { counted } from '../../num/listed.js'
import { MOST_RARE } from '../../table/rare-below.js'
import { recurringValues, runsOf } from '../../table/recurring.js'
import { fitScaler } from '../../table/scaling.js'
import { listedValues } from '../../table/standing-out.js'
import type { Asked } from '../asked.js'
import { numbersOf } from '../drawn/compared-numbers.js'
import type { HiddenEnds } from './kept-by-drawing.js'
import type { DrawnRows, TableModel } from './options.js'

/** Rows that have a level of a category, or an end of a number, or lie beyond it, for it to be written where privacy is asked for. */
export const PRIVATE_CELL = 5

/** Name of the warning that drawn rows show an end of the data all the same. */
export const ENDS_WARNING = 'ends-shown'

/** Those of a model, once. */
const known = new WeakMap<object, HiddenEnds>()

/** Those of a model whose privacy hides any. */
export function hiddenIn(model: TableModel, written: () => WrittenTable): HiddenEnds | undefined {
  const cell = model.privacy?.cell
  if (cell === undefined) return undefined
  const hidden = known.get(model) ?? hiddenEnds(written(), cell)
  known.set(model, hidden)
  return hidden
}

/**
 * The values at both ends of each column that fewer than k rows have or lie beyond: whoever knows of the oldest patient or the best paid
 * employee finds that row again by them. Between the ends a number that is drawn is that of a row no more often than by chance, but what
 * lies beyond all rows is drawn at the last of them. A code, as a postcode, has no values of its own by chance: of these all
 * that fewer than k rows have are hidden, as rare levels are. Cost O(cells·log rows).
 */
function hiddenEnds(written: WrittenTable, k: number): HiddenEnds {
  const columns = numbersOf(written).map(({ name, values }) => {
    const ascending = Float64Array.from(values)
      .filter((value) => !Number.isNaN(value))
      .sort()
    return [name, new Set([...fewest(ascending, k), ...fewest(ascending.slice().reverse(), k), ...rareOf(ascending, k)])] as const
  })
  return new Map(columns.filter(([, values]) => values.size > 0))
}

/** Values of a code that fewer than k rows have: of a number of few, or one that hardly a row has a value of its own of; none where most would be. */
function rareOf(ascending: Float64Array, k: number): number[] {
  if (ascending.length === 0) return []
  const scaler = fitScaler(ascending, 'quantile')
  const isCode = scaler.method === 'quantile' && scaler.discrete && !recurringValues(ascending)
  if (!isCode && !listedValues(scaler)) return []
  const rare = [...runsOf(ascending)].filter(([start, end]) => end - start < k)
  const cells = rare.reduce((sum, [start, end]) => sum + end - start, 0)
  return cells <= MOST_RARE * ascending.length ? rare.map(([start]) => ascending[start]!) : []
}

/** The first values in this order, until k cells have come. */
function fewest(ordered: Float64Array, k: number): number[] {
  const values: number[] = []
  for (let start = 0; start < ordered.length; ) {
    let end = start
    while (end < ordered.length && ordered[end] === ordered[start]) end++
    if (end >= k) break
    values.push(ordered[start]!)
    start = end
  }
  return values
}

/** Whether rows as they are written show any of them. */
export function showsEnds(hidden: HiddenEnds, written: WrittenTable): (row: number) => boolean {
  const columns = numbersOf(written, new Set(hidden.keys())).map(({ name, values }) => ({ values, ends: hidden.get(name)! }))
  return (row) => columns.some(({ values, ends }) => ends.has(values[row]!))
}

/** A draw with what is said of rows that show an end, as no others were found. */
export function tellingEnds(hidden: HiddenEnds | undefined, drawn: DrawnRows, asked?: Asked): DrawnRows {
  if (!hidden) return drawn
  // A condition may say an end itself, in its own rows.
  const { givens } = asked ?? { givens: [{}] }
  const shows = givens.map((given) => showsEnds(new Map([...hidden].filter(([name]) => !Object.hasOwn(given, name))), drawn))
  const { rowCount } = drawn.table
  let rows = 0
  for (let row = 0; row < rowCount; row++) if (shows[Math.floor((row * givens.length) / rowCount)]!(row)) rows++
  if (rows === 0) return drawn
  const message = `${rows} of ${counted(drawn.table.rowCount, 'row')} show a rare number at the end of its column, or a rare code, because no other row was found; try a smaller --min-cell, or --exclude columns`
  return { ...drawn, warnings: [...drawn.warnings, { name: ENDS_WARNING, message } satisfies NamedWarning] }
}
