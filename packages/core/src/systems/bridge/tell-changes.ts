import { DAY } from '../../code/rules/quantity.js'
import type { Change, Difference } from '../../diagnose/what-differs.js'
import { correlation, mean, median, midranks, quantileOfSorted, sorted, variance } from '../../num/statistics.js'
import { isMissing } from '../../table/cells.js'
import { presentValues } from '../../table/encoder.js'
import { isCategorical, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { numberText, shareText } from '../../tell/numbers.js'
import { said, type Topic } from '../../tell/telling.js'
import { type BridgeSummary, LEVEL } from './model.js'

const columnNamed = ({ columns }: Table, name: string) => columns.find((column) => column.name === name)

type Sides = readonly [Table, Table]

/** A change in words, with the figure that says it of either table. */
export interface ChangeTold {
  readonly columns: readonly string[]
  readonly change: Change
  /** What changes: “weight is higher”. */
  readonly words: string
  /** What the figures are: “median”. */
  readonly figure: string
  readonly from: string
  readonly to: string
  readonly pValue: number
}

/** Columns, and pairs of these, that are told at most. */
const MOST_TOLD = 20
/** What is named beside the verdict. */
const MOST_NAMED = 3

/** What differs beyond chance between two tables: columns, then pairs. Cost O(rows log rows) each. */
export function changesOf({ differs }: BridgeSummary, sides: Sides): ChangeTold[] {
  const beyond = (all: readonly Difference[] = []) => all.filter(({ pValue }) => pValue <= LEVEL).slice(0, MOST_TOLD)
  return [...beyond(differs?.columns), ...beyond(differs?.pairs)].flatMap((one) => changeTold(one, sides) ?? [])
}

/** The verdict's second half. */
export function changesNamed(changes: readonly ChangeTold[], lead = 'What differs'): string {
  if (changes.length === 0) return 'No single column and no pair shows it: the difference lies in how three or more columns go together.'
  const more = changes.length > MOST_NAMED ? `, and ${changes.length - MOST_NAMED} more` : ''
  return `${lead}: ${changes
    .slice(0, MOST_NAMED)
    .map(({ words }) => words)
    .join(', ')}${more}.`
}

export function changesTopic(changes: readonly ChangeTold[], unpaired: readonly string[]): Topic {
  const left =
    unpaired.length > 0
      ? ` There are too many columns to test all pairs: ${unpaired.length} columns, from ${unpaired[0]} on, are tested alone.`
      : ''
  return {
    id: 'changes',
    title: 'What differs',
    blocks: [
      changes.length === 0
        ? said(`No column, and no pair of columns, differs beyond chance.${left}`)
        : {
            kind: 'table',
            caption: `Columns and pairs of columns that differ beyond chance, the most certain first. A p-value says how often any column (any pair) differs as much when rows are relabelled at random.${left}`,
            head: ['what', 'first#', 'second#', 'p-value#'],
            rows: changes.map(({ words, figure, from, to, pValue }) => [`${words} (${figure})`, from, to, pValue]),
            said: ''
          }
    ]
  }
}

function changeTold({ columns, change, levels, pValue }: Difference, sides: Sides): ChangeTold | undefined {
  if (columns.some((name) => sides.some((side) => !columnNamed(side, name)))) return undefined
  const told = change === 'together' ? together(columns, levels, sides) : alone(columns[0]!, { change, level: levels[0] }, sides)
  return told && { columns, change, pValue, ...told }
}

type Told = Pick<ChangeTold, 'words' | 'figure' | 'from' | 'to'>

function alone(
  name: string,
  { change, level }: { readonly change: Change; readonly level: string | undefined },
  sides: Sides
): Told | undefined {
  const own = sides.map((side) => columnNamed(side, name)!)
  if (change === 'missing' || change === 'share') {
    const shares = sides.map((side, k) => {
      const rows = Array.from({ length: side.rowCount }, (_, i) => i)
      return mean(rows.map((i) => Number(change === 'missing' ? isMissing(own[k]!, i) : isAt(own[k]!, level!, i))))
    }) as [number, number]
    const often = shares[1] > shares[0] ? 'more' : 'less'
    const words = change === 'missing' ? `${name} is missing ${often} often` : `${name} is ${level} ${often} often`
    return { words, figure: 'share', from: shareText(shares[0]), to: shareText(shares[1]) }
  }
  if (!own.every(isNumeric)) return undefined
  const numbers = (own as NumericColumn[]).map((column) => sorted(presentValues(column))) as [Float64Array, Float64Array]
  if (numbers.some(({ length }) => length === 0)) return undefined
  const isDate = own[0]!.kind === 'datetime'
  const text = (value: number) => (isDate ? new Date(value).toISOString().slice(0, 10) : numberText(value))
  const [figure, of] = figureOf(change, numbers)
  const [from, to] = numbers.map(of) as [number, number]
  const [more, less] = WORDS[change]!
  const spread = change === 'spread' && isDate ? (value: number) => `${numberText(value / DAY)} days` : text
  const moved = isDate && change === 'place' ? (to > from ? 'later' : 'earlier') : to > from ? more! : less!
  return { words: `${name} ${change === 'place' ? 'is ' : ''}${moved}`, figure, from: spread(from), to: spread(to) }
}

const WORDS: Partial<Record<Change, readonly string[]>> = {
  place: ['higher', 'lower'],
  spread: ['varies more', 'varies less'],
  'upper end': ['has a higher upper end', 'has a lower upper end'],
  'lower end': ['has a higher lower end', 'has a lower lower end']
}

/** The figure that says it: a median, where both are not the same number. */
function figureOf(change: Change, [from, to]: readonly [Float64Array, Float64Array]): readonly [string, (values: Float64Array) => number] {
  if (change === 'upper end') return ['95th percentile', (values) => quantileOfSorted(values, 0.95)]
  if (change === 'lower end') return ['5th percentile', (values) => quantileOfSorted(values, 0.05)]
  if (change === 'spread') return ['standard deviation', (values) => Math.sqrt(variance(values))]
  return median(from) === median(to) ? ['mean', mean] : ['median', median]
}

const isAt = (column: Table['columns'][number], level: string, row: number): boolean =>
  isCategorical(column) && column.codes[row]! >= 0 && column.levels[column.codes[row]!] === level

function together([one, other]: readonly string[], levels: readonly string[], sides: Sides): Told | undefined {
  const pair = sides.map((side) => [columnNamed(side, one!)!, columnNamed(side, other!)!] as const)
  const rows = sides.map(({ rowCount }, k) =>
    Array.from({ length: rowCount }, (_, i) => i).filter((i) => pair[k]!.every((column) => !isMissing(column, i)))
  )
  const numbers = (k: number, at: 0 | 1) => Float64Array.from(rows[k]!, (i) => (pair[k]![at] as NumericColumn).values[i]!)
  const figures = (of: (k: number) => number) => [of(0), of(1)] as const
  if (levels.length === 0) {
    const [from, to] = figures((k) => correlation(midranks(numbers(k, 0)), midranks(numbers(k, 1))))
    return { words: `${one} and ${other} go together otherwise`, figure: 'rank correlation', from: numberText(from), to: numberText(to) }
  }
  const isIn = (k: number) => rows[k]!.map((i) => isAt(pair[k]![0], levels[0]!, i))
  const words = `${one} = ${levels[0]} goes with ${other}${levels.length > 1 ? ` = ${levels[1]}` : ''} otherwise`
  if (levels.length > 1) {
    const [from, to] = figures((k) => {
      const there = isIn(k)
      return mean(rows[k]!.filter((_, at) => there[at]).map((i) => Number(isAt(pair[k]![1], levels[1]!, i))))
    })
    return { words, figure: `share of ${levels[1]} where ${one} = ${levels[0]}`, from: shareText(from), to: shareText(to) }
  }
  const unit = pair[0]![1].kind === 'datetime' ? DAY : 1
  const [from, to] = figures((k) => {
    const there = isIn(k)
    const values = numbers(k, 1)
    return (mean(values.filter((_, at) => there[at])) - mean(values.filter((_, at) => !there[at]))) / unit
  })
  const text = (value: number) => `${numberText(value)}${unit === 1 ? '' : ' days'}`
  return { words, figure: 'mean there less that elsewhere', from: text(from), to: text(to) }
}
