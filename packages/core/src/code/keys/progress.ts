import { alphabetOf } from './alphabets.js'
import { type Cell, cellOf, codeOf, type Pattern, type Progress, type Segment } from './form.js'

/** Steps that ascend by chance less often than once in a million. */
const LEAST_STEPS = 9
/** Codes that fill this share of their range are running numbers in some order. */
const DENSE = 0.5
/** Quantiles of the steps that are kept: percentiles and a half, so that rare jumps stay rare. */
const STEP_QUANTILES = 64

interface Place {
  readonly cell: Cell
  readonly code: bigint
}

/** A pattern of segments whose texts are given in the order of rows, with its progress where its codes run. Cost O(n log n). */
export function progressOf(found: readonly Segment[], texts: readonly (readonly string[])[]): Omit<Pattern, 'share'> {
  const segments = widened(found, texts)
  const rows = texts[0]!.length
  const places = Array.from({ length: rows }, (_, i) =>
    placeOf(
      segments,
      texts.map((one) => one[i]!)
    )
  )
  const known = places.filter((place) => place !== undefined)
  const cells = new Map<string, bigint[]>()
  for (const { cell, code } of known) {
    const codes = cells.get(cell.name)
    if (codes) codes.push(code)
    else cells.set(cell.name, [code])
  }
  const ordered = [...cells].map(([name, codes]) => ({ name, codes, sorted: [...new Set(codes)].sort((a, b) => (a < b ? -1 : 1)) }))
  const gaps = ordered.flatMap(({ sorted }) => sorted.slice(1).map((code, k) => code - sorted[k]!)).sort((a, b) => (a < b ? -1 : 1))
  const isEven = gaps[0] === gaps.at(-1)
  const runs = isEven || isDense(ordered) || ordered.every(({ codes }) => goesOneWay(codes))
  if (gaps.length < LEAST_STEPS || !runs) return { segments: found }
  const ends = Object.fromEntries(ordered.map(({ name, sorted }) => [name, String(sorted.at(-1)!)]))
  const steps = Array.from({ length: STEP_QUANTILES + 1 }, (_, k) => String(gaps[Math.round((k * (gaps.length - 1)) / STEP_QUANTILES)]!))
  const progress: Progress = { ends, steps }
  return { segments: segments.map((segment, s) => latestOnly(segment, texts[s]!)), progress }
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

/** Where the texts of a row stand among the codes; undefined where one of them was too rare to be kept. */
function placeOf(segments: readonly Segment[], texts: readonly string[]): Place | undefined {
  const choices = segments.map((segment, s) => {
    if (segment.kind === 'words') return segment.words.indexOf(texts[s]!)
    return segment.kind === 'symbols' ? segment.lengths.indexOf(texts[s]!.length) : 0
  })
  if (choices.includes(-1)) return undefined
  const cell = cellOf(choices)
  return { cell, code: codeOf({ share: 1, segments }, cell, texts) }
}

/** Whether codes only ascend, or only descend, in the order of their rows. */
function goesOneWay(codes: readonly bigint[]): boolean {
  const steps = codes.slice(1).map((code, k) => code > codes[k]!)
  return steps.every((up, k) => up === steps[0] && codes[k] !== codes[k + 1])
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
