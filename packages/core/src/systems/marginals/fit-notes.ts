// What a reader should know of a fitted reference and its noise, in sentences.
import { covariancesFrom } from '../../bridge/noise-size.js'
import { packedLength } from '../../bridge/transition.js'
import { listed } from '../../num/listed.js'
import { matrix } from '../../num/matrix.js'
import { numberText } from '../../tell/numbers.js'
import type { CoupledInterval } from './couplings.js'
import { isSmooth } from './families.js'
import { type FitSnapshot, leastSigma, withinSpread } from './fit-snapshot.js'
import { atBound } from './interval-ends.js'
import type { MarginalsModel } from './model.js'
import type { ResolvedOptions } from './options.js'
import { momentsAt, type RoundsProblem } from './rounds-problem.js'

interface Fitted {
  readonly theta: Float64Array
  readonly sigma: Float64Array
  readonly columnNames: readonly string[]
}

/** What stands at a bound, and what particles forget between two snapshots. */
export function notesOf(problem: RoundsProblem, fitted: Fitted, { reference }: ResolvedOptions): string[] {
  const { family } = problem
  const notes: string[] = []
  family.parameters.forEach(({ name, ...bounds }, k) => {
    const value = fitted.theta[k]!
    if (atBound(value, bounds)) notes.push(`Parameter ${name} stands at its bound ${numberText(value)}.`)
  })
  if (typeof reference === 'string' && isSmooth(reference))
    notes.push(
      'The weights of a smooth field have no meaning by themselves; no intervals are given. Where no particle was seen, as between two wells, the field goes on as smoothly as it can: barriers there are not measured.'
    )
  if (family.parameters.length > 0) notes.push(...leastNoiseNote(problem, fitted), ...forgottenNote(problem, fitted))
  return notes
}

/** A σ at the least that is tried is no estimate: other columns, or the drift, were made to explain this one's scatter. */
function leastNoiseNote({ snapshots, sigma: given }: RoundsProblem, { sigma, columnNames }: Fitted): string[] {
  if (given) return []
  const least = leastSigma(snapshots)
  const there = columnNames.filter((_, a) => sigma[a]! <= (1 + 1e-9) * least[a]!)
  if (there.length === 0) return []
  const [stands, values] = [there.length === 1 ? 'stands' : 'stand', there.map((name) => numberText(sigma[columnNames.indexOf(name)]!))]
  return [
    `σ of ${listed(there)} ${stands} at the least that is tried (${listed(values)}): the reference explains the scatter by its drift or by other columns alone, and rates and noise are then not to be trusted. --sigma fixes the noise where it is known; --exclude leaves out columns that do not belong to the dynamics; --reference brownian or smooth estimates neither.`
  ]
}

/** Share of a coordinate's variance that a particle still owes to where it was: below it no sample of hundreds tells it from none. */
const REMEMBERED = 0.01

/** Coordinates of which particles keep nothing from any snapshot to the next. */
function forgottenNote(problem: RoundsProblem, { theta, sigma, columnNames }: Fitted): string[] {
  const evidence = momentsAt(problem, { theta, start: sigma })
  const kept = columnNames.map((_, a) =>
    Math.max(
      ...evidence.map(({ carried, unit }) => {
        const at = packedLength(a) + a
        const noise = covariancesFrom(matrix(1, unit.length, unit), sigma).data[at]!
        return carried[at]! / (carried[at]! + noise)
      })
    )
  )
  const forgotten = columnNames.filter((_, a) => kept[a]! < REMEMBERED)
  if (forgotten.length === 0) return []
  return [
    `Under this reference particles forget their ${listed(forgotten)} from each snapshot to the next: partners are chosen without it, and any faster rate with more noise fits as well. If it has no dynamics, leave it out (--exclude); --reference brownian or smooth lets particles keep it; snapshots closer in time would tell.`
  ]
}

/** Spreads that differ by this factor are worth a note: distances are those of the larger column alone. */
const UNEQUAL_SPREADS = 30

export function scaleNotes(working: readonly FitSnapshot[], columnNames: readonly string[]): string[] {
  const spread = withinSpread(working)
  const [least, most] = [Math.min(...spread), Math.max(...spread)]
  if (most <= UNEQUAL_SPREADS * least) return []
  const named = (size: number): string => columnNames[spread.indexOf(size)]!
  return [
    `${named(most)} spreads ${(most / least).toPrecision(2)} times as far as ${named(least)}, and distances are taken in the columns' own units: bring the columns to one scale, or give sigma a value a column.`
  ]
}

export function wideningNote({ doublings, sigma }: CoupledInterval, k: number, from: MarginalsModel['sigmaFrom']): string[] {
  if (doublings === 0) return []
  const often = doublings === 1 ? 'doubled' : `doubled ${doublings} times`
  return [
    `Interval ${k + 1}: the coupling had not found its marginals within 2,000 turns at the σ ${from === 'resolution' ? 'that the particles resolve' : 'of the fit'}; σ² was ${often}, to σ = ${sigma[0]!.toPrecision(4)}.`
  ]
}
