import { InputError } from '../num/errors.js'
import { listed, typesFlag } from '../num/listed.js'
import { RARE_BELOW } from '../table/rare-below.js'
import type { Table } from '../table/table.js'
import { mostCopies, rowTexts } from './copies.js'
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
  const counts = new Map<string, number>()
  for (const text of rowTexts(known, known, 'all')) counts.set(text!, (counts.get(text!) ?? 0) + 1)
  const occurring = (times: number) => [...counts.values()].filter((count) => count === times).length
  let expectedOf = 0
  let combinations = 0
  for (let times = 1; times < RARE_BELOW; times++) {
    expectedOf += (times + 1) * occurring(times + 1)
    combinations += occurring(times)
  }
  const met = rowTexts(asked, known, 'all').filter((text) => (counts.get(text!) ?? RARE_BELOW) < RARE_BELOW).length
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
