import { isBeyondChance } from '../../code/rules/chance.js'
import { type CategoricalColumn, isCategorical, isNumeric, type NumericColumn, type Table } from '../../table/table.js'

/** A side of nought on which a number never is, in any row or where a category has some level. Plain data. */
export interface Wall {
  readonly column: string
  /** 1: never below nought; -1: never above. */
  readonly side: 1 | -1
  readonly where?: { readonly column: string; readonly level: string } | undefined
}

/** Above nought and below. */
const SIDES = [1, -1] as const

/**
 * The walls of columns: a side on which no row is; and where rows of both sides are, levels of categories of which none is on one,
 * beyond what the share of that side would bring about. Cost O(numbers · categories · n).
 */
export function findWalls(numbers: readonly NumericColumn[], { columns }: Table): readonly Wall[] {
  const categories = columns.filter(isCategorical)
  const candidates = 2 * numbers.length * categories.reduce((sum, { levels }) => sum + levels.length, 0)
  return numbers
    .filter(({ kind }) => kind !== 'datetime')
    .flatMap((number) =>
      SIDES.flatMap((side): Wall[] => {
        const wall = { column: number.name, side }
        const share = beyond(number, side).reduce((sum, is) => sum + is, 0) / number.values.length
        return share === 0 ? [wall] : categories.flatMap((category) => levelsWithout(category, number, { wall, share, candidates }))
      })
    )
}

interface Sought {
  readonly wall: Wall
  /** Of all rows, that stand beyond the wall. */
  readonly share: number
  readonly candidates: number
}

function levelsWithout({ name, levels, codes }: CategoricalColumn, number: NumericColumn, { wall, share, candidates }: Sought): Wall[] {
  const [rows, crossing] = [new Float64Array(levels.length), new Float64Array(levels.length)]
  const outside = beyond(number, wall.side)
  for (const [i, code] of codes.entries()) {
    if (code < 0 || number.missing?.[i]) continue
    rows[code]!++
    crossing[code]! += outside[i]!
  }
  return levels.flatMap((level, c) => {
    const isWall = crossing[c] === 0 && isBeyondChance({ rate: 1 - share, times: rows[c]!, candidates })
    return isWall ? [{ ...wall, where: { column: name, level } }] : []
  })
}

/** 1 marks rows beyond a wall at nought [n]. */
const beyond = ({ values, missing }: NumericColumn, side: 1 | -1): Uint8Array =>
  Uint8Array.from(values, (x, i) => (!missing?.[i] && side * x < 0 ? 1 : 0))

/** Rows that stand beyond a wall. Cost O(walls · n). */
export function rowsBeyond(walls: readonly Wall[], { columns, rowCount }: Table): number[] {
  const marks = new Uint8Array(rowCount)
  const named = new Map(columns.map((column) => [column.name, column]))
  for (const { column, side, where } of walls) {
    const number = named.get(column)
    if (!number || !isNumeric(number)) continue
    const among = where ? rowsOf(named.get(where.column) as CategoricalColumn, where.level) : () => true
    for (const [i, is] of beyond(number, side).entries()) if (is && among(i)) marks[i] = 1
  }
  return Array.from(marks.keys()).filter((i) => marks[i] === 1)
}

function rowsOf({ codes, levels }: CategoricalColumn, level: string): (row: number) => boolean {
  const code = levels.indexOf(level)
  return (i) => codes[i] === code
}
