import { inputsOfKept } from '../../code/rules/kept-rules.js'
import { findOneAtATime } from '../../code/rules/one-at-a-time.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import {
  type Apart as ApartColumns,
  apartAt,
  findDiffering,
  findUnique,
  type KeptUnique,
  parseUnique,
  repeatedIn,
  takenAtFirst,
  uniqueText
} from '../../code/rules/unique.js'
import { BATCH_ROWS } from '../../draw/batch-rows.js'
import { type ModelContents, withEntry } from '../../model-file/contents.js'
import { damaged, entryIn, flag, list, number, optional, record, word } from '../../model-file/reading.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { counted, listed } from '../../num/listed.js'
import { keyFor, keyFromSeed, seedFor } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { crossingIn, crossingNote } from '../../table/repeated-keys.js'
import { isNumeric, type Table } from '../../table/table.js'
import { facts, type Telling } from '../../tell/telling.js'
import { prepareRows } from '../prepare.js'
import { placesOf } from '../rules/ruled-rows.js'
import type { System } from '../system.js'
import { freeTuples, wholePlaces } from './free-tuples.js'
import { type KeyRooms, keyRooms, roomTaker } from './key-rooms.js'
import type { DrawnRows, TableFit, TableModel, TableRequest } from './options.js'
import { batchByBatch, placed, type Redraw, type Redrawing, type Rows, rowsOf } from './redrawn.js'
import { keepingTurns } from './turns.js'

/** Name of the warning that rows agree in columns in which none does in the data. */
export const UNIQUE_WARNING = 'unique-repeated'

/** Rows that are drawn for a batch in place of those that agree with earlier ones, as a multiple of it; and how often, at most; half as many more for keys that have room. */
const [MOST_DRAWN, MOST_ROUNDS] = [8, 12]
/** Candidates for each row that is wanted: what agrees with an earlier row is likely to do so again. And at least so many, as a draw has a price of its own. */
const [CANDIDATES, LEAST_CANDIDATES] = [4, 64]

/** Options in which rules that tell rows apart stand by themselves. Throws `InputError` (code `unique-group`) beside `group`, whose rows are drawn one after the other. */
export function uniqueApart<Options extends Pick<TableFit, 'rule' | 'group'>>(options: Options): Options & Pick<TableFit, 'unique'> {
  const { rule = [], ...rest } = options
  const texts = typeof rule === 'string' ? [rule] : rule
  const unique = texts.flatMap((text) => {
    const one = parseUnique(text)
    return one ? [one] : []
  })
  if (unique.length === 0) return options
  if (options.group !== undefined)
    throw new InputError({
      code: 'unique-group',
      got: `${uniqueText(unique[0]!)} beside group = ${options.group}`,
      expected: 'rows that are drawn each by itself',
      try: 'leaving the rule out: a category of which no value comes twice in a group has none twice in new groups either'
    })
  const others = texts.filter((text) => !parseUnique(text))
  return { ...rest, ...(others.length > 0 ? { rule: others } : {}), unique } as unknown as Options & Pick<TableFit, 'unique'>
}

type Tables = System<RawTable, TableFit, TableModel, TableRequest, DrawnRows>

/** A system of tables that takes rules which tell rows apart among its other rules. */
export const statingUnique = (system: Tables): Tables => ({
  ...system,
  optionsFor(input, options, request) {
    const { unique, ...checked } = system.optionsFor(input, uniqueApart(options), request)
    return unique ? { ...checked, ...defined({ rule: options.rule }) } : checked
  },
  plan: (source, request) => system.plan('model' in source ? source : { ...source, options: uniqueApart(source.options) }, request),
  fit: (input, options, context) => system.fit(input, uniqueApart(options), context)
})

/** Operations of `findUnique` a cell, where hardly a set passes: 45 ns. */
export const UNIQUE_WORK = 15

type UniqueOptions = Parameters<typeof prepareRows>[1] &
  Parameters<typeof placesOf>[0] &
  Pick<TableFit, 'rules' | 'group' | 'time' | 'unique'>

/** The sets of columns that tell the rows of a table apart: those that are stated, and those that are found. Cost: as of `findUnique`. */
export const uniqueOf = (input: RawTable, options: UniqueOptions): readonly KeptUnique[] => uniqueToFind(input, options)()

/** The same, found when it is asked for; what is wrong with those that are stated is said at once. */
export function uniqueToFind(input: RawTable, options: UniqueOptions): () => readonly KeptUnique[] {
  const { rules, group, time, unique = [] } = options
  // Rows that are drawn again by themselves would follow no other.
  if (group !== undefined || time !== undefined || placesOf(options) !== undefined) return () => []
  const { data } = prepareRows(input, options)
  // What is left out is not drawn, or is counted anew for each row.
  const isDrawn = ({ columns }: ApartColumns) => !columns.some((name) => options.exclude?.includes(name))
  const stated = unique.filter((one) => isDrawn(one) && isStated(one, data.table))
  return () => {
    const all = [...findUnique(data).map((columns): ApartColumns => ({ columns })), ...findDiffering(data.table)]
    const isSaid = ({ columns, differ }: ApartColumns) =>
      stated.some((one) => one.differ === differ && one.columns.every((name) => columns.includes(name)))
    const timed = rules === 'off' ? [] : findOneAtATime(data.table)
    // Of two rows that do not overlap nobody need say that they do not begin at once.
    const isTimed = ({ columns }: ApartColumns) =>
      timed.some(({ columns: own }) => own.slice(-2).some((time) => [...own.slice(0, -2), time].every((name) => columns.includes(name))))
    const found = rules === 'off' ? [] : all.filter((one) => !isSaid(one) && !isTimed(one))
    return [...stated.map((one) => ({ ...one, stated: true })), ...found, ...timed]
  }
}

/** Whether drawn columns have to be kept apart: keys are anyhow. Throws `InputError` for columns that are not there, and for rows that agree (code `rule-broken`). */
function isStated(set: ApartColumns, table: Table): boolean {
  const { columns, differ } = set
  const own = columns.map((name) => table.columns.find((one) => one.name === name))
  const unknown = columns.find((_, k) => !own[k])
  if (unknown !== undefined)
    throw new InputError({
      code: 'rule-column',
      got: `“${uniqueText(set)}”, which names the unknown column ${unknown}`,
      expected: `one of ${listed(table.columns.map(({ name }) => name))}`,
      try: 'the name as it stands in the header, in backquotes where it is no identifier'
    })
  if (own.some((column) => column!.kind === 'identifier')) return false
  const repeated = repeatedIn(set, table)
  if (!repeated) return true
  const [first, second] = repeated.rows.map((row) => row + 1)
  throw new InputError({
    code: 'rule-broken',
    got: `“${uniqueText(set)}”, where ${repeated.count} of ${table.rowCount} rows ${differ ? `have the same in both: row ${second}` : `agree with an earlier one: row ${second} with row ${first}`}`,
    expected: 'a rule that every row obeys',
    try: `correcting row ${second}, or leaving the rule out`
  })
}

/**
 * Keeps rows apart: one that agrees with an earlier one in columns that tell rows apart is drawn again, and again; what is left then
 * takes the nearest values of the data that are free. Rows that are one at a time move beside each other. A row depends on those of its batch and before,
 * and on no others of later batches: the first rows are the same however many come behind them. Throws `InputError` (code `unique-space`) where a stated
 * set has no more values. Cost: draws of up to 12 times the rows, where next to nothing is free; O(rows) memory.
 */
export function keepingApart(model: TableModel, written: WrittenTable): Redraw {
  const { table: training } = written
  const all = model.unique ?? []
  const sets = all.filter(({ pause }) => pause === undefined)
  const inTurns = keepingTurns(model, written)
  const seen = sets.map(takenAtFirst)
  let nothingFree = false
  let repeats = 0
  let atOnce = 0
  let count = 0
  const isStated = (_: unknown, s: number) => sets[s]!.stated === true
  return async (drawn, how) => {
    if (all.length === 0 || how.request.asked) return drawn
    const apart = await batchByBatch(drawn, how, batchApart)
    return { ...apart, warnings: [...drawn.warnings, ...warningsOf(all, { repeats, atOnce, count })] }
  }

  async function batchApart(drawn: Rows, batch: number, how: Redrawing): Promise<Rows> {
    const { request, draw, context } = how
    const pool = [drawn]
    const rows = drawn.table.rowCount
    const chosen = Uint32Array.from({ length: rows }, (_, i) => i)
    let rooms = keyRooms(all, training, rows)
    const take = (table: Table) => takerOf(sets, { seen, table, rooms })
    const taken = take(drawn.table)
    let left: readonly number[] = [...chosen].filter((i) => !taken(i))
    let offset = rows
    let ends = { round: MOST_ROUNDS, offset: MOST_DRAWN * rows }
    for (let round = 0; !nothingFree && left.length > 0 && round < ends.round && offset <= ends.offset; round++) {
      const wanted = Math.min(BATCH_ROWS, Math.max(LEAST_CANDIDATES, CANDIDATES * left.length))
      const { first: _f, onStep: _o, ...own } = request
      const seed = seedFor(keyFor(keyFromSeed(request.seed ?? 1), 'apart'), `${batch}.${round}`)
      const more = await draw({ ...own, rows: wanted, seed }, { ...context, progress: undefined })
      const isTaken = take(more.table)
      const waiting = left.length
      left = placed(left, wanted, (j, row) => {
        if (!isTaken(j)) return false
        chosen[row] = offset + j
        return true
      })
      pool.push(more)
      offset += wanted
      const isLast = left.length === waiting
      // Where hardly a row has room any will do that is told apart, for as many rounds as ever.
      if (rooms && (isLast || round + 1 >= MOST_ROUNDS / 2 || offset > (MOST_DRAWN / 2) * rows)) {
        rooms = undefined
        ends = { round: round + 1 + MOST_ROUNDS, offset: offset + MOST_DRAWN * rows }
      } else if (isLast) {
        // Nothing is free but by a rare chance: what a whole batch does not find no later one is asked for.
        nothingFree = wanted === BATCH_ROWS
        break
      }
    }
    const { table, latents } = rowsOf(pool, chosen)
    const problem = { training, fixed: ruledColumns(model) }
    const apart = freeTuples({ table, left, sets, seen, ...problem })
    // What was taken by others may leave a row no place, as in a Latin square, where those of the data are one for each.
    const none = sets.map(takenAtFirst)
    const whole = apart.left.length > 0 && batch === 0 ? wholePlaces({ table, sets, seen: none, ...problem }) : apart
    const free = whole.left.length < apart.left.length ? whole : apart
    if (free !== apart) seen.splice(0, none.length, ...none)
    count += rows
    // What somebody states goes before what was found.
    const stated = { sets: sets.filter(isStated), seen: seen.filter(isStated) }
    const forced = freeTuples({ ...problem, ...stated, table: free.table, left: free.left })
    if (stated.sets.length > 0 && forced.left.length > 0) refuseStated(stated.sets, { repeats: forced.left.length, count })
    repeats += free.left.length
    const told = { table: forced.table, ...(latents ? { latents } : {}) }
    if (!inTurns) return told
    const timed = await inTurns(told, { batch, how, taking: (more) => takerOf(sets, { seen, table: more, rooms: undefined }) })
    atOnce += timed.left
    return timed.rows
  }
}

interface Taking {
  readonly seen: readonly Set<string>[]
  readonly table: Table
  readonly rooms: KeyRooms | undefined
}

/** Takes a row of a table where it agrees with no earlier one and its key has room, and remembers it. */
function takerOf(sets: readonly KeptUnique[], { seen, table, rooms }: Taking): (row: number) => boolean {
  const tuples = sets.map((set) => apartAt(set, table))
  const hasRoom = rooms ? roomTaker(rooms, table) : () => true
  return (row) => {
    const own = tuples.map((at) => at(row))
    if (own.some((tuple, s) => tuple !== undefined && seen[s]!.has(tuple)) || !hasRoom(row)) return false
    for (const [s, tuple] of own.entries()) if (tuple !== undefined) seen[s]!.add(tuple)
    return true
  }
}

/** Columns that cannot be changed by themselves: rules derive them, or others from them. */
const ruledColumns = (model: TableModel): ReadonlySet<string> =>
  new Set('rules' in model ? model.rules?.rules.flatMap((rule) => [rule.column, ...inputsOfKept(rule)]) : [])

interface Repeats {
  readonly repeats: number
  readonly count: number
}

interface Lost extends Repeats {
  /** Rows that begin before another one has ended. */
  readonly atOnce: number
}

function refuseStated(stated: readonly KeptUnique[], { repeats, count }: Repeats): never {
  throw new InputError({
    code: 'unique-space',
    got: `${count} rows, of which ${repeats} could only repeat what others have (${stated.map(uniqueText).join(', ')})`,
    expected: 'rows for which there are values of their own',
    try: `at most ${Math.max(1, count - repeats)} rows`
  })
}

function warningsOf(sets: readonly KeptUnique[], { repeats, atOnce, count }: Lost): DrawnRows['warnings'] {
  const which = (isTimed: boolean) =>
    sets
      .filter(({ pause }) => (pause !== undefined) === isTimed)
      .map(uniqueText)
      .join(', ')
  const warning = (lost: number, what: string, none: string) =>
    lost === 0
      ? []
      : [
          {
            name: UNIQUE_WARNING,
            message: `${lost} of ${counted(count, 'row')} ${what}, as no row of the data ${none}; fewer rows, or --rules off where such rows may`
          }
        ]
  return [
    ...warning(repeats, `repeat what an earlier one has (${which(false)})`, 'does: there are no more values'),
    ...warning(atOnce, `begin before another one has ended (${which(true)})`, 'does: there is no more time')
  ]
}

/** That nothing keeps the rows of a design apart, whose every place stands in one row of the data. */
export function tellCrossing(unique: readonly KeptUnique[], training: Table): Telling {
  const crossing = crossingIn(training)
  const isKept = crossing && unique.some(({ columns, differ }) => !differ && columns.every((name) => crossing.names.includes(name)))
  return { json: {}, topics: [], warnings: [], notes: crossing && !isKept ? [crossingNote(crossing)] : [] }
}

export function tellUnique(unique: readonly KeptUnique[]): Telling {
  const rules = unique.map(uniqueText)
  const meaning =
    'No two rows have the same values in all of these columns, or no row has the same value in both, in the data and in new rows.'
  return {
    json: { unique: rules },
    topics: [{ id: 'unique', title: 'Told apart', blocks: [facts(...rules.map((value) => ({ name: 'rule', value, meaning })))] }],
    warnings: [],
    notes: []
  }
}

/** Contents of a model file with the columns that tell rows apart. */
export const withUnique = (contents: ModelContents, unique: TableModel['unique']): ModelContents => withEntry(contents, 'unique', unique)

/** The sets of columns of a model file that tell rows apart. Throws `FormatError` (code `model-damaged`). */
export function uniqueIn(contents: ModelContents, training: () => Table): readonly KeptUnique[] | undefined {
  return entryIn(contents, 'unique', (value, field) => {
    const { columns } = training()
    const names = columns.map(({ name }) => name)
    const isTime = (name: string | undefined) => columns.some((column) => column.name === name && isNumeric(column))
    const one = record<KeptUnique>({
      columns: list(word(...names)),
      differ: optional(flag),
      pause: optional(number({ least: 0 })),
      stated: optional(flag)
    })
    const sets = list(one)(value, field)
    const wrong = sets.find(({ columns: own, pause }) => pause !== undefined && !(isTime(own.at(-1)) && isTime(own.at(-2))))
    if (wrong) throw damaged(`${field} of ${listed(wrong.columns)}`, 'two dates or numbers last, where rows are one at a time')
    return sets
  })
}
