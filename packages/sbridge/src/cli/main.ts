import { removeTemporaryFiles } from '../format/atomic-file.js'

// Nothing carries its final name before it is whole, so stopping needs no more than taking the temporary files away.
// The handlers stand before anything heavy is loaded: an early Ctrl-C is a Ctrl-C.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    removeTemporaryFiles()
    process.stderr.write('\nsbridge: interrupted; no file is half-written\n')
    process.exit(130)
  })
}

// Nobody may be listening to what is said of progress.
process.stderr.on('error', () => {})

const { run } = await import('./run.js')
process.exit(await run(process.argv))
