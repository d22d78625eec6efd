import { inLine, numberText, type PairInformation, pairInformation } from '@sbridge/core/internal'
import { keyFromSeed } from '@sbridge/core/kernels'
import type { Table } from '@sbridge/core/tables'

/** Pairs that become lines. */
const MOST_PAIRS = 20

/** What every two columns say of each other, where it is asked for. Shuffles have a seed of their own: the same table says the same. */
export const pairsOf = (table: Table, { pairs }: { readonly pairs?: boolean }): PairInformation[] | undefined =>
  pairs ? pairInformation(table, keyFromSeed(1)) : undefined

/** The same as lines of a terminal: those above chance, and how many are not. */
export function pairWords(pairs: readonly PairInformation[] = []): string[] {
  const above = pairs.filter(({ information, floor }) => information > floor)
  const lines = above.slice(0, MOST_PAIRS).map(({ columns, information, floor }) => {
    return `pair: ${columns.map(inLine).join(' and ')}: ${numberText(information)} nats (chance stays below ${numberText(floor)})`
  })
  const more = above.length - lines.length
  const rest = pairs.length - above.length
  return [
    ...lines,
    ...(more > 0 ? [`and ${more} more pairs above chance; --json names them all`] : []),
    ...(rest > 0 ? [`pairs no further from independence than chance is: ${rest}`] : [])
  ]
}
