/** The report's drawings and pages for the studio, which loads them when they are first shown: they may change in any release. */
export type { Panel, Sides } from './blocks.js'
export { drawingSvg } from './drawing.js'
export { drawnColumns, marginalPanel } from './marginal-panels.js'
export { type Compared, relatedPanels } from './pair-panels.js'
export { renderReport } from './report.js'
export { tellingPage } from './topics.js'
