import type { SystemContext } from '../host.js'
import { KEY_STAGES } from '../table/keyed.js'

/** Laws that a table which refers to another is drawn by: how many rows, and the first ones; two for each further key, by which rows choose. */
export const LAWS = 2
export const LAWS_A_CHOICE = 2
/** Scalings that the law of further rows is found in, once by steps and, in time, once by shares of the way to the end. */
const SCALINGS = 2

/** How many laws of further rows are tried, at most. */
export const furtherLaws = (hasTimes: boolean): number => SCALINGS * (hasTimes ? 2 : 1)

/** How many laws without that of further rows. */
export const lawsBeside = (choices: number): number => LAWS + LAWS_A_CHOICE * choices

/** The context of a table's part of the work, which is told as one stage: that it has begun, and how far its searches are of so many laws. */
export function stageOf({ progress, ...context }: SystemContext, stage: string, laws = 0): SystemContext {
  progress?.({ stage, done: 0, total: 1 })
  if (!progress) return context
  // Of a draw the keys take a while in which nothing else tells how far it is.
  if (laws === 0)
    return {
      ...context,
      progress: (event) => (KEY_STAGES.some((one) => one.stage === event.stage) ? progress({ ...event, stage }) : undefined)
    }
  let [ended, last] = [0, 0]
  const ofSearch: SystemContext['progress'] = ({ stage: inner, done, total }) => {
    if (inner !== 'choosing the conditional bandwidth') return
    const part = done / total
    if (part < last) ended++
    last = part
    progress({ stage, done: Math.min(laws, ended + part), total: laws })
  }
  return { ...context, progress: ofSearch }
}
