import { countText } from '@sbridge/core/internal'
import type { ScatterFrame, Unplaced } from '../work/messages.js'

/** What the picture does not show, in words; nothing where it shows all. `drawn` are the counts of drawn rows where these are shown. */
export function unplacedWords(
  real: Unplaced,
  drawn: ScatterFrame['synthetic'],
  names: { readonly real: string; readonly synthetic: string }
): string {
  const parts: string[] = []
  const say = (count: number, kind: string, words: string) => {
    if (count > 0) parts.push(`${countText(count)} ${kind} row${count === 1 ? '' : 's'} ${words}`)
  }
  for (const [rows, name] of [
    [real, names.real],
    [drawn, names.synthetic]
  ] as const) {
    say(rows?.missing ?? 0, name, 'without one of the two values')
    say(rows?.outside ?? 0, name, 'outside the picture')
  }
  return parts.length === 0 ? '' : `Not drawn: ${parts.join(', ')}`
}
