import { writeGiven } from '@sbridge/core/internal'
import { flagNamed, quote } from 'sbridge/internal'
import type { SystemShape } from '../work/protocol.js'

/** Flags that are shorter than the names of their options. */
const SHORT: Readonly<Record<string, string>> = { rows: '-n', dimension: '-k', output: '-o' }

/** A column name in a list: commas and equals signs part names, so such names stand in backquotes. */
function listed(name: unknown): string {
  const text = String(name)
  return /[,=`]/.test(text) ? `\`${text}\`` : text
}

/** Options as flags, in their order. */
function flagsOf(options: object): string[] {
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    const flag = SHORT[name] ?? flagNamed(name)
    if (name === 'observe') return (value as readonly string[]).flatMap((text) => [flag, text])
    if (name === 'given') return [flag, writeGiven(value as Record<string, string>)]
    if (Array.isArray(value)) return [flag, value.map(listed).join(',')]
    if (typeof value !== 'object') return [flag, String(value)]
    return [
      flag,
      Object.entries(value!)
        .map(([key, part]) => `${listed(key)}=${part}`)
        .join(',')
    ]
  })
}

/** The command line that writes the very file on the screen. */
export function commandLine(verb: string, file: string, options: object): string {
  return ['sbridge', verb, file, ...flagsOf(options)].map(quote).join(' ')
}

/** The same as a program for Node: `calls` make `rows` of a `table`. */
export function programOf(
  verbs: readonly string[],
  { file, output }: { readonly file: string; readonly output: string },
  calls: readonly string[]
): string {
  return [
    `import { ${[...verbs, 'readTable', 'writeTable'].sort().join(', ')} } from 'sbridge'`,
    '',
    `const table = await readTable(${literal(file)})`,
    ...calls,
    `await writeTable(${literal(output)}, rows)`
  ].join('\n')
}

/** How to get what a run made by one verb, which fits and draws: as a command line, and as one call of the library. */
export function byVerb(verb: string, ending: string): { readonly commandOf: WriteRun; readonly codeOf: WriteRun } {
  const optionsOf = ({ fit, draw }: Parameters<WriteRun>[1]): object => {
    const { seed: _, ...options } = fit as { readonly seed?: number }
    return { ...options, ...draw }
  }
  return {
    commandOf: (file, run) => commandLine(verb, file, { ...optionsOf(run), output: outputOf(file, ending) }),
    codeOf(file, run) {
      const options = optionsOf(run)
      const words = Object.keys(options).length === 0 ? 'table' : `table, ${literal(options)}`
      return programOf([verb], { file, output: outputOf(file, ending) }, [`const { rows } = await ${verb}(${words})`])
    }
  }
}

type WriteRun = (file: string, run: SystemShape['run']) => string

/** The CSV file of what is drawn from a table. */
export function outputOf(file: string, ending: string): string {
  return `${file.replace(/\.[^.]+$/, '')}${ending}.csv`
}

/** A value as JavaScript would be written by hand. */
export function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const entries = Object.entries(value).map(([key, part]) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : literal(key)}: ${literal(part)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}
