import { columnOfCells } from '../law/strata.js'
import { evenly } from '../num/evenly.js'
import { copyMatrix, type Matrix } from '../num/matrix.js'
import { valueCells } from '../table/atoms.js'
import type { Encoded } from '../table/encoder.js'
import { type Barred, barredCells, barsCell, isBarred, type Moving, moveCells } from './level-cells.js'
import { beyondEnds, endsBefore, type LevelEnds, levelEnds, moveWithin } from './level-ends.js'
import {
  cellKey,
  factorKeys,
  groupKeys,
  type IsHeld,
  type LevelKey,
  type LookedKey,
  levelOfValue,
  MOST_ROWS,
  MovingLevels,
  nothingHeld,
  numbersInOrder,
  spikeKey,
  type Training
} from './level-keys.js'
import { sharpEnds } from './sharp-ends.js'

/** What rows never have in a number, by their levels: cells, and values beyond ends. */
interface LimitedNumber {
  readonly coordinate: number
  readonly barred?: Barred | undefined
  readonly ends?: LevelEnds | undefined
}

/** In the order in which numbers are moved. */
export type LevelLimits = readonly LimitedNumber[]

/** Limits, and what stays where it is all the same. */
export interface LimitsToKeep {
  readonly limits: LevelLimits
  readonly isHeld: IsHeld
}

/** What is found out about rows once: a search makes many generators of the same. */
const known = new WeakMap<Matrix, LevelLimits>()

/**
 * What rows of a level never have, beyond chance: levels are those of categories, whether a number is missing, values of a number of few, as a
 * status code is, and whether a number stands at a value that stands out, as zero; and where columns end in all rows. Cost O(rows · numbers · keys), of at most 10,000 rows.
 */
export function levelLimits(training: Training): LevelLimits {
  const { coordinates } = training.rows
  const found = known.get(coordinates) ?? findLimits(training)
  known.set(coordinates, found)
  return found
}

function findLimits(training: Training): LimitedNumber[] {
  const { encoder, rows } = training
  const width = encoder.factors.length
  const looked = evenly(rows.coordinates.rows, MOST_ROWS)
  const seen = (key: LevelKey): LookedKey => {
    const levels = new Int32Array(looked.length)
    for (let k = 0; k < levels.length; k++) levels[k] = key.levelOf(rows, looked[k]!)
    return { ...key, levels }
  }
  const numbers = numbersInOrder(training)
  const factors = factorKeys(encoder).map(seen)
  const groups = groupKeys(training).map(seen)
  const lists = numbers.flatMap(({ list }) => (list ? [seen(list)] : []))
  const others = numbers.map((number) => (number.atoms && !number.list ? seen(cellKey(number.atoms, width)) : undefined))
  const spikes = numbers.map((number) => {
    const key = spikeKey(number, width)
    return key && seen(key)
  })
  // Atoms of one number go with those of another: what was moved before says where this may stand, and what is held.
  const besides = (keys: readonly (LookedKey | undefined)[], place: number): LookedKey[] =>
    keys.flatMap((key, k) => (key && k !== place ? [k > place ? { ...key, later: true } : key] : []))
  const levels = [...factors, ...besides(spikes, -1)].reduce((sum, { count }) => sum + count, 0)
  // Both ends, of a level by itself and with others.
  const about = { rows, looked, tests: 2 * 2 * numbers.length * levels, whole: sharpEnds(rows.coordinates) }
  return numbers.flatMap(({ code, atoms, list }, place): LimitedNumber[] => {
    // What a number has few values of says what others may be, and not these which of them: only categories do, and first.
    const categories = [...factors, ...groups]
    // Of few values each is a cell, however rare.
    const every = list && valueCells(code.scaler)
    const own = every ? columnOfCells(code, every, training) : atoms
    const barred = own && barredCells(own, list ? categories : [...categories, ...lists, ...besides(others, place)], looked)
    const ends = levelEnds({ code, cells: atoms?.cells }, list ? factors : [...factors, ...besides(spikes, place)], about)
    return barred || ends ? [{ coordinate: code.coordinate, barred, ends }] : []
  })
}

/** Limits of cells alone: a search compares rows as noise has left them. */
export const withoutEnds = (limits: LevelLimits): LevelLimits => limits.map(({ ends: _, ...rest }) => rest)

/** Whether a level of a key, or a value of its number, goes with no row that has the numbers that are held. */
export function excludesHeld(
  { limits, isHeld }: LimitsToKeep,
  rows: Encoded,
  i: number,
  of: { readonly factor: number; readonly level: number } | { readonly coordinate: number; readonly value: number }
): boolean {
  const levelOf = (key: LevelKey) =>
    'factor' in of ? (key.factor === of.factor ? of.level : -1) : key.coordinate === of.coordinate ? levelOfValue(key, of.value) : -1
  return limits.some(
    ({ coordinate, barred, ends }) =>
      isHeld(i, coordinate) && ((barred && barsCell(barred, rows, i, levelOf)) || (ends && endsBefore(ends, rows, i, levelOf)))
  )
}

/** Values at which a number stands out and others end elsewhere. */
export const spikesIn = (limits: LevelLimits, of: number): readonly number[] | undefined =>
  limits.flatMap(({ ends }) => ends?.sources ?? []).find(({ coordinate }) => coordinate === of)?.values

/** 1 for rows of which nothing that is not held is what their levels never have [n]. */
export function withinAll(rows: Encoded, { limits, isHeld }: LimitsToKeep): Uint8Array {
  const within = new Uint8Array(rows.coordinates.rows).fill(1)
  const levels = new MovingLevels(rows)
  for (const { coordinate, barred, ends } of limits) {
    const beyond = ends && beyondEnds(ends, rows, { isHeld, levels })
    for (let i = 0; i < within.length; i++)
      if (beyond?.[i] || (barred && !isHeld(i, coordinate) && isBarred(barred, rows, i, isHeld))) within[i] = 0
  }
  return within
}

/** Drawn rows within the limits of their levels: out of barred cells, and back from beyond ends. What is held stays. Cost O(rows · limits). */
export const withinLimits = (drawn: Encoded, limits: LevelLimits, isHeld: IsHeld = nothingHeld): Encoded =>
  moved(drawn, limits, { isHeld, exchanges: false })

/** The same for rows of one law, which change places where they can. */
export const exchangedWithin = (drawn: Encoded, limits: LevelLimits): Encoded =>
  moved(drawn, limits, { isHeld: nothingHeld, exchanges: true })

function moved(drawn: Encoded, limits: LevelLimits, moving: Moving): Encoded {
  if (limits.length === 0) return drawn
  const rows = { codes: drawn.codes, coordinates: copyMatrix(drawn.coordinates) }
  const levels = new MovingLevels(rows)
  for (const { barred, ends } of limits) {
    if (barred) moveCells(barred, rows, moving)
    // After the cells: what came from another row may lie beyond.
    if (ends) moveWithin(ends, rows, { isHeld: moving.isHeld, levels })
    // What a column never is there, an end of another level is no reason for.
    if (ends && barred) moveCells(barred, rows, { ...moving, exchanges: false })
  }
  return rows
}
