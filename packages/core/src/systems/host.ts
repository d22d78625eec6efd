import type { People } from '../code/keys/made.js'
import type { LikelihoodModule } from '../know/likelihood-row.js'
import { InputError } from '../num/errors.js'
import type { Matrix } from '../num/matrix.js'
import type { Codec, CodecContents } from '../spectral/codec.js'
import type { RawTable } from '../table/raw.js'
import type { JobContext } from './context.js'
import type { Spelling } from './options/combinations.js'

/** How a host reads networks; a browser or a test may have none. */
export interface NetworkHost {
  /** The codec of two ONNX files for rows of numbers in the units of the table [M, D]. */
  load(files: { readonly encoder: string; readonly decoder: string }, rows: Matrix): Promise<Codec>
  /** The codec that its `save` wrote. */
  restore(contents: CodecContents): Promise<Codec>
}

/** What a host can do that the core cannot: files, modules, networks. A browser may have nothing of it. */
export interface Host {
  /** The table in a file. */
  readonly table?: (path: string) => Promise<RawTable>
  /** The likelihood in a module of the user's own. */
  readonly likelihood?: (path: string) => Promise<LikelihoodModule>
  /** What a module of the user's own says of a reference family. */
  readonly reference?: (path: string) => Promise<unknown>
  /** Who makes up names and addresses. */
  readonly people?: () => Promise<People>
  readonly networks?: NetworkHost
  /** How whoever asks writes an option, for errors; by its name when left out. */
  readonly spell?: Spelling
}

/** Where a fit or a draw of any system runs. */
export interface SystemContext extends JobContext {
  readonly host?: Host | undefined
}

/** Something that a host can do. Throws `InputError` (code `host-unable`) where it cannot. */
export function needed<T>(able: T | undefined, what: string): T {
  if (able !== undefined) return able
  throw new InputError({
    code: 'host-unable',
    got: `${what}, where no files can be read`,
    expected: 'what is in it',
    try: 'sbridge for Node'
  })
}
