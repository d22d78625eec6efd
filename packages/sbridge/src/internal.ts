/** What the studio uses besides the public interface, but for drawings: it may change in any release. */
export { flagNamed } from './cli/add-fields.js'
export { commandFor, optionText } from './cli/command-line.js'
export { readingFields, runFields } from './cli/fields.js'
export { literal, programFor } from './cli/program-text.js'
export {
  cellsFor,
  extensionOf,
  parseTable,
  type Reading,
  readingContext,
  serializeTable,
  tableExtensions,
  tableFormatOf
} from './format/table-format.js'
