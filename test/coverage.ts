import v8 from '@vitest/coverage-v8'
import type { CoverageProviderModule } from 'vitest/node'

type Runtime = { readonly isolate: boolean }
let counts = false

/**
 * Coverage by V8, of the tests beside the sources alone. Counting slows what it counts by half; the programs, whose files each
 * have a process of their own, run the same lines again, most of them in guides, and are not what the floor speaks of.
 */
const coverage: CoverageProviderModule = {
  ...v8,
  startCoverage: (runtime: Runtime) => {
    counts = !runtime.isolate
    return counts ? v8.startCoverage!(runtime) : undefined
  },
  takeCoverage: (options) => (counts ? v8.takeCoverage!(options) : undefined),
  stopCoverage: (runtime: Runtime) => (counts ? v8.stopCoverage!(runtime) : undefined)
}
export default coverage
