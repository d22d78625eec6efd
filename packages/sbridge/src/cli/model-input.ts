import { FormatError, InputError, isModel, type ModelContents, unpackModel } from '@sbridge/core'
import { readBytes } from '../format/table-file.js'
import { extensionOf, tableFormatOf } from '../format/table-format.js'

/** The contents of a model file, told by its name or its first bytes; undefined for a table. */
export async function modelContentsIn(path: string): Promise<ModelContents | undefined> {
  if (path === '-') return undefined
  const named = extensionOf(path) === '.sbridge'
  if (!named && isNameOfTable(path)) return undefined
  const bytes = await readBytes(path)
  return named || isModel(bytes) ? unpackNamed(bytes, path) : undefined
}

/** Errors on a model's bytes, with the name of its file. */
function unpackNamed(bytes: Uint8Array, path: string): ModelContents {
  try {
    return unpackModel(bytes)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    const { code, got, expected, remedy } = error
    throw new FormatError({ code, got: `${path}: ${got}`, expected, try: remedy })
  }
}

/** Refuses a name for a model that says a table: the model could not be read again. Throws `InputError`. */
export function refuseNameOfTable(path: string): void {
  if (path !== '-' && !isNameOfTable(path)) return
  throw new InputError({
    code: 'model-name',
    got: `the name ${path} for a model`,
    expected: 'a file name that says no table',
    try: path === '-' ? '-o model.sbridge' : `-o ${path.replace(/\.[^./\\]+$/, '')}.sbridge`
  })
}

function isNameOfTable(path: string): boolean {
  try {
    tableFormatOf(path)
    return true
  } catch {
    return false
  }
}
