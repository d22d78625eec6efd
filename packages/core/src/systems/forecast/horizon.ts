import { wholeRow } from '../../code/rules/rule-row.js'
import type { GuidedUnit } from '../../draw/guided-pass.js'
import type { Condition } from '../../know/conditions.js'
import type { LikelihoodModule, LikelihoodRow } from '../../know/likelihood-row.js'
import { linearLaw, type Regression } from '../../law/linear-law.js'
import { type FieldRows, lawOfUnit, type Unit } from '../../law/units.js'
import { InputError } from '../../num/errors.js'
import { uniformLogWeights } from '../../num/log-space.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { chooseGivens, mostGivens } from '../../space/forward-selection.js'
import type { Encoder } from '../../table/encoder.js'
import type { NumericScaler } from '../../table/scaling.js'
import type { NumericColumn } from '../../table/table.js'
import type { Context } from '../context.js'
import { fitWindows } from '../windows/fit-windows.js'
import { timeAt } from './clock.js'
import type { ForecastModel } from './forecast.js'
import { seasonAt } from './season.js'
import { unstandardised } from './transition.js'

/** A scaler of what a season at some step is added to, in coordinates. */
function movedScaler(name: string, scaler: NumericScaler, shift: number): NumericScaler {
  if (shift === 0) return scaler
  if (scaler.method !== 'standard')
    throw new InputError({
      code: 'known-spike',
      got: `what is known of steps to come, and ${name} with a season and a value that stands out`,
      expected: 'one of the two',
      try: '--season off'
    })
  return { ...scaler, centre: scaler.centre + scaler.scale * shift }
}

/** Training rows of a horizon, at most: its reach and regressions of curved evidence need no more. */
const MOST_ROWS = 1000

/**
 * The steps to come as columns of one row: coordinate (s − 1)·d + c is column c at step s, the history follows, newest row
 * first, as steps 0, −1, ….
 */
export class Horizon {
  readonly encoder: Encoder
  readonly pairs: number
  private readonly d: number
  private readonly series: Matrix

  constructor(
    private readonly model: ForecastModel,
    private readonly steps: number
  ) {
    const { transition } = model
    this.d = transition.outputCount
    this.pairs = transition.rows.coordinates.rows
    this.series = unstandardised(transition, this.d)
    this.encoder = this.unrolled()
  }

  private get memory(): number {
    return this.model.memory
  }

  /** Steps in the order of coordinates. */
  private get stepNumbers(): number[] {
    return [...Array.from({ length: this.steps }, (_, s) => s + 1), ...Array.from({ length: this.memory }, (_, lag) => -lag)]
  }

  private unrolled(): Encoder {
    const { encoder, season } = this.model
    const at = <T extends { readonly name: string }>(one: T, step: number): T => ({ ...one, name: `${one.name}@${step}` })
    const numbers = this.stepNumbers
    return {
      ...encoder,
      columns: numbers.flatMap((step, s) => {
        const shift = season && seasonAt(season, step)
        return encoder.columns.map((code) => {
          const named = at(code, step)
          if (named.carries !== 'coordinate') return named
          const scaler = shift ? movedScaler(code.name, named.scaler, shift[named.coordinate]!) : named.scaler
          return { ...named, scaler, coordinate: s * this.d + named.coordinate }
        })
      }),
      formats: numbers.flatMap((step) => encoder.formats.map((format) => at(format, step))),
      kinds: numbers.flatMap((step) => encoder.kinds.map((kind) => at(kind, step))),
      coordinateCount: numbers.length * this.d
    }
  }

  /** Places of a column of the series at every step to come. */
  columnsOf(column: number): number[] {
    return Array.from({ length: this.steps }, (_, s) => s * this.model.encoder.columns.length + column)
  }

  /** The series cut into horizons [rows, coordinates]; the last ones go on at its beginning. */
  trainingRows(): FieldRows {
    const { series, d, pairs } = this
    const count = Math.min(MOST_ROWS, pairs)
    const numbers = this.stepNumbers
    const coordinates = matrix(count, numbers.length * d)
    for (let i = 0; i < count; i++) {
      const start = Math.floor((i * pairs) / count) + this.memory
      numbers.forEach((step, s) => {
        const row = (start + step) % pairs
        coordinates.data.set(series.data.subarray(row * d, (row + 1) * d), i * coordinates.cols + s * d)
      })
    }
    return { coordinates, logWeights: uniformLogWeights(count) }
  }

  /** The history, for every member alike. */
  past(members: number): [number, Float64Array][] {
    const first = this.steps * this.d
    return Array.from(this.model.history.data, (value, at): [number, Float64Array] => [first + at, new Float64Array(members).fill(value)])
  }

  /** A window for every column, its givens the past and columns of its own step that are drawn before it, the same at every step. */
  async units(context: Context): Promise<GuidedUnit[]> {
    const { model, d, steps, memory } = this
    const { transition } = model
    const rows: FieldRows = { coordinates: unstandardised(transition, (memory + 1) * d), logWeights: uniformLogWeights(this.pairs) }
    const plan = Array.from({ length: d }, (_, c): Unit => {
      const own = transition.units.find(({ targets }) => targets.includes(c))!
      const near = [...Array.from(own.targets).filter((other) => other < c), ...own.givens]
      return {
        targets: Uint32Array.of(c),
        givens: chooseGivens(rows.coordinates, Uint32Array.of(c), { near, far: [], most: mostGivens(this.pairs) })
      }
    })
    const fitted = (await fitWindows(rows, plan, context)).units
    const laws = fitted.map((unit) => lawOfUnit(rows, unit))
    const regressions = linearLaw(rows, plan)
    // Where (output c or input of a lag) stands in the field, seen from step s.
    const place = (column: number, s: number): number => {
      if (column < d) return (s - 1) * d + column
      const lag = Math.floor((column - d) / d)
      const from = s - 1 - lag
      return (from >= 1 ? from - 1 : steps - from) * d + ((column - d) % d)
    }
    return Array.from({ length: steps }, (_, at) => at + 1).flatMap((s) =>
      regressions.map((one, c): GuidedUnit => {
        const regression: Regression = { ...one, target: place(c, s), givens: one.givens.map((given) => place(given, s)) }
        return { regression, law: () => laws[c]! }
      })
    )
  }

  /** Columns of the series that are given at each step. */
  givenAt({ numbers, ranges }: Condition): string[][] {
    const given = new Set([...numbers, ...ranges].map(({ column }) => column))
    const { columns } = this.model.encoder
    return Array.from({ length: this.steps }, (_, s) => columns.flatMap(({ name }, c) => (given.has(s * columns.length + c) ? [name] : [])))
  }

  /** A likelihood of rows that have what rules derive, too, as one of what is drawn. */
  ofWholeRows(module: LikelihoodModule): LikelihoodModule {
    const { rules, clock, encoder } = this.model
    if (!rules) return module
    const whole = wholeRow(rules)
    const wholeAt = (row: LikelihoodRow, step: number): [string, LikelihoodRow[string]][] => {
      const drawn = encoder.columns.map(({ name }) => [name, row[`${name}@${step}`]!] as const)
      const derived = whole(Object.fromEntries(clock ? [...drawn, [clock.name, timeAt(clock, step)]] : drawn))
      return rules.rules.map(({ column }) => [`${column}@${step}`, derived[column]!])
    }
    return {
      logLikelihood: (row) =>
        module.logLikelihood({ ...row, ...Object.fromEntries(this.stepNumbers.flatMap((step) => wholeAt(row, step))) })
    }
  }

  /** Columns of the series, by member, then step. */
  rolled(unrolled: readonly NumericColumn[], members: number): NumericColumn[] {
    const { encoder } = this.model
    return encoder.columns.map((_, c) => {
      const parts = this.columnsOf(c).map((place) => unrolled[place]!)
      const values = new Float64Array(members * this.steps)
      for (let i = 0; i < members; i++) for (const [s, part] of parts.entries()) values[i * this.steps + s] = part.values[i]!
      return { ...parts[0]!, name: encoder.columns[c]!.name, values }
    })
  }
}
