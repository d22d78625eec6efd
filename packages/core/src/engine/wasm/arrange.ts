import type { Arena } from './arena.js'
import * as job from './job.js'
import type { Precision, WasmKernels } from './module.js'
import type { Pool } from './pool.js'

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

/** Blocks a unit, as in assembly/arrange.ts. */
const BLOCKS = 32
/** Numbers, at 10 ns each, below which it is not worth waking the workers. */
const SHARED_NUMBERS = 1e5

/** What is put in block order, and the fields that say where; `data` stands in memory while that is done. */
interface Arranged {
  readonly data: Float64Array
  readonly fields: Partial<job.JobFields> & Pick<job.JobFields, 'mode' | 'blockCount' | 'queryCount'>
}

/** Puts rows in block order; in the pool's threads where there are many. */
export async function arrange({ arena, kernels, pool }: Desk, { data, fields }: Arranged): Promise<void> {
  const mark = arena.top
  const raw = arena.take(data.length * 8)
  arena.float64(raw, data.length).set(data)
  const words = arena.uint32(job.JOB_ADDRESS, job.JOB_WORDS)
  words[job.FIELDS.raw] = raw
  for (const [name, value] of Object.entries(fields)) words[job.FIELDS[name as keyof job.JobFields]] = value
  const units = Math.ceil(fields.blockCount / BLOCKS)
  if (data.length > SHARED_NUMBERS) await pool.run({ first: 0, end: units }, { share: true })
  else for (let unit = 0; unit < units; unit++) kernels.run(0, unit)
  arena.cutBack(mark)
}
