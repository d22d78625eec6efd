// Computes what a page shows, away from the page. One run at a time: whoever wants another ends this worker and starts a new one.
import { createWasmEngine } from '@sbridge/core'
import { PAGES, runPage } from './pages.mjs'

const engine = createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })

self.onmessage = async ({ data: { name, settings } }) => {
  try {
    self.postMessage({
      shown: await runPage(
        PAGES.find((page) => page.name === name),
        settings,
        await engine
      )
    })
  } catch (error) {
    self.postMessage({ failed: error instanceof Error ? error.message : String(error) })
  }
}
