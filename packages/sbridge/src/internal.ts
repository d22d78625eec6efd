/** What the studio uses besides the public interface, but for drawings: it may change in any release. */
export { flagNamed } from './cli/add-fields.js'
export { commandFor, optionText } from './cli/command-line.js'
export { runFields } from './cli/fields.js'
export { literal, programFor } from './cli/program-text.js'
export { cellsFor, extensionOf, parseTable, serializeTable, tableExtensions, tableFormatOf } from './format/table-format.js'
