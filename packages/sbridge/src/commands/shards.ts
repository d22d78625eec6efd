import { join } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { InputError, SYSTEMS, type TableModel, type TableRequest } from '@sbridge/core'
import { defined, durationText, tellSeed, together } from '@sbridge/core/internal'
import { addFields, planFields, readFields, readingFields, runFields, shardFields, writingFields } from '../cli/fields.js'
import { countOf, host, type Run, runOf, watched, withEngine } from '../cli/options.js'
import { timePlan } from '../cli/plan.js'
import { cellsOf, targetOf, writeDrawn } from '../cli/rows.js'
import { say } from '../cli/say.js'
import { modelOf, readyOf, requestOf, sourceOf } from '../cli/source.js'
import { checkOutputs } from '../format/outputs.js'
import { drawMerged, drawShard, MODEL, modelOfPlan } from '../shards/draw.js'
import { makePlan, refuseCode, refuseDatabase, refuseUnshared } from '../shards/make.js'
import { arrayText, folderOf, readPlan, type ShardPlan, shardIn } from '../shards/plan.js'
import { completeResults, missingShards, resultOf, resultsIn } from '../shards/results.js'

const { tables } = SYSTEMS
const { fields } = tables
const threadFields = runFields.filter(({ name }) => name === 'threads')

type Flags = Readonly<Record<string, unknown>>

export function shardsVerb(verb: Command): void {
  planVerb(verb.command('plan').description('Fits the model where it is given a table, and plans how the rows are drawn in shards.'))
  runVerb(verb.command('run').description('Draws one shard of a plan.'))
  missingVerb(verb.command('missing').description('Prints the shards of a plan that have no result yet, as an array of jobs is written.'))
  mergeVerb(verb.command('merge').description('Puts all shards of a plan together: the very bytes of one machine.'))
}

function planVerb(verb: Command): void {
  const command = verb
    .argument('<verb>', 'what is cut into shards: sample')
    .argument('<input>', 'a table or a model file, as for `sample`')
    .option('-n, --rows <count>', 'rows to draw (default: as many as the data)')
    .requiredOption('-o, --output <file>', 'where `shards merge` will write the rows')
    .option('--json', 'prints a summary as JSON on standard output')
  addFields(command, [...planFields, ...fields.fit, ...fields.draw, ...fields.know, ...readingFields, ...writingFields, ...runFields])
  command.action(async (what, input, options) => {
    if (what !== 'sample')
      throw new InputError({ code: 'shards-verb', got: `shards of ${what}`, expected: 'sample', try: 'sbridge shards plan sample DATA …' })
    await runPlan(input, options as PlanFlags)
  })
}

interface PlanFlags extends Flags {
  readonly rows?: string
  readonly output: string
  readonly json?: boolean
}

async function runPlan(input: string, flags: PlanFlags): Promise<void> {
  // All that can be refused is refused before anything is computed.
  const run = runOf(flags)
  const { shards, plan: path } = planOf(flags)
  const rows = countOf(flags.rows)
  const values: TableRequest = readFields([...fields.draw, ...fields.know, ...fields.fit.filter(({ name }) => name === 'missing')], flags)
  cellsOf(flags)
  targetOf(flags)
  refuseDatabase(flags.output)
  await checkOutputs([path, flags.output], [input, flags.givenFile as string | undefined])
  const source = await sourceOf(tables, input, { flags, run })
  const request: TableRequest = await requestOf(tables, source, { ...values, ...defined({ rows }), seed: run.seed })
  refuseCode(request.asked?.likelihood)
  refuseUnshared(request)
  const about = { input, run, output: flags.output, ...defined({ dialect: flags.dialect as string | undefined }) }
  await withEngine(run, async (engine) => {
    const ready = await readyOf<TableModel>(tables, source, { context: { engine }, request })
    const work = await timePlan(tables.plan(ready as never, request), engine)
    const model = await watched(work, engine, (context) => modelOf<TableModel>(tables, ready, context))
    const { plan, folder } = await makePlan(model, path, { ...about, request, shards })
    const count = plan.request.rows
    const made = `plan of ${shards} shards, ${count} rows in ${plan.batches} batches,`
    const keys = { shards, rows: count, batches: plan.batches, folder }
    say({ output: path, made, telling: together(tellSeed(run.seed), tables.tell(model)), keys, flags: defined({ json: flags.json }) })
  })
}

function planOf(flags: Flags): { readonly shards: number; readonly plan: string } {
  const { shards, plan } = readFields(planFields, flags)
  if (typeof shards === 'number' && typeof plan === 'string') return { shards, plan }
  throw new InputError({
    code: 'plan-flags',
    got: shards === undefined ? 'no --shards' : 'no --plan',
    expected: 'how many shards, and a file for the plan',
    try: '--shards 8 --plan plan.json'
  })
}

function runVerb(verb: Command): void {
  const command = verb.argument('<plan>', 'the plan').option('--json', 'prints a summary as JSON on standard output')
  addFields(command, [...shardFields, ...threadFields])
  command.action(async (path, options) => {
    await runShard(path, options as Flags)
  })
}

/** How the draws of a plan run here. */
const runWith = (plan: ShardPlan, flags: Flags): Run => ({
  ...runOf(flags),
  seed: plan.request.seed,
  seedDrawn: false,
  engineName: plan.engine,
  precision: plan.precision
})

async function runShard(path: string, flags: Flags): Promise<void> {
  const plan = await readPlan(path)
  refuseCode(plan.likelihood)
  const values = readFields(shardFields, flags)
  const shard = shardIn(String(values.shard ?? ''), plan)
  const folder = folderOf(path, plan)
  const draw = (): Promise<Uint8Array> =>
    withEngine(runWith(plan, flags), async (engine) => {
      const model = await modelOfPlan(folder, plan, { engine, host })
      return watched(tables.plan({ model } as never, plan.request), engine, (context) => drawShard(model, { plan, shard }, context))
    })
  const { manifest, drawn } = await resultOf({ folder, shard, again: values.again === true }, draw)
  const { sha256: hash, seconds } = manifest
  sayShard(flags, { shard, shards: plan.shards, drawn, sha256: hash, ...(drawn ? { seconds } : {}) })
}

interface ShardSaid {
  readonly shard: number
  readonly shards: number
  readonly drawn: boolean
  readonly sha256: string
  readonly seconds?: number
}

function sayShard({ json }: Flags, said: ShardSaid): void {
  const { shard, shards, drawn, seconds, sha256: hash } = said
  const words = drawn ? `drawn in ${durationText(seconds!)}` : 'is there already'
  process.stdout.write(json ? `${JSON.stringify(said)}\n` : `shard ${shard} of ${shards} ${words}, sha256 ${hash.slice(0, 12)}…\n`)
}

function missingVerb(verb: Command): void {
  verb
    .argument('<plan>', 'the plan')
    .option('--json', 'prints a list of numbers as JSON')
    .action(async (path, { json }) => {
      const plan = await readPlan(path)
      const missing = missingShards(plan, await resultsIn(folderOf(path, plan)))
      process.stdout.write(json ? `${JSON.stringify({ missing })}\n` : missing.length > 0 ? `${arrayText(missing)}\n` : '')
    })
}

function mergeVerb(verb: Command): void {
  const command = verb
    .argument('<plan>', 'the plan')
    .option('-o, --output <file>', 'where the rows go (default: what the plan says)')
    .option('--json', 'prints a summary as JSON on standard output')
  addFields(command, threadFields)
  command.action(async (path, options) => {
    await runMerge(path, options as Flags & { readonly output?: string; readonly json?: boolean })
  })
}

async function runMerge(path: string, flags: Flags & { readonly output?: string; readonly json?: boolean }): Promise<void> {
  const plan = await readPlan(path)
  refuseCode(plan.likelihood)
  const folder = folderOf(path, plan)
  const output = flags.output ?? plan.output
  refuseDatabase(output)
  const cells = cellsOf({ output, dialect: plan.dialect })
  await checkOutputs([output], [path, join(folder, MODEL)])
  const results = completeResults(plan, await resultsIn(folder))
  const run = runWith(plan, flags)
  await withEngine(run, async (engine) => {
    const model = await modelOfPlan(folder, plan, { engine, host })
    const drawn = await drawMerged(model, { plan, folder, results }, { engine, host })
    await writeDrawn(model, drawn, { output, cells })
    const telling = tables.tell(model, { answer: drawn, request: plan.request })
    const count = drawn.table.rowCount
    const keys = { rows: count, shards: plan.shards, engine: run.engineName }
    say({ output, made: `${count} rows`, telling, keys, flags: defined({ json: flags.json }) })
  })
}
