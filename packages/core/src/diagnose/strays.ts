import { logFactorials } from '../code/rules/chance.js'
import { toDecimals } from '../num/decimals.js'
import { exp } from '../num/elementary.js'
import { decimalsOf } from '../table/parse.js'
import { RARE_BELOW } from '../table/rare-below.js'
import { type CategoricalColumn, isCategorical, isNumeric, type NumericColumn, type Table } from '../table/table.js'
import { formatClock } from '../table/time-of-day.js'
import { countText, numberText, shareText, shorten, timeText } from '../tell/numbers.js'
import type { Stray } from './evaluation.js'

/** How often anything is told of a table of fresh rows, at most: all columns share this chance, and what is asked of each. */
const BY_CHANCE = 0.01
/** Missing cells, levels that are new, those of one row each, and lost ones; of numbers, both ends. */
const ASKED = 4
/** Letters of a level in a sentence. */
const LONGEST_LEVEL = 48
/** Levels of a column that are told by themselves. */
const MOST_LEVELS = 5

interface Compared {
  /** All real rows that there are, those of the fit with them. */
  readonly real: Table
  readonly synthetic: Table
  /** How many rows each real one counts for, where they weigh differently. */
  readonly counts?: Float64Array | undefined
  /** Where each group's rows begin, and the end, where rows belong to groups and lie in their order. */
  readonly groups?: { readonly real: Uint32Array; readonly synthetic: Uint32Array } | undefined
}

/** Something that may be told, and the chance of as much or more of it among fresh rows, in any of the levels of its column. */
interface Trial {
  readonly chance: number
  readonly stray: () => Stray
}

/** Rows with something, of so many that could have it. */
interface Share {
  readonly count: number
  readonly of: number
}

/** The same of what can be exchanged: rows, or groups with such a row, as rows of a group resemble each other. */
interface Found extends Share {
  readonly units: Share
}

/**
 * What single columns of drawn rows have and real rows have not, or the other way round, beyond chance: levels, missing cells, numbers
 * beyond all real ones or of another sign. Fresh rows and real ones can be exchanged: of so many rows of both that have something, how
 * many are drawn ones has a hypergeometric law whatever the law of the column is, and of the largest numbers of both the first k are
 * all drawn ones with the chance of that. Where rows belong to groups, groups are counted. One table of fresh rows in a hundred is told
 * something of. Cost O(cells), O(n log n) for levels.
 */
export function straysIn({ real, synthetic, counts, groups }: Compared): Stray[] {
  const sides: Sides = [new Side(real.rowCount, groups?.real, counts), new Side(synthetic.rowCount, groups?.synthetic)]
  const trials = real.columns.flatMap((column, c): Trial[] => {
    const other = synthetic.columns[c]!
    if (isNumeric(column) && isNumeric(other)) return numberTrials([column, other], sides)
    return isCategorical(column) && isCategorical(other) ? levelTrials([column, other], sides) : []
  })
  const shared = BY_CHANCE / (ASKED * real.columns.length)
  return trials.filter(({ chance }) => chance < shared).map(({ stray }) => stray())
}

type Sides = readonly [Side, Side]
type Has = (row: number) => boolean

/** Rows of one table: what each counts for, and its group. */
class Side {
  private readonly groupOf: Uint32Array | undefined

  constructor(
    readonly rowCount: number,
    first?: Uint32Array,
    private readonly counts?: Float64Array
  ) {
    if (!first) return
    this.groupOf = new Uint32Array(rowCount)
    for (let g = 0; g + 1 < first.length; g++) this.groupOf.fill(g, first[g], first[g + 1])
  }

  /** Rows with something among those that could have it. Cost O(rows). */
  having(has: Has, among: Has = () => true): Found {
    const [some, all] = [this.counter(), this.counter()]
    for (let i = 0; i < this.rowCount; i++) {
      if (!among(i)) continue
      all.add(i)
      if (has(i)) some.add(i)
    }
    return { count: some.rows, of: all.rows, units: { count: some.units, of: all.units } }
  }

  /** Counts rows that are given in their order. */
  counter(): Counter {
    return new Counter(this.groupOf, this.counts)
  }
}

class Counter {
  rows = 0
  /** Rows as they are. */
  plain = 0
  private groups = 0
  private last = -1

  constructor(
    private readonly groupOf: Uint32Array | undefined,
    private readonly counts: Float64Array | undefined
  ) {}

  add(row: number): void {
    this.plain++
    this.rows += this.counts?.[row] ?? 1
    const group = this.groupOf?.[row]
    if (group === undefined || group === this.last) return
    this.last = group
    this.groups++
  }

  get units(): number {
    return this.groupOf ? this.groups : this.rows
  }
}

const shareOf = ({ count, of }: Share): number => (of > 0 ? count / of : 0)

interface Told {
  readonly column: string
  readonly real: Share
  readonly drawn: Share
  readonly value?: string
  /** Behind “18 of 800 drawn rows”. */
  readonly words: string
}

function strayOf(name: Stray['name'], { column, real, drawn, value, words }: Told): Stray {
  return {
    name,
    column,
    ...(value === undefined ? {} : { value }),
    count: drawn.count,
    rows: drawn.of,
    share: { real: shareOf(real), synthetic: shareOf(drawn) },
    message: `${countText(drawn.count)} of ${countText(drawn.of)} drawn rows ${words}`
  }
}

/** More or fewer missing cells than chance gives. */
function missingTrial(column: string, real: Found, drawn: Found): Trial {
  const [own, other] = [real.units, drawn.units]
  const chance = shareOf(other) > shareOf(own) ? chanceOfMore(other, own) : chanceOfMore(own, other)
  const words = `have no ${column}; of the real ones ${real.count === 0 ? 'none' : shareText(shareOf(real))}`
  return { chance: 2 * chance, stray: () => strayOf('missing-moved', { column, real, drawn, words }) }
}

/** Missing cells, and numbers beyond either end of the real ones. */
function numberTrials([real, synthetic]: readonly [NumericColumn, NumericColumn], [own, other]: Sides): Trial[] {
  const { name: column } = real
  const [isThere, isDrawn]: readonly Has[] = [(i: number) => real.missing?.[i] !== 1, (i: number) => synthetic.missing?.[i] !== 1] as const
  const missing = missingTrial(
    column,
    own.having((i) => !isThere!(i)),
    other.having((i) => !isDrawn!(i))
  )
  const decimals = decimalsOf(real.values, real.missing)
  const written = (i: number) => (decimals === undefined ? synthetic.values[i]! : toDecimals(synthetic.values[i]!, decimals))
  const show = (value: number) =>
    real.clock ? formatClock(value, real.clock) : real.kind === 'datetime' ? timeText(value) : numberText(value)
  const none = own.having(() => false, isThere)
  if (none.of === 0) return [missing]
  const ends = ([-1, 1] as const).map((side): Trial => {
    const end = real.values.reduce((most, value, i) => (isThere!(i) ? Math.max(most, side * value) : most), Number.NEGATIVE_INFINITY)
    const beyond = other.having((i) => side * written(i) > end, isDrawn)
    const signed = other.having((i) => side * written(i) > Math.max(0, end), isDrawn)
    const isSign = end <= 0 && real.kind !== 'datetime' && !real.clock && 2 * signed.count > beyond.count
    const drawn = isSign ? signed : beyond
    const [sign, where, to] = side < 0 ? ['negative', 'below', 'down'] : ['positive', 'above', 'up']
    const words = isSign ? `have a ${sign} ${column}, as no real row has` : `have a ${column} ${where} that of every real row`
    const stray = () => {
      const far = synthetic.values.reduce((most, _, i) => (isDrawn!(i) ? Math.max(most, side * written(i)) : most), end)
      const value = show(side * far)
      return strayOf(isSign ? 'sign-new' : 'range-left', { column, real: none, drawn, value, words: `${words}, ${to} to ${value}` })
    }
    return { chance: chanceOfMore(drawn.units, none.units), stray }
  })
  return [missing, ...ends]
}

/** How many rows have each level. */
function levelsOf({ levels, codes }: CategoricalColumn, side: Side): Map<string, Counter> {
  const counters = levels.map(() => side.counter())
  codes.forEach((code, i) => {
    if (code >= 0) counters[code]!.add(i)
  })
  return new Map(levels.flatMap((level, k) => (counters[k]!.plain > 0 ? [[level, counters[k]!]] : [])))
}

/** Missing cells, levels that no real row has, and those that no drawn row has. */
function levelTrials([real, synthetic]: readonly [CategoricalColumn, CategoricalColumn], [own, other]: Sides): Trial[] {
  const { name: column } = real
  const lacking = (codes: Int32Array, side: Side) => side.having((i) => codes[i]! < 0)
  const nobody = (codes: Int32Array, side: Side) =>
    side.having(
      () => false,
      (i) => codes[i]! >= 0
    )
  const [known, drawn] = [levelsOf(real, own), levelsOf(synthetic, other)]
  const [none, undrawn] = [nobody(real.codes, own), nobody(synthetic.codes, other)]
  const levelCount = new Set([...known.keys(), ...drawn.keys()]).size
  const share = ({ rows, units }: Counter, of: Found): Found => ({ count: rows, of: of.of, units: { count: units, of: of.units.of } })
  const named = (level: string) => `have the ${column} “${shorten(level, LONGEST_LEVEL)}”`
  const strange = [...drawn].filter(([level]) => !known.has(level)).sort((a, b) => b[1].rows - a[1].rows)
  const news = strange.slice(0, MOST_LEVELS).map(([value, counter]): Trial => {
    const found = share(counter, undrawn)
    const words = `${named(value)}, which no real row has`
    return {
      chance: levelCount * chanceOfMore(found.units, none.units),
      stray: () => strayOf('level-new', { column, real: none, drawn: found, value, words })
    }
  })
  const lost = [...known].flatMap(([value, counter]): Trial[] => {
    // What one or two rows have is not named.
    if (drawn.has(value) || counter.plain < RARE_BELOW) return []
    const found = share(counter, none)
    const words = `${named(value)}, of the real ones ${shareText(shareOf(found))}`
    return [
      {
        chance: levelCount * chanceOfMore(found.units, undrawn.units),
        stray: () => strayOf('level-lost', { column, real: found, drawn: undrawn, value, words })
      }
    ]
  })
  // Names, most of which one row has: fresh rows have others, about as many as there are such of the data.
  const single = (levels: Map<string, Counter>, others: Map<string, Counter>) =>
    [...levels].reduce((sum, [level, { plain }]) => sum + (plain === 1 && !others.has(level) ? 1 : 0), 0)
  const [alone, alike] = [single(drawn, known), single(known, drawn)]
  const singles = { count: alone, of: undrawn.of }
  const ofTheirOwn: Trial = {
    chance: chanceOfMore({ count: alone, of: undrawn.units.of }, { count: Math.min(alike, none.units.of), of: none.units.of }),
    stray: () => strayOf('level-new', { column, real: none, drawn: singles, words: `have a ${column} of their own, which no real row has` })
  }
  return [missingTrial(column, lacking(real.codes, own), lacking(synthetic.codes, other)), ...news, ofTheirOwn, ...lost]
}

let known = new Float64Array(0)

/** Logarithms of n! up to a number, computed once. */
function factorialsTo(n: number): Float64Array {
  if (known.length <= n) known = Float64Array.from(logFactorials(n))
  return known
}

/** The chance that of what both have together so much or more is on the first side, where rows of both are of one law (Fisher). Cost O(count). */
export function chanceOfMore(first: Share, second: Share): number {
  const [own, of, other, all] = [first.count, first.of, second.count, second.of].map(Math.round) as [number, number, number, number]
  const [marked, total] = [own + other, of + all]
  if (own === 0 || own > of || other > all || own * total <= marked * of) return 1
  const factorials = factorialsTo(total)
  const logChoose = (n: number, k: number) => factorials[n]! - factorials[k]! - factorials[n - k]!
  let term = exp(logChoose(of, own) + logChoose(all, other) - logChoose(total, marked))
  let sum = 0
  for (let k = own; k <= Math.min(marked, of) && term > 0; k++) {
    sum += term
    term *= ((of - k) * (marked - k)) / ((k + 1) * (all - marked + k + 1))
  }
  return Math.min(1, sum)
}
