import type { CellStyle } from '@sbridge/core/internal'
import type { DatabaseTarget } from '../database/contract.js'
import { checkTarget } from '../format/table-file.js'
import { cellsFor } from '../format/table-format.js'
import { readFields, writingFields } from './fields.js'

/** How rows are handed over for a file: as the input spells them, or plainly. Throws `InputError` for a name that says no format. */
export function cellsOf(flags: Readonly<Record<string, unknown>> & { readonly output: string }): CellStyle {
  const cells = cellsFor(flags.output)
  if (readFields(writingFields, flags).dialect !== 'plain') return cells
  return cells === 'text' ? 'plain' : 'typed'
}

/** Which table of a database rows go into. Throws `InputError` (code `option-combination`) beside the name of a file. */
export function targetOf(flags: Readonly<Record<string, unknown>> & { readonly output: string }): DatabaseTarget {
  const { into, append } = readFields(writingFields, flags) as DatabaseTarget
  checkTarget(flags.output, { into, append })
  return { into, append }
}
