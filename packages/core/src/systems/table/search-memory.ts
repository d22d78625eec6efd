import type { FitSummary } from '../global/fit-summary.js'
import type { GlobalModel } from '../global/model.js'
import type { FitJob } from './whole.js'

/** What a search of scaling and bandwidth found: the choice of scalings does not depend on ε. */
type Search = Pick<FitSummary, 'scaling' | 'bandwidth'>

/** Everything that a search of scaling and bandwidth depends on, besides the table. */
export function searchName({ bandwidth: _, ...rest }: FitJob): string {
  return JSON.stringify(rest)
}

/**
 * What fits to one table searched for and need not search for again when only the bandwidth changes. The models are the same
 * with it and without.
 */
export class SearchMemory {
  readonly #searches = new Map<string, Search>()

  /** The job with what a search found in the place of the search: the same bytes. */
  searched(job: FitJob): FitJob {
    const known = this.#knownTo(job)
    if (!known) return job
    const { epsilon } = known.bandwidth ?? {}
    return {
      ...job,
      scaling: known.scaling.methods,
      ...(job.bandwidth === undefined && epsilon !== undefined ? { bandwidth: epsilon } : {})
    }
  }

  /** Keeps what the fit of a job found; what was found again without a search is told as the search told it. */
  keep(job: FitJob, { summary, ...model }: GlobalModel): GlobalModel {
    const known = this.#knownTo(job)
    const bandwidth = job.bandwidth === undefined ? known?.bandwidth : undefined
    const told = known ? { ...summary, scaling: known.scaling, ...(bandwidth ? { bandwidth } : {}) } : summary
    const found = told.bandwidth ?? known?.bandwidth
    this.#searches.set(searchName(job), { scaling: told.scaling, ...(found ? { bandwidth: found } : {}) })
    return { ...model, summary: told }
  }

  /** An earlier search that leaves nothing of this job to be searched for. */
  #knownTo(job: FitJob): Search | undefined {
    const known = this.#searches.get(searchName(job))
    return typeof job.bandwidth === 'number' || known?.bandwidth ? known : undefined
  }
}
