/**
 * What rows of a wider and wider kernel, and of these the ones that come less near to rows of the table, tell of the rows that it
 * learned from, on rows held out from a trial fit. Plain JSON.
 */
export interface PrivacyTrial {
  /** Area of the distance attack that is allowed. */
  readonly asked: number
  /** Rows held out, and as many drawn. */
  readonly heldOut: number
  /** ε of the model before, and of what was chosen. */
  readonly before: number
  readonly chosen: number
  /** Part of the drawn rows, those nearest to a row of the table, that is left out. */
  readonly left: number
  /** Distance to the nearest row of the table below which a drawn row is left out, in standard deviations of the columns; absent where none is. */
  readonly nearest?: number
  /** Rows that have a number at an end of its column, or lie beyond, for it to be written; absent in models of before. */
  readonly cell?: number
  /** In the order of what is left out, and of ε. */
  readonly curve: readonly PrivacyPoint[]
}

export interface PrivacyPoint {
  readonly epsilon: number
  readonly left: number
  /** Area of the distance attack, and its 95 % interval. */
  readonly membership: number
  readonly interval: readonly [number, number]
  /** Cross-validated two-sample area of a forest against held-out rows; absent where it could not be chosen. */
  readonly auc?: number
}
