import { InputError } from '../num/errors.js'

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
