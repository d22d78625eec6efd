import { exp } from '../../num/elementary.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { formatNumber } from '../../table/number-style.js'
import type { CellStyle } from '../../table/present.js'
import type { RawColumn } from '../../table/raw.js'
import type { MarginalsModel } from './model.js'

/** What a model of growth and fates says of paths at their times, path by path. */
export interface PathMarks {
  /** For how many of those that began as it did a path stands: weighted, the paths at a snapshot are its particles [count · T]. */
  readonly weights?: Float64Array
  /** Rate of growth relative to the mean, in a unit of time; NaN after the last snapshot [count · T]. */
  readonly growth?: Float64Array
  /** Shares of labels among the descendants of a particle there [count · T, labels]. */
  readonly fates?: { readonly names: readonly string[]; readonly shares: Matrix }
}

interface Paths {
  readonly times: Float64Array
  readonly count: number
  /** Particles of each snapshot that a path goes through [snapshots][count]. */
  readonly chain: readonly Uint32Array[]
}

/** Between two snapshots a weight grows by a share s of the interval to G^s, and shares of fates go linearly. Cost O(count · T). */
export function pathMarks(model: Pick<MarginalsModel, 'snapshots' | 'growth' | 'fates'>, paths: Paths): PathMarks | undefined {
  const { growth, fates } = model
  if (!growth && !fates) return undefined
  const places = placesOf(
    model.snapshots.map(({ time }) => time),
    paths.times
  )
  return {
    ...(growth && weightsAlong(growth.logOffspring, places, paths)),
    ...(fates && { fates: { names: fates.names, shares: sharesAlong(fates.shares, places, paths) } })
  }
}

/** Where a time stands among the snapshots: the interval that begins there or before, the share of it that has passed, its length. */
interface Place {
  readonly interval: number
  readonly share: number
  readonly gap: number
  readonly beyond: boolean
}

function placesOf(snapshots: readonly number[], times: Float64Array): Place[] {
  return Array.from(times, (time) => {
    const after = snapshots.findIndex((one) => one > time)
    const interval = after < 0 ? snapshots.length - 2 : after - 1
    const gap = snapshots[interval + 1]! - snapshots[interval]!
    return { interval, gap, share: Math.min(1, (time - snapshots[interval]!) / gap), beyond: time > snapshots.at(-1)! }
  })
}

function weightsAlong(
  logOffspring: readonly Float64Array[],
  places: readonly Place[],
  { count, chain }: Paths
): Required<Pick<PathMarks, 'weights' | 'growth'>> {
  const length = places.length
  const [weights, growth] = [new Float64Array(count * length), new Float64Array(count * length)]
  const before = new Float64Array(logOffspring.length + 1)
  for (let path = 0; path < count; path++) {
    const grown = (k: number): number => logOffspring[k]![chain[k]![path]!]!
    for (let k = 0; k < logOffspring.length; k++) before[k + 1] = before[k]! + grown(k)
    places.forEach(({ interval, share, gap, beyond }, t) => {
      weights[path * length + t] = exp(before[interval]! + share * grown(interval))
      growth[path * length + t] = beyond ? Number.NaN : grown(interval) / gap
    })
  }
  return { weights, growth }
}

function sharesAlong(shares: readonly Matrix[], places: readonly Place[], { count, chain }: Paths): Matrix {
  const labels = shares[0]!.cols
  const out = matrix(count * places.length, labels)
  for (let path = 0; path < count; path++)
    places.forEach(({ interval, share }, t) => {
      const [from, to] = [interval, interval + 1].map((k) => shares[k]!.data.subarray(chain[k]![path]! * labels)) as [
        Float64Array,
        Float64Array
      ]
      for (let c = 0; c < labels; c++) out.data[(path * places.length + t) * labels + c] = from[c]! + share * (to[c]! - from[c]!)
    })
  return out
}

/** Decimals of weights, rates and shares in text: far below their standard errors. */
const DECIMALS = 6

/** Columns `weight`, `growth` and `fate_LABEL`; `path_` stands before a name that is taken. */
export function markColumns(marks: PathMarks | undefined, taken: readonly string[], as: CellStyle): RawColumn[] {
  if (!marks) return []
  const column = (name: string, values: Float64Array): RawColumn => {
    const free = taken.includes(name) ? `path_${name}` : name
    if (as === 'text' || as === 'plain') {
      const text = (x: number) => (Number.isNaN(x) ? null : formatNumber(x, { decimals: DECIMALS, padded: false }))
      return { name: free, source: 'text', values: Array.from(values, text) }
    }
    const missing = Uint8Array.from(values, (x) => (Number.isNaN(x) ? 1 : 0))
    return { name: free, source: 'number', values, ...(missing.includes(1) && { missing }) }
  }
  const { weights, growth, fates } = marks
  const every = (shares: Matrix, c: number) => Float64Array.from({ length: shares.rows }, (_, row) => shares.data[row * shares.cols + c]!)
  return [
    ...(weights ? [column('weight', weights)] : []),
    ...(growth ? [column('growth', growth)] : []),
    ...(fates ? fates.names.map((name, c) => column(`fate_${name}`, every(fates.shares, c))) : [])
  ]
}
