/** A combination of fewer rows than this would give its rows away. */
const RECURRING_ROWS = 5
/**
 * Share of the rows that may be in such combinations beyond what the factor with the fewest has alone: a name that hardly
 * recurs is drawn alone, or it would bring its whole row along.
 */
const LONE_SHARE = 0.02

interface Group {
  readonly factors: readonly number[]
  /** Combination of each row [M], and how many rows each has. */
  readonly ofRow: Uint32Array
  readonly counts: readonly number[]
  /** Rows in combinations that hardly recur; and the fewest of any factor alone. */
  readonly lone: number
  readonly loneAlone: number
}

/**
 * Groups of factors that are drawn together: columns that hang together (an airport and its state, cells that are
 * missing at once) keep their combinations, and a step costs one pass a group. Two groups are joined, those first whose
 * combinations are fewest beside the product of their levels, while joint combinations recur as levels do.
 *
 * codes [M, K], row-major. Every factor is in one group; groups and their members ascend. Cost O(M·K²).
 */
export function factorGroups(codes: Int32Array, factorCount: number): number[][] {
  const groups: Group[] = Array.from({ length: factorCount }, (_, factor) => {
    const { lone, ...group } = groupOf([factor], columnOf(codes, factorCount, factor))
    return { ...group, lone, loneAlone: lone }
  })
  // What joining two groups would give stays the same while neither is joined to another.
  const joints = new Map<Group, Map<Group, Joint>>()
  const jointOf = (a: Group, b: Group): Joint => {
    const own = joints.get(a) ?? new Map<Group, Joint>()
    joints.set(a, own)
    const joint = own.get(b) ?? judge(a, b)
    own.set(b, joint)
    return joint
  }
  for (;;) {
    let best: { a: number; b: number; share: number } | undefined
    for (let b = 1; b < groups.length; b++) {
      for (let a = 0; a < b; a++) {
        const { recurs, share } = jointOf(groups[a]!, groups[b]!)
        if (recurs && (!best || share < best.share)) best = { a, b, share }
      }
    }
    if (!best) return groups.map(({ factors }) => [...factors].sort((x, y) => x - y)).sort((x, y) => x[0]! - y[0]!)
    groups[best.a] = joinOf(groups[best.a]!, groups[best.b]!)
    groups.splice(best.b, 1)
  }
}

interface Joint {
  /** Whether joint combinations recur as those of the groups do. */
  readonly recurs: boolean
  /** Joint combinations over all that there could be. */
  readonly share: number
}

function judge(a: Group, b: Group): Joint {
  const { lone, loneAlone, counts, ofRow } = joinOf(a, b)
  return { recurs: lone <= loneAlone + LONE_SHARE * ofRow.length, share: counts.length / (a.counts.length * b.counts.length) }
}

function columnOf(codes: Int32Array, factorCount: number, factor: number): Float64Array {
  return Float64Array.from({ length: codes.length / factorCount }, (_, i) => codes[i * factorCount + factor]!)
}

function groupOf(factors: readonly number[], values: Float64Array): Omit<Group, 'loneAlone'> {
  const places = new Map<number, number>()
  const counts: number[] = []
  const ofRow = new Uint32Array(values.length)
  values.forEach((value, i) => {
    let place = places.get(value)
    if (place === undefined) {
      place = counts.length
      places.set(value, place)
      counts.push(0)
    }
    ofRow[i] = place
    counts[place]!++
  })
  const lone = counts.reduce((sum, count) => sum + (count < RECURRING_ROWS ? count : 0), 0)
  return { factors, ofRow, counts, lone }
}

function joinOf(a: Group, b: Group): Group {
  const width = b.counts.length
  const places = Float64Array.from(a.ofRow, (place, i) => place * width + b.ofRow[i]!)
  return { ...groupOf([...a.factors, ...b.factors], places), loneAlone: Math.min(a.loneAlone, b.loneAlone) }
}
