import type { DelimitedDialect, Separator, TextEncoding } from '@sbridge/core/internal'
import { quoteHabit } from './quote-habit.js'

/** How delimited text is written that begins so. */
export function dialectOf(
  text: string,
  encoding: TextEncoding,
  {
    names,
    units,
    separator
  }: { readonly names: readonly string[]; readonly units: readonly string[] | undefined; readonly separator: Separator | undefined }
): DelimitedDialect {
  const aligned = separator === ' ' && / {2}/.test(text.slice(0, text.search(/[\r\n]/)))
  return {
    kind: 'delimited',
    ...encoding,
    ...(separator === undefined ? {} : { separator }),
    ...(aligned ? { aligned } : {}),
    ...(units ? { units } : {}),
    ...quoteHabit(text, separator ?? '\t', names)
  }
}
