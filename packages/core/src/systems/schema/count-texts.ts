import { leavesNone } from './count-limits.js'
import { type CountLaw, numberName } from './counts.js'
import type { ForeignKey } from './keys.js'

/** Numbers of rows by a key, and what they keep to. */
interface Numbered {
  readonly key: ForeignKey
  readonly counts: Pick<CountLaw, 'limits' | 'beside' | 'most'>
}

/** What says how many rows there are at most: a column of the row that they refer to, or how many others refer to it. */
export const ceilingTexts = ({ key, counts: { most, beside = [] } }: Numbered): string[] =>
  most === undefined ? [] : [`${sourceText(most, key, beside)} >= ${numberName(key)}`]

/** Which rows have none, as others do or do not refer to them: no shipment without a payment, and products of the leaves of a tree alone. */
export function bareTexts({ key, counts: { limits, beside = [] } }: Numbered): { readonly column: string; readonly text: string }[] {
  return beside.flatMap((other) => {
    const levels = limits?.columns.find((column) => column.name === numberName(other))?.levels ?? []
    const bare = levels.filter(({ never }) => leavesNone(limits!, never))
    const has = (level: string) => `${key.to.table} with${level === '' ? 'out' : ''} ${numberName(other)}`
    return bare.map(({ level }) => ({ column: numberName(other), text: `${has(level)} have no ${numberName(key)}` }))
  })
}

/** A column of a row by which it never has some numbers of rows. */
export const limitText = (column: string, { key, counts: { beside = [] } }: Numbered): string =>
  `${sourceText(column, key, beside)} limits ${numberName(key)}`

const sourceText = (column: string, { to }: ForeignKey, beside: readonly ForeignKey[]): string =>
  beside.some((key) => numberName(key) === column) ? column : `${to.table}.${column}`
