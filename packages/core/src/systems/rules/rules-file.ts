import { CYCLES } from '../../code/rules/cycles.js'
import type { Among } from '../../code/rules/equals.js'
import type { Exceptions } from '../../code/rules/exceptions.js'
import type { Parts } from '../../code/rules/keep-parts.js'
import {
  type Beside,
  type Derivation,
  derives,
  inputsOfKept,
  type KeptRule,
  type KeptRules,
  type RuledColumn,
  ruledColumns,
  THERE,
  type There,
  type ToldTerms,
  thereOf
} from '../../code/rules/kept-rules.js'
import { EXTREMES, type KeyPart } from '../../code/rules/key-part.js'
import type { ListedValues } from '../../code/rules/listed-values.js'
import type { GapWhere, LookupKey } from '../../code/rules/rule.js'
import { areRising, type Cut, isNumber } from '../../code/rules/thresholds.js'
import type { Within } from '../../code/rules/within.js'
import { type ModelContents, withEntry } from '../../model-file/contents.js'
import {
  damaged,
  entryIn,
  exactly,
  flag,
  list,
  number,
  optional,
  type Reader,
  record,
  text,
  tuple,
  variant,
  whole,
  word
} from '../../model-file/reading.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { CALENDAR_PARTS } from '../../table/calendar-part.js'
import type { CellValue } from '../../table/cells.js'
import { type Expression, indicatorsOf } from '../../table/expression.js'
import { expressionText } from '../../table/expression-text.js'
import { parseExpression } from '../../table/parse-expression.js'
import { isNumericKind } from '../../table/table.js'
import { columnFormat, UNSCALED, valueLattice } from '../encoder-file.js'

type Kept<K extends KeptRule['kind']> = Extract<KeptRule, { kind: K }>

/** Contents of a model file with the rules of its table. */
export const withRules = (contents: ModelContents, rules: KeptRules | undefined): ModelContents =>
  withEntry(contents, 'rules', rules && recordRules(rules))

/** The rules of a model that draws the columns `drawn`, where it has some. Throws `FormatError` (code `model-damaged`). */
export const keptRulesIn = (contents: ModelContents, drawn: readonly string[]): KeptRules | undefined =>
  entryIn(contents, 'rules', rulesIn(drawn))

/** Rules as plain JSON: expressions as text, cells of lookups in two lists. */
export const recordRules = ({ rules, columns, beside, known }: KeptRules): object => ({
  columns,
  ...defined({ beside, known: known?.map(recordRule) }),
  rules: rules.map(recordRule)
})

function recordRule(rule: KeptRule): object {
  if (rule.kind === 'lookup')
    return {
      kind: rule.kind,
      column: rule.column,
      from: rule.from,
      ...rule.table,
      ...defined({ parts: rule.parts, exceptions: rule.exceptions, there: rule.there, flags: rule.flags })
    }
  if (rule.kind === 'gap' || rule.kind === 'equal') return rule
  if (rule.kind === 'step') return { ...rule, cuts: rule.cuts.map((cut) => (isNumber(cut) ? cut : { ...cut, at: expressionText(cut.at) })) }
  if (rule.kind === 'formula') return { ...rule, expression: expressionText(rule.expression) }
  return { ...rule, lows: rule.lows.map(expressionText), ...(rule.highs ? { highs: rule.highs.map(expressionText) } : {}) }
}

export const expression: Reader<Expression> = (value, field) => {
  const written = text(value, field)
  try {
    return parseExpression(written)
  } catch (error) {
    if (error instanceof InputError) throw damaged(`a model with ${field} = ${error.got}`, error.expected)
    throw error
  }
}

const cell: Reader<CellValue> = (value, field) => {
  if (value === null || typeof value === 'string') return value
  return number(UNSCALED)(value, field)
}

interface LookupRecord {
  readonly kind: 'lookup'
  readonly column: string
  readonly from: readonly string[]
  readonly parts?: LookupKey['parts']
  readonly keys: readonly (readonly CellValue[])[]
  readonly values: readonly CellValue[]
  readonly exceptions?: Exceptions | undefined
  readonly there?: There | undefined
  readonly flags?: readonly string[] | undefined
}

const exceptions = optional(
  record<Exceptions>({
    rows: list(whole({ least: 0 })),
    of: whole({ least: 1 }),
    values: list(cell),
    parts: optional(list((value, field) => (value === null ? null : number({ least: 0, most: 1e200 })(value, field)))),
    keys: optional(list(record({ cells: list(cell), count: whole({ least: 1 }) })))
  })
)

const there = optional(
  record<There>({
    column: text,
    or: (value, field) => (value === 0 ? 0 : Array.isArray(value) ? list(text)(value, field) : word('missing')(value, field))
  })
)

const keyPart: Reader<KeyPart | null> = (value, field) =>
  value === null ? null : Array.isArray(value) ? list(number(UNSCALED))(value, field) : word(...CALENDAR_PARTS, ...EXTREMES)(value, field)

const lookupRecord = record<LookupRecord>({
  kind: word('lookup'),
  column: text,
  from: list(text),
  parts: optional(list(keyPart)),
  keys: list(list(cell)),
  values: list(cell),
  exceptions,
  there,
  flags: optional(list(text))
})

export const isTrue: Reader<true> = (value, field) => {
  if (value !== true) throw damaged(`a model with ${field} = ${String(value)}`, 'true, or nothing')
  return value
}

const cutBy = record<Exclude<Cut, number>>({ at: expression, above: optional(isTrue) })
const cut: Reader<Cut> = (value, field) => (typeof value === 'number' ? number(UNSCALED)(value, field) : cutBy(value, field))

const stepRecord = record<Kept<'step'>>({
  kind: word('step'),
  column: text,
  of: text,
  cuts: list(cut),
  dates: optional(isTrue),
  clock: optional(word('minutes', 'seconds')),
  values: list(cell),
  missing: cell,
  there
})

const whereFields = {
  when: text,
  levels: optional(list(text)),
  present: optional(isTrue),
  from: optional(number(UNSCALED)),
  below: optional(number(UNSCALED))
}

const gapRecord = record<Kept<'gap'>>({
  kind: word('gap'),
  column: text,
  marks: text,
  ...whereFields,
  maybe: optional(list(text)),
  or: optional(list(record<GapWhere>(whereFields))),
  and: optional(list(record<GapWhere>(whereFields))),
  values: list(cell)
})

const withinRecord: Reader<Within> = (value, field) => {
  const level: Reader<string | null> = (one, at) => (one === null ? null : text(one, at))
  const read = record<Omit<Within, 'few'>>({
    by: text,
    levels: list(record<Within['levels'][number]>({ level, values: list(number(UNSCALED)) }))
  })(value, field)
  if (
    read.levels.length === 0 ||
    read.levels.some(({ values }) => values.length === 0 || values.some((x, k) => k > 0 && x < values[k - 1]!))
  )
    throw damaged(`a model with ${field} of numbers that do not rise`, 'the numbers of each level in their order')
  return read
}

const listedRecord: Reader<ListedValues> = (value, field) => {
  const read = record<Omit<ListedValues, 'few'>>({ values: list(number(UNSCALED)), counts: list(whole({ least: 1 })) })(value, field)
  exactly(read.values.length)(read.counts.length, `${field}.counts.length`)
  if (read.values.length < 2 || read.values.some((x, k) => k > 0 && x <= read.values[k - 1]!))
    throw damaged(`a model with ${field} of values that do not rise`, 'the values of a column in their order')
  return read
}

const among: Reader<Among> = (value, field) =>
  typeof value === 'object' && value !== null && 'levels' in value
    ? record<{ readonly levels: readonly string[] }>({ levels: list(text) })(value, field)
    : record<{ readonly least: number; readonly most: number }>({ least: number(UNSCALED), most: number(UNSCALED) })(value, field)

const rule: Reader<KeptRule> = variant<KeptRule>('kind', {
  formula: record<Kept<'formula'>>({
    kind: word('formula'),
    column: text,
    expression,
    parts: optional(record<Parts>({ names: list(text), zeros: flag, late: optional(isTrue) })),
    rounding: optional(list(number(UNSCALED))),
    exceptions,
    there
  }),
  order: record<Kept<'order'>>({
    kind: word('order'),
    column: text,
    lows: list(expression),
    highs: optional(list(expression)),
    share: optional(isTrue),
    ratio: optional(isTrue),
    from: optional(text),
    cycle: optional(word(...CYCLES)),
    ends: optional(tuple<readonly [number, number]>(number(UNSCALED), number(UNSCALED))),
    months: optional(isTrue),
    terms: optional(list(number(UNSCALED))),
    told: optional(
      record<ToldTerms>({ by: text, levels: list(record<ToldTerms['levels'][number]>({ level: text, term: number(UNSCALED) })) })
    ),
    most: optional(number(UNSCALED)),
    within: optional(withinRecord),
    gap: text,
    unit: number({ above: 0, most: 1e12 }),
    lattice: optional(valueLattice),
    listed: optional(listedRecord),
    exceptions
  }),
  step: (value, field) => {
    const read = stepRecord(value, field)
    exactly(read.cuts.length + 1)(read.values.length, `${field}.values.length`)
    if (read.cuts.length === 0 || !areRising(read.cuts))
      throw damaged(`a model with ${field} of thresholds that do not rise`, 'thresholds in their order')
    return read
  },
  equal: record<Kept<'equal'>>({
    kind: word('equal'),
    column: text,
    of: text,
    flag: text,
    among,
    apart: list(number(UNSCALED)),
    factors: optional(list(number({ least: 0, most: 1e300 }))),
    throughout: optional(isTrue),
    inverse: optional(isTrue)
  }),
  gap: (value, field) => {
    const read = gapRecord(value, field)
    if (read.values.length === 0) throw damaged(`a model with ${field} of no values`, 'values that the column can have')
    if (read.or && read.and) throw damaged(`a model with ${field} of conditions joined by “or” and by “and”`, 'one of both')
    return read
  },
  lookup: (value, field) => {
    const { keys, values, ...rest } = lookupRecord(value, field)
    exactly(keys.length)(values.length, `${field}.values.length`)
    if (keys.length === 0) throw damaged(`a model with ${field} of no entry`, 'the values that a column can have')
    for (const [e, key] of keys.entries()) exactly(rest.from.length)(key.length, `${field}.keys[${e}].length`)
    return { ...rest, table: { keys, values } }
  }
})

const knownRule: Reader<Derivation> = (value, field) => {
  const read = rule(value, field)
  if (!derives(read) || read.kind === 'order' || ('exceptions' in read && read.exceptions) || thereOf(read))
    throw damaged(`a model with ${field} of kind ${read.kind}`, 'what rows that know its columns obey')
  return read
}

const ruledColumn = record<RuledColumn>({
  name: text,
  kind: word('number', 'integer', 'category', 'boolean', 'datetime', 'identifier'),
  levels: optional(list(text)),
  format: columnFormat,
  spread: optional(number({ least: 0, most: 1e200 })),
  numbers: optional(list(number(UNSCALED)))
})

/** The inverse of `recordRules`, for a model that draws the columns `drawn`. Refuses rules that derive a column of unknown inputs. */
export function rulesIn(drawn: readonly string[]): Reader<KeptRules> {
  const read = record<KeptRules>({
    rules: list(rule),
    columns: list(ruledColumn),
    known: optional(list(knownRule)),
    beside: optional(list(record<Beside>({ column: text, as: text, told: list(text) })))
  })
  return (value, field) => {
    const kept = read(value, field)
    checkRules(kept, new Set(drawn), field)
    return kept
  }
}

function checkRules(kept: KeptRules, drawn: ReadonlySet<string>, field: string): void {
  const { rules, columns, beside = [] } = kept
  const known = new Set(drawn)
  const byName = new Map(ruledColumns(kept).map((column) => [column.name, column]))
  for (const [k, one] of rules.entries()) {
    const at = `${field}.rules[${k}]`
    const column = byName.get(one.column)
    if (!column || (derives(one) && known.has(one.column)))
      throw damaged(`a model whose ${at} derives ${one.column}`, 'a column of the table that is not drawn')
    for (const input of inputsOfKept(one))
      if (!known.has(input)) throw damaged(`a model whose ${at} needs ${input}`, 'columns that are drawn or derived before')
    checkKind(one, byName, at)
    if (one.kind === 'lookup' && one.flags) {
      exactly(1)(one.from.length, `${at}.from.length`)
      if (!one.flags.includes(one.column) || !one.flags.every((name) => byName.get(name)?.kind === column.kind))
        throw damaged(`a model whose ${at} is of ${one.flags.join(', ')}`, 'columns of one kind, its own among them')
    }
    if ('exceptions' in one && one.exceptions?.keys)
      exactly(one.exceptions.rows.length)(one.exceptions.keys.length, `${at}.exceptions.keys.length`)
    if ('exceptions' in one && one.exceptions?.parts)
      exactly(one.exceptions.rows.length)(one.exceptions.parts.length, `${at}.exceptions.parts.length`)
    if ('exceptions' in one && one.exceptions)
      exactly(one.exceptions.rows.length)(one.exceptions.values.length, `${at}.exceptions.values.length`)
    if (derives(one)) known.add(one.column)
  }
  for (const [k, one] of (kept.known ?? []).entries()) {
    const at = `${field}.known[${k}]`
    for (const name of [one.column, ...inputsOfKept(one)])
      if (!byName.has(name)) throw damaged(`a model whose ${at} needs ${name}`, 'columns of the table')
    checkKind(one, byName, at)
  }
  for (const { column, as, told } of beside) {
    const isComputed = rules.some((one) => derives(one) && one.column === column)
    if (!isComputed || !byName.get(column)?.levels || !drawn.has(as) || byName.has(as) || !told.every((name) => drawn.has(name)))
      throw damaged(`a model whose ${field}.beside draws ${column} as ${as}`, 'a computed category, and a drawn column of no table')
  }
  for (const { name, kind, levels, format } of columns) {
    if (!known.has(name)) throw damaged(`a model whose column ${name} is neither drawn nor derived`, 'all columns of the table')
    word(name)(format.name, `${field}.${name}.format.name`)
    word(kind)(format.kind, `${field}.${name}.format.kind`)
    if ((kind === 'category' || kind === 'boolean') !== (levels !== undefined))
      throw damaged(`a model whose column ${name} has levels unlike its kind`, 'levels of categories')
    if (levels && (new Set(levels).size < levels.length || (kind === 'boolean' && levels.length !== 2)))
      throw damaged(
        `a model whose column ${name} has ${levels.length} levels, some of them alike`,
        kind === 'boolean' ? 'two' : 'different ones'
      )
  }
  if (new Set(columns.map(({ name }) => name)).size < columns.length)
    throw damaged('a model with two columns of one name', 'distinct names')
}

/** Formulas and orders are of numbers; lookups and thresholds give what their column can hold. */
function checkKind(one: KeptRule, columns: ReadonlyMap<string, RuledColumn>, at: string): void {
  const { kind, levels } = columns.get(one.column)!
  const own = one.kind === 'order' ? [one.within?.by, one.told?.by] : []
  const indicators = one.kind === 'formula' ? indicatorsOf(one.expression) : []
  for (const { name, level } of indicators) {
    const column = columns.get(name)
    const levels = column?.levels ?? column?.numbers?.map(String)
    if (!(level === undefined ? column?.kind === 'boolean' : levels?.includes(level)))
      throw damaged(`a model whose ${at} asks for ${name} = ${level}`, 'a level of a category')
  }
  const named = new Set([...indicators.map(({ name }) => name), ...own])
  const others = inputsOfKept(one).flatMap((name) => (named.has(name) ? [] : (columns.get(name)?.kind ?? [])))
  if (one.kind === 'equal') {
    const isLevel = 'levels' in one.among
    const fit = 'levels' in one.among ? one.among.levels.every((level) => levels?.includes(level)) : isNumericKind(kind)
    if (!fit || !others.every((other) => isNumericKind(other) !== isLevel))
      throw damaged(`a model whose ${at} sets ${one.column} to what it cannot be`, 'two columns of numbers, or of categories')
    return
  }
  if (one.kind === 'order' && one.cycle && (one.from === undefined || kind !== 'datetime'))
    throw damaged(`a model whose ${at} takes ${one.column} apart`, 'a date, and what it is measured from')
  if (one.kind === 'formula' || one.kind === 'order') {
    if (![kind, ...others].every(isNumericKind)) throw damaged(`a model whose ${at} computes with a ${kind}`, 'numbers and dates')
    if (one.exceptions?.values.some((value) => typeof value === 'string')) throw damaged(`a model whose ${at} adds a text`, 'numbers')
    return
  }
  const isDate = one.kind === 'step' && columns.get(one.of)?.kind === 'datetime'
  if (one.kind === 'step' && !(others.every(isNumericKind) && (isDate === (one.dates === true) || !one.cuts.some(isNumber))))
    throw damaged(`a model whose ${at} cuts ${one.of}`, 'numbers, or dates')
  const fits = (value: CellValue) =>
    value === null ||
    (one.kind === 'gap' && one.marks !== one.column && value === THERE) ||
    (levels ? levels.includes(value as string) : typeof value === 'number')
  const values =
    one.kind === 'lookup'
      ? [...one.table.values, ...(one.exceptions?.values ?? [])]
      : one.kind === 'step'
        ? [...one.values, one.missing, ...(typeof one.there?.or === 'object' ? one.there.or : [])]
        : one.values
  if (kind === 'identifier' || !values.every(fits))
    throw damaged(`a model whose ${at} gives what ${one.column} cannot hold`, 'its levels, or numbers')
}
