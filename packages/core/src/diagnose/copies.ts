import { isNumeric, type Table } from '../table/table.js'
import { poissonQuantile } from './chance-copies.js'
import { groupsOfRows } from './equal-groups.js'

/** How many rows of a table stand in another one. */
export interface CopyCounts {
  /** Rows of `table` that equal a row of `train`. */
  readonly copies: number
  readonly rows: number
  /** Rows of a table with numbers in which every number is missing: they equal others without telling anything, and count as no copies. */
  readonly withoutNumbers: number
}

/** Rows of `table` that equal a row of `train` when both are written with the decimals of `train`. Cost O(cells). */
export function countCopies(table: Table, train: Table): CopyCounts {
  const { codes, count } = groupsOfRows(train, table)
  const isKnown = new Uint8Array(count)
  for (let i = 0; i < train.rowCount; i++) isKnown[codes[i]!] = 1
  const hasNumber = withNumbers(table)
  return countsOf(table, hasNumber, (i) => isKnown[codes[train.rowCount + i]!] === 1)
}

/** Rows of `train`, all or some of them, that equal another row of it. */
export function countDuplicates(train: Table, asked?: Uint32Array): CopyCounts {
  const { codes, count } = groupsOfRows(train)
  const rows = new Uint32Array(count)
  for (const code of codes) rows[code]!++
  const [hasNumber, isCopy] = [withNumbers(train), (i: number) => rows[codes[i]!]! > 1]
  if (!asked) return countsOf(train, hasNumber, isCopy)
  return countsOf(
    { rowCount: asked.length },
    (k) => hasNumber(asked[k]!),
    (k) => isCopy(asked[k]!)
  )
}

function countsOf(
  { rowCount }: Pick<Table, 'rowCount'>,
  hasNumber: (row: number) => boolean,
  isCopy: (row: number) => boolean
): CopyCounts {
  let [copies, withoutNumbers] = [0, 0]
  for (let i = 0; i < rowCount; i++) {
    if (!hasNumber(i)) withoutNumbers++
    else if (isCopy(i)) copies++
  }
  return { copies, rows: rowCount, withoutNumbers }
}

/** Whether a row of a table with numbers has any. */
function withNumbers({ columns }: Table): (row: number) => boolean {
  const numbers = columns.filter(isNumeric)
  return numbers.length === 0 ? () => true : (row) => numbers.some(({ missing }) => !missing?.[row])
}

interface Coincidences {
  /** Chance that a fresh row is one, at most. */
  readonly chance?: number
  /** Whether rows were held against each other: they coincide in twos, and their number scatters by as much more. */
  readonly among?: boolean
}

/**
 * Most copies that chance allows among `rows` fresh rows, where `copies` of `of` such rows are some. Both counts scatter:
 * two standard deviations of their difference, and three coincidences more of `of`, since of zero found up to three may be expected,
 * unless their chance says that fewer are.
 */
export function mostCopies(
  { copies, rows: of }: Pick<CopyCounts, 'copies' | 'rows'>,
  rows: number,
  { chance = 1, among = false }: Coincidences = {}
): number {
  const expected = (copies / of) * rows
  const scale = ((among ? 2 : 1) * rows) / of
  return expected + 2 * Math.sqrt(expected * (1 + scale)) + poissonQuantile(chance * rows, 3 * scale)
}
