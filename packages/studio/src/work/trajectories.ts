import {
  type DrawnTrajectories,
  drawTrajectories,
  type Engine,
  type Family,
  type HistoryEntry,
  InputError,
  presentTrajectories,
  type RawTable,
  type SnapshotTable,
  snapshotsOf,
  type TrajectoriesJob,
  trajectoriesNotes,
  trajectoriesStages,
  trajectoriesSummary
} from '@sbridge/core'
import { prepareSnapshots } from '@sbridge/core/internal'
import { parseTable, serializeTable, tableFormatOf } from 'sbridge/internal'
import { openEngine } from './engine.js'
import { faultOf } from './fault.js'
import type { RowFormat } from './messages.js'
import { PathPlacing } from './path-places.js'
import { JobShare } from './progress.js'
import { guessTime, roleFacts } from './snapshot-roles.js'
import type { FromTrajectories, Learned, Round, ToTrajectories } from './trajectories-messages.js'

/** Numbers of all paths together, at most: 240 MB, and as much again for a file. */
const MOST_NUMBERS = 3e7
/** Parameters that are told one by one; a smooth field has hundreds that mean nothing by themselves. */
const MOST_PARAMETERS = 60

/** The worker that holds snapshots, a fitted reference and its paths: reads, fits, draws and writes. */
export class TrajectoriesWork {
  readonly #say: (message: FromTrajectories, transfer?: Transferable[]) => void
  #engine: Promise<Engine> | undefined
  #raw: RawTable | undefined
  #name = ''
  #snapshots: SnapshotTable | undefined
  #time = ''
  #drawn: DrawnTrajectories | undefined

  constructor(say: (message: FromTrajectories, transfer?: Transferable[]) => void) {
    this.#say = say
  }

  async handle(message: ToTrajectories): Promise<void> {
    try {
      await this.#do(message)
    } catch (error) {
      this.#say({ kind: 'refused', during: message.kind, fault: faultOf(error) })
    }
  }

  async #do(message: ToTrajectories): Promise<void> {
    if (message.kind === 'open') await this.#open(message)
    if (message.kind === 'choose') this.#choose(message)
    if (message.kind === 'axes') this.#setAxes(message)
    if (message.kind === 'run') await this.#run(message.job)
    if (message.kind === 'rows') await this.#exportRows(message.format)
    if (message.kind === 'parameters') {
      const text = `${JSON.stringify(trajectoriesSummary(this.#drawn!))}\n`
      this.#say({ kind: 'file', name: `${this.#stem()}-parameters.json`, blob: new Blob([text], { type: 'application/json' }) })
    }
  }

  async #open({ blob, name }: Extract<ToTrajectories, { kind: 'open' }>): Promise<void> {
    const raw = await parseTable(new Uint8Array(await blob.arrayBuffer()), tableFormatOf(name), { source: name })
    const columns = roleFacts(raw)
    const time = guessTime(raw, columns)
    this.#raw = raw
    this.#name = name
    this.#say({ kind: 'opened', rowCount: raw.rowCount, columns, time })
    this.#engine ??= openEngine()
  }

  #choose({ columns, holdOut }: Extract<ToTrajectories, { kind: 'choose' }>): void {
    const snapshots = snapshotsOf(this.#raw!, columns)
    const all = prepareSnapshots(snapshots).snapshots
    prepareSnapshots(snapshots, holdOut)
    this.#snapshots = snapshots
    this.#drawn = undefined
    this.#time = columns.time
    const facts = {
      names: snapshots.columnNames,
      times: all.map(({ time }) => time),
      counts: all.map(({ cloud }) => cloud.points.rows),
      dates: snapshots.calendar
    }
    this.#say({ kind: 'chosen', facts })
  }

  #setAxes({ x, y, holdOut }: Extract<ToTrajectories, { kind: 'axes' }>): void {
    const snapshots = prepareSnapshots(this.#snapshots!).snapshots
    const placing = new PathPlacing({ snapshots, names: this.#snapshots!.columnNames, holdOut, time: this.#time }, this.#drawn, [x, y])
    const picture = placing.picture()
    const buffers = [...picture.snapshots.map(({ places }) => places), picture.paths?.places, picture.field?.arrows]
    this.#say(
      { kind: 'picture', picture },
      buffers.flatMap((one) => (one ? [one.buffer as ArrayBuffer] : []))
    )
  }

  async #run(job: TrajectoriesJob): Promise<void> {
    const snapshots = this.#snapshots!
    const start = performance.now()
    const intervals = new Set(snapshots.times).size - 1 - (job.holdOut?.length ?? 0)
    const numbers = (job.rows ?? 100) * (1 + intervals * (1 + (job.between ?? 0))) * snapshots.columnNames.length
    if (numbers > MOST_NUMBERS) {
      throw new InputError({
        code: 'too-large',
        got: `${job.rows} paths at ${1 + intervals * (1 + (job.between ?? 0))} times in ${snapshots.columnNames.length} columns`,
        expected: `at most ${MOST_NUMBERS.toLocaleString('en')} numbers in a browser`,
        try: 'fewer paths, fewer times between the snapshots, or the command line'
      })
    }
    const share = new JobShare(trajectoriesStages(intervals))
    let told = 0
    const progress: NonNullable<Parameters<typeof drawTrajectories>[2]['progress']> = (event) => {
      const now = performance.now()
      const state = share.update(event)
      if (now - told < 60) return
      told = now
      this.#say({ kind: 'progress', stage: event.stage, ...state })
    }
    const onRound = (entry: HistoryEntry, family: Family) => {
      const names = namesOf(family, snapshots.columnNames)
      this.#say({ kind: 'round', names, round: roundOf(entry, names.length - snapshots.columnNames.length) })
    }
    this.#engine ??= openEngine()
    const drawn = await drawTrajectories(snapshots, job, { engine: await this.#engine, progress, onRound })
    this.#drawn = drawn
    this.#say({ kind: 'drawn', learned: learnedOf(drawn), milliseconds: performance.now() - start })
  }

  async #exportRows(format: RowFormat): Promise<void> {
    const cells = format === 'csv' || format === 'tsv' ? 'text' : 'typed'
    const table = presentTrajectories(this.#drawn!.trajectories, this.#snapshots!, cells)
    const bytes = await serializeTable(table, format)
    this.#say({ kind: 'file', name: `${this.#stem()}-paths.${format}`, blob: new Blob([bytes as BlobPart]) })
  }

  #stem(): string {
    return this.#name.replace(/\.[^.]+$/, '')
  }
}

/** Parameters that are worth telling, then the noise of each column. */
function namesOf({ name, parameters }: Family, columns: readonly string[]): string[] {
  const told = name === 'gradient' || name === 'free' || parameters.length > MOST_PARAMETERS ? [] : parameters.map((one) => one.name)
  return [...told, ...columns.map((column) => `σ of ${column}`)]
}

function roundOf({ round, theta, sigma }: HistoryEntry, parameterCount: number): Round {
  return { round, values: [...theta.slice(0, parameterCount), ...sigma] }
}

function learnedOf({ model, trajectories, scores, notes }: DrawnTrajectories): Learned {
  const names = namesOf(model.family, model.columnNames)
  const parameterCount = names.length - model.columnNames.length
  const known = new Map(model.intervals.map(({ name, lower, upper }) => [name, [lower, upper] as const]))
  const smooth = model.smoothness
    ? [
        { name: 'length scale (in spreads)', value: model.smoothness.lengthScale },
        { name: 'amplitude (spreads an interval)', value: model.smoothness.amplitude }
      ]
    : []
  const gaps = smooth.map(({ value }) => value)
  return {
    names: [...smooth.map(({ name }) => name), ...names],
    estimates: [...gaps, ...model.theta.slice(0, parameterCount), ...model.sigma],
    intervals: [...smooth.map(() => null), ...names.map((name) => known.get(name) ?? null)],
    rounds: model.history.map((entry) => {
      const { round, values } = roundOf(entry, parameterCount)
      return { round, values: [...gaps, ...values] }
    }),
    ending: model.ending,
    diffusion: model.diffusion,
    scores,
    notes: [...notes, ...trajectoriesNotes(model, trajectories)],
    times: trajectories.times.length
  }
}
