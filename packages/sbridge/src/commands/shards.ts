import type { Command } from '@commander-js/extra-typings'
import { InputError, SYSTEMS, type TableModel, type TableRequest } from '@sbridge/core'
import { defined, durationText, type Field, tellSeed, together } from '@sbridge/core/internal'
import type { Engine } from '@sbridge/core/kernels'
import { addFields, flagOf, readFields } from '../cli/add-fields.js'
import { planFields, readingFields, runFields, shardFields, writingFields } from '../cli/fields.js'
import { readToFill, sourceToFill } from '../cli/filling.js'
import { countOf, host, type Run, runOf, watched, withEngine } from '../cli/options.js'
import { timePlan } from '../cli/plan.js'
import { cellsOf, rowsInMemory, targetOf, writeDrawn } from '../cli/rows.js'
import { say } from '../cli/say.js'
import { modelOf, type Ready, readyOf, requestOf, sourceOf } from '../cli/source.js'
import { checkOutputs } from '../format/outputs.js'
import { writeTable } from '../format/table-file.js'
import { askedIn, drawMerged, drawShard, MODEL, systemOfVerb, type Work } from '../shards/draw.js'
import { missingParts } from '../shards/fit.js'
import { inFolder } from '../shards/folder.js'
import { makePlan, refuseCode, refuseDatabase } from '../shards/make.js'
import { arrayText, folderOf, readPlan, type ShardPlan, type ShardVerb, shardIn } from '../shards/plan.js'
import { completeResults, missingShards, resultOf, resultsIn } from '../shards/results.js'
import { mergeFit, planFit, runFitShard } from './shards-fit.js'

const { tables, imputation } = SYSTEMS
const missingFields = tables.fields.fit.filter(({ name }) => name === 'missing')
const threadFields = runFields.filter(({ name }) => name === 'threads')

type Flags = Readonly<Record<string, unknown>>

/** What is cut into shards on the command line. */
type Shared = ShardVerb | 'fit'

export function shardsVerb(verb: Command): void {
  planVerb(
    verb
      .command('plan')
      .description(
        'Plans how rows are drawn in shards, for which it fits the model where it is given a table, or how a model is fitted by several.'
      )
  )
  runVerb(verb.command('run').description('Draws one shard of a plan, or takes part in its fit.'))
  missingVerb(verb.command('missing').description('Prints the shards of a plan that have no result yet, as an array of jobs is written.'))
  mergeVerb(verb.command('merge').description('Puts all shards of a plan together, or writes its model: the very bytes of one machine.'))
}

/** By what is cut into shards, the options of its fit and its draw. */
const FIELDS: Readonly<Record<Shared, readonly Field[]>> = {
  fit: tables.fields.fit,
  sample: [...tables.fields.fit, ...tables.fields.draw, ...tables.fields.know],
  impute: [...imputation.fields.fit, ...imputation.fields.draw]
}

function planVerb(verb: Command): void {
  const command = verb
    .argument('<verb>', 'what is cut into shards: sample, impute or fit')
    .argument('<input>', 'a table or a model file, as for that verb')
    .argument('[rows]', 'of impute with a model: the table whose gaps are filled')
    .option('-n, --rows <count>', 'of sample: rows to draw (default: as many as the data)')
    .requiredOption('-o, --output <file>', 'where `shards merge` will write the rows, or the model')
    .option('--json', 'prints a summary as JSON on standard output')
  const own = new Set(FIELDS.sample.map(({ name }) => name))
  const others = FIELDS.impute.filter(({ name }) => !own.has(name)).map((field) => ({ ...field, sentence: `Of impute: ${field.sentence}` }))
  addFields(command, [...planFields, ...FIELDS.sample, ...others, ...readingFields, ...writingFields, ...runFields])
  command.action(async (what, input, rows, options) => {
    if (what !== 'sample' && what !== 'impute' && what !== 'fit')
      throw new InputError({
        code: 'shards-verb',
        got: `shards of ${what}`,
        expected: 'sample, impute or fit',
        try: 'sbridge shards plan sample DATA …'
      })
    const flags = options as PlanFlags
    refuseOptionsOfOther(what, rows, flags)
    if (what === 'fit') await planFit(input, { ...flags, ...planOf(flags) })
    else await (what === 'sample' ? planSample(input, flags) : planImpute(input, rows, flags))
  })
}

interface PlanFlags extends Flags {
  readonly rows?: string
  readonly output: string
  readonly json?: boolean
}

/** Throws `InputError` (code `option-unknown`) for what the other verb has. */
function refuseOptionsOfOther(verb: Shared, table: string | undefined, flags: PlanFlags): void {
  const own = new Set(FIELDS[verb].map(({ name }) => name))
  const all = [...Object.values(FIELDS).flat(), ...(verb === 'fit' ? writingFields : [])]
  const other = all.find(({ name }) => flags[name] !== undefined && !own.has(name))
  const got = other
    ? flagOf(other)
    : (verb !== 'sample' && flags.rows && '--rows') || (verb !== 'impute' && table && `a second table, ${table},`)
  if (!got) return
  throw new InputError({
    code: 'option-unknown',
    got: `${got} with shards of ${verb}`,
    expected: `what \`sbridge ${verb}\` takes`,
    try: `sbridge ${verb} --help`
  })
}

/** What every plan begins with: all that can be refused is refused before anything is computed. */
async function aboutPlan(inputs: readonly (string | undefined)[], flags: PlanFlags) {
  const run = runOf(flags)
  const { shards, plan: path } = planOf(flags)
  cellsOf(flags)
  targetOf(flags)
  refuseDatabase(flags.output)
  await checkOutputs([path, flags.output], [...inputs, flags.givenFile as string | undefined])
  return { run, shards, path, output: flags.output, ...defined({ dialect: flags.dialect as string | undefined }) }
}

async function planSample(input: string, flags: PlanFlags): Promise<void> {
  const about = await aboutPlan([input], flags)
  const { run } = about
  const rows = countOf(flags.rows)
  const values: TableRequest = readFields([...tables.fields.draw, ...tables.fields.know, ...missingFields], flags)
  const source = await sourceOf(tables, input, { flags, run })
  const request: TableRequest = await requestOf(tables, source, { ...values, ...defined({ rows }), seed: run.seed })
  refuseCode(request.asked?.likelihood)
  await withEngine(run, async (engine) => {
    const ready = await readyOf<TableModel>(tables, source, { context: { engine }, request })
    await planWith('sample', { ready, request, about: { ...about, input } }, { engine, flags })
  })
}

async function planImpute(input: string, rows: string | undefined, flags: PlanFlags): Promise<void> {
  const about = await aboutPlan([input, rows], flags)
  const { source, asked } = await sourceToFill({ input, rows, flags, run: about.run })
  await withEngine(about.run, async (engine) => {
    const { ready, request } = await readToFill({ source, rows, flags, asked }, { engine })
    await planWith('impute', { ready, request, about: { ...about, input } }, { engine, flags })
  })
}

interface Planning<Verb extends ShardVerb> {
  readonly ready: Ready<Work[Verb]['model']>
  readonly request: Work[Verb]['request']
  readonly about: Awaited<ReturnType<typeof aboutPlan>> & { readonly input: string }
}

async function planWith<Verb extends ShardVerb>(
  verb: Verb,
  { ready, request, about }: Planning<Verb>,
  { engine, flags }: { readonly engine: Engine; readonly flags: PlanFlags }
): Promise<void> {
  const system = systemOfVerb(verb)
  const { path, shards, run } = about
  const work = await timePlan(system.plan(ready, request), engine)
  const model = await watched(work, engine, (context) => modelOf<Work[Verb]['model']>(system, ready, context))
  const { plan, folder } = await makePlan(verb, { model, request }, { file: path, about, context: { engine, host } })
  const made = `plan of ${shards} shards, ${plan.rows} rows in ${plan.batches} batches,`
  const keys = { shards, rows: plan.rows, batches: plan.batches, folder }
  say({ output: path, made, telling: together(tellSeed(run.seed), system.tell(model)), keys, flags: defined({ json: flags.json }) })
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
  const values = readFields(shardFields, flags)
  const shard = shardIn(String(values.shard ?? ''), plan)
  const folder = folderOf(path, plan)
  if (plan.verb === 'fit') return runFitShard({ plan, folder, shard }, flags)
  refuseCode(plan.likelihood)
  const draw = (): Promise<Uint8Array> =>
    withEngine(runWith(plan, flags), async (engine) => {
      const asked = await askedIn(folder, plan, { engine, host })
      const work = systemOfVerb(plan.verb).plan({ model: asked.model }, asked.request)
      return watched(work, engine, (context) => drawShard(asked, { plan, shard }, context))
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
      const folder = folderOf(path, plan)
      const missing = plan.verb === 'fit' ? await missingParts(plan, folder) : missingShards(plan, await resultsIn(folder))
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
  if (plan.verb === 'fit') return mergeFit(path, plan, flags)
  refuseCode(plan.likelihood)
  const folder = folderOf(path, plan)
  const output = flags.output ?? plan.output
  refuseDatabase(output)
  const cells = cellsOf({ output, dialect: plan.dialect })
  await checkOutputs([output], [path, inFolder(folder, MODEL)])
  const results = completeResults(plan, await resultsIn(folder))
  const run = runWith(plan, flags)
  await withEngine(run, async (engine) => {
    const context = { engine, host }
    const system = systemOfVerb(plan.verb)
    const { model, request } = await askedIn(folder, plan, context)
    const drawn = await drawMerged({ model, request }, { plan, folder, results }, context)
    if ('table' in drawn) await writeDrawn(model as TableModel, rowsInMemory(drawn), { output, cells })
    else await writeTable(output, system.present(model, drawn, cells))
    const count = 'table' in drawn ? drawn.table.rowCount : plan.rows
    const keys = { rows: count, shards: plan.shards, engine: run.engineName }
    const telling = system.tell(model, { answer: drawn, request })
    say({ output, made: `${count} rows`, telling, keys, flags: defined({ json: flags.json }) })
  })
}
