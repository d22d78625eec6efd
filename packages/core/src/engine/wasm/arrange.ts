import type { Arena } from './arena.js'
import * as job from './job.js'
import type { Precision, WasmKernels } from './module.js'
import { type Pool, SHARED_WORK } from './pool.js'

/** The memory that calls are placed in, and who works on it. */
export interface Desk {
  readonly arena: Arena
  readonly kernels: WasmKernels
  readonly pool: Pool
  readonly precision: Precision
  readonly threads: number
  /** Visit every block. */
  readonly dense: boolean
}

/** Blocks a unit of what is done block by block: as in assembly/job.ts. */
export const BLOCKS_A_UNIT = 32
/** Operations a number: 10 ns. */
const NUMBER_WORK = 40

/** Rows in memory, one after the other: of so many numbers, from an address on. */
interface Raw {
  readonly raw: number
  readonly length: number
}

export function placeRaw(arena: Arena, data: Float64Array): Raw {
  const raw = arena.take(data.length * 8)
  arena.float64(raw, data.length).set(data)
  return { raw, length: data.length }
}

/** The fields that say what is done with rows; those of queries are nobody's then. */
type RawFields = Partial<job.JobFields> & Pick<job.JobFields, 'mode' | 'queryCount'>

/** Runs so many units of a job on rows: in the pool's threads where there are many. */
async function run({ arena, kernels, pool }: Desk, { raw, length }: Raw, fields: RawFields, units: number): Promise<void> {
  const words = arena.uint32(job.JOB_ADDRESS, job.JOB_WORDS)
  words[job.FIELDS.raw] = raw
  for (const [name, value] of Object.entries(fields)) words[job.FIELDS[name as keyof job.JobFields]] = value
  const work = NUMBER_WORK * length
  if (work > SHARED_WORK) await pool.run({ first: 0, end: units }, { work })
  else for (let unit = 0; unit < units; unit++) kernels.run(0, unit)
}

/** Puts rows in block order. */
export function arrange(desk: Desk, raw: Raw, fields: RawFields & Pick<job.JobFields, 'blockCount'>): Promise<void> {
  return run(desk, raw, fields, Math.ceil(fields.blockCount / BLOCKS_A_UNIT))
}

/** Halvings that are units each: then there are as many as keep a few threads busy to the end. */
const HALVINGS = 5

/** Times that rows are halved before none are left. */
const WHOLLY = 32

/** Finds the block order of points [rows, cols], at an address. */
export async function findOrder(desk: Desk, raw: Raw, { rows, cols }: { rows: number; cols: number }, order: number): Promise<Uint32Array> {
  const { arena } = desk
  const mark = arena.top
  const keys = arena.take(rows * 8)
  const fields = { mode: job.ORDER_ROWS, queryCount: rows, dimension: cols, order, keys }
  const last = NUMBER_WORK * raw.length > SHARED_WORK ? HALVINGS : 0
  for (let k = 0; k <= last; k++) await run(desk, raw, { ...fields, runs: 2 ** k, times: k === last ? WHOLLY : 1 }, 2 ** k)
  arena.cutBack(mark)
  return arena.uint32(order, rows).slice()
}
