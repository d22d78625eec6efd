import type { Plan, SchemaPlan } from '@sbridge/core/internal'
import { durationText, pairsPerMillisecond, secondsOf } from '@sbridge/core/internal'
import { type Engine, ReferenceEngine } from '@sbridge/core/kernels'

/** A plan that takes so long on this machine with this engine. */
interface TimedPlan extends Omit<Plan, 'timed' | 'plain'>, Partial<Pick<SchemaPlan, 'tables'>> {
  readonly seconds: number
}

/** Measures how fast pairs go. */
export async function timePlan({ timed, plain, ...plan }: Plan | SchemaPlan, engine: Engine): Promise<TimedPlan> {
  const speed = await pairsPerMillisecond(plain ? new ReferenceEngine() : engine, timed, () => performance.now())
  return { ...plan, seconds: secondsOf(plan.pairs, speed) }
}

/** The plan in words. */
function sayPlan({ rowCount, dimension, drawnRows, seconds, bytes, tables = [] }: TimedPlan): string {
  const megabytes = Math.max(1, Math.round(bytes / 1e6))
  const drawn = drawnRows === 0 ? '' : `, ${drawnRows} rows to draw`
  const time = seconds < 3 ? 'a few seconds' : `about ${durationText(seconds)}`
  const each = tables.map((one) => `${one.table}: ${one.rows} rows${one.by ? `, drawn by ${one.by}` : ''}\n`)
  return `${rowCount} rows, ${dimension} coordinates${drawn}: ${time} and ${megabytes} MB of working memory\n${each.join('')}`
}

/** Jobs that take longer say so before they begin. */
const LONG = 60

/** Says a plan that was asked for, or one of a long job; true where nothing more is wanted. */
export function onlyPlanned(plan: TimedPlan, flags: { readonly dryRun?: boolean; readonly json?: boolean }): boolean {
  if (flags.dryRun) process.stdout.write(flags.json ? `${JSON.stringify(plan)}\n` : sayPlan(plan))
  else if (plan.seconds > LONG) process.stderr.write(sayPlan(plan))
  return flags.dryRun === true
}
