import { USUAL_STEPS } from '@sbridge/core'
import type { Draws } from './messages.js'

/** Steps of a draw that asks for no number: under conditions chains start where they fit. */
export function usualSteps({ given = {}, observe = [] }: Pick<Draws, 'given' | 'observe'>): number {
  return USUAL_STEPS[observe.length > 0 ? 'observed' : Object.keys(given).length > 0 ? 'given' : 'rows']
}
