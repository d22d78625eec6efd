import type { RawTable } from '@sbridge/core/tables'
import { type Zippable, zipSync } from 'fflate'
import { type ReadContext, reading, refuseEmptyFile, refuseNotFinite, tableOf, unreadable } from './columns.js'
import { ContentLimit } from './content-limit.js'
import { arrayColumns, writeArray } from './npy.js'
import { zipContent, zipEntries } from './zip-archive.js'

/**
 * A table from NPZ, one array a column in the order of the archive; an array of two dimensions gives name0, name1, ….
 *
 * Fails with `InputError` when the arrays have different numbers of rows, with `FormatError` on damaged bytes, which
 * checksums tell, and on archives that state more content than `ContentLimit` allows.
 */
export function readNpz(bytes: Uint8Array, context: ReadContext): Promise<RawTable> {
  refuseEmptyFile(bytes, context)
  return reading('NPZ', context, () => {
    const entries = zipEntries(bytes).filter(({ name }) => name.endsWith('.npy'))
    if (entries.length === 0) throw unreadable('NPZ', context, 'the archive holds no .npy array')
    const limit = new ContentLimit(bytes.length, context)
    for (const { size } of entries) limit.take(size)
    const columns = entries.flatMap((entry) => {
      const name = entry.name.slice(0, -'.npy'.length)
      return arrayColumns(name, zipContent(bytes, entry), { source: `array "${name}" of ${context.source}` })
    })
    return tableOf(columns, context)
  })
}

/** NPZ with one array a column, deflated, the same bytes at any time of writing. */
export function writeNpz(table: RawTable): Uint8Array {
  refuseNotFinite(table)
  const entries: Zippable = {}
  for (const column of table.columns) entries[`${column.name}.npy`] = writeArray(column)
  return zipSync(entries, { level: 6, mtime: new Date(1980, 0, 1) })
}
