import type { Command } from '@commander-js/extra-typings'
import { fitFields, fitTable, latentFields, localFields, packModel, saveGlobal, tellSeed, tellTable, together } from '@sbridge/core'
import { addFields, runFields, tableFields } from '../cli/fields.js'
import { refuseNameOfTable } from '../cli/model-input.js'
import { engineOf, fitJobOf, runOf } from '../cli/options.js'
import { planJob, sayPlan } from '../cli/plan.js'
import { JobProgress } from '../cli/progress.js'
import { say } from '../cli/say.js'
import { checkOutputs, writeAtomically } from '../format/atomic-file.js'
import { readTable } from '../format/table-file.js'
import { refuseWithoutLatent, runLatentFit } from './sample-latent.js'
import { runLatentLocalFit } from './sample-latent-local.js'
import { refuseWithoutLocal, runLocalFit } from './sample-local.js'

export function registerFit(program: Command): void {
  const command = program
    .command('fit')
    .description('Fits a model to a table and writes it as one self-describing file.')
    .argument('<data>', 'a table, as for `sample`')
    .requiredOption('-o, --output <model>', 'the model file, e.g. penguins.sbridge')
    .option('--json', 'prints a summary as JSON on standard output')
    .option('--dry-run', 'prints sizes, memory and time only')
  for (const fields of [fitFields, localFields, latentFields, tableFields, runFields]) addFields(command, fields)
  command.action(async (data, options) => {
    await runFit(data, options as FitFlags)
  })
}

interface FitFlags extends Readonly<Record<string, unknown>> {
  readonly output: string
  readonly json?: boolean
  readonly dryRun?: boolean
}

async function runFit(path: string, flags: FitFlags): Promise<void> {
  const run = runOf(flags)
  const job = fitJobOf(flags, run.seed)
  refuseNameOfTable(flags.output)
  if (!flags.dryRun) await checkOutputs([flags.output], [path])
  if (flags.latent !== undefined) {
    if (flags.local === undefined) refuseWithoutLocal(flags)
    return (flags.local === undefined ? runLatentFit : runLatentLocalFit)({ input: path, flags, run, job })
  }
  refuseWithoutLatent(flags)
  if (flags.local !== undefined) return runLocalFit({ input: path, flags, run, job })
  refuseWithoutLocal(flags)
  const raw = await readTable(path)
  const engine = await engineOf(run)
  try {
    const plan = await planJob({ source: { raw }, job, engine, count: 1 })
    if (flags.dryRun) {
      process.stdout.write(flags.json ? `${JSON.stringify(plan)}\n` : sayPlan(plan))
      return
    }
    if (plan.seconds > 60) process.stderr.write(sayPlan(plan))
    const progress = new JobProgress(plan)
    const model = await fitTable(raw, job, { engine, progress: progress.update }).finally(() => progress.finish())
    await writeAtomically(flags.output, packModel(saveGlobal(model)))
    const made = `model of ${model.summary.rowCount} rows`
    say({ output: flags.output, made, telling: together(tellSeed(run.seed), tellTable(model)), keys: {}, flags })
  } finally {
    await engine.close()
  }
}
