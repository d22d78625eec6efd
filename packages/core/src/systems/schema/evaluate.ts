import { withoutForms } from '../../code/keys/formed.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { evaluateTables } from '../../diagnose/evaluate.js'
import type { Measure, RuleKept } from '../../diagnose/evaluation.js'
import { measure } from '../../diagnose/floors.js'
import { type Verdict, verdict } from '../../diagnose/verdict.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { throwIfStopped } from '../../num/iterate.js'
import { listed } from '../../num/listed.js'
import { type Key, keyAtStep, keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { keepColumns, takeTableColumns } from '../../table/rows.js'
import type { ColumnKind } from '../../table/table.js'
import type { SystemContext } from '../host.js'
import { prepareRows } from '../prepare.js'
import { checkTables, keyTypes, NOTHING_SAID, saidOfColumns } from './check-keys.js'
import { compareBetween } from './compare-between.js'
import { compareKeyParts } from './compare-key-parts.js'
import { compareNumbers } from './compare-numbers.js'
import { compareBesideOwn, compareRows } from './compare-rows.js'
import { countsOf } from './counts.js'
import { rulesSaid, type Schema } from './fit.js'
import { type ForeignKey, inOrderOfKeys, keyText, pairsOf, referencesOf, type SchemaKeys, type Tables } from './keys.js'
import { type Links, linksOf, mayBreakIn } from './links.js'
import { type Coordinates, coordinatesOf, correlationsOf, distanceOfCounts, rootMeanSquare } from './relation-measures.js'
import { type BothSides, compareReaching, compareRelations } from './relations.js'
import type { OneTable } from './rows-of-table.js'
import { statedOrFound } from './stated-keys.js'
import { throughOf } from './through-keys.js'

/** How a key of synthetic tables stands to that of real ones. */
export interface KeyEvaluation {
  readonly key: string
  /** Rows whose key leads nowhere, and share of rows whose key is empty: real, then synthetic. */
  readonly dangling: readonly [number, number]
  readonly empty: readonly [number, number]
  /** Distance of the distribution functions of how many rows refer to a row; floor: of two random halves of the real rows that are referred to. */
  readonly counts: Measure
  /** Root of the mean squared difference of correlations of the rows' columns with those of the rows that they refer to; null where one side has none. */
  readonly correlations: Measure
  /** How many rows are referred to 0, 1, … times: real, then synthetic. */
  readonly histogram: readonly [readonly number[], readonly number[]]
}

/** How synthetic tables follow real ones. */
export interface SchemaEvaluation {
  readonly keys: readonly KeyEvaluation[]
  /** What holds between all real rows and those that they refer to, and how many synthetic rows break it. */
  readonly rules: readonly RuleKept[]
  /** Each table by itself, without keys; null of one that has nothing else, or one row. */
  readonly tables: Readonly<
    Record<
      string,
      (Verdict & { readonly auc: Measure; readonly rules: readonly RuleKept[]; readonly rows: readonly [number, number] }) | null
    >
  >
}

interface SchemaComparison {
  readonly real: Schema
  readonly synthetic: Schema
  readonly keys?: string | readonly string[] | undefined
  readonly missing?: readonly string[] | undefined
  readonly seed?: number | undefined
}

/** Random halves of the rows that are referred to, whose differences are averaged. */
const HALVES = 20

/**
 * Compares tables that refer to each other with real ones: where keys lead, how many rows refer to a row, how columns go with those
 * of the row that is referred to, and each table by itself. Throws `InputError` where a table or column is not in both (`table-absent`,
 * `column-absent`), and for keys as `fitSchema`. Cost: that of an evaluation of each table, and twenty times O(rows · columns²) for each key.
 */
export async function evaluateSchema(
  { real: all, synthetic, keys: stated, missing, seed = 1 }: SchemaComparison,
  { engine, stop, progress }: SystemContext
): Promise<SchemaEvaluation> {
  const { tables: those, keys } = statedOrFound(all, { stated, missing })
  const real = { ...all, tables: those }
  checkTables(real.tables, keys)
  refuseAbsent(real.tables, synthetic.tables)
  const key = keyFor(keyFromSeed(seed), 'tables')
  const told = (stage: string) => {
    throwIfStopped({ stop }, stage)
    progress?.({ stage, done: 0, total: 1 })
  }
  const read = readBoth(real, synthetic, { keys, missing })
  const ofKeys: KeyEvaluation[] = []
  const rules: RuleKept[] = []
  const linksBy = new Map<ForeignKey, readonly [Links, Links]>()
  for (const foreign of keys.foreign) {
    told(`comparing ${keyText(foreign)}`)
    const links = [linksOf(real.tables, foreign, { missing }), linksOf(synthetic.tables, foreign, { missing, orphans: 'empty' })] as const
    linksBy.set(foreign, links)
    if (foreign.to.table === foreign.table) rules.push(...compareBesideOwn(links, read.get(foreign.table)!))
    ofKeys.push(evaluateKey(foreign, { links, read, key: keyFor(key, keyText(foreign)) }))
    rules.push(...compareRelations({ links, own: read.get(foreign.table)!, parent: read.get(foreign.to.table)! }))
  }
  const { order, late } = inOrderOfKeys(Object.keys(real.tables), keys, mayBreakIn(real.tables, keys, missing))
  const linksFrom = (table: string) => referencesOf(keys, table).map((foreign) => linksBy.get(foreign)!)
  // What is drawn last tells nothing.
  const linksFollowed = (table: string) => linksFrom(table).filter(([{ key }]) => !late.includes(key))
  const tables: Record<string, SchemaEvaluation['tables'][string]> = {}
  for (const [name, sides] of read) {
    told(`comparing ${name}`)
    const said = saidOfColumns(name, real.says?.[name] ?? NOTHING_SAID, keys)
    const stated = rulesSaid(said.rules).unique.map(({ columns }) => columns)
    const allFrom = (table: string) => [...linksBy].flatMap(([of, both]) => (of.table === table ? [both] : []))
    rules.push(...compareRows({ table: name, stated, own: sides, links: linksFrom(name), linksFrom: allFrom }))
    const kinds = defined({ missing, types: said.types }) as OneTable
    const rawOf = (other: string) => [real.tables[other]!, synthetic.tables[other]!] as const
    rules.push(...compareKeyParts({ table: name, rawOf, sidesOf: (other) => read.get(other)!, linksFrom: linksFollowed, options: kinds }))
    rules.push(...compareReaching({ table: name, own: sides, linksFrom, sidesOf: (other) => read.get(other)! }))
    const rows = [sides.real.rowCount, sides.synthetic.rowCount] as const
    rules.push(...compareNumbersOf(name, { order, late, linksBy, read }))
    rules.push(...compareBetween({ table: name, rows, linksFrom, sidesOf: (other) => read.get(other)! }))
    if (sides.real.columns.length === 0 || Math.min(...rows) < 2) {
      tables[name] = null
      continue
    }
    const found = await evaluateTables({
      real: sides.real,
      synthetic: sides.synthetic,
      engine: engine!,
      key: keyFor(key, name),
      watch: { stop }
    })
    tables[name] = { ...verdict(found), auc: found.classifierAuc, rules: found.rules, rows }
  }
  return { keys: ofKeys, rules, tables }
}

function refuseAbsent(real: Tables, synthetic: Tables): void {
  for (const [name, { columns }] of Object.entries(real)) {
    const other = synthetic[name]
    if (!other)
      throw new InputError({
        code: 'table-absent',
        got: `no table ${name} among the synthetic ones`,
        expected: `the tables of the real ones: ${listed(Object.keys(real))}`,
        try: 'another folder or database, or tables drawn anew'
      })
    const names = new Set(other.columns.map((column) => column.name))
    const absent = columns.filter((column) => !names.has(column.name))
    if (absent.length === 0) continue
    throw new InputError({
      code: 'column-absent',
      got: `the synthetic table ${name} without ${listed(absent.map((column) => column.name))}`,
      expected: 'the same columns in both',
      try: 'leaving the column out of the real table, or drawing anew'
    })
  }
}

/** Both tables of each name without keys, with the kinds of the real ones. */
function readBoth(
  real: Schema,
  synthetic: Schema,
  { keys, missing }: { readonly keys: SchemaKeys; readonly missing: readonly string[] | undefined }
): ReadonlyMap<string, BothSides> {
  return new Map(
    Object.entries(real.tables).map(([name, raw]) => {
      // Numbers that go on behind those of the data are none to compare, as they are none to draw.
      const left = new Set([
        ...Object.keys(keyTypes(name, keys, { tables: real.tables, missing })),
        ...keys.foreign.flatMap((key) => [
          ...(key.table === name ? pairsOf(key).map(({ column }) => column) : []),
          ...(key.to.table === name ? pairsOf(key).map(({ to }) => to) : [])
        ])
      ])
      const said = saidOfColumns(name, real.says?.[name] ?? NOTHING_SAID, keys)
      const { table: own, formats } = modelled(raw, left, { missing, types: said.types })
      const types = Object.fromEntries(own.columns.map(({ name: column, kind }) => [column, kind === 'integer' ? 'number' : kind]))
      const names = new Set(own.columns.map((column) => column.name))
      const out = (all: RawTable) => new Set(all.columns.map((column) => column.name).filter((column) => !names.has(column)))
      const other = synthetic.tables[name]!
      const { table: drawn } = modelled(other, out(other), { missing, types })
      return [name, { real: own, synthetic: takeTableColumns(drawn, [...names]), formats }]
    })
  )
}

function modelled(
  raw: RawTable,
  left: ReadonlySet<string>,
  {
    missing,
    types = {}
  }: { readonly missing: readonly string[] | undefined; readonly types?: Readonly<Record<string, string>> | undefined }
): WrittenTable {
  const columns = raw.columns.filter(({ name }) => !left.has(name))
  if (columns.length === 0) return { table: { columns: [], rowCount: raw.rowCount }, formats: [] }
  const kinds = Object.fromEntries(Object.entries(types).filter(([name]) => !left.has(name))) as Record<string, ColumnKind>
  const data = preparedOrNone({ ...raw, columns }, defined({ missing, types: kinds }))
  if (!data) return { table: { columns: [], rowCount: raw.rowCount }, formats: [] }
  const compared = new Set(withoutForms(data.table).columns.map(({ name }) => name))
  return keepColumns(data, ({ name, kind }) => kind !== 'identifier' && compared.has(name))
}

/** A table read; undefined where it holds nothing but keys and names, as a list of categories does. */
function preparedOrNone(raw: RawTable, options: Parameters<typeof prepareRows>[1]): ReturnType<typeof prepareRows>['data'] | undefined {
  try {
    return prepareRows(raw, options).data
  } catch (error) {
    if (error instanceof InputError && error.code === 'nothing-to-model') return undefined
    throw error
  }
}

interface Compared {
  /** Tables in the order in which they are drawn, and keys that are followed last. */
  readonly order: readonly string[]
  readonly late: readonly ForeignKey[]
  readonly linksBy: ReadonlyMap<ForeignKey, readonly [Links, Links]>
  readonly read: ReadonlyMap<string, BothSides>
}

/** Numbers of rows by the keys of a table that a draw goes by: none that is said by another one, nor followed last. */
function compareNumbersOf(name: string, { order, late, linksBy, read }: Compared): RuleKept[] {
  const isFollowed = ({ table, to }: ForeignKey) => table !== to.table
  const linksFrom = (table: string) => [...linksBy].flatMap(([key, [one]]) => (key.table === table && isFollowed(key) ? [one] : []))
  return linksFrom(name).flatMap((one) => {
    const { key } = one
    if (late.includes(key) || throughOf(one, { others: linksFrom(name).filter((other) => other !== one), linksFrom })) return []
    const isBeside = (other: ForeignKey) =>
      other.to.table === key.to.table && !late.includes(other) && (!isFollowed(other) || order.indexOf(other.table) < order.indexOf(name))
    const beside = [...linksBy].flatMap(([other, both]) => (isBeside(other) ? [both] : []))
    return compareNumbers({ links: linksBy.get(key)!, parent: read.get(key.to.table)!, beside })
  })
}

interface KeyComparison {
  /** Real, then synthetic. */
  readonly links: readonly [Links, Links]
  readonly read: ReadonlyMap<string, BothSides>
  readonly key: Key
}

function evaluateKey(foreign: ForeignKey, { links: sides, read, key }: KeyComparison): KeyEvaluation {
  const [own, other] = sides.map(countsOf) as [Float64Array, Float64Array]
  const places = (side: 'real' | 'synthetic'): readonly [Coordinates, Coordinates] => {
    const at = (table: string) => coordinatesOf(read.get(table)![side], read.get(table)!.real)
    return [at(foreign.table), at(foreign.to.table)]
  }
  const [truth, drawn] = [places('real'), places('synthetic')]
  const related = (links: Links, of: readonly [Coordinates, Coordinates], among?: Uint8Array) =>
    correlationsOf(of[0], of[1], links.parentOf, among)
  const halves = Array.from({ length: HALVES }, (_, k) => Uint8Array.from(uniforms(keyAtStep(key, k), own.length), (u) => Number(u < 0.5)))
  const without = (half: Uint8Array) => half.map((is) => 1 - is)
  const among = (half: Uint8Array) => own.filter((_, i) => half[i] === 1)
  const [most, least] = [...truth.map((one) => one.length)].sort((a, b) => b - a)
  const hasBoth = most! > 0 && least! > 0
  return {
    key: keyText(foreign),
    dangling: [sides[0].orphans, sides[1].orphans],
    empty: sides.map(({ empty, parentOf }) => empty / Math.max(1, parentOf.length)) as [number, number],
    counts: measure(
      distanceOfCounts(own, other),
      halves.map((half) => distanceOfCounts(among(half), among(without(half))))
    ),
    correlations: hasBoth
      ? measure(
          rootMeanSquare(related(sides[0], truth), related(sides[1], drawn)),
          halves.map((half) => rootMeanSquare(related(sides[0], truth, half), related(sides[0], truth, without(half))))
        )
      : { value: null, floor: null },
    histogram: [histogramOf(own), histogramOf(other)]
  }
}

/** Numbers of rows that are referred to so often; the last bar holds all from there on. */
const MOST_BARS = 40

function histogramOf(counts: Float64Array): number[] {
  const most = counts.reduce((a, b) => Math.max(a, b), 0)
  const bars = new Array<number>(Math.min(most, MOST_BARS) + 1).fill(0)
  for (const count of counts) bars[Math.min(count, MOST_BARS)]! += 1
  return bars
}
