import { commandFor, literal, programFor } from 'sbridge/internal'
import type { SystemShape } from '../work/protocol.js'

type WriteRun = (file: string, run: SystemShape['run']) => string

/** How to get what a run made by one verb, which fits and draws: as a command line, and as one call of the library, on `tables`. */
export function byVerb(verb: string, ending: string, tables = 'table'): { readonly commandOf: WriteRun; readonly codeOf: WriteRun } {
  const optionsOf = ({ fit, draw }: SystemShape['run']): object => {
    const { seed: _, ...options } = fit as { readonly seed?: number }
    return { ...options, ...draw }
  }
  return {
    commandOf: (file, run) => commandFor(verb, file, { ...optionsOf(run), output: outputOf(file, ending) }),
    codeOf(file, run) {
      const options = optionsOf(run)
      const words = Object.keys(options).length === 0 ? tables : `${tables}, ${literal(options)}`
      return programFor([verb], { file, output: outputOf(file, ending) }, [`const { rows } = await ${verb}(${words})`])
    }
  }
}

/** A program whose files are read as was chosen. */
export const withReading = (code: string, read: object): string =>
  Object.keys(read).length === 0 ? code : code.replace(/readTable\((.*)\)$/gm, (_, file: string) => `readTable(${file}, ${literal(read)})`)

/** The CSV file of what is drawn from a table. */
export function outputOf(file: string, ending: string): string {
  return `${file.replace(/\.[^.]+$/, '')}${ending}.csv`
}

/**
 * What only the command line can honour: options that name files or modules besides the table, those of reading, writing and running
 * there, and those that ask for what no panel shows.
 */
const ELSEWHERE = [
  ...['columns', 'likelihood', 'by'],
  ...['table', 'query', 'querySeconds', 'model', 'report', 'judge', 'require', 'dialect', 'json']
]

export const isElsewhere = (name: string): boolean => ELSEWHERE.includes(name)
