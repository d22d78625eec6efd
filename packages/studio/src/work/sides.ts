import { REAL_AND_SYNTHETIC, type Sides } from '../../../sbridge/src/report/sides.js'
import type { Support } from './messages.js'

/** What rows of the data and drawn ones are called: under conditions, and under observations, the drawn ones are not like the data. */
export function sidesOf(kind: Support['kind'] | null): Sides {
  if (kind === null) return REAL_AND_SYNTHETIC
  return kind === 'posterior' ? { real: 'prior', synthetic: 'posterior' } : { real: 'real', synthetic: 'conditional' }
}
