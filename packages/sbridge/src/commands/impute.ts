import type { Command } from '@commander-js/extra-typings'
import { evaluateFills, type ImputationModel, SYSTEMS, type Telling } from '@sbridge/core'
import { type ImputationRequest, JUDGING, type Plan, planned, tellFillEvaluation, tellSeed, together } from '@sbridge/core/internal'
import { addFields } from '../cli/add-fields.js'
import { clusterDrawFields, clusterOf, withCluster } from '../cli/cluster.js'
import { readingFields, runFields, writingFields } from '../cli/fields.js'
import { readToFill, sourceToFill } from '../cli/filling.js'
import { runOf, watched, withEngine } from '../cli/options.js'
import { onlyPlanned } from '../cli/plan.js'
import { writeReport } from '../cli/report.js'
import { type VerbFlags, writeRows, writingOf } from '../cli/rows.js'
import { say } from '../cli/say.js'
import { modelOf, type Ready, tellKept, writeModel } from '../cli/source.js'

const { imputation } = SYSTEMS
const { fields } = imputation

export function imputeVerb(verb: Command): void {
  const command = verb
    .argument('<input>', 'a table with gaps, or a model file: one that `impute --model` wrote, or one of a table, whose rows fill them')
    .argument('[rows]', 'with a model: the table whose gaps are filled')
    .requiredOption('-o, --output <file>', 'where the rows go: those of the input in their order, given cells as they are')
    .option('--model <file>', 'also writes a model that fills new rows')
    .option('--report <file.html>', 'also writes a report of how near fills are: holes punched into known cells, beside other methods')
    .option('--json', 'prints a summary as JSON on standard output')
    .option('--dry-run', 'prints sizes, memory and time only; needs no --output')
  addFields(command, [...fields.fit, ...fields.draw, ...readingFields, ...writingFields, ...clusterDrawFields, ...runFields])
  command.action(async (input, rows, options) => {
    await runImpute(input, rows, options as VerbFlags)
  })
}

async function runImpute(input: string, rows: string | undefined, flags: VerbFlags): Promise<void> {
  // All that can be refused is refused before anything is computed.
  const run = runOf(flags)
  const { cells, target } = await writingOf(flags, [input, rows])
  const cluster = clusterOf({ input, run, flags })
  const { source, asked } = await sourceToFill({ input, rows, flags, run })
  await withCluster(cluster, (draw) =>
    withEngine(run, async (engine) => {
      const { ready, request } = await readToFill({ source, rows, flags, asked }, { engine })
      const plan = planOf(ready, request, flags)
      if (await onlyPlanned(plan, engine, flags)) return
      const { model, drawn, holes } = await watched(plan, engine, async (context) => {
        const model = await modelOf<ImputationModel>(imputation, ready, context)
        const drawn = await draw('impute', { model, request }, context)
        const judged = flags.report !== undefined && 'input' in ready
        return { model, drawn, holes: judged ? tellFillEvaluation(await evaluateFills(ready.input, ready.options, context)) : NOTHING_TOLD }
      })
      await writeRows(flags.output, imputation.present(model, drawn, cells), target)
      await writeModel(flags.model, imputation, model)
      const filled = imputation.tell(model, { answer: drawn, request })
      // Holes first: they say how far the rest may be believed.
      if (flags.report !== undefined)
        await writeReport(flags.report, {
          kicker: 'Filled gaps',
          telling: together(holes, filled),
          entries: [
            ['Filled', madeOf(request)],
            ['Seed', String(request.seed)]
          ],
          made: `The missing cells of ${madeOf(request)} were filled`,
          files: [input]
        })
      const telling = together(tellSeed(run.seed), filled, holes, tellKept(source))
      say({ output: flags.output, made: madeOf(request), telling, keys: {}, flags })
    })
  )
}

const NOTHING_TOLD: Telling = { json: {}, topics: [], warnings: [], notes: [] }

/** What a job takes: with a report, a second fit, 20 draws of a fill and a forest a column besides. */
function planOf(ready: Ready<ImputationModel>, request: ImputationRequest, { report }: VerbFlags): Plan {
  const plan = imputation.plan(ready as never, request)
  if (report === undefined) return plan
  const judging = imputation.plan(ready as never, { ...request, draws: 20 }).pairs
  return { ...plan, ...planned([...plan.stages, { stage: JUDGING, pairs: judging }]) }
}

function madeOf({ fill, draws }: ImputationRequest): string {
  const rows = `${fill!.rowCount} rows`
  return draws === undefined ? rows : `${draws} fills of ${rows}`
}
