import type { Command } from '@commander-js/extra-typings'
import { type BridgeAnswer, type BridgeModel, InputError, SYSTEMS, type Telling } from '@sbridge/core'
import { type BridgeRequest, type CellStyle, countText, notTogether, PARTNERS_CUT, tellSeed, together } from '@sbridge/core/internal'
import { addFields, readFields } from '../cli/add-fields.js'
import { readingFields, runFields, writingFields } from '../cli/fields.js'
import { countOf, runOf, watched, withEngine } from '../cli/options.js'
import { onlyPlanned } from '../cli/plan.js'
import { writeReport } from '../cli/report.js'
import { cellsOf, targetOf, writeRows } from '../cli/rows.js'
import { say } from '../cli/say.js'
import { modelOf, readyOf, refuseNameOfTable, requestOf, type Source, writeModel } from '../cli/source.js'
import type { DatabaseTarget } from '../database/contract.js'
import { checkOutputs } from '../format/outputs.js'
import { readTable } from '../format/table-file.js'
import { tableFormatOf } from '../format/table-format.js'
import { BRIDGE_REPORT, pairOf, titleOf } from './two-tables.js'

const { bridge } = SYSTEMS
const { fields } = bridge

export function bridgeVerb(verb: Command): void {
  const command = verb
    .argument('<from>', 'the first table, or a model file that `bridge --model` wrote')
    .argument('[to]', 'the second table; with a model file, nothing')
    .option('-n, --rows <count>', 'rows at each time between both (default as many as the first table has)')
    .option('--map <new>', 'a table whose rows are carried over, in their order')
    .option('-o, --output <file>', 'where the rows go: those between both tables, with a column time before their own; or those of --map')
    .option('--coupling <file>', 'also writes who goes with whom: from, to (rows, from 1) and weight, the heaviest until 95 % of each row')
    .option('--model <file>', 'also writes a model from which rows are drawn and carried later')
    .option('--report <file.html>', 'also writes a self-contained report')
    .option('--json', 'prints a summary as JSON on standard output')
    .option('--dry-run', 'prints sizes, memory and time only')
  addFields(command, [...fields.fit, ...fields.draw, ...readingFields, ...writingFields, ...runFields])
  command.action(async (from, to, options) => {
    await runBridge(from, to, options as BridgeFlags)
  })
}

interface BridgeFlags extends Readonly<Record<string, unknown>> {
  readonly rows?: string
  readonly map?: string
  readonly output?: string
  readonly coupling?: string
  readonly model?: string
  readonly report?: string
  readonly json?: boolean
  readonly dryRun?: boolean
}

async function runBridge(from: string, to: string | undefined, flags: BridgeFlags): Promise<void> {
  // All that can be refused is refused before anything is computed.
  const run = runOf(flags)
  refuseFlags(flags)
  const { output, coupling, map } = flags
  const cells = output === undefined ? 'typed' : cellsOf({ ...flags, output })
  const target = output === undefined ? {} : targetOf({ ...flags, output })
  if (!flags.dryRun) await checkOutputs([output, coupling, flags.model, flags.report], [from, to, map])
  const source = await pairOf([from, to], { flags, run, also: ['model'] })
  const request = await requestIn(source, { flags, seed: run.seed })
  await withEngine(run, async (engine) => {
    const ready = await readyOf<BridgeModel>(bridge, source, { context: { engine }, request })
    const plan = bridge.plan(ready as never, output === undefined ? undefined : request)
    if (await onlyPlanned(plan, engine, flags)) return
    const made = await watched(plan, engine, async (context) => {
      const model = await modelOf<BridgeModel>(bridge, ready, context)
      const answer = output === undefined ? undefined : await bridge.draw(model, request, context)
      const partners = coupling === undefined ? undefined : await bridge.draw(model, { coupling: true }, context)
      return { model, answer, partners }
    })
    await writeBridge(made, { cells, target, flags })
    await tellOfBridge(made, { request, flags, seed: run.seed, title: titleOf(from, to), files: [from, to] })
  })
}

interface MadeBridge {
  readonly model: BridgeModel
  readonly answer: BridgeAnswer | undefined
  readonly partners: BridgeAnswer | undefined
}

/** Refuses a command that writes nothing, and options of rows that nobody writes. Throws `InputError`. */
function refuseFlags(flags: BridgeFlags): void {
  const { output, coupling, model, map, rows, at } = flags
  if (model !== undefined) refuseNameOfTable(model)
  if (coupling !== undefined) tableFormatOf(coupling)
  if (output === undefined && coupling === undefined && model === undefined)
    throw new InputError({
      code: 'output-missing',
      got: 'no file to write',
      expected: 'one of --output, --coupling and --model',
      try: '-o between.csv, or sbridge compare for figures alone'
    })
  const { into, append } = flags
  const idle = Object.entries({ '--map': map, '--rows': rows, '--at': at, '--into': into, '--append': append || undefined }).find(
    ([, value]) => value !== undefined
  )
  if (output === undefined && idle) throw clash(`${idle[0]} without --output`, '-o with rows to write')
  if (map !== undefined && rows !== undefined) throw clash('--rows with --map', 'all rows of --map, in their order')
}

const clash = (got: string, expected: string) => notTogether(got, 'leaving one of them out', expected)

async function requestIn(source: Source, { flags, seed }: { readonly flags: BridgeFlags; readonly seed: number }): Promise<BridgeRequest> {
  const { rows, map } = flags
  const asked = { ...readFields(fields.draw, flags), ...(rows !== undefined && { rows: countOf(rows)! }), seed }
  const whole = map === undefined ? asked : { ...asked, map: await readTable(map, readFields(readingFields, flags)) }
  return requestOf(bridge, source, whole)
}

async function writeBridge(
  { model, answer, partners }: MadeBridge,
  { cells, target, flags }: { readonly cells: CellStyle; readonly target: DatabaseTarget; readonly flags: BridgeFlags }
): Promise<void> {
  if (answer) await writeRows(flags.output!, bridge.present(model, answer, cells), target)
  if (partners) await writeRows(flags.coupling!, bridge.present(model, partners, cellsOf({ ...flags, output: flags.coupling! })))
  await writeModel(flags.model, bridge, model)
}

interface Told {
  readonly request: BridgeRequest
  readonly flags: BridgeFlags
  readonly seed: number
  readonly title: string
  /** That were read. */
  readonly files: readonly (string | undefined)[]
}

async function tellOfBridge({ model, answer, partners }: MadeBridge, { request, flags, seed, title, files }: Told): Promise<void> {
  const coupled = partners && bridge.tell(model, { answer: partners, request })
  const own = answer ? bridge.tell(model, { answer, request }) : bridge.tell(model)
  const telling = together(own, ...(coupled ? [couplingAlone(coupled)] : []), tellSeed(seed))
  if (flags.report !== undefined) await writeReport(flags.report, { ...BRIDGE_REPORT, title, telling, files })
  say({ output: flags.output, made: answer ? madeOf(answer) : 'bridge', telling, keys: {}, flags })
}

/** What a coupling says besides what is said already. */
const couplingAlone = ({ topics, warnings }: Telling): Telling => ({
  json: {},
  topics: topics.filter(({ id }) => id === 'coupling'),
  warnings: warnings.filter(({ name }) => name === PARTNERS_CUT),
  notes: []
})

function madeOf(answer: BridgeAnswer): string {
  if (answer.kind === 'between')
    return `${countText(answer.table.rowCount)} rows at ${answer.times.length === 1 ? `time ${answer.times[0]}` : `${answer.times.length} times`}`
  return answer.kind === 'carried' ? `${countText(answer.table.rowCount)} rows carried over` : 'coupling'
}
