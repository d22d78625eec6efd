import { matrixFromRows, rowOf } from '../num/matrix.js'
import type { Encoded } from '../table/encoder.js'
import type { Evidence, Linearised, StandIn } from './evidence.js'

/** The log-likelihood of a single row, and a stand-in about it: how evidence of one row alone is written down. */
export interface RowLikelihood {
  readonly touches?: readonly number[] | undefined
  readonly factors?: readonly number[] | undefined
  readonly linear: boolean
  readonly monotone?: boolean | undefined
  value(point: Float64Array, codes: Int32Array): number
  /** Undefined where the point is impossible. */
  standIn?(at: Float64Array, codes: Int32Array): StandIn | undefined
  /** As `Evidence.residuals`, of one row [r]. */
  residuals?(point: Float64Array, codes: Int32Array): Float64Array
}

/** The same for all chains, row by row. */
export function evidenceOfRows(likelihood: RowLikelihood): Evidence {
  const { touches, factors, linear, monotone } = likelihood
  const codesOf = ({ codes }: Encoded, i: number, n: number) => codes.subarray((i * codes.length) / n, ((i + 1) * codes.length) / n)
  return {
    touches,
    factors,
    linear,
    monotone,
    value: async (at) => {
      const n = at.coordinates.rows
      return Float64Array.from({ length: n }, (_, i) => likelihood.value(rowOf(at.coordinates, i), codesOf(at, i, n)))
    },
    ...(likelihood.standIn && {
      linearise: async (at: Encoded) => {
        const n = at.coordinates.rows
        return stacked(
          Array.from({ length: n }, (_, i) => likelihood.standIn!(rowOf(at.coordinates, i), codesOf(at, i, n))),
          at.coordinates.cols
        )
      }
    }),
    ...(likelihood.residuals && {
      residuals: async (at: Encoded) => {
        const n = at.coordinates.rows
        const found = Array.from({ length: n }, (_, i) => likelihood.residuals!(rowOf(at.coordinates, i), codesOf(at, i, n)))
        return matrixFromRows(found)
      }
    })
  }
}

/** Stand-ins one below the other; those of lower rank are filled up with rows that say nothing. */
export function stacked(found: readonly (StandIn | undefined)[], d: number): Linearised {
  const n = found.length
  const rank = found.reduce((most, one) => Math.max(most, one?.rows.rows ?? 0), 0)
  const tilted = found.some((one) => one?.tilt)
  const all = {
    rank,
    constant: Float64Array.from(found, (one) => one?.constant ?? Number.NEGATIVE_INFINITY),
    rows: new Float64Array(n * rank * d),
    targets: new Float64Array(n * rank)
  }
  const tilt = new Float64Array(tilted ? n * d : 0)
  found.forEach((one, i) => {
    if (!one) return
    all.rows.set(one.rows.data, i * rank * d)
    all.targets.set(one.targets, i * rank)
    if (one.tilt) tilt.set(one.tilt, i * d)
  })
  return tilted ? { ...all, tilt } : all
}
