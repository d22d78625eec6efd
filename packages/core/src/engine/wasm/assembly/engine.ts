// Entry of every build: exports for the host.
import { arrangeUnit, orderUnit } from './arrange'
import * as job from './job'
import { initialise as initialiseLanes } from './lanes'
import { nearestUnit } from './nearest'
import * as state from './state'
import { unit } from './sweep'
import { finishUnit, symmetricUnit } from './symmetric'

/** Writes the constants; once for each memory. */
export function initialise(): void {
  initialiseLanes()
}

/** Bytes of scratch memory that one thread needs for the job in place. */
export function scratchBytes(): u32 {
  return state.scratchBytes()
}

/** Works on unit `index` of the job as thread number `thread`. */
export function run(thread: i32, index: i32): void {
  if (job.field(job.MODE) & job.ORDER_ROWS) {
    orderUnit(index)
    return
  }
  if (job.field(job.MODE) & (job.ARRANGE_POINTS | job.ARRANGE_LOGS)) {
    arrangeUnit(index)
    return
  }
  if (job.field(job.MODE) & job.FINISH_SUMS) {
    finishUnit(index)
    return
  }
  state.enter(thread)
  if (state.mode & job.SYMMETRIC) {
    symmetricUnit(index)
    return
  }
  const first = index * state.queryBlock
  const count = min(state.queryBlock, job.field(job.QUERY_COUNT) - first)
  if (!FLOAT32 && state.mode & job.NEAREST) nearestUnit(first, count)
  else unit(first, count)
}
