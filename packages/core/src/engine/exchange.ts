/** A call of an engine whose pieces several processes compute: each some of them, and all have all in the end. */
export interface SharedCall {
  /** Everything that its results depend on, the engine's own name among it: who asks for the same has the same pieces. */
  readonly inputs: readonly (string | Float64Array | Uint32Array)[]
  readonly pieces: number
  /** Computes a piece here, and gives its bytes. */
  compute(piece: number): Promise<Uint8Array>
  /** Takes the bytes of a piece that were computed elsewhere; false where they are not as long as they must be. */
  take(piece: number, bytes: Uint8Array): boolean
}

/** What has every piece of a call computed or taken, here or elsewhere. */
export interface Exchange {
  /** Arithmetic operations of a piece, some 3e9 a second and thread; calls of fewer than two pieces are not shared. */
  readonly pieceWork: number
  share(call: SharedCall): Promise<void>
}
