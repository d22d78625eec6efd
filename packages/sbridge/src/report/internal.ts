/** The report's drawings and pages for the studio, which loads them when they are first shown: they may change in any release. */
export { drawingSvg } from './drawing.js'
export type { Html } from './html.js'
export { marginalPanel } from './marginal-panels.js'
export { mostRelatedPairs, pairPanel, REAL_AND_SYNTHETIC, type Sides } from './pair-panels.js'
export { renderReport } from './report.js'
