import type { Sides } from 'sbridge/internal/report'
import type { Support } from './messages.js'

/** What rows of the data and drawn ones are called: under conditions, and under observations, the drawn ones are not like the data. */
export function sidesOf(kind: Support['kind'] | null): Sides {
  if (kind === null) return { real: 'real', synthetic: 'synthetic' }
  return kind === 'posterior' ? { real: 'prior', synthetic: 'posterior' } : { real: 'real', synthetic: 'conditional' }
}
