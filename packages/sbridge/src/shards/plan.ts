import { createHash } from 'node:crypto'
import { parse } from 'node:path'
import { FormatError, InputError, type LikelihoodModule, type TableRequest } from '@sbridge/core'
import { DRAW_BYTES, type ImputationRequest } from '@sbridge/core/internal'
import type { Run } from '../cli/options.js'
import { readBytes } from '../format/table-file.js'
import { VERSION } from '../version.js'
import { inFolder } from './folder.js'

/** Version of the plan's own form. */
const PLAN_FORMAT = 2

/** What can be cut into shards. */
export type ShardVerb = 'sample' | 'impute'

/** One draw cut into shards: all that a machine needs besides the model beside it. Plain JSON. */
export interface ShardPlan {
  readonly format: number
  /** Version of sbridge, and which rows a seed draws: others draw other bytes. */
  readonly sbridge: string
  readonly drawBytes: number
  readonly verb: ShardVerb
  readonly input: string
  /** SHA-256 of the model file, and of the rows to fill where there are some. */
  readonly model: string
  readonly fill?: string | undefined
  readonly engine: Run['engineName']
  readonly precision: Run['precision']
  readonly request: TableRequest & Omit<ImputationRequest, 'fill'> & { readonly seed: number }
  /** A module of code: the name that workers know it by, and the SHA-256 of its file. The code itself is no part of a plan. */
  readonly likelihood?: { readonly name: string; readonly sha256: string } | undefined
  /** Rows in all, about so many where they are whole groups. */
  readonly rows: number
  /** Pieces of work, each drawn as it is; shards are stretches of them. */
  readonly batches: number
  readonly shards: number
  readonly output: string
  readonly dialect?: string | undefined
}

/** A fit in which several take part, each with the whole table: plain JSON too. */
export interface FitPlan extends Pick<ShardPlan, 'format' | 'sbridge' | 'drawBytes' | 'input' | 'engine' | 'precision' | 'output'> {
  readonly verb: 'fit'
  /** SHA-256 of the table with the options of the fit. */
  readonly table: string
  readonly seed: number
  readonly rows: number
  /** Arithmetic operations of a piece of a long sum: all who take part cut alike. */
  readonly pieceWork: number
  /** Who take part, at most. */
  readonly shards: number
}

/** What a plan is for, and what follows from its versions. */
type AnyPlan = ShardPlan | FitPlan

type New<Plan> = Omit<Plan, 'format' | 'sbridge' | 'drawBytes'>

export const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex')

const VERSIONS = { format: PLAN_FORMAT, sbridge: VERSION, drawBytes: DRAW_BYTES }

/** The plan with the versions that made it. */
export const planned = (plan: New<ShardPlan>): ShardPlan => ({ ...VERSIONS, ...plan })
export const plannedFit = (plan: New<FitPlan>): FitPlan => ({ ...VERSIONS, ...plan })

/** The plan with the code that it names, for a draw. */
export function withLikelihood(plan: ShardPlan, likelihood: LikelihoodModule | undefined): ShardPlan {
  const { request } = plan
  return likelihood ? { ...plan, request: { ...request, asked: { ...request.asked!, likelihood } } } : plan
}

/** What names a plan's results: another plan has others. How its file is laid out does not count. */
const hashOf = (plan: AnyPlan): string => sha256(JSON.stringify(plan)).slice(0, SHORT)

/** Letters of the hash in a folder's name: two plans of one name share them by chance once in 10¹⁹. */
const SHORT = 16

/** A name for a plan that has none. */
export const nameOf = (plan: AnyPlan): string => `sbridge-${hashOf(plan)}`

/** The folder of a plan's model and results, beside it. */
export function folderOf(path: string, plan: AnyPlan): string {
  const { dir, name } = parse(path)
  return inFolder(dir, name === nameOf(plan) ? name : `${name}-${hashOf(plan)}`)
}

/**
 * The plan in a file. Throws `FormatError` where there is none (`file-missing`, `plan-unreadable`), `InputError` for one of
 * another version (`plan-version`).
 */
export async function readPlan(path: string): Promise<AnyPlan> {
  const text = new TextDecoder().decode(await readBytes(path))
  const plan = planIn(text)
  if (!plan)
    throw new FormatError({
      code: 'plan-unreadable',
      got: `${path}, which is no plan of shards`,
      expected: 'the file that `sbridge shards plan` wrote',
      try: 'the name that stood behind --plan'
    })
  const { format, sbridge, drawBytes } = plan
  if (format === PLAN_FORMAT && sbridge === VERSION && drawBytes === DRAW_BYTES) return plan
  throw new InputError({
    code: 'plan-version',
    got: `a plan of sbridge ${sbridge} (plans ${format}, bytes ${drawBytes})`,
    expected: `one of this version, ${VERSION} (plans ${PLAN_FORMAT}, bytes ${DRAW_BYTES}): others may draw other rows`,
    try: 'the same version on every machine, or planning again'
  })
}

function planIn(text: string): AnyPlan | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'drawBytes' in value && 'verb' in value ? (value as AnyPlan) : undefined
  } catch {
    return undefined
  }
}

/** Batches of a shard, from its first to before its end; shards count from 1. */
export function batchesOfShard(
  { batches, shards }: Pick<ShardPlan, 'batches' | 'shards'>,
  shard: number
): readonly [first: number, end: number] {
  return [Math.floor(((shard - 1) * batches) / shards), Math.floor((shard * batches) / shards)]
}

/** The shard that a batch is in. */
export function shardOfBatch({ batches, shards }: Pick<ShardPlan, 'batches' | 'shards'>, batch: number): number {
  return Math.ceil(((batch + 1) * shards) / batches)
}

/** `3` and `3/8` → 3. Throws `InputError` (code `option-value`) for what the plan does not have. */
export function shardIn(text: string, { shards }: AnyPlan): number {
  const match = /^\s*(\d{1,6})(?:\s*\/\s*(\d{1,6}))?\s*$/.exec(text)
  const shard = Number(match?.[1])
  if (match && shard >= 1 && shard <= shards && (match[2] === undefined || Number(match[2]) === shards)) return shard
  throw new InputError({
    code: 'option-value',
    got: `--shard ${text}`,
    expected: `a shard from 1 to ${shards}, of the ${shards} of the plan`,
    try: `--shard 1/${shards}`
  })
}

/** Numbers in order as an array of jobs is written: `3,17,40-44`. */
export function arrayText(numbers: readonly number[]): string {
  const runs: [number, number][] = []
  for (const n of numbers) {
    const last = runs.at(-1)
    if (last && n === last[1] + 1) last[1] = n
    else runs.push([n, n])
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : to === from + 1 ? `${from},${to}` : `${from}-${to}`)).join(',')
}
