import { type Engine, type Pair, ROUGH_COST } from '../kernel/engine.js'
import type { Crew } from '../num/iterate.js'

/** An engine that tells of every reduction how many pairs in float64 take as long: what moves a bar between two reports of a stage. */
export function countingEngine(engine: Engine, count: (pairs: number) => void): Engine {
  const counted = async <T>({ from, to }: Pair, reduction: Promise<T>): Promise<T> => {
    const result = await reduction
    count(from.points.rows * to.points.rows)
    return result
  }
  return {
    name: engine.name,
    logSum: (pair, log) => counted(pair, engine.logSum(pair, log)),
    mean: (pair, log, values) => counted(pair, engine.mean(pair, log, values)),
    draw: (pair, log, values, noise) => counted(pair, engine.draw(pair, log, values, noise)),
    moments: (pair, log, values) => counted(pair, engine.moments(pair, log, values)),
    pick: (pair, log, noise) => counted(pair, engine.pick(pair, log, noise)),
    nearest: (pair, most) => counted(pair, engine.nearest(pair, most)),
    ...(engine.rough ? { rough: async () => countingEngine(await engine.rough!(), (pairs) => count(ROUGH_COST * pairs)) } : {}),
    ...(engine.crew ? { crew: countedCrew(engine.crew, count) } : {}),
    close: () => engine.close()
  }
}

/** A crew whose engines tell of theirs. */
const countedCrew = (crew: Crew, work: (pairs: number) => void): Crew => ({
  engines: crew.engines,
  least: (threads) => crew.least(threads),
  later: (errand, operations) => crew.later(errand, operations),
  rest: () => crew.rest(),
  run: (name, input, watch, engine) => crew.run(name, input, { ...watch, work }, engine)
})
