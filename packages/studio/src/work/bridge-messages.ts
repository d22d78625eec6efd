import type { Reading } from 'sbridge/internal'
import type { Axes, TableFacts, Told } from './messages.js'
import type { SystemShape } from './protocol.js'

/** The second table: its bytes, and a number that tells them from others of the same name. */
export interface SecondTable {
  readonly blob: Blob
  readonly name: string
  readonly turn: number
}

/** Both tables, and the rows between them at each time, on two columns: pairs of places between 0 and 1, y upwards. */
export interface BridgePicture extends Axes {
  readonly from: Float32Array
  readonly to: Float32Array
  readonly between: readonly { readonly time: number; readonly places: Float32Array }[]
}

/** Columns are those of the first table; of those that both have the bridge is made. */
export interface BridgeFacts extends TableFacts {
  readonly second: { readonly name: string; readonly rowCount: number; readonly common: readonly string[] } | null
}

export interface BridgeShape extends SystemShape {
  /** Both files are read alike. */
  readonly choice: { readonly second: SecondTable | null; readonly read: Reading }
  readonly facts: BridgeFacts
  readonly look: Readonly<Record<'x' | 'y', string>>
  /** Null while there is no second table. */
  readonly picture: BridgePicture | null
  readonly run: {
    /** `to` is the name of the second file. */
    readonly fit: { readonly to: string; readonly seed: number; readonly bandwidth?: number; readonly exclude?: readonly string[] }
    readonly draw: { readonly rows?: number; readonly at: readonly number[]; readonly seed: number }
    /** How rows of the first table are carried over. */
    readonly as: { readonly as?: 'debiased' | 'barycentric' | 'drawn' }
  }
  readonly result: Told & { readonly rows: number; readonly epsilon: number }
}
