import { InputError } from '../../num/errors.js'
import { typesFlag } from '../../num/listed.js'
import { indexFromShares, indexFromUniform, type Key, keyAtStep, keyFor, uniforms } from '../../num/random.js'
import { CHECK_MARK, withCheck } from './check-digits.js'
import { type Cell, cellOf, choiceOf, type Form, isComposed, type Pattern, type Progress, sizeOf, tellersOf, textAt } from './form.js'
import { hashOf, isAmong } from './guard.js'
import { keyedOrder } from './keyed-order.js'
import { type Told, tellerText } from './teller.js'

/** Choices of words and lengths that are tried for a row before its form counts as used up. */
const MOST_TRIES = 2000

/** Values that must not be drawn: sorted hashes under a key. */
export interface Guard {
  readonly key: Key
  readonly hashes: Float64Array
}

interface FreshRequest {
  readonly column: string
  readonly key: Key
  readonly guard: Guard
  /** Whether values may come again once the form has no more: they recur in the data. */
  readonly recurs?: boolean
}

/** What is known of the row of each value, in the order in which values are made. */
export interface OfRows {
  readonly told?: ((k: number) => Told) | undefined
  /** Whether it has none: none is made for it, so that those that run on leave none out. */
  readonly isGap?: ((k: number) => boolean) | undefined
}

/** So many more values, null in gaps. */
export type Fresh = (count: number, of?: OfRows) => (string | null)[]

/**
 * Values of a form, so many at a time and `rowCount` in all, no two alike and none of the guard's: the first n are the same however
 * many follow. Codes come in a keyed order of all that there are, or run on; of what was drawn only what recurs is kept. Where the
 * form has no more, values that recur come round again; else throws `InputError` (code `key-space`). Cost about 20 µs a value.
 */
export function freshInTurn(form: Form, rowCount: number, { column, key, guard, recurs = false }: FreshRequest): Fresh {
  const next = nextValue(form, rowCount, { key, guard })
  const tellers = tellersOf(form)
  const unguarded = nextValue(form, rowCount, { key, guard: { ...guard, hashes: new Float64Array(0) } })
  /** By what is told, what came where values recur, and whether there is no more. */
  const kept = new Map<string, { readonly came: string[]; isUsedUp?: true }>()
  let row = 0
  const one = (told: Told | undefined): string => {
    const name = JSON.stringify(tellers.map((teller) => told?.(teller)))
    const own = kept.get(name) ?? { came: [] }
    kept.set(name, own)
    const text = own.isUsedUp ? undefined : next(row, told)
    if (text === undefined) {
      // The data have all that the row tells of, as each address of a name: it is one of those.
      const known = recurs && own.came.length === 0 && tellers.length > 0 ? unguarded(row, told) : undefined
      if (known !== undefined) own.came.push(known)
      if (own.came.length === 0) throw usedUp(column, row, rowCount, toldTexts(form, told))
      own.isUsedUp = true
      return own.came[row++ % own.came.length]!
    }
    if (recurs) own.came.push(text)
    row++
    return text
  }
  return (count, { told, isGap } = {}) => Array.from({ length: count }, (_, k) => (isGap?.(k) ? null : one(told?.(k))))
}

/** What a row tells of parts, in words. */
const toldTexts = (form: Form, told: Told | undefined): string[] =>
  tellersOf(form).flatMap((teller) => {
    const text = teller === form.by ? undefined : told?.(teller)
    return text === undefined ? [] : [`${tellerText(teller)} = ${text}`]
  })

/** A new value for each row in turn; undefined where the form has no more. */
function nextValue(
  form: Form,
  rowCount: number,
  { key, guard }: Pick<FreshRequest, 'key' | 'guard'>
): (row: number, told: Told | undefined) => string | undefined {
  const texts = form.patterns.map(() => new Map<string, Texts>())
  const shares = form.patterns.map(({ share }) => share)
  // Of a sequence for all that is told that may end before the rows do.
  const came = new Set<string>()
  const apart = form.numbered === undefined ? (text: string) => text : numberedApart(form.numbered)
  return (row, told) => {
    const toldPattern = form.by && told?.(form.by)
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      const u = chooser(keyAtStep(key, attempt), row)
      const mixed = form.mixed && told?.(form.mixed.by)
      const anyPattern = indexFromShares(u(), mixed === undefined ? shares : form.mixed!.shares[Number(mixed)]!)
      const p = toldPattern === undefined ? anyPattern : Number(toldPattern)
      const pattern = form.patterns[p]!
      const choices = pattern.segments.map((segment) => choiceOf(segment, u, told))
      if (isComposed(pattern, told)) return apart(textAt(pattern, cellOf(choices), 0n)!, pattern)
      const textIn = (cell: Cell): string | undefined => {
        const known = texts[p]!
        if (!known.has(cell.name)) known.set(cell.name, textsOf(pattern, cell, keyFor(keyFor(key, p), cell.name)))
        const next = known.get(cell.name)!
        return nextFree(() => next(cell), { check: form.check, guard, came })
      }
      const shared = cellOf(choices, pattern)
      const own = cellOf(choices)
      const isShared = shared.name !== own.name && !pattern.progress
      const text = textIn(shared) ?? (isShared ? textIn(own) : undefined)
      if (isShared && text !== undefined && sizeOf(pattern, own) < rowCount + guard.hashes.length) came.add(text)
      if (text !== undefined) return text
    }
    return undefined
  }
}

/** Texts with a number behind those that came before: `the-red-river-2013-2`, `jsmith2@example.org`, `cover-2.jpg`. */
function numberedApart(between: string): (text: string, pattern: Pattern) => string {
  const came = new Set<string>()
  const counts = new Map<string, number>()
  return (text, { segments }) => {
    const last = segments.at(-1)
    const host = text.indexOf('@')
    const end = host >= 0 ? host : text.length - (last?.kind === 'literal' ? last.text.length : 0)
    for (let k = counts.get(text) ?? 1; ; k++) {
      const own = k === 1 ? text : `${text.slice(0, end)}${host >= 0 ? '' : between}${k}${text.slice(end)}`
      if (came.has(own)) continue
      counts.set(text, k + 1)
      came.add(own)
      return own
    }
  }
}

/** Uniforms of a row, one after the other. */
function chooser(key: Key, row: number): () => number {
  let [made, next] = [uniforms(key, 4, row), 0]
  return () => {
    if (next === made.length) made = uniforms(key, 2 * made.length, row)
    return made[next++]!
  }
}

/** Texts of cells that share a sequence of codes, one after the other: each code is written as the cell says that asks; undefined behind the last. */
type Texts = (cell: Cell) => string | undefined

function textsOf(pattern: Pattern, cell: Cell, key: Key): Texts {
  if (!pattern.progress) return anyTexts(pattern, cell, key)
  const codes = runningCodes(pattern.progress, { cell, key })
  return (own) => {
    const code = codes()
    return code === undefined ? undefined : textAt(pattern, own, code)
  }
}

function anyTexts(pattern: Pattern, cell: Cell, key: Key): Texts {
  const size = sizeOf(pattern, cell)
  const order = keyedOrder(key, size)
  const beyond = beyondForm(pattern, cell)
  let place = 0n
  return (own) => {
    const k = place++
    return k < size ? textAt(pattern, own, order(k)) : beyond && textAt(beyond.pattern, own, beyond.from + k - size)
  }
}

/**
 * How codes go on behind the last one of the form, where all are used up: numbers do, and digits that are as many as any row has, so
 * that no shorter code meets a longer one.
 */
function beyondForm(pattern: Pattern, cell: Cell): { readonly pattern: Pattern; readonly from: bigint } | undefined {
  const { segments } = pattern
  const s = segments.findIndex(({ kind }) => kind === 'symbols' || kind === 'number')
  const first = segments[s]
  if (first?.kind === 'number') return first.days ? undefined : { pattern, from: sizeOf(pattern, cell) }
  if (first?.kind !== 'symbols') return undefined
  const length = first.lengths[cell.choices[s] as number]!
  const last = first.places.slice(0, length).map((place) => place.at(-1)!)
  const isNumber = first.places.every((place) => /^\d+$/.test(place))
  if (!isNumber || length < Math.max(...first.lengths)) return undefined
  const digits = { ...first, places: first.places.map(() => '0123456789') }
  const behind = sizeOf({ ...pattern, segments: segments.slice(s + 1) }, { ...cell, choices: cell.choices.slice(s + 1) })
  return { pattern: { ...pattern, segments: segments.with(s, digits) }, from: (BigInt(last.join('')) + 1n) * behind }
}

function runningCodes(
  { ends, steps, first }: Progress,
  { cell, key }: { readonly cell: Cell; readonly key: Key }
): () => bigint | undefined {
  const end = Object.hasOwn(ends, cell.name) ? ends[cell.name] : undefined
  const quantiles = steps.map(BigInt)
  let made = 0
  let code = end === undefined ? undefined : BigInt(end)
  return () => {
    if (code !== undefined) code += stepAt(quantiles, uniforms(key, 2, made++))
    else if (first !== undefined) code = BigInt(first)
    return code
  }
}

/** A step between two neighbouring quantiles, at least 1. */
function stepAt(quantiles: readonly bigint[], [u, v]: ArrayLike<number> & Iterable<number>): bigint {
  const k = indexFromUniform(u!, quantiles.length - 1)
  const [low, high] = [quantiles[k]!, quantiles[k + 1]!]
  const width = high - low
  // Beyond what a number counts exactly, the last bits are as good as any.
  const along = width < 2n ** 53n ? BigInt(indexFromUniform(v!, Number(width) + 1)) : (width * BigInt(Math.floor(v! * 2 ** 32))) >> 32n
  const step = low + along
  return step < 1n ? 1n : step
}

interface Writing {
  readonly check: string | undefined
  readonly guard: Guard
  readonly came: ReadonlySet<string>
}

/** The next text that the guard lets pass, and that did not come before. */
function nextFree(next: () => string | undefined, { check, guard: { key, hashes }, came }: Writing): string | undefined {
  for (let text = next(); text !== undefined; text = next()) {
    const whole = check === undefined || !text.includes(CHECK_MARK) ? text : withCheck(check, text)
    if (whole !== '' && !came.has(whole) && !isAmong(hashes, hashOf(key, whole))) return whole
  }
  return undefined
}

/** The refusal of more rows than there are new values for; `told`: what the row tells whose value there is none of. */
export function usedUp(column: string, made: number, wanted: number, told: readonly string[] = []): InputError {
  const where = told.length === 0 ? '' : ` where ${told.join(' and ')}`
  return new InputError({
    code: 'key-space',
    got: `${wanted} rows, whose ${column} has no more than ${made} new values of its form${where}`,
    expected: made === 0 ? 'a form with more values than those of the data' : `at most ${made} rows`,
    try: made === 0 ? `--exclude ${column}, or ${typesFlag(column, 'category')}` : `-n ${made}, or --exclude ${column}`
  })
}
