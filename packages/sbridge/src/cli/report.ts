import type { Telling } from '@sbridge/core'
import { withoutPassword } from '../database/address.js'
import { writeAtomically } from '../format/atomic-file.js'
import { provenanceOf } from '../host/provenance.js'
import { commandLine } from './command-line.js'

/** What a verb's report is about, besides what is told. */
interface ReportOf {
  readonly telling: Telling
  /** What it is, above the title: `Forecast`. */
  readonly kicker: string
  /** Default the name of the first file. */
  readonly title?: string
  /** Further lines of its head. */
  readonly entries?: readonly (readonly [string, string])[]
  /** What was made, as a sentence without its full stop. */
  readonly made: string
  /** That were read. */
  readonly files: readonly (string | undefined)[]
}

/** What an input is called in a title: without folders, and without the password of a database. */
export const nameOf = (path: string): string => withoutPassword(path).replace(/^.*[\\/]/, '')

/** Writes a telling as a self-contained page, with the command that made it and what it read. */
export async function writeReport(path: string, { files, title = nameOf(files[0]!), entries = [], ...told }: ReportOf): Promise<void> {
  const { tellingPage } = await import('../report/index.js')
  const provenance = await provenanceOf(files)
  await writeAtomically(path, tellingPage({ ...told, title, entries, command: commandLine(), provenance }))
}
