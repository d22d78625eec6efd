import { logOdds } from '../../diagnose/boosting.js'
import { nearestDistances } from '../../diagnose/neighbours.js'
import { chainsOfNames } from '../../draw/batches.js'
import { resampled } from '../../draw/resample.js'
import type { Engine } from '../../kernel/engine.js'
import { namesOfGivens } from '../../know/conditions.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { type Matrix, takeRows } from '../../num/matrix.js'
import { keyFor, keyFromSeed } from '../../num/random.js'
import { takeTableRows } from '../../table/rows.js'
import type { SystemContext } from '../host.js'
import type { DrawnRows, Stretch, TableModel } from './options.js'
import { type ModelParts, placingFor } from './trial.js'

/** Candidates a row: more gain little and cost as much again. */
export const CANDIDATES = 4

/**
 * Rows of a model, each one of four candidates where the model is refined or leaves out what comes near to rows of the table: four
 * times as many are drawn, side by side, so that a row depends on its own candidates alone; under conditions all of them meet what
 * is known. Cost: four draws, and where rows are left out a search for the training row nearest to each.
 */
export async function drawOfCandidates(
  { model, request }: { readonly model: TableModel; readonly request: Stretch },
  { draw, training }: ModelParts,
  context: SystemContext
): Promise<DrawnRows> {
  const ratio = model.refinement?.ratio
  const nearest = model.privacy?.nearest
  const { rows = model.summary.rowCount, first, seed = 1 } = request
  const count = candidateRows(model, rows)
  if (count === rows) return draw(model, request, context)
  if (count > MOST_ROWS) throw tooMany(rows)
  const drawn = await draw(model, { ...request, rows: count, ...defined({ first: first && CANDIDATES * first }) }, context)
  const own = training(model)
  const place = placingFor(own)
  const points = place(drawn.table)
  const ratios = ratio ? logOdds(ratio, points) : new Float64Array(points.rows)
  const near = nearest === undefined ? 0 : await leaveOut(ratios, { points, training: place(own), nearest, engine: context.engine })
  const chains = request.asked && chainsOfNames(namesOfGivens(request.asked.givens), rows)
  const { chosen, effective } = resampled(ratios, CANDIDATES, keyFor(keyFromSeed(seed), 'refined'), { chains, first })
  return {
    ...drawn,
    table: takeTableRows(drawn.table, chosen),
    ...(drawn.latents ? { latents: takeRows(drawn.latents, chosen) } : {}),
    ...(ratio ? { refined: { candidates: CANDIDATES, effective } } : {}),
    ...(nearest === undefined ? {} : { near })
  }
}

interface Nearness {
  /** [m, d] and [n, d] */
  readonly points: Matrix
  readonly training: Matrix
  /** Candidates that come nearer to a training row are left out. */
  readonly nearest: number
  readonly engine: Engine
}

/** No chance for candidates that come too near, but the farthest of a row whose candidates all do; of how many rows they do. */
async function leaveOut(ratios: Float64Array, { points, training, nearest, engine }: Nearness): Promise<number> {
  const distances = await nearestDistances(engine, points, training)
  let near = 0
  for (let first = 0; first < distances.length; first += CANDIDATES) {
    const farthest = distances.subarray(first, first + CANDIDATES).reduce((a, b) => Math.max(a, b))
    if (farthest < nearest) near++
    const least = Math.min(nearest, farthest)
    for (let k = first; k < first + CANDIDATES; k++) if (distances[k]! < least) ratios[k] = Number.NEGATIVE_INFINITY
  }
  return near
}

/** Rows that are drawn for so many rows of a model: its candidates. */
export const candidateRows = ({ refinement, privacy }: TableModel, rows: number): number =>
  refinement?.ratio || privacy?.nearest !== undefined ? CANDIDATES * rows : rows

/** Rows of one draw: as `checkCount` has it. */
const MOST_ROWS = 1e8

function tooMany(rows: number): InputError {
  return new InputError({
    code: 'count',
    got: `n = ${rows}, of four candidates each`,
    expected: `at most ${MOST_ROWS / CANDIDATES} rows of a model that is refined or leaves rows out`,
    try: `-n ${MOST_ROWS / CANDIDATES}, or a model fitted with --refine off and without --privacy`
  })
}
