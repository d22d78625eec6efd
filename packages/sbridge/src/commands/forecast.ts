import type { Command } from '@commander-js/extra-typings'
import { InputError, SYSTEMS } from '@sbridge/core'
import { type AnyForecast, areSeveral, rowsOfSeveral, type SeriesRequest, sliceTable, tellSeed, together } from '@sbridge/core/internal'
import { addFields, readFields } from '../cli/add-fields.js'
import { readingFields, runFields, writingFields } from '../cli/fields.js'
import { runOf, watched, withEngine } from '../cli/options.js'
import { onlyPlanned } from '../cli/plan.js'
import { writeReport } from '../cli/report.js'
import { type VerbFlags, writeInTurn, writingOf } from '../cli/rows.js'
import { say } from '../cli/say.js'
import { modelOf, readyOf, requestOf, sourceOf, writeModel } from '../cli/source.js'

const { series } = SYSTEMS

export function forecastVerb(verb: Command): void {
  const command = verb
    .argument('<series>', 'a table whose rows are consecutive times, as for `sample`, or a model file that `forecast --model` wrote')
    .requiredOption('-n, --rows <count>', 'members of the ensemble')
    .requiredOption('--steps <count>', 'rows of each trajectory')
    .requiredOption(
      '-o, --output <file>',
      'where the trajectories go: columns member, step, then those of the series; those of --group first'
    )
    .option('--model <file>', 'also writes a model that continues the series again without learning anew')
    .option('--report <file.html>', 'also writes a self-contained report')
    .option('--json', 'prints a summary as JSON on standard output')
    .option('--dry-run', 'prints sizes, memory and time only; needs no --output')
  addFields(command, [...series.fields.fit, ...series.fields.know, ...readingFields, ...writingFields, ...runFields])
  command.action(async (input, options) => {
    await runForecast(input, options as ForecastFlags)
  })
}

interface ForecastFlags extends VerbFlags {
  readonly rows: string
  readonly steps: string
}

async function runForecast(input: string, flags: ForecastFlags): Promise<void> {
  // All that can be refused is refused before anything is computed.
  const run = runOf(flags)
  const rows = wholeNumber('-n', flags.rows)
  const steps = wholeNumber('--steps', flags.steps)
  const { cells, target } = await writingOf(flags, [input, flags.givenFile as string | undefined])
  const source = await sourceOf(series, input, { flags, run, also: ['model'] })
  const known: Partial<SeriesRequest> = readFields([...series.fields.know, ...series.fields.fit.filter(isMissing)], flags)
  const request: SeriesRequest = await requestOf(series, source, { ...known, rows, steps, seed: run.seed })
  await withEngine(run, async (engine) => {
    const ready = await readyOf<AnyForecast>(series, source, { context: { engine }, request })
    const plan = series.plan(ready as never, request)
    if (await onlyPlanned(plan, engine, flags)) return
    const { model, drawn } = await watched(plan, engine, async (context) => {
      const model = await modelOf<AnyForecast>(series, ready, context)
      return { model, drawn: await series.draw(model, request, context) }
    })
    const some = (from: number, to: number) =>
      'each' in drawn ? rowsOfSeveral(drawn, from, to) : { ...drawn, table: sliceTable(drawn.table, from, to) }
    const rowCount = ('each' in drawn ? drawn.each : [drawn]).reduce((sum, { table }) => sum + table.rowCount, 0)
    await writeInTurn(flags.output, { rowCount, rows: (from, to) => series.present(model, some(from, to), cells) }, target)
    await writeModel(flags.model, series, model)
    const of = areSeveral(model) ? ` of each of ${model.forecasts.length} series` : ''
    if (flags.report !== undefined)
      await writeReport(flags.report, {
        kicker: 'Forecast',
        telling: series.tell(model, { answer: drawn, request }),
        entries: [
          ['Ensemble', `${rows} members, ${steps} steps${of}`],
          ['Seed', String(run.seed)]
        ],
        made: `An ensemble of ${rows} continuations of ${steps} steps${of} was drawn`,
        files: [input, flags.givenFile as string | undefined]
      })
    const telling = together(tellSeed(run.seed), series.tell(model, { answer: drawn, request }))
    say({ output: flags.output, made: `${rows} trajectories of ${steps} steps${of}`, telling, keys: { members: rows, steps }, flags })
  })
}

const isMissing = ({ name }: { readonly name: string }): boolean => name === 'missing'

function wholeNumber(flag: string, text: string): number {
  const count = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= 1e7) return count
  throw new InputError({ code: 'count', got: `${flag} ${text}`, expected: 'a whole number from 1 to 10000000', try: `${flag} 100` })
}
