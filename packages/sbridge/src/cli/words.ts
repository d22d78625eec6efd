import type { GlobalModel } from '@sbridge/core'
import { contestWords } from '../report/contest.js'

/** One line on ε: what it is and why. */
export function bandwidthWords({ summary }: Pick<GlobalModel, 'summary'>): string {
  const { bandwidth } = summary
  const epsilon = `bandwidth ε = ${summary.epsilon.toPrecision(4)}`
  if (!bandwidth) return `${epsilon} (given)`
  const met = bandwidth.criterion === 'target-met' ? '' : ', the nearest that any bandwidth comes'
  const copies = bandwidth.ratio < 0.6 ? ': rows stand much nearer to training rows than new rows would' : ''
  return `${epsilon}, nearest-neighbour ratio r = ${bandwidth.ratio.toFixed(2)} (aim ${bandwidth.target}${met})${copies}`
}

/** One line on scaling. */
export function scalingWords({ summary }: GlobalModel): string {
  const quantile = Object.entries(summary.scaling.methods).filter(([, method]) => method === 'quantile')
  const why = summary.scaling.scores ? `; ${contestWords(summary.scaling.scores, summary.rowCount)}` : ''
  return `scaling ${quantile.length === 0 ? 'standard' : `quantile for ${quantile.map(([name]) => name).join(', ')}`}${why}`
}
