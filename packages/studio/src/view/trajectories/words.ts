import { type Calendar, instantOf, type ReferenceName } from '@sbridge/core/internal'
import { formatPlain } from '../words.js'

export const REFERENCE_WORDS: Readonly<Record<ReferenceName, string>> = {
  brownian: 'No drift: the plain bridge, when nothing is known and times are close.',
  linear: 'Drift A x + c: relaxation or rotation, a first attempt at anything.',
  'lotka-volterra': 'Predator and prey: exactly two columns, prey first.',
  repressilator: 'Three genes in a ring: three messengers, or three messengers and then their proteins.',
  gradient: 'Downhill on a smooth landscape, as cells that differentiate.',
  free: 'Any smooth field: flows that turn.'
}

/** A time as a person reads it: days since the first snapshot as a date, with the time of day where the table has one. */
export function timeText(time: number, dates: Calendar | undefined): string {
  if (!dates) return formatPlain(time)
  const iso = new Date(instantOf(dates, time)).toISOString()
  return dates.style.separator === '' ? iso.slice(0, 10) : iso.slice(0, 16).replace('T', ' ')
}
