import { firstAbove, firstFrom } from '../num/ascending.js'
import { latticeOf, roundTo, stepsBetween } from './lattice.js'
import { decimalsOf } from './parse.js'
import { type RoundNumbers, roundNumbers } from './round-numbers.js'

/** A value that holds at least this share of a column's cells is an atom: a spike at zero, a code, an answer on a scale. */
export const ATOM_SHARE = 0.05

/** Where the runs of equal values of an ascending array start, and its length. Cost O(n). */
export function startsOf(ascending: Float64Array): Uint32Array {
  const starts = new Uint32Array(ascending.length + 1)
  let runs = 0
  for (let i = 0; i < ascending.length; i++) if (i === 0 || ascending[i] !== ascending[i - 1]) starts[runs++] = i
  starts[runs] = ascending.length
  return starts.slice(0, runs + 1)
}

/** The same runs one by one: where each starts and ends. */
export function* runsOf(ascending: Float64Array): Generator<readonly [start: number, end: number]> {
  const starts = startsOf(ascending)
  for (let k = 0; k + 1 < starts.length; k++) yield [starts[k]!, starts[k + 1]!]
}

/** Where the atoms of an ascending array start, and where they end: each has a cell among those that stand as far apart as an atom is long. Cost O(log n). */
export function atomsOf(ascending: Float64Array): { readonly start: number; readonly end: number }[] {
  const least = Math.max(2, Math.ceil(ATOM_SHARE * ascending.length))
  const atoms: { readonly start: number; readonly end: number }[] = []
  for (let i = 0; i < ascending.length; i += least) {
    const [start, end] = [firstFrom(ascending, ascending[i]!), firstAbove(ascending, ascending[i]!)]
    if (end - start >= least && atoms[atoms.length - 1]?.start !== start) atoms.push({ start, end })
  }
  return atoms
}

/** How many cells each value has, in their order. */
export function countsOf(ascending: Float64Array): Uint32Array {
  const starts = startsOf(ascending)
  const counts = new Uint32Array(starts.length - 1)
  for (let k = 0; k < counts.length; k++) counts[k] = starts[k + 1]! - starts[k]!
  return counts
}

/** A spike has more cells than what is beside it by this many of the errors that chance gives such a count: one value in 30,000 has. */
const SPIKE_ERRORS = 4
/** Places of a lattice on either side that say how many cells are to be expected between them. */
const BESIDE = 3
/** Share of the cells on either side among which no value may come about as often: round values heap together. */
const AROUND = 0.1

/**
 * Values that are atoms among others which are not, as the zero of an amount that is often zero: far more cells have them than the
 * places beside them on the column's lattice, so that no smooth law has them, and than any value around, as where masses heap at
 * round ones. Ascending. Cost O(n log n).
 */
export function spikesOf(ascending: Float64Array): number[] {
  const n = ascending.length
  const starts = startsOf(ascending)
  const countAt = (k: number): number => starts[k + 1]! - starts[k]!
  const valueAt = (k: number): number => ascending[starts[k]!]!
  const atoms: number[] = []
  for (let k = 0; k + 1 < starts.length; k++) if (countAt(k) >= ATOM_SHARE * n) atoms.push(k)
  if (atoms.length === 0) return []
  const lattice = latticeOf(ascending, { first: ascending[0]! })
  const reach = lattice ? ((BESIDE + 0.5) * lattice.step) / lattice.unit : 0
  return atoms
    .filter((k) => {
      const cells = countAt(k)
      let [near, around] = [0, 0]
      for (const step of [-1, 1]) {
        let passed = 0
        for (let other = k + step; other >= 0 && other + 1 < starts.length; other += step) {
          const isNear = Math.abs(valueAt(other) - valueAt(k)) < reach
          if (!isNear && passed > AROUND * n) break
          if (isNear) near += countAt(other)
          if (passed <= AROUND * n) around = Math.max(around, countAt(other))
          passed += countAt(other)
        }
      }
      const expected = Math.max(around, near / (2 * BESIDE))
      return cells - expected > SPIKE_ERRORS * Math.sqrt(expected + 1)
    })
    .map(valueAt)
}

/** The values of a column whose values recur, as a law on the ranks 0 … n of its n cells. */
interface RecurringValues {
  /** Value of a rank. */
  valueAt(rank: number): number
  /** Place among the different values of the one that a rank stands for, or of the last below it. */
  runAt(rank: number): number
  /** Rank below which values are smaller than x, and up to which they are at most x. */
  below(x: number): number
  upTo(x: number): number
  /** Both, and how many cells have the value. */
  ranksOf(x: number): { readonly from: number; readonly to: number; readonly cells: number }
}

/** Of a rank: what an interval's ends keep inside it, since one on the edge could decode to the value beyond. */
export const HAIR = 1e-6

/** Values that occur once which a column must have: with fewer, its values are all that there are. */
const LEAST_SINGLES = 5
/** A value shares what it gives with so many values on either side. */
const REACH = 6
/** Cells that a value gives at most. */
const MOST_GIVEN = 4

/** What is found out about each column once: likelihoods decode single values, many times over. */
const laws = new WeakMap<Float64Array, Map<number, RecurringValues | { readonly none: true }>>()

/**
 * The law of the values of a column in which some recur and some do not, from its ascending cells; undefined where all
 * values that are no atoms occur once, or nearly none does.
 *
 * Another sample of n cells has about as many fresh values as this one has values that occur once (Good and Turing), and
 * the others as often as here. So every value but an atom gives up to D of its cells to the values around it, at most as
 * far as its sixth neighbour on the nearer side, in equal parts for equal lengths: D such that fresh values have as many
 * cells as there are values that occur once. Between two values the fresh ones are as round as the less round of both
 * (between 1,500 and 2,000 there are hundreds), and on the lattice of the column: between masses read to 25 g there are
 * multiples of 25 g.
 *
 * Values that fewer than `few` cells have give all of these: then they come about as often as fresh ones beside them, and point to no row. What
 * was rounded is spread over numbers as round (`roundNumbers`), so that a round salary comes no more often than others that no row has.
 *
 * @source Good 1953; absolute discounting, Ney, Essen, Kneser 1994. Cost O(n), a logarithm of it for each value.
 */
export function recurringValues(ascending: Float64Array, few = 0): RecurringValues | undefined {
  const known = laws.get(ascending) ?? new Map<number, RecurringValues | { readonly none: true }>()
  laws.set(ascending, known)
  let law = known.get(few)
  if (!law) {
    law = findLaw(ascending, few) ?? { none: true }
    known.set(few, law)
  }
  return 'none' in law ? undefined : law
}

/** The values of the column, ascending, of a few bytes each: there may be as many as rows. */
interface Runs {
  readonly values: Float64Array
  readonly counts: Uint32Array
  readonly atoms: Uint8Array
  /** Distance of the values between each and the next one: 0 where they lie dense; that of the next one where none is between. */
  readonly steps: Float64Array
}

function findLaw(ascending: Float64Array, few: number): RecurringValues | undefined {
  const { values, counts, atoms } = countValues(ascending, few)
  const isFew = (k: number): boolean => counts[k]! < few
  let [singles, others, rare] = [0, 0, 0]
  for (let k = 0; k < counts.length; k++) {
    if (atoms[k]) continue
    others += counts[k]!
    if (counts[k] === 1) singles++
    if (isFew(k)) rare++
  }
  if ((singles < LEAST_SINGLES && rare === 0) || singles === others) return undefined
  const decimals = decimalsOf(ascending, undefined)
  const lattice = latticeOf(values, { first: values[0]! })
  const runs = { values, counts, atoms, steps: stepsBetween(values, lattice) }
  const reaches = new Float64Array(values.length)
  const fresh = new Float64Array(values.length)
  for (let k = 0; k < values.length; k++) {
    reaches[k] = reachOf(runs, k)
    fresh[k] = freshOf(runs, k, around(values[k]!, reaches[k]!))
  }
  const given = solveGiven(counts, fresh, singles)
  const besideAtoms = counts.map((count, k) => (atoms[k] ? 0 : count))
  const round = few > 0 && lattice ? roundNumbers(values, besideAtoms, lattice) : undefined
  if (round) runs.steps.fill(lattice!.step / lattice!.unit, 0, -1)
  const landed = round && new Landed(runs, round)
  const cells: Cells = { listed: Float64Array.from(counts), between: new Float64Array(counts.length) }
  const { listed, between } = cells
  for (let k = 0; k < counts.length; k++) {
    const share = isFew(k) ? counts[k]! : Math.min(counts[k]!, given)
    const box = reaches[k] === 0 && isFew(k) ? besideOf(runs, k) : around(values[k]!, reaches[k]!)
    if (box.low === box.high) continue
    listed[k] = listed[k]! - share
    const left = landed ? landed.take(k, share) : share
    spread(runs, k, box, left, cells)
  }
  return landed && decimals !== undefined ? landed.law(cells, decimals) : new Law(runs, listed, between, decimals)
}

/** Numbers over which a value that was rounded is spread, at most: where as round ones lie denser, every third one or fewer. */
const MOST_ROUND = 16

/** The least whole number from x on by which every so many numbers of a lattice are no rounder than all of them: none that two or five goes into. */
function strideFrom(x: number): number {
  let stride = Math.max(1, Math.ceil(x))
  while (stride % 2 === 0 || stride % 5 === 0) stride++
  return stride
}

/** Cells that go to numbers as round as those that they come from. */
class Landed {
  readonly #among = new Map<number, { readonly runs: Pick<Runs, 'values' | 'atoms'>; readonly at: Int32Array }>()
  /** By places in the unit of the round numbers. */
  readonly #cells = new Map<number, number>()

  constructor(
    private readonly runs: Runs,
    private readonly round: RoundNumbers
  ) {}

  /** Spreads what was rounded of a share of a value's cells, and gives back what is left. */
  take(k: number, share: number): number {
    const { steps, places, unit } = this.round
    const shares = this.round.sharesOf(k)
    let [left, passed] = [share, 0]
    for (let level = steps.length - 1; level > 0; level--) {
      const own = share * shares[level]! + passed
      passed = 0
      if (own === 0) continue
      const { runs, at } = this.#onLattice(level)
      const reach = Math.round(reachOf(runs, at[k]!) * unit)
      const step = steps[level]! * strideFrom((2 * reach) / (MOST_ROUND * steps[level]!))
      const [first, last] = [Math.ceil((places[k]! - reach) / step), Math.floor((places[k]! + reach) / step)]
      // Where it stands alone it goes to less round ones.
      if (last === first) passed = own
      else left -= own
      for (let j = first; j <= last && passed === 0; j++)
        this.#cells.set(j * step, (this.#cells.get(j * step) ?? 0) + own / (last - first + 1))
    }
    return left
  }

  /** Values that stand on a lattice, and the atoms: what lies between these does not matter there. */
  #onLattice(level: number) {
    const known = this.#among.get(level)
    if (known) return known
    const { values, atoms } = this.runs
    const some = Array.from(values.keys()).filter((k) => atoms[k] || this.round.places[k]! % this.round.steps[level]! === 0)
    const at = new Int32Array(values.length)
    some.forEach((k, place) => {
      at[k] = place
    })
    const found = { runs: { values: Float64Array.from(some, (k) => values[k]!), atoms: Uint8Array.from(some, (k) => atoms[k]!) }, at }
    this.#among.set(level, found)
    return found
  }

  /** The law with numbers that no cell has among those that some have. */
  law({ listed, between }: Cells, decimals: number): Law {
    const { values, counts, atoms, steps } = this.runs
    const { places, unit } = this.round
    const own = this.round.steps[0]!
    const landed = Float64Array.from(this.#cells.keys()).sort()
    const rows: { value: number; k: number; listed: number; between: number }[] = []
    let next = 0
    for (let k = 0; k < values.length; k++) {
      const end = places[k + 1] ?? places[k]!
      // What falls between two values falls on all places there alike.
      const countBetween = (from: number, to: number): number => Math.max(0, Math.round((to - from) / own) - 1)
      const each = between[k]! / Math.max(1, countBetween(places[k]!, end))
      if (landed[next] === places[k]) next++
      const first = next
      while (landed[next]! < end) next++
      const inGap = [places[k]!, ...landed.subarray(first, next)]
      for (const [j, place] of inGap.entries())
        rows.push({
          k,
          value: j === 0 ? values[k]! : roundTo(place / unit, decimals),
          listed: (j === 0 ? listed[k]! : each) + (this.#cells.get(place) ?? 0),
          between: each * countBetween(place, inGap[j + 1] ?? end)
        })
    }
    const isOwn = (row: number): boolean => rows[row]!.k !== rows[row - 1]?.k
    const whole = {
      values: Float64Array.from(rows, ({ value }) => value),
      counts: Uint32Array.from(rows, ({ k }, row) => (isOwn(row) ? counts[k]! : 0)),
      atoms: Uint8Array.from(rows, ({ k }, row) => (isOwn(row) ? atoms[k]! : 0)),
      steps: Float64Array.from(rows, ({ k }) => steps[k]!)
    }
    const [has, lies] = [Float64Array.from(rows, (row) => row.listed), Float64Array.from(rows, (row) => row.between)]
    return new Law(
      whole,
      has,
      lies,
      decimals,
      Int32Array.from(rows, ({ k }) => k)
    )
  }
}

/** Where the cells of a value may go. */
interface Box {
  readonly low: number
  readonly high: number
}

const around = (value: number, reach: number): Box => ({ low: value - reach, high: value + reach })

/** From a value's neighbour to the next one, atoms left out: where one that may not stay as it is stands beside an atom, or last. */
function besideOf({ values, atoms, steps }: Runs, k: number): Box {
  const last = values.length - 1
  const low = k === 0 ? values[0]! : atoms[k - 1] ? values[k - 1]! + steps[k - 1]! / 2 : values[k - 1]!
  const high = k === last ? values[last]! : atoms[k + 1] ? values[k + 1]! - steps[k]! / 2 : values[k + 1]!
  return atoms[k] ? around(values[k]!, 0) : { low, high }
}

function countValues(ascending: Float64Array, few: number): Omit<Runs, 'steps'> {
  const starts = startsOf(ascending)
  const runs = starts.length - 1
  const [values, counts, atoms] = [new Float64Array(runs), new Uint32Array(runs), new Uint8Array(runs)]
  for (let k = 0; k < runs; k++) {
    const count = starts[k + 1]! - starts[k]!
    values[k] = ascending[starts[k]!]!
    counts[k] = count
    atoms[k] = count > 1 && count >= few && count >= ATOM_SHARE * ascending.length ? 1 : 0
  }
  return { values, counts, atoms }
}

/** How far a value's cells are spread: to its sixth neighbour on the nearer side, not beyond an atom; 0 at the ends of a gap between atoms. */
function reachOf({ values, atoms }: Pick<Runs, 'values' | 'atoms'>, k: number): number {
  if (atoms[k]) return 0
  let [low, high] = [k, k]
  while (k - low < REACH && low > 0 && !atoms[low - 1]) low--
  while (high - k < REACH && high + 1 < atoms.length && !atoms[high + 1]) high++
  return Math.min(values[k]! - values[low]!, values[high]! - values[k]!)
}

/** Cells of each value, and of the fresh ones above it, to which a value's own are added. */
interface Cells {
  readonly listed: Float64Array
  readonly between: Float64Array
}

/** Part of a box about value k that falls between listed values. Loops of their own, as they are run for every value. */
function freshOf({ values, steps }: Runs, k: number, { low, high }: Box): number {
  if (low === high) return 0
  // Behind the last value there is none.
  const end = Math.min(values.length - 2, k + REACH)
  let fresh = 0
  for (let j = Math.max(0, k - REACH - 1); j <= end && values[j]! < high; j++) {
    const half = steps[j]! / 2
    const shared = overlap(low, high, values[j]! + half, values[j + 1]! - half)
    if (shared > 0) fresh += shared / (high - low)
  }
  return fresh
}

/** Adds to the cells what falls of a share on listed values of such a box, and between them. */
function spread({ values, steps }: Runs, k: number, { low, high }: Box, share: number, { listed, between }: Cells): void {
  const last = values.length - 1
  const end = Math.min(last, k + REACH)
  let j = Math.max(0, k - REACH - 1)
  let before = j > 0 ? steps[j - 1]! / 2 : 0
  for (; j <= end && values[j]! - before < high; j++) {
    const value = values[j]!
    const half = steps[j]! / 2
    const own = overlap(low, high, value - before, value + half)
    const above = j < last ? overlap(low, high, value + half, values[j + 1]! - half) : 0
    if (own > 0) listed[j] = listed[j]! + share * (own / (high - low))
    if (above > 0) between[j] = between[j]! + share * (above / (high - low))
    before = half
  }
}

function overlap(low: number, high: number, from: number, to: number): number {
  const start = Math.max(from, low)
  const end = Math.min(to, high)
  return end > start ? end - start : 0
}

/** D: what values give at most, such that the fresh parts of it make `wanted` cells. Linear between whole numbers. */
function solveGiven(counts: Uint32Array, fresh: Float64Array, wanted: number): number {
  // By cells: the fresh parts of the values that have so many, or more than any gives.
  const parts = new Float64Array(MOST_GIVEN + 1)
  for (let k = 0; k < fresh.length; k++) parts[Math.min(counts[k]!, MOST_GIVEN)]! += fresh[k]!
  let made = 0
  for (let given = 1; given <= MOST_GIVEN; given++) {
    const more = parts.subarray(given).reduce((sum, part) => sum + part)
    if (made + more > wanted) return given - 1 + (wanted - made) / more
    made += more
  }
  return MOST_GIVEN
}

/** Values as cells on a line of ranks: those of each value, then those of the fresh ones up to the next. */
class Law implements RecurringValues {
  /** Ranks where each value begins, and where it ends. Between atoms nothing is lost: they keep whole ranks. */
  private readonly starts: Float64Array
  private readonly ends: Float64Array
  private readonly cellCount: number
  #places: Places | undefined
  #runs: Places | undefined

  constructor(
    private readonly runs: Runs,
    listed: Float64Array,
    private readonly between: Float64Array,
    private readonly decimals: number | undefined,
    /** Of each value the last one up to it that cells have; absent where all have some. */
    private readonly own?: Int32Array
  ) {
    const { counts, atoms } = runs
    this.starts = new Float64Array(counts.length)
    this.ends = new Float64Array(counts.length)
    let cells = 0
    for (let k = 0; k < counts.length; k++) {
      const apart = k === 0 || atoms[k] || atoms[k - 1]
      this.starts[k] = apart ? cells : this.ends[k - 1]! + between[k - 1]!
      this.ends[k] = this.starts[k]! + listed[k]!
      cells += counts[k]!
    }
    this.cellCount = cells
  }

  #lastAt(rank: number): number {
    this.#runs ??= new Places(this.starts)
    return this.#runs.lastUpTo(rank)
  }

  runAt(rank: number): number {
    const k = this.#lastAt(rank)
    return this.own ? this.own[k]! : k
  }

  valueAt(rank: number): number {
    const k = this.#lastAt(rank)
    const [value, step] = [this.runs.values[k]!, this.runs.steps[k]!]
    if (!(rank >= this.ends[k]!) || !(this.between[k]! > 0)) return value
    const share = Math.min(1 - 1e-12, (rank - this.ends[k]!) / this.between[k]!)
    const count = this.freshCount(k)
    const x = count > 0 ? value + step * (1 + Math.floor(share * count)) : value + share * (this.runs.values[k + 1]! - value)
    return this.decimals === undefined ? x : roundTo(x, this.decimals)
  }

  below(x: number): number {
    return this.rankOf(x, -1)
  }

  upTo(x: number): number {
    return this.rankOf(x, 1)
  }

  ranksOf(x: number): { from: number; to: number; cells: number } {
    this.#places ??= new Places(this.runs.values)
    const k = this.#places.lastUpTo(x)
    if (this.runs.values[k] === x) return { from: this.starts[k]!, to: this.ends[k]!, cells: this.runs.counts[k]! }
    return { from: this.below(x), to: this.upTo(x), cells: 0 }
  }

  private rankOf(x: number, side: -1 | 1): number {
    const { values, steps } = this.runs
    const k = lastUpTo(values, x)
    const [value, step] = [values[k]!, steps[k]!]
    if (x < value) return 0
    if (x === value) return side < 0 ? this.starts[k]! : this.ends[k]!
    if (k === values.length - 1) return this.cellCount
    const count = this.freshCount(k)
    const along = (x - value) / (count > 0 ? step : this.runs.values[k + 1]! - value)
    // Rounding must not tell a fresh value from itself.
    const passed = side < 0 ? Math.ceil(along - 1e-9) - 1 : Math.floor(along + 1e-9)
    return this.ends[k]! + this.between[k]! * (count > 0 ? Math.min(count, Math.max(0, passed)) / count : along)
  }

  /** Fresh values between value k and the next; 0 where they lie dense. */
  private freshCount(k: number): number {
    const [value, step] = [this.runs.values[k]!, this.runs.steps[k]!]
    return step > 0 ? Math.round((this.runs.values[k + 1]! - value) / step) - 1 : 0
  }
}

const places = new WeakMap<Float64Array, Places>()

/** Where values lie among the cells of a column, found once as their law is. */
export function placesAmong(ascending: Float64Array): Places {
  const found = places.get(ascending) ?? new Places(ascending)
  places.set(ascending, found)
  return found
}

/** Where values lie among ascending ones, by equal bins of their range, one for each: most hold few, whatever their number. */
class Places {
  /** The first value of each bin [n + 1]. */
  readonly #starts: Uint32Array
  /** Bins to one. */
  readonly #scale: number

  constructor(private readonly ascending: Float64Array) {
    const n = ascending.length
    const scale = n / (ascending[n - 1]! - ascending[0]!)
    this.#scale = Number.isFinite(scale) ? scale : 0
    const starts = new Uint32Array(n + 1)
    let bin = 0
    for (let i = 0; i < n; i++) for (const own = this.#binOf(ascending[i]!); bin < own; ) starts[++bin] = i
    this.#starts = starts.fill(n, bin + 1)
  }

  #binOf(x: number): number {
    const { ascending } = this
    return x > ascending[0]! ? Math.min(ascending.length - 1, Math.floor((x - ascending[0]!) * this.#scale)) : 0
  }

  /** As the function of this name. */
  lastUpTo(x: number): number {
    const bin = this.#binOf(x)
    return lastUpTo(this.ascending, x, Math.max(0, this.#starts[bin]! - 1), this.#starts[bin + 1]! - 1)
  }

  /** Where the cells of a value begin, and where they end: equal where there are none. */
  runOf(x: number): { readonly from: number; readonly to: number; readonly cells: number } {
    const last = this.lastUpTo(x)
    const to = this.ascending[last]! <= x ? last + 1 : 0
    let low = this.ascending[last] === x ? this.#starts[this.#binOf(x)]! : to
    for (let high = to; low < high; ) {
      const middle = (low + high) >>> 1
      if (this.ascending[middle]! >= x) high = middle
      else low = middle + 1
    }
    return { from: low, to, cells: to - low }
  }
}

/** The place of the last of ascending values that is at most x, from a place where it may be up to another; the first where none is. A loop of its own: it is run for every cell. */
function lastUpTo(ascending: Float64Array, x: number, from = 0, to = ascending.length - 1): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (ascending[middle]! <= x) low = middle
    else high = middle - 1
  }
  return low
}
