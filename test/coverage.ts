import { type Profiler, Session } from 'node:inspector/promises'
import { fileURLToPath } from 'node:url'
import type { CoverageProviderModule } from 'vitest/node'

let session: Session | undefined

/**
 * Coverage by V8, of the tests beside the sources alone: the programs, whose files each have a process of their own, run the same
 * lines again, most of them in guides, and are not what the floor speaks of. That a line ran is noted, not how often: counting
 * keeps V8 from its best code for as long as tests run.
 */
const coverage: CoverageProviderModule = {
  /** Maps what V8 noted to the sources by way of what Node was given to run. */
  getProvider: async () => {
    const { V8CoverageProvider } = await import('@vitest/coverage-v8/dist/provider.js')
    const { stripped } = await import('./native/strip.mjs')
    const transformFile = async (file: string) => stripped(file.startsWith('file:') ? fileURLToPath(file) : file)
    return Object.assign(new V8CoverageProvider(), { transformFile })
  },
  startCoverage: async () => {
    if (!process.env.COUNTED || session) return
    session = new Session()
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true })
  },
  /** What ran for the first time since the last file. */
  takeCoverage: async () => {
    if (!session) return undefined
    const { result }: { result: Profiler.ScriptCoverage[] } = await session.post('Profiler.takePreciseCoverage')
    const own = result.filter(({ url }) => url.startsWith('file://') && !url.includes('/node_modules/'))
    return { result: own.map((script) => ({ ...script, startOffset: 0 })) }
  }
}
export default coverage
