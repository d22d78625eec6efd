import { InputError } from '@sbridge/core'
import {
  type DrawnPaths,
  type Family,
  type HistoryEntry,
  type PathsRequest,
  prepareSnapshots,
  ruledSnapshots,
  type SnapshotsOptions,
  type SnapshotTable,
  type System,
  snapshotRoles,
  snapshots,
  type TrajectoriesModel,
  timeAmong
} from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import type { Tools } from './desk.js'
import { pathPicture } from './path-places.js'
import { SystemWork } from './system-work.js'
import {
  chosenColumns,
  type Learned,
  type PathPicture,
  type Roles,
  type SnapshotFacts,
  type TrajectoriesShape
} from './trajectories-messages.js'

/** Numbers of all paths together, at most: 240 MB, and as much again for a file. */
const MOST_NUMBERS = 3e7
/** Parameters that are told one by one; a smooth field has hundreds that mean nothing by themselves. */
const MOST_PARAMETERS = 60

/** Holds snapshots, a fitted reference and its paths: fits, draws and writes. */
export class TrajectoriesWork extends SystemWork<TrajectoriesShape, TrajectoriesModel, DrawnPaths> {
  // No form asks for groups: a fit has one reference.
  protected readonly system = snapshots as unknown as System<RawTable, SnapshotsOptions, TrajectoriesModel, PathsRequest, DrawnPaths>
  protected readonly ending = '-paths'
  protected override readonly counted = false
  #snapshots: SnapshotTable | undefined
  #time = ''

  open(raw: RawTable, roles: Roles): SnapshotFacts {
    const columns = snapshotRoles(raw)
    const time = timeAmong(columns, raw.rowCount)
    const { told } = chosenColumns({ columns, time }, roles)
    const snapshots = ruledSnapshots(raw, told)
    const all = prepareSnapshots(snapshots).snapshots
    this.take(raw)
    this.#snapshots = snapshots
    this.#time = told.time
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
    return pathPicture({ snapshots, names: this.#snapshots!.columnNames, holdOut, time: this.#time }, this.drawn?.answer, [x, y])
  }

  async run({ fit, draw }: TrajectoriesShape['run'], tools: Tools<TrajectoriesShape>): Promise<Learned> {
    const snapshots = this.#snapshots!
    const intervals = snapshots.times.length - 1 - (fit.holdOut?.length ?? 0)
    const times = 1 + intervals * (1 + (draw.between ?? 0))
    if (draw.rows! * times * snapshots.columnNames.length > MOST_NUMBERS) {
      throw new InputError({
        code: 'too-large',
        got: `${draw.rows} paths at ${times} times in ${snapshots.columnNames.length} columns`,
        expected: `at most ${MOST_NUMBERS.toLocaleString('en')} numbers in a browser`,
        try: 'fewer paths, fewer times between the snapshots, or the command line'
      })
    }
    const onRound = (entry: HistoryEntry, family: Family) => {
      const names = namesOf(family, snapshots.columnNames)
      const parameters = entry.theta.slice(0, names.length - snapshots.columnNames.length)
      tools.interim({ names, round: { round: entry.round, values: [...parameters, ...entry.sigma] } })
    }
    const context = { ...tools, onRound }
    const { model, trajectories } = await this.draw(await this.fit(fit, context), draw, tools)
    return {
      ...(await this.told()),
      rounds: model.history.at(-1)?.round ?? 0,
      ending: model.ending,
      diffusion: model.diffusion,
      times: trajectories.times.length
    }
  }
}

/** Parameters that are worth telling one by one, then the noise of each column. */
function namesOf({ weights, parameters, named = parameters.length }: Family, columns: readonly string[]): string[] {
  const told = weights || named > MOST_PARAMETERS ? [] : parameters.slice(0, named).map((one) => one.name)
  return [...told, ...columns.map((column) => `σ of ${column}`)]
}
