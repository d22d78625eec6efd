import { batchesOf, partOf } from '../../draw/batches.js'
import { throwIfStopped } from '../../num/iterate.js'
import { type Matrix, matrix, takeRows } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { decodeTable, type Encoder, fitEncoder, levelsIn } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import { stackTables, takeTableRows } from '../../table/rows.js'
import type { Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { methodsOf } from '../panel/methods.js'
import { fitSteps, type StepLaw, Steps } from '../panel/step-law.js'
import { someRows } from './sampled.js'

/** The law of rows given numbers that are known of each: the law of next rows of a panel, without any before. Plain data. */
export interface GivenLaw {
  /** Of what is drawn. */
  readonly encoder: Encoder
  /** Absent where all rows are the same. */
  readonly law?: StepLaw | undefined
}

interface GivenRows {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  /** What is known of each row [n, k]. */
  readonly given: Matrix
  /** Categories that are known of each row, of names of their own. */
  readonly besides?: Table | undefined
  /** What is known of the levels of each row, of an encoder's factors [n, L]; default nothing. */
  readonly liftsOf?: ((encoder: Encoder) => Matrix | undefined) | undefined
  /** Whether nothing but the order of what is drawn counts. */
  readonly ranked?: boolean | undefined
}

/** Fits the law of rows given numbers; of many rows to some. Cost: that of a step law on n rows. */
export async function fitGiven({ formats, ranked, liftsOf, ...all }: GivenRows, context: Context): Promise<GivenLaw> {
  const rows = someRows(all.table.rowCount, context.key)
  const { table, given, besides } = rows
    ? { table: takeTableRows(all.table, rows), given: takeRows(all.given, rows), besides: all.besides && takeTableRows(all.besides, rows) }
    : all
  const methodOf = methodsOf(table, 'auto')[0]
  const encoder = fitEncoder(table, formats, methodOf)
  if (encoder.coordinateCount === 0 && encoder.factors.every(({ levelCount }) => levelCount < 2)) return { encoder }
  const said = liftsOf?.(encoder)
  const lifts = said ? (rows ? takeRows(said, rows) : said) : matrix(table.rowCount, levelsIn(encoder))
  const groups = Uint32Array.from({ length: table.rowCount }, (_, i) => i)
  return {
    encoder,
    law: await fitSteps(
      { next: table, formats, past: given, own: [], lifts, levels: encoder, groups, besides },
      { methodOf, ranked, shown: true },
      context
    )
  }
}

/** What is known of rows besides numbers: categories, and of their levels [n, L]. */
export interface KnownBesides {
  readonly besides?: Table | undefined
  readonly lifts?: Matrix | undefined
}

/** Rows of which numbers are given [n, k], and categories where the law was fitted to some, batch by batch. Cost O(n·m·d²) for the m rows that the law compares with. */
export async function drawGiven(
  { encoder, law }: GivenLaw,
  given: Matrix,
  context: Context,
  { besides, lifts }: KnownBesides = {}
): Promise<Table> {
  const { key, engine, watch } = context
  const n = given.rows
  if (!law || n === 0)
    return decodeTable(encoder, { coordinates: matrix(n, encoder.coordinateCount), codes: new Int32Array(n * encoder.factors.length) })
  const steps = new Steps(law, encoder, { engine, watch })
  const parts: Table[] = []
  const batches = batchesOf({ count: n, key: keyFor(key, 'given') })
  for (const [b, batch] of batches.entries()) {
    throwIfStopped(watch, 'sampling')
    const rows = Uint32Array.from({ length: batch.count }, (_, i) => batch.first + i)
    const own = besides && takeTableRows(besides, rows)
    const known = {
      inputs: takeRows(given, rows),
      lifts: lifts ? takeRows(lifts, rows) : matrix(batch.count, levelsIn(encoder)),
      besides: own
    }
    parts.push(steps.decode(await steps.next(known, [...rows.keys()], batch.key)))
    partOf(watch, b, batches.length)?.progress?.({ stage: 'sampling', done: 1, total: 1 })
  }
  return stackTables(parts)
}
