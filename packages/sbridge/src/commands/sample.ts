import type { Command } from '@commander-js/extra-typings'
import {
  type DrawnRows,
  evaluateTables,
  InputError,
  SYSTEMS,
  type TableFit,
  type TableModel,
  type TableRequest,
  type Telling
} from '@sbridge/core'
import {
  checkImageTable,
  comparedRows,
  defined,
  groupsOf,
  type ImageShape,
  IN_SAMPLE_ROWS,
  isGrid,
  type JudgedFit,
  type KeptBack,
  keptBackIn,
  keptBackOfFit,
  type Plan,
  parseImageShape,
  planSecondFit,
  refuseCombinations,
  schemaFields,
  tellToldApart,
  together,
  type Verdict,
  weightsOf,
  withSecondFit
} from '@sbridge/core/internal'
import { type Engine, keyFromSeed } from '@sbridge/core/kernels'
import { addFields, flagNamed, readFields } from '../cli/add-fields.js'
import { clusterDrawFields, clusterOf, withCluster } from '../cli/cluster.js'
import { commandLine } from '../cli/command-line.js'
import { judgeFields, readingFields, reportFields, runFields, writingFields } from '../cli/fields.js'
import { countOf, runOf, showValuesOf, watched, withEngine } from '../cli/options.js'
import { onlyPlanned } from '../cli/plan.js'
import { nameOf } from '../cli/report.js'
import { rowsInFile, rowsInMemory, type VerbFlags, writeDrawn, writingOf } from '../cli/rows.js'
import { say } from '../cli/say.js'
import { modelContentsIn, type Ready, readyOf, requestOf, type Source, sourceOf } from '../cli/source.js'
import { SEVERAL_TABLES } from '../database/tables-model.js'
import { isTables, refuseTableOptions } from '../database/tables-or-table.js'
import { writeAtomically } from '../format/atomic-file.js'
import { extensionOf } from '../format/table-format.js'
import { provenanceOf } from '../host/provenance.js'

const { tables } = SYSTEMS
const { fields } = tables

export function sampleVerb(verb: Command): void {
  const command = verb
    .argument(
      '<input>',
      'a table (.csv .tsv .json .jsonl .parquet .arrow .feather .xlsx .npy .npz, - for CSV on standard input), a model file, or several tables: a folder, a file of SQLite, JSON with lists of objects'
    )
    .option('-n, --rows <count>', 'rows to draw (default: as many as the data); of groups, whole ones until there are so many')
    .requiredOption('-o, --output <file>', 'where the rows go; the extension decides the format, - is CSV on standard output')
    .option('--report <file.html>', 'also writes a self-contained report of how good the rows are')
    .option('--json', 'prints a summary as JSON on standard output')
    .option('--dry-run', 'prints sizes, memory and time only; needs no --output')
  addFields(command, [
    ...fields.fit,
    ...fields.draw,
    ...fields.know,
    ...schemaFields,
    ...reportFields,
    ...judgeFields,
    ...readingFields,
    ...writingFields,
    ...clusterDrawFields,
    ...runFields
  ])
  command.action(async (input, options) => {
    const flags = options as VerbFlags
    if (await isTables(input, flags)) return (await import('./sample-tables.js')).runSampleTables(input, flags)
    const contents = extensionOf(input) === '.sbridge' ? await modelContentsIn(input) : undefined
    if (contents?.kind === SEVERAL_TABLES) return (await import('./sample-tables.js')).runSampleTables(input, flags, contents)
    refuseTableOptions(input, flags)
    await runSample(input, flags)
  })
}

async function runSample(input: string, flags: VerbFlags): Promise<void> {
  // All that can be refused is refused before anything is computed.
  const run = runOf(flags)
  const rows = countOf(flags.rows)
  const values: TableRequest = readFields([...fields.draw, ...fields.know, ...fields.fit.filter(isMissing)], flags)
  showValuesOf(flags)
  refuseJudgeAlone(flags)
  const cluster = clusterOf({ input, run, flags })
  const { cells, target } = await writingOf(flags, [input, flags.givenFile as string | undefined])
  const source = await sourceOf(tables, input, { flags, run, but: ['image'] })
  if (flags.report !== undefined) refuseFew(rows, fittedBy(source))
  const image = imageOf(source, flags)
  const request: TableRequest = await requestOf(tables, source, { ...values, ...defined({ rows }), seed: run.seed })
  await withCluster(cluster, (draw, { fit, exchange }) =>
    withEngine(
      run,
      async (engine) => {
        const ready = await readyOf<TableModel>(tables, source, { context: { engine }, request })
        const judged = judgedBy({ ready, request, flags })
        const [own, second] = [tables.plan(ready as never, request), judged && (await planSecondFit(judged))]
        if (await onlyPlanned(withSecondFit(own, second), engine, flags)) return
        const { model, made } = await watched(own, engine, async (context) => {
          const model = await fit(ready, context)
          if (image) checkImageTable(tables.training(model), image)
          // A report looks at all rows, and a cluster has them already.
          const stretches = flags.report === undefined && !cluster ? tables.stretches?.(model, request, context) : undefined
          if (stretches) return { model, made: await rowsInFile(stretches, flags.output) }
          return { model, made: rowsInMemory(await draw('sample', { model, request }, context)) }
        })
        await writeDrawn(model, made, { output: flags.output, cells, target })
        const { drawn, rowCount: count } = made
        const telling = tables.tell(model, { answer: drawn, request })
        const verdict =
          flags.report === undefined
            ? undefined
            : await writeReport(flags.report, {
                input,
                keptBack: await keptBackFor({ model, judged, second, flags, engine }),
                clouds: second && IN_SAMPLE_ROWS,
                flags,
                seed: run.seed,
                model,
                drawn,
                telling,
                image,
                engine
              })
        const keys = { rows: count, engine: run.engineName, threads: run.threads }
        const all = verdict ? telling : together(telling, tellToldApart(model))
        say({ output: flags.output, made: `${count} rows`, verdict, telling: all, keys, flags })
      },
      exchange
    )
  )
}

const isMissing = ({ name }: { readonly name: string }): boolean => name === 'missing'

/** Without a report nothing is judged. */
function refuseJudgeAlone(flags: VerbFlags): void {
  if (readFields(judgeFields, flags).judge === undefined || flags.report !== undefined) return
  throw new InputError({ code: 'judge-alone', got: '--judge without a report', expected: '--report with it', try: '--report report.html' })
}

/** What a model is fitted with, or was: of one from a file which options tell its kind. */
const fittedBy = (source: Source): Partial<TableFit> =>
  'contents' in source ? tables.fittedWith(source.contents.kind) : (source.options as Partial<TableFit>)

/** A report compares two rows at least: of a series changes from one row to the next, of which there is one less. */
function refuseFew(rows: number | undefined, { time, group }: Partial<TableFit>): void {
  const least = time !== undefined && group === undefined ? 3 : 2
  if (rows !== undefined && rows < least) throw tooFewRows(rows, least)
}

function tooFewRows(rows: number, least: number): InputError {
  return new InputError({
    code: 'report-rows',
    got: `--report with ${rows === 1 ? 'one row' : `${rows} rows`} to draw`,
    expected: `at least ${least} rows to compare`,
    try: '-n 100, or leaving --report out'
  })
}

/** The shape of images, which a report of rows from a model file shows too. */
function imageOf(source: Source, { image }: { readonly image?: string } & VerbFlags): ImageShape | undefined {
  if (image === undefined) return undefined
  refuseCombinations(fields.fit, { ...fittedBy(source), image }, flagNamed)
  return parseImageShape(image)
}

/** The table and the options of a fit that a second one is to judge, where a report asks for that. */
function judgedBy({ ready, request, flags }: Asked): JudgedFit | undefined {
  const { judge = 'held-out' } = readFields(judgeFields, flags)
  if (flags.report === undefined || judge === 'in-sample' || 'model' in ready) return undefined
  return { input: ready.input, options: ready.options as TableFit, request }
}

interface Asked {
  readonly ready: Ready<TableModel>
  readonly request: TableRequest
  readonly flags: VerbFlags
}

interface Judging {
  readonly model: TableModel
  readonly judged: JudgedFit | undefined
  /** The plan of the second fit. */
  readonly second: Plan | undefined
  readonly flags: VerbFlags
  readonly engine: Engine
}

/** Rows of a second fit where there is a table to fit; else what trial fits of the model said, or why nothing is. */
async function keptBackFor({ model, judged, second, flags, engine }: Judging): Promise<KeptBack> {
  const { judge = 'held-out' } = readFields(judgeFields, flags)
  if (judge === 'in-sample') return keptBackIn(model) ?? '--judge in-sample'
  return watched(second ?? NO_WORK, engine, (context) => keptBackOfFit(model, judged, context))
}

const NO_WORK: Pick<Plan, 'stages' | 'pairs'> = { stages: [], pairs: 0 }

interface Reported {
  readonly input: string
  /** What rows that no fit had seen say, or why there are none. */
  readonly keptBack: KeptBack
  /** As in `EvaluationProblem`. */
  readonly clouds: number | undefined
  readonly flags: VerbFlags
  readonly seed: number
  readonly model: TableModel
  readonly drawn: DrawnRows
  readonly telling: Telling
  readonly image: ImageShape | undefined
  readonly engine: Engine
}

async function writeReport(path: string, reported: Reported): Promise<Verdict> {
  const { input, keptBack, clouds, flags, seed, model, drawn, telling, image, engine } = reported
  const { real, synthetic, ordered } = comparedRows(model, { real: tables.training(model), synthetic: drawn.table })
  const showValues = showValuesOf(flags)
  const fields = image !== undefined || isGrid(flags.local as string | undefined)
  const groups = groupsOf(model, drawn)
  const weights = weightsOf(model)
  const evaluation = await evaluateTables({ real, weights, synthetic, ordered, groups, fields, clouds, engine, key: keyFromSeed(seed) })
  const [{ renderReport, verdictOf }, { imagesOf }] = await Promise.all([import('../report/index.js'), import('../report/images.js')])
  const sections = image ? [await imagesOf({ real, drawn: synthetic, image, engine, showValues })] : []
  const title = nameOf(input)
  const provenance = await provenanceOf([input])
  const parts = { title, command: commandLine(), provenance, real, weights, synthetic, evaluation, telling, keptBack, sections, showValues }
  await writeAtomically(path, renderReport(parts))
  return verdictOf(parts)
}
