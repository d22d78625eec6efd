/** What the studio uses besides the public interface, but for drawings: it may change in any release. */
export { parseGiven, writeGiven } from './cli/given.js'
export { extensionOf, parseTable, serializeTable, tableFormatOf } from './format/table-format.js'
