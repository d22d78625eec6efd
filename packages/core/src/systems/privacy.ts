/** What rows of a wider and wider kernel tell of the rows that it learned from, on rows held out from a trial fit. Plain JSON. */
export interface PrivacyTrial {
  /** Area of the distance attack that is allowed. */
  readonly asked: number
  /** Rows held out, and as many drawn. */
  readonly heldOut: number
  /** ε of the model before, and of what was chosen. */
  readonly before: number
  readonly chosen: number
  /** In the order of ε. */
  readonly curve: readonly PrivacyPoint[]
}

export interface PrivacyPoint {
  readonly epsilon: number
  /** Area of the distance attack, and its 95 % interval. */
  readonly membership: number
  readonly interval: readonly [number, number]
  /** Cross-validated two-sample area of a forest against held-out rows. */
  readonly auc: number
}
