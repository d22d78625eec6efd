/** What the studio uses besides the public interface, but for drawings: it may change in any release. */
export { parseGiven, writeGiven } from './cli/given.js'
export { extensionOf, parseTable, serializeTable, tableFormatOf } from './format/table-format.js'
export { keptBackOf } from './report/contest.js'
export { formatCount, formatNumber, formatPlain } from './report/numbers.js'
export { measureLines, verdict } from './report/readings.js'
