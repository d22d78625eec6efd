import type { Command } from '@commander-js/extra-typings'
import { type DensityModel, InputError, SYSTEMS } from '@sbridge/core'
import { type ScoreRequest, tellSeed, together } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { addFields, readFields } from '../cli/add-fields.js'
import { readingFields, runFields, writingFields } from '../cli/fields.js'
import { runOf, watched, withEngine } from '../cli/options.js'
import { onlyPlanned } from '../cli/plan.js'
import { writeReport } from '../cli/report.js'
import { type VerbFlags, writeRows, writingOf } from '../cli/rows.js'
import { say } from '../cli/say.js'
import { modelOf, type Ready, readyOf, requestOf, rowsMissing, sourceOf, tellKept, writeModel } from '../cli/source.js'
import { readTable } from '../format/table-file.js'

const { density } = SYSTEMS
const { fields } = density

export function scoreVerb(verb: Command): void {
  const command = verb
    .argument(
      '<input>',
      'the table that says what is usual, or a model file: one that `score --model` wrote, or one of a table, whose rows say it'
    )
    .argument('[rows]', 'the rows to score; without them those of the table itself, left out one by one')
    .requiredOption('-o, --output <file>', 'where the rows go, in their order, with columns log_density, outlier and outlier_p')
    .option('--model <file>', 'also writes a model that scores new rows')
    .option('--report <file.html>', 'also writes a report: the furthest rows, the stack of laws, and the picture of a grid')
    .option('--json', 'prints a summary as JSON on standard output')
    .option('--dry-run', 'prints sizes, memory and time only; needs no --output')
  addFields(command, [...fields.fit, ...fields.draw, ...readingFields, ...writingFields, ...runFields])
  command.action(async (input, rows, options) => {
    await runScore(input, rows, options as VerbFlags)
  })
}

async function runScore(input: string, rows: string | undefined, flags: VerbFlags): Promise<void> {
  // All that can be refused is refused before anything is computed.
  const run = runOf(flags)
  const { cells, target } = await writingOf(flags, [input, rows])
  const source = await sourceOf(density, input, { flags, run, also: ['model'], but: readingFields.map(({ name }) => name), rows: true })
  const asked: ScoreRequest = { ...readFields(fields.draw, flags), seed: run.seed }
  if (asked.grid && rows !== undefined) throw gridAndRows(rows)
  if (!('path' in source) && rows === undefined && !asked.grid) throw rowsMissing('score', input)
  await requestOf(density, source, asked)
  await withEngine(run, async (engine) => {
    const ready = await readyOf<DensityModel>(density, source, { context: { engine }, request: asked })
    const request = asked.grid ? asked : { ...asked, score: await rowsOf(ready, rows, flags) }
    const plan = density.plan(ready as never, request)
    if (await onlyPlanned(plan, engine, flags)) return
    const { model, scored } = await watched(plan, engine, async (context) => {
      const model = await modelOf<DensityModel>(density, ready, context)
      return { model, scored: await density.draw(model, request, context) }
    })
    const table = density.present(model, scored, cells)
    await writeRows(flags.output, table, target)
    await writeModel(flags.model, density, model)
    const told = density.tell(model, { answer: scored, request })
    const telling = together(tellSeed(run.seed), told, tellKept(source))
    if (flags.report !== undefined)
      await writeReport(flags.report, {
        kicker: 'Scores and densities',
        telling: told,
        entries: [['Seed', String(run.seed)]],
        made: 'Densities were told',
        files: [input]
      })
    say({ output: flags.output, made: `${table.rowCount} ${asked.grid ? 'points' : 'rows'}`, telling, keys: {}, flags })
  })
}

/** The rows to score: those of a file, or of the table itself. */
async function rowsOf(ready: Ready<DensityModel>, rows: string | undefined, flags: VerbFlags): Promise<RawTable> {
  return rows === undefined && 'input' in ready ? ready.input : readTable(rows!, readFields(readingFields, flags))
}

function gridAndRows(rows: string): InputError {
  return new InputError({
    code: 'input-extra',
    got: `--grid and the rows ${rows}`,
    expected: 'a grid, or rows to score',
    try: 'leaving one of them out'
  })
}
