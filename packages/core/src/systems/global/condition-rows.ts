import type { Engine } from '../../kernel/engine.js'
import type { Condition, GivenNumber, GivenRange } from '../../know/conditions.js'
import { type ConditionGroup, coordinateOf, groupConditions } from '../../know/places.js'
import { factorGroups } from '../../law/factor-groups.js'
import type { TableManner } from '../../law/law.js'
import { type AtomColumn, atomColumns, type CategoryMode, categoryMode } from '../../law/strata.js'
import type { TrainingRows } from '../../law/training-rows.js'
import { takeTraining } from '../../law/training-rows.js'
import { placesByName } from '../../num/group.js'
import { columnOf } from '../../num/matrix.js'
import { cellsWithin } from '../../table/atoms.js'
import { unscaleValues } from '../../table/scaling.js'
import { squaredSpacing } from './bandwidth.js'
import type { GlobalModel } from './model.js'

/** Rows that a condition keeps for each number that is then compared, at least: what a local regression on them needs. */
const ROWS_PER_NUMBER = 20
/** The same where the others stand on atoms beside what is given, or outside an interval: they say little about it. */
const ROWS_BESIDE_ATOM = 10
/** An atom with a smaller share of the rows is a heap among numbers like it: those beside it are compared with its rows. */
const SPIKE_SHARE = 0.1
/** What keeps this share of the rows costs none that count. */
const NEARLY_ALL = 0.8

/** Conditions on the same columns whose rows are drawn from the same training rows. */
export interface MatchedConditions {
  /** Of the training rows; empty: all. */
  readonly name: string
  /** Training rows that they share; undefined: all. */
  readonly rows: Uint32Array | undefined
  /** Places in the group's members. */
  readonly places: readonly number[]
}

/** A group of conditions, and the training rows that match what each gives. */
export interface MatchedGroup {
  readonly group: ConditionGroup
  /** The members' conditions without numbers that the matched rows all have. */
  readonly conditions: readonly Condition[]
  /** Training rows that have all levels, atoms and intervals of each condition. */
  readonly matching: readonly number[]
  /** Those with the most rows first. */
  readonly matched: readonly MatchedConditions[]
  /** Known coordinates that are compared as numbers though their column has atoms. */
  readonly compared: readonly number[]
}

/**
 * What restricts a condition's rows: given levels where categories are swept, and the atoms of given numbers. A number that
 * stands on an atom of its column keeps the rows on it, as a level does, and is compared no more: which place in the atom's
 * ranks a row has is drawn at random. One beside an atom, and an interval without it, leave that atom's rows out. Where too
 * few rows would be left all rows are compared by the number as by any other.
 *
 * Cost O(M·given) a condition.
 */
export function matchConditions(training: TrainingRows, conditions: readonly Condition[]): MatchedGroup[] {
  const matcher = new Matcher(training)
  const found = conditions.map((condition) => matcher.match(condition))
  // Conditions that treat the same columns in the same way share a bandwidth, and so a group.
  const groups: MatchedGroup[] = []
  for (const members of placesByName(found, ({ kind }) => kind).values()) {
    const own = members.map((i) => found[i]!)
    for (const group of groupConditions(
      training.encoder,
      own.map(({ condition }) => condition)
    )) {
      const parts = group.members.map((at) => own[at]!)
      groups.push({
        group: { ...group, standing: parts[0]!.standing, members: group.members.map((at) => members[at]!) },
        conditions: parts.map(({ condition }) => condition),
        matching: parts.map(({ matching }) => matching),
        matched: shareRows(parts),
        compared: parts[0]!.compared
      })
    }
  }
  return groups.sort((a, b) => a.group.members[0]! - b.group.members[0]!)
}

function shareRows(parts: readonly Match[]): MatchedConditions[] {
  const shared = [...placesByName(parts, ({ name }) => name)].map(([name, places]) => ({ name, rows: parts[places[0]!]!.rows, places }))
  const size = ({ rows }: MatchedConditions) => rows?.length ?? Number.POSITIVE_INFINITY
  return shared.sort((a, b) => size(b) - size(a) || a.places[0]! - b.places[0]!)
}

/** The conditions of a matched group that share rows, as a group. */
export function partOfGroup({ group, conditions }: MatchedGroup, { places }: MatchedConditions) {
  return { group: { ...group, members: places.map((at) => group.members[at]!) }, conditions: places.map((at) => conditions[at]!) }
}

/** A model's training rows of a match, and their potentials among all rows. */
export function matchedTraining({ training, potentials }: Pick<GlobalModel, 'training' | 'potentials'>, rows: Uint32Array | undefined) {
  if (!rows) return { training, potentials }
  return { training: takeTraining(training, rows), potentials: Float64Array.from(rows, (row) => potentials[row]!) }
}

/** What a bridge on matched rows takes over from all of the table's: how categories are drawn, and what hangs together. */
export function matchedManner(
  { training }: GlobalModel,
  { rows }: Pick<MatchedConditions, 'rows'>,
  { compared, group }: Pick<MatchedGroup, 'compared' | 'group'>
): TableManner {
  const mode = categoryMode(training.encoder, training.rows.codes)
  const part = rows !== undefined
  const groups = part && mode === 'sweep' ? factorGroups(training.rows.codes, training.encoder.factors.length) : undefined
  return { mode, groups, conditions: { part, without: compared, numbers: group.split.given.length }, known: group.factors }
}

/**
 * What a bandwidth found on all rows is multiplied by on some of them: fewer rows stand farther apart. 1 where the user set
 * the bandwidth. Cost O(M²·d).
 */
export async function matchedWidening(model: GlobalModel, rows: Uint32Array | undefined, engine: Engine): Promise<number> {
  if (!rows || !model.summary.bandwidth || rows.length < 2) return 1
  const [own, all] = [await squaredSpacing(matchedTraining(model, rows).training, engine), await squaredSpacing(model.training, engine)]
  return own > all && all > 0 ? own / all : 1
}

interface Match {
  readonly condition: Condition
  readonly rows: Uint32Array | undefined
  readonly matching: number
  readonly compared: readonly number[]
  /** Coordinates of given numbers that all of the rows have. */
  readonly standing: readonly number[]
  /** What was restricted and how its columns are treated: equal for conditions of one group. */
  readonly kind: string
  /** With the values: equal for conditions that share rows. */
  readonly name: string
}

/** One thing that could restrict the rows. */
interface Restriction {
  readonly of: 'level' | 'atom' | 'beside'
  /** Factor or coordinate. */
  readonly place: number
  readonly value: string
  readonly keeps: (row: number) => boolean
  /** How many given numbers need not be compared then: places of a level are numbers too. */
  readonly numbers: number
}

class Matcher {
  readonly mode: CategoryMode
  private readonly atoms: ReadonlyMap<number, AtomColumn>
  private readonly open: Uint32Array

  constructor(private readonly training: TrainingRows) {
    const { encoder, rows, logWeights } = training
    this.mode = categoryMode(encoder, rows.codes)
    this.atoms = new Map(atomColumns(training).map((column) => [column.coordinate, column]))
    this.open = Uint32Array.from(logWeights.keys()).filter((i) => logWeights[i]! > Number.NEGATIVE_INFINITY)
  }

  match(condition: Condition): Match {
    const levels = [...condition.levels].map(([factor, level]) => this.levelRestriction(factor, [level]))
    // What is swept comes from these rows alone.
    const among = [...condition.among].map(([factor, some]) => this.levelRestriction(factor, some))
    const numbers = condition.numbers.flatMap((number) => this.numberRestriction(number))
    const ranges = condition.ranges.flatMap((range) => this.rangeRestriction(range))
    const swept = this.mode === 'sweep'
    // Categories that are drawn by whole combination restrict the rows in the bridge itself.
    const start = this.open.filter((row) => [...among, ...(swept ? [] : levels)].every(({ keeps }) => keeps(row)))
    const places = swept ? levels.reduce((sum, level) => sum + level.numbers, 0) : 0
    const chosen = choose([...(swept ? levels : []), ...numbers, ...ranges], start, condition.numbers.length + places)
    const taken = swept ? [...among, ...chosen] : chosen
    const standing = new Set(taken.filter((one) => one.of === 'atom').map(({ place }) => place))
    const left = condition.numbers.filter(({ column }) => !standing.has(this.coordinate(column)))
    const compared = left.map(({ column }) => this.coordinate(column)).filter((c) => this.atoms.has(c))
    const named = (list: readonly Restriction[], withValue: boolean) =>
      list.map(({ of, place, value }) => `${of} ${place}${withValue ? ` ${value}` : ''}`).sort()
    const rows = this.open.filter((row) => taken.every(({ keeps }) => keeps(row)))
    const all = rows.length === this.open.length
    return {
      condition: { ...condition, numbers: left, standing: condition.numbers.filter((number) => !left.includes(number)) },
      standing: [...standing].sort((a, b) => a - b),
      rows: all ? undefined : rows,
      matching: this.within(rows, condition.ranges).filter((row) => [...levels, ...among].every(({ keeps }) => keeps(row))).length,
      compared: compared.sort((a, b) => a - b),
      kind: JSON.stringify([
        named(
          taken.filter(({ of }) => of !== 'beside'),
          false
        ),
        compared
      ]),
      name: all ? '' : JSON.stringify(named(taken, true))
    }
  }

  private within(rows: Uint32Array, ranges: readonly GivenRange[]): Uint32Array {
    const { encoder, rows: encoded } = this.training
    const { coordinates } = encoded
    return ranges.reduce((left, { column, low, high }) => {
      const { coordinate, scaler } = coordinateOf(encoder, column)
      const values = unscaleValues(scaler, columnOf(coordinates, coordinate))
      return left.filter((row) => values[row]! >= low && values[row]! <= high)
    }, rows)
  }

  private coordinate(column: number): number {
    return coordinateOf(this.training.encoder, column).coordinate
  }

  private levelRestriction(factor: number, levels: readonly number[]): Restriction {
    const { encoder, rows } = this.training
    const width = encoder.factors.length
    const numbers = encoder.factors[factor]!.places.cols
    const keeps = (row: number) => levels.includes(rows.codes[row * width + factor]!)
    return { of: 'level', place: factor, value: levels.join(' '), keeps, numbers }
  }

  private numberRestriction({ column, value }: GivenNumber): Restriction[] {
    const atoms = this.atoms.get(this.coordinate(column))
    if (!atoms) return []
    const on = cellsWithin(atoms.cells, value, value).filter((cell) => atoms.cells.spans[cell]!.atom)
    if (on.length > 0) return restrictionTo(atoms, on, 'atom')
    const spikes = new Set(this.spikesOf(atoms))
    return spikes.size === 0
      ? []
      : restrictionTo(
          atoms,
          [...atoms.cells.spans.keys()].filter((cell) => !spikes.has(cell)),
          'beside'
        )
  }

  /** Cells of atoms that hold so many rows that those say nothing about others. */
  private spikesOf({ cells, cellOf }: AtomColumn): number[] {
    const counts = new Float64Array(cells.spans.length + 1)
    for (const cell of cellOf) counts[cell] = counts[cell]! + 1
    return [...cells.spans.keys()].filter((cell) => cells.spans[cell]!.atom && counts[cell]! >= SPIKE_SHARE * cellOf.length)
  }

  private rangeRestriction({ column, low, high }: GivenRange): Restriction[] {
    const atoms = this.atoms.get(this.coordinate(column))
    return atoms ? restrictionTo(atoms, cellsWithin(atoms.cells, low, high), 'beside') : []
  }
}

/** None where no row is in these cells: a value between two atoms that the data do not have. */
function restrictionTo({ coordinate, cellOf }: AtomColumn, cells: readonly number[], of: 'atom' | 'beside'): Restriction[] {
  if (cells.length === 0) return []
  const keeps = (row: number) => cells.includes(cellOf[row]!)
  return [{ of, place: coordinate, value: cells.join(' '), keeps, numbers: of === 'atom' ? 1 : 0 }]
}

/** Restrictions that leave enough rows, those that leave the most first. So many `numbers` are given, places of levels counted in. */
function choose(wanted: readonly Restriction[], start: Uint32Array, numbers: number): Restriction[] {
  const count = (rows: Uint32Array, { keeps }: Restriction) => rows.reduce((sum, row) => sum + (keeps(row) ? 1 : 0), 0)
  const order = wanted.map((one) => ({ one, size: count(start, one) })).sort((a, b) => b.size - a.size)
  const taken: Restriction[] = []
  let rows = start
  let compared = numbers
  for (const { one } of order) {
    const left = rows.filter((row) => one.keeps(row))
    const others = Math.max(1, compared - one.numbers)
    const needed = others * (one.of === 'beside' ? ROWS_BESIDE_ATOM : ROWS_PER_NUMBER)
    if (left.length < Math.min(needed, NEARLY_ALL * rows.length) || left.length === 0) continue
    taken.push(one)
    rows = left
    compared -= one.numbers
  }
  return taken
}
