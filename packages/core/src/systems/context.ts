import type { Context } from '../kernel/context.js'
import type { Engine } from '../kernel/engine.js'
import { defined } from '../num/defined.js'
import { InputError } from '../num/errors.js'
import type { Watch } from '../num/iterate.js'
import { keyFromSeed } from '../num/random.js'

export type { Context }

/** Where a job runs; its key comes from the job's seed. */
export interface JobContext extends Watch {
  readonly engine: Engine
}

/** Key and watch of a job. Throws `InputError` for a seed that is none. */
export function contextOf(seed: number, context: JobContext): Context {
  if (!(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new InputError({ code: 'seed', got: `the seed ${seed}`, expected: 'a whole number from 0 to 9007199254740991', try: '--seed 1' })
  }
  return {
    engine: context.engine,
    key: keyFromSeed(seed),
    watch: { stop: context.stop, progress: context.progress, ...defined({ share: context.share, crew: context.engine.crew }) }
  }
}
