import { chainsOfNames, checkCount, inBatchesOfEach, placesInBatches } from '../../draw/batches.js'
import { type Condition, formatsFor, type Given, namesOfConditions, repeatGiven } from '../../know/conditions.js'
import type { Evidence } from '../../know/evidence.js'
import { allExcluded } from '../../know/likelihood-row.js'
import { refuseFar } from '../../know/observations.js'
import { groupConditions, type LinearInterval } from '../../know/places.js'
import { type AskedOfRows, pullEach, readKnown } from '../../know/pull.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { unshared } from '../../num/iterate.js'
import { later } from '../../num/later.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { median } from '../../num/statistics.js'
import type { Encoder } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { knowledgeOf } from '../field-knowledge.js'
import { miscalibration } from './calibration.js'
import type { LocalModel } from './model.js'
import { type LocalPosteriorReport, reportOnLocal } from './posterior-report.js'
import { decodeLocal, type LocalSampleRequest, trainingFieldTable } from './sample.js'
import { drawKnown, impossibleRows, type KnownRows } from './sweeps.js'
import { type Fared, Tally } from './tally.js'
import { type KnownWindows, knownWindows } from './windows.js'

/** What is known about the rows to draw; something has to be. */
export interface LocalPosteriorRequest extends LocalSampleRequest, AskedOfRows {
  /** One condition or several, by column name: numbers, or intervals. `count` rows for each, in their order. */
  readonly given?: Given | readonly Given[]
  /** Two-sided sweeps after the ordered pass. Default none where all that is observed is linear, else as many as it takes until no column's mean moves any more, from 4 to 64. */
  readonly sweeps?: number
}

/** Rows under conditions or observations, and how well the data support them. */
export interface LocalPosterior {
  readonly table: Table
  /** Formats that show given values with all their digits. */
  readonly formats: readonly ColumnFormat[]
  /** Scaled coordinates [conditions · count, d]. */
  readonly coordinates: Matrix
  readonly report: LocalPosteriorReport
}

/**
 * Draws rows given exact values or intervals of some columns, observations of expressions, and a likelihood: an ordered
 * pass that takes in what is known about each coordinate when its turn comes and what is known of later ones by messages of
 * a linear law. Observations that are linear come in in closed form. Where some are not, sweeps follow in which every coordinate is
 * drawn given *all* its neighbours, multiplied by what is known about it given the others, until they move no mean any more: by the Gaussian that they are nearly when all other columns are held, where there is one, and a Metropolis test a
 * coordinate. A likelihood, and what no single column settles, grows from power 0 to 1 in the first half of the first 20
 * sweeps. Sweeps go against the order of the pass and are over-relaxed.
 *
 * @source mathematics, sections 7 and 9. Cost O(d·(M² + sweeps·n·M)) for n = conditions · count rows, and n·d likelihoods a
 * sweep; memory O((M + n)·d).
 * Throws `InputError` for unknown columns, malformed observations, impossible values, or when nothing is asked.
 */
export async function posteriorLocal(model: LocalModel, request: LocalPosteriorRequest, context: Context): Promise<LocalPosterior> {
  const { encoder } = model
  const { count } = request
  const { conditions, observations } = checkLocalPosterior(model, request)
  refuseFar(observations, trainingFieldTable(model))
  const evidence = pullEach(encoder, { observations, module: request.likelihood })
  if (await refusesAll(model, evidence)) throw allExcluded(request.observe ?? [], request.likelihood !== undefined)
  const key = keyFor(context.key, 'posterior')
  const drawn = await drawLocalPosterior(model, { conditions, evidence, request }, { ...context, key })
  const table = repeatGiven(decodeLocal(model, drawn.coordinates), conditions, count)
  const training = trainingFieldTable(model)
  const outcome = { ...drawn, groups: groupConditions(encoder, conditions), training, conditions, observations, table, count }
  const report = await reportOnLocal(outcome, { ...context, key })
  return { table, formats: formatsFor(encoder, conditions), coordinates: drawn.coordinates, report }
}

/** What is known of rows as data on the coordinates of a field. */
interface LocalPosteriorDraw {
  /** Of the model's own coordinates. */
  readonly conditions: readonly Condition[]
  /** Of every row alike. */
  readonly intervals?: readonly LinearInterval[]
  readonly evidence: readonly Evidence[]
  readonly request: Pick<LocalPosteriorRequest, 'count' | 'sweeps' | 'steps'>
  /** Fitted anew when left out. */
  readonly fitted?: KnownWindows
}

/** Drawn coordinates and how the sweeps fared. */
export interface LocalPosteriorChains extends Fared {
  /** [conditions · count, d] */
  readonly coordinates: Matrix
}

/** Draws coordinates under conditions and evidence: `posteriorLocal` without words. */
export async function drawLocalPosterior(
  model: LocalModel,
  { conditions, intervals = [], evidence, request, fitted }: LocalPosteriorDraw,
  context: Context
): Promise<LocalPosteriorChains> {
  const { key } = context
  const { count } = request
  const alone = { ...context, watch: unshared(context.watch) }
  const windows = later(async () => fitted ?? (await knownWindows(model, alone)))
  const coordinates = matrix(conditions.length * count, model.coordinates.cols)
  const tested = evidence.some(({ linear }) => !linear)
  const tally = new Tally()
  const named = namesOfConditions(conditions)
  const groups = groupConditions(model.encoder, conditions)
  const pieces = groups.flatMap((group) => placesInBatches(group.members, count).map((members) => ({ ...group, members })))
  const whole = { count, key: keyFor(key, 'rows') }
  const drawn = await inBatchesOfEach(
    pieces.map(() => whole),
    context.watch,
    async (piece, { first, count: part, key: batchKey, watch }) => {
      const group = pieces[piece]!
      const names = group.members.map((member) => named[member]!)
      const members = group.members.map((member) => conditions[member]!)
      const known = { group, conditions: members, names, count: part, key: keyFor(batchKey, 'given') }
      const knowledge = { ...knowledgeOf(model, evidence, known), intervals }
      const asked = { knowledge, windows: await windows(), request: { ...request, count: part }, noise: chainsOfNames(names, part) }
      const { counts, ...chains } = await drawKnown(model, asked, { ...alone, key: batchKey })
      watch?.progress?.({ stage: 'sampling', done: 1, total: 1 })
      const rests = names.map((_, k) => leastMedian(counts, k * part, part, model.coordinates.rows))
      return { first, part, ...chains, rests }
    }
  )
  for (const [piece, { members }] of pieces.entries())
    for (const { first, part, state, rests, impossible, sweeps, drift, acceptance, choices } of drawn[piece]!) {
      const d = coordinates.cols
      members.forEach((member, k) => {
        coordinates.data.set(state.data.subarray(k * part * d, (k + 1) * part * d), (member * count + first) * d)
        tally.rest(member, rests[k]!)
      })
      const moved = drift && { column: columnAt(model.encoder, drift.coordinate), by: drift.by }
      tally.add({ impossible, sweeps, choices, ...defined({ drift: moved, acceptance: tested ? acceptance : undefined }) })
    }
  const { pass } = await windows()
  for (const { given } of groups.map(({ split }) => split)) {
    const missed = await miscalibration(model, { pass, given, evidence }, keyFor(key, 'calibration'))
    if (missed) tally.add({ missed: { column: columnAt(model.encoder, missed.coordinate), by: missed.by } })
  }
  return { coordinates, ...tally.outcome(conditions.length) }
}

const columnAt = ({ columns }: Encoder, coordinate: number): string =>
  columns.find((code) => code.carries === 'coordinate' && code.coordinate === coordinate)!.name

/** All that can be refused about what is known, before anything is drawn. */
export function checkLocalPosterior({ encoder }: Pick<LocalModel, 'encoder'>, { count, sweeps, ...asked }: LocalPosteriorRequest) {
  checkCount(count)
  if (sweeps !== undefined && !(Number.isInteger(sweeps) && sweeps >= 1))
    throw new InputError({ code: 'sweeps', got: `${sweeps} sweeps`, expected: 'a whole number from 1', try: 'leaving it out' })
  const known = readKnown(encoder, asked)
  checkCount(count * known.conditions.length)
  return known
}

/** Whether every training row is impossible: chains would wander where nothing is possible. */
export async function refusesAll({ coordinates }: LocalModel, evidence: readonly Evidence[]): Promise<boolean> {
  return evidence.length > 0 && (await impossibleRows(evidence, coordinates)) === coordinates.rows
}

/** Smallest over coordinates of the median over some rows, those that moved; `most` where no other is known. */
function leastMedian(counts: KnownRows['counts'], first: number, count: number, most: number): number {
  const known = counts.map((own) => own.subarray(first, first + count).filter((rows) => !Number.isNaN(rows)))
  return known.reduce<number>((least, rows) => (rows.length > 0 ? Math.min(least, median(rows)) : least), most)
}
