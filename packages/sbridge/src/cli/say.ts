import type { Telling } from '@sbridge/core'
import { linesOf } from '@sbridge/core'
import { withoutPassword } from '../database/address.js'
import { summaryStream } from './summary.js'

export interface Said {
  /** Where the result went; `-` is standard output, and what is said goes to standard error then. What is said may be all. */
  readonly output?: string | undefined
  /** What was made: `344 rows`. */
  readonly made: string
  readonly telling: Telling
  /** Keys of `--json` besides those of the telling. */
  readonly keys: object
  readonly flags: { readonly json?: boolean; readonly report?: string; readonly model?: string; readonly coupling?: string }
}

/** What was done, in lines of a terminal or as one line of JSON. */
export function say({ output: name, made, telling, keys, flags }: Said): void {
  const output = name === undefined ? undefined : withoutPassword(name)
  const written = [
    ...(output === undefined || output === '-' ? [] : [`in ${output}`]),
    ...(flags.report === undefined ? [] : [`report in ${flags.report}`]),
    ...(flags.coupling === undefined ? [] : [`partners in ${flags.coupling}`]),
    ...(flags.model === undefined ? [] : [`model in ${flags.model}`])
  ]
  const lines = [`${made}${written.length > 0 ? ` ${written.join(', ')}` : ''}`, ...linesOf(telling)]
  summaryStream(output ?? '').write(flags.json ? `${JSON.stringify({ output, ...keys, ...telling.json })}\n` : `${lines.join('\n')}\n`)
}
