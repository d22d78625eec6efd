import { CENTRAL } from '../know/support.js'
import { type Key, uniforms } from '../num/random.js'
import { sorted } from '../num/statistics.js'
import type { Forecast } from './scores.js'
import { leastOf, type Search, simplestOf, type Trial } from './search.js'

/** Kolmogorov–Smirnov distance times √n beyond which places are not uniform (false alarms: 1 in 100). */
const NOT_UNIFORM = 1.63

/**
 * Where held-out rows lie among what settings draw for them: uniformly, where that is their law. Scores hardly see two modes
 * that one Gaussian covers; places do.
 * @source the probability integral transform of ensembles: Gneiting and Raftery 2007, section 3; randomised ranks.
 */
export class Calibration<T> {
  /** Places of one held-out row after the other, each of all columns. */
  private readonly of = new Map<string, { readonly places: number[]; fails?: boolean }>()

  add(setting: T, forecasts: readonly Forecast[], key: Key): void {
    this.addMixed(setting, [{ weight: 1, forecasts }], key)
  }

  /** The same of a mixture of laws, each with draws for all rows. */
  addMixed(setting: T, laws: readonly { readonly weight: number; readonly forecasts: readonly Forecast[] }[], key: Key): void {
    const name = JSON.stringify(setting)
    const { places } = this.of.get(name) ?? { places: [] }
    const rows = laws[0]!.forecasts
    const shares = uniforms(key, rows.length)
    const own = rows.flatMap(({ truth }, i) => {
      const mixed = new Array<number>(truth.length).fill(0)
      for (const { weight, forecasts } of laws)
        for (const [c, place] of placesOf(forecasts[i]!, shares[i]!).entries()) mixed[c] = mixed[c]! + weight * place
      return mixed
    })
    this.of.set(name, { places: [...places, ...own] })
  }

  /** Of a setting that was tried. */
  placesOf(setting: T): readonly number[] {
    return this.of.get(JSON.stringify(setting))?.places ?? []
  }

  /** Whether a setting has been found not to draw from the rows' law. */
  fails(setting: T): boolean {
    const found = this.of.get(JSON.stringify(setting))
    if (!found) return false
    found.fails ??= uniformDistance(found.places) > NOT_UNIFORM
    return found.fails
  }
}

/** How many of the numbers of each of `columns` lie in the central 80 % of what was drawn for them. */
export function centralShares(places: readonly number[], columns: number): Float64Array {
  const shares = new Float64Array(columns)
  for (const [i, place] of places.entries()) if (Math.abs(place - 0.5) < CENTRAL / 2) shares[i % columns]! += columns / places.length
  return shares
}

/** Whether places refute the best trial, or the simplest that scores cannot tell from it. */
export const refuted = <T>(
  trials: readonly Trial<T>[],
  { order, calibration }: Pick<Search<T>, 'order'> & { readonly calibration: Calibration<T> }
): boolean => [leastOf(trials), simplestOf(trials, { order })].some((trial) => trial && calibration.fails(trial.setting))

/** Place of each number of the truth among its draws, in 0 to 1: `share` of the way from those below it to those above. */
function placesOf({ draws, truth }: Forecast, share: number): number[] {
  const m = draws.length / truth.length
  return Array.from(truth, (y, c) => {
    let below = 0
    let equal = 1
    for (let k = c; k < draws.length; k += truth.length) {
      if (draws[k]! < y) below++
      else if (draws[k] === y) equal++
    }
    return (below + share * equal) / (m + 1)
  })
}

/** Kolmogorov–Smirnov distance from the uniform law, times √n. */
function uniformDistance(places: readonly number[]): number {
  let distance = 0
  for (const [i, place] of sorted(places).entries())
    distance = Math.max(distance, (i + 1) / places.length - place, place - i / places.length)
  return distance * Math.sqrt(places.length)
}
