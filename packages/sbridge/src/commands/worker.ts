import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { InputError } from '@sbridge/core'
import { notTogether } from '@sbridge/core/internal'
import { addFields, readFields } from '../cli/add-fields.js'
import { whenInterrupted } from '../cli/interruption.js'
import { connect } from '../cluster/connection.js'
import { sharedField, workerFields } from '../cluster/fields.js'
import { checkWritable } from '../format/outputs.js'
import { writeStream } from '../format/table-file.js'
import { fileHost } from '../host/files.js'
import { isObject } from '../host/objects.js'
import { inFolder } from '../shards/folder.js'

/** Milliseconds in which shards that are drawn are to end: longer than any should take. */
const DRAINS = 3_600_000

interface WorkerFlags {
  readonly shared?: string
  readonly concurrency?: number
  readonly module?: readonly string[]
  readonly lease?: number
  readonly metricsPort?: number
  readonly metricsHost?: string
}

export function workerVerb(verb: Command): void {
  const command = verb.argument('<url>', 'Redis or Valkey: redis://USER:PASSWORD@HOST:PORT/NUMBER, or rediss:// with TLS')
  addFields(command, [sharedField, ...workerFields])
  command.action(async (url, flags) => {
    const options = readFields([sharedField, ...workerFields], flags as Readonly<Record<string, unknown>>) as WorkerFlags
    const { shared = '.', concurrency = availableParallelism(), lease = 30, metricsPort, metricsHost } = options
    if (metricsHost !== undefined && metricsPort === undefined)
      throw notTogether('--metrics-host without --metrics-port', '--metrics-port 9100 beside it', 'the port, too')
    const modules = await modulesIn(options.module)
    const folder = isObject(shared) ? shared : resolve(shared)
    await checkWritable(inFolder(folder, 'plan'))
    const say = (line: string) => void process.stdout.write(`${line}\n`)
    const report = (line: string) => void process.stderr.write(`sbridge: ${line}\n`)
    const connection = await connect(url, report)
    const { ClusterWorker } = await import('../cluster/worker.js')
    const { tellPrometheus } = await import('../cluster/metrics.js')
    const metrics = async (running: () => number) =>
      metricsPort === undefined ? undefined : tellPrometheus({ port: metricsPort, host: metricsHost ?? '127.0.0.1' }, running)
    try {
      const worker = await ClusterWorker.open({ connection, folder, modules, concurrency, lease, metrics, say, report })
      const interrupted = whenInterrupted(DRAINS)
      const told = worker.metricsUrl === undefined ? '' : `, metrics at ${worker.metricsUrl}`
      const words = `draws ${concurrency} shards at once for ${connection.address}, in ${folder}${told}`
      await writeStream(process.stdout, `${words}\nCtrl+C ends it when they are drawn\n`)
      await interrupted
      await worker.drain()
    } finally {
      connection.close()
    }
  })
}

/** Files by name, all of which can be loaded. */
async function modulesIn(texts: readonly string[] = []): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  for (const text of texts) {
    const [, name, path] = /^([\w.-]+)=(.+)$/s.exec(text) ?? []
    if (name === undefined || path === undefined || found[name] !== undefined)
      throw new InputError({
        code: 'option-value',
        got: `--module ${text}`,
        expected: 'a name of its own and a file',
        try: '--module like=like.mjs'
      })
    await fileHost.likelihood!(path)
    found[name] = resolve(path)
  }
  return found
}
