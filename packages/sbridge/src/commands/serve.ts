import type { Command } from '@commander-js/extra-typings'
import { type Field, parseField } from '@sbridge/core/internal'
import { addFields, readFields } from '../cli/add-fields.js'
import { runFields } from '../cli/fields.js'
import { whenInterrupted } from '../cli/interruption.js'
import { runOf } from '../cli/options.js'
import { writeStream } from '../format/table-file.js'
import { type ServiceOptions, serviceFields } from '../service/fields.js'
import { serveModels } from '../service/service.js'

/** A request brings its own seed. */
const ownFields = runFields.filter(({ name }) => name !== 'seed')

export function serveVerb(verb: Command): void {
  const command = verb.argument('<models...>', 'model files; the name of each without folder and extension is its path')
  addFields(command, [...serviceFields, ...ownFields])
  command.action(async (models, flags) => {
    const { engineName: engine, precision, threads } = runOf(flags)
    const options = { ...defaults(serviceFields), ...readFields(serviceFields, flags) } as unknown as ServiceOptions
    const report = (detail: string) => void process.stderr.write(`sbridge: this is a mistake in sbridge, please report it:\n${detail}\n`)
    const service = await serveModels(models, options, { engine, precision, threads, report })
    const interrupted = whenInterrupted(1000 * (options.maxSeconds + 60))
    const names = service.models.map(({ name }) => name).join(', ')
    await writeStream(process.stdout, `serving ${names}: ${service.url}\nCtrl+C ends it when running requests are answered\n`)
    await interrupted
    await service.drain()
  })
}

/** The defaults of fields that have one, as values. */
function defaults(fields: readonly Field[]): Record<string, unknown> {
  const own = fields.filter(({ kind, name }) => kind !== 'text' || name === 'host')
  return Object.fromEntries(own.map((field) => [field.name, parseField(field, field.default)]))
}
