import type { Matrix } from '../num/matrix.js'
import { takeColumns } from '../num/matrix.js'
import { type Key, keyFor } from '../num/random.js'
import type { WindowContext, WindowRows } from './window.js'
import { chooseWindowBandwidth, type WindowChoice } from './window-bandwidth.js'

/** One small problem: coordinates to draw given other coordinates. */
export interface Unit {
  readonly targets: Uint32Array
  readonly givens: Uint32Array
}

/** The choice of bandwidths for units with one number of givens. */
export interface GivenChoice extends WindowChoice {
  readonly givenCount: number
  /** How many units it serves. */
  readonly unitCount: number
}

/** Units looked at for one choice. */
const PROBLEMS = 6

export interface FieldRows {
  /** [M, d] */
  readonly coordinates: Matrix
  readonly logWeights: Float64Array
}

/** Rows of one unit. Cost O(M·(t + k)). */
export function rowsOf({ coordinates, logWeights }: FieldRows, { targets, givens }: Unit): WindowRows {
  return { targets: takeColumns(coordinates, targets), givens: takeColumns(coordinates, givens), logWeights }
}

/** One choice of bandwidths for each number of givens, on a few units spread over the field. Cost independent of d. */
export async function chooseBandwidths(
  rows: FieldRows,
  units: readonly Unit[],
  context: WindowContext & { readonly key: Key }
): Promise<GivenChoice[]> {
  const counts = [...new Set(units.map((unit) => unit.givens.length))].filter((count) => count > 0).sort((a, b) => a - b)
  const choices: GivenChoice[] = []
  for (const givenCount of counts) {
    const alike = units.filter((unit) => unit.givens.length === givenCount)
    const problems = spread(alike, PROBLEMS).map((unit) => rowsOf(rows, unit))
    // The same rows held out whatever the number of givens: their scores can be compared.
    const key = keyFor(context.key, 'givens')
    const choice = await chooseWindowBandwidth({ problems, engine: context.engine, key, watch: context.watch })
    choices.push({ ...choice, givenCount, unitCount: alike.length })
  }
  return choices
}

/** At most `count` of the list, evenly spaced. */
function spread<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list]
  return Array.from({ length: count }, (_, k) => list[Math.floor(((k + 0.5) * list.length) / count)]!)
}
