import { listed, typesFlag } from '../num/listed.js'
import type { Inferred, ListStyle } from './column-format.js'
import { RARE_BELOW } from './rare-below.js'
import { type CategoricalColumn, isCategorical, type Table } from './table.js'

/**
 * Lists in cells, as `drama|crime`, are sets while rows are modelled: the column is that which comes first, and behind it stands a column
 * for each value, named after both, which says whether a list has it: `genres has drama`. Written, they are one cell again.
 */
export const memberName = (name: string, member: string): string => `${memberNames(name)}${member}`

/** What the names of such columns begin with. */
const memberNames = (name: string): string => `${name} has `

/** A column of text taken apart. */
export interface Lists {
  readonly cells: readonly (readonly string[] | null)[]
  readonly style: ListStyle
}

const SIGNS = ['|', ';', ',', '/', '+', '&']
const BRACKETS = [
  ['[', ']'],
  ['{', '}'],
  ['(', ')']
] as const
/** Values that lists may have: each is a column. */
const MOST_MEMBERS = 30

/**
 * The lists of a column: cells of one value and of several, each of which recurs and stands in no cell twice, where there are more different
 * lists than values and some list is rare, so that the next one may be new. `stated`: values that are known, which are all that there
 * are: then the sign is that which parts cells into most of them. Undefined of other columns. Cost O(characters).
 */
export function listsOf(cells: readonly (string | null)[], stated?: ReadonlySet<string>): Lists | undefined {
  const present = cells.filter((cell) => cell !== null)
  const [before, after] = BRACKETS.find((pair) => present.every((cell) => cell.startsWith(pair[0]) && cell.endsWith(pair[1]))) ?? ['', '']
  const bare = cells.map((cell) => cell && cell.slice(before.length, cell.length - after.length).trim())
  const parted = (sign: string) =>
    bare.map((cell) => (cell === null ? null : cell === '' ? [] : cell.split(sign).map((part) => part.trim())))
  const known = (sign: string) => parted(sign).reduce((sum, list) => sum + (list?.filter((member) => stated?.has(member)).length ?? 0), 0)
  const sign = stated
    ? SIGNS.reduce((best, one) => (known(one) > known(best) ? one : best))
    : SIGNS.find((one) => bare.some((cell) => cell?.includes(one)) && areLists(parted(one)))
  if (sign === undefined) return undefined
  const lists = parted(sign)
  const members = [...(stated ?? new Set(lists.flatMap((list) => list ?? [])))].sort()
  return { cells: lists, style: { before, between: betweenOf(bare, sign), after, ...orderOf(lists, members) } }
}

function areLists(cells: Lists['cells']): boolean {
  const lists = cells.filter((list) => list !== null)
  const sizes = new Set(lists.map(({ length }) => length))
  if (sizes.size < 2 || lists.some((list) => list.includes('') || new Set(list).size < list.length)) return false
  const members = countsOf(lists.flat())
  const different = countsOf(lists.map((list) => JSON.stringify(list)))
  return (
    members.size >= 2 &&
    members.size <= MOST_MEMBERS &&
    different.size > members.size &&
    [...members.values()].every((rows) => rows >= RARE_BELOW) &&
    [...different.values()].some((rows) => rows < RARE_BELOW)
  )
}

/** The sign with the blanks that most cells have around it. */
function betweenOf(cells: readonly (string | null)[], sign: string): string {
  const found = cells.flatMap((cell) => cell?.match(new RegExp(`\\s*[${sign}]\\s*`, 'g')) ?? [])
  return [...countsOf(found)].sort((one, other) => other[1] - one[1])[0]?.[0] ?? sign
}

function countsOf(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

/** Members in an order that no cell contradicts, where there is one; else by how often one stands before the others. */
function orderOf(cells: Lists['cells'], members: readonly string[]): Pick<ListStyle, 'members' | 'ordered'> {
  const place = new Map(members.map((member, k) => [member, k]))
  const before = members.map(() => new Int32Array(members.length))
  for (const list of cells) {
    const places = (list ?? []).flatMap((member) => place.get(member) ?? [])
    for (const [k, one] of places.entries()) for (const other of places.slice(k + 1)) before[one]![other]!++
  }
  const left = new Set(members.keys())
  const sorted: number[] = []
  let ordered = true
  while (left.size > 0) {
    const isFirst = (k: number) => [...left].every((other) => before[other]![k] === 0)
    const free = [...left].find(isFirst)
    ordered &&= free !== undefined
    const lead = (k: number) => [...left].reduce((sum, other) => sum + before[k]![other]! - before[other]![k]!, 0)
    const next = free ?? [...left].reduce((best, k) => (lead(k) > lead(best) ? k : best))
    sorted.push(next)
    left.delete(next)
  }
  return { members: sorted.map((k) => members[k]!), ordered }
}

/** The column of what stands first in lists, with those of their values. A list that has another value stands there whole, as a level that no other row has. */
export function withLists(base: Pick<Inferred['format'], 'name' | 'source'>, { cells, style }: Lists): Inferred {
  const isKnown = (list: readonly string[]) => list.every((member) => style.members.includes(member))
  const firsts = cells.map((list) => list && (isKnown(list) ? (list[0] ?? '') : list.join(style.between)))
  const levels = [...new Set(firsts.filter((first) => first !== null))].sort()
  const codes = Int32Array.from(firsts, (first) => (first === null ? -1 : levels.indexOf(first)))
  return {
    column: { name: base.name, kind: 'category', levels, codes },
    format: { ...base, kind: 'category', list: style },
    beside: style.members.map((member): Inferred => {
      const name = memberName(base.name, member)
      const has = Int32Array.from(cells, (list) => (list === null ? -1 : Number(list.includes(member))))
      return {
        column: { name, kind: 'boolean', levels: ['false', 'true'], codes: has },
        format: { name, source: 'text', kind: 'boolean' }
      }
    })
  }
}

/** The values that kinds are stated of; undefined where none is. */
export function statedMembers(name: string, types: Readonly<Record<string, unknown>> | undefined): ReadonlySet<string> | undefined {
  const found = Object.keys(types ?? {}).filter((stated) => isMember(stated, name))
  return found.length === 0 ? undefined : new Set(found.map((stated) => stated.slice(memberNames(name).length)))
}

/** Whether a column says which lists of another one have a value. */
export const isMember = (name: string, column: string): boolean => name.startsWith(memberNames(column))

/** What a person should know of them. */
export const listsNote = (name: string, { members, between }: ListStyle): string =>
  `${name}: lists of ${members.length} values, parted by “${between.trim()}”: while rows are modelled each value is a column of its own, as ${memberName(name, listed(members.slice(0, 1)))}, and new rows may have lists that no row has; ${typesFlag(name, 'category')} repeats the cells as they stand`

/** The lists of rows: the values that they have, of which what stands first is no other's place. A list is never empty where none of the data is. */
export function listTexts({ columns }: Table, { name, levels, codes }: CategoricalColumn, style: ListStyle): (string | null)[] {
  const { before, between, after, members, ordered } = style
  const own = members.flatMap((member) => {
    const column = columns.find((one) => one.name === memberName(name, member))
    return column && isCategorical(column) ? [{ member, codes: column.codes }] : []
  })
  return Array.from(codes, (code, row) => {
    if (code < 0) return null
    const first = levels[code]!
    const has = own.filter((one) => one.codes[row] === 1).map(({ member }) => member)
    const list = has.length === 0 ? [first] : ordered || !has.includes(first) ? has : [first, ...has.filter((member) => member !== first)]
    return `${before}${list.join(between)}${after}`
  })
}
