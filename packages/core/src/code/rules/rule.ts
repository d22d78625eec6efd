import type { CellValue } from '../../table/cells.js'
import { type Expression, namesIn } from '../../table/expression.js'
import { columnWord, expressionText } from '../../table/expression-text.js'
import { type KeyPart, keyText } from './key-part.js'
import { columnsOfCuts, type Thresholds, thresholdsText } from './thresholds.js'

/**
 * What every row of a table obeys, or all but a few: a column that others determine, or one that is never below others. Plain
 * data.
 */
export type Rule = Statement & {
  /** At most so many rows do not obey it. */
  readonly exceptions?: number | undefined
}

type Statement =
  /** `total = qty * unit_price`, `fee = 0.15 * total * P(channel = web)`, to the decimals in which the column is written. Dates count in days. */
  | { readonly kind: 'formula'; readonly column: string; readonly expression: Expression; readonly open?: Open | undefined }
  /** `end >= start`. */
  | { readonly kind: 'order'; readonly column: string; readonly low: Expression }
  /** `cancelled <= arrival`: never above, of a column that is missing where the other need not be. */
  | { readonly kind: 'limit'; readonly column: string; readonly high: Expression }
  /** `sku -> unit_price`: rows that agree in `from` agree in the column; `weekday(date) -> weekday`: in parts of these, `largest(maths, art) -> best`: in which is the largest. */
  | ({ readonly kind: 'lookup'; readonly column: string; readonly open?: Open | undefined } & LookupKey)
  /** `adult = age >= 18`, `group = bins(age, 18, 65)`, `late = delivered > promised`: one value below the first threshold, and one from each on. */
  | ({ readonly kind: 'step'; readonly column: string; readonly of: string; readonly open?: Open | undefined } & Thresholds)
  /** `spouse_age missing where marital = single, widowed`, `guardian missing where age >= 18`, `pregnant missing where sex = m or age < 18`. */
  | ({ readonly kind: 'gap'; readonly column: string } & GapsWhere)

/** What a column is looked up by. */
export interface LookupKey {
  readonly from: readonly string[]
  /** Which part counts of each of these, where one does [from]. */
  readonly parts?: readonly (KeyPart | null)[] | undefined
}

/** A condition on another column: certain levels, or a number on one side of a threshold; without these, that it is missing, or `present`. Plain data. */
export interface GapWhere {
  readonly when: string
  readonly levels?: readonly string[] | undefined
  readonly present?: true | undefined
  /** Where the other column, a number, is not below this one. */
  readonly from?: number | undefined
  /** Where it is below this one. */
  readonly below?: number | undefined
}

/** Where a column is missing: where a condition holds, or one of several, or all of them. */
export interface GapsWhere extends GapWhere {
  /** Levels of which some rows have a gap and others none. */
  readonly maybe?: readonly string[] | undefined
  /** Other conditions, of which one is enough. */
  readonly or?: readonly GapWhere[] | undefined
  /** Other conditions that must hold too. */
  readonly and?: readonly GapWhere[] | undefined
}

/** The conditions of a rule of gaps. */
export const wheresOf = (gap: GapsWhere): readonly GapWhere[] => [gap, ...(gap.or ?? gap.and ?? [])]

/** Columns that a rule of gaps goes by, each once. */
export const columnsOfGap = (gap: GapsWhere): string[] => [...new Set(wheresOf(gap).map(({ when }) => when))]

/** What a column may be instead of what a rule says: `late_fee = 0.1 * price or missing`, `plan -> class_fee or 0`, or levels of a category, `status = bins(stock, 1, > least) or discontinued`. */
export type Open = 'missing' | 0 | readonly string[]

/** What a column may be instead of what its rule says; undefined where the rule holds in all rows. */
export const openOf = (rule: Rule): Open | undefined =>
  rule.kind === 'formula' || rule.kind === 'lookup' || rule.kind === 'step' ? rule.open : undefined

/** Whether a cell is what a rule leaves open. */
export function isOpenCell(open: Open | undefined, cell: CellValue): boolean {
  if (open === undefined) return false
  return typeof open === 'object' ? typeof cell === 'string' && open.includes(cell) : cell === (open === 'missing' ? null : open)
}

/** Columns that a rule derives its column from. */
export function inputsOf(rule: Rule): readonly string[] {
  if (rule.kind === 'lookup') return rule.from
  if (rule.kind === 'step') return [rule.of, ...columnsOfCuts(rule.cuts)]
  if (rule.kind === 'gap') return columnsOfGap(rule)
  return namesIn(sideOf(rule))
}

/** What a column is computed as, is never below, or never above. */
export function sideOf(rule: Extract<Rule, { kind: 'formula' | 'order' | 'limit' }>): Expression {
  return rule.kind === 'formula' ? rule.expression : rule.kind === 'order' ? rule.low : rule.high
}

/** A rule as `--rule` reads it. */
export function ruleText(rule: Rule): string {
  const { exceptions = 0 } = rule
  const open = openOf(rule)
  if (open !== undefined) return `${statementText(rule)} or ${openText(open)}`
  return exceptions === 0 ? statementText(rule) : `${statementText(rule)} but for ${exceptions} ${exceptions === 1 ? 'row' : 'rows'}`
}

function statementText(rule: Rule): string {
  const column = columnWord(rule.column)
  if (rule.kind === 'lookup') return `${keyText(rule.from.map(columnWord), rule.parts)} -> ${column}`
  if (rule.kind === 'step') return `${column} = ${thresholdsText(columnWord(rule.of), rule)}`
  if (rule.kind === 'gap') return `${column} missing where ${gapsWhereText(rule)}`
  return `${column} ${rule.kind === 'formula' ? '=' : rule.kind === 'order' ? '>=' : '<='} ${expressionText(sideOf(rule))}`
}

const gapsWhereText = (gap: GapsWhere): string =>
  wheresOf(gap)
    .map((one) => `${columnWord(one.when)} ${whereWords(one)}`)
    .join(gap.and ? ' and ' : ' or ')

function whereWords({ levels, maybe, present, from, below }: GapsWhere): string {
  if (levels) return `= ${levelWords(levels, maybe).join(', ')}`
  if (from !== undefined) return `>= ${from}`
  if (below !== undefined) return `< ${below}`
  return present ? 'present' : 'missing'
}

const levelWords = (levels: readonly string[], maybe: readonly string[] = []): string[] => [
  ...levels.map(levelWord),
  ...maybe.map((level) => `maybe ${levelWord(level)}`)
]

const openText = (open: Open): string =>
  typeof open === 'object'
    ? open.map((level) => (level === 'missing' || level === '0' ? `\`${level}\`` : levelWord(level))).join(', ')
    : String(open)

const levelWord = (level: string): string =>
  /[,`]|^\s|\s$|^$|^maybe\s|\s(?:or|and)\s/.test(level) ? `\`${level.replaceAll('`', '``')}\`` : level

/** The columns of a rule, whichever it derives. */
export const columnsIn = (rule: Rule): string => JSON.stringify([rule.column, ...inputsOf(rule)].sort())
