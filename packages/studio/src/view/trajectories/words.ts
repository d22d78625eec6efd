import type { ReferenceName } from '@sbridge/core'
import { formatPlain } from '../words.js'

export const REFERENCE_WORDS: Readonly<Record<ReferenceName, string>> = {
  brownian: 'No drift: the plain bridge, when nothing is known and times are close.',
  linear: 'Drift A x + c: relaxation or rotation, a first attempt at anything.',
  'lotka-volterra': 'Predator and prey: exactly two columns, prey first.',
  repressilator: 'Three genes in a ring: three messengers, or three messengers and then their proteins.',
  gradient: 'Downhill on a smooth landscape, as cells that differentiate.',
  free: 'Any smooth field: flows that turn.'
}

/** A time as a person reads it: dates are days since 1970. */
export function timeText(time: number, dates: boolean): string {
  return dates ? new Date(time * 86_400_000).toISOString().slice(0, 10) : formatPlain(time)
}
