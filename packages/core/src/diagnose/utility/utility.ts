import { InputError } from '../../num/errors.js'
import { columnOf as coordinate, takeColumns } from '../../num/matrix.js'
import { type CategoricalColumn, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { type Coding, codingOf, columnOf, designOf, levelsOf, numbersOf } from './design.js'
import { type Formula, parseFormula } from './formula.js'
import { type Coefficient, type Family, regress } from './regression.js'

/** A regression on one of the tables. */
export interface UtilityFit {
  readonly coefficients: readonly Coefficient[]
  /** Complete rows, and those left out because a cell is missing. */
  readonly rows: number
  readonly dropped: number
}

/** The same regression on real and on synthetic rows. Plain JSON. */
export interface UtilityEvaluation {
  readonly formula: string
  readonly family: Family
  /** What a logistic regression calls 1, or what Cox's calls an event. */
  readonly event?: string
  readonly real: UtilityFit
  readonly synthetic: UtilityFit
  /** Share of each pair of intervals that they have in common, on average of the two, 0 where they are apart. */
  readonly overlap: readonly number[]
}

/**
 * The regression of a formula on both tables: linear for a number, logistic for two levels (or a whole number of two values),
 * Cox's for `Surv(time, status)`. Categories are coded against their first real level; rows with a missing cell are left out.
 * @source Karr and others, *A framework for evaluating the utility of data altered to protect confidentiality*, The American
 * Statistician 2006 (interval overlap).
 * Throws `InputError` for a formula that cannot be read, columns that are unknown or do not fit, a response of one class,
 * collinear terms, separation, too few rows.
 */
export function evaluateUtility({ real, synthetic, formula: text }: { real: Table; synthetic: Table; formula: string }): UtilityEvaluation {
  const formula = parseFormula(text)
  const response = responseOf(real, formula)
  const codings = formula.terms.map((name) => codingOf(real, name, formula.text))
  const fit = (table: Table, name: string) => fitOn(table, { name, formula, response, codings })
  const [first, second] = [fit(real, 'real'), fit(synthetic, 'synthetic')]
  return {
    formula: formula.text,
    family: response.family,
    ...(response.event === undefined ? {} : { event: response.event }),
    real: first,
    synthetic: second,
    overlap: first.coefficients.map(({ interval }, k) => intervalOverlap(interval, second.coefficients[k]!.interval))
  }
}

/** Karr's overlap of two intervals: what they have in common as a share of each, averaged; 0 where they are apart. */
export function intervalOverlap(a: readonly [number, number], b: readonly [number, number]): number {
  const common = Math.min(a[1], b[1]) - Math.max(a[0], b[0])
  if (!(common > 0)) return 0
  return (common / (a[1] - a[0]) + common / (b[1] - b[0])) / 2
}

/** What is explained: its columns, first in the design, and what they mean. */
interface Response {
  readonly family: Family
  readonly codings: readonly Coding[]
  readonly event?: string
}

function responseOf(real: Table, { response, text }: Formula): Response {
  if (response.kind === 'column') {
    const column = columnOf(real, response.name, text)
    if (isNumeric(column) && !isTwoValued(column)) return { family: 'linear', codings: [codingOf(real, response.name, text)] }
    return { family: 'logistic', ...twoLevels(real, response.name, text) }
  }
  const time = columnOf(real, response.time, text)
  if (!isNumeric(time) || time.kind === 'datetime')
    throw unfit(response.time, text, 'is no length of time', 'a column of numbers: how long each row was seen')
  const status = twoLevels(real, response.status, text)
  return { family: 'cox', codings: [codingOf(real, response.time, text), ...status.codings], event: status.event }
}

const isTwoValued = ({ kind, values, missing }: NumericColumn): boolean =>
  kind === 'integer' && new Set(values.filter((_, i) => !missing?.[i])).size <= 2

/** A column of two levels or numbers as 0 and 1: the second in the order of text, the larger number. */
function twoLevels(real: Table, name: string, text: string): { readonly codings: readonly Coding[]; readonly event: string } {
  const column = columnOf(real, name, text)
  const values = isNumeric(column)
    ? [...new Set(column.values.filter((_, i) => !column.missing?.[i]))].sort((a, b) => a - b)
    : levelsOf(column)
  if (values.length !== 2) throw unfit(name, text, `has ${values.length === 1 ? 'one value' : `${values.length} values`}`, 'two levels')
  const codes = (table: Table): ((row: number) => readonly number[]) => {
    const own = columnOf(table, name, text)
    if (isNumeric(own)) {
      const at = numbersOf(own)
      return (row) => at(row).map((value) => (Number.isNaN(value) ? value : Number(value > (values[0] as number))))
    }
    return (row) => [ofLevels(own, row, values as string[])]
  }
  return { codings: [{ names: [name], at: codes }], event: `${name} = ${values[1]}` }
}

function ofLevels({ codes, levels }: CategoricalColumn, row: number, values: readonly string[]): number {
  const place = codes[row]! < 0 ? -1 : values.indexOf(levels[codes[row]!]!)
  return place < 0 ? Number.NaN : place
}

function unfit(name: string, text: string, what: string, expected: string): InputError {
  return new InputError({ code: 'utility-response', got: `${name} in “${text}”, which ${what}`, expected, try: 'another response' })
}

interface FitProblem {
  readonly name: string
  readonly formula: Formula
  readonly response: Response
  readonly codings: readonly Coding[]
}

function fitOn(table: Table, { name, formula, response, codings }: FitProblem): UtilityFit {
  const { x, dropped } = designOf(table, [...response.codings, ...codings])
  const own = response.codings.length
  const names = codings.flatMap((coding) => coding.names)
  const terms = takeColumns(
    x,
    names.map((_, c) => c + own)
  )
  const y = coordinate(x, 0)
  const event = response.family === 'cox' ? Uint8Array.from(coordinate(x, 1)) : undefined
  // Without a censored row all times are events, which is no fault.
  if (!event?.some((one) => one === 1)) refuseConstant(event ?? y, { name, formula, response })
  if (event && y.some((time) => time < 0)) throw unfit(coded(response), formula.text, `is below 0 in the ${name} table`, 'times from 0 on')
  return { coefficients: regress({ family: response.family, x: terms, names, y, event, table: name }), rows: x.rows, dropped }
}

const coded = ({ codings }: Response): string => codings[0]!.names[0]!

function refuseConstant(values: ArrayLike<number>, { name, formula, response }: Omit<FitProblem, 'codings'>): void {
  if (values.length === 0 || Array.from(values).some((value) => value !== values[0])) return
  const column = response.codings.at(-1)!.names[0]!
  throw unfit(column, formula.text, `is the same in all complete rows of the ${name} table`, 'a response that varies')
}
