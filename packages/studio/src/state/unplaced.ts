import { countText } from '@sbridge/core/internal'
import type { Unplaced } from '../work/messages.js'

/** What a picture does not show of some kinds of rows, in words; nothing where it shows all. */
export function unplacedWords(sides: readonly (readonly [Unplaced | null | undefined, kind: string])[]): string {
  const say = (count: number, kind: string, words: string) =>
    count > 0 ? [`${countText(count)} ${kind}row${count === 1 ? '' : 's'} ${words}`] : []
  const parts = sides.flatMap(([rows, kind]) => [
    ...say(rows?.missing ?? 0, kind, 'without one of the two values'),
    ...say(rows?.outside ?? 0, kind, 'outside the picture')
  ])
  return parts.length === 0 ? '' : `Not drawn: ${parts.join(', ')}`
}
