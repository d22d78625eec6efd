import type { Command } from '@commander-js/extra-typings'
import {
  drawForecast,
  type ForecastModel,
  type ForecastOptions,
  fitForecast,
  forecastFields,
  InputError,
  inferTable,
  keyFromSeed,
  presentTable
} from '@sbridge/core'
import { addFields, readFields, runFields, tableFields } from '../cli/fields.js'
import { localisationOf } from '../cli/local.js'
import { engineOf, fitJobOf, runOf } from '../cli/options.js'
import { JobProgress } from '../cli/progress.js'
import { checkWritable } from '../format/atomic-file.js'
import { readTable, writeTable } from '../format/table-file.js'
import { tableFormatOf } from '../format/table-format.js'

const seriesFields = tableFields.filter((field) => field.name !== 'weights')

/** Mounts the verb `forecast`. */
export function registerForecast(program: Command): void {
  const command = program
    .command('forecast')
    .description('Continues a series: learns the law of the next row given the last ones, and draws an ensemble of trajectories.')
    .argument('<series>', 'a table whose rows are consecutive times, as for `sample`')
    .requiredOption('-n, --rows <count>', 'members of the ensemble')
    .requiredOption('--steps <count>', 'rows of each trajectory')
    .requiredOption('-o, --output <file>', 'where the trajectories go: columns member, step, then those of the series')
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
  readonly json?: boolean
}

async function runForecast(input: string, flags: ForecastFlags): Promise<void> {
  // All that can be refused is refused before anything is computed.
  const run = runOf(flags)
  const members = wholeNumber('-n', flags.rows)
  const steps = wholeNumber('--steps', flags.steps)
  const options = await optionsOf(flags)
  const format = tableFormatOf(flags.output)
  await checkWritable(flags.output)
  const job = fitJobOf({ types: flags.types, columns: flags.columns, exclude: flags.exclude, missing: flags.missing }, run.seed)
  const data = inferTable(await readTable(input), job)
  const engine = await engineOf(run)
  const stages = [
    { stage: 'choosing the bandwidth', pairs: 3 },
    { stage: 'scaling', pairs: 1 },
    { stage: 'forecast', pairs: 6 }
  ]
  const progress = new JobProgress({ stages, pairs: 10 })
  const context = { engine, key: keyFromSeed(run.seed), watch: { progress: progress.update } }
  try {
    const model = await fitForecast(data, options, context)
    const drawn = await drawForecast(model, { members, steps }, context).finally(() => progress.finish())
    await writeTable(flags.output, presentTable(drawn.table, drawn.formats, format === 'csv' || format === 'tsv' ? 'text' : 'typed'))
    if (flags.json) process.stdout.write(`${JSON.stringify({ output: flags.output, members, steps, seed: run.seed, ...model.summary })}\n`)
    else say(model, { members, steps, output: flags.output, seed: run.seed })
  } finally {
    progress.finish()
    await engine.close()
  }
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

function say({ summary }: ForecastModel, at: { members: number; steps: number; output: string; seed: number }): void {
  const stream = at.output === '-' ? process.stderr : process.stdout
  const lines = [
    `${at.members} trajectories of ${at.steps} steps${at.output === '-' ? '' : ` in ${at.output}`}`,
    `seed ${at.seed}`,
    `learned from ${summary.pairCount} transitions of ${summary.columns.length} columns, memory ${summary.memory}`,
    ...summary.choices.map(
      (choice) =>
        `bandwidth for ${choice.givenCount} inputs: ε = ${choice.given.toPrecision(3)} squared standard deviations; held-out score ${choice.score.toPrecision(3)}`
    ),
    ...summary.notes.map((note) => `note: ${note}`)
  ]
  stream.write(`${lines.join('\n')}\n`)
}
