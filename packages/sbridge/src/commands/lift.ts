import type { Command } from '@commander-js/extra-typings'
import { type FittedEmbedding, FormatError, SYSTEMS } from '@sbridge/core'
import { systemFor } from '@sbridge/core/internal'
import { addFields } from '../cli/add-fields.js'
import { runFields, writingFields } from '../cli/fields.js'
import { host, runOf, withEngine } from '../cli/options.js'
import { cellsOf, targetOf, writeRows } from '../cli/rows.js'
import { modelContentsIn } from '../cli/source.js'
import { summaryStream } from '../cli/summary.js'
import { checkOutputs } from '../format/outputs.js'
import { readTable } from '../format/table-file.js'

const { embedding } = SYSTEMS

export function liftVerb(verb: Command): void {
  const command = verb
    .argument('<model>', 'a model file that `embed --model` wrote')
    .argument('<coordinates>', 'a table with the columns coordinate_1, coordinate_2, …')
    .requiredOption('-o, --output <file>', 'where the rows go, with the columns of the training table')
    .option('--json', 'prints a summary as JSON on standard output')
  addFields(command, [...writingFields, ...runFields.filter((field) => field.name !== 'seed')])
  command.action(async (model, coordinates, options) => {
    await runLift(model, coordinates, options as LiftFlags)
  })
}

interface LiftFlags extends Readonly<Record<string, unknown>> {
  readonly output: string
  readonly json?: boolean
}

async function runLift(path: string, coordinatesPath: string, flags: LiftFlags): Promise<void> {
  const run = runOf(flags)
  const cells = cellsOf(flags)
  const target = targetOf(flags)
  await checkOutputs([flags.output], [path, coordinatesPath])
  const contents = await modelContentsIn(path)
  if (!contents)
    throw new FormatError({
      code: 'model-magic',
      got: `${path}, which is no model file`,
      expected: 'a model written by embed',
      try: 'sbridge embed DATA -k 2 -o OUT --model MODEL'
    })
  systemFor(contents, [embedding])
  const lift = await readTable(coordinatesPath)
  const relativeError = await withEngine(run, async (engine) => {
    const context = { engine, host }
    const model: FittedEmbedding = await embedding.load(contents, context)
    await writeRows(flags.output, embedding.present(model, await embedding.draw(model, { lift }, context), cells), target)
    return model.summary.roundTrip.relativeError
  })
  const words = `${lift.rowCount} rows${flags.output === '-' ? '' : ` in ${flags.output}`}; held-out rows came back with relative error ${relativeError.toFixed(3)}\n`
  const summary = { output: flags.output, rows: lift.rowCount, relativeError }
  summaryStream(flags.output).write(flags.json ? `${JSON.stringify(summary)}\n` : words)
}
