import type { Pair } from '../../kernel/engine.js'
import type { Exchange, SharedCall } from '../exchange.js'
import type { Arena } from './arena.js'
import { type Request, secondCount } from './call.js'
import * as job from './job.js'
import type { Pool } from './pool.js'

/** Most pieces of a call: a thousand machines are kept busy, and a folder stays a folder. */
const MOST_PIECES = 1000
/** Queries that make whole units, however many threads there are. */
const WHOLE_UNITS = 64

/** A call that is in memory, and its units of work. */
export interface Running {
  readonly pair: Pair
  readonly request: Request
  readonly fields: job.JobFields
  readonly units: number
  /** In which queries are taken; undefined where it is as they come. */
  readonly order?: Uint32Array | undefined
}

/** Results in memory: so many bytes from an address on, of these rows where they are not all that stand there. */
interface Place {
  readonly address: number
  readonly bytes: number
  readonly rows?: Uint32Array
}

/** Units of a job from `first` to before `end`, and where their results stand. */
interface Piece {
  readonly first: number
  readonly end: number
  readonly places: readonly Place[]
}

/** Into how many pieces so many operations are worth being cut; 1 where they are not. */
export const piecesOf = (work: number, pieceWork: number): number => Math.max(1, Math.min(MOST_PIECES, Math.floor(work / pieceWork)))

/** The pieces of a job, at most so many: cuts depend on the job alone, not on threads. */
function cutJob(running: Running, pieces: number): Piece[] {
  const { fields, units } = running
  return fields.mode === job.SYMMETRIC ? cutStripes(fields, { pieces, units }) : cutQueries(running, pieces)
}

/** A unit of a symmetric sum is a pair of stripes with two partial sums of its own. */
function cutStripes({ stripe, stripeSums, valueCount, queryBlock }: job.JobFields, { pieces, units }: { pieces: number; units: number }) {
  const bytes = 2 * stripe * queryBlock * valueCount * 8
  return stretches(units, Math.ceil(units / pieces)).map(([first, end]): Piece => {
    return { first, end, places: [{ address: stripeSums + first * bytes, bytes: (end - first) * bytes }] }
  })
}

function cutQueries({ fields, request, order }: Running, pieces: number): Piece[] {
  const second = secondCount(request)
  const { queryCount, queryBlock, outLogSum, outEffective, outMean, outSecond, outIndices, valueCount: c } = fields
  const columns = [
    [outLogSum, 8],
    [outEffective, 8],
    [outMean, 8 * c],
    [outSecond, 8 * second],
    [outIndices, 4 * Math.max(1, fields.neighbourCount)]
  ] as const
  const rows = WHOLE_UNITS * Math.ceil(queryCount / (WHOLE_UNITS * pieces))
  return stretches(queryCount, rows).map(([from, to]): Piece => {
    const rows = order?.subarray(from, to)
    const places = columns.map(([address, bytes]) =>
      rows ? { address, bytes, rows } : { address: address + from * bytes, bytes: (to - from) * bytes }
    )
    return { first: from / queryBlock, end: Math.ceil(to / queryBlock), places }
  })
}

const stretches = (count: number, length: number): (readonly [from: number, to: number])[] =>
  Array.from({ length: Math.ceil(count / length) }, (_, k) => [k * length, Math.min(count, (k + 1) * length)])

/** Where the results of a piece stand, one stretch of bytes after another. */
function* stretchesOf({ places }: Piece): Generator<{ readonly address: number; readonly bytes: number }> {
  for (const { address, bytes, rows } of places) {
    if (rows) for (const row of rows) yield { address: address + row * bytes, bytes }
    else yield { address, bytes }
  }
}

const lengthOf = ({ places }: Piece): number => places.reduce((sum, { bytes, rows }) => sum + bytes * (rows?.length ?? 1), 0)

/** Bytes of a piece's results, copied out of memory. */
function bytesOf(arena: Arena, piece: Piece): Uint8Array {
  const out = new Uint8Array(lengthOf(piece))
  let at = 0
  for (const { address, bytes } of stretchesOf(piece)) {
    out.set(arena.bytes(address, bytes), at)
    at += bytes
  }
  return out
}

/** Puts them in their place; false where they are not so long. */
function putBytes(arena: Arena, piece: Piece, from: Uint8Array): boolean {
  if (from.length !== lengthOf(piece)) return false
  let at = 0
  for (const { address, bytes } of stretchesOf(piece)) {
    arena.bytes(address, bytes).set(from.subarray(at, at + bytes))
    at += bytes
  }
  return true
}

/** What a call's results depend on: the fields that are numbers of the job, not addresses, and the data. */
function inputsOf({ pair: { from, to, kernel }, request: { log, values, noise }, fields }: Running): SharedCall['inputs'] {
  const { mode, queryCount, dimension, valueCount, neighbourCount, selfValues } = fields
  const { seedLow, seedHigh, keyStep, pickStream, normalStream } = fields
  const arrays = [
    to.points.data,
    ...(from.points.data === to.points.data ? [] : [from.points.data]),
    ...(kernel.kind === 'variable' ? [kernel.fromWidth, kernel.toWidth] : []),
    ...[log, values?.data, noise?.chains].filter((one) => one !== undefined)
  ]
  const numbers = [
    mode,
    queryCount,
    dimension,
    valueCount,
    neighbourCount,
    selfValues,
    seedLow,
    seedHigh,
    keyStep,
    pickStream,
    normalStream
  ]
  return [JSON.stringify([numbers, kernel.kind, kernel.epsilon, arrays.map(({ length }) => length)]), ...arrays]
}

interface Sharing {
  /** All that tells this engine from others. */
  readonly engine: string
  readonly pieces: number
  /** Operations of a piece. */
  readonly work: number
  readonly arena: Arena
  readonly pool: Pool
}

/** Runs a job in pieces. Results that it leaves unwritten are nought, so that a piece has the same bytes wherever it is computed. */
export async function shareJob(exchange: Exchange, { engine, pieces: most, work, arena, pool }: Sharing, running: Running): Promise<void> {
  const pieces = cutJob(running, most)
  for (const piece of pieces) for (const { address, bytes } of stretchesOf(piece)) arena.bytes(address, bytes).fill(0)
  await exchange.share({
    inputs: [engine, ...inputsOf(running)],
    pieces: pieces.length,
    compute: async (piece) => {
      await pool.run(pieces[piece]!, { work })
      return bytesOf(arena, pieces[piece]!)
    },
    take: (piece, bytes) => putBytes(arena, pieces[piece]!, bytes)
  })
}
