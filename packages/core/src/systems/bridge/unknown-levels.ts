import { inputsOfKept } from '../../code/rules/kept-rules.js'
import type { NamedWarning } from '../../know/support.js'
import { isMissing } from '../../table/cells.js'
import { type CategoricalColumn, type Column, isCategorical, isNumeric, type Table } from '../../table/table.js'
import type { BridgeModel } from './model.js'

/** Rows named in a warning; more are counted. */
const MOST_NAMED = 5

type Known = Pick<BridgeModel, 'encoder' | 'rules' | 'rows' | 'summary'>

/** Rows of which some categories are none that a bridge knows. */
export interface StandingIn {
  /** With the commonest level of the first table in the place of each. */
  readonly table: Table
  /** Which cells those are, by their columns [rows]. */
  readonly unknown: ReadonlyMap<string, Uint8Array>
  readonly warnings: readonly NamedWarning[]
}

/**
 * Categories that neither table has, and cells that are missing where none of theirs is, say nothing of where a row goes: it is carried
 * as the most rows of the first table stand there, as one without a number is at the mean. Cost O(cells).
 */
export function standingIn(model: Known, table: Table): StandingIn {
  const unknown = new Map<string, Uint8Array>()
  const warnings: NamedWarning[] = []
  const columns = table.columns.map((column): Column => {
    const c = model.encoder.columns.findIndex(({ name }) => name === column.name)
    const code = model.encoder.columns[c]
    if (code?.carries !== 'factor' || !isCategorical(column)) return column
    const levels = model.encoder.kinds[c]!.levels!
    const knowsGaps = model.encoder.factors[code.factor]!.levelCount > levels.length
    const isUnknown = (level: number): boolean => (level < 0 ? !knowsGaps : !levels.includes(column.levels[level]!))
    const marks = Uint8Array.from(column.codes, (level) => Number(isUnknown(level)))
    if (!marks.includes(1)) return column
    unknown.set(column.name, marks)
    warnings.push(...unknownWarnings(column, marks))
    const common = levels[commonest(model, code.factor, levels.length)]!
    const all = column.levels.includes(common) ? column.levels : [...column.levels, common]
    return { ...column, levels: all, codes: column.codes.map((level, i) => (marks[i] ? all.indexOf(common) : level)) }
  })
  return unknown.size === 0 ? { table, unknown, warnings } : { table: { ...table, columns }, unknown, warnings }
}

/** The level that most rows of the first table have. */
function commonest({ encoder, rows, summary }: Known, factor: number, levelCount: number): number {
  const counts = new Uint32Array(levelCount)
  for (let i = 0; i < summary.fromRows; i++) {
    const level = rows.codes[i * encoder.factors.length + factor]!
    if (level < levelCount) counts[level]!++
  }
  return counts.indexOf(counts.reduce((a, b) => Math.max(a, b), 0))
}

function unknownWarnings(column: CategoricalColumn, marks: Uint8Array): NamedWarning[] {
  const at = Array.from(marks.keys()).filter((i) => marks[i] && column.codes[i]! >= 0)
  if (at.length === 0) return []
  const named = at.slice(0, MOST_NAMED).map((i) => `row ${i + 1} has ${column.levels[column.codes[i]!]}`)
  const more = at.length > named.length ? `, and ${at.length - named.length} more rows` : ''
  const message = `${column.name}: ${named.join(', ')}${more}, which neither table has: the cell stays, and the row is carried as if it had the most common value of the first table; to support it, make the bridge with rows that have it`
  return [{ name: 'level-unknown', message }]
}

/** Carried rows whose unknown categories are as they were, and with them what rules tell by these. */
export function asTheyWere(
  { rules }: Pick<BridgeModel, 'rules'>,
  carried: Table,
  { whole, unknown }: { readonly whole: Table } & Pick<StandingIn, 'unknown'>
): Table {
  if (unknown.size === 0) return carried
  const left = new Map(unknown)
  for (const rule of rules?.rules ?? []) {
    const marks = inputsOfKept(rule).flatMap((name) => left.get(name) ?? [])
    if (marks.length === 0) continue
    const own = left.get(rule.column)
    left.set(
      rule.column,
      Uint8Array.from({ length: carried.rowCount }, (_, i) => Number(own?.[i] === 1 || marks.some((of) => of[i] === 1)))
    )
  }
  const columns = carried.columns.map((column): Column => {
    const [marks, before] = [left.get(column.name), whole.columns.find(({ name }) => name === column.name)]
    return marks && before ? withCells(column, before, marks) : column
  })
  return { ...carried, columns }
}

/** A column with the cells of another one in marked rows. */
function withCells(column: Column, before: Column, marks: Uint8Array): Column {
  if (isCategorical(column) && isCategorical(before)) {
    const levels = [...new Set([...column.levels, ...before.levels])]
    const codes = column.codes.map((level, i) => {
      const own = before.codes[i]!
      return marks[i] ? (own < 0 ? -1 : levels.indexOf(before.levels[own]!)) : level
    })
    return { ...column, levels, codes }
  }
  if (isNumeric(column) && isNumeric(before)) {
    const missing = column.missing || before.missing
    return {
      ...column,
      values: column.values.map((x, i) => (marks[i] ? before.values[i]! : x)),
      ...(missing && { missing: Uint8Array.from(marks, (mark, i) => Number(isMissing(mark ? before : column, i))) })
    }
  }
  return column
}
