import { isOrder } from '../../code/rules/choose.js'
import { keepRules } from '../../code/rules/keep.js'
import type { KeptRules } from '../../code/rules/kept-rules.js'
import { inputsOf, openOf, type Rule, ruleText } from '../../code/rules/rule.js'
import { putRulesBack } from '../../code/rules/stacked.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import type { Matrix } from '../../num/matrix.js'
import { type InferredTable, inferTable } from '../../table/infer.js'
import { type CellStyle, presentTable, roundToFormat } from '../../table/present.js'
import type { RawColumn, RawTable } from '../../table/raw.js'
import { type Column, isCategorical, isNumeric, type NumericColumn } from '../../table/table.js'
import { keepingLast } from '../keeping-last.js'
import type { RuleOptions } from '../rules/rule-options.js'
import { rulesOf, statedRules } from '../rules/ruled-rows.js'
import { followedNotes, labelsOfParticles, namesOfParticles, type Said, toldByTime } from './particle-labels.js'
import { type SnapshotColumns, type SnapshotTable, snapshotsOf, type WrittenColumns } from './snapshot-table.js'

export type RuledColumns = SnapshotColumns & RuleOptions

/**
 * As `snapshotsOf`, without the coordinates that rules derive from others, and without what names or labels particles, unless `columns` says so: a reference that learned both sides of
 * a sum would know neither, and paths would break it. Throws what `snapshotsOf` throws and, for stated rules, what `rulesOf` throws
 * and `InputError` (code `rule-trajectories`). Cost: as of `findRules`.
 */
export const ruledSnapshots = keepingLast(
  ({ time, weights, growth, fates, by, columns, exclude, velocity, dateOrder, rules, rule }: RuledColumns): RuledColumns => ({
    time,
    ...defined({ weights, growth, fates, by, columns, exclude, velocity, dateOrder, rules, rule })
  }),
  (raw, wanted): SnapshotTable => {
    const table = withoutRuled(raw, wanted)
    const { time, weights, growth, by, velocity = [] } = wanted
    const used = new Set([time, weights, growth, by, ...velocity, ...table.order])
    const others = raw.columns.filter(({ name }) => !used.has(name))
    const notes = [...(table.notes ?? []), ...followedNotes(others, { raw, time })]
    return notes.length > 0 ? { ...table, notes } : table
  }
)

function withoutRuled(raw: RawTable, { rules, rule, ...wanted }: RuledColumns): SnapshotTable {
  const data = coordinatesIn(raw, wanted)
  if (!data) return snapshotsOf(raw, wanted)
  const isOpen = wanted.columns === undefined
  const told: Said = isOpen ? toldByTime(data, { raw, time: wanted.time }) : new Map()
  const moving = without(data, new Set(told.keys()))
  const keys: Said = isOpen ? new Map([...told, ...namesOfParticles(moving, { raw, time: wanted.time })]) : new Map()
  const beside = without(data, new Set(keys.keys()))
  const found = rulesOf(beside, { rules, ...defined({ rule }) })
  const kept = keptOn(found, beside)
  if (rule !== undefined) refuseOthers(statedRules(beside, { rules, rule }), kept)
  const derived = new Set(kept.map(({ column }) => column))
  const labels: Said = isOpen ? labelsOfParticles(beside, { raw, derived }) : new Map()
  const exclude = [...(wanted.exclude ?? []), ...keys.keys(), ...labels.keys(), ...derived]
  const plain = snapshotsOf(raw, { ...wanted, exclude })
  const notes = [...(plain.notes ?? []), ...keys.values(), ...labels.values(), ...found.filter(isOrder).map(orderNote)]
  if (kept.length === 0) return { ...plain, notes }
  const names = new Set([...plain.columnNames, ...derived])
  const modelled = without(beside, new Set(beside.table.columns.map(({ name }) => name).filter((name) => !names.has(name))))
  const order = raw.columns.map(({ name }) => name).filter((name) => derived.has(name) || plain.order.includes(name))
  return { ...plain, order, rules: keepRules(kept, modelled), notes }
}

/** All that may be a coordinate or be derived from some, with its kind; undefined where that is nothing. */
function coordinatesIn(
  raw: RawTable,
  { time, weights, growth, fates, by, columns, exclude = [], velocity = [], dateOrder }: SnapshotColumns
): InferredTable | undefined {
  const left = new Set([time, weights, growth, fates, by, ...exclude, ...velocity])
  const there = raw.columns.map(({ name }) => name)
  const chosen = there.filter((name) => !left.has(name) && (columns?.includes(name) ?? true))
  return chosen.length < 2 || raw.rowCount < 2 ? undefined : inferTable(raw, { columns: chosen, ...defined({ dateOrder }) })
}

function without({ table, formats, notes }: InferredTable, names: ReadonlySet<string>): InferredTable {
  const stays = (_: unknown, c: number): boolean => !names.has(table.columns[c]!.name)
  return { table: { ...table, columns: table.columns.filter(stays) }, formats: formats.filter(stays), notes }
}

/** Rules that hold at every time of a path: what they derive is computed from coordinates, at whatever place these are. */
function keptOn(rules: readonly Rule[], { table }: InferredTable): Rule[] {
  const moves = new Set(table.columns.filter((column) => isNumeric(column) && column.kind !== 'datetime').map(({ name }) => name))
  const whole = new Set(table.columns.filter(isWhole).map(({ name }) => name))
  const [kept, labels]: [Rule[], Set<string>] = [[], new Set()]
  const follows = (rule: Rule): boolean => {
    if (rule.exceptions || openOf(rule) !== undefined || ![rule.column, ...inputsOf(rule)].every((name) => whole.has(name))) return false
    // Labels of thresholds are known wherever a path is; others are not.
    return rule.kind === 'lookup' ? rule.from.every((name) => labels.has(name)) : rule.kind === 'formula' || rule.kind === 'step'
  }
  for (const rule of rules) {
    if (!follows(rule) || (rule.kind !== 'lookup' && !inputsOf(rule).every((name) => moves.has(name)))) continue
    kept.push(rule)
    if (!moves.has(rule.column)) labels.add(rule.column)
  }
  return kept
}

const isWhole = (column: Column): boolean =>
  isNumeric(column) ? !column.missing?.includes(1) : isCategorical(column) && !column.codes.includes(-1)

const orderNote = (rule: Rule): string => `${ruleText(rule)} in all particles; paths between snapshots need not keep it`

/** Also of orders that formulas see to in the data: between snapshots a path may leave them. */
function refuseOthers(stated: readonly Rule[], kept: readonly Rule[]): void {
  const refused = stated.find((one) => !kept.some((own) => ruleText(own) === ruleText(one)))
  if (!refused) return
  throw new InputError({
    code: 'rule-trajectories',
    got: `“${ruleText(refused)}” of paths`,
    expected:
      'formulas of coordinates and thresholds of one, without exceptions and missing cells: between snapshots a path has no label, and its dynamics know no order',
    try: `leaving the rule out${refused.kind === 'lookup' ? `, and --exclude ${refused.column}` : ''}`
  })
}

/** Columns of paths by name: coordinates as they are written, and what rules derive from them. Cost O(cells). */
export function derivedColumns(
  values: Matrix,
  { columnNames, rules }: WrittenColumns & { readonly rules: KeptRules },
  as: CellStyle
): ReadonlyMap<string, RawColumn> {
  const drawn = rules.columns.filter(({ name }) => columnNames.includes(name))
  const columns = drawn.map(({ name, format }): Column => {
    const a = columnNames.indexOf(name)
    const at = (row: number): number => values.data[row * values.cols + a]!
    const kind = format.kind as NumericColumn['kind']
    return { name, kind, values: Float64Array.from({ length: values.rows }, (_, row) => roundToFormat(at(row), format)) }
  })
  const whole = putRulesBack(rules, { table: { columns, rowCount: values.rows }, formats: drawn.map(({ format }) => format) })
  return new Map(presentTable(whole.table, whole.formats, as).columns.map((column) => [column.name, column]))
}
