import type { Telling } from '@sbridge/core'
import { linesOf } from '@sbridge/core'
import type { Verdict } from '@sbridge/core/internal'
import { withoutPassword } from '../database/address.js'
import { summaryStream } from './summary.js'

export interface Said {
  /** Where the result went; `-` is standard output, and what is said goes to standard error then. What is said may be all. */
  readonly output?: string | undefined
  /** What was made: `344 rows`. */
  readonly made: string
  /** Of the report that was written. */
  readonly verdict?: Verdict | undefined
  readonly telling: Telling
  /** Keys of `--json` besides those of the telling. */
  readonly keys: object
  readonly flags: { readonly json?: boolean; readonly report?: string; readonly model?: string; readonly coupling?: string }
}

/** What was done, in lines of a terminal, the verdict last, or as one line of JSON. */
export function say({ output: name, made, verdict, telling, keys, flags }: Said): void {
  const output = name === undefined ? undefined : withoutPassword(name)
  const written = [
    ...(output === undefined || output === '-' ? [] : [`in ${output}`]),
    ...(flags.report === undefined ? [] : [`report in ${flags.report}`]),
    ...(flags.coupling === undefined ? [] : [`partners in ${flags.coupling}`]),
    ...(flags.model === undefined ? [] : [`model in ${flags.model}`])
  ]
  const lines = [
    `${made}${written.length > 0 ? ` ${written.join(', ')}` : ''}`,
    ...linesOf(telling, { brief: true }),
    ...(verdict ? [verdictLine(verdict)] : [])
  ]
  // Parts of a telling have some of them among their keys: all together are here.
  const warnings = telling.warnings.length > 0 ? { warnings: telling.warnings } : {}
  const json = { output, ...keys, ...(verdict ? { verdict } : {}), ...telling.json, ...warnings }
  summaryStream(output ?? '').write(flags.json ? `${JSON.stringify(json)}\n` : `${lines.join('\n')}\n`)
}

/** A verdict as a line of a terminal. */
export const verdictLine = ({ grade, sentence }: Verdict): string => `verdict${grade === 'plain' ? '' : `, ${grade}`}: ${sentence}`
