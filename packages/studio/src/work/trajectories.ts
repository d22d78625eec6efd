import { InputError } from '@sbridge/core'
import {
  type DrawnTrajectories,
  drawTrajectories,
  type Family,
  type HistoryEntry,
  prepareSnapshots,
  presentTrajectories,
  type SnapshotTable,
  snapshotsOf,
  tellTrajectories,
  trajectoriesStages,
  trajectoriesSummary
} from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { serializeTable } from 'sbridge/internal'
import type { SavedFile, Tools, Work } from './desk.js'
import { pathPicture } from './path-places.js'
import { TimedShare } from './progress.js'
import { guessTime, roleFacts } from './snapshot-roles.js'
import { shownTopics } from './topics.js'
import {
  chosenColumns,
  columnOptions,
  type Learned,
  type PathPicture,
  type Roles,
  type SnapshotFacts,
  type TrajectoriesRun,
  type TrajectoriesShape
} from './trajectories-messages.js'

/** Numbers of all paths together, at most: 240 MB, and as much again for a file. */
const MOST_NUMBERS = 3e7
/** Parameters that are told one by one; a smooth field has hundreds that mean nothing by themselves. */
const MOST_PARAMETERS = 60

/** Holds snapshots, a fitted reference and its paths: fits, draws and writes. */
export class TrajectoriesWork implements Work<TrajectoriesShape> {
  #snapshots: SnapshotTable | undefined
  #time = ''
  #drawn: DrawnTrajectories | undefined

  open(raw: RawTable, roles: Roles): SnapshotFacts {
    const columns = roleFacts(raw)
    const time = guessTime(raw, columns)
    const chosen = chosenColumns({ columns, time }, roles)
    const snapshots = snapshotsOf(raw, columnOptions(chosen))
    const all = prepareSnapshots(snapshots).snapshots
    this.#snapshots = snapshots
    this.#time = chosen.time
    this.#drawn = undefined
    return {
      columns,
      time,
      names: snapshots.columnNames,
      times: all.map((one) => one.time),
      counts: all.map(({ cloud }) => cloud.points.rows),
      dates: snapshots.calendar
    }
  }

  look({ x, y, holdOut }: TrajectoriesShape['look']): PathPicture {
    const { snapshots } = prepareSnapshots(this.#snapshots!)
    return pathPicture({ snapshots, names: this.#snapshots!.columnNames, holdOut, time: this.#time }, this.#drawn, [x, y])
  }

  share({ job }: TrajectoriesRun): TimedShare {
    return new TimedShare(trajectoriesStages(this.#intervals(job)), { counted: false })
  }

  async run({ job }: TrajectoriesRun, { engine, watch, interim }: Tools<TrajectoriesShape>): Promise<Learned> {
    const snapshots = this.#snapshots!
    const times = 1 + this.#intervals(job) * (1 + (job.between ?? 0))
    if (job.rows! * times * snapshots.columnNames.length > MOST_NUMBERS) {
      throw new InputError({
        code: 'too-large',
        got: `${job.rows} paths at ${times} times in ${snapshots.columnNames.length} columns`,
        expected: `at most ${MOST_NUMBERS.toLocaleString('en')} numbers in a browser`,
        try: 'fewer paths, fewer times between the snapshots, or the command line'
      })
    }
    const onRound = (entry: HistoryEntry, family: Family) => {
      const names = namesOf(family, snapshots.columnNames)
      const parameters = entry.theta.slice(0, names.length - snapshots.columnNames.length)
      interim({ names, round: { round: entry.round, values: [...parameters, ...entry.sigma] } })
    }
    this.#drawn = await drawTrajectories(snapshots, job, { engine, ...watch, onRound })
    const { model, trajectories } = this.#drawn
    const { topics, notes } = tellTrajectories(this.#drawn, this.#time)
    return {
      // The page plays the paths themselves.
      topics: await shownTopics(topics.filter(({ id }) => id !== 'paths')),
      notes,
      rounds: model.history.at(-1)?.round ?? 0,
      ending: model.ending,
      diffusion: model.diffusion,
      times: trajectories.times.length
    }
  }

  async save(file: TrajectoriesShape['file']): Promise<SavedFile> {
    if (file === 'parameters') return { ending: '-parameters.json', content: `${JSON.stringify(trajectoriesSummary(this.#drawn!))}\n` }
    const cells = file === 'csv' || file === 'tsv' ? 'text' : 'typed'
    const table = presentTrajectories(this.#drawn!.trajectories, this.#snapshots!, cells)
    return { ending: `-paths.${file}`, content: (await serializeTable(table, file)) as BlobPart }
  }

  /** Intervals between the snapshots that a fit sees. */
  #intervals({ holdOut = [] }: TrajectoriesRun['job']): number {
    return new Set(this.#snapshots!.times).size - 1 - holdOut.length
  }
}

/** Parameters that are worth telling one by one, then the noise of each column. */
function namesOf({ name, parameters }: Family, columns: readonly string[]): string[] {
  const told = name === 'gradient' || name === 'free' || parameters.length > MOST_PARAMETERS ? [] : parameters.map((one) => one.name)
  return [...told, ...columns.map((column) => `σ of ${column}`)]
}
