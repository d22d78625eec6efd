import type { KeptRules, RuledColumn } from '../../code/rules/kept-rules.js'
import { type Bound, Meeter, type Meeting } from '../../code/rules/meet.js'
import { columnIn, formatIn, type WrittenTable } from '../../code/rules/rows-of-rule.js'
import { putRulesBack } from '../../code/rules/stacked.js'
import type { Given } from '../../know/conditions.js'
import { type GivenValue, wordsOf } from '../../know/given-value.js'
import type { LikelihoodModule } from '../../know/likelihood-row.js'
import { MANY_MATCHING, type NamedWarning } from '../../know/support.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { placesByName } from '../../num/group.js'
import { sorted } from '../../num/statistics.js'
import { presentValues } from '../../table/encoder.js'
import { columnWord } from '../../table/expression-text.js'
import { withDigitsOf } from '../../table/number-style.js'
import { spelled } from '../../table/present.js'
import { type Column, isNumeric, type NumericColumn } from '../../table/table.js'
import { unknownColumn } from '../../table/unknown-column.js'
import type { Asked } from '../asked.js'
import { own } from '../given.js'
import { turnedRules } from './ruled-equals.js'
import { Through } from './ruled-terms.js'
import { shown, wantedOf } from './ruled-wanted.js'

/** What is known of some conditions' rows, said of the columns that are drawn, and what a reader should know about that. */
export interface RuledAsked {
  readonly asked: Asked
  /** Places of its conditions among all, from 0. */
  readonly places: readonly number[]
  readonly warnings: readonly NamedWarning[]
  /** The rules, with what its given values say of combinations that these say nothing of. */
  readonly rules: KeptRules
  /** Derived numbers that its rows are moved to, and the condition as it was given; absent where there are none. */
  readonly meeting?: Omit<Meeting, 'data'> & { readonly whole: AskedOfRows }
}

type AskedOfRows = Omit<Asked, 'likelihood'> & { readonly likelihood?: LikelihoodModule | undefined }

/**
 * What is known of columns that rules derive, through those rules: a category that one other value stands for and an end whose
 * start is given become given values; what all inputs are given for is checked; a number becomes an observation of drawn
 * columns, or a likelihood, as sharp as a hundredth of the column's spread, and a target that rows are moved to; intervals and
 * categories exclude all other rows. Conditions that become given values come as one part, each other one as a part of its own.
 * Throws `InputError`: `condition-contradictory` where inputs say otherwise, `condition-impossible` for a number that the
 * column cannot show.
 */
export function throughRules(rules: KeptRules, asked: AskedOfRows): readonly RuledAsked[] {
  const kept = showingGiven(rules, asked.givens)
  if (asked.givens.length === 1) return [throughOne(kept, asked, 0)]
  const each = asked.givens.map((given, k) => inCondition(k, () => throughOne(kept, { ...asked, givens: [given] }, k)))
  const names = each.map((one, k) => nameTogether(one, kept) ?? `alone ${k}`)
  const parts = [...placesByName(names, (name) => name).values()].map((places) => together(places.map((place) => each[place]!)))
  return [...parts.filter(({ places }) => places.length > 1), ...parts.filter(({ places }) => places.length === 1)]
}

/**
 * Numbers that are written to fewer digits than a given one has show as many as it, all columns that are written so: what is the same as the
 * given one, or ends at it, is that to the last digit.
 */
function showingGiven(kept: KeptRules, givens: readonly Given[]): KeptRules {
  const numbers = kept.columns.flatMap((column) => {
    if (!isShortened(column)) return []
    const values = givens.flatMap((given) => own(given, column.name) ?? []).map((value) => wantedOf(column, value))
    return values.flatMap((wanted) => (wanted.kind === 'interval' && wanted.low === wanted.high ? [wanted.low] : []))
  })
  if (numbers.length === 0) return kept
  const columns = kept.columns.map((column) => {
    if (!isShortened(column)) return column
    return { ...column, format: { ...column.format, number: numbers.reduce(withDigitsOf, column.format.number!) } }
  })
  return { ...kept, columns }
}

const isShortened = ({ kind, format }: RuledColumn): boolean => kind === 'number' && format.number?.digits !== undefined

/** Conditions that become given values come together where they turn the same rules (`turnedRules`); undefined of those that come by themselves. */
function nameTogether({ asked: { observe, likelihood }, rules }: RuledAsked, kept: KeptRules): string | undefined {
  const isLearned = rules.rules.some((rule) => rule.kind !== 'equal' && !kept.rules.includes(rule))
  if (observe.length > 0 || likelihood !== undefined || isLearned) return undefined
  return JSON.stringify(rules.rules.filter(({ kind }) => kind === 'equal'))
}

function together(parts: readonly RuledAsked[]): RuledAsked {
  const [first] = parts as readonly [RuledAsked, ...RuledAsked[]]
  if (parts.length === 1) return first
  const givens = parts.flatMap((one) => one.asked.givens)
  return { ...first, asked: { ...first.asked, givens }, places: parts.flatMap(({ places }) => places) }
}

/** Which derived numbers are met by what is given of others, and how sharp observations of the others are at most. */
interface Ways {
  readonly solved?: ReadonlySet<string>
  readonly rooms?: ReadonlyMap<string, number>
}

function throughOne(kept: KeptRules, asked: AskedOfRows, place: number, { solved, rooms }: Ways = {}): RuledAsked {
  const turned = turnedRules(kept, { given: asked.givens[0]!, observe: asked.observe })
  const through = new Through(turned.rules, solved, rooms)
  const given = through.given(asked.givens[0]!)
  const observe = [...asked.observe.flatMap((text) => through.observed(text)), ...through.observations]
  const likelihood = through.likelihood(asked.likelihood)
  const { likelihood: _whole, ...rest } = asked
  const { rules } = through
  const meeting =
    through.targets.length > 0 ? { kept: rules, targets: through.targets, bounds: through.bounds(given), whole: asked } : undefined
  return {
    asked: { ...rest, givens: [given], observe, ...defined({ likelihood }) },
    places: [place],
    warnings: [...turned.warnings, ...through.warnings],
    rules,
    ...defined({ meeting })
  }
}

/** An error says which condition of a list it is about. */
function inCondition<T>(place: number, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw new InputError({ code: error.code, got: `in condition ${place + 1}: ${error.got}`, expected: error.expected, try: error.remedy })
  }
}

/** A part as it is drawn: with given values where only these meet its targets, and what moves its rows to them else. */
export interface Settled {
  readonly part: RuledAsked
  readonly meeter?: Meeter
}

/** How a part of what is known is drawn from `data`, rows of the table without what rules derive. Throws and costs as `meeterOf`. */
export function settled(part: RuledAsked, data: WrittenTable): Settled {
  const { meeting } = part
  if (!meeting) return { part }
  const meeter = meeterOf(part, meeting, data)
  const { roots, targets } = meeter.solved()
  const { kept, whole } = meeting
  const rooms = roomsOf(meeting, data)
  if (targets.length === 0) {
    if (rooms.size === 0) return { part, meeter }
    const wide = { ...throughOne(kept, whole, 0, { rooms }), places: part.places }
    return { part: wide, meeter: meeterOf(wide, wide.meeting!, data) }
  }
  const values = [...roots].map(([name, bound]) => [name, givenValue(bound, columnIn(data, name))] as const)
  const given = { ...whole.givens[0]!, ...Object.fromEntries(values) }
  const known = { ...throughOne(kept, { ...whole, givens: [given] }, 0, { solved: new Set(targets), rooms }), places: part.places }
  return { part: known, meeter: meeterOf(known, known.meeting!, data) }
}

/** Of rows as dense as those around it an observation of this deviation is worth as many as lie within so many of them on either side. */
const ROOM = 1 / Math.sqrt(Math.PI)

/**
 * How sharp observations that stand for given numbers are at most: so that they are worth as many rows as bear a distribution, where the data lie
 * less dense. Rows are moved to the number itself. Cost O(rows log rows) for each.
 */
function roomsOf({ kept, targets }: Omit<Meeting, 'data'>, data: WrittenTable): ReadonlyMap<string, number> {
  const whole = putRulesBack(kept, data)
  const rooms = targets.flatMap(({ column, value }): [string, number][] => {
    const own = columnIn(whole, column)
    if (!isNumeric(own)) return []
    const distances = sorted(presentValues(own).map((x) => Math.abs(x - value)))
    // Beyond all rows those that come nearest lie on one side.
    const room = ROOM * ((distances[Math.min(MANY_MATCHING, distances.length) - 1] ?? 0) - (distances[0] ?? 0))
    return room > 0 ? [[column, room]] : []
  })
  return new Map(rooms)
}

function givenValue(bound: Bound, { kind }: Column): GivenValue {
  if (!('value' in bound)) return { from: bound.low, to: bound.high }
  return kind === 'datetime' ? new Date(bound.value as number).toISOString() : bound.value!
}

/**
 * What moves rows to the derived numbers that are given. `data`: rows of the table without what rules derive. Throws
 * `InputError` (code `condition-impossible`) where none of them can be moved so. Cost O(values of a column) for some rows.
 */
function meeterOf({ asked }: RuledAsked, meeting: Omit<Meeting, 'data'>, data: WrittenTable): Meeter {
  const meeter = new Meeter({ ...meeting, data })
  if (meeter.canBeMet) return meeter
  const { kept, targets } = meeting
  const whole = putRulesBack(kept, data)
  const near = targets.map(({ column, value }) => nearestValues(quantityWords(whole, column), value))
  const wanted = targets.map(({ column, value }) => `${column}=${shown(value, kept.columns.find(({ name }) => name === column)!)}`)
  const others = Object.entries(asked.givens[0]!).map(([name, value]) => `${name}=${wordsOf(value)}`)
  throw new InputError({
    code: 'condition-impossible',
    got: `${[...wanted, ...others].join(', ')}, which no values that the columns have in the data make`,
    expected: `a value that the rule can give; rows of the data have ${near.join(' and ')}`,
    try: `an interval, as --given ${columnWord(targets[0]!.column)}=LOW..HIGH`
  })
}

/** The nearest values that a column has, in words. */
function nearestValues({ values, words }: { values: readonly number[]; words: (value: number) => string }, wanted: number): string {
  const below = values.filter((x) => x < wanted).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const above = values.filter((x) => x > wanted).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  return [below, above].filter(Number.isFinite).map(words).join(' and ')
}

function quantityWords(data: WrittenTable, name: string): { values: readonly number[]; words: (value: number) => string } {
  const column = columnIn(data, name) as NumericColumn
  return {
    values: Array.from(column.values).filter((_, i) => !column.missing?.[i]),
    words: (value) => `${name} ${spelled(value, formatIn(data, name))}`
  }
}

/** An error of a draw in terms of what was asked: a likelihood that stands for given values is none of the user's, nor are columns that are drawn in the place of others. */
export function inTermsOf(
  asked: Omit<Asked, 'likelihood'> & { readonly likelihood?: unknown },
  { columns }: Pick<KeptRules, 'columns'>,
  error: unknown
): unknown {
  if (error instanceof InputError && error.code === 'column-unknown') return unknownColumn(error.got.replace(/^the column /, ''), columns)
  if (!(error instanceof InputError) || error.code !== 'likelihood-excludes-all' || asked.likelihood !== undefined) return error
  const given = Object.entries(asked.givens[0]!).map(([name, value]) => `${name}=${wordsOf(value)}`)
  return new InputError({
    code: 'condition-impossible',
    got: [...given, ...asked.observe].join(', '),
    expected: 'values that rows of the data have together, or come near where they are observed',
    try: 'a wider interval, or fitting with --rules off'
  })
}
