import type { Command } from '@commander-js/extra-typings'
import {
  type Context,
  drawForecast,
  type ForecastModel,
  type ForecastOptions,
  fitForecast,
  forecastFields,
  InputError,
  inferTable,
  keyFromSeed,
  loadForecast,
  packModel,
  presentTable,
  saveForecast,
  tellForecast,
  tellSeed,
  together
} from '@sbridge/core'
import { commandLine } from '../cli/command-line.js'
import { addFields, flagOf, readFields, runFields, tableFields } from '../cli/fields.js'
import { localisationOf } from '../cli/local.js'
import { modelContentsIn, refuseNameOfTable } from '../cli/model-input.js'
import { engineOf, fitJobOf, type Run, runOf } from '../cli/options.js'
import { JobProgress } from '../cli/progress.js'
import { say } from '../cli/say.js'
import { checkOutputs, writeAtomically } from '../format/atomic-file.js'
import { readTable, writeTable } from '../format/table-file.js'
import { cellsFor } from '../format/table-format.js'

const seriesFields = tableFields.filter((field) => field.name !== 'weights')

/** Mounts the verb `forecast`. */
export function registerForecast(program: Command): void {
  const command = program
    .command('forecast')
    .description('Continues a series: learns the law of the next row given the last ones, and draws an ensemble of trajectories.')
    .argument('<series>', 'a table whose rows are consecutive times, as for `sample`, or a model file that `forecast --model` wrote')
    .requiredOption('-n, --rows <count>', 'members of the ensemble')
    .requiredOption('--steps <count>', 'rows of each trajectory')
    .requiredOption('-o, --output <file>', 'where the trajectories go: columns member, step, then those of the series')
    .option('--model <file>', 'also writes a model that continues the series again without learning anew')
    .option('--report <file.html>', 'also writes a self-contained report')
    .option('--json', 'prints a summary as JSON on standard output')
  for (const fields of [forecastFields, seriesFields, runFields]) addFields(command, fields)
  command.action(async (input, options) => {
    await runForecast(input, options as ForecastFlags)
  })
}

interface ForecastFlags extends Readonly<Record<string, unknown>> {
  readonly rows: string
  readonly steps: string
  readonly output: string
  readonly model?: string
  readonly report?: string
  readonly json?: boolean
}

async function runForecast(input: string, flags: ForecastFlags): Promise<void> {
  // All that can be refused is refused before anything is computed.
  const run = runOf(flags)
  const members = wholeNumber('-n', flags.rows)
  const steps = wholeNumber('--steps', flags.steps)
  const cells = cellsFor(flags.output)
  if (flags.model !== undefined) refuseNameOfTable(flags.model)
  await checkOutputs([flags.output, flags.model, flags.report], [input])
  const source = await sourceOf(input, flags, run)
  const engine = await engineOf(run)
  const learning = 'model' in source ? [] : LEARNING
  const stages = [...learning, { stage: 'forecast', pairs: 6 }]
  const progress = new JobProgress({ stages, pairs: stages.reduce((sum, { pairs }) => sum + pairs, 0) })
  const context: Context = { engine, key: keyFromSeed(run.seed), watch: { progress: progress.update } }
  try {
    const model = 'model' in source ? source.model : await fitForecast(source.data, source.options, context)
    const drawn = await drawForecast(model, { members, steps }, context)
    progress.finish()
    await writeTable(flags.output, presentTable(drawn.table, drawn.formats, cells))
    if (flags.model !== undefined) await writeAtomically(flags.model, packModel(saveForecast(model)))
    if (flags.report !== undefined) {
      const { tellingPage } = await import('../report/index.js')
      const title = input.replace(/^.*[\\/]/, '')
      const entries = [
        ['Ensemble', `${members} members, ${steps} steps`],
        ['Seed', String(run.seed)]
      ] as const
      const telling = tellForecast(model, { table: drawn.table, members, steps })
      await writeAtomically(flags.report, tellingPage({ title, kicker: 'Forecast', telling, entries, command: commandLine() }))
    }
    const keys = { members, steps, seed: run.seed }
    const telling = together(tellSeed(run.seed), tellForecast(model))
    say({ output: flags.output, made: `${members} trajectories of ${steps} steps`, telling, keys, flags })
  } finally {
    progress.finish()
    await engine.close()
  }
}

const LEARNING = [
  { stage: 'choosing the bandwidth', pairs: 3 },
  { stage: 'scaling', pairs: 1 }
]

type Source = { readonly model: ForecastModel } | { readonly data: ReturnType<typeof inferTable>; readonly options: ForecastOptions }

async function sourceOf(input: string, flags: ForecastFlags, run: Run): Promise<Source> {
  const contents = await modelContentsIn(input)
  if (contents) {
    const given = [...forecastFields, ...seriesFields].find((field) => flags[field.name] !== undefined)
    const flag = given ? flagOf(given) : flags.model === undefined ? undefined : '--model'
    if (flag !== undefined)
      throw new InputError({
        code: 'option-of-fit',
        got: `${flag} with a model file`,
        expected: 'options of drawing only',
        try: 'giving it when the model is made'
      })
    return { model: loadForecast(contents) }
  }
  const options = await optionsOf(flags)
  const job = fitJobOf({ types: flags.types, columns: flags.columns, exclude: flags.exclude, missing: flags.missing }, run.seed)
  return { data: inferTable(await readTable(input), job), options }
}

async function optionsOf(flags: ForecastFlags): Promise<ForecastOptions> {
  const { local, ...others } = readFields(forecastFields, flags)
  return { ...(others as ForecastOptions), ...(local === undefined ? {} : { local: await localisationOf(String(local)) }) }
}

function wholeNumber(flag: string, text: string): number {
  const count = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= 1e7) return count
  throw new InputError({ code: 'count', got: `${flag} ${text}`, expected: 'a whole number from 1 to 10000000', try: `${flag} 100` })
}
