import { randomInt } from 'node:crypto'
import { drawModel, type Model, type ProgressEvent, SYSTEMS } from '@sbridge/core'
import { areSeveral, type Answer as CoreAnswer, type Host, StageShare, type StopSignal, systemOf } from '@sbridge/core/internal'
import type { Engine } from '@sbridge/core/kernels'
import { type RawTable, tableOfRows } from '@sbridge/core/tables'
import { evaluate, info } from '../evaluate.js'
import { writeArrow } from '../format/arrow.js'
import { serializeTable } from '../format/table-format.js'
import { fileHost } from '../host/files.js'
import { type Answer, type AnswerFormat, type ColumnDescription, type ModelDescription, ROWS_IN, type Task } from './operations.js'

/** What a request may ask of this machine: no file of it, and no module. */
const HOST: Host = { people: fileHost.people!, networks: fileHost.networks! }

interface Running {
  readonly engine: Engine
  readonly stop: StopSignal
  readonly progress: (stage: string, share: number) => void
}

/** Does what a task says. Throws what the core throws. */
export async function perform(model: Model, { operation, body, format }: Task, run: Running): Promise<Answer> {
  if (operation === 'evaluate') return compare(model, body, run)
  const system = systemOf(model)
  const own = ROWS_IN[operation]
  const rows = own === undefined ? {} : { [own]: tableOfRows(body[own] as never) }
  const seed = (body.seed as number | undefined) ?? randomInt(2 ** 47)
  const request = { ...body, ...rows, seed }
  const answer = await drawModel(system, { model, request }, { ...context(system.plan({ model }, request), run), host: HOST })
  const table = system.present(model, answer, format === 'csv' ? 'plain' : 'typed')
  const { conditional, posterior, conditions } = answer as Readonly<Record<string, unknown>>
  const told = { seed, warnings: (answer as CoreAnswer).warnings.map(({ name, message }) => ({ name, message })) }
  return { ...told, rows: table.rowCount, bytes: await encoded(table, format, { ...told, conditional, posterior, conditions }) }
}

async function compare(model: Model, body: Task['body'], run: Running): Promise<Answer> {
  const { synthetic, quasi, seed = randomInt(2 ** 47) } = body as { synthetic: readonly object[]; quasi?: readonly string[]; seed?: number }
  const { engine, stop } = run
  const measures = await evaluate(model, synthetic as never, { engine, stop, seed, ...(quasi ? { quasi } : {}) })
  const bytes = new TextEncoder().encode(`${JSON.stringify({ ...measures, seed })}\n`)
  return { bytes, rows: synthetic.length, seed, warnings: [] }
}

function context(plan: ConstructorParameters<typeof StageShare>[0], { engine, stop, progress }: Running) {
  const share = new StageShare(plan)
  return { engine, stop, progress: (event: ProgressEvent) => progress(event.stage, share.update(event)) }
}

/** An answer's bytes: rows as programs read them, in UTF-8, whatever the dialect of the model's table. */
async function encoded(table: RawTable, format: AnswerFormat, told: object): Promise<Uint8Array> {
  const { dialect, ...plain } = table
  const nested = dialect?.kind === 'json' && dialect.nested ? { nested: dialect.nested } : {}
  const rows: RawTable = { ...plain, dialect: { kind: 'json', encoding: 'utf-8', byteOrderMark: false, ...nested } }
  if (format === 'csv') return serializeTable(plain, 'csv')
  if (format === 'arrow') return writeArrow(plain, 'stream')
  const lines = await serializeTable(rows, 'jsonl')
  return format === 'ndjson' ? lines : inObject(lines, told)
}

/** `{"rows": [...], …}` of the rows one a line, which text in JSON never breaks. */
function inObject(lines: Uint8Array, told: object): Uint8Array {
  const rows = new TextDecoder().decode(lines).trimEnd().replaceAll('\n', ',')
  const { length } = JSON.stringify(told)
  const more = length > 2 ? `,${JSON.stringify(told).slice(1)}` : '}'
  return new TextEncoder().encode(`{"rows":[${rows}]${more}\n`)
}

/** What those who ask may know of a model. */
export function describe(name: string, model: Model): ModelDescription {
  const { kind, training } = info(model)
  const system = Object.entries(SYSTEMS).find(([, one]) => one === systemOf(model))![0]
  const columns = training.columns.map((column): ColumnDescription => {
    const levels = column.kind === 'category' || column.kind === 'boolean' ? { levels: column.levels } : {}
    return { name: column.name, kind: column.kind, ...levels }
  })
  const series = areSeveral(model) ? { series: model.forecasts.length } : {}
  return { name, kind, system, rows: training.rowCount, ...series, columns }
}
