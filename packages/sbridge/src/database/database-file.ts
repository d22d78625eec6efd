import { existsSync } from 'node:fs'
import { FormatError } from '@sbridge/core'
import { makeAtomically } from '../format/atomic-file.js'
import type { Access } from './contract.js'

/** A file of a database that is opened: its own name, what it is called until it is whole, and what for. */
export interface Opening {
  readonly file: string
  readonly name: string
  readonly to: 'read' | 'write' | 'make'
}

/** Runs with the file of a database; one that is not there yet has its name once it is whole. Throws `FormatError` (code `file-missing`). */
export async function inFile<T>(
  { at: file, to }: Pick<Access, 'at' | 'to'>,
  program: string,
  run: (opening: Opening) => Promise<T>
): Promise<T> {
  if (existsSync(file)) return run({ file, name: file, to })
  if (to === 'write') return makeAtomically(file, (name) => run({ file, name, to: 'make' }))
  throw new FormatError({
    code: 'file-missing',
    got: `${file}, which does not exist`,
    expected: `a file of ${program}`,
    try: 'checking the name and the folder'
  })
}

/** What is said of a file that is none of the program's, or damaged. */
export const unreadableFile = (file: string, program: string, message: string): FormatError =>
  new FormatError({
    code: `${program.toLowerCase()}-unreadable`,
    got: `${file}: ${message}`,
    expected: `a whole file of ${program}`,
    try: 'copying it again'
  })
