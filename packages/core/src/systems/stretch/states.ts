import { type Key, uniforms } from '../../num/random.js'
import { mean, variance } from '../../num/statistics.js'
import { standingOut } from '../../table/standing-out.js'
import { type Column, isCategorical, isNumeric, type NumericColumn, type Table } from '../../table/table.js'

/** Rows of a series by what a law of numbers does not draw: their categories, and which cells are empty. */
export interface States {
  /** One a row. */
  readonly codes: Int32Array
  readonly count: number
}

/** The states of rows; undefined where all are alike. Cost O(cells). */
export function statesOf(columns: readonly Column[], rowCount: number): States | undefined {
  const told = columns.flatMap((column): ArrayLike<number>[] => {
    if (isCategorical(column)) return [column.codes]
    return isNumeric(column) && column.missing?.includes(1) ? [column.missing] : []
  })
  if (told.length === 0) return undefined
  const names = new Map<string, number>()
  const codes = Int32Array.from({ length: rowCount }, (_, i) => {
    const name = told.map((own) => own[i]!).join(' ')
    if (!names.has(name)) names.set(name, names.size)
    return names.get(name)!
  })
  return { codes, count: names.size }
}

/** Rows that are looked at for one that is drawn, evenly spread, so that time grows with the rows and not with their square. */
const MOST_CANDIDATES = 1000

function few(rows: readonly number[]): readonly number[] {
  const every = Math.ceil(rows.length / MOST_CANDIDATES)
  return every === 1 ? rows : rows.filter((_, k) => k % every === 0)
}

/**
 * Rows of the series whose states drawn rows have, one after the other: each is one of the rows that follow a row of the state before,
 * among the √n of these whose numbers are nearest, every one as likely, and stand on the same values where one stands out. So states stay as long as they do and turn where numbers say
 * so. Nearness is in standard deviations of the columns `names`. Cost O(rows · n · d).
 * @source Lall, Sharma, Water Resources Research 1996 (√n nearest neighbours of a series).
 */
export function drawStates(
  { codes }: States,
  { real, drawn, names }: { readonly real: Table; readonly drawn: Table; readonly names: readonly string[] },
  key: Key
): Int32Array {
  const numbers = (table: Table) =>
    names.map((name) => table.columns.find((one): one is NumericColumn => one.name === name && isNumeric(one))!)
  const [own, made] = [numbers(real), numbers(drawn)]
  const scales = own.map(({ values }) => Math.sqrt(variance(values)) || 1)
  const after = new Map<number, number[]>()
  for (let i = 1; i < codes.length; i++) {
    const before = after.get(codes[i - 1]!) ?? []
    before.push(i)
    after.set(codes[i - 1]!, before)
  }
  const all = Array.from(codes.keys())
  // A value that stands out is a state itself: no rain is not nearly some.
  const spikes = own.map(({ values }) => new Set(standingOut([values])))
  const dice = uniforms(key, drawn.rowCount)
  const chosen = new Int32Array(drawn.rowCount)
  for (let j = 0; j < drawn.rowCount; j++) {
    const far = (i: number) => own.reduce((sum, { values }, c) => sum + ((values[i]! - made[c]!.values[j]!) / scales[c]!) ** 2, 0)
    const isAlike = (i: number) =>
      own.every(({ values }, c) => {
        const [is, drawn] = [values[i]!, made[c]!.values[j]!]
        return is === drawn || !(spikes[c]!.has(is) || spikes[c]!.has(drawn))
      })
    // Behind a state that only the last row has, or before numbers that none behind it has, any row may come.
    const behind = j === 0 ? [0] : (after.get(codes[chosen[j - 1]!]!) ?? all)
    const alike = [behind, all].map((rows) => rows.filter(isAlike)).find((rows) => rows.length > 0) ?? behind
    const near = few(alike)
      .map((i) => [far(i), i] as const)
      .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    const nearest = Math.max(1, Math.round(Math.sqrt(near.length)))
    chosen[j] = near[Math.min(nearest - 1, Math.floor(dice[j]! * nearest))]![1]
  }
  return chosen
}

/** Empty cells between two others on the line between them, and before the first or after the last as these are. Cost O(cells). */
export function filledColumn(column: NumericColumn): NumericColumn {
  const { missing, values, ...rest } = column
  if (!missing?.includes(1)) return column
  const there = Array.from(values.keys()).filter((i) => !missing[i])
  const middle = there.length > 0 ? mean(there.map((i) => values[i]!)) : 0
  const out = values.slice()
  let next = 0
  for (let i = 0; i < out.length; i++) {
    while (next < there.length && there[next]! < i) next++
    if (!missing[i]) continue
    const [before, behind] = [there[next - 1], there[next]]
    if (before === undefined || behind === undefined) out[i] = values[before ?? behind ?? -1] ?? middle
    else out[i] = values[before]! + ((values[behind]! - values[before]!) * (i - before)) / (behind - before)
  }
  return { ...rest, values: out }
}
