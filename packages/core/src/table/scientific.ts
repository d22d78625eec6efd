/** How numbers with powers of ten are written, where all of a column are written alike: 3.020e-11, 1E5. */
export interface Scientific {
  /** Digits behind the point. */
  readonly digits: number
  readonly mark: 'e' | 'E'
  /** Whether a plus stands before powers from zero on. */
  readonly plus: boolean
  /** Fewest digits of the power. */
  readonly width: number
}

const CELL = /^-?\d(?:\.(\d+))?([eE])([+-]?)(\d+)$/

/**
 * How all cells of numbers are written; undefined where they differ, as those of programs that write some numbers without a power.
 * Cost O(cells).
 */
export function scientificStyle(cells: readonly (string | null)[]): Scientific | undefined {
  const [digits, marks, signs] = [new Set<number>(), new Set<string>(), new Set<string>()]
  let width = Number.POSITIVE_INFINITY
  for (const cell of cells) {
    if (cell === null) continue
    const [, fraction = '', mark, sign, power] = CELL.exec(cell.trim()) ?? []
    if (mark === undefined || sign === undefined || power === undefined) return undefined
    digits.add(fraction.length)
    marks.add(mark)
    // Powers below zero have their minus anyway.
    if (sign !== '-') signs.add(sign)
    width = Math.min(width, power.length)
  }
  if (digits.size !== 1 || marks.size !== 1 || signs.size > 1) return undefined
  const [own, mark] = [[...digits][0]!, [...marks][0] as 'e' | 'E']
  const style = { digits: own, mark, plus: !signs.has(''), width }
  return cells.every((cell) => cell === null || formatScientific(Number(cell), style) === cell.trim()) ? style : undefined
}

/** A number with a power of ten, rounded to the digits of the style. */
export function formatScientific(value: number, { digits, mark, plus, width }: Scientific): string {
  const [mantissa, power] = value.toExponential(digits).split('e') as [string, string]
  const sign = power.startsWith('-') ? '-' : plus ? '+' : ''
  return `${mantissa}${mark}${sign}${power.slice(1).padStart(width, '0')}`
}

/** The number that such a text shows. */
export const toScientific = (value: number, { digits }: Scientific): number => Number(value.toExponential(digits))
