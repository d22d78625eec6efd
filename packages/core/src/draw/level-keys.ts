import { factorGroups } from '../law/factor-groups.js'
import { type AtomColumn, atomColumns } from '../law/strata.js'
import type { TrainingRows } from '../law/training-rows.js'
import { log } from '../num/elementary.js'
import { atomCellOf } from '../table/atoms.js'
import type { Encoded } from '../table/encoder.js'
import { spikesOf } from '../table/recurring.js'
import { decoderOf } from '../table/scaling.js'
import { listedValues } from '../table/standing-out.js'

/** Of levels that say nothing, how many may lose some of what numbers may be, however many these are, since their rows lack it by chance: one in twenty. */
export const CHANCE = log(0.05)
/** Rows of a level that says something, at least, as of a class of rows (`law/strata`). */
export const LEAST_ROWS = 20
/** Rows that are looked at, at most: of more, every so many. */
export const MOST_ROWS = 10_000

/** Whether a coordinate of a row is to stay as it is. */
export type IsHeld = (row: number, coordinate: number) => boolean
export const nothingHeld: IsHeld = () => false

export type Training = Pick<TrainingRows, 'encoder' | 'rows'>
export type NumberCode = Extract<TrainingRows['encoder']['columns'][number], { readonly carries: 'coordinate' }>

/** What rows are told apart by: a category, whether a number is missing, or values of a number. */
export interface LevelKey {
  readonly count: number
  /** −1 where a row has none. */
  readonly levelOf: (rows: Encoded, i: number) => number
  readonly factor?: number
  /** Of a number. */
  readonly coordinate?: number
  /** Of a number: those of its levels, in their order; one level more stands for all others. */
  readonly values?: readonly number[]
  /** Of a number that is moved later than the one it says something of: it counts where it is held. */
  readonly later?: boolean
  /** Of several categories, whose combinations are its levels: they say all of a number, or nothing beyond what each says. */
  readonly together?: boolean
}

/** A key and the levels of the rows that are looked at. */
export interface LookedKey extends LevelKey {
  readonly levels: Int32Array
}

/** A number in the order in which they are moved, and the cells of one with atoms. */
interface OrderedNumber {
  readonly code: NumberCode
  readonly atoms?: AtomColumn | undefined
  readonly list?: LevelKey | undefined
}

/**
 * Numbers in the order in which they are moved: those of few values, others with atoms, and all others. Each goes by those before
 * it, which have their places.
 */
export function numbersInOrder(training: Training): OrderedNumber[] {
  const { encoder } = training
  const atoms = atomColumns(training)
  const numbers = encoder.columns.flatMap((code): OrderedNumber[] =>
    code.carries === 'coordinate'
      ? [{ code, atoms: atoms.find(({ coordinate }) => coordinate === code.coordinate), list: listOf(code, encoder.factors.length) }]
      : []
  )
  const { length } = atoms
  const place = ({ atoms: own, list }: OrderedNumber) => (list ? 0 : own ? 1 : 2) * (length + 1) + (own ? atoms.indexOf(own) : length)
  return numbers.sort((a, b) => place(a) - place(b))
}

/** Categories, and whether numbers are missing. */
export const factorKeys = ({ factors }: TrainingRows['encoder']): LevelKey[] =>
  factors.map(({ levelCount }, factor) => ({
    factor,
    count: levelCount,
    levelOf: ({ codes }: Encoded, i: number) => codes[i * factors.length + factor]!
  }))

/** Combinations that rows have of categories that hang together, as a feed and a supplement that tell a pig with its litter; −1 where no row has one. */
export function groupKeys({ encoder: { factors, columns }, rows: { codes } }: Training): LevelKey[] {
  const width = factors.length
  // Where a number is missing is no category beside others.
  const gaps = new Set(columns.map((code) => ('missingFactor' in code ? code.missingFactor : undefined)))
  return factorGroups(codes, width)
    .map((group) => group.filter((factor) => !gaps.has(factor)))
    .filter((group) => group.length > 1)
    .map((group) => {
      const levels = new Map<string, number>()
      const nameOf = (of: Int32Array, i: number) => group.map((factor) => of[i * width + factor]!).join()
      for (let i = 0; i < codes.length / width; i++) {
        const name = nameOf(codes, i)
        if (!levels.has(name)) levels.set(name, levels.size)
      }
      return { together: true, count: levels.size, levelOf: (rows, i) => levels.get(nameOf(rows.codes, i)) ?? -1 }
    })
}

/** A number that is there, as levels; −1 where it is missing. */
const levelWhereThere =
  ({ coordinate, missingFactor }: Pick<AtomColumn, 'coordinate' | 'missingFactor'>, width: number, levelAt: (z: number) => number) =>
  ({ codes, coordinates }: Encoded, i: number): number =>
    missingFactor !== undefined && codes[i * width + missingFactor] === 1
      ? -1
      : levelAt(coordinates.data[i * coordinates.cols + coordinate]!)

/** The cell of a column with atoms; −1 where its number is missing. */
export const cellIn = ({ cells, ...column }: AtomColumn, width: number): LevelKey['levelOf'] =>
  levelWhereThere(column, width, (z) => atomCellOf(cells, z))

export const cellKey = (column: AtomColumn, width: number): LevelKey => ({
  coordinate: column.coordinate,
  count: column.cells.spans.length,
  levelOf: cellIn(column, width)
})

/** A number of few values. */
function listOf(code: NumberCode, width: number): LevelKey | undefined {
  const values = listedValues(code.scaler)
  if (!values) return undefined
  const levels = new Map(values.map((value, level) => [value, level]))
  const valueAt = decoderOf(code.scaler)
  const levelOf = levelWhereThere(code, width, (z) => levels.get(valueAt(z)) ?? -1)
  return { coordinate: code.coordinate, values, count: values.length, levelOf }
}

/** The values at which a number stands out, as the zero of an amount, and all others as one level; undefined of one without. */
export function spikeKey({ code: { scaler }, atoms }: OrderedNumber, width: number): LevelKey | undefined {
  const values = atoms && scaler.method === 'quantile' ? spikesOf(scaler.knots) : []
  if (!atoms || values.length === 0) return undefined
  const levels = atoms.cells.spans.map(({ atom, from }) => (atom && values.includes(from) ? values.indexOf(from) : values.length))
  const cellOf = cellIn(atoms, width)
  return { coordinate: atoms.coordinate, values, count: values.length + 1, levelOf: (rows, i) => levels[cellOf(rows, i)] ?? -1 }
}

/** The level of a key that a value of its number has; −1 where it is none of them. */
export const levelOfValue = ({ values, count }: LevelKey, value: number): number => {
  if (!values) return -1
  const at = values.indexOf(value)
  return at < 0 && count > values.length ? values.length : at
}

/** Whether a key says something of a row: its number has its place. */
export const counts = ({ later, coordinate }: LevelKey, i: number, isHeld: IsHeld): boolean => !later || isHeld(i, coordinate!)

/** Levels that moving rows have, of each key once, when its number has its place. */
export class MovingLevels {
  private readonly found = new Map<LevelKey['levelOf'], Int32Array>()

  constructor(private readonly rows: Encoded) {}

  of({ levelOf, later }: LevelKey): Int32Array {
    const { rows, found } = this
    const levels = (!later && found.get(levelOf)) || Int32Array.from({ length: rows.coordinates.rows }, (_, i) => levelOf(rows, i))
    if (!later) found.set(levelOf, levels)
    return levels
  }
}
