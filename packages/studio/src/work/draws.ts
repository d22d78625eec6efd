import { type FitJob, USUAL_STEPS } from '@sbridge/core/internal'
import type { Sides } from 'sbridge/internal/report'
import type { Draws } from './messages.js'

type Known = Pick<Draws, 'given' | 'observe'> & { readonly givenFile?: string | null }

/** What is known of rows to draw. */
function kindOf({ given = {}, givenFile, observe = [] }: Known): 'observed' | 'given' | 'rows' {
  return observe.length > 0 ? 'observed' : Object.keys(given).length > 0 || givenFile ? 'given' : 'rows'
}

export const isKnown = (known: Known): boolean => kindOf(known) !== 'rows'

/** Steps of a draw that asks for no number: under conditions chains start where they fit. */
export const usualSteps = (known: Known): number => USUAL_STEPS[kindOf(known)]

const SIDES: Readonly<Record<ReturnType<typeof kindOf>, Sides>> = {
  rows: { real: 'real', synthetic: 'synthetic' },
  given: { real: 'real', synthetic: 'conditional' },
  observed: { real: 'prior', synthetic: 'posterior' }
}

/** What rows of the data and drawn ones are called: under conditions, and under observations, the drawn ones are not like the data. */
export const sidesOf = (known: Known): Sides => SIDES[kindOf(known)]

/** Options with which rows come from something else than one kernel on whole rows whose bandwidth is searched for. */
const OTHERWISE: readonly string[] = ['local', 'latent', 'group', 'time', 'privacy']

/** Whether a bandwidth is searched for that can be chosen instead. */
export const isPlain = (fit: FitJob): boolean => !OTHERWISE.some((name) => name in fit)

/** Whether every row is where one chain ends: refined rows are taken from more, and those under many conditions drawn one after the other. */
export const hasChains = (fit: FitJob, draw: Draws): boolean =>
  isPlain(fit) && !('refine' in fit) && !('conditioning' in draw) && !('givenFile' in draw)
