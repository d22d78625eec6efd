import { InputError } from '../../num/errors.js'
import type { DrawnRows, TableModel } from './options.js'

/** What is known of rows, and how many rows of the table stand behind them. */
interface Behind {
  readonly what: string
  readonly rows: number
}

/**
 * Refuses rows of a private model under a condition that fewer rows of the table stand behind than a level may have: whoever knows so much
 * of somebody would read the rest off what is drawn. Those that have all that is given, where no number is compared, else the effective
 * rows that each drawn row rests on. Throws `InputError` (code `privacy-condition`).
 */
export function refuseFewBehind({ privacy }: TableModel, drawn: DrawnRows): void {
  const cell = privacy?.cell
  if (cell === undefined) return
  const few = behindOf(drawn).find(({ rows }) => rows < cell)
  if (!few) return
  throw new InputError({
    code: 'privacy-condition',
    got: `${few.what}, behind which fewer than ${cell} rows of the table stand`,
    expected: `what at least ${cell} rows have, as the model was fitted with --privacy: what is drawn for fewer is what they have`,
    try: 'fewer columns, wider intervals (age=30..40), or fitting with a smaller --min-cell'
  })
}

function behindOf({ conditional, conditions, posterior }: DrawnRows): Behind[] {
  const given = conditional?.conditions ?? []
  const ruled = conditions ?? []
  const own = [...given, ...ruled].map((one) => {
    const matching = 'candidates' in one ? undefined : one.matchingRows
    return { what: one.condition, rows: matching ?? one.effectiveRows }
  })
  return posterior && 'effectiveRows' in posterior ? [...own, { what: 'observations', rows: posterior.effectiveRows }] : own
}
