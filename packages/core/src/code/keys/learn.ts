import { defined } from '../../num/defined.js'
import { numberingOf } from '../../table/numbering.js'
import { RARE_BELOW } from '../../table/rare-below.js'
import { countSingles } from '../../table/singles.js'
import { type Column, isCategorical, type Table } from '../../table/table.js'
import { checkOf, withoutCheck } from './check-digits.js'
import { namesIn, type Template, templateOf } from './composed.js'
import type { Form, Pattern, Segment } from './form.js'
import { progressOf } from './progress.js'
import { copied, countsOf, MOSTLY, segmentOf } from './segment.js'
import { cellsNamed, levelOf, startOf, type Teller, type TellingRows, tellerOf, toldBy } from './teller.js'

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
 * The form of different values that other columns say; undefined where these do not, or where values have to be new that nothing new tells: another
 * key, a measured number, or a moment.
 */
export function composedForm(values: readonly string[], telling: TellingRows): Form | undefined {
  const template = templateOf(values, telling)
  if (!template) return undefined
  const at = toldBy(telling.table)
  const isNew = telling.table.columns.some((column) =>
    template.some(
      (piece) =>
        typeof piece !== 'string' &&
        piece.column === column.name &&
        // A day is no measure: there are few.
        (isMostlyNew(column, telling.shared) || (column.kind === 'datetime' && piece.date?.includes('H')))
    )
  )
  const isApart = !isNew && !telling.recurs
  if (isApart && !hardlyRecurs(template, telling.table)) return undefined
  const segments = template.map((piece): Segment => {
    if (typeof piece === 'string') return { kind: 'literal', text: piece }
    return { kind: 'told', by: piece, else: segmentOf(telling.rows.map((row) => at(row)(piece)!)) }
  })
  return {
    patterns: [{ share: 1, segments }],
    ...(isApart ? { numbered: template.some((piece) => typeof piece !== 'string' && piece.letters === 'snake') ? '_' : '-' } : {})
  }
}

/** Whether new rows mostly have new values of a column: keys, measures, and whole numbers of which most come once, as places on a chromosome. */
const isMostlyNew = (column: Column, shared?: TellingRows['shared']): boolean =>
  !shared?.has(column.name) &&
  (column.kind === 'identifier' ||
    column.kind === 'number' ||
    (column.kind === 'integer' && 2 * countSingles(column.values) > column.values.length))

/** Whether a text tells part of it of which most come once, as titles do: what is written of it comes again in few rows. */
const hardlyRecurs = (template: Template, { columns }: Table): boolean =>
  template.some((piece) => {
    const told = typeof piece === 'string' ? undefined : columns.find(({ name }) => name === piece.column)
    return told !== undefined && isCategorical(told) && 2 * countSingles(told.codes) > told.levels.length
  })

/** A value that is copied, and the rows that have it. */
export interface Label {
  readonly text: string
  readonly rows: readonly number[]
}

/**
 * The form of different values in the order of their rows: patterns of literals, words to copy, and codes, found by what separates their
 * parts; undefined where fewer than half of the values have a pattern that is not rare. `asked`: what else is known of the rows, which
 * may tell parts; `labels`: what is copied as it stands, in a pattern each. Cost O(characters), and of the rows as of `tellerOf` for each stretch
 * of parts.
 */
export function learnForm(values: readonly string[], asked?: TellingRows, labels: readonly Label[] = []): Form | undefined {
  const telling = asked && { ...asked, counts: numberingOf(values.map(Number)) !== undefined }
  const check = checkOf(values)
  const bodies = check === undefined ? values : values.map((value) => withoutCheck(check, value))
  const rowOf = telling && new Map(bodies.map((body, i) => [body, telling.rows[i]!]))
  const tellingOf = (some: readonly string[]) => telling && { ...telling, rows: some.map((body) => rowOf!.get(body)!) }
  const groups = grouped(bodies, separatorsOf).flatMap((alike) => {
    const own = tellingOf(alike)
    const names = columnsOf(alike).map((texts, p): ((part: string) => string) | undefined => {
      if (p % 2 > 0) return undefined
      if (own && areNumbers(texts) && isTold(texts.map(shapeAndLength), own) && !isTold(texts, own)) return shapeAndLength
      return differsInShape(texts) || (own && isTold(texts.map(shapeOf), own)) ? shapeOf : undefined
    })
    if (names.every((one) => one === undefined)) return [alike]
    return grouped(alike, (value) =>
      partsOf(value)
        .map((part, p) => names[p]?.(part) ?? '')
        .join(' ')
    )
  })
  const kept = groups.filter(({ length }) => length >= RARE_BELOW).sort((a, b) => b.length - a.length)
  const covered = kept.reduce((sum, { length }) => sum + length, 0)
  if (covered < LEAST_COVERED * values.length || covered === 0) return undefined
  const labelled = labels.reduce((sum, { rows }) => sum + rows.length, 0)
  const shareOf = (rows: number) => rows / (covered + labelled)
  const patterns = [
    ...kept.map((alike) => patternOf(alike, { share: shareOf(alike.length), telling: tellingOf(alike) })),
    ...labels.map(({ text, rows }): Pattern => ({ share: shareOf(rows.length), segments: [{ kind: 'literal', text }] }))
  ]
  const places = patterns.flatMap((_, p) =>
    new Array<string>(p < kept.length ? kept[p]!.length : labels[p - kept.length]!.rows.length).fill(String(p))
  )
  const all = telling && { ...telling, rows: [...tellingOf(kept.flat())!.rows, ...labels.flatMap(({ rows }) => rows)] }
  const by = all && patterns.length > 1 ? tellerOf((i) => places[i]!, all, { parts: 1, by: 'texts' })?.teller : undefined
  const mixed = by && mixedBy(by, places, { telling: all!, patterns: patterns.length })
  return { patterns, ...defined({ check, by, mixed }) }
}

/** As often as which patterns come for cells of the column that tells those of others, and has several for these. */
function mixedBy(
  { column, presence }: Teller,
  places: readonly string[],
  { telling, patterns }: { readonly telling: TellingRows; readonly patterns: number }
): Form['mixed'] {
  const counts = new Map<string, number[]>()
  const at = cellsNamed(telling.table, column)
  for (const [i, place] of places.entries()) {
    const level = levelOf(at(telling.rows[i]!), { presence })
    if (level === undefined) continue
    const own = counts.get(level) ?? new Array<number>(patterns).fill(0)
    own[Number(place)]!++
    counts.set(level, own)
  }
  const open = [...counts].flatMap(([level, own]) => {
    const total = own.reduce((sum, count) => sum + count, 0)
    const isOpen = total >= RARE_BELOW && own.filter((count) => count > 0).length > 1
    return isOpen ? [{ level, shares: own.map((count) => count / total) }] : []
  })
  if (open.length === 0) return undefined
  const by = { column, ...defined({ presence }), levels: open.map(({ level }) => level), texts: open.map((_, k) => String(k)) }
  return { by, shares: open.map(({ shares }) => shares) }
}

/** Whether another column says texts, or of which shape they are: each carrier numbers in its own way, and each country in as many digits. */
function isTold(texts: readonly string[], telling: TellingRows): boolean {
  const counts = [...countsOf(texts).values()]
  return counts.length > 1 && counts[1]! >= RARE_BELOW && tellerOf((i) => texts[i]!, telling, { parts: 1, by: 'texts' }) !== undefined
}

/** Whether texts have digits, and all as many letters beside them. */
function areNumbers(texts: readonly string[]): boolean {
  const letters = (text: string) => text.replace(/\p{N}/gu, '').length
  return texts.every((text) => /\p{N}/u.test(text) && letters(text) === letters(texts[0]!))
}

const shapeAndLength = (text: string): string => `${shapeOf(text)} ${text.length}`

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

interface Learning {
  readonly share: number
  readonly telling: TellingRows | undefined
}

function patternOf(values: readonly string[], { share, telling }: Learning): Pattern {
  const isUuid = values.every((value) => UUID.test(value))
  const runs = columnsOf(values).flatMap((whole, p) => {
    const split = (run: readonly string[]) => (telling ? splitStart(run, telling).flatMap((one) => splitNames(one, telling)) : [run])
    const own = isUuid ? [whole] : splitRuns(whole).flatMap(split)
    return own.map((texts) => ({ texts, seenFirst: isUuid && UUID_FIXED.includes(p) }))
  })
  const partOf = (run: (typeof runs)[number]): Part => ({ segment: segmentOf(run.texts, run), texts: run.texts })
  const parts = runs.map(partOf)
  const all = joined(telling && !isUuid ? withCode(toldParts(parts, telling), telling) : parts)
  return {
    share,
    ...progressOf(
      all.map(({ segment }) => segment),
      all.map(({ texts }) => texts)
    )
  }
}

/**
 * Some part has to tell keys apart: where nothing else is a code the last digits are, as the number of a row among those of its day or
 * of a fish among those of its place, unless another key or a measured number tells a part, or what columns tell recurs.
 */
function withCode(parts: readonly Part[], { table, recurs, shared }: TellingRows): readonly Part[] {
  const told = parts.flatMap(({ segment }) => (segment.kind === 'told' ? [segment.by.column] : []))
  const isKey = table.columns.some((column) => told.includes(column.name) && isMostlyNew(column, shared))
  if (isKey || (recurs && told.length > 0) || parts.some(({ segment }) => segment.kind === 'symbols' || segment.kind === 'number'))
    return parts
  const place = parts.findLastIndex(({ segment, texts }) => segment.kind !== 'literal' && texts.every((text) => /^\d+$/.test(text)))
  return place < 0 ? parts : parts.with(place, { ...parts[place]!, segment: segmentOf(parts[place]!.texts, { isCode: true }) })
}

/** Digits that begin with what another column tells, as a year or a type, apart from what follows. */
function splitStart(texts: readonly string[], telling: TellingRows): readonly (readonly string[])[] {
  // Where numbers run on, how they begin goes by when they come.
  const counts = telling.counts || numberingOf(texts.map(Number)) !== undefined
  const end = startOf(texts, { ...telling, counts })?.end
  return end === undefined ? [texts] : [texts.map((text) => text.slice(0, end)), texts.map((text) => text.slice(end))]
}

/** Letters that are put together of what several columns tell, as an initial and a name, apart. */
function splitNames(texts: readonly string[], { table, rows }: TellingRows): readonly (readonly string[])[] {
  const template = texts.every((text) => /^\p{L}+$/u.test(text)) ? namesIn(texts, { table, rows }) : undefined
  if (!template || template.length < 2) return [texts]
  const at = toldBy(table)
  return template.map((piece) => rows.map((row) => (typeof piece === 'string' ? piece : at(row)(piece)!)))
}

/** Parts with the longest stretches that columns tell in place of those that they are of: first what cells write, then what they have texts for. */
function toldParts(parts: readonly Part[], telling: TellingRows): readonly Part[] {
  const isVaried = (k: number) => parts[k]!.segment.kind !== 'literal'
  const ends = Array.from(parts.keys()).filter((k) => separatorsOf(parts[k]!.texts[0]!) === 'x')
  const all = ends.flatMap((from) => ends.flatMap((to) => (to >= from ? [[from, to] as const] : [])))
  const stretches = all.filter(([from, to]) => Array.from({ length: to - from + 1 }, (_, k) => from + k).some(isVaried))
  stretches.sort((a, b) => b[1] - b[0] - (a[1] - a[0]))
  const at = toldBy(telling.table)
  const told = new Map<number, Part>()
  const taken = new Set<number>()
  const within = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, k) => from + k)
  for (const by of ['writing', 'texts'] as const) {
    const found = stretches.flatMap(([from, to]) => {
      const own = within(from, to)
      // What always stands at an end need not be told.
      if (own.some((k) => taken.has(k)) || (by === 'texts' && !(isVaried(from) && isVaried(to)))) return []
      const textAt = (i: number) => own.map((k) => parts[k]!.texts[i]!).join('')
      const teller = tellerOf(textAt, telling, { parts: stretches.length, by })
      return teller ? [{ ...teller, from, own, texts: telling.rows.map((_, i) => textAt(i)) }] : []
    })
    if (by === 'texts') found.sort((a, b) => a.logChance - b.logChance)
    for (const { teller, from, own, texts } of found) {
      if (own.some((k) => taken.has(k))) continue
      const untold = texts.filter((_, i) => at(telling.rows[i]!)(teller) === undefined)
      const otherwise = segmentOf(untold.length < RARE_BELOW ? texts : untold)
      told.set(from, { segment: { kind: 'told', by: teller, else: otherwise }, texts })
      for (const k of own) taken.add(k)
    }
  }
  return parts.flatMap((part, k) => told.get(k) ?? (taken.has(k) ? [] : [part]))
}

/** A part taken apart into its runs of letters and of digits, where it has the same few in all rows, or any number with the same letters, as `12x30x7`. */
function splitRuns(texts: readonly string[]): readonly (readonly string[])[] {
  const shape = shapeOf(texts[0]!)
  const lettersOf = (text: string) => text.replace(/\p{N}+/gu, '0')
  const isAlike = shape === 'x' ? (text: string) => lettersOf(text) === lettersOf(texts[0]!) : (text: string) => shapeOf(text) === shape
  if (!/\p{L}\p{N}|\p{N}\p{L}/u.test(texts[0]!) || !texts.every(isAlike)) return [texts]
  const runs = texts.map((text) => text.match(/\p{N}+|\p{L}+/gu)!)
  return runs[0]!.map((_, r) => runs.map((one) => one[r]!))
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
