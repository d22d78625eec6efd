// Builds the studio into the command line's package, where `sbridge studio` serves it. Any static host will do as well.
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

await build({ configFile: fileURLToPath(new URL('../packages/studio/vite.config.ts', import.meta.url)), logLevel: 'warn' })
