import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { InputError, packModel, SYSTEMS, type TableModel, type TableRequest } from '@sbridge/core'
import { BATCH_ROWS, candidateRows, defined } from '@sbridge/core/internal'
import type { Run } from '../cli/options.js'
import { isDatabase, withoutPassword } from '../database/address.js'
import { writeAtomically } from '../format/atomic-file.js'
import { checkWritable } from '../format/outputs.js'
import { MODEL } from './draw.js'
import { folderOf, nameOf, planned, type ShardPlan, sha256 } from './plan.js'

const { tables } = SYSTEMS

interface Making {
  readonly input: string
  readonly output: string
  readonly dialect?: string
  readonly run: Pick<Run, 'seed' | 'engineName' | 'precision'>
  readonly request: TableRequest
  /** The name of the request's code and the SHA-256 of its file, where it has some. */
  readonly likelihood?: ShardPlan['likelihood']
  /** Left out: as many as there are batches, and at most a thousand. */
  readonly shards?: number | undefined
}

/** More shards than this only where they are asked for: a thousand machines are kept busy, and a folder stays a folder. */
const USUAL_SHARDS = 1000

export interface Made {
  readonly plan: ShardPlan
  /** Of the model and the results. */
  readonly folder: string
  /** The plan's file. */
  readonly path: string
}

/**
 * Plans how a model's rows are drawn in shards, and writes the plan and the model: to a file, or under a name of its own in a folder.
 * Throws `InputError` for what cannot be cut (`shards-unable`, `shards-many`) and where nothing can be written.
 */
export async function makePlan(
  model: TableModel,
  file: string | ((name: string) => string),
  { input, output, dialect, run, request, likelihood, shards }: Making
): Promise<Made> {
  refuseGroups(model)
  const rows = request.rows ?? model.summary.rowCount
  const bytes = packModel(tables.save(model))
  const cut = batchesFor(candidateRows(model, rows), shards)
  const plan = planned({
    verb: 'sample',
    input: withoutPassword(input),
    model: sha256(bytes),
    engine: run.engineName,
    precision: run.precision,
    request: { ...withoutCode(request), rows, seed: run.seed },
    ...defined({ likelihood }),
    ...cut,
    output: withoutPassword(output),
    ...defined({ dialect })
  })
  const path = typeof file === 'string' ? file : file(nameOf(plan))
  const folder = folderOf(path, plan)
  await mkdir(folder, { recursive: true }).catch(() => checkWritable(join(dirname(path), MODEL)))
  await writeAtomically(join(folder, MODEL), bytes)
  await writeAtomically(path, `${JSON.stringify(plan, null, 2)}\n`)
  return { plan, folder, path }
}

function withoutCode({ asked, ...request }: TableRequest): TableRequest {
  if (!asked) return request
  const { likelihood: _code, ...data } = asked
  return { ...request, asked: data }
}

function unable(got: string, expected: string, remedy: string): InputError {
  return new InputError({ code: 'shards-unable', got, expected, try: remedy })
}

/** A plan that is run by files holds no code. Throws `InputError` (code `shards-unable`). */
export function refuseCode(code: unknown): void {
  if (code === undefined) return
  const expected = 'what is known as data: --given, --observe'
  throw unable(
    '--likelihood in a plan of shards',
    expected,
    'leaving it out, or `sbridge sample`, on a cluster where workers know it (--module)'
  )
}

/** What no plan can hold: several conditions, which are drawn together. */
export function refuseUnshared({ asked }: TableRequest): void {
  if ((asked?.givens.length ?? 1) > 1)
    throw unable(`${asked!.givens.length} conditions in a plan of shards`, 'one condition', 'a plan for each, or `sbridge sample`')
}

/** A plan is copied about, and holds no password. */
export function refuseDatabase(output: string): void {
  if (!isDatabase(output)) return
  throw unable(`shards that are merged into ${withoutPassword(output)}`, 'a file', '-o rows.parquet, and loading it into the database')
}

function refuseGroups(model: TableModel): void {
  if (tables.kindOf(model) !== 'panel') return
  throw unable('shards of whole groups (--group)', 'rows that stand alone', '`sbridge sample`, whose groups are drawn on one machine')
}

/** Whole batches of the rows, and the shards that they are cut into. Throws `InputError` (code `shards-many`) where there are fewer than shards. */
function batchesFor(rows: number, asked: number | undefined): Pick<ShardPlan, 'batches' | 'shards'> {
  const batches = Math.ceil(rows / BATCH_ROWS)
  const shards = asked ?? Math.min(batches, USUAL_SHARDS)
  if (shards <= batches) return { batches, shards }
  throw new InputError({
    code: 'shards-many',
    got: `${shards} shards for ${rows} rows to draw`,
    expected: `at most ${batches}: rows are drawn in batches of ${BATCH_ROWS}, and a shard is whole ones`,
    try: `--shards ${batches}${batches === 1 ? ', or `sbridge sample`' : ''}`
  })
}
