import { type FitSummary, leadRequired } from '@sbridge/core'

/**
 * The two-sample AUC of the scaling that was taken, on rows that its trial fits had not seen; undefined where there were none,
 * or where the model has another bandwidth than they would choose.
 */
export function keptBackOf({ scaling, bandwidth, rowCount }: Pick<FitSummary, 'scaling' | 'bandwidth' | 'rowCount'>): number | undefined {
  if (!scaling.scores || !bandwidth) return undefined
  const { quantile, standard } = scaling.scores
  return quantile < standard - leadRequired(rowCount) ? quantile : standard
}

/** The scores of both scalings, and why the better one did not win where it did not. */
export function contestWords({ quantile, standard }: { readonly quantile: number; readonly standard: number }, rowCount: number): string {
  const scores = `held-out two-sample score ${quantile.toFixed(3)} with quantile, ${standard.toFixed(3)} without`
  const lead = leadRequired(rowCount)
  const wins = quantile < standard - lead
  if (wins === quantile < standard) return scores
  return wins
    ? `${scores}; when as near as this quantile is taken, which gains more from the rows held back`
    : `${scores}, a lead too small for ${rowCount} rows`
}
