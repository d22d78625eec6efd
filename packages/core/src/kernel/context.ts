import type { Watch } from '../num/iterate.js'
import type { Key } from '../num/random.js'
import type { Engine } from './engine.js'

/** What a computation runs with. */
export interface Context {
  readonly engine: Engine
  readonly key: Key
  readonly watch?: Watch | undefined
}
