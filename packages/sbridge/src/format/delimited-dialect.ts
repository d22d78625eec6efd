import type { DelimitedDialect, Separator, TextEncoding } from '@sbridge/core/internal'
import { repeatedIn, repeatedNote } from './columns.js'
import { quoteHabit } from './quote-habit.js'

interface Heading {
  /** The names as they stand in the file, and as they are told apart. */
  readonly heading: readonly string[]
  readonly names: readonly string[]
  readonly units: readonly string[] | undefined
  readonly separator: Separator | undefined
}

/** How delimited text is written that begins so. */
export function dialectOf(text: string, encoding: TextEncoding, { heading, names, units, separator }: Heading): DelimitedDialect {
  const habit = quoteHabit(text, separator ?? '\t', names)
  const unnamed = names.filter((_, i) => heading[i] === '')
  const repeated = repeatedIn(heading, names)
  const aligned = separator === ' ' && / {2}/.test(text.slice(0, text.search(/[\r\n]/)))
  return {
    kind: 'delimited',
    ...encoding,
    ...(separator === undefined ? {} : { separator }),
    ...(aligned ? { aligned } : {}),
    ...(units ? { units } : {}),
    ...habit,
    ...(unnamed.length > 0 ? { unnamed } : {}),
    ...(repeated ? { repeated } : {})
  }
}

/** What is said of names that come again. */
export const repeatedNotes = ({ repeated }: DelimitedDialect): string[] => (repeated ? [repeatedNote(repeated)] : [])
