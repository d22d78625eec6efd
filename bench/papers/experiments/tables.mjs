// New rows of points by the front door, where there may be no files.
import { drawModel, fitModel, SYSTEMS } from '@sbridge/core'
import { cloud, gaussianKernel } from 'sbridge/kernels'
import { pointsOf, tableOf } from './points.mjs'

/** Fits a table of points [M, d] and draws points [n, d]; options as those of `fit` and `sample`. */
export async function newRows(points, fitting, drawing, engine) {
  const model = await fitModel(SYSTEMS.tables, { input: tableOf(points), options: fitting }, { engine })
  const drawn = await drawModel(SYSTEMS.tables, { model, request: drawing }, { engine })
  return pointsOf(SYSTEMS.tables.present(model, drawn, 'typed'))
}

/** Median distance of points to the nearest of others. */
export async function medianNearest(from, to, engine) {
  const { squaredDistances } = await engine.nearest({ from: cloud(from), to: cloud(to), kernel: gaussianKernel(1) }, 1)
  return Math.sqrt(squaredDistances.slice().sort()[squaredDistances.length >> 1])
}
