import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { findChromium } from '../../../scripts/chromium.mjs'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // No process in advance for a page that may come: they took a sixth of Chromium's processor time.
  '--renderer-process-limit=1'
]

/** A headless Chromium. Fails with a sentence where the machine has none. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium()
  if (!executablePath) throw new Error('no Chromium: run `npm test`, which installs it, or set CHROMIUM to its path')
  return chromium.launch({ executablePath, args: FLAGS })
}

export interface Reply {
  readonly type: string
  readonly body: string | Uint8Array
}

export interface Site {
  readonly url: string
  close(): Promise<void>
}

/** Serves fixed pages on a free port of this machine; `headers` go with every reply. */
export async function servePages(pages: Readonly<Record<string, Reply>>, headers: Readonly<Record<string, string>> = {}): Promise<Site> {
  const server: Server = createServer((request, response) => {
    const page = pages[request.url ?? '/']
    response.writeHead(page ? 200 : 404, { ...headers, 'content-type': page?.type ?? 'text/plain' })
    response.end(page?.body ?? '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      })
  }
}

/** A folder for the files of one test, and how to remove it. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'sbridge-studio-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
