import { InputError, SYSTEMS, type TableModel, unpackModel } from '@sbridge/core'
import { durationText, tellSeed, tellToldApart, together } from '@sbridge/core/internal'
import { readFields } from '../cli/add-fields.js'
import { shardFields } from '../cli/fields.js'
import { host, type Run, runOf, watched, withEngine } from '../cli/options.js'
import { say } from '../cli/say.js'
import { readyOf, refuseNameOfTable, sourceOf } from '../cli/source.js'
import { writeAtomically } from '../format/atomic-file.js'
import { checkOutputs } from '../format/outputs.js'
import { makeFitPlan, modelFitted, refuseReference, takePart } from '../shards/fit.js'
import { type FitPlan, folderOf } from '../shards/plan.js'
import { readResult } from '../shards/results.js'

const { tables } = SYSTEMS

interface Flags extends Readonly<Record<string, unknown>> {
  readonly json?: boolean
}

/** Plans a fit in which several take part, and writes the table for them. */
export async function planFit(
  input: string,
  flags: Flags & { readonly shards: number; readonly plan: string; readonly output: string }
): Promise<void> {
  const { output, plan: path, shards } = flags
  const run = runOf(flags)
  refuseNameOfTable(output)
  refuseReference(run)
  await checkOutputs([path, output], [input])
  const source = await sourceOf(tables, input, { flags, run })
  const ready = await withEngine(run, (engine) => readyOf<TableModel>(tables, source, { context: { engine } }))
  if ('model' in ready) throw modelAlready(input)
  // What cannot be fitted is refused here, and not on every machine.
  tables.plan(ready as never)
  const { plan, folder } = await makeFitPlan(ready, { file: path, about: { input, output, run, shards } })
  const made = `plan of a fit to ${plan.rows} rows for ${shards},`
  say({ output: path, made, telling: tellSeed(run.seed), keys: { shards, rows: plan.rows, folder }, flags })
}

const modelAlready = (input: string): InputError =>
  new InputError({
    code: 'shards-unable',
    got: `the model ${input}`,
    expected: 'a table to fit',
    try: 'sbridge shards plan sample MODEL …'
  })

interface Part {
  readonly plan: FitPlan
  readonly folder: string
  readonly shard: number
}

/** Takes part in a fit. */
export async function runFitShard(part: Part, flags: Flags): Promise<void> {
  const again = readFields(shardFields, flags).again === true
  const { manifest, drawn } = await takePart({ ...part, again, threads: runOf(flags).threads }, watched)
  const { sha256, seconds } = manifest
  const words = drawn ? `fitted in ${durationText(seconds)}` : 'is there already'
  const json = JSON.stringify({ drawn, sha256, ...(drawn ? { seconds } : {}) })
  process.stdout.write(flags.json ? `${json}\n` : `model ${words}, sha256 ${sha256.slice(0, 12)}…\n`)
}

/** Writes the model that everyone has who took part. */
export async function mergeFit(path: string, plan: FitPlan, flags: Flags & { readonly output?: string }): Promise<void> {
  const folder = folderOf(path, plan)
  const output = flags.output ?? plan.output
  refuseNameOfTable(output)
  await checkOutputs([output], [path])
  const manifest = await modelFitted(plan, folder)
  const bytes = await readResult(folder, manifest)
  const run: Run = { ...runOf(flags), seed: plan.seed, seedDrawn: false, engineName: plan.engine, precision: plan.precision }
  const model = await withEngine(run, async (engine) => tables.load(unpackModel(bytes), { engine, host }))
  await writeAtomically(output, bytes)
  const keys = { rows: plan.rows, shards: plan.shards, engine: plan.engine }
  const telling = together(tellSeed(plan.seed), tables.tell(model), tellToldApart(model))
  say({ output, made: `model of ${plan.rows} rows`, telling, keys, flags })
}
