import { log } from '../../num/elementary.js'
import { componentsOf } from '../../num/variance-components.js'
import type { Encoder } from '../../table/encoder.js'
import { levelStarts } from '../../table/encoder.js'

/**
 * What a group's categories so far say of the next one, by Pólya's urn: of a·π_c balls of each level c to begin with, and one
 * more of every level that was drawn, p_c = (a·π_c + n_c)/(a + k). Rows of an urn are exchangeable, and a share 1/(1 + a) of
 * the variance of its levels is between groups, however many rows a group has. Where no level ever comes twice in a group, as
 * products of an order, what is drawn is not put back. Plain data.
 *
 * @source Blackwell and MacQueen, *Ferguson distributions via Pólya urn schemes*, Ann. Statist. 1973.
 */
export interface Urns {
  /** π of all levels, factor by factor [L]. */
  readonly shares: Float64Array
  /** 1/(1 + a) of every factor, −1 where no level comes twice [F]. */
  readonly between: Float64Array
}

/** log of the weight of what does not come again: next to nothing, and a group with more rows than there are levels has some all the same. */
export const NEVER_AGAIN = -50

/** Pairs of rows of a group that would agree by chance, for none to do so by design: 1 in 1,000. */
const EXPECTED_PAIRS = log(1000)

/** Urns of the factors of an encoder, fitted to rows of groups [n, F]. Cost O(n·L). */
export function fitUrns({ factors }: Pick<Encoder, 'factors'>, codes: Int32Array, first: Uint32Array): Urns {
  const [n, width] = [first[first.length - 1]!, factors.length]
  const between = new Float64Array(width)
  const shares = factors.flatMap(({ levelCount }, f) => {
    let [outside, whole] = [0, 0]
    const own = Array.from({ length: levelCount }, (_, level) => {
      const groups = Array.from({ length: first.length - 1 }, (_, g) =>
        Array.from({ length: first[g + 1]! - first[g]! }, (_, k) => Number(codes[(first[g]! + k) * width + f] === level))
      )
      const parts = componentsOf(groups)
      outside += parts.between
      whole += parts.between + parts.within
      return groups.reduce((sum, values) => sum + values.reduce((a, b) => a + b, 0), 0) / n
    })
    between[f] = comesOnce(own, codes, { first, f, width }) ? -1 : whole > 0 ? outside / whole : 0
    return own
  })
  return { shares: Float64Array.from(shares), between }
}

/** Whether no level of a factor comes twice in a group, where chance would have some do so; `shares` of its levels. */
function comesOnce(
  shares: readonly number[],
  codes: Int32Array,
  { first, f, width }: { readonly first: Uint32Array; readonly f: number; readonly width: number }
): boolean {
  let pairs = 0
  for (let g = 0; g + 1 < first.length; g++) {
    const seen = new Set<number>()
    for (let i = first[g]!; i < first[g + 1]!; i++) {
      const level = codes[i * width + f]!
      if (seen.has(level)) return false
      pairs += seen.size
      seen.add(level)
    }
  }
  return pairs * shares.reduce((sum, share) => sum + share * share, 0) >= EXPECTED_PAIRS
}

/** The urns of groups while rows are drawn. */
export class UrnCounts {
  private readonly counts: Float64Array
  private readonly rows: Float64Array
  private readonly starts: readonly number[]

  constructor(
    private readonly urns: Urns,
    encoder: Pick<Encoder, 'factors'>,
    groups: number
  ) {
    this.starts = levelStarts(encoder)
    this.counts = new Float64Array(groups * urns.shares.length)
    this.rows = new Float64Array(groups)
  }

  /** Takes in row `row` of encoded rows [n, F] as the next one of a group. */
  add(group: number, codes: Int32Array, row: number): void {
    for (const [f, start] of this.starts.entries())
      this.counts[group * this.urns.shares.length + start + codes[row * this.starts.length + f]!]! += 1
    this.rows[group]! += 1
  }

  /** log(p_c/π_c) of all levels of a group's next row, into `out` [L], but for a factor that all share; nought of levels that the data do not have. */
  write(group: number, out: Float64Array): void {
    const { shares, between } = this.urns
    const k = this.rows[group]!
    for (const [f, start] of this.starts.entries()) {
      const rho = between[f]!
      for (let c = start; c < (this.starts[f + 1] ?? shares.length); c++) {
        const [share, count] = [shares[c]!, this.counts[group * shares.length + c]!]
        if (rho < 0) {
          out[c] = count > 0 ? NEVER_AGAIN : 0
          continue
        }
        // Of a = 1/ρ − 1: both sides of the fraction times ρ.
        out[c] = share > 0 ? log(((1 - rho) * share + rho * count) / ((1 - rho + rho * k) * share)) : 0
      }
    }
  }
}

/** Which of the levels of `all` those of `some` are [L of `some`]: its factors are among those of `all`, in their order; undefined where they are not. */
export function levelsAmong(some: Pick<Encoder, 'factors'>, all: Pick<Encoder, 'factors'>): Uint32Array | undefined {
  const columns: number[] = []
  let [place, start] = [0, 0]
  const skip = () => {
    start += all.factors[place++]!.levelCount
  }
  for (const { name, levelCount } of some.factors) {
    while (place < all.factors.length && all.factors[place]!.name !== name) skip()
    if (place === all.factors.length || all.factors[place]!.levelCount < levelCount) return undefined
    for (let level = 0; level < levelCount; level++) columns.push(start + level)
    skip()
  }
  return Uint32Array.from(columns)
}
