import { type Column, emptyColumn, isNumericKind } from '../../table/table.js'
import { KeptLimits } from '../rules/kept-limits.js'
import { levelsByNearness, numberAt } from './coding.js'
import type { ImputationModel } from './model.js'

const known = new WeakMap<ImputationModel, Map<string, KeptLimits>>()

/** What levels of a model's donors never have, of some of its columns. Cost O(donors · columns · log donors), once. */
export function limitsOfDonors(model: ImputationModel, names: readonly string[]): KeptLimits {
  const own = known.get(model) ?? new Map<string, KeptLimits>()
  known.set(model, own)
  const words = JSON.stringify(names)
  const found = own.get(words) ?? cellsOf(model, names)
  own.set(words, found)
  return found
}

function cellsOf({ coding, kinds, donors: { completed, known } }: ImputationModel, names: readonly string[]): KeptLimits {
  const n = completed.rows
  const places = names.map((name) => coding.columns.findIndex((one) => one.name === name))
  const columns = places.map((c): Column => {
    const [coded, { name, kind, levels = [] }] = [coding.columns[c]!, kinds[c]!]
    const row = (i: number) => completed.data.subarray(i * completed.cols, (i + 1) * completed.cols)
    const isKnown = (i: number) => !('at' in coded) || known[i * completed.cols + coded.at] === 1
    if (kind === 'identifier') return { name, kind }
    if (coded.carries === 'nothing') return emptyColumn(name, kind, n)
    if (isNumericKind(kind)) {
      const values = Float64Array.from({ length: n }, (_, i) =>
        coded.carries === 'constant'
          ? coded.value
          : coded.carries === 'number' && isKnown(i)
            ? numberAt(coded, row(i)[coded.at]!, coding.formats[c]!)
            : 0
      )
      return { name, kind, values, missing: Uint8Array.from({ length: n }, (_, i) => (isKnown(i) ? 0 : 1)) }
    }
    const codes = Int32Array.from({ length: n }, (_, i) =>
      coded.carries === 'levels' && isKnown(i) ? levelsByNearness(coded, row(i))[0]! : -1
    )
    return { name, kind, levels, codes }
  })
  return new KeptLimits(
    { columns, rowCount: n },
    places.map((c) => coding.formats[c]!)
  )
}
