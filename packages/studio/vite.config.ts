import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import preact from '@preact/preset-vite'
import { BROWSER_WORKER_SOURCE } from '@sbridge/core/kernels'
import { defineConfig, type Plugin } from 'vite'
import { EXAMPLES, type Example, thumbnail } from './examples.js'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** The text of an example. */
const textOf = ({ from, make }: Example): string => make?.() ?? readFileSync(path(from!), 'utf8')

/** The engine's threads run a script of their own, so that the page's policy need not allow any other; and the examples. */
function assets(): Plugin {
  const name = 'virtual:thumbnails'
  return {
    name: 'studio-assets',
    resolveId: (id) => (id === name ? `\0${name}` : null),
    load(id) {
      if (id !== `\0${name}`) return null
      // The second of two tables has no picture of its own.
      const pictured = EXAMPLES.filter(({ activity }) => activity !== null)
      const paths = Object.fromEntries(pictured.map((example) => [example.file, thumbnail(textOf(example), example.axes)]))
      return `export const thumbnails = ${JSON.stringify(paths)}`
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'engine-thread.js', source: BROWSER_WORKER_SOURCE })
      for (const example of EXAMPLES) this.emitFile({ type: 'asset', fileName: `examples/${example.file}`, source: textOf(example) })
    }
  }
}

const resolve = {
  // The report draws with the same document in a worker as in Node.
  alias: { linkedom: 'linkedom/worker' }
}

/** What the command line finds beside it at run time is built in: its version, and the packages that read and write workbooks. */
function built(): Plugin {
  const { version } = JSON.parse(readFileSync(path('../sbridge/package.json'), 'utf8')) as { version: string }
  const modules = {
    'sbridge/dist/version.js': `export const VERSION = ${JSON.stringify(version)}`,
    'sbridge/dist/format/import-excel.js': `export const importExcel = (name) => name === 'read-excel-file' ? import('read-excel-file/universal') : import('write-excel-file/universal')`,
    // It starts workers of a text of its own, which the page's policy forbids: it would wait for them for ever.
    'write-excel-file/modules/zip/zipToArrayBuffer.js': `import { zipSync } from 'fflate'; export default async (files) => zipSync(files).buffer`
  }
  return {
    name: 'sbridge-built-in',
    load: (id) => Object.entries(modules).find(([file]) => id.endsWith(`/${file}`))?.[1] ?? null
  }
}

export default defineConfig({
  root: path('.'),
  base: './',
  plugins: [preact(), assets()],
  resolve,
  worker: { format: 'es', plugins: () => [built()] },
  build: {
    outDir: path('../sbridge/dist/studio'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    // The page takes a few words from the command line's package, and none of its readers: workers read.
    rolldownOptions: { treeshake: { moduleSideEffects: (id: string) => !id.includes('/sbridge/dist/') } },
    chunkSizeWarningLimit: 2000
  }
})
