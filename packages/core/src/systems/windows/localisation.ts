import { derives, type KeptRules } from '../../code/rules/kept-rules.js'
import { InputError } from '../../num/errors.js'
import type { RawTable } from '../../table/raw.js'
import { type Host, needed } from '../host.js'

/** Which columns are neighbours. Columns of a window, ring or grid are the numeric ones in the table's order. */
export type Localisation =
  | { readonly kind: 'auto' }
  | { readonly kind: 'window' | 'ring'; readonly radius: number | 'auto' }
  | { readonly kind: 'grid'; readonly rows: number; readonly cols: number; readonly radius: number | 'auto' }
  /** Pairs of column names. */
  | {
      readonly kind: 'graph'
      readonly edges: readonly (readonly [string, string])[]
      /** Names above the two columns of the file: where they are columns themselves, a pair was taken for a heading. */
      readonly heading?: readonly string[]
    }

const FORMS = 'window:2, ring:2, grid:20x20:1, graph:FILE or auto'

/** What the text after `--local` asks for; `graph:FILE` is returned with its file unread. Throws `InputError` (code `local`). */
export function parseLocalisation(
  text: string
): Exclude<Localisation, { kind: 'graph' }> | { readonly kind: 'graph'; readonly file: string } {
  if (text === 'auto') return { kind: 'auto' }
  const file = /^graph:(.+)$/.exec(text)
  if (file) return { kind: 'graph', file: file[1]! }
  const line = /^(window|ring):(\d+|auto)$/.exec(text)
  if (line) return { kind: line[1] as 'window' | 'ring', radius: radiusOf(line[2]!) }
  const grid = /^grid:(\d+)x(\d+):(\d+|auto)$/.exec(text)
  if (grid) return { kind: 'grid', rows: Number(grid[1]), cols: Number(grid[2]), radius: radiusOf(grid[3]!) }
  throw new InputError({ code: 'local', got: `--local ${text}`, expected: FORMS, try: '--local window:1' })
}

const radiusOf = (text: string): number | 'auto' => (text === 'auto' ? text : Number(text))

/** The localisation in a text; a graph is read from its file: two columns of names, a row for each pair of neighbours. */
export async function localisationIn(text: string, host: Host): Promise<Localisation> {
  const parsed = parseLocalisation(text)
  if (parsed.kind !== 'graph') return parsed
  const table = await needed(host.table, `the graph in ${parsed.file}`)(parsed.file)
  return { kind: 'graph', edges: edgesOf(table, parsed.file), heading: table.columns.slice(0, 2).map(({ name }) => name) }
}

function edgesOf(table: RawTable, file: string): [string, string][] {
  const [from, to] = table.columns
  if (!from || !to) {
    throw new InputError({
      code: 'graph-file',
      got: `${table.columns.length} column${table.columns.length === 1 ? '' : 's'} in ${file}`,
      expected: 'two columns: the names of two neighbours in each row',
      try: 'a first line such as from,to'
    })
  }
  return Array.from({ length: table.rowCount }, (_, i): [string, string] => {
    const pair = [from, to].map((column) => ('missing' in column && column.missing?.[i] ? null : (column.values[i] ?? null)))
    if (pair.includes(null)) {
      throw new InputError({
        code: 'graph-file',
        got: `an empty cell in row ${i + 1} of ${file}`,
        expected: 'the names of two neighbours in each row',
        try: 'leaving the row out: a column without neighbours needs none'
      })
    }
    return [String(pair[0]), String(pair[1])]
  })
}

/**
 * The neighbours among columns that are drawn where rules derive others: those of a derived column become each other's, as when it
 * is summed out of a graphical model, and a gap stands for the end of its order. Windows and rings close up by themselves.
 */
export function behindRules(local: Localisation, rules: KeptRules | undefined): Localisation {
  if (local.kind !== 'graph' || !rules) return local
  const edges = rules.rules.reduce<readonly (readonly [string, string])[]>((all, rule) => {
    if (!derives(rule)) return all
    if (rule.kind === 'order') return all.map(([a, b]) => [a === rule.column ? rule.gap : a, b === rule.column ? rule.gap : b] as const)
    const ends = all.filter((edge) => edge.includes(rule.column)).map(([a, b]) => (a === rule.column ? b : a))
    const joined = ends.flatMap((a, k) => ends.slice(k + 1).flatMap((b) => (a === b ? [] : [[a, b] as const])))
    return [...all.filter((edge) => !edge.includes(rule.column)), ...joined]
  }, local.edges)
  return { ...local, edges }
}

/** Whether every column of numbers has a place that it cannot leave. */
export function isGrid(local: string | Localisation | undefined): boolean {
  return typeof local === 'string' ? local.startsWith('grid:') : local?.kind === 'grid'
}
