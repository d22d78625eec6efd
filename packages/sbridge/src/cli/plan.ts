import type { Plan, SchemaPlan, Timing } from '@sbridge/core/internal'
import { durationText, pairsPerMillisecond, secondsOf } from '@sbridge/core/internal'
import { type Engine, ReferenceEngine } from '@sbridge/core/kernels'

/** A plan that takes so long on this machine with this engine. */
interface TimedPlan extends Omit<Plan, 'timed' | 'plain' | 'besides'>, Partial<Pick<SchemaPlan, 'tables'>> {
  readonly seconds: number
}

/** Measures how fast pairs go. */
export async function timePlan({ timed, plain, besides, ...plan }: Plan | SchemaPlan, engine: Engine, timing?: Timing): Promise<TimedPlan> {
  const speed = await pairsPerMillisecond(plain ? new ReferenceEngine() : engine, timed, () => performance.now(), timing)
  return { ...plan, seconds: secondsOf({ pairs: plan.pairs, besides }, speed) }
}

/** The plan in words. */
function sayPlan({ rowCount, dimension, drawnRows, seconds, bytes, tables = [], notes = [] }: TimedPlan): string {
  const megabytes = Math.max(1, Math.round(bytes / 1e6))
  const drawn = drawnRows === 0 ? '' : `, ${drawnRows} rows to draw`
  const time = seconds < 3 ? 'a few seconds' : `about ${durationText(seconds)}`
  const each = tables.map(
    (one) => `${one.table}: ${one.rows} rows${one.by ? `, drawn by ${one.by}` : one.isKept ? ', kept as it is' : ''}\n`
  )
  return `${rowCount} rows, ${dimension} coordinates${drawn}: ${time} and ${megabytes} MB of working memory\n${[...each, ...notes.map((note) => `${note}\n`)].join('')}`
}

/** Jobs that take longer say so before they begin. */
const LONG = 60
/** Operations in a millisecond that any machine does: a tenth of those that one thread of a server does, by bench/plans.mjs. */
const SLOWEST = 3e5
/** Operations of a pair besides those of its coordinates. */
const PAIR_WORK = 12

/** Whether a job is none of the long ones, however slow the machine: its pairs need not be timed. */
const isShort = ({ pairs, dimension, plain }: Plan | SchemaPlan): boolean =>
  plain !== true && (pairs * (dimension + PAIR_WORK)) / SLOWEST < 1000 * LONG

/** Points of a job are timed so many apart first, an odd number, which hours and months are not: of a million rows all took 1.5 s. */
const APART = 9

/** Whether a job is none of the long ones on this machine, by pairs among fewer points, which go no faster. */
async function isShortHere(plan: Plan | SchemaPlan, engine: Engine): Promise<boolean> {
  if (typeof plan.timed === 'number') return false
  const isEnough = (speed: number): boolean => secondsOf(plan, speed) <= LONG
  return (await timePlan(plan, engine, { every: APART, isEnough })).seconds <= LONG
}

/** Says a plan that was asked for, or one of a long job; true where nothing more is wanted. */
export async function onlyPlanned(
  plan: Plan | SchemaPlan,
  engine: Engine,
  flags: { readonly dryRun?: boolean; readonly json?: boolean }
): Promise<boolean> {
  if (flags.dryRun !== true && (isShort(plan) || (await isShortHere(plan, engine)))) return false
  const timed = await timePlan(plan, engine)
  if (flags.dryRun) process.stdout.write(flags.json ? `${JSON.stringify(timed)}\n` : sayPlan(timed))
  else if (timed.seconds > LONG) process.stderr.write(sayPlan(timed))
  return flags.dryRun === true
}
