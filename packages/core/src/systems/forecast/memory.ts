import { leastOf, search } from '../../choose/search.js'
import { bestLosses } from '../../choose/window-bandwidth.js'
import type { FieldRows, Unit } from '../../law/units.js'
import { uniformLogWeights } from '../../num/log-space.js'
import { beside } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { columnScale, standardised } from '../../num/statistics.js'
import type { Context } from '../context.js'
import { lastRun, type Pairs, pairEnds, pairsOf } from './pairs.js'
import type { PlacedSeries } from './season.js'
import { MOST_COLUMNS } from './transition.js'

/** What a choice of the memory saw: held-out score of the next row, in standard deviations. Plain JSON. */
export interface MemoryTrial {
  readonly memory: number
  readonly score: number
}

interface MemoryChoice {
  readonly memory: number
  readonly trials: readonly MemoryTrial[]
}

/** Past rows that are tried, one after the other as long as more are better. */
const LADDER = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32]
/** Pairs for each input, at least. @source Peduzzi and others, Journal of Clinical Epidemiology 1996: ten a variable of a regression. */
const PAIRS_PER_INPUT = 10

interface MemoryProblem extends PlacedSeries {
  /** Periods of seasons, in rows: a row of one before, and the one before that, may say more than those in between. */
  readonly periods: readonly number[]
  /** Which inputs of so many past rows each output is drawn from; default all from all. */
  readonly unitsOf?: ((pairs: Pairs, memory: number) => readonly Unit[]) | undefined
}

/**
 * How many past rows the next one is drawn from: the fewest whose held-out score is within one standard error of the best, each at its
 * own bandwidth, on the same pairs. One and two are tried, one more than each period, and more as long as the most is best; no
 * more than the pairs can feed. Cost: a choice of bandwidths for each.
 */
export async function chooseMemory(problem: MemoryProblem, context: Context): Promise<MemoryChoice> {
  const { coordinates, places, periods, unitsOf } = problem
  const d = coordinates.cols
  // The next row is drawn from the last ones, which have to be there.
  const known = lastRun(places)
  const fits = (memory: number): boolean =>
    memory <= known &&
    (unitsOf !== undefined || (memory + 1) * d <= MOST_COLUMNS) &&
    pairEnds(places, memory).length >= PAIRS_PER_INPUT * memory * (unitsOf ? 1 : d)
  const seasonal = periods.filter(Number.isInteger).map((period) => period + 1)
  const candidates = [...new Set([...LADDER, ...seasonal])].sort((a, b) => a - b).filter(fits)
  const most = candidates.at(-1) ?? 1
  if (most === 1) return { memory: 1, trials: [] }
  const pairs = pairsOf(coordinates, most, pairEnds(places, most))
  const together = beside(pairs.outputs, pairs.inputs)
  const rows: FieldRows = { coordinates: standardised(together, columnScale(together)), logWeights: uniformLogWeights(together.rows) }
  const units = unitsOf ?? ((_: Pairs, memory: number) => [allFrom(d, memory)])
  const first = candidates.filter((memory) => memory <= 2 || seasonal.includes(memory))
  const found = await search<number>(
    {
      stage: 'choosing the memory',
      parts: 1,
      expected: first.length + 1,
      order: (a, b) => a - b,
      moves: (trials) =>
        trials.length === 0 ? first : candidates.slice(candidates.indexOf(leastOf(trials)?.setting ?? most) + 1).slice(0, 1),
      score: (memory) => bestLosses(rows, units(pairs, memory), { ...context, key: keyFor(context.key, 'memory') })
    },
    context.watch
  )
  if (!found) return { memory: 1, trials: [] }
  return { memory: found.setting, trials: found.trials.map(({ setting, loss }) => ({ memory: setting, score: loss })) }
}

/** All outputs from all inputs of so many past rows. */
const allFrom = (d: number, memory: number): Unit => ({
  targets: Uint32Array.from({ length: d }, (_, c) => c),
  givens: Uint32Array.from({ length: memory * d }, (_, k) => d + k)
})
