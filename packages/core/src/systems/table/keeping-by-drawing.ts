import { isOrder } from '../../code/rules/choose.js'
import { eachRule, familiesOf } from '../../code/rules/families.js'
import type { OrderFound } from '../../code/rules/find-orders.js'
import { ruleTexts } from '../../code/rules/kept-rules.js'
import { mixedBy } from '../../code/rules/mixed-rows.js'
import { anyCrossed, crossedOrders } from '../../code/rules/orders-crossed.js'
import { parseRule } from '../../code/rules/parse-rule.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { ruleText } from '../../code/rules/rule.js'
import { column } from '../../code/rules/shapes.js'
import { BATCH_ROWS } from '../../draw/batch-rows.js'
import type { Given } from '../../know/conditions.js'
import { type ModelContents, withEntry } from '../../model-file/contents.js'
import { entryIn, flag, list, number, type Reader, record, word } from '../../model-file/reading.js'
import { placesByName } from '../../num/group.js'
import { stackRows, takeRows } from '../../num/matrix.js'
import { keyFor, keyFromSeed, seedFor } from '../../num/random.js'
import { columnWord } from '../../table/expression-text.js'
import type { ColumnFormat } from '../../table/infer.js'
import { sliceTable, stackTables, takeTableRows } from '../../table/rows.js'
import type { Table } from '../../table/table.js'
import { facts, type Telling } from '../../tell/telling.js'
import type { Asked } from '../asked.js'
import { areCompared, comparedNumbers, numbersOf } from '../drawn/compared-numbers.js'
import { orderText } from '../drawn/crossed-orders.js'
import { endText, rangesLeft } from '../drawn/range-left.js'
import type { SystemContext } from '../host.js'
import { showsEnds } from './hidden-ends.js'
import type { DrawnAgain, KeptByDrawing } from './kept-by-drawing.js'
import type { DrawnRows, TableModel } from './options.js'
import { batchByBatch, type Draw, placed, type Redraw, type Redrawing, type Rows } from './redrawn.js'

/** Rows of the draw that tells which orders the rows of a model would break: few are told by fewer, and more tell no more. */
const [LEAST_TRIED, MOST_TRIED] = [2000, 4000]
/** Steps of that draw: its law is that of the rows after the first one already, and only how far rows are from where they began is not. */
const TRIED_STEPS = 2
/** Rows that are drawn in place of those that break an order, at least, as a draw has a price of its own; and as a multiple of all, at most. */
const [LEAST_CANDIDATES, MOST_DRAWN] = [64, 8]
/** As many more than are likely to do, so that a second round is rare. */
const MORE = 1.25

interface Tried {
  readonly model: TableModel
  /** Rows that it learned from, as they are written. */
  written(): WrittenTable
  readonly weights: Float64Array | undefined
  readonly seed: number | undefined
  /** Rules that somebody states. */
  readonly stated: string | readonly string[] | undefined
}

/** Orders of two columns that are stated and that no rule derives: what sees to them does so in rows as the data are, and they hold in every one. */
function statedOrders({ model, stated = [] }: Pick<Tried, 'model' | 'stated'>): OrderFound[] {
  const said = 'rules' in model && model.rules ? ruleTexts(model.rules) : []
  const orders = [stated].flat().flatMap(eachRule).map(parseRule).filter(isOrder)
  return orders.flatMap((rule) => {
    const other = rule.kind === 'order' ? rule.low : rule.kind === 'limit' ? rule.high : undefined
    if (other?.kind !== 'column' || rule.exceptions || said.includes(ruleText(rule))) return []
    return [rule.kind === 'order' ? { low: other.name, high: rule.column } : { low: rule.column, high: other.name }]
  })
}

/**
 * Orders that all rows of the data have, and their ends of what rules compute, that rows of the model would break though rules see to others: what
 * speaks for each is how many of as many rows would, which the model itself says, in a draw of its own. Undefined where there is none. Cost: of such a draw,
 * where any could be broken at all.
 */
export async function keptByDrawing(
  { model, written, weights, seed = 1, stated }: Tried,
  draw: Draw,
  context: SystemContext
): Promise<KeptByDrawing | undefined> {
  const { rowCount } = model.summary
  const compare = (drawn: WrittenTable) => comparedNumbers({ model, rowCount, written, weights, drawn })
  const rules = 'rules' in model ? model.rules : undefined
  const computed = computedIn(model)
  const own = statedOrders({ model, stated })
  const asStated = own.length > 0 ? { orders: own, ends: [] } : undefined
  if (!areCompared(rowCount)) return asStated
  // What rows of which each column is another row's do not break is seen to.
  const mixed = compare(mixedBy(rules, written()))
  if (!mixed || !(anyCrossed(mixed.real, mixed.drawn) || rangesLeft(computed, mixed).length > 0)) return asStated
  const rows = Math.min(MOST_TRIED, Math.max(LEAST_TRIED, rowCount))
  const trial = { rows, steps: TRIED_STEPS, seed: seedFor(keyFor(keyFromSeed(seed), 'orders'), 'trial') }
  const compared = compare(await draw(trial, { ...context, progress: undefined }))!
  const isStated = ({ low, high }: OrderFound) => own.some((one) => one.low === low && one.high === high)
  const crossed = crossedOrders(compared.real, compared.drawn).map(({ low, high }) => ({ low, high }))
  const orders = [...own, ...crossed.filter((one) => !isStated(one))]
  const ends = rangesLeft(computed, compared).map(({ column, side, end, isDate }) => ({ column, side, end, isDate }))
  return orders.length + ends.length > 0 ? { orders, ends } : undefined
}

/** Columns that rules of a model compute, or that are drawn as what they are beyond another: they may be beyond all rows of the data. */
export const computedIn = (model: TableModel): string[] => {
  const rules = 'rules' in model && !('heads' in model) ? (model.rules?.rules ?? []) : []
  return rules.flatMap((rule) => (rule.kind === 'formula' || rule.kind === 'order' ? [rule.column] : []))
}

/**
 * Draws again, and again, rows that break what is kept so, under conditions those of each condition by it. A row depends on others of its batch, or of
 * its condition, alone. `whole`: what becomes of drawn rows, of which the orders are. What still breaks it after draws of eight times the rows stays, and a warning says so: so do rows of a condition that hardly
 * any row keeps it under. Cost: draws of as many rows as break any.
 */
export const keepingByDrawing =
  (kept: DrawnAgain, whole?: (rows: WrittenTable) => WrittenTable): Redraw =>
  (drawn, how) => {
    const { asked } = how.request
    if (asked && !whole) return conditionsInOrder(drawn, { ...how, kept, asked })
    const breaks = whole
      ? (table: Table) => {
          const rows = whole({ table, formats: drawn.formats })
          return breaking(kept, rows.formats)(rows.table)
        }
      : breaking(kept, drawn.formats)
    return batchByBatch(drawn, how, async (rows, batch) => {
      const own = pileOf(rows, breaks)
      for (let round = 0; wantsMore(own); round++) addTo(own, await again(how, { label: `${batch}.${round}`, rows: wantedBy(own) }))
      return rowsOf(own)
    })
  }

/** The same of whatever says which rows of some are drawn again. */
export const drawnAgain =
  (breaks: (rows: WrittenTable) => (row: number) => boolean, name: string): Redraw =>
  (drawn, how) =>
    batchByBatch(drawn, how, async (rows, batch) => {
      const own = pileOf(rows, (table) => breaks({ table, formats: drawn.formats }))
      for (let round = 0; wantsMore(own); round++) addTo(own, await again(how, { label: `${name} ${batch}.${round}`, rows: wantedBy(own) }))
      return rowsOf(own)
    })

/** Whether rows as they are written break what is kept by drawing. */
const breaking = ({ orders, ends, hidden }: DrawnAgain, formats: readonly ColumnFormat[]) => {
  const names = new Set([...orders.flatMap(({ low, high }) => [low, high]), ...ends.map(({ column }) => column)])
  return (table: Table): ((row: number) => boolean) => {
    const numbers = new Map(numbersOf({ table, formats }, names).map(({ name, values }) => [name, values]))
    const pairs = orders.map(({ low, high }) => [numbers.get(low)!, numbers.get(high)!] as const)
    const ranges = ends.map(({ column, side, end }) => ({ values: numbers.get(column)!, side, end: side * end }))
    const shows = hidden ? showsEnds(hidden, { table, formats }) : () => false
    return (row) =>
      shows(row) ||
      pairs.some(([lows, highs]) => lows[row]! > highs[row]!) ||
      ranges.some(({ values, side, end }) => side * values[row]! > end)
  }
}

/** Another draw of so many rows (a condition) by a request. */
function again(
  { request, draw, context }: Redrawing,
  { label, rows, asked }: { readonly label: string; readonly rows: number; readonly asked?: Asked }
) {
  const { first: _f, onStep: _o, ...own } = request
  const seed = seedFor(keyFor(keyFromSeed(request.seed ?? 1), 'orders'), label)
  return draw({ ...own, ...(asked ? { asked } : {}), rows, seed }, { ...context, progress: undefined })
}

/** Rows that break what is kept, and those that are drawn in their place. */
interface Pile {
  readonly breaks: (table: Table) => (row: number) => boolean
  readonly pool: Rows[]
  /** Places in the pool of the rows as they are now. */
  readonly chosen: Uint32Array
  /** Rows that still break it. */
  left: readonly number[]
  /** Rows of the pool, and those of them that break nothing. */
  offered: number
  kept: number
}

function pileOf(drawn: Rows, breaks: Pile['breaks']): Pile {
  const { rowCount } = drawn.table
  const chosen = Uint32Array.from({ length: rowCount }, (_, i) => i)
  const left = [...chosen].filter(breaks(drawn.table))
  return { breaks, pool: [drawn], chosen, left, offered: rowCount, kept: rowCount - left.length }
}

/** Whether rows are left, and such as keep it can be found: of few rows all may break it by chance. */
const wantsMore = ({ left, kept, offered, chosen }: Pile): boolean =>
  left.length > 0 && (kept > 0 || offered < LEAST_CANDIDATES) && offered <= MOST_DRAWN * Math.max(chosen.length, LEAST_CANDIDATES)

const wantedBy = ({ left, kept, offered }: Pile): number =>
  Math.min(BATCH_ROWS, Math.max(LEAST_CANDIDATES, Math.ceil((MORE * left.length * offered) / Math.max(1, kept))))

function addTo(pile: Pile, more: Rows): void {
  const { rowCount } = more.table
  const isBroken = pile.breaks(more.table)
  pile.left = placed(pile.left, rowCount, (j, row) => {
    if (isBroken(j)) return false
    pile.chosen[row] = pile.offered + j
    return true
  })
  for (let j = 0; j < rowCount; j++) if (!isBroken(j)) pile.kept++
  pile.pool.push(more)
  pile.offered += rowCount
}

function rowsOf({ pool, chosen }: Pile): Rows {
  if (pool.length === 1) return pool[0]!
  const latents = pool[0]!.latents && takeRows(stackRows(pool.map((one) => one.latents!)), chosen)
  return { table: takeTableRows(stackTables(pool.map((one) => one.table)), chosen), ...(latents ? { latents } : {}) }
}

interface UnderConditions extends Redrawing {
  readonly kept: DrawnAgain
  readonly asked: Asked
}

/** The same under conditions, batch by batch of each as if it stood alone: those that want as many rows are drawn together. */
async function conditionsInOrder(drawn: DrawnRows, { kept, asked, ...how }: UnderConditions): Promise<DrawnRows> {
  const { givens } = asked
  const rows = drawn.table.rowCount / givens.length
  // Of a condition that is asked for again the rows are others, as those of its first draw are.
  const names = givens.map((given) => JSON.stringify(given))
  const piles = givens.flatMap((given, k) => {
    const breaks = breaking(besides(kept, given), drawn.formats)
    const before = names.slice(0, k).filter((one) => one === names[k]).length
    return Array.from({ length: Math.ceil(rows / BATCH_ROWS) }, (_, batch) => {
      const first = batch * BATCH_ROWS
      const own = stretchOf(drawn, k * rows + first, Math.min(BATCH_ROWS, rows - first))
      return { given, label: `given ${before}.${batch}`, pile: pileOf(own, breaks) }
    })
  })
  for (let round = 0; ; round++) {
    const open = piles.filter(({ pile }) => wantsMore(pile))
    if (open.length === 0) break
    const wants = ({ pile }: (typeof piles)[number]) => 2 ** (32 - Math.clz32(wantedBy(pile) - 1))
    for (const places of placesByName(open, (one) => `${wants(one)} ${one.label}`).values()) {
      const own = places.map((place) => open[place]!)
      const wanted = wants(own[0]!)
      const request = { label: `${own[0]!.label}.${round}`, rows: wanted, asked: { ...asked, givens: own.map(({ given }) => given) } }
      const more = await again(how, request)
      for (const [at, { pile }] of own.entries()) addTo(pile, stretchOf(more, at * wanted, wanted))
    }
  }
  if (piles.every(({ pile }) => pile.pool.length === 1)) return drawn
  const all = piles.map(({ pile }) => rowsOf(pile))
  const latents = drawn.latents && stackRows(all.map((one) => one.latents!))
  return { ...drawn, table: stackTables(all.map(({ table }) => table)), ...(latents ? { latents } : {}) }
}

/** What rows of a condition can be drawn again for: not what it says itself. */
const besides = ({ orders, ends, hidden }: DrawnAgain, given: Given): DrawnAgain => {
  const isGiven = (name: string) => Object.hasOwn(given, name)
  return {
    orders: orders.filter(({ low, high }) => !(isGiven(low) && isGiven(high))),
    ends: ends.filter(({ column }) => !isGiven(column)),
    hidden: hidden && new Map([...hidden].filter(([name]) => !isGiven(name)))
  }
}

const stretchOf = ({ table, latents }: Rows, first: number, rows: number): Rows => ({
  table: sliceTable(table, first, first + rows),
  ...(latents
    ? {
        latents: takeRows(
          latents,
          Uint32Array.from({ length: rows }, (_, i) => first + i)
        )
      }
    : {})
})

/** What a model says of what its rows are drawn again for, besides the rules that it has in these words. */
export function tellKept({ orders, ends }: KeptByDrawing, said: readonly string[] = []): Telling {
  const isSaid = ({ low, high }: OrderFound) =>
    said.includes(orderText({ low, high })) || said.includes(ruleText({ kind: 'limit', column: low, high: column(high) }))
  const rules = [
    ...orders.filter((one) => !isSaid(one)).map(orderText),
    ...ends.map((one) => `${columnWord(one.column)} ${one.side < 0 ? '>=' : '<='} ${endText(one)}`)
  ]
  if (rules.length === 0) return { json: {}, topics: [], warnings: [], notes: [] }
  const meaning = 'This holds in all rows of the data; new rows that break it are drawn again.'
  return {
    json: { drawnAgainFor: rules },
    topics: [
      {
        id: 'drawn-again',
        title: 'Kept by drawing again',
        blocks: [facts(...familiesOf(rules).map((value) => ({ name: 'rule', value, meaning })))]
      }
    ],
    warnings: [],
    notes: []
  }
}

/** Contents of a model file with what rows are drawn again for. */
export const withKept = (contents: ModelContents, kept: TableModel['again']): ModelContents => withEntry(contents, 'drawnAgainFor', kept)

/** The same of a model file. Throws `FormatError` (code `model-damaged`). */
export const keptIn = (contents: ModelContents, columns: () => readonly string[]): KeptByDrawing | undefined =>
  entryIn(contents, 'drawnAgainFor', (value, field) => {
    const name = word(...columns())
    const side = number({ least: -1, most: 1 }) as Reader<-1 | 1>
    const end = record<KeptByDrawing['ends'][number]>({ column: name, side, end: number(), isDate: flag })
    return record<KeptByDrawing>({ orders: list(record<OrderFound>({ low: name, high: name })), ends: list(end) })(value, field)
  })
