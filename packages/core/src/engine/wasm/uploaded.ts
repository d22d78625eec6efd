/** A matrix in the engine's memory: blocks of rows, one coordinate after the other, relative to each block's centre. */
export interface UploadedMatrix {
  readonly data: number
  readonly centres: number
}

/** A cloud in the engine's memory, in block order. */
export interface UploadedCloud extends UploadedMatrix {
  readonly order: Uint32Array
  readonly blockCount: number
  readonly boxes: number
  /** Boxes of the nodes of the tree of blocks, each at its middle [blocks]. */
  readonly nodeBoxes: number
  /** Squared distances of the points from their block's centre, in lanes [blocks·rows], and the largest of each block. */
  readonly norms: number
  readonly radii: number
  /** Runs of `BLOCK_SIZE` points; of each but the first, the coordinate and the number that part the runs before it from those that begin with it. */
  readonly runCount: number
  readonly splitAxes: number
  readonly splitValues: number
  /** Address of the row numbers [blocks·rows]. */
  readonly orderAddress: number
}
