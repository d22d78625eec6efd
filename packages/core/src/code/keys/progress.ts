import { log } from '../../num/elementary.js'
import { isBelievedAtLog, logFactorials } from '../rules/chance.js'
import { alphabetOf } from './alphabets.js'
import { type Cell, cellOf, codeOf, isDigits, type Pattern, type Progress, type Segment, sizeOf } from './form.js'

/** Steps that ascend by chance less often than once in a million. */
const LEAST_STEPS = 9
/** Codes that fill this share of their range are running numbers in some order. */
const DENSE = 0.5
/** Quantiles of the steps that are kept: percentiles and a half, so that rare jumps stay rare. */
const STEP_QUANTILES = 64

/** A pattern of segments whose texts are given in the order of rows, with its progress where its codes run. Cost O(n log n). */
export function progressOf(found: readonly Segment[], texts: readonly (readonly string[])[]): Omit<Pattern, 'share'> {
  const segments = widened(found, texts)
  const told = found.flatMap(({ kind }, s) => (kind === 'told' ? [s] : []))
  let apart: readonly number[] = []
  let now = runsOf(segments, texts, {})
  // Numbers that do not begin anew for what is told go on whatever that is.
  for (const s of told) {
    const pooled = runsOf(segments, texts, { apart: [...apart, s] })
    if (!areApart(pooled, now)) continue
    apart = [...apart, s]
    now = pooled
  }
  const { cells, gaps, runs } = now
  const naming = apart.length > 0 ? { apart } : {}
  // One behind the other are few, too: 1, 2, 3 go on with 4.
  const isCounted = cells.length === 1 && gaps[0] === 1n && gaps.at(-1) === 1n
  if ((gaps.length < LEAST_STEPS && !isCounted) || !runs) return { segments: found, ...naming }
  const ends = Object.fromEntries(cells.map(({ name, sorted }) => [name, String(sorted.at(-1)!)]))
  const steps = Array.from({ length: STEP_QUANTILES + 1 }, (_, k) => String(gaps[Math.round((k * (gaps.length - 1)) / STEP_QUANTILES)]!))
  const first = told.length > 0 ? { first: String(cells.map(({ sorted }) => sorted[0]!).sort(ascending)[0]!) } : {}
  const progress: Progress = { ends, steps, ...first }
  return { segments: segments.map((segment, s) => latestOnly(segment, texts[s]!)), progress, ...naming }
}

type Naming = Pick<Pattern, 'apart'>

/** Codes of each cell, the distances between neighbours, and whether they run. */
function runsOf(segments: readonly Segment[], texts: readonly (readonly string[])[], naming: Naming) {
  const cells = [...codesByCell(segments, texts, naming)].map(([name, { cell, codes }]) => ({
    name,
    cell,
    codes,
    sorted: sortedOnce(codes)
  }))
  const gaps = cells.flatMap(({ sorted }) => sorted.slice(1).map((code, k) => code - sorted[k]!)).sort(ascending)
  const isEven = gaps[0] === gaps.at(-1)
  return { cells, gaps, runs: isEven || isDense(cells) || (goOneWay(cells) && !areSorted(segments, texts) && haveRoom(segments, cells)) }
}

/**
 * Whether codes of letters have come no farther than half of their way, so that as many can follow: those that go from one end of the
 * alphabet to the other are names that were sorted. Numbers take another digit.
 */
function haveRoom(segments: readonly Segment[], cells: readonly Coded[]): boolean {
  const first = segments.find(({ kind }) => kind === 'symbols' || kind === 'number')
  if (first?.kind !== 'symbols' || isDigits(first.places)) return true
  return cells.every(({ cell, sorted }) => sizeOf({ share: 1, segments }, cell) - sorted.at(-1)! > sorted.at(-1)! - sorted[0]!)
}

/** The codes of a cell. */
interface Coded {
  readonly cell: Cell
  readonly sorted: readonly bigint[]
}

/**
 * Whether a part that runs has longer and shorter texts by turns, which no sequence has that goes on: rows stand in the order of the alphabet,
 * as names of countries do.
 */
function areSorted(segments: readonly Segment[], texts: readonly (readonly string[])[]): boolean {
  return segments.some((segment, s) => {
    if (segment.kind !== 'symbols' || segment.lengths.length < 2) return false
    const lengths = new Map<string, number[]>()
    for (const i of texts[0]!.keys()) {
      const others = cellAt(
        segments.map((one, k): Segment => (k === s ? { kind: 'literal', text: '' } : one)),
        texts.map((own) => own[i]!),
        {}
      )
      if (!others) continue
      const own = lengths.get(others.name)
      if (own) own.push(texts[s]![i]!.length)
      else lengths.set(others.name, [texts[s]![i]!.length])
    }
    const goes = (own: readonly number[], way: 1 | -1) => own.every((length, k) => k === 0 || way * (length - own[k - 1]!) >= 0)
    return [...lengths.values()].some((own) => !goes(own, 1) && !goes(own, -1))
  })
}

type Runs = ReturnType<typeof runsOf>

/**
 * Whether no code is there with two told texts, beyond chance: they go one way through all of these, or, where those of one text
 * lie among those of another, some would meet if they were drawn for each by itself.
 */
function areApart(pooled: Runs, own: Runs): boolean {
  if (pooled.cells.some(({ codes, sorted }) => sorted.length < codes.length)) return false
  if (goOneWay(pooled.cells)) return true
  const inOrder = own.cells.map(({ sorted }) => sorted).sort((a, b) => ascending(a[0]!, b[0]!))
  const isMixed = inOrder.some((sorted, k) => k > 0 && sorted[0]! < inOrder[k - 1]!.at(-1)!)
  if (!isMixed || (own.runs && !pooled.runs)) return false
  const widest = pooled.cells.reduce((most, { sorted }) => Math.max(most, Number(sorted.at(-1)! - sorted[0]! + 1n)), 1)
  const pairs = ({ cells }: Runs) => cells.reduce((sum, { codes }) => sum + codes.length ** 2 / 2, 0)
  return isBelievedAtLog((pairs(own) - pairs(pooled)) / widest, 1)
}

/**
 * Segments in which codes can carry over: up to the first place that shows its whole alphabet, a place has few characters since
 * the codes have not come farther.
 */
function widened(segments: readonly Segment[], texts: readonly (readonly string[])[]): Segment[] {
  let isLeading = true
  return segments.map((segment, s) => {
    if (segment.kind !== 'symbols' || !isLeading) return segment
    const whole = alphabetOf(texts[s]!.join(''))
    const places = segment.places.map((place) => {
      const widest = isLeading ? whole : place
      isLeading &&= place !== whole
      return widest
    })
    return { ...segment, places }
  })
}

/** Codes of the rows by their cells, in the order of rows; without those of which a text was too rare to be kept. */
function codesByCell(
  segments: readonly Segment[],
  texts: readonly (readonly string[])[],
  naming: Naming
): ReadonlyMap<string, { readonly cell: Cell; readonly codes: bigint[] }> {
  const cells = new Map<string, { readonly cell: Cell; readonly codes: bigint[] }>()
  for (const i of texts[0]!.keys()) {
    const written = texts.map((one) => one[i]!)
    const cell = cellAt(segments, written, naming)
    if (!cell) continue
    const code = codeOf({ share: 1, segments }, cell, written)
    const own = cells.get(cell.name)
    if (own) own.codes.push(code)
    else cells.set(cell.name, { cell, codes: [code] })
  }
  return cells
}

const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : 1)

const sortedOnce = (codes: readonly bigint[]): bigint[] =>
  codes.toSorted(ascending).filter((code, k, all) => k === 0 || code !== all[k - 1])

function cellAt(segments: readonly Segment[], texts: readonly string[], naming: Naming): Cell | undefined {
  const choices = segments.map((segment, s) => {
    if (segment.kind === 'told') return texts[s]!
    if (segment.kind === 'words') return segment.words.indexOf(texts[s]!)
    return segment.kind === 'symbols' ? segment.lengths.indexOf(texts[s]!.length) : 0
  })
  return choices.includes(-1) ? undefined : cellOf(choices, naming)
}

/** Whether the codes of each cell only ascend, or only descend, in the order of their rows, beyond chance: two of the orders of n codes do. */
function goOneWay(cells: readonly { readonly codes: readonly bigint[] }[]): boolean {
  const most = cells.reduce((count, { codes }) => Math.max(count, codes.length), 0)
  const factorials = logFactorials(most)
  const chance = cells.reduce((sum, { codes }) => (codes.length > 1 ? sum + log(2) - factorials[codes.length]! : sum), 0)
  return isBelievedAtLog(chance, 1) && cells.every(({ codes }) => goesOneWay(codes))
}

/** Whether codes only ascend, or only descend. */
function goesOneWay(codes: readonly bigint[]): boolean {
  const up = codes.length > 1 && codes[1]! > codes[0]!
  return codes.every((code, k) => k === 0 || (code !== codes[k - 1] && code > codes[k - 1]! === up))
}

function isDense(cells: readonly { readonly sorted: readonly bigint[] }[]): boolean {
  let [count, range] = [0, 0n]
  for (const { sorted } of cells) {
    count += sorted.length
    range += sorted.at(-1)! - sorted[0]! + 1n
  }
  return DENSE * Number(range) <= count
}

/** Of words with numbers in them that follow each other along the rows, as years do, the last: codes go on there. */
function latestOnly(segment: Segment, texts: readonly string[]): Segment {
  if (segment.kind !== 'words' || !segment.words.every((word) => /\p{N}/u.test(word))) return segment
  const known = texts.filter((text) => segment.words.includes(text))
  const follows = known.every((text, i) => i === 0 || text >= known[i - 1]!)
  if (!follows) return segment
  return { ...segment, shares: segment.words.map((word) => (word === known.at(-1) ? 1 : 0)) }
}
