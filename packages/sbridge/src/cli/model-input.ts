import { isModel, type ModelContents, unpackModel } from '@sbridge/core'
import { readBytes } from '../format/table-file.js'
import { extensionOf, tableFormatOf } from '../format/table-format.js'

/** The contents of a model file, told by its name or its first bytes; undefined for a table. */
export async function modelContentsIn(path: string): Promise<ModelContents | undefined> {
  if (path === '-') return undefined
  const named = extensionOf(path) === '.sbridge'
  if (!named && isNameOfTable(path)) return undefined
  const bytes = await readBytes(path)
  return named || isModel(bytes) ? unpackModel(bytes) : undefined
}

function isNameOfTable(path: string): boolean {
  try {
    tableFormatOf(path)
    return true
  } catch {
    return false
  }
}
