import { log } from '../../num/elementary.js'
import { variance } from '../../num/statistics.js'
import { spreadRows } from '../../table/codes.js'
import { CALENDAR, type CalendarUnit, type Expression, MIDNIGHTS, monthsBetween } from '../../table/expression.js'
import { differentRows, isBeyondChance, MOST_RATE, rateByChance } from './chance.js'
import { ageOnADay, DAYS_OF_TABLES, type Difference, daysToADay, differencesOf, MOST_DATES } from './days-of-dates.js'
import { FactorInterval } from './factor-interval.js'
import { EXACT, type FormulaFound, INVERSE, isTotal, MOST_COLUMNS_OF, MOST_COLUMNS_OF_SUMS, ROUNDED } from './formula-found.js'
import { hasValues, leastFromHalf, type Quantity, tolerance } from './quantity.js'
import { binary, column, number, SHAPES, type Shape, scaled, TERMS, writeSum } from './shapes.js'
import { FIRST_PROBES, fullestFirst, Sieve } from './sieve.js'
import { type WeightedSum, WeightedSums } from './weighted-sums.js'

/** Rows, spread over the table, that a candidate must pass before all rows are looked at. */
const PROBES = 64

/** Columns that a formula is of, at most. */
const MOST_INPUTS = 3

/** Rows without a gap among them that a candidate must have. */
const LEAST_PROBES = 4

/** Differences of which the other order is tried too. */
const MIRRORED = 9

/**
 * Of several readings sums with weights come last, as all that is linear can be written as one; but for what one column is in another
 * unit, and for totals and means. Of these those of fewest digits first.
 */
const [WEIGHTED, IN_ANOTHER_UNIT, TOTAL, DIGIT] = [9.5, 1.5, 4, 1e-3]

/** Of the squares that one reading leaves, the part that another one leaves at most where it is right: what rounding takes away neither could. */
const FAR_LESS = 0.5

/** Rows between the inputs of a formula that are taken from different ones. */
const MIXING = 17

const asWritten = ({ of, name }: Quantity): Expression => of ?? column(name)

/** A formula of a row's inputs, the k-th of which is that of the row k·shift further on; NaN where one is missing. */
type Inputs = (row: number, shift?: number) => number

/** Rows of halves of which each goes up or down by chance, and all down once in a thousand. */
const LEAST_HALVES = 10

interface Candidate {
  readonly target: number
  readonly inputs: readonly number[]
  readonly value: Inputs
  readonly write: () => Expression
  readonly factor: Shape['factor']
  readonly rank: number
  /** How many of its form could be written, where that is not what was tried. */
  readonly choices?: number
  /** Whether its constant is the simplest that rounding lets pass. */
  readonly hasConstant?: boolean
  /** Whether its form adds all of its columns, or takes them off. */
  readonly isSum?: boolean
  /** Whether columns are added as they are: no factor lets a few values be told by what goes along. */
  readonly isPlain?: boolean
}

type Form = Omit<Candidate, 'target'>

/** What a calendar counts from one date to another. */
interface Age {
  readonly name: CalendarUnit | typeof MIDNIGHTS
  readonly factor: Shape['factor']
  readonly between: (start: number, end: number) => number
  /** Whether nothing is counted backwards. */
  readonly isPositive?: true
}

/** What is tried of some inputs, and what they give at a probe. */
interface Tried {
  readonly inputs: readonly number[]
  readonly factor: Shape['factor']
  readonly valueAt: (probe: number) => number
}

/** Columns that may be what is tried. */
interface Targets {
  readonly list: readonly number[]
  /** Of each quantity its place in the list, by its name; −1 where it has none. */
  readonly placeOf: Int32Array
  readonly sieve: Sieve
}

/**
 * Formulas of one, two or three columns and weighted sums, that hold in every row to the decimals
 * that are written, with a factor that is found. Each is tried on 64 rows, then on all. Cost O(p⁴) on a few rows for p ≤ 40 columns, and
 * O(rows) for each that passes. Those of one column where `only` names it.
 */
export function findFormulas(quantities: readonly Quantity[], rowCount: number, only?: string): FormulaFound[] {
  const search = new Search(quantities, rowCount, only)
  for (const shape of SHAPES) if (quantities.length <= MOST_COLUMNS_OF[shape.arity]) search.tryShape(shape)
  if (quantities.length <= MOST_COLUMNS_OF[2]) search.tryAges()
  if (quantities.length <= MOST_COLUMNS_OF[3] && only === undefined) search.tryTerms()
  if (quantities.length <= MOST_COLUMNS_OF_SUMS) search.tryWeightedSums()
  return search.believed()
}

class Search {
  private readonly probes: Uint32Array
  private readonly atProbes: readonly Float64Array[]
  private readonly passed: Candidate[] = []
  private readonly targets: Targets
  private candidates = 0
  private readonly buffer: Float64Array
  /** Of what is asked at each of the first probes: no list and no function is made for it. */
  private readonly except = new Int32Array(MOST_INPUTS)
  private readonly asked: [Float64Array, Float64Array, Float64Array]
  /** Quantities, and behind them differences of dates. */
  private readonly parts: readonly (Quantity | Difference)[]
  /** The first quantity of the name of each. */
  private readonly named: Int32Array

  constructor(
    private readonly quantities: readonly Quantity[],
    private readonly rowCount: number,
    only: string | undefined
  ) {
    this.probes = fullestFirst(spreadRows(rowCount, PROBES), quantities)
    this.atProbes = quantities.map(({ values }) => Float64Array.from(this.probes, (i) => values[i]!))
    this.buffer = new Float64Array(this.probes.length)
    this.asked = [this.buffer, this.buffer, this.buffer]
    this.parts = [...quantities, ...differencesOf(quantities)]
    this.named = Int32Array.from(quantities, ({ name }) => quantities.findIndex((one) => one.name === name))
    this.targets = this.targetsOf(
      quantities.flatMap((one, q) => (!one.isDate && !one.of && hasValues(one) && (only === undefined || one.name === only) ? [q] : []))
    )
  }

  private targetsOf(list: readonly number[]): Targets {
    const sieve = new Sieve(
      list.map((q) => this.quantities[q]!),
      list.map((q) => this.atProbes[q]!),
      Math.min(FIRST_PROBES, this.probes.length)
    )
    return { list, placeOf: this.named.map((name) => list.findIndex((q) => this.named[q] === name)), sieve }
  }

  tryShape(shape: Shape): void {
    const { quantities, named } = this
    const p = quantities.length
    const { arity, symmetric } = shape
    const dates = quantities.map(({ isDate }) => isDate)
    // What counts as 0 where it is missing is a part of sums.
    const [may, mayToo, mayThird] = [0, 1, 2].map((k) =>
      quantities.map(
        ({ of, isDate }, q) =>
          (!isDate || shape.dates) && (!of || shape.added.includes(k)) && (shape.takes?.[k]?.(this.atProbes[q]!) ?? true)
      )
    ) as [boolean[], boolean[], boolean[]]
    // It is the column itself where that is there, and says nothing beside it; all are dates, or none is.
    const go = (a: number, b: number) => named[a] !== named[b] && dates[a] === dates[b]
    for (let a = 0; a < p; a++) {
      if (!may[a]) continue
      if (arity === 1) this.tryInputs(shape, [a])
      for (let b = arity === 1 ? p : symmetric === 'none' ? 0 : a + 1; b < p; b++) {
        if (!mayToo[b] || !go(a, b)) continue
        if (arity === 2) this.tryInputs(shape, [a, b])
        for (let c = arity === 2 ? p : symmetric === 'all' ? b + 1 : 0; c < p; c++)
          if (mayThird[c] && go(a, c) && go(b, c)) this.tryInputs(shape, [a, b, c])
      }
    }
  }

  private tryInputs(shape: Shape, inputs: readonly number[]): void {
    const { asked, atProbes } = this
    for (let k = 0; k < inputs.length; k++) asked[k] = atProbes[inputs[k]!]!
    const [x, y, z] = asked
    const valueAt = VALUE_AT[inputs.length as 1 | 2 | 3](shape, x, y, z)
    // A difference of numbers has no factor: a multiple of it is a rate, which divides.
    const factor = shape.dates && !this.quantities[inputs[0]!]!.isDate ? 'one' : shape.factor
    this.tryTargets({ inputs, factor, valueAt }, () => this.formOf(shape, inputs, factor))
  }

  private formOf(shape: Shape, inputs: readonly number[], factor: Shape['factor']): Form {
    const [x, y, z] = inputs.map((q) => this.quantities[q]!.values)
    return {
      inputs,
      factor,
      isSum: shape.added.length === shape.arity,
      rank: shape.rank,
      value: (i, shift = 0) => shape.value(x![i]!, y ? y[(i + shift) % this.rowCount]! : 0, z ? z[(i + 2 * shift) % this.rowCount]! : 0),
      write: () => {
        const names = inputs.map((q) => asWritten(this.quantities[q]!))
        return shape.write(names[0]!, names[1]!, names[2]!)
      }
    }
  }

  private tryTargets({ inputs, factor, valueAt }: Tried, form: () => Form, { list, placeOf, sieve }: Targets = this.targets): void {
    const { except, buffer } = this
    except.fill(-1)
    this.candidates += list.length
    for (let k = 0; k < inputs.length; k++) {
      except[k] = placeOf[inputs[k]!]!
      if (except[k]! >= 0) this.candidates--
    }
    if (!sieve.passes(factor, valueAt, buffer, except)) return
    for (let k = sieve.rows; k < buffer.length; k++) buffer[k] = valueAt(k)
    list.forEach((target, k) => {
      if (sieve.has(k) && this.probesPassed(target, factor) >= LEAST_PROBES) this.passed.push({ ...form(), target })
    })
  }

  /** In how many probes the values in the buffer, times one factor, are those of the column; −1 where one shows that they are not. */
  private probesPassed(target: number, factor: Shape['factor']): number {
    const { unit } = this.quantities[target]!
    const wanted = this.atProbes[target]!
    const interval = new FactorInterval(factor)
    let looked = 0
    for (let k = 0; k < this.buffer.length; k++) {
      const f = this.buffer[k]!
      const c = wanted[k]!
      if (Number.isNaN(f) || Number.isNaN(c)) continue
      looked++
      if (!interval.narrow(f, c, tolerance(unit, c))) return -1
    }
    return looked
  }

  /** Whole years, or months, from one date to another: ages; of moments, days: nights of a stay, and what is paid for each that is late. */
  tryAges(): void {
    const dates = this.quantities.flatMap(({ isDate }, q) => (isDate ? [q] : []))
    for (const from of dates) {
      this.tryOnADay(from)
      for (const to of dates) {
        if (from === to) continue
        for (const unit of Object.keys(CALENDAR) as CalendarUnit[])
          this.tryAge(from, to, { name: unit, factor: 'one', between: (a, b) => Math.floor(monthsBetween(a, b) / CALENDAR[unit]) })
        // Of dates without hours their difference says it.
        if ([from, to].every((q) => this.quantities[q]!.unit >= 1)) continue
        const days = (a: number, b: number) => Math.floor(b) - Math.floor(a)
        this.tryAge(from, to, { name: MIDNIGHTS, factor: 'free', between: days })
        this.tryAge(from, to, { name: MIDNIGHTS, factor: 'free', between: (a, b) => Math.max(0, days(a, b)), isPositive: true })
      }
    }
  }

  /** Whole numbers that count from a column of dates to one day, which is the same in all rows and in no column: ages on the day on which a table was made. */
  private tryOnADay(from: number): void {
    const { values: dates, name } = this.quantities[from]!
    for (const target of this.targets.list) {
      const { values, unit } = this.quantities[target]!
      if (unit !== 1) continue
      for (const { between, expression } of [...ageOnADay(dates, values, name), ...daysToADay(dates, values, name)]) {
        this.candidates++
        this.passed.push({
          target,
          inputs: [from],
          factor: 'one',
          rank: 2,
          choices: DAYS_OF_TABLES,
          value: (i, shift = 0) => between(dates[(i + shift) % this.rowCount]!),
          write: () => expression
        })
      }
    }
  }

  private tryAge(from: number, to: number, { name, factor, between, isPositive }: Age): void {
    const [starts, ends] = [this.atProbes[from]!, this.atProbes[to]!]
    const valueAt = (k: number) => between(starts[k]!, ends[k]!)
    const [start, end] = [from, to].map((q) => this.quantities[q]!) as [Quantity, Quantity]
    this.tryTargets({ inputs: [to, from], factor, valueAt }, () => ({
      inputs: [to, from],
      factor,
      rank: 2,
      value: (i, shift = 0) => between(start.values[(i + shift) % this.rowCount]!, end.values[i]!),
      write: () => {
        const of: Expression = { kind: 'call', name, of: binary('-', column(end.name), column(start.name)) }
        return isPositive ? { kind: 'call', name: 'positive', of } : of
      }
    }))
  }

  /** A date as many days behind another one as two columns say. */
  tryTerms(): void {
    const isOf = (isDate: boolean) => this.quantities.flatMap((one, q) => (one.isDate === isDate && !one.of && hasValues(one) ? [q] : []))
    const [dates, numbers] = [isOf(true), isOf(false)]
    if (dates.length > MOST_DATES) return
    for (const from of dates) {
      const ends = this.targetsOf(dates.filter((to) => to !== from))
      for (const shape of TERMS) {
        for (const a of numbers)
          for (const b of numbers) if (a < b || (a !== b && shape.symmetric === 'none')) this.tryTerm(shape, [from, a, b], ends)
      }
    }
  }

  private tryTerm(shape: Shape, inputs: readonly [number, number, number], ends: Targets): void {
    const [start, a, b] = inputs.map((q) => this.atProbes[q]!) as [Float64Array, Float64Array, Float64Array]
    const valueAt = (k: number) => start[k]! + shape.value(a[k]!, b[k]!, 0)
    const [from, x, y] = inputs.map((q) => this.quantities[q]!) as [Quantity, Quantity, Quantity]
    const form = (): Form => ({
      inputs,
      factor: 'one',
      rank: shape.rank,
      value: (i, shift = 0) =>
        from.values[i]! + shape.value(x.values[(i + shift) % this.rowCount]!, y.values[(i + 2 * shift) % this.rowCount]!, 0),
      write: () => binary('+', column(from.name), shape.write(column(x.name), column(y.name), number(0)))
    })
    this.tryTargets({ inputs, factor: 'one', valueAt }, form, ends)
  }

  /** Sums of columns with weights and a constant: degrees in another scale, totals and means, grades, gross from net and fees less what was paid. */
  tryWeightedSums(): void {
    const { parts, quantities } = this
    const written = parts.map(asWritten)
    const rows = spreadRows(this.rowCount, this.rowCount)
    const plain = new WeightedSums(quantities, rows)
    const timed = parts.length > quantities.length ? new WeightedSums(parts, rows) : undefined
    const pass = (target: number, sum: WeightedSum | undefined): void => {
      if (!sum) return
      const { inputs, weights, constant, choices } = sum
      const columns = inputs.map((q) => parts[q]!.values)
      this.passed.push({
        target,
        inputs,
        value: (i, shift = 0) => columns.reduce((all, values, k) => all + weights[k]! * values[(i + k * shift) % this.rowCount]!, constant),
        write: () =>
          writeSum(
            inputs.map((q) => written[q]!),
            sum
          ),
        factor: 'one',
        rank: (inputs.some((q) => parts[q]!.name === '') ? WEIGHTED : rankOf(sum)) + DIGIT * log(choices),
        choices,
        hasConstant: constant !== 0,
        isPlain: constant !== 0 && weights.every((weight) => Math.abs(weight) === 1)
      })
    }
    const found = this.targets.list.map((target) => [target, plain.of(target)] as const)
    for (const [target, sum] of found) {
      pass(target, sum ?? timed?.of(target))
      // What is part of a total, or comes off it, may go by its other parts: a tax by the price and the discount that it is on, and not by what has to be
      // paid with it.
      if (sum?.constant !== 0 || !isTotal(quantities[target]!, sum.weights, (k) => quantities[sum.inputs[k]!]!)) continue
      for (const part of sum.inputs) {
        const others = new Set(quantities.flatMap((_, q) => (q === part || !sum.inputs.includes(q) ? [q] : [])))
        if (this.targets.list.includes(part)) pass(part, plain.ofOther(quantities[part]!, others))
      }
    }
  }

  /**
   * Those candidates that hold in all rows, beyond chance. What others were computed from is computed of them only as another reading of what
   * they are: rounding alone lets a few whole numbers, as of children, be told by taxes that go by them.
   */
  believed(): FormulaFound[] {
    const found = this.passed.flatMap((candidate) => {
      const factor = this.factorIn(candidate)
      if (factor === undefined || factor === 0 || (factor < 0 && candidate.rank === MIRRORED)) return []
      if (!this.isBelieved(candidate, factor)) return []
      const { target, inputs } = candidate
      const relation = [target, ...inputs].sort((a, b) => a - b).join()
      return [
        { candidate, factor, relation, isInverse: this.isInverse(candidate, factor), isHalvedDown: this.isHalvedDown(candidate, factor) }
      ]
    })
    const squares = found.map(({ candidate, factor }) => this.squaresLeft(candidate, factor))
    // Of readings of one column by the same others, or some of them, that which leaves far less of it is what it is: a * b, where a * (1 + b) is off
    // by a as well.
    const isNearer = ({ candidate: { target, inputs } }: (typeof found)[number], k: number) =>
      found.some(
        ({ candidate }, l) =>
          candidate.target === target && squares[l]! < FAR_LESS * squares[k]! && candidate.inputs.every((q) => inputs.includes(q))
      )
    const nearest = found.filter((one, k) => !(squares[k]! > EXACT * EXACT && isNearer(one, k)))
    const computed = new Set(nearest.filter(({ isInverse }) => !isInverse).map(({ relation }) => relation))
    // What fewer of its columns say of it already is said of more where rounding lets another one in, as of people less a year. What they say
    // of another one is no more than that: a whole number of pieces is told by net and price, and the net, with a discount, by neither.
    const isSaid = ({ target, inputs, isSum, choices }: Candidate) =>
      !isSum &&
      choices === undefined &&
      found.some(
        ({ candidate: other }) =>
          other.target === target && other.inputs.length < inputs.length && other.inputs.every((q) => inputs.includes(q))
      )
    return nearest
      .filter(({ candidate, isInverse, relation }) => (!isInverse || computed.has(relation)) && !isSaid(candidate))
      .map(({ candidate: { target, rank, inputs, write }, factor, isInverse, isHalvedDown }) => ({
        column: this.quantities[target]!.name,
        expression: scaled(factor, write()),
        rank: rank + (isInverse ? INVERSE : 0) + (isHalvedDown ? INVERSE : 0),
        inputs: inputs.length
      }))
  }

  /** The factor with which all rows obey, and lack a cell where an input does. */
  private factorIn({ target, value, factor }: Candidate): number | undefined {
    const { values, unit } = this.quantities[target]!
    const interval = new FactorInterval(factor)
    for (let i = 0; i < this.rowCount; i++) {
      const [f, c] = [value(i), values[i]!]
      if (Number.isNaN(f) || Number.isNaN(c)) {
        if (Number.isNaN(f) !== Number.isNaN(c)) return undefined
      } else if (!interval.narrow(f, c, tolerance(unit, c))) return undefined
    }
    return interval.factor()
  }

  /**
   * Whether the column is one that another was computed from: it is hardly ever rounded, yet not exact; or it is exact, and inputs
   * of different rows would not be, as weight = height + difference has more decimals than weight.
   */
  private isInverse(candidate: Candidate, factor: number): boolean {
    if (candidate.isPlain) return false
    const rounding = candidate.hasConstant ? this.roundingAside(candidate) : this.rounding(candidate, factor)
    return rounding < ROUNDED && (rounding > EXACT || this.rounding(candidate, factor, MIXING) > EXACT)
  }

  /** Mean square of what a formula leaves of its column, in the unit that this is written in; 0 where all digits are kept. */
  private squaresLeft({ target, value }: Candidate, factor: number): number {
    const { values, unit } = this.quantities[target]!
    let [sum, count] = [0, 0]
    for (let i = 0; unit > 0 && i < this.rowCount; i++) {
      const left = (factor * value(i) - values[i]!) / unit
      if (Number.isNaN(left)) continue
      sum += left * left
      count++
    }
    return count > 0 ? sum / count : 0
  }

  /** How far a sum is from its column, in its unit, with the constant that suits all rows best: half the range of as even a rounding. */
  private roundingAside({ target, value }: Candidate): number {
    const { values, unit } = this.quantities[target]!
    return unit === 0 ? 0 : Math.sqrt(3 * variance(values.map((x, i) => (value(i) - x) / unit).filter((off) => !Number.isNaN(off))))
  }

  /**
   * How far the formula is from what its column can hold, in the unit that it is written in, in the rows where it is not that: half the range of as
   * even a rounding, as a few rows may come far by what their inputs are; 0 where all digits are kept.
   */
  private rounding({ target, value }: Pick<Candidate, 'target' | 'value'>, factor: number, shift = 0): number {
    const { unit } = this.quantities[target]!
    let [sum, count] = [0, 0]
    for (let i = 0; unit > 0 && i < this.rowCount; i++) {
      const computed = factor * value(i, shift)
      const off = Math.abs(computed / unit - Math.round(computed / unit))
      if (!(off > EXACT && off * unit > tolerance(0, computed))) continue
      sum += off * off
      count++
    }
    return count > 0 ? Math.sqrt((3 * sum) / count) : 0
  }

  /** Whether rows that are half a unit off are all rounded towards 0, in more than chance explains: what is computed is rounded away from it. */
  private isHalvedDown({ target, value }: Candidate, factor: number): boolean {
    const { values, unit } = this.quantities[target]!
    let down = 0
    for (let i = 0; unit > 0 && i < this.rowCount; i++) {
      const off = Math.abs(factor * value(i)) - Math.abs(values[i]!)
      if (off <= -leastFromHalf(unit)) return false
      if (off >= leastFromHalf(unit)) down++
    }
    return down >= LEAST_HALVES
  }

  private isBelieved(candidate: Candidate, factor: number): boolean {
    const { target, inputs, value, choices = 0 } = candidate
    const { values, unit } = this.quantities[target]!
    const columns = [...inputs, target].map((q) => this.parts[q]!.values)
    const rows = differentRows(columns, this.rowCount)
    // What is the same in all rows that have the others says nothing beside them: a year that has what the years before it have not.
    if (inputs.length > 1 && columns.some((values) => rows.every((i) => values[i] === values[rows[0]!]))) return false
    const near = (f: number, c: number) => Math.abs(f - c) <= tolerance(unit, c)
    const rate = rateByChance(rows.length, (i, j) => near(factor * value(rows[i]!), values[rows[j]!]!))
    if (rate > MOST_RATE && this.rounding(candidate, factor) > EXACT) return false
    return isBeyondChance({
      rate,
      times: rows.length - inputs.length,
      candidates: Math.max(this.candidates, choices * this.targets.list.length)
    })
  }
}

/** What a form gives at a probe, of so many columns. */
const VALUE_AT = {
  1: (shape: Shape, x: Float64Array) => (k: number) => shape.value(x[k]!, 0, 0),
  2: (shape: Shape, x: Float64Array, y: Float64Array) => (k: number) => shape.value(x[k]!, y[k]!, 0),
  3: (shape: Shape, x: Float64Array, y: Float64Array, z: Float64Array) => (k: number) => shape.value(x[k]!, y[k]!, z[k]!)
} as const

function rankOf({ weights, constant }: WeightedSum): number {
  if (weights.length === 1) return IN_ANOTHER_UNIT
  const isEven = constant === 0 && weights.every((weight) => weight === weights[0])
  return isEven && (weights.length > 3 || weights[0] === 1 / weights.length) ? TOTAL : WEIGHTED
}
