import type { Command } from '@commander-js/extra-typings'
import { packModel, SYSTEMS, type TableModel } from '@sbridge/core'
import { SCHEMA_DRAWS, schemaFields, tellRowsHeld, tellSeed, tellToldApart, together } from '@sbridge/core/internal'
import { addFields, readFields } from '../cli/add-fields.js'
import { clusterFitFields, clusterOf, withCluster } from '../cli/cluster.js'
import { readingFields, runFields } from '../cli/fields.js'
import { runOf, watched, withEngine } from '../cli/options.js'
import { onlyPlanned } from '../cli/plan.js'
import { say } from '../cli/say.js'
import { readyOf, refuseNameOfTable, sourceOf } from '../cli/source.js'
import { isTableSet, refuseTableOptions } from '../database/tables-or-table.js'
import { writeAtomically } from '../format/atomic-file.js'
import { checkOutputs } from '../format/outputs.js'
import { refuseReference } from '../shards/fit.js'

const { tables } = SYSTEMS

export function fitVerb(verb: Command): void {
  const command = verb
    .argument('<data>', 'a table or several, as for `sample`')
    .requiredOption('-o, --output <model>', 'the model file, e.g. penguins.sbridge')
    .option('--json', 'prints a summary as JSON on standard output')
    .option('--dry-run', 'prints sizes, memory and time only; needs no --output')
  addFields(command, [
    ...tables.fields.fit,
    ...schemaFields.filter(({ name }) => !SCHEMA_DRAWS.includes(name)),
    ...readingFields,
    ...clusterFitFields,
    ...runFields
  ])
  command.action(async (data, options) => {
    const flags = options as FitFlags
    if (await isTableSet(data, flags)) return (await import('./sample-tables.js')).runFitTables(data, flags)
    refuseTableOptions(data, flags)
    await runFit(data, flags)
  })
}

interface FitFlags extends Readonly<Record<string, unknown>> {
  readonly output: string
  readonly json?: boolean
  readonly dryRun?: boolean
}

async function runFit(path: string, flags: FitFlags): Promise<void> {
  const run = runOf(flags)
  if (!flags.dryRun) {
    refuseNameOfTable(flags.output)
    await checkOutputs([flags.output], [path])
  }
  const cluster = clusterOf({ input: path, run, flags, parts: readFields(clusterFitFields, flags).shards as number | undefined })
  if (cluster) refuseReference(run)
  const source = await sourceOf(tables, path, { flags, run })
  await withCluster(cluster, (_draw, { fit, exchange }) =>
    withEngine(
      run,
      async (engine) => {
        const ready = await readyOf<TableModel>(tables, source, { context: { engine } })
        const plan = tables.plan(ready as never)
        if (await onlyPlanned(plan, engine, flags)) return
        const model = await watched(plan, engine, (context) => fit(ready, context))
        await writeAtomically(flags.output, packModel(tables.save(model)))
        const made = `model of ${model.summary.rowCount} rows`
        say({
          output: flags.output,
          made,
          telling: together(tellSeed(run.seed), tables.tell(model), tellToldApart(model), tellRowsHeld(model)),
          keys: {},
          flags
        })
      },
      exchange
    )
  )
}
