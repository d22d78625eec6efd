import { basename } from 'node:path'
import { FormatError } from '@sbridge/core'
import type { RawTable } from '@sbridge/core/tables'
import { deflateGzip, inflateGzip } from '../format/gzip.js'
import { type Documents, mayHoldLists, readDocuments, writeDocuments } from '../format/json-documents.js'
import { type ReadOptions, readBytes } from '../format/table-file.js'
import { extensionOf, isGzip, isGzipName } from '../format/table-format.js'
import type { TableSet } from './contract.js'

const FORMATS: Readonly<Record<string, 'json' | 'jsonl'>> = { '.json': 'json', '.jsonl': 'jsonl', '.ndjson': 'jsonl' }

/** Whether a file of this name may hold documents: objects that hold lists of objects. */
export const isDocumentName = (path: string): boolean => Object.hasOwn(FORMATS, extensionOf(path))

/** How documents are read. */
export interface DocumentOptions extends Pick<ReadOptions, 'encoding'> {
  /** What the table of the objects is called; as the file when left out. */
  readonly root?: string | undefined
}

/** Whether a file holds them. Throws what `readTable` throws. */
export async function holdsDocuments(path: string, options: Pick<ReadOptions, 'encoding'> = {}): Promise<boolean> {
  return isDocumentName(path) && (await documentsOf(path, options)) !== undefined
}

/** The tables of a file of documents. Throws `FormatError` (code `tables-none`) for a file without lists, and what `readTable` throws. */
export async function documentsIn(path: string, options: DocumentOptions): Promise<TableSet> {
  const read = await documentsOf(path, options)
  if (read) return { files: {}, ...read }
  throw new FormatError({
    code: 'tables-none',
    got: `${path}, whose objects hold no lists of objects: one table`,
    expected: 'several tables',
    try: 'one table on both sides'
  })
}

const nameOf = (path: string): string =>
  basename(path)
    .replace(/\.gz$/i, '')
    .replace(/\.[^.]+$/, '') || 'rows'

async function documentsOf(path: string, { encoding, root = nameOf(path) }: DocumentOptions) {
  const bytes = await readBytes(path)
  const context = { source: path, encoding }
  const content = isGzip(bytes) ? inflateGzip(bytes, context) : bytes
  if (!mayHoldLists(content)) return undefined
  return readDocuments(content, FORMATS[extensionOf(path)]!, { ...context, root })
}

/** The bytes of a file of documents by its name. */
export function documentBytes(
  path: string,
  { tables, documents }: { readonly tables: Readonly<Record<string, RawTable>>; readonly documents?: Documents | undefined }
): Uint8Array {
  if (!documents) throw new Error('tables that stand in no documents')
  const bytes = writeDocuments(tables, documents, FORMATS[extensionOf(path)]!)
  return isGzipName(path) ? deflateGzip(bytes) : bytes
}
