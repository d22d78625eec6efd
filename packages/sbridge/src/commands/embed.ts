import type { Command } from '@commander-js/extra-typings'
import { type FittedEmbedding, SYSTEMS } from '@sbridge/core'
import type { Engine } from '@sbridge/core/kernels'
import { addFields, readFields } from '../cli/add-fields.js'
import { readingFields, runFields, writingFields } from '../cli/fields.js'
import { host, runOf, watched, withEngine } from '../cli/options.js'
import { onlyPlanned } from '../cli/plan.js'
import { nameOf, writeReport } from '../cli/report.js'
import { cellsOf, type VerbFlags, writingOf } from '../cli/rows.js'
import { say } from '../cli/say.js'
import { modelOf, readyOf, rowsMissing, sourceOf, tooManyInputs, writeModel } from '../cli/source.js'
import { summaryStream } from '../cli/summary.js'
import { readTable, writeTable } from '../format/table-file.js'
import { tableFormatOf } from '../format/table-format.js'

const { embedding } = SYSTEMS

export function embedVerb(verb: Command): void {
  const command = verb
    .argument('<input>', 'a table, or a model file that `embed --model` wrote')
    .argument('[new]', 'with a model: the table of new rows')
    .requiredOption('-o, --output <file>', 'where the coordinates go: columns coordinate_1, coordinate_2, … in the order of the rows')
    .option('--model <file>', 'also writes a model that places new rows and lifts coordinates back')
    .option('--report <file.html>', 'also writes a report: spectrum, coordinates, round trip')
    .option('--json', 'prints a summary as JSON on standard output')
    .option('--dry-run', 'prints sizes, memory and time only; needs no --output')
  addFields(command, [...embedding.fields.fit, ...readingFields, ...writingFields.filter(({ name }) => name === 'dialect'), ...runFields])
  command.action(async (input, fresh, options) => {
    await runEmbed(input, fresh, options as VerbFlags)
  })
}

async function runEmbed(input: string, fresh: string | undefined, flags: VerbFlags): Promise<void> {
  const run = runOf({ ...flags, seed: flags.seed ?? '1' })
  tableFormatOf(flags.output)
  await writingOf(flags, [input, fresh])
  const source = await sourceOf(embedding, input, { flags, run, also: ['model', 'report'], but: readingFields.map(({ name }) => name) })
  if ('options' in source !== (fresh === undefined))
    throw fresh === undefined ? rowsMissing('embed', input) : tooManyInputs('embed', input, fresh)
  await withEngine(run, async (engine) => {
    const ready = await readyOf<FittedEmbedding>(embedding, source, { context: { engine } })
    const plan = embedding.plan(ready as never)
    if (await onlyPlanned(plan, engine, flags)) return
    const model = await watched(plan, engine, (context) => modelOf<FittedEmbedding>(embedding, ready, context))
    if (fresh === undefined) await writeFitted(model, { input, flags, engine })
    else await writePlaced(model, { fresh, flags, engine, seed: run.seed })
  })
}

interface Placed {
  readonly fresh: string
  readonly flags: VerbFlags
  readonly engine: Engine
  readonly seed: number
}

async function writePlaced(model: FittedEmbedding, { fresh, flags, engine, seed }: Placed): Promise<void> {
  const place = await readTable(fresh, readFields(readingFields, flags))
  const answer = await embedding.draw(model, { place, seed }, { engine, host })
  await writeTable(flags.output, embedding.present(model, answer, cellsOf(flags)))
  const summary = { output: flags.output, rows: place.rowCount, dimension: model.summary.dimension }
  const words = `${place.rowCount} rows placed${flags.output === '-' ? '' : ` in ${flags.output}`}`
  summaryStream(flags.output).write(flags.json ? `${JSON.stringify(summary)}\n` : `${words}\n`)
}

async function writeFitted(
  model: FittedEmbedding,
  { input, flags, engine }: Pick<Placed, 'flags' | 'engine'> & { input: string }
): Promise<void> {
  const answer = await embedding.draw(model, {}, { engine, host })
  await writeTable(flags.output, embedding.present(model, answer, cellsOf(flags)))
  await writeModel(flags.model, embedding, model)
  const { rowCount } = model.summary
  if (flags.report !== undefined)
    await writeReport(flags.report, {
      title: `Diffusion map of ${nameOf(input)}`,
      kicker: 'Diffusion map',
      telling: embedding.tell(model, { answer, request: {} }),
      entries: [['Rows', String(rowCount)]],
      made: `A diffusion map of ${rowCount} rows was computed`,
      files: [input]
    })
  const made = `coordinates of ${rowCount} rows`
  say({ output: flags.output, made, telling: embedding.tell(model), keys: {}, flags })
}
