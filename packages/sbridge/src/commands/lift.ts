import type { Command } from '@commander-js/extra-typings'
import { FormatError, InputError, liftTable, type Matrix, matrix, presentTable, type RawTable } from '@sbridge/core'
import { addFields, runFields } from '../cli/fields.js'
import { engineOf, runOf } from '../cli/options.js'
import { summaryStream } from '../cli/summary.js'
import { checkOutputs } from '../format/atomic-file.js'
import { readTable, writeTable } from '../format/table-file.js'
import { cellsFor } from '../format/table-format.js'
import { modelAt } from './embed.js'

export function registerLift(program: Command): void {
  const command = program
    .command('lift')
    .description('Rows at diffusion-map coordinates: the way back from `embed`.')
    .argument('<model>', 'a model file that `embed --model` wrote')
    .argument('<coordinates>', 'a table with the columns coordinate_1, coordinate_2, …')
    .requiredOption('-o, --output <file>', 'where the rows go, with the columns of the training table')
    .option('--json', 'prints a summary as JSON on standard output')
  addFields(
    command,
    runFields.filter((field) => field.name !== 'seed')
  )
  command.action(async (model, coordinates, options) => {
    await runLift(model, coordinates, options as LiftFlags)
  })
}

interface LiftFlags extends Readonly<Record<string, unknown>> {
  readonly output: string
  readonly json?: boolean
}

async function runLift(path: string, coordinatesPath: string, flags: LiftFlags): Promise<void> {
  const run = runOf(flags)
  const cells = cellsFor(flags.output)
  await checkOutputs([flags.output], [path, coordinatesPath])
  const model = await modelAt(path)
  if (!model)
    throw new FormatError({
      code: 'model-magic',
      got: `${path}, which is no model file`,
      expected: 'a model written by embed',
      try: 'sbridge embed DATA -k 2 -o OUT --model MODEL'
    })
  const coordinates = coordinatesOf(await readTable(coordinatesPath), model.map.eigenvalues.length)
  const engine = await engineOf(run)
  try {
    const table = await liftTable(model, coordinates, { engine })
    await writeTable(flags.output, presentTable(table, model.encoder.formats, cells))
  } finally {
    await engine.close()
  }
  const summary = { output: flags.output, rows: coordinates.rows, relativeError: model.summary.roundTrip.relativeError }
  const stream = summaryStream(flags.output)
  const words = `${summary.rows} rows${flags.output === '-' ? '' : ` in ${flags.output}`}; held-out rows came back with relative error ${summary.relativeError.toFixed(3)}\n`
  stream.write(flags.json ? `${JSON.stringify(summary)}\n` : words)
}

/** The columns coordinate_1 … coordinate_K of a table [n, K]. Throws `InputError` when one is missing or not a number everywhere. */
export function coordinatesOf(raw: RawTable, dimension: number): Matrix {
  const out = matrix(raw.rowCount, dimension)
  for (let k = 0; k < dimension; k++) {
    const name = `coordinate_${k + 1}`
    const column = raw.columns.find((c) => c.name === name) ?? raw.columns.find((c) => c.name === `x${k}`)
    if (!column) throw wrong(`no column ${name}`, dimension)
    for (let i = 0; i < raw.rowCount; i++) {
      const cell = column.values[i]
      const value = cell === null || cell === '' || typeof cell === 'boolean' ? Number.NaN : Number(cell)
      if (!Number.isFinite(value) || ('missing' in column && column.missing?.[i]))
        throw wrong(`${cell ?? 'an empty cell'} in ${column.name}, row ${i + 1}`, dimension)
      out.data[i * dimension + k] = value
    }
  }
  return out
}

function wrong(got: string, dimension: number): InputError {
  return new InputError({
    code: 'coordinates',
    got,
    expected: `finite numbers in coordinate_1 … coordinate_${dimension}`,
    try: 'a file written by embed with the same model'
  })
}
