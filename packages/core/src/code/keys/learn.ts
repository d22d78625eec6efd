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

/** What separates the parts, which are `x`: values of one name have as many. */
const separatorsOf = (value: string): string => value.replace(/[\p{L}\p{N}]+/gu, 'x')

/** The parts of values with the same separators, place by place. */
function columnsOf(values: readonly string[]): readonly (readonly string[])[] {
  const count = partsOf(values[0]!).length
  if (count === 1) return [values]
  const columns = Array.from({ length: count }, () => new Array<string>(values.length))
  for (const [i, value] of values.entries()) for (const [p, part] of partsOf(value).entries()) columns[p]![i] = part
  return columns
}

/**
 * The form of values in the order of their rows: patterns of literals, words to copy, and codes, found by what separates their
 * parts; undefined where fewer than half of the values have a pattern that is not rare. Cost O(characters).
 */
export function learnForm(values: readonly string[]): Form | undefined {
  const check = checkOf(values)
  const bodies = check === undefined ? values : values.map((value) => withoutCheck(check, value))
  const groups = grouped(bodies, separatorsOf).flatMap((alike) => {
    const told = columnsOf(alike).map((texts, p) => p % 2 === 0 && differsInShape(texts))
    if (!told.includes(true)) return [alike]
    return grouped(alike, (value) =>
      partsOf(value)
        .map((part, p) => (told[p] ? shapeOf(part) : ''))
        .join(' ')
    )
  })
  const kept = groups.filter(({ length }) => length >= RARE_BELOW).sort((a, b) => b.length - a.length)
  const covered = kept.reduce((sum, { length }) => sum + length, 0)
  if (covered < LEAST_COVERED * values.length || covered === 0) return undefined
  const patterns = kept.map((alike) => patternOf(alike, alike.length / covered))
  return check === undefined ? { patterns } : { patterns, check }
}

/** Values with the same name, in their order. */
function grouped(values: readonly string[], nameOf: (value: string) => string): string[][] {
  const groups = new Map<string, string[]>()
  for (const value of values) {
    const name = nameOf(value)
    const group = groups.get(name)
    if (group) group.push(value)
    else groups.set(name, [value])
  }
  return [...groups.values()]
}

/** Its runs of letters and of digits, as `a0` of a name and a number; `x` for more of them, as of a code of both. */
function shapeOf(text: string): string {
  // Most are one run: nothing is made of them.
  if (/^\p{N}+$/u.test(text)) return '0'
  if (/^\p{L}+$/u.test(text)) return 'a'
  const runs = text.match(/\p{N}+|\p{L}+/gu) ?? []
  return runs.length > MOST_RUNS ? 'x' : runs.map((run) => (/\p{N}/u.test(run) ? '0' : 'a')).join('')
}

/** Whether texts of several lengths have two shapes, as names some of which end in a number: patterns of their own. */
function differsInShape(texts: readonly string[]): boolean {
  if (texts.every(({ length }) => length === texts[0]!.length)) return false
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

function patternOf(values: readonly string[], share: number): Pattern {
  const isUuid = values.every((value) => UUID.test(value))
  const parts = joined(
    columnsOf(values).flatMap((whole, p) => {
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
