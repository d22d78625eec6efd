import { rowsInTheWay } from '../../code/rules/exclusive.js'
import { putRulesBack } from '../../code/rules/stacked.js'
import { InputError } from '../../num/errors.js'
import { beside, type Matrix, matrix, takeRows, takeValues } from '../../num/matrix.js'
import { keyFor, keyFromSeed, seedFor } from '../../num/random.js'
import { rowsInOrder } from '../../table/row-order.js'
import { joinColumns, keepColumns, numbersOf, takeTableRows } from '../../table/rows.js'
import { type Column, isNumeric, type Table } from '../../table/table.js'
import { type Context, contextOf } from '../context.js'
import type { SystemContext } from '../host.js'
import { copyCells, drawFurther } from '../panel/draw.js'
import { contextOfRows } from '../panel/past.js'
import { firstsOf, groupOfRows } from '../panel/spans.js'
import { sumsAfter, sumsIn, withSums } from '../panel/sums.js'
import { timeAt } from '../panel/ticks.js'
import { rowsBeyond } from '../panel/walls.js'
import { tables as tableSystem } from '../table/system.js'
import { fitting, fittingChosen, keptWithin } from './bounds.js'
import { categoriesOf, givenOf, headLifts, knownOf } from './child-law.js'
import { mostOf } from './count-ceiling.js'
import { areBare, type CountLaw, countsOf, drawCounts, withCounts, withNumbers } from './counts.js'
import { drawAggregates } from './draw-aggregates.js'
import { type Draw, drawCircles, withWithin } from './draw-late.js'
import { asDrawn, type DrawnTable, inLayout, keyed, referringColumns, type Written } from './drawn-table.js'
import { endsOf, rowsUntil, untilIn } from './end-law.js'
import { chosenApart, computedOf, exchanged, withRowsFrom } from './exclusive.js'
import { ofParents } from './fit.js'
import { drawGiven, type KnownBesides } from './given-law.js'
import { levelsOf, rowsOfLevels, withLevels } from './kept-levels.js'
import type { KeptTable } from './kept-tables.js'
import { type ForeignKey, isReferredTo, keyText } from './keys.js'
import { withKin } from './kin.js'
import { numbered } from './line-numbers.js'
import { referredRows } from './links.js'
import type { ChildLaw, SchemaModel, SchemaTable } from './model.js'
import { amongOf } from './near.js'
import { withLookups } from './parent-lookups.js'
import { likeRows, type PickLaw, pickRows, referringRows, wantedRows, withSame } from './pick-law.js'
import { numberedKeys } from './pseudonyms.js'
import { columnsLed, keptInputs, rowsAlongFrom, withoutInputs } from './rule-inputs.js'
import { putSiblingsBack } from './siblings.js'
import { stageOf } from './stages.js'
import { datesOf, startsAfter } from './start-law.js'
import { agreeingRows, apartByExchange, elsewhere, restAt, type ToldApart } from './told-apart.js'

/** What a draw of several tables is told. */
export interface SchemaRequest {
  /** Rows of tables that refer to no other, as a multiple of those of the data; those of the others follow. Default 1. */
  readonly scale?: number | undefined
  readonly seed?: number | undefined
  /** Keys of new rows: values of the form of the data, or numbers from 1. Default `form`. */
  readonly pseudonyms?: 'form' | 'numbers' | undefined
}

/**
 * Draws new rows of all tables, parents first: every key leads to a row that was drawn. Throws `InputError` for a scale that is none
 * (`scale`), and where a form has no more new keys (`key-space`). Cost: that of a draw of each table.
 */
export async function drawSchema(
  { tables, order, keys, late, aggregates }: SchemaModel,
  { scale = 1, seed = 1, pseudonyms = 'form' }: SchemaRequest,
  context: SystemContext
): Promise<ReadonlyMap<string, DrawnTable>> {
  checkScale(scale)
  const drawn = new Map<string, DrawnTable>()
  for (const name of order) {
    const table = tables[name]!
    const own = { seed: seedFor(keyFromSeed(seed), name), context: stageOf(context, `drawing ${name}`) }
    const isReferred = isReferredTo(
      name,
      keys.foreign,
      late.map(({ key }) => key)
    )
    const { parentOf, ...rows } = table.child
      ? await drawChild(table, table.child, { ...own, drawn, tables, isReferred, scale })
      : { ...(table.kept ? drawnAsKept(table, table.kept) : await drawRoot(table, { ...own, scale })), parentOf: undefined }
    const named = pseudonyms === 'numbers' && !table.kept ? numberedKeys(name, keys, rows) : rows
    const { order: inOrder, ...whole } = await withWithin(table, named, { ...own, name, drawn })
    drawn.set(name, whole)
    if (!table.child || !parentOf) continue
    const to = table.child.key.to.table
    const parent = drawn.get(to)!
    drawn.set(to, { ...parent, context: withCounts(parent.context, inOrder ? parentOf.map((_, i) => parentOf[inOrder[i]!]!) : parentOf) })
  }
  await drawCircles(late, { tables, drawn, seed, context })
  drawAggregates({ aggregates, order, tables }, drawn, seed)
  return new Map([...drawn].map(([name, one]) => [name, { ...one, seed: seedFor(keyFromSeed(seed), name) }]))
}

function checkScale(scale: number): void {
  if (scale > 0 && scale <= 1e6) return
  throw new InputError({
    code: 'scale',
    got: `scale = ${scale}`,
    expected: 'a number above 0, at most 1000000',
    try: '--scale 2 for twice the rows'
  })
}

async function drawRoot(of: SchemaTable, { seed, context, scale }: Draw & { readonly scale: number }): Promise<DrawnTable> {
  const rows = Math.max(1, Math.round(scale * of.rowCount))
  const drawn = of.root
    ? await tableSystem.draw(of.root, { rows, seed }, context)
    : await keyed(
        {
          table: { columns: of.layout.map(({ name }) => ({ name, kind: 'identifier' as const })), rowCount: rows },
          formats: of.layout
        },
        of.keys,
        { seed, context }
      )
  return {
    ...inLayout(of, drawn.table, new Map(drawn.formats.map((format) => [format.name, format]))),
    context: contextOfRows(of.context, drawn.table)
  }
}

/** The rows of a table that stays as it is. */
function drawnAsKept(of: SchemaTable, { columns }: KeptTable): DrawnTable {
  const table = { columns, rowCount: of.rowCount }
  return { table, formats: of.layout, context: contextOfRows(of.context, table) }
}

interface ChildDraw extends Draw {
  readonly scale: number
  readonly drawn: ReadonlyMap<string, DrawnTable>
  readonly tables: SchemaModel['tables']
  readonly isReferred: boolean
}

/** The rows of a table that refers to others, with the row of its parent for each. */
async function drawChild(
  of: SchemaTable,
  law: ChildLaw,
  { seed, context, drawn, tables, isReferred, scale }: ChildDraw
): Promise<DrawnTable & { readonly parentOf: Int32Array }> {
  const parent = drawn.get(law.key.to.table)!
  const { unplaced, parent: wide, place, wanted } = await drawRows(law, { seed, context, drawn, tables, isReferred, scale })
  const tableOf = (name: string) => asDrawn(tables[name]!.context, drawn.get(name)!.table)
  const key = keyFor(keyFromSeed(seed), 'rules')
  const told = new Set(law.told)
  const led = ({ placed, table }: Ruled) => {
    const rowOf = rowsByKey(law, { ...placed, table, drawn })
    const others = keysBeside(law).map((one) => ({ key: keyText(one), table: referredTo(one, drawn, tables).table, rowOf: rowOf(one) }))
    return [{ key: keyText(law.key), table: wide, rowOf: placed.parentOf }, ...others]
  }
  const ruledOf = (rows: Unplaced): { readonly placed: ChildRowsDrawn; readonly ruled: Written } => {
    const placed = place(rows)
    const rowOf = rowsByKey(law, { ...placed, table: placed.rows.table, drawn })
    const known = law.rules ? joinColumns(placed.rows, keptInputs(law.ruleInputs ?? [], law.rules, { rowOf, tableOf })) : placed.rows
    return { placed, ruled: law.rules ? putRulesBack(law.rules, known, { key }) : known }
  }
  const finished = (rows: Unplaced): Finished => {
    const { placed, ruled } = ruledOf(rows)
    const keeping = {
      led: led({ placed, table: placed.rows.table }),
      parentOf: placed.parentOf,
      isOrdered: Boolean(law.siblings || law.lines),
      rules: law.rules,
      time: law.time?.name,
      isFree: (name: string) => !told.has(name),
      key: keyFor(key, 'bounds')
    }
    const within = law.bounds ? keptWithin(law.bounds, ruled, keeping) : ruled
    const along = { parentOf: placed.parentOf, time: law.time?.name, rules: law.rules, key }
    const back = law.siblings ? putSiblingsBack(law.siblings, within, along) : within
    return { ...placed, whole: keepColumns(back, withoutInputs(law.ruleInputs ?? [])) }
  }
  const ledBy = ({ placed, table }: Ruled) => {
    const rowOf = rowsByKey(law, { ...placed, table, drawn })
    return [law.key, ...keysBeside(law)].map((one) => ({ key: one, rowOf: rowOf(one) }))
  }
  const constant = law.further?.panel.constant ?? []
  const stays = new Set([...constant, ...(law.time ? computedOf(law.rules, law.time.name) : [])])
  /** Drawn columns that say what is in a column. */
  const saying = (name: string, { columns }: Table) => columns.filter((column) => computedOf(law.rules, name).has(column.name)).map((column) => column.name) // biome-ignore format: one line
  const isSet = (set: ToldApart, { key: one }: PickLaw) => set.includes(one.column)
  // Of rows whose parent tells them apart, those that agree change places with others: none of their keys is chosen.
  const inOtherPlaces = (rows: Unplaced): Unplaced =>
    (law.unique ?? []).reduce((own, set) => {
      if (law.picks.some((pick) => isSet(set, pick))) return own
      const { placed, ruled } = ruledOf(own)
      const moves = (name: string) => !stays.has(name) && own.table.columns.some((column) => column.name === name)
      const from = apartByExchange(set, ruled.table, ledBy({ placed, table: ruled.table }), moves)
      return { ...own, table: withRowsFrom(own.table, from, moves) }
    }, rows)
  /** With the rows for which nothing is left that bounds allow and no other row has at once. */
  const chosenIn = (rows: Unplaced): { readonly own: Unplaced; readonly left: ReadonlySet<number> } => {
    let own = rows
    const left = new Set<number>()
    for (const [at, pick] of law.picks.entries()) {
      const sets = (law.unique ?? []).filter((set) => isSet(set, pick))
      if (sets.length === 0 && !law.bounds?.some(({ key: one, other }) => one === keyText(pick.key) || other === keyText(pick.key)))
        continue
      const { placed, ruled } = ruledOf(own)
      const fits = fitting(law.bounds ?? [], { own: ruled.table, led: led({ placed, table: placed.rows.table }) }, keyText(pick.key))
      if (!fits && sets.length === 0) continue
      const rowOf = rowsByKey(law, { ...placed, table: ruled.table, drawn })
      const { parentOf, ...choice } = choiceOf(pick, { parentOf: own.parentOf, rowOf }, { drawn, tables, tableOf })
      const keys = ledBy({ placed, table: ruled.table })
      const apart = [
        ...(parentOf ? [(i: number) => (parentOf[i]! < 0 ? undefined : String(parentOf[i]))] : []),
        ...sets.map((set) => restAt(set, pick.key.column, ruled.table, keys))
      ]
      const chosen = fittingChosen(fits ?? (() => true), { ...choice, apart, rowOf: own.chosen[at]! })
      if (fits && sets.length > 0) for (const [i, target] of chosen.entries()) if (target >= 0 && !fits(i, target)) left.add(i)
      own = { ...own, chosen: own.chosen.map((one, k) => (k === at ? chosen : one)) }
    }
    return { own, left }
  }
  /** Rows without a place as others are, in what else is of the sets that tell them apart. */
  const movedIn = (rows: Unplaced, left: ReadonlySet<number>, round: number): Unplaced =>
    (law.unique ?? []).reduce((own, set, _, sets) => {
      const { placed, ruled } = ruledOf(own)
      const keys = ledBy({ placed, table: ruled.table })
      const again = law.picks.some((pick) => isSet(set, pick)) ? left : new Set<number>()
      const without = new Set([...again, ...agreeingRows(set, ruled.table, keys)])
      const moves = (name: string) => {
        const all = saying(name, own.table)
        return all.length > 0 && !all.some((one) => stays.has(one))
      }
      const { names, from } = elsewhere(set, without, sets, {
        own: ruled.table,
        led: keys,
        moves,
        choosesAgain: (i) => again.has(i),
        round
      })
      const moved = new Set(names.flatMap((name) => saying(name, own.table)))
      return { ...own, table: withRowsFrom(own.table, from, (name) => moved.has(name)) }
    }, rows)
  const fitted = (rows: Unplaced): Unplaced => {
    for (let [round, given] = [1, rows]; ; round++) {
      const { own, left } = chosenIn(given)
      const { placed, ruled } = ruledOf(own)
      const agreeing = agreeingIn(law, ruled.table, rowsByKey(law, { ...placed, table: ruled.table, drawn }))
      const without = new Set([...left, ...agreeing])
      if (without.size === 0 || round > MOST_ROUNDS) return withoutRows(own, without)
      given = movedIn(own, left, round)
    }
  }
  const { whole, parentOf, targetOf } = keptApart(law, { finished, fitted }, inOtherPlaces(unplaced), { drawn, tables, tableOf })
  const order = law.rowOrder && rowsInOrder(whole.table, law.rowOrder, Math.max(1, whole.table.rowCount))
  const table = order ? takeTableRows(whole.table, order) : whole.table
  const inRows = (of: Int32Array) => (order ? Int32Array.from(order, (row) => of[row]!) : of)
  const referring = inRows(parentOf)
  const apart: Column[] = [
    ...referringColumns(law.key, parent, referring),
    ...(law.lines ? [{ name: law.lines.column, kind: 'identifier' as const, cells: numbered(law.lines, referring) }] : []),
    ...keysBeside(law).flatMap((one, k) => referringColumns(one, drawn.get(one.to.table)!, inRows(targetOf[k]!)))
  ]
  const rowOf = rowsByKey(law, { parentOf: referring, targetOf: targetOf.map(inRows), table, drawn })
  const telling = columnsLed(law.keyInputs ?? [], { rowsBy: rowsAlongFrom({ rowOf, tableOf }), tableOf })
  const unkeyed = { table: { ...table, columns: [...table.columns, ...apart, ...telling] }, formats: whole.formats }
  const own = await keyed(unkeyed, law.keys, { seed, context })
  const written = inLayout(of, own.table, new Map(own.formats.map((format) => [format.name, format])))
  return {
    ...written,
    ...(wanted > table.rowCount ? { leftOut: wanted - table.rowCount } : {}),
    parentOf: referring,
    context: isReferred
      ? beside(contextOfRows(of.context, table), ofParents(referring, parent.context, withNone(law, parent.context.cols)))
      : matrix(0, 0)
  }
}

interface Ruled {
  readonly placed: ChildRowsDrawn
  readonly table: Table
}

interface Finished extends ChildRowsDrawn {
  /** With what rules derive. */
  readonly whole: Written
}

interface KeyedDraw extends Pick<ChildRowsDrawn, 'parentOf' | 'targetOf'>, Pick<ChildDraw, 'drawn'> {
  readonly table: Table
}

/** The row that each row refers to by a key of its own; one that is none of a law is a category of the rows. */
const rowsByKey =
  (law: ChildLaw, { parentOf, targetOf, table, drawn }: KeyedDraw) =>
  (key: ForeignKey): Int32Array =>
    isKey(key, law.key)
      ? parentOf
      : (targetOf[keysBeside(law).findIndex((one) => isKey(key, one))] ?? rowsOfLevels(key, table, drawn.get(key.to.table)!))

/** What rows refer to, or where they stand, is put right so often at most: then those that are in the way are left out. */
const MOST_ROUNDS = 6

interface Finishing {
  readonly finished: (rows: Unplaced) => Finished
  /** Rows that refer to what bounds and rows beside them allow, where there is any. */
  readonly fitted: (rows: Unplaced) => Unplaced
}

interface Apart extends Pick<ChildDraw, 'drawn' | 'tables'> {
  readonly tableOf: (name: string) => Table
}

/**
 * Rows of which no two have the same row at once that one may have at a time: others are chosen, rows of one change places, and those without a place are
 * left out, as are those that agree with one before in what tells rows apart.
 */
function keptApart(law: ChildLaw, { finished, fitted }: Finishing, unplaced: Unplaced, { drawn, tables, tableOf }: Apart): Finished {
  let rows = fitted(unplaced)
  let out = finished(rows)
  for (let round = 1; ; round++) {
    const rowOf = rowsByKey(law, { ...out, table: out.whole.table, drawn })
    const broken = (law.exclusive ?? []).filter((one) => rowsInTheWay(one, out.whole.table, rowOf(one.key)).length > 0)
    const agreeing = agreeingIn(law, out.whole.table, rowOf)
    if (broken.length === 0 && agreeing.length === 0) return out
    if (round > MOST_ROUNDS) {
      const inTheWay = broken.flatMap((one) => rowsInTheWay(one, out.whole.table, rowOf(one.key)))
      rows = withoutRows(rows, new Set([...inTheWay, ...agreeing]))
      out = finished(rows)
      continue
    }
    for (const one of broken) {
      const at = law.picks.findIndex((pick) => isKey(pick.key, one.key))
      const pick = law.picks[at]
      const targets = () => likeRows(tables[one.key.to.table]!.context, referredTo(one.key, drawn, tables).table)
      if (!pick && !isKey(one.key, law.key)) {
        // Of what never changes in the rows of a parent none is another.
        if (law.further?.panel.constant.includes(one.key.column)) continue
        const to = drawn.get(one.key.to.table)!
        const now = rowOf(one.key)
        const open = new Set(levelsOf(one.key, rows.table, to))
        const chosen = chosenApart(one, out.whole.table, { rowOf: now, targets: targets(), among: () => open, parentOf: undefined })
        rows = { ...rows, table: withLevels(one.key, rows.table, to, chosen) }
        continue
      }
      if (!pick) {
        const table = exchanged(one, {
          whole: out.whole.table,
          drawn: rows.table,
          rules: law.rules,
          rowOf: rows.parentOf,
          constant: law.further?.panel.constant ?? []
        })
        rows = { ...rows, table }
        continue
      }
      const choice = choiceOf(pick, { ...rows, rowOf }, { drawn, tables, tableOf })
      const chosen = chosenApart(one, out.whole.table, { ...choice, rowOf: rows.chosen[at]! })
      rows = { ...rows, chosen: rows.chosen.map((own, k) => (k === at ? chosen : own)) }
    }
    // Rows may agree that end when they begin.
    if (agreeing.length > 0) rows = fitted(rows)
    out = finished(rows)
  }
}

/** Rows that agree with one before in what tells rows apart. */
const agreeingIn = (law: ChildLaw, table: Table, rowOf: (key: ForeignKey) => Int32Array): number[] =>
  law.unique?.flatMap((set) =>
    agreeingRows(
      set,
      table,
      [law.key, ...keysBeside(law)].map((key) => ({ key, rowOf: rowOf(key) }))
    )
  ) ?? []

/** Of which rows rows may choose one. */
function choiceOf(
  pick: PickLaw,
  { rowOf, parentOf }: Pick<Unplaced, 'parentOf'> & { readonly rowOf: (key: ForeignKey) => Int32Array },
  { drawn, tables, tableOf }: Apart
) {
  const near = pick.near && amongOf(pick.near, rowOf(pick.near.start), tableOf)
  return {
    targets: likeRows(tables[pick.key.to.table]!.context, referredTo(pick.key, drawn, tables).table),
    among: (i: number) => near && (near.members.get(near.wanted[i]!) ?? new Set<number>()),
    parentOf: pick.apart ? parentOf : undefined
  }
}

/** The keys of rows besides that of their number, in the order in which drawn rows have them. */
const keysBeside = ({ picks, through = [] }: ChildLaw): ForeignKey[] => [...picks, ...through].map(({ key }) => key)

const withNone = ({ none }: ChildLaw, width: number): Float64Array => (none.length === width ? none : new Float64Array(width))

interface ChildRowsDrawn {
  /** Without keys and what rules derive. */
  readonly rows: Written
  readonly parentOf: Int32Array
  /** Rows that they refer to besides, of each pick, then of each key that goes without saying. */
  readonly targetOf: readonly Int32Array[]
}

/** Drawn rows, before they have what rows say that they refer to. */
interface Unplaced {
  readonly table: Table
  readonly ticks?: Float64Array | undefined
  readonly parentOf: Int32Array
  /** Rows that they choose, of each pick. */
  readonly chosen: readonly Int32Array[]
}

/** The drawn rows that a key leads to, as the law of what refers to them knows these. */
function referredTo({ to }: ForeignKey, drawn: ReadonlyMap<string, DrawnTable>, tables: SchemaModel['tables']): DrawnTable {
  const own = drawn.get(to.table)!
  return { ...own, table: asDrawn(tables[to.table]!.context, own.table) }
}

/** The rows of all parents, which these are with what they lead to, and how rows have what others say. */
async function drawRows(
  law: ChildLaw,
  { seed, context, drawn, tables, scale }: ChildDraw
): Promise<{
  readonly unplaced: Unplaced
  readonly parent: Table
  readonly place: (rows: Unplaced) => ChildRowsDrawn /** Rows, with those that find no place. */
  readonly wanted: number
}> {
  const own = contextOf(seed, context)
  const alone = referredTo(law.key, drawn, tables)
  const tableOf = (name: string) => asDrawn(tables[name]!.context, drawn.get(name)!.table)
  const parent = { ...alone, table: withKin(alone.table, law.kin, tableOf) }
  const numbers = numbersIn(drawn)
  const counts = await drawCounts(
    law.counts,
    parent.context,
    { ...own, key: keyFor(own.key, 'counts') },
    numbers(law.counts, parent.table),
    scale
  )
  const groups = groupsDrawn(law, counts)
  const units = law.alone ? spreadOut(groups) : groups
  const given = givenOf({ parents: parent.context, none: law.none }, { ...units, marked: law.orphanRate > 0 })
  const besides = categoriesOf(law.besides ?? [], parent.table, units.groupOf)
  const lifts = law.further && headLifts(law.further, units.sizes)(law.heads.encoder)
  const heads = await drawHeads(law, given, { ...own, key: keyFor(own.key, 'heads') }, { besides, lifts })
  const first = firstsOf(law.alone ? units.sizes.map(() => 1) : units.sizes)
  const known = knownOf({ given, heads, constants: law.constants, start: law.time && law.names.start })
  const dates = law.time && datesOf(law.time.start, units.groupOf, parent.table, law.time.ticks)
  const until =
    law.time &&
    untilIn({ date: law.time.end?.date ?? law.time.until }, { parent: parent.table, groupOf: units.groupOf, ticks: law.time.ticks })
  const ends = law.time?.end && endsOf(law.time.end, dates!, until)
  const begun = withStarts(law, heads, { groupOf: units.groupOf, dates, ends: ends ?? until })
  const drawnRows = law.further
    ? await drawFurther(law.further, { heads: begun, first, known, ends, besides }, { ...own, key: keyFor(own.key, 'further') })
    : repeated(begun, first, law)
  const cut =
    !law.time || law.time.end || (law.time.cut === undefined && !until)
      ? undefined
      : rowsUntil(endsOf({ last: law.time.cut }, dates!, until), { ticks: drawnRows.ticks!, first, groupOf: units.groupOf }, law.orphanRate)
  const further = cut ? { table: takeTableRows(drawnRows.table, cut.rows), ticks: takeValues(drawnRows.ticks!, cut.rows) } : drawnRows
  const parentOf = Int32Array.from(groupOfRows(cut?.first ?? first), (g) => units.groupOf[g]!)
  const { chosen, without } = await chooseAll(law, { rows: further.table, parentOf, drawn, tables, scale, own })
  const place = (rows: Unplaced): ChildRowsDrawn => {
    const { table: referring, targetOf } = withTold(law, rows, { parent: parent.table, drawn, tables })
    const table = withSame({ same: law.copies ?? [] }, referring, parent.table, rows.parentOf)
    return { rows: assembled(law, { ...rows, table }), parentOf: rows.parentOf, targetOf }
  }
  const rows = { ...further, parentOf, chosen }
  const nowhere = leadingNowhere(law, rows, { parent: parent.table, drawn, tables })
  return { unplaced: withoutRows(rows, new Set([...without, ...nowhere])), parent: parent.table, place, wanted: parentOf.length }
}

/** Draws of first rows until they keep to all walls. */
const MOST_TRIES = 20

/** First rows, drawn again where one crosses a wall. */
async function drawHeads({ heads: law, further }: ChildLaw, given: Matrix, context: Context, known: KnownBesides): Promise<Table> {
  const heads = await drawGiven(law, given, context, known)
  const { walls = [], running = [], formats } = further?.panel ?? {}
  const of = { panel: { running, ...(formats ? { formats } : {}) } }
  for (let attempt = 1; attempt < MOST_TRIES && walls.length > 0; attempt++) {
    const beyond = rowsBeyond(walls, withSums(running, heads, sumsAfter(of, heads, sumsIn(running, heads))))
    if (beyond.length === 0) break
    const some = { besides: known.besides && takeTableRows(known.besides, beyond), lifts: known.lifts && takeRows(known.lifts, beyond) }
    const again = await drawGiven(law, takeRows(given, beyond), { ...context, key: keyFor(context.key, `again ${attempt}`) }, some)
    for (const [c, column] of again.columns.entries()) copyCells(column, heads.columns[c]!, beyond)
  }
  return heads
}

/** Rows without those that found no place, as nobody takes a course that is full. */
function withoutRows(rows: Unplaced, without: ReadonlySet<number>): Unplaced {
  if (without.size === 0) return rows
  const { table, ticks, parentOf, chosen } = rows
  const placed = Uint32Array.from(parentOf.keys()).filter((i) => !without.has(i))
  const of = (all: Int32Array) => Int32Array.from(placed, (i) => all[i]!)
  return {
    table: takeTableRows(table, placed),
    ...(ticks ? { ticks: takeValues(ticks, placed) } : {}),
    parentOf: of(parentOf),
    chosen: chosen.map(of)
  }
}

interface Begun {
  readonly groupOf: Int32Array
  /** Ticks that first rows are counted from, and that groups end at, where they are [G]. */
  readonly dates: Float64Array | undefined
  readonly ends: Float64Array | undefined
}

/** First rows with the ticks at which they stand, in the place of how long after the parent's date that is. */
function withStarts({ time, names }: ChildLaw, heads: Table, { groupOf, dates, ends }: Begun): Table {
  if (!dates || !(time?.start || time?.end?.date || time?.until)) return heads
  const columns = heads.columns.map((column) =>
    column.name === names.start && isNumeric(column)
      ? { ...column, values: startsAfter(column.values, { dates, ends, groupOf }, time!.ticks) }
      : column
  )
  return { ...heads, columns }
}

interface Choosing {
  readonly rows: Table
  readonly parentOf: Int32Array
  readonly drawn: ReadonlyMap<string, DrawnTable>
  readonly tables: SchemaModel['tables']
  readonly scale: number
  readonly own: Context
}

interface Chosen extends Pick<Unplaced, 'chosen'> {
  /** Rows for which no row of a further table has room. */
  readonly without: ReadonlySet<number>
}

/** Rows with how many of tables that are drawn refer to each, where their own numbers go by that. */
const numbersIn =
  (drawn: ReadonlyMap<string, DrawnTable>) =>
  ({ beside = [] }: CountLaw, table: Table): Table =>
    withNumbers(
      table,
      beside.map((key) => {
        const parentOf = referredRows(key, drawn.get(key.table)!, drawn.get(key.to.table)!)
        return { key, counts: countsOf({ parentOf, parents: table.rowCount }) }
      })
    )

/** How many rows may refer to each; undefined where any number may [m]. */
function roomOf(counts: CountLaw, of: Table): Float64Array | undefined {
  const bare = areBare(counts, of)
  if (counts.most === undefined && !bare.includes(true)) return undefined
  const most = counts.most === undefined ? new Float64Array(of.rowCount).fill(Number.POSITIVE_INFINITY) : mostOf(counts.most, of)
  return most.map((room, i) => (bare[i] ? 0 : room))
}

/** The rows of further tables that rows choose. */
async function chooseAll({ key: counted, picks }: ChildLaw, { rows, parentOf, drawn, tables, scale, own }: Choosing): Promise<Chosen> {
  const targetOf: Int32Array[] = []
  const tableOf = (name: string) => asDrawn(tables[name]!.context, drawn.get(name)!.table)
  const rowsBy = (key: ForeignKey) => (isKey(key, counted) ? parentOf : targetOf[picks.findIndex((one) => isKey(one.key, key))]!)
  const without = new Set<number>()
  for (const pick of picks) {
    const to = referredTo(pick.key, drawn, tables)
    const key = keyFor(keyFor(own.key, 'picks'), pick.key.column)
    const target = numbersIn(drawn)(pick.counts, to.table)
    const counts = await drawCounts(pick.counts, to.context, { ...own, key }, target)
    const encoder = tables[pick.key.to.table]!.context
    const referring = referringRows(pick, rows)
    const chosen = pickRows(
      {
        wanted: wantedRows(pick, encoder, rows),
        targets: likeRows(encoder, to.table),
        counts,
        // More rows than in the data, which go into the same list, are more than it has room for.
        most: pick.counts.ofRows && scale > 1 ? undefined : roomOf(pick.counts, target),
        rows: referring,
        parentOf,
        apart: pick.apart,
        near: pick.near && amongOf(pick.near, rowsBy(pick.near.start), tableOf)
      },
      keyFor(key, 'choice')
    )
    // Who may refer to none does so where there is none to choose.
    if (!(pick.near && pick.empty)) for (const i of referring) if (chosen[i]! < 0) without.add(i)
    targetOf.push(chosen)
  }
  return { chosen: targetOf, without }
}

/** The rows of further tables that rows refer to, and the rows with what is always the same as there. */
function withTold(
  { key: counted, picks, through = [], lookups = [] }: ChildLaw,
  { table: rows, parentOf, chosen }: Unplaced,
  { parent, drawn, tables }: Pick<ChildDraw, 'drawn' | 'tables'> & { readonly parent: Table }
): { readonly table: Table; readonly targetOf: readonly Int32Array[] } {
  const targetOf = [...chosen]
  let table = picks.reduce((at, pick, k) => withSame(pick, at, referredTo(pick.key, drawn, tables).table, chosen[k]!), rows)
  for (const { key, by, via, same } of through) {
    const rowOf = isKey(by, counted) ? parentOf : targetOf[[...picks, ...through].findIndex((one) => isKey(by, one.key))]!
    const to = referredTo(key, drawn, tables)
    const led = referredRows(via, drawn.get(via.table)!, drawn.get(key.to.table)!)
    const target = rowOf.map((row) => (row < 0 ? -1 : led[row]!))
    targetOf.push(target)
    table = withSame({ same }, table, to.table, target)
  }
  for (const one of lookups) {
    const rowOf = isKey(one.key, counted) ? parentOf : targetOf[picks.length + through.findIndex(({ key }) => isKey(key, one.key))]!
    table = withLookups([one], table, isKey(one.key, counted) ? parent : referredTo(one.key, drawn, tables).table, rowOf)
  }
  return { table, targetOf }
}

/** Rows that refer to none where the row says none by which a key goes without saying, though all rows of the data refer to one. */
function leadingNowhere(law: ChildLaw, rows: Unplaced, at: Parameters<typeof withTold>[2]): number[] {
  const always = (law.through ?? []).flatMap((way, k) => (way.always ? [law.picks.length + k] : []))
  if (always.length === 0) return []
  const { targetOf } = withTold(law, rows, at)
  return [...rows.parentOf.keys()].filter((i) => always.some((k) => targetOf[k]![i]! < 0))
}

const isKey = (a: ForeignKey, b: ForeignKey): boolean => keyText(a) === keyText(b)

interface Groups {
  /** Row of the parent; −1 for none [G]. */
  readonly groupOf: Int32Array
  readonly sizes: Float64Array
}

/** Parents that have rows, and behind them rows that have no parent, each a group of its own. */
function groupsDrawn({ orphanRate }: ChildLaw, counts: Float64Array): Groups {
  const sizes = counts
  const parents = [...sizes.keys()].filter((parent) => sizes[parent]! > 0)
  const rows = sizes.reduce((sum, size) => sum + size, 0)
  const without = Math.round(orphanRate * rows)
  return {
    groupOf: Int32Array.from([...parents, ...new Array<number>(without).fill(-1)]),
    sizes: Float64Array.from([...parents.map((parent) => sizes[parent]!), ...new Array<number>(without).fill(1)])
  }
}

/** Each row by itself, with the number of those of its parent. */
function spreadOut({ groupOf, sizes }: Groups): Groups {
  const rows = groupOfRows(firstsOf(sizes))
  return { groupOf: Int32Array.from(rows, (g) => groupOf[g]!), sizes: Float64Array.from(rows, (g) => sizes[g]!) }
}

/** First rows in the place of all, where nothing varies behind them; at the times of their schedule where there is one. */
function repeated(heads: Table, first: Uint32Array, { time, names }: ChildLaw): { readonly table: Table; readonly ticks?: Float64Array } {
  const rows = groupOfRows(first)
  const table = takeTableRows(heads, rows)
  if (!time) return { table }
  const starts = numbersOf(heads, names.start).values
  const { schedule, least } = time.ticks
  return { table, ticks: Float64Array.from(rows, (g, i) => starts[g]! + (schedule?.[i - first[g]!] ?? (i - first[g]!) * least)) }
}

/** Columns that rules were taken out of, with keys and times in their places. */
function assembled(
  { formats, time }: ChildLaw,
  { table, ticks }: { readonly table: Table; readonly ticks?: Float64Array | undefined }
): Written {
  const columns = formats.map((format): Column => {
    const { name } = format
    if (name === time?.name) return { name, kind: 'datetime', values: ticks!.map((tick) => timeAt(time.ticks, tick, format)) }
    return table.columns.find((column) => column.name === name) ?? { name, kind: 'identifier' }
  })
  return { table: { columns, rowCount: table.rowCount }, formats }
}
