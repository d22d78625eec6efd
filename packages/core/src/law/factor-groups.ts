import { factorCodes } from '../table/categories.js'
import { type Codes, jointCodes, sizesOf } from '../table/codes.js'

/** A combination of fewer rows than this would give its rows away. */
const RECURRING_ROWS = 5
/**
 * Share of the rows that may be in such combinations beyond what the factor with the fewest has alone: a name that hardly
 * recurs is drawn alone, or it would bring its whole row along.
 */
const LONE_SHARE = 0.02

interface Group {
  readonly factors: readonly number[]
  /** Combination of each row [M]. */
  readonly combinations: Codes
  /** Rows in combinations that hardly recur; and the fewest of any factor alone. */
  readonly lone: number
  readonly loneAlone: number
}

/**
 * Groups of factors that are drawn together: columns that hang together (an airport and its state, cells that are
 * missing at once) keep their combinations, and a step costs one pass a group. Two groups are joined, those first whose
 * combinations are fewest beside the product of their levels, while joint combinations recur as levels do.
 *
 * codes [M, K], row-major. Every factor is in one group; groups and their members ascend. Cost O(M·K²), once for codes that nobody
 * changes.
 */
export function factorGroups(codes: Int32Array, factorCount: number): readonly (readonly number[])[] {
  const groups = known.get(codes) ?? foundGroups(codes, factorCount)
  known.set(codes, groups)
  return groups
}

const known = new WeakMap<Int32Array, number[][]>()

function foundGroups(codes: Int32Array, factorCount: number): number[][] {
  const groups: Group[] = Array.from({ length: factorCount }, (_, factor) => {
    const group = groupOf([factor], factorCodes(codes, factorCount, factor))
    return { ...group, loneAlone: group.lone }
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
  const { lone, loneAlone, combinations } = joinOf(a, b)
  const possible = a.combinations.count * b.combinations.count
  return { recurs: lone <= loneAlone + LONE_SHARE * combinations.codes.length, share: combinations.count / possible }
}

function groupOf(factors: readonly number[], combinations: Codes): Omit<Group, 'loneAlone'> {
  return { factors, combinations, lone: sizesOf(combinations).reduce((sum, size) => sum + (size < RECURRING_ROWS ? size : 0), 0) }
}

function joinOf(a: Group, b: Group): Group {
  const combinations = jointCodes(a.combinations, b.combinations)
  return { ...groupOf([...a.factors, ...b.factors], combinations), loneAlone: Math.min(a.loneAlone, b.loneAlone) }
}
