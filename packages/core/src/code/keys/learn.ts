import { RARE_BELOW } from '../../table/rare-below.js'
import { checkOf, withoutCheck } from './check-digits.js'
import type { Form, Pattern, Segment } from './form.js'
import { progressOf } from './progress.js'
import { copied, countsOf, MOSTLY, segmentOf } from './segment.js'

/** Patterns that are not rare must make up this share of the values: what has none is text. */
const LEAST_COVERED = 0.5
/** Runs of letters and of digits in a part that has no separator, at most: more are a code of both. */
const MOST_RUNS = 3

/** Parts between separators, and these, in turn. */
const partsOf = (value: string): string[] => value.split(/([^\p{L}\p{N}]+)/u)

/**
 * The form of values in the order of their rows: patterns of literals, words to copy, and codes, found by what separates their
 * parts; undefined where fewer than half of the values have a pattern that is not rare. Cost O(characters).
 */
export function learnForm(values: readonly string[]): Form | undefined {
  const check = checkOf(values)
  const bodies = check === undefined ? values : values.map((value) => withoutCheck(check, value))
  const bySeparators = grouped(bodies.map(partsOf), (parts) =>
    parts.map((part, p) => (p % 2 === 1 ? part : part === '' ? '' : 'x')).join('')
  )
  const groups = bySeparators.flatMap((rows) => {
    const told = rows[0]!.map((_, p) => p % 2 === 0 && differsInShape(rows.map((row) => row[p]!)))
    return grouped(rows, (parts) => parts.map((part, p) => (told[p] ? shapeOf(part) : '')).join(' '))
  })
  const kept = groups.filter(({ length }) => length >= RARE_BELOW).sort((a, b) => b.length - a.length)
  const covered = kept.reduce((sum, { length }) => sum + length, 0)
  if (covered < LEAST_COVERED * values.length || covered === 0) return undefined
  const patterns = kept.map((rows) => patternOf(rows, rows.length / covered))
  return check === undefined ? { patterns } : { patterns, check }
}

/** Rows with the same name, in their order. */
function grouped<T>(rows: readonly T[], nameOf: (row: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const name = nameOf(row)
    const group = groups.get(name)
    if (group) group.push(row)
    else groups.set(name, [row])
  }
  return [...groups.values()]
}

/** Its runs of letters and of digits, as `a0` of a name and a number; `x` for more of them, as of a code of both. */
function shapeOf(text: string): string {
  const runs = text.match(/\p{N}+|\p{L}+/gu) ?? []
  return runs.length > MOST_RUNS ? 'x' : runs.map((run) => (/\p{N}/u.test(run) ? '0' : 'a')).join('')
}

/** Whether texts of several lengths have two shapes, as names some of which end in a number: patterns of their own. */
function differsInShape(texts: readonly string[]): boolean {
  if (new Set(texts.map(({ length }) => length)).size === 1) return false
  const counts = [...countsOf(texts.map(shapeOf)).values()]
  return counts.length > 1 && counts[0]! + counts[1]! >= MOSTLY * texts.length
}

/** A part of a pattern, and its text in every row. */
interface Part {
  readonly segment: Segment
  readonly texts: readonly string[]
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** Parts of a UUID that begin with its version and its variant: there are no others than those seen (RFC 9562). */
const UUID_FIXED = [4, 6]

function patternOf(rows: readonly (readonly string[])[], share: number): Pattern {
  const isUuid = rows.every((row) => UUID.test(row.join('')))
  const parts = joined(
    rows[0]!.flatMap((_, p) => {
      const whole = rows.map((row) => row[p]!)
      const runs = isUuid ? [whole] : splitRuns(whole)
      return runs.map((texts) => ({ segment: segmentOf(texts, { seenFirst: isUuid && UUID_FIXED.includes(p) }), texts }))
    })
  )
  return {
    share,
    ...progressOf(
      parts.map(({ segment }) => segment),
      parts.map(({ texts }) => texts)
    )
  }
}

/** A part taken apart into its runs of letters and of digits, where it has the same few in all rows. */
function splitRuns(texts: readonly string[]): readonly (readonly string[])[] {
  const shape = shapeOf(texts[0]!)
  if (shape.length < 2 || texts.some((text) => shapeOf(text) !== shape)) return [texts]
  const runs = texts.map((text) => text.match(/\p{N}+|\p{L}+/gu)!)
  return Array.from(shape, (_, r) => runs.map((one) => one[r]!))
}

const isCopied = ({ segment }: Part): boolean => segment.kind === 'literal' || segment.kind === 'words'

/** Neighbours that are copied, as one where they go together: what stands before and behind the point of a host. */
function joined(parts: readonly Part[]): Part[] {
  const out: Part[] = []
  for (const part of parts) {
    const before = out.at(-1)
    const both = before && isCopied(before) && isCopied(part) ? joinedTexts(before, part) : undefined
    if (both) out[out.length - 1] = both
    else out.push(part)
  }
  return out
}

/** Two copied neighbours as one, unless too many of their pairs are rare. */
function joinedTexts(before: Part, part: Part): Part | undefined {
  const texts = before.texts.map((text, i) => text + part.texts[i]!)
  const kept = [...countsOf(texts)].filter(([, count]) => count >= RARE_BELOW)
  if (kept.reduce((sum, [, count]) => sum + count, 0) < LEAST_COVERED * texts.length) return undefined
  return { segment: copied(kept), texts }
}
