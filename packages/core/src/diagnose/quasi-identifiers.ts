import { InputError } from '../num/errors.js'
import { listed, typesFlag } from '../num/listed.js'
import { RARE_BELOW } from '../table/rare-below.js'
import type { Table } from '../table/table.js'
import { mostCopies } from './copies.js'
import { groupsOfRows } from './equal-groups.js'
import type { QuasiIdentifiers } from './evaluation.js'

/**
 * Combinations of columns by which somebody could be recognised, and that fewer than three real rows have: how many synthetic
 * rows show one. Fresh rows of the population meet some too: by Good and Turing's estimate a fresh row has a combination that
 * occurs r times with probability (r + 1)·N/n, N the number of those that occur r + 1 times among n rows. Cells count as they
 * are written with the decimals of the real table; an empty one is a value.
 * @source Good, *The population frequencies of species*, Biometrika 1953.
 * Cost O(cells of the columns). Throws `InputError` for a column that is unknown (`column-unknown`) or an identifier
 * (`quasi-identifier`), whose synthetic values are fresh ones.
 */
export function quasiIdentifiers({
  real,
  synthetic,
  columns
}: {
  real: Table
  synthetic: Table
  columns: readonly string[]
}): QuasiIdentifiers {
  const [known, asked] = [chosen(real, columns), chosen(synthetic, columns)]
  const { codes, count } = groupsOfRows(known, asked)
  const counts = new Uint32Array(count)
  for (let i = 0; i < known.rowCount; i++) counts[codes[i]!]!++
  const occurring = (times: number) => counts.reduce((sum, own) => sum + (own === times ? 1 : 0), 0)
  let expectedOf = 0
  let combinations = 0
  for (let times = 1; times < RARE_BELOW; times++) {
    expectedOf += (times + 1) * occurring(times + 1)
    combinations += occurring(times)
  }
  const isRare = (code: number) => counts[code]! > 0 && counts[code]! < RARE_BELOW
  const met = codes.subarray(known.rowCount).reduce((sum, code) => sum + (isRare(code) ? 1 : 0), 0)
  const reference = { copies: expectedOf, rows: real.rowCount }
  return {
    columns,
    value: met,
    floor: (expectedOf / real.rowCount) * synthetic.rowCount,
    most: Math.min(synthetic.rowCount, Math.floor(mostCopies(reference, synthetic.rowCount))),
    combinations,
    rows: synthetic.rowCount
  }
}

function chosen(table: Table, names: readonly string[]): Table {
  const columns = names.map((name) => {
    const column = table.columns.find((one) => one.name === name)
    if (column && column.kind !== 'identifier') return column
    throw new InputError({
      code: column ? 'quasi-identifier' : 'column-unknown',
      got: column ? `the quasi-identifier ${name}, which counts as an identifier` : `the quasi-identifier ${name}, which the table lacks`,
      expected: column
        ? 'columns whose values are drawn: those of identifiers are fresh'
        : `some of ${listed(table.columns.map((one) => one.name))}`,
      try: column
        ? `${typesFlag(name, 'category')} where synthetic rows repeat its values, or leaving it out`
        : 'the name as it stands in the header'
    })
  })
  return { ...table, columns }
}
