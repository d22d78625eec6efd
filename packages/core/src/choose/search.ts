import { throwIfStopped, type Watch } from '../num/iterate.js'
import { mean, variance } from '../num/statistics.js'

/** A choice among settings by what they lose on rows that were held out. */
export interface Search<T> {
  readonly stage: string
  /** Parts of held-out rows, each scored by itself. */
  readonly parts: number
  /**
   * What a setting loses on every row of a part; less is better. Rows and their order are the same for all settings, so that
   * losses are paired. Undefined where a setting cannot be fitted.
   */
  score(setting: T, part: number): Promise<Float64Array | undefined>
  /**
   * What a setting whose scores take long loses on the first rows of the first part; undefined for others. Of those that are tried at once
   * the one that loses least there is scored further, if it leads: it would have to lead to be taken. That ends when its lead is clear, or lost.
   */
  glance?(setting: T): Promise<Float64Array | undefined>
  /** Below nought where `a` is simpler than `b`. */
  order(a: T, b: T): number
  /** Below nought where `a` is rather taken than `b`, of settings that lose alike, all trials done. Default the simpler one. */
  prefer?(a: T, b: T): number
  /**
   * Standard errors that a setting may lose to the best and be taken for being simple, all trials done. Default 1; 0 where tests
   * refute its law, `CLEARLY` where they had every chance to. `least`: the best.
   */
  allowance?(setting: T, least: T): number
  /** What to try next, the first time of all where nothing was tried; nothing ends the search. What was tried is not tried again. */
  moves(trials: readonly Trial<T>[]): readonly T[]
  /** About how many settings there will be, for progress. */
  readonly expected: number
}

/** A setting and what it loses. */
export interface Trial<T> {
  readonly setting: T
  /** Of the parts that were scored, one after the other: all, or where these were enough the first ones. */
  readonly losses: Float64Array
  /** Mean loss. Where parts are left out, what the best lost then on all rows and this one more on those scored; ∞ where a setting fails. */
  readonly loss: number
  /** Whether it was scored to the end; what is clearly worse than the best on some parts is not scored on the others. */
  readonly whole: boolean
}

export interface Choice<T> {
  readonly setting: T
  readonly trials: readonly Trial<T>[]
  /** Of the setting that loses least, and of the chosen one: at most one standard error of the paired difference more. */
  readonly least: Trial<T>
  readonly chosen: Trial<T>
}

/**
 * Standard errors by which a setting must be worse than the best on some parts to be spared the others: by chance for one
 * in a thousand that is as good. @source Maron and Moore, *Hoeffding races*, 1994; Birattari and others, *F-race*, 2002.
 */
export const CLEARLY = 3
/** The same for one whose scores take long, and which would have to lead. */
const BEHIND = 1

/**
 * Scores settings until no more are proposed, then takes the simplest that loses no more than the best but for one standard
 * error of the paired difference. Undefined where none could be scored. Cost: `parts` scores a setting, fewer for those that are clearly worse.
 * @source Breiman, Friedman, Olshen, Stone, *Classification and Regression Trees*, 1984, section 3.4.3.
 */
export async function search<T>(problem: Search<T>, watch?: Watch): Promise<Choice<T> | undefined> {
  const trials: Trial<T>[] = []
  const isNew = (setting: T) => trials.every((trial) => problem.order(trial.setting, setting) !== 0)
  for (;;) {
    const next = problem.moves(trials).filter(isNew)
    if (next.length === 0) break
    const { leads, others } = await glanced(problem, next, leastOf(trials))
    trials.push(...others)
    for (const setting of next) {
      if (!isNew(setting)) continue
      const scored = (share: number) =>
        watch?.progress?.({ stage: problem.stage, done: Math.min(trials.length + share, problem.expected), total: problem.expected })
      trials.push(await tryOut(problem, { setting, least: leastOf(trials), takesLong: leads === setting, scored }, watch))
      scored(0)
    }
  }
  const least = leastOf(trials)
  if (!least) return undefined
  const chosen = simplestOf(trials, problem)!
  return { setting: chosen.setting, trials, least, chosen }
}

/** Of settings whose scores take long the one that leads on a few rows, and what all others lost there. */
async function glanced<T>(
  problem: Search<T>,
  settings: readonly T[],
  least: Trial<T> | undefined
): Promise<{ readonly leads?: T | undefined; readonly others: readonly Trial<T>[] }> {
  const all: Trial<T>[] = []
  for (const setting of least ? settings : []) {
    const losses = await problem.glance?.(setting)
    if (losses) all.push({ setting, losses, loss: least!.loss + excess(losses, least!.losses).difference, whole: false })
  }
  const first = all.reduce<Trial<T> | undefined>((a, b) => (a && !(b.loss < a.loss) ? a : b), undefined)
  const leads = first && first.loss < least!.loss ? first : undefined
  return { leads: leads?.setting, others: all.filter((trial) => trial !== leads) }
}

/** What to try next of one kind, in the light of what was tried; what was tried before does not count. */
export type Stage<T> = (trials: readonly Trial<T>[]) => readonly T[]

/** Moves of the first stage that has any new. */
export function inTurn<T>(order: Search<T>['order'], stages: readonly Stage<T>[]): Search<T>['moves'] {
  return (trials) => {
    for (const stage of stages) {
      const next = stage(trials).filter((setting) => trials.every((trial) => order(trial.setting, setting) !== 0))
      if (next.length > 0) return next
    }
    return []
  }
}

/** Descending rungs, and how a setting is one of them. */
interface Rungs<T> {
  readonly of: (setting: T) => number
  readonly at: (rung: number) => T
  /** Rungs above this are all tried; default none. */
  readonly from?: number
}

/** The setting at the first rung that was not tried, unless one before it was clearly worse. */
export function untilWorse<T>(trials: readonly Trial<T>[], rungs: readonly number[], { of, at, from = Infinity }: Rungs<T>): readonly T[] {
  for (const rung of rungs) {
    const first = trials.find(({ setting }) => of(setting) === rung)
    if (!first) return [at(rung)]
    if (!first.whole && rung <= from) break
  }
  return []
}

/** The trial that loses least of those scored on all parts. */
export function leastOf<T>(trials: readonly Trial<T>[]): Trial<T> | undefined {
  const whole = trials.filter((trial) => trial.whole)
  return whole.length === 0 ? undefined : whole.reduce((a, b) => (b.loss < a.loss ? b : a))
}

/** The simplest trial that loses no more than the best but for its allowance, or that which is preferred. */
export function simplestOf<T>(
  trials: readonly Trial<T>[],
  { order, allowance, prefer = order }: Pick<Search<T>, 'order' | 'allowance' | 'prefer'>
): Trial<T> | undefined {
  const least = leastOf(trials)
  if (!least) return undefined
  return trials
    .filter(({ whole, losses, setting }) => whole && excess(losses, least.losses).inErrors <= (allowance?.(setting, least.setting) ?? 1))
    .concat(least)
    .reduce((a, b) => (prefer(b.setting, a.setting) < 0 ? b : a))
}

interface Trying<T> {
  readonly setting: T
  readonly least: Trial<T> | undefined
  readonly takesLong: boolean
  readonly scored: (share: number) => void
}

async function tryOut<T>(
  problem: Search<T>,
  { setting, least, takesLong, scored: told }: Trying<T>,
  watch: Watch | undefined
): Promise<Trial<T>> {
  const parts: Float64Array[] = []
  // Standard errors behind the best that end it.
  const enough = takesLong ? BEHIND : CLEARLY
  for (let part = 0; part < problem.parts; part++) {
    throwIfStopped(watch, problem.stage)
    const scored = await problem.score(setting, part)
    if (!scored || scored.some((loss) => !Number.isFinite(loss)))
      return { setting, losses: joined(parts), loss: Number.POSITIVE_INFINITY, whole: false }
    parts.push(scored)
    if (part < problem.parts - 1) told((part + 1) / problem.parts)
    const losses = joined(parts)
    if (!least || part === problem.parts - 1) continue
    const { difference, inErrors } = excess(losses, least.losses)
    if (inErrors > enough) return { setting, losses, loss: least.loss + difference, whole: false }
    if (takesLong && inErrors < -CLEARLY) return { setting, losses, loss: least.loss + difference, whole: true }
  }
  const losses = joined(parts)
  return { setting, losses, loss: mean(losses), whole: true }
}

/** Whether a trial is clearly worse than another on what both were scored on. */
export function isClearlyWorse<T>({ losses }: Trial<T>, { losses: others }: Trial<T>): boolean {
  return excess(losses, others).inErrors > CLEARLY
}

/** Mean paired difference to another setting on the rows that both were scored on, and the same in its standard errors; nought where all agree. */
function excess(losses: Float64Array, others: Float64Array): { difference: number; inErrors: number } {
  const differences = losses.subarray(0, others.length).map((loss, i) => loss - others[i]!)
  const difference = mean(differences)
  return { difference, inErrors: difference === 0 ? 0 : difference / Math.sqrt(variance(differences) / differences.length) }
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
