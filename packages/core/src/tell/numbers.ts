/** A number for reading: three significant digits, thousands parted, a true minus sign; a dash where there is none. */
export function numberText(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  if (value === 0) return '0'
  if (Number.isInteger(value) && Math.abs(value) < 100) return `${value}`.replace('-', '−')
  const size = Math.abs(value)
  const text = size >= 1e7 || size < 1e-4 ? scientific(size) : size >= 100 ? group(Math.round(size)) : withDigits(size)
  return value < 0 ? `−${text}` : text
}

function withDigits(size: number): string {
  // At most four decimals: measures of 0.0004 and less are noise at any size of table that is compared.
  return size.toFixed(Math.max(0, Math.min(4, 2 - decade(size))))
}

/** The power of ten that a positive number begins with. */
export function decade(size: number): number {
  return Number(size.toExponential().split('e')[1])
}

function scientific(size: number): string {
  const [digits, exponent] = size.toExponential(1).split('e')
  return `${digits} × 10${superscript(Number(exponent))}`
}

function superscript(exponent: number): string {
  const digits = '⁰¹²³⁴⁵⁶⁷⁸⁹'
  return (exponent < 0 ? '⁻' : '') + [...String(Math.abs(exponent))].map((digit) => digits[Number(digit)]).join('')
}

function group(whole: number): string {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A number of an option or an axis: at most three significant digits, no trailing zeros. */
export function plainText(value: number): string {
  return String(Number(value.toPrecision(3))).replace('-', '−')
}

/** Writes the ticks of an axis that reaches `largest`: thousands parted but for years, powers of ten where that would be too long. */
export function tickText(largest: number): (value: number) => string {
  if (largest < 1e6 && largest >= 0.01) return (value) => wholeTickText(Number(value.toPrecision(8)), largest >= LAST_YEAR)
  const exponent = decade(largest)
  return (value) => (value === 0 ? '0' : `${plainText(value / Number(`1e${exponent}`))}·10${superscript(exponent)}`)
}

/** An axis that ends below may be one of years, which nobody parts. */
const LAST_YEAR = 3000

function wholeTickText(value: number, isParted: boolean): string {
  const [whole, fraction] = String(Math.abs(value)).split('.')
  return `${value < 0 ? '−' : ''}${isParted ? group(Number(whole)) : whole}${fraction ? `.${fraction}` : ''}`
}

/** A whole count with its thousands parted. */
export function countText(count: number): string {
  return group(Math.round(count))
}

/** A share as a percentage. */
export function shareText(share: number): string {
  if (share === 0) return '0 %'
  const percent = 100 * share
  return percent < 0.1 ? '< 0.1 %' : `${percent < 10 ? percent.toFixed(1) : percent.toFixed(0)} %`
}

/** A date, or a date and time where the time of day is not midnight (UTC). */
export function timeText(milliseconds: number | null): string {
  if (milliseconds === null || Math.abs(milliseconds) > 8.64e15) return '–'
  const text = new Date(milliseconds).toISOString()
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 16).replace('T', ' ')
}

/** A span of time in days. */
export function daysText(milliseconds: number | null): string {
  return milliseconds === null ? '–' : `${numberText(milliseconds / 86_400_000)} d`
}

/** Seconds in words: 8 s, 2 min 10 s, 1 h 5 min. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** A level as people read it: in quotation marks where blanks at an end, or nothing else, set it apart from another one. */
export function levelName(level: string): string {
  const bare = level.trim()
  if (bare === level && level !== '') return level
  // Blanks that neither a browser nor the end of a line drops.
  return `“${level.replace(/^\s+|\s+$/g, (blanks) => '\u00a0'.repeat(blanks.length))}”`
}

/** Text cut to a length, with an ellipsis where something was cut. */
export function shorten(text: string, length: number): string {
  return [...text].length <= length ? text : `${[...text].slice(0, length - 1).join('')}…`
}
