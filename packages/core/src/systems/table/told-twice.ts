import { isBeyondChance } from '../../code/rules/chance.js'
import { BATCH_ROWS } from '../../draw/batch-rows.js'
import type { NamedWarning } from '../../know/support.js'
import { counted } from '../../num/listed.js'
import { type Key, uniforms } from '../../num/random.js'
import { cellAt } from '../../table/cells.js'
import { codesOf, determines, sharedRate } from '../../table/codes.js'
import { type CategoricalColumn, isCategorical, type Table } from '../../table/table.js'
import type { Ruled } from '../rules/ruled-rows.js'

/** A column that several categories tell, each by itself: what sort a claim is, by its policy and by its cause. */
export interface ToldTwice {
  readonly column: string
  /** The one that the rule looks it up by. */
  readonly from: string
  /** The one with fewest levels first, which all others have to go with; of each its levels' cells of the column, in words. */
  readonly by: readonly { readonly name: string; readonly cells: ReadonlyMap<string, string> }[]
}

/**
 * Columns that a rule looks up by one category, and that others tell as well, beyond chance: rows that agree there agree here. A rule derives
 * a column once, and its tellers are drawn as categories that go together only as far as few rows of each level say. Cost O(rows · categories) for each such rule.
 */
export function toldTwice({ rules }: Ruled, whole: Table): ToldTwice[] {
  const categories = whole.columns.filter(isCategorical)
  return (rules?.rules ?? []).flatMap((rule): ToldTwice[] => {
    const column = whole.columns.find(({ name }) => name === rule.column)
    if (rule.kind !== 'lookup' || rule.from.length !== 1 || rule.parts || rule.exceptions || rule.flags || rule.there) return []
    if (!column || column.kind === 'identifier') return []
    const told = codesOf(column)
    const rate = sharedRate(told)
    const by = categories.filter((one) => {
      if (one === column || one.codes.includes(-1)) return false
      const own = codesOf(one)
      if (!determines(own, told)) return false
      const times = whole.rowCount - own.count
      return one.name === rule.from[0] || isBeyondChance({ rate, times, candidates: categories.length ** 2 })
    })
    if (by.length < 2 || !by.some(({ name }) => name === rule.from[0])) return []
    const cell = cellAt(column)
    const sizes = new Map(by.map((one) => [one, codesOf(one).count]))
    return [
      {
        column: rule.column,
        from: rule.from[0]!,
        by: by
          .sort((a, b) => sizes.get(a)! - sizes.get(b)!)
          .map(({ name, codes, levels }) => ({ name, cells: new Map(Array.from(codes, (code, i) => [levels[code]!, String(cell(i))])) }))
      }
    ]
  })
}

/** What an exchange depends on. */
interface Exchange {
  readonly key: Key
  /** Of a stretch of a longer draw: rows before it. */
  readonly first?: number | undefined
  /** Columns that stay as they are. */
  readonly fixed?: ReadonlySet<string> | undefined
}

/**
 * Drawn rows, before what rules derive comes back, in which all that tell a column tell the same: levels that do not go with that of the leading one, which
 * is what is given or else the coarsest, change places with those of rows that they go with, in every part of so many rows by themselves, so that each comes about
 * as often as before. Where none is left to change with, it is one of those that the data have there. Cost O(rows).
 */
export function toldAlike(all: readonly ToldTwice[], drawn: Table, { key, first = 0, fixed = NONE_FIXED }: Exchange): Table {
  const columns = new Map(drawn.columns.map((column) => [column.name, column]))
  for (const { column, from, by } of all) {
    const present = by.filter(({ name }) => columns.get(name)?.kind === 'category' || columns.get(name)?.kind === 'boolean')
    // Where the column itself is given, it is by its rule that rows have it.
    const lead = present.find(({ name }) => fixed.has(name) || (name === from && fixed.has(column))) ?? present[0]
    for (const other of present) {
      if (other === lead || fixed.has(other.name)) continue
      const [leading, own] = [lead!, other].map(({ name }) => columns.get(name) as CategoricalColumn)
      const dice = uniforms(key, drawn.rowCount, 0, first)
      columns.set(other.name, exchanged(own!, { cells: other.cells, wanted: cellsOf(leading!, lead!.cells), dice }))
    }
  }
  return { ...drawn, columns: drawn.columns.map(({ name }) => columns.get(name)!) }
}

const NONE_FIXED: ReadonlySet<string> = new Set()

/** What the level of each row tells; undefined of one that the data do not have. */
const cellsOf = ({ codes, levels }: CategoricalColumn, cells: ReadonlyMap<string, string>): (string | undefined)[] =>
  Array.from(codes, (code) => cells.get(levels[code]!))

interface Wanted {
  readonly cells: ReadonlyMap<string, string>
  /** What the level of each row should tell. */
  readonly wanted: readonly (string | undefined)[]
  readonly dice: Float64Array
}

function exchanged(column: CategoricalColumn, { cells, wanted, dice }: Wanted): CategoricalColumn {
  const codes = column.codes.slice()
  const telling = new Map<string, number[]>()
  for (const [code, level] of column.levels.entries()) {
    const cell = cells.get(level)
    if (cell !== undefined) telling.set(cell, [...(telling.get(cell) ?? []), code])
  }
  const told = cellsOf(column, cells)
  for (let start = 0; start < codes.length; start += BATCH_ROWS) {
    const rows = Array.from({ length: Math.min(BATCH_ROWS, codes.length - start) }, (_, i) => start + i).filter(
      (i) => told[i] !== undefined && wanted[i] !== undefined && told[i] !== wanted[i]
    )
    const left = new Map<string, number[]>()
    for (const i of rows) left.set(told[i]!, [...(left.get(told[i]!) ?? []), column.codes[i]!])
    for (const i of rows) {
      const others = telling.get(wanted[i]!)
      codes[i] = left.get(wanted[i]!)?.shift() ?? others?.[Math.floor(dice[i]! * others.length)] ?? codes[i]!
    }
  }
  return { ...column, codes }
}

/** Name of the warning that columns which tell another do not tell the same in drawn rows. */
export const TWICE_WARNING = 'told-twice'

/** What is said of drawn rows in which columns that tell another in all rows of the data tell different things. Cost O(rows) each. */
export function twiceWarnings(all: readonly ToldTwice[], drawn: Table): NamedWarning[] {
  return all.flatMap(({ column, by }) => {
    const columns = by.map(({ name, cells }) => ({ name, cells, column: drawn.columns.find((one) => one.name === name) }))
    const told = columns.flatMap(({ column: own, cells }) => (own && isCategorical(own) ? [cellsOf(own, cells)] : []))
    const isOff = (i: number) => told.some((one) => one[i] !== undefined && one[i] !== told[0]![i])
    const off = Array.from({ length: drawn.rowCount }, (_, i) => i).filter(isOff).length
    if (told.length < 2 || off === 0) return []
    return [
      {
        name: TWICE_WARNING,
        message: `${counted(off, 'drawn row')} ${off === 1 ? 'has' : 'have'} ${by.map(({ name }) => name).join(' and ')} that do not go together: in the data both determine the same ${column}; --exclude leaves one of them out`
      }
    ]
  })
}
