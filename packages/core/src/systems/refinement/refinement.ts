import type { Boosting } from '../../diagnose/boosting.js'

/** How rows of a model are taken from more candidates, and what a trial on held-out rows said of it. */
export interface Refinement {
  readonly trial: RefinementTrial
  /** Logarithm of the ratio of the data's density to that of drawn rows; absent where rows are drawn as they are. */
  readonly ratio?: Boosting
}

/** A fit to half of the rows, judged by the other half. Plain JSON. */
export interface RefinementTrial {
  readonly verdict: 'gains' | 'nothing to learn' | 'no gain' | 'nearer to training rows' | 'too few rows'
  /** Rows held out. */
  readonly heldOut: number
  /** Cross-validated two-sample area of a forest against held-out rows, and the standard error of the gain. */
  readonly auc?: { readonly plain: number; readonly refined: number; readonly error: number }
  /** Area of the distance attack, and the standard error of the difference. */
  readonly membership?: { readonly plain: number; readonly refined: number; readonly error: number }
}
