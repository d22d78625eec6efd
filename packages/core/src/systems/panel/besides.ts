import { categoryMode } from '../../law/strata.js'
import { log } from '../../num/elementary.js'
import { type Key, keyFor, uniforms } from '../../num/random.js'
import { type Combinations, combinationsOf } from '../../table/categories.js'
import { type Encoded, type Encoder, encodeCodes, encodeTable, fitEncoder } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { ScalingMethod } from '../../table/scaling.js'
import type { Table } from '../../table/table.js'

interface Besides {
  /** What is drawn. */
  readonly next: Table
  readonly formats: readonly ColumnFormat[]
  /** Categories that are known of each row, those of the row that it refers to. */
  readonly besides: Table
}

/**
 * Of the known categories those that make classes of rows, as the categories that are drawn do: quantities of shops and of people have
 * levels, spreads and ends of their own, and a regression on places of categories has their levels alone. They are taken one by one
 * while the likelihood gains more than Schwarz's criterion asks for a mean and a spread of each further class, and rows of a class
 * recur. Cost O(rows · numbers · categories²).
 *
 * @source Schwarz, *Estimating the dimension of a model*, Annals of Statistics 1978.
 */
export function tellingBesides({ next, formats, besides }: Besides, methodOf: (name: string) => ScalingMethod): Table {
  const encoder = fitEncoder(next, formats, methodOf)
  const drawn = encodeTable(encoder, next)
  const none = { columns: [], rowCount: besides.rowCount }
  if (encoder.coordinateCount === 0 || categoryMode(encoder, drawn.codes) === 'sweep') return none
  const numbers = drawn.coordinates
  const all = fitEncoder(besides, formatsOf(besides), methodOf)
  const taken: number[] = []
  const codesWith = (factors: readonly number[]) =>
    beside(drawn.codes, chosen(encodeCodes(all, besides), all.factors.length, factors), next.rowCount)
  const gainOf = (f: number) => {
    const codes = codesWith([...taken, f])
    if (categoryMode({ factors: [...encoder.factors, ...taken.map((k) => all.factors[k]!), all.factors[f]!] }, codes) !== 'combinations')
      return 0
    const [before, after] = [combinationsOf(codesWith(taken), next.rowCount), combinationsOf(codes, next.rowCount)]
    return gainOfClasses(numbers, before, after)
  }
  for (let open = [...all.factors.keys()]; open.length > 0; open = open.filter((f) => !taken.includes(f))) {
    const gains = open.map(gainOf)
    const best = gains.reduce((most, gain, k) => (gain > gains[most]! ? k : most), 0)
    if (!(gains[best]! > 0)) break
    taken.push(open[best]!)
  }
  return { ...none, columns: besides.columns.filter((_, c) => taken.some((f) => all.factors[f]!.name === besides.columns[c]!.name)) }
}

/** Formats of categories. */
export const formatsOf = ({ columns }: Table): ColumnFormat[] => columns.map(({ name, kind }) => ({ name, source: 'text', kind }))

/** Codes [n, F] with others [n, K] beside them. */
export function beside(codes: Int32Array, others: Int32Array, rowCount: number): Int32Array {
  const [own, more] = [codes.length / Math.max(1, rowCount), others.length / Math.max(1, rowCount)]
  const out = new Int32Array(codes.length + others.length)
  for (let i = 0; i < rowCount; i++) {
    out.set(codes.subarray(i * own, (i + 1) * own), i * (own + more))
    out.set(others.subarray(i * more, (i + 1) * more), i * (own + more) + own)
  }
  return out
}

/** Some factors of codes [n, width]. */
export function chosen(codes: Int32Array, width: number, factors: readonly number[]): Int32Array {
  const out = new Int32Array(width === 0 ? 0 : (codes.length / width) * factors.length)
  for (let i = 0; i < out.length; i++) out[i] = codes[Math.floor(i / factors.length) * width + factors[i % factors.length]!]!
  return out
}

/** What likelihood is gained by a mean and a spread of their own in each finer class, less what as many more numbers would gain by chance. */
function gainOfClasses({ data, cols, rows: n }: Encoded['coordinates'], before: Combinations, after: Combinations): number {
  let gain = -cols * (after.rows.length - before.rows.length) * log(n)
  for (let c = 0; c < cols; c++) {
    const at = (i: number) => data[i * cols + c]!
    const squaresOf = (members: Uint32Array) => {
      const mean = members.reduce((sum, i) => sum + at(i) / members.length, 0)
      return members.reduce((sum, i) => sum + (at(i) - mean) ** 2, 0)
    }
    const all = squaresOf(Uint32Array.from({ length: n }, (_, i) => i)) / n
    // The spread of all is taken in as one row's: that of few rows may be none.
    const logLikelihood = ({ rows }: Combinations) =>
      rows.reduce((sum, members) => sum - (members.length / 2) * log((squaresOf(members) + all) / (members.length + 1)), 0)
    if (all > 0) gain += logLikelihood(after) - logLikelihood(before)
  }
  return gain
}

/** Combinations of categories that rows have, the last ones known. */
export class SeenTogether {
  private readonly whole = new Set<string>()
  private readonly byKnown = new Map<string, number[]>()
  private readonly byDrawn = new Map<string, number[]>()

  constructor(
    private readonly codes: Int32Array,
    private readonly width: number,
    private readonly known: number
  ) {
    for (let i = 0; i < codes.length / width; i++) {
      const [whole, drawn, besides] = this.namesOf(codes, i)
      this.whole.add(whole)
      for (const [map, name] of [
        [this.byKnown, besides],
        [this.byDrawn, drawn]
      ] as const)
        map.set(name, [...(map.get(name) ?? []), i])
    }
  }

  /** Codes in which combinations that no row has are those of one at random that has the known ones, or else the drawn ones, in place. */
  settle(codes: Int32Array, key: Key): void {
    const { width, known } = this
    const random = uniforms(keyFor(key, 'seen together'), codes.length / width)
    for (const [i, u] of random.entries()) {
      const [whole, drawn, besides] = this.namesOf(codes, i)
      if (this.whole.has(whole)) continue
      const alike = this.byKnown.get(besides)
      const others = alike ?? this.byDrawn.get(drawn) ?? []
      const from = others[Math.floor(u * others.length)]! * width
      const [first, last] = alike ? [0, width - known] : [width - known, width]
      codes.set(this.codes.subarray(from + first, from + last), i * width + first)
    }
  }

  private namesOf(codes: Int32Array, i: number): [string, string, string] {
    const own = codes.subarray(i * this.width, (i + 1) * this.width)
    const at = this.width - this.known
    return [own.join(), own.subarray(0, at).join(), own.subarray(at).join()]
  }
}

/** The encoder without its last factors. */
export const withoutLast = (encoder: Encoder, count: number): Encoder => ({
  ...encoder,
  factors: encoder.factors.slice(0, encoder.factors.length - count)
})
