import { rowsBeyondChance } from '../../diagnose/chance-copies.js'
import { nearTwins, twinWords } from '../../diagnose/near-twins.js'
import type { NamedWarning } from '../../know/support.js'
import { counted } from '../../num/listed.js'
import type { Table } from '../../table/table.js'

/** Name of the warning that drawn rows are rows of the data that hardly any fresh row would be. */
export const REPEATED_WARNING = 'rows-repeated'
/** Name of the warning that rows of the data are near-duplicates of others. */
export const TWINS_WARNING = 'near-duplicates'

/** What is said of drawn rows that are rows of the data in every cell, more than chance explains, and of rows of the data that are others of them but for a cell. Cost: as of `rowsBeyondChance` and `nearTwins`. */
export function repeatedWarnings(drawn: Table, data: Table): NamedWarning[] {
  const names = data.columns.filter(({ kind }) => kind !== 'identifier').map(({ name }) => name)
  const isComparable = names.every((name) => kindIn(drawn, name) === kindIn(data, name))
  if (!isComparable || names.length === 0) return []
  const { copies, rows } = rowsBeyondChance(drawn, data, names)
  const twins = nearTwins(data, drawn)
  const told = twins ? [{ name: TWINS_WARNING, message: twinWords(twins, data) }] : []
  if (copies === 0) return told
  return [
    ...told,
    {
      name: REPEATED_WARNING,
      message: `${counted(copies, 'drawn row')} ${copies === 1 ? 'repeats' : 'repeat'} ${counted(rows, 'row')} of the data in every cell, though these are so rare that chance explains hardly any: ${rows === 1 ? 'it' : 'they'} may point to somebody; --min-cell 5 merges levels that few rows have, --privacy widens the kernel, or leave these rows out of the data`
    }
  ]
}

const kindIn = ({ columns }: Table, name: string) => columns.find((column) => column.name === name)?.kind
