import type { CarryKind } from '../../bridge/transport-map.js'
import type { InferOptions } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import type { Rows } from '../../table/records.js'
import { BANDWIDTH, choice, type Field } from '../options/fields.js'
import { tableFields } from '../options/table-options.js'
import type { RuleOptions } from '../rules/rule-options.js'
import { ruleFields } from '../rules/rule-options.js'

/** Options of a bridge between two tables; the first one is what is fitted. */
export interface BridgeFit extends InferOptions, RuleOptions {
  /** The second table. */
  readonly to: Rows<object>
  /** ε in squared scaled units. Default `auto`. */
  readonly bandwidth?: number | 'auto' | undefined
  /** Default 1. */
  readonly seed?: number | undefined
}

/** Rows between both tables; or, with `map`, where rows of another table go; or, with `coupling`, who goes with whom. */
export interface BridgeRequest {
  /** Rows at each time; default as many as the first table has. */
  readonly rows?: number | undefined
  /** Times in [0, 1]; default 0.5. */
  readonly at?: readonly number[] | undefined
  readonly map?: Rows<object> | undefined
  readonly as?: CarryKind | undefined
  readonly coupling?: boolean | undefined
  /** Default 1. */
  readonly seed?: number | undefined
}

/** Options of a bridge's fit, each described once. */
export const bridgeFields: readonly Field[] = [
  {
    name: 'bandwidth',
    label: 'Bandwidth ε',
    ...BANDWIDTH,
    sentence:
      'ε of the bridge, whose noise has variance 2ε a unit of time: auto is the one whose map foretells best where held-out rows go.',
    source: 'mathematics, section 17'
  }
]

/** Of a draw. */
export const bridgeDrawFields: readonly Field[] = [
  {
    name: 'at',
    label: 'Times on the way',
    kind: 'numbers',
    unit: 'of the way',
    range: 'numbers from 0, the first table, to 1, the second, between commas',
    default: '0.5',
    excludes: [{ beside: ['map'], because: 'times of rows between, or rows to carry over' }],
    sentence: 'Times at which rows are drawn between both tables; each of the rows is on its way at all of them.',
    source: 'Léonard, arXiv 1308.0215'
  },
  {
    name: 'as',
    label: 'Where rows are carried',
    ...choice('debiased', 'barycentric', 'drawn'),
    default: 'debiased',
    needs: 'map',
    sentence:
      'Where rows are carried: debiased leaves everything in place when both tables are one; barycentric is the mean of their partners; drawn is one of these, whole.',
    source: 'Pooladian, Niles-Weed, arXiv 2109.12004'
  }
]

/** All options of a fit: both tables are read alike. */
export const bridgeFitFields: readonly Field[] = [...bridgeFields, ...tableFields.filter(({ name }) => name !== 'weights'), ...ruleFields]

/** A fit whose second table is read. */
export type ReadBridgeFit = Omit<BridgeFit, 'to'> & { readonly to: RawTable }
