import type { SchrodingerBridge } from '../../bridge/schrodinger.js'
import { evenly } from '../../num/evenly.js'
import type { Matrix } from '../../num/matrix.js'
import { type Cloud, cloud } from '../../space/cloud.js'
import { embedEncoded } from '../../table/standing.js'
import type { BridgeModel, BridgeSummary } from './model.js'

/** What of a model carries rows. */
export type Carrier = Pick<BridgeModel, 'encoder' | 'rows' | 'potentials' | 'own'> & {
  readonly summary: Pick<BridgeSummary, 'fromRows' | 'epsilon'>
}

export interface Sides {
  readonly from: Cloud
  readonly to: Cloud
}

/** The points of both tables, as kernels compare them. */
export function sidesOf({ encoder, rows }: Pick<BridgeModel, 'encoder' | 'rows'>, fromCount: number): Sides {
  const points = embedEncoded(encoder, rows)
  const part = (first: number, end: number): Matrix => ({
    data: points.data.slice(first * points.cols, end * points.cols),
    rows: end - first,
    cols: points.cols
  })
  return { from: cloud(part(0, fromCount)), to: cloud(part(fromCount, points.rows)) }
}

/** The bridge itself, as it was solved. */
export function bridgeOf(model: Carrier): SchrodingerBridge {
  const { potentials, own, summary } = model
  return { ...sidesOf(model, summary.fromRows), epsilon: summary.epsilon, potentials, own }
}

/** Rows of the first table whose ways are shown and measured, at most. */
const SHOWN = 2000

/** These, evenly. */
export const shownRows = (fromCount: number): Uint32Array => evenly(fromCount, SHOWN)
