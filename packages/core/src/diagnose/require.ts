import { InputError } from '../num/errors.js'
import { numberText } from '../tell/numbers.js'
import { isAbove, isBelow } from './beyond.js'
import { worstOrder } from './compare-order.js'
import type { Evaluation } from './evaluation.js'
import { isBroken } from './is-broken.js'
import { chanceOfMembership } from './membership.js'

/** A clause of `--require`, such as `membership<0.55`. */
export interface Requirement {
  readonly text: string
  readonly measure: string
  readonly sign: '<' | '<=' | '>' | '>='
  /** `floor`: what chance allows, its upper end below `<` and `<=`, its lower end below `>` and `>=`. */
  readonly limit: number | 'floor'
}

/** A clause that does not hold. */
export interface UnmetRequirement {
  readonly text: string
  /** Null where the measure is not defined here. */
  readonly value: number | null
  /** The number that it was held against; null where there is no floor. */
  readonly limit: number | null
}

/** A number and what chance allows it. */
interface Measured {
  readonly value: number | null
  readonly chance?: readonly [number, number] | undefined
}

const ofMeasure = ({ value, floorRange }: { value: number | null; floorRange?: readonly [number, number] }): Measured => ({
  value,
  chance: floorRange
})

function ofRules({ rules }: Pick<Evaluation, 'rules'>): Measured {
  return { value: rules.filter(isBroken).length, chance: [0, 0] }
}

/** What can be required, by its name. */
const MEASURES: Readonly<Record<string, (evaluation: Evaluation) => Measured>> = {
  auc: ({ classifierAuc }) => ofMeasure(classifierAuc),
  energy: ({ energyDistance }) => ofMeasure(energyDistance),
  wasserstein: ({ slicedWasserstein }) => ofMeasure(slicedWasserstein),
  mmd: ({ squaredMmd }) => ofMeasure(squaredMmd),
  ratio: ({ nearestNeighbourRatio }) => ofMeasure(nearestNeighbourRatio),
  copies: ({ copies: { value, most } }) => ({ value, chance: [0, most] }),
  coverage: ({ coverage }) => ofMeasure(coverage),
  density: ({ density }) => ofMeasure(density),
  association: ({ associations }) => ofMeasure(associations.largestError),
  column: ({ columns }) => largestColumn(columns),
  rules: ofRules,
  order: ({ order }) => {
    const worst = order && worstOrder(order)
    return { value: worst?.times ?? null, chance: worst && [0, worst.most] }
  },
  membership: ({ membership }) => ({ value: membership?.value ?? null, chance: membership ? chanceOfMembership(membership) : undefined }),
  quasi: ({ quasi }) => ({ value: quasi?.value ?? null, chance: quasi && [0, quasi.most] })
}

/** Names that a requirement may have. */
export const REQUIRABLE: readonly string[] = Object.keys(MEASURES)

/** The column that lies farthest above its floor. */
function largestColumn(columns: Evaluation['columns']): Measured {
  const distances = Object.values(columns).flatMap(({ kolmogorovSmirnov, totalVariation }) => kolmogorovSmirnov ?? totalVariation ?? [])
  const excess = (one: (typeof distances)[number]) => (one.value ?? 0) - (one.floor ?? 0)
  const worst = distances.sort((a, b) => excess(b) - excess(a))[0]
  return worst ? ofMeasure(worst) : { value: null }
}

const CLAUSE = /^([a-z]+)\s*(<=|>=|<|>)\s*(floor|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)$/

/** Reads `membership<0.55,copies<=floor,auc<0.6`. Throws `InputError` (codes `require-malformed`, `require-unknown`). */
export function parseRequirements(text: string): Requirement[] {
  return text.split(',').map((part) => {
    const clause = part.trim().replace('≤', '<=').replace('≥', '>=')
    const match = CLAUSE.exec(clause)
    if (!match)
      throw new InputError({
        code: 'require-malformed',
        got: clause === '' ? 'an empty clause in --require' : `“${clause}” in --require`,
        expected: 'MEASURE, one of < <= > >=, and a number or floor',
        try: "'membership<0.55,copies<=floor,auc<0.6'"
      })
    const [, measure, sign, limit] = match as unknown as [string, string, Requirement['sign'], string]
    if (!REQUIRABLE.includes(measure))
      throw new InputError({
        code: 'require-unknown',
        got: `“${clause}” in --require, whose measure is unknown`,
        expected: `one of ${REQUIRABLE.join(', ')}`,
        try: "'membership<0.55,copies<=floor,auc<0.6'"
      })
    return { text: clause, measure, sign, limit: limit === 'floor' ? 'floor' : Number(limit) }
  })
}

/** The clauses that do not hold, a measure or a floor that is not defined among them. */
export function unmetRequirements(evaluation: Evaluation, requirements: readonly Requirement[]): UnmetRequirement[] {
  return unmetBy((measure) => MEASURES[measure]!(evaluation), requirements)
}

/** The same of several tables, of which rules alone can be required. */
export function unmetRules(rules: Evaluation['rules'], requirements: readonly Requirement[]): UnmetRequirement[] {
  return unmetBy(() => ofRules({ rules }), requirements)
}

function unmetBy(measured: (measure: string) => Measured, requirements: readonly Requirement[]): UnmetRequirement[] {
  return requirements.flatMap(({ text, measure, sign, limit }) => {
    const { value, chance } = measured(measure)
    const bound = limit === 'floor' ? (chance?.[sign.startsWith('<') ? 1 : 0] ?? null) : limit
    return value !== null && bound !== null && holds(value, sign, bound) ? [] : [{ text, value, limit: bound }]
  })
}

function holds(value: number, sign: Requirement['sign'], limit: number): boolean {
  if (sign === '<') return isBelow(value, limit)
  if (sign === '<=') return !isAbove(value, limit)
  return sign === '>' ? isAbove(value, limit) : !isBelow(value, limit)
}

/** An unmet clause in words. */
export function unmetWords({ text, value, limit }: UnmetRequirement): string {
  if (value === null) return `${text}: not measured on these tables`
  return `${text}: ${numberText(value)}${limit === null ? ', and these tables have no floor' : text.endsWith('floor') ? `, chance allows ${numberText(limit)}` : ''}`
}
