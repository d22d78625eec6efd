import type { Command } from '@commander-js/extra-typings'
import {
  type Context,
  coordinateTable,
  type EmbeddingModel,
  type EmbedJob,
  type Engine,
  embedTable,
  InputError,
  inferTable,
  keyFromSeed,
  loadEmbedding,
  packModel,
  placeTable,
  type RawColumn,
  type RawTable,
  type ScalingMethod,
  saveEmbedding,
  tellEmbedding
} from '@sbridge/core'
import { commandLine } from '../cli/command-line.js'
import { addFields, embedFields, readFields, runFields, tableFields } from '../cli/fields.js'
import { modelContentsIn, refuseNameOfTable } from '../cli/model-input.js'
import { engineOf, fitJobOf, runOf, splitPairs } from '../cli/options.js'
import { say } from '../cli/say.js'
import { summaryStream } from '../cli/summary.js'
import { checkOutputs, writeAtomically } from '../format/atomic-file.js'
import { readTable, writeTable } from '../format/table-file.js'
import { tableFormatOf } from '../format/table-format.js'

export function registerEmbed(program: Command): void {
  const command = program
    .command('embed')
    .description('Diffusion-map coordinates of the rows of a table; with a model file, of new rows.')
    .argument('<input>', 'a table, or a model file that `embed --model` wrote')
    .argument('[new]', 'with a model: the table of new rows')
    .option('-k, --dimension <count>', 'number of coordinates, or auto: the largest spectral gap (default auto)')
    .requiredOption('-o, --output <file>', 'where the coordinates go: columns coordinate_1, coordinate_2, … in the order of the rows')
    .option('--model <file>', 'also writes a model that places new rows and lifts coordinates back')
    .option('--report <file.html>', 'also writes a report: spectrum, coordinates, round trip')
    .option('--json', 'prints a summary as JSON on standard output')
  for (const fields of [embedFields, tableFields, runFields]) addFields(command, fields)
  command.action(async (input, fresh, options) => {
    await runEmbed(input, fresh, options as EmbedFlags)
  })
}

interface EmbedFlags extends Readonly<Record<string, unknown>> {
  readonly dimension?: string
  readonly output: string
  readonly model?: string
  readonly report?: string
  readonly json?: boolean
}

async function runEmbed(input: string, fresh: string | undefined, flags: EmbedFlags): Promise<void> {
  const run = runOf({ ...flags, seed: flags.seed ?? '1' })
  tableFormatOf(flags.output)
  if (flags.model !== undefined) refuseNameOfTable(flags.model)
  await checkOutputs([flags.output, flags.model, flags.report], [input, fresh])
  const model = await modelAt(input)
  if (model !== undefined) refuseFitOptions(flags)
  if ((model === undefined) !== (fresh === undefined)) throw wrongInputs(input, fresh)
  const engine = await engineOf(run)
  const context: Context = { engine, key: keyFromSeed(run.seed) }
  try {
    if (model) await place(model, fresh!, flags, context)
    else await fit(input, flags, { engine, seed: run.seed })
  } finally {
    await engine.close()
  }
}

async function fit(input: string, flags: EmbedFlags, { engine, seed }: { engine: Engine; seed: number }): Promise<void> {
  const values = readFields(
    embedFields.filter((field) => field.name !== 'scaling'),
    flags
  )
  const { bandwidth: _b, scaling: _s, ...tableFlags } = flags
  const { types, columns, exclude, missing, weights } = fitJobOf(tableFlags, seed)
  const table = { types, columns, exclude, missing, weights }
  const job = {
    ...(Object.fromEntries(Object.entries(table).filter(([, value]) => value !== undefined)) as Pick<EmbedJob, keyof typeof table>),
    dimension: dimensionOf(flags.dimension),
    ...(values as Pick<EmbedJob, 'bandwidth' | 'alpha' | 'time'>),
    ...(typeof flags.scaling === 'string' ? { scaling: scalingOf(flags.scaling) } : {}),
    seed
  }
  const { model, coordinates } = await embedTable(await readTable(input), job, { engine })
  await writeTable(flags.output, coordinateTable(coordinates))
  if (flags.model !== undefined) await writeAtomically(flags.model, packModel(saveEmbedding(model)))
  if (flags.report !== undefined) {
    const { tellingPage } = await import('../report/index.js')
    const parts = {
      title: `Diffusion map of ${input}`,
      kicker: 'Diffusion map',
      telling: tellEmbedding(model, coordinates),
      command: commandLine()
    }
    await writeAtomically(flags.report, tellingPage({ ...parts, entries: [['Rows', String(model.summary.rowCount)]] }))
  }
  say({ output: flags.output, made: `coordinates of ${model.summary.rowCount} rows`, telling: tellEmbedding(model), keys: {}, flags })
}

async function place(model: EmbeddingModel, fresh: string, flags: EmbedFlags, context: Context): Promise<void> {
  const raw = await readTable(fresh)
  const { encoder } = model
  const types = Object.fromEntries(encoder.kinds.map(({ name, kind }) => [name, kind]))
  const columns = encoder.kinds.map((kind) => kind.name)
  // Kinds are inferred from two rows at least; one new row is as good as two of it.
  const { table } = inferTable(raw.rowCount === 1 ? twice(raw) : raw, { types, columns })
  const placed = await placeTable(model, table, context)
  const coordinates = { ...placed, rows: raw.rowCount, data: placed.data.slice(0, raw.rowCount * placed.cols) }
  await writeTable(flags.output, coordinateTable(coordinates))
  const stream = summaryStream(flags.output)
  if (flags.json) stream.write(`${JSON.stringify({ output: flags.output, rows: raw.rowCount, dimension: coordinates.cols })}\n`)
  else stream.write(`${raw.rowCount} rows placed${flags.output === '-' ? '' : ` in ${flags.output}`}\n`)
}

function twice(raw: RawTable): RawTable {
  const columns = raw.columns.map(
    (column) =>
      ({
        ...column,
        values:
          column.values instanceof Float64Array
            ? Float64Array.of(column.values[0]!, column.values[0]!)
            : [column.values[0], column.values[0]],
        ...('missing' in column && column.missing ? { missing: Uint8Array.of(column.missing[0]!, column.missing[0]!) } : {})
      }) as RawColumn
  )
  return { columns, rowCount: 2 }
}

/** The embedding in a file, or undefined when it is a table. Throws `FormatError` for a model of another kind. */
export async function modelAt(path: string): Promise<EmbeddingModel | undefined> {
  const contents = await modelContentsIn(path)
  return contents && loadEmbedding(contents)
}

function dimensionOf(text: string | undefined): number | 'auto' {
  if (text === undefined || text === 'auto') return 'auto'
  const count = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isInteger(count) && count >= 1) return count
  throw new InputError({ code: 'option-value', got: `-k ${text}`, expected: 'a whole number from 1, or auto', try: '-k 2' })
}

function scalingOf(text: string): ScalingMethod | Record<string, ScalingMethod> {
  const check = (method: string): ScalingMethod => {
    if (method === 'standard' || method === 'quantile') return method
    throw new InputError({ code: 'option-value', got: `--scaling ${text}`, expected: 'standard or quantile', try: '--scaling standard' })
  }
  if (!text.includes('=')) return check(text)
  return Object.fromEntries(Object.entries(splitPairs('--scaling', text)).map(([name, method]) => [name, check(method)]))
}

function refuseFitOptions(flags: EmbedFlags): void {
  const names = ['dimension', 'model', 'report', ...embedFields.map((field) => field.name), ...tableFields.map((field) => field.name)]
  const given = names.find((name) => flags[name] !== undefined)
  if (given === undefined) return
  throw new InputError({
    code: 'option-of-fit',
    got: `--${given} with a model file`,
    expected: 'a model and a table of new rows only',
    try: 'giving it when the model is made'
  })
}

function wrongInputs(input: string, fresh: string | undefined): InputError {
  return fresh === undefined
    ? new InputError({
        code: 'input-missing',
        got: `the model ${input} alone`,
        expected: 'a table of new rows after it',
        try: `sbridge embed ${input} new.csv -o OUT`
      })
    : new InputError({
        code: 'input-extra',
        got: `two tables, ${input} and ${fresh}`,
        expected: 'one table, or a model and a table',
        try: `sbridge embed ${input} -o OUT`
      })
}
