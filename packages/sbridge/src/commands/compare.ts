import type { Command } from '@commander-js/extra-typings'
import { type BridgeModel, SYSTEMS } from '@sbridge/core'
import { tellSeed, together } from '@sbridge/core/internal'
import { addFields } from '../cli/add-fields.js'
import { readingFields, runFields } from '../cli/fields.js'
import { runOf, watched, withEngine } from '../cli/options.js'
import { onlyPlanned } from '../cli/plan.js'
import { writeReport } from '../cli/report.js'
import { say } from '../cli/say.js'
import { modelOf, readyOf } from '../cli/source.js'
import { checkOutputs } from '../format/outputs.js'
import { BRIDGE_REPORT, pairOf, titleOf } from './two-tables.js'

const { bridge } = SYSTEMS

export function compareVerb(verb: Command): void {
  const command = verb
    .argument('<first>', 'a table, or a model file that `bridge --model` wrote')
    .argument('[second]', 'another table with columns of the same names')
    .option('--report <file.html>', 'also writes a self-contained report')
    .option('--json', 'prints a summary as JSON on standard output')
    .option('--dry-run', 'prints sizes, memory and time only')
  addFields(command, [...bridge.fields.fit, ...readingFields, ...runFields])
  command.action(async (first, second, options) => {
    await runCompare(first, second, options as CompareFlags)
  })
}

interface CompareFlags extends Readonly<Record<string, unknown>> {
  readonly report?: string
  readonly json?: boolean
  readonly dryRun?: boolean
}

async function runCompare(first: string, second: string | undefined, flags: CompareFlags): Promise<void> {
  const run = runOf(flags)
  if (!flags.dryRun) await checkOutputs([flags.report], [first, second])
  const source = await pairOf([first, second], { flags, run, also: [] })
  await withEngine(run, async (engine) => {
    const ready = await readyOf<BridgeModel>(bridge, source, { context: { engine } })
    const plan = bridge.plan(ready as never)
    if (await onlyPlanned(plan, engine, flags)) return
    const model = await watched(plan, engine, (context) => modelOf<BridgeModel>(bridge, ready, context))
    const telling = together(bridge.tell(model), tellSeed(run.seed))
    const title = titleOf(first, second)
    if (flags.report !== undefined) await writeReport(flags.report, { ...BRIDGE_REPORT, title, telling, files: [first, second] })
    say({ made: title, telling, keys: {}, flags })
  })
}
