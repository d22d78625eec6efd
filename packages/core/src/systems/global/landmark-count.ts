import { InputError } from '../../num/errors.js'
import { counted } from '../../num/listed.js'
import type { FitOptions } from './options.js'

/** Rows up to which a scaling of all takes seconds. */
const ALL_UP_TO = 10_000
/**
 * Landmarks for each root of the number of rows: of 100,000 rows every tenth. The pass that extends them to all rows, which is
 * the larger part of the cost, then grows as M^1.5.
 */
const PER_ROOT = 32

/** How many landmarks an option asks for; undefined: all rows. Throws `InputError` (code `landmarks`) for more than there are rows. */
export function landmarkCount(option: FitOptions['landmarks'], rowCount: number): number | undefined {
  if (option === undefined || option === 'auto') return rowCount > ALL_UP_TO ? Math.ceil(PER_ROOT * Math.sqrt(rowCount)) : undefined
  if (option === 'all' || option === rowCount) return undefined
  if (option < rowCount) return option
  throw new InputError({
    code: 'landmarks',
    got: `${option} landmarks for ${counted(rowCount, 'row')}`,
    expected: `at most as many as rows, ${rowCount}`,
    try: '--landmarks all'
  })
}
