import { spellsNumber } from './notation.js'

/** A limit beyond which a column is not measured, as cells show it: `<0.5`, `> 100`. */
export interface Limit {
  /** `<`, `≤`, `<=`, `>`, `≥` or `>=`, with the blanks around it. */
  readonly sign: string
  readonly limit: number
  /** In which the limit is written. */
  readonly decimals: number
  /** The number that stands for cells beyond it: half a unit of the last written digit further, which no measured cell can be. */
  readonly at: number
}

/** The limits of a column of numbers, and the range of what is measured between them. */
export interface Censoring {
  readonly limits: readonly Limit[]
  readonly least: number
  readonly most: number
}

/** Cells with numbers behind the signs of limits. */
export interface CensoredCells {
  /** Without the signs. */
  readonly bare: readonly (string | null)[]
  /** Of each cell; undefined where it is measured or missing. */
  readonly signs: readonly (string | undefined)[]
}

const SIGN = /^\s*(?:[<>]=?|[≤≥])\s*(?=\S)/

const signIn = (cell: string): string | undefined => SIGN.exec(cell)?.[0].trimStart()

/**
 * The cells of a column of which some give a limit and the others a number; undefined for others, and where no more different
 * values than limits are measured, as in `<18`, `18`, `>18`, which are names of classes. Cost O(cells).
 */
export function censoredCells(cells: readonly (string | null)[]): CensoredCells | undefined {
  if (!cells.some((cell) => cell !== null && SIGN.test(cell))) return undefined
  const signs = cells.map((cell) => (cell === null ? undefined : signIn(cell)))
  const bare = cells.map((cell) => cell?.replace(SIGN, '') ?? null)
  // Exponents have no last digit that half a unit could be of.
  if (!bare.every((cell) => cell === null || (spellsNumber(cell) && !/[eE]/.test(cell)))) return undefined
  const limits = new Set(cells.filter((_, i) => signs[i] !== undefined))
  const measured = new Set(cells.filter((cell, i) => cell !== null && signs[i] === undefined))
  return measured.size > limits.size ? { bare, signs } : undefined
}

/** What is read of censored cells. */
interface ReadCells {
  /** The numbers behind the signs [n], and whether each is missing. */
  readonly values: Float64Array
  readonly missing?: Uint8Array
  /** In which measured numbers are written. */
  readonly decimals: number
  /** In which a cell is written. */
  readonly decimalsOf: (cell: string) => number
}

/** Numbers of censored cells, with those in place that stand beyond the limits; and the limits. Cost O(n). */
export function placeBeyond(
  { bare, signs }: CensoredCells,
  { values, missing, decimals: written, decimalsOf }: ReadCells
): { readonly values: Float64Array; readonly censoring: Censoring } {
  const limits = new Map<string, Omit<Limit, 'at'>>()
  let [least, most, finest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, written]
  signs.forEach((sign, i) => {
    const value = values[i]!
    if (sign === undefined && !missing?.[i]) {
      least = Math.min(least, value)
      most = Math.max(most, value)
    }
    if (sign === undefined) return
    const decimals = decimalsOf(bare[i]!)
    finest = Math.max(finest, decimals)
    const known = limits.get(sign + value)
    if (!known || known.decimals < decimals) limits.set(sign + value, { sign, limit: value, decimals })
  })
  const half = Number(`5e-${finest + 1}`)
  const placed = new Map(
    Array.from(limits, ([name, one]) => [name, { ...one, at: Number((one.limit + (isUpper(one) ? half : -half)).toFixed(finest + 1)) }])
  )
  return {
    values: values.map((value, i) => (signs[i] === undefined ? value : placed.get(signs[i] + value)!.at)),
    censoring: { limits: [...placed.values()], least, most }
  }
}

const isUpper = ({ sign }: Pick<Limit, 'sign'>): boolean => /[>≥]/.test(sign)

/** The limit beyond which a number stands, exactly. */
export const limitAt = (value: number, censoring: Censoring | undefined): Limit | undefined =>
  censoring?.limits.find(({ at }) => at === value)

/** The number that stands beyond a limit, of its text; undefined for other text, and for limits that the column does not have. */
export function beyondLimit(
  text: string,
  censoring: Censoring | undefined,
  read: (cell: string) => number | undefined
): number | undefined {
  const sign = signIn(text)
  if (!censoring || sign === undefined) return undefined
  const limit = read(text.replace(SIGN, ''))
  return censoring.limits.find((one) => one.limit === limit && one.sign.trim() === sign.trim())?.at
}

/**
 * A drawn number as a column with limits can hold it: rounded as it is written, or beyond the limit that is nearer; beyond
 * one too where nothing was measured and limits say why.
 */
export function withinLimits(value: number, rounded: number, { limits, least, most }: Censoring): number {
  const nearest = (among: readonly Limit[]): number =>
    among.reduce((best, { at }) => (Math.abs(at - value) < Math.abs(best - value) ? at : best), Number.POSITIVE_INFINITY)
  const [lower, upper] = [limits.filter((one) => !isUpper(one)), limits.filter(isUpper)]
  if (rounded < least && lower.length > 0 && lower.every(({ at }) => at < least)) return nearest(lower)
  if (rounded > most && upper.length > 0 && upper.every(({ at }) => at > most)) return nearest(upper)
  const beyond = nearest(limits)
  return Math.abs(beyond - value) < Math.abs(rounded - value) ? beyond : rounded
}
