import { type Plan, planned } from '../system.js'
import type { TableRequest, TableSource } from './options.js'

/** Passes over M² pairs for each column of a fit, and over n·M for each column drawn; a pair with its covariance costs about three. */
const PASSES = { choosing: 6, scaling: 8, draw: 3 }
/** Twenty sweeps, a pass with covariances each, of a model whose bandwidths are chosen for what is known. */
const SWEEPS = 60
/** A neighbourhood and the column itself, about. */
const NEIGHBOURS = 3

/** The plan of a localised model: an upper estimate. */
export function planLocal(source: TableSource, request: TableRequest | undefined): Plan {
  const [rowCount, columnCount] =
    'model' in source && ('graph' in source.model || 'classes' in source.model)
      ? [source.model.summary.rowCount, source.model.summary.coordinateCount]
      : 'input' in source
        ? [source.input.rowCount, source.input.columns.length]
        : [0, 0]
  return { ...localPlan({ rowCount, columnCount, fits: 'input' in source, request }), timed: NEIGHBOURS }
}

interface LocalSizes {
  readonly rowCount: number
  readonly columnCount: number
  readonly fits: boolean
  readonly request: TableRequest | undefined
}

/** Work of a localised model of so many columns, or of so many coordinates of a codec. */
export function localPlan({ rowCount, columnCount, fits, request }: LocalSizes): Omit<Plan, 'timed'> {
  const asked = request?.asked
  const drawnRows = request ? (request.rows ?? rowCount) * (asked?.givens.length ?? 1) : 0
  // What is given alone is taken in by the pass.
  const swept = asked !== undefined && (asked.observe.length > 0 || asked.likelihood !== undefined)
  const times = (fits ? 1 : 0) + (swept ? 1 : 0)
  const each = columnCount * rowCount
  const stages = [
    ...(times > 0
      ? [
          { stage: 'choosing the bandwidth', pairs: each * times * PASSES.choosing * rowCount },
          { stage: 'scaling', pairs: each * times * PASSES.scaling * rowCount }
        ]
      : []),
    ...(request ? [{ stage: 'sampling', pairs: each * PASSES.draw * drawnRows }] : []),
    ...(swept ? [{ stage: 'sweeps', pairs: each * SWEEPS * drawnRows }] : [])
  ]
  return {
    ...planned(stages),
    rowCount,
    columnCount,
    dimension: columnCount,
    drawnRows,
    bytes: 8 * columnCount * (3 * rowCount + 2 * drawnRows)
  }
}
