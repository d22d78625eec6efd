import type { ConditionalChoice } from '../../choose/conditional.js'
import type { GroupDraw } from '../../draw/condition-draw.js'
import type { Condition } from '../../know/conditions.js'
import type { ConditionGroup } from '../../know/places.js'
import { conditionWarnings, type Distance, effectiveSampleSize, type NamedWarning, tooWide } from '../../know/support.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { mean } from '../../num/statistics.js'
import type { Encoder } from '../../table/encoder.js'

/** One condition, and how well the data support its rows. Plain JSON. */
export interface ConditionReport {
  readonly condition: string
  /** Mean over chains of 1/Σp²: training rows that a drawn row rests on. */
  readonly effectiveRows: number
  /** Training rows that have all that is given, where no number is compared: categories, numbers on spikes, intervals. */
  readonly matchingRows?: number
  readonly acceptance: number
  /** Rows drawn, discounted for chains that still agree with others from the same training row. */
  readonly effectiveSampleSize: number
  readonly distance: Distance
  readonly warnings: readonly NamedWarning[]
}

/** Conditions on the same columns that are drawn from the same training rows share these. */
export interface ConditionGroupReport extends Omit<ConditionalChoice, 'central'> {
  readonly columns: readonly string[]
  readonly conditions: number
  /** Of each number that is drawn, how many held-out rows lie in the central 80 % of what is drawn for them. */
  readonly central?: Readonly<Record<string, number>>
  readonly warnings: readonly NamedWarning[]
}

export interface ConditionalReport {
  readonly conditioning: 'informed' | 'clamp'
  readonly steps: number
  readonly rowsPerCondition: number
  readonly groups: readonly ConditionGroupReport[]
  readonly conditions: readonly ConditionReport[]
}

function columnNames(encoder: Encoder, condition: Condition): string[] {
  return encoder.columns.map((code) => code.name).filter((name) => condition.named.includes(name))
}

interface GroupOf {
  readonly encoder: Encoder
  /** One of its conditions. */
  readonly named: Condition
  readonly conditions: number
}

export function reportOnGroup({ central, ...choice }: ConditionalChoice, { encoder, named, conditions }: GroupOf): ConditionGroupReport {
  const columns = columnNames(encoder, named)
  if (!central) return { ...choice, columns, conditions, warnings: [] }
  const nameOf = new Map(encoder.columns.map((code) => [code.carries === 'coordinate' ? code.coordinate : -1, code.name]))
  const shares = central.map(({ coordinate, share }) => [nameOf.get(coordinate)!, share] as const)
  return {
    ...choice,
    columns,
    conditions,
    central: Object.fromEntries(shares),
    warnings: shares.flatMap(([column, share]) => tooWide(share, { column, given: columns, heldOut: choice.heldOutRows }))
  }
}

interface Reported {
  /** Of the condition alone. */
  readonly draw: GroupDraw
  readonly distance: Distance
  readonly free: ConditionGroup
  readonly matchingRows?: number
}

export function reportOn(condition: Condition, { draw, distance, free, matchingRows }: Reported): ConditionReport {
  const { coordinates } = draw.rows
  const effectiveRows = mean(draw.effectiveCount)
  const stuck = 1 - mean(draw.moved)
  const columns = [...free.split.ranged, ...free.split.free]
  const drawn: Matrix = matrix(coordinates.rows, columns.length)
  for (let i = 0; i < coordinates.rows; i++)
    columns.forEach((c, at) => {
      drawn.data[i * drawn.cols + at] = coordinates.data[i * coordinates.cols + c]!
    })
  return {
    condition: condition.words,
    effectiveRows,
    ...(matchingRows === undefined ? {} : { matchingRows }),
    acceptance: mean(draw.acceptance),
    effectiveSampleSize: effectiveSampleSize(drawn, draw.starts, stuck),
    distance,
    warnings: conditionWarnings(condition, { effectiveRows, matchingRows }, distance)
  }
}
