import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { InputError, packModel, SYSTEMS, type TableModel, type TableRequest } from '@sbridge/core'
import { BATCH_ROWS, candidateRows, defined, durationText, tellSeed, together } from '@sbridge/core/internal'
import { addFields, planFields, readFields, readingFields, runFields, shardFields, writingFields } from '../cli/fields.js'
import { countOf, host, type Run, runOf, watched, withEngine } from '../cli/options.js'
import { timePlan } from '../cli/plan.js'
import { cellsOf, targetOf, writeDrawn } from '../cli/rows.js'
import { say } from '../cli/say.js'
import { modelOf, readyOf, requestOf, sourceOf } from '../cli/source.js'
import { isDatabase, withoutPassword } from '../database/address.js'
import { checkOutputs, checkWritable, writeAtomically } from '../format/atomic-file.js'
import { drawMerged, drawShard, MODEL, modelOfPlan } from '../shards/draw.js'
import { arrayText, folderOf, planned, readPlan, type ShardPlan, sha256, shardIn } from '../shards/plan.js'
import { completeResults, missingShards, readResult, refuseDifference, resultsIn, writeResult } from '../shards/results.js'

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
  refuseUnshared(flags, request)
  await withEngine(run, async (engine) => {
    const ready = await readyOf<TableModel>(tables, source, { context: { engine }, request })
    const work = await timePlan(tables.plan(ready as never, request), engine)
    const model = await watched(work, engine, (context) => modelOf<TableModel>(tables, ready, context))
    refuseGroups(model)
    const count = rows ?? model.summary.rowCount
    const bytes = packModel(tables.save(model))
    const plan = planned({
      verb: 'sample',
      input: withoutPassword(input),
      model: sha256(bytes),
      engine: run.engineName,
      precision: run.precision,
      request: { ...request, rows: count, seed: run.seed },
      batches: batchesFor(candidateRows(model, count), shards),
      shards,
      output: flags.output,
      ...defined({ dialect: flags.dialect as string | undefined })
    })
    const folder = folderOf(path, plan)
    await mkdir(folder, { recursive: true }).catch(() => checkWritable(join(dirname(path), MODEL)))
    await writeAtomically(join(folder, MODEL), bytes)
    await writeAtomically(path, `${JSON.stringify(plan, null, 2)}\n`)
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

/** What a plan cannot hold: code, and conditions whose rows depend on those before them. */
function refuseUnshared(flags: Flags, { asked }: TableRequest): void {
  const refuse = (got: string, expected: string, remedy: string) => new InputError({ code: 'shards-unable', got, expected, try: remedy })
  if (flags.likelihood !== undefined)
    throw refuse('--likelihood in a plan of shards', 'what is known as data: --given, --observe', 'leaving it out, or `sbridge sample`')
  if ((asked?.givens.length ?? 1) > 1)
    throw refuse(`${asked!.givens.length} conditions in a plan of shards`, 'one condition', 'a plan for each, or `sbridge sample`')
}

/** A plan is copied about, and holds no password. */
function refuseDatabase(output: string): void {
  if (!isDatabase(output)) return
  throw new InputError({
    code: 'shards-unable',
    got: `shards that are merged into ${withoutPassword(output)}`,
    expected: 'a file',
    try: '-o rows.parquet, and loading it into the database'
  })
}

function refuseGroups(model: TableModel): void {
  if (tables.kindOf(model) !== 'panel') return
  throw new InputError({
    code: 'shards-unable',
    got: 'shards of whole groups (--group)',
    expected: 'rows that stand alone',
    try: '`sbridge sample`, whose groups are drawn on one machine'
  })
}

/** Whole batches of the rows. Throws `InputError` (code `shards-many`) where there are fewer than shards. */
function batchesFor(rows: number, shards: number): number {
  const batches = Math.ceil(rows / BATCH_ROWS)
  if (shards <= batches) return batches
  throw new InputError({
    code: 'shards-many',
    got: `${shards} shards for ${rows} rows to draw`,
    expected: `at most ${batches}: rows are drawn in batches of ${BATCH_ROWS}, and a shard is whole ones`,
    try: `--shards ${batches}${batches === 1 ? ', or `sbridge sample`' : ''}`
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
  const values = readFields(shardFields, flags)
  const shard = shardIn(String(values.shard ?? ''), plan)
  const folder = folderOf(path, plan)
  const before = (await resultsIn(folder)).get(shard)
  if (before && !values.again) {
    for (const manifest of before) await readResult(folder, manifest)
    refuseDifference(before)
    return sayShard(flags, { shard, shards: plan.shards, drawn: false, sha256: before[0]!.sha256 })
  }
  await checkWritable(join(folder, 'result'))
  const run = runWith(plan, flags)
  const written = await withEngine(run, async (engine) => {
    const model = await modelOfPlan(folder, plan, { engine, host })
    const started = performance.now()
    const bytes = await watched(tables.plan({ model } as never, plan.request), engine, (context) =>
      drawShard(model, { plan, shard }, context)
    )
    return writeResult(folder, shard, { bytes, seconds: (performance.now() - started) / 1000 })
  })
  refuseDifference((await resultsIn(folder)).get(shard) ?? [])
  sayShard(flags, { shard, shards: plan.shards, drawn: true, sha256: written.sha256, seconds: written.seconds })
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
