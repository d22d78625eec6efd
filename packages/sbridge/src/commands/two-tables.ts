import { InputError, SYSTEMS } from '@sbridge/core'
import { checkOptions, systemFor } from '@sbridge/core/internal'
import { readFields } from '../cli/add-fields.js'
import { readingFields } from '../cli/fields.js'
import { host, type Run } from '../cli/options.js'
import { nameOf } from '../cli/report.js'
import { modelContentsIn, refuseBesideModel, type Source } from '../cli/source.js'
import { readTable } from '../format/table-file.js'

const { bridge } = SYSTEMS

interface Wanted {
  readonly flags: Readonly<Record<string, unknown>>
  readonly run: Run
  /** Flags that a model file has no use for, besides those of a fit. */
  readonly also: readonly string[]
}

/**
 * A bridge's model file, or two tables with the options of a fit, the first one yet unread. Throws `InputError` for one table alone,
 * for two things beside a model, and for options that a fit refuses; `FormatError` for a model of another system.
 */
export async function pairOf([from, to]: readonly [string, string | undefined], { flags, run, also }: Wanted): Promise<Source> {
  const contents = await modelContentsIn(from)
  if (contents) {
    systemFor(contents, [bridge])
    if (to !== undefined)
      throw wrongInputs(`the model ${from} and the table ${to}`, 'a model alone, which holds both tables', `${from} without a table`)
    refuseBesideModel([...bridge.fields.fit, ...also.map((name) => ({ name }))], flags)
    return { contents }
  }
  if (to === undefined)
    throw wrongInputs(
      `the table ${from} alone`,
      'two tables, or a model that bridge wrote',
      `a second table behind the first: ${from} other.csv`
    )
  const reading = readFields(readingFields, flags)
  const options = { ...readFields(bridge.fields.fit, flags), to: await readTable(to, reading), seed: run.seed }
  checkOptions(bridge.fields.fit, options, { also: bridge.also.fit, host })
  return { path: from, options, reading }
}

const wrongInputs = (got: string, expected: string, tried: string): InputError =>
  new InputError({ code: 'input-missing', got, expected, try: tried })

/** What a report on two tables is about. */
export const titleOf = (from: string, to: string | undefined): string =>
  to === undefined ? nameOf(from) : `${nameOf(from)} → ${nameOf(to)}`

/** What the report on two tables says of itself. */
export const BRIDGE_REPORT = { kicker: 'Bridge between two tables', made: 'A bridge between two tables was computed' }
