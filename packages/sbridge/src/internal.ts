/** What the studio uses besides the public interface, but for drawings: it may change in any release. */
export { quote } from './cli/command-line.js'
export { flagNamed, runFields } from './cli/fields.js'
export { cellsFor, parseTable, serializeTable, tableFormatOf } from './format/table-format.js'
