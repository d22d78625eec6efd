import { batch, computed, signal } from '@preact/signals'
import type { RowFormat } from '../work/messages.js'
import type {
  FromTrajectories,
  Learned,
  PathPicture,
  RoleFacts,
  Round,
  SnapshotFacts,
  ToTrajectories
} from '../work/trajectories-messages.js'
import { undo } from './history.js'
import { fault, opening, refuse, said, save } from './page.js'
import { tableActivity } from './table-activity.js'
import {
  codeOf,
  commandOf,
  DEFAULTS,
  fromAddress,
  runOf,
  type TrajectoriesRun,
  type TrajectoriesSettings,
  toAddress
} from './trajectories-settings.js'

/** What was read: roles that columns may have, and the guess of the time. */
export const roles = signal<{ readonly rowCount: number; readonly columns: readonly RoleFacts[]; readonly time: string } | null>(null)
export const snapshots = signal<SnapshotFacts | null>(null)
export const picture = signal<PathPicture | null>(null)
export const progress = signal<{ share: number; stage: string; secondsLeft: number | null } | null>(null)
/** Estimates round by round while a fit runs. */
export const rounds = signal<{ readonly names: readonly string[]; readonly rounds: readonly Round[] } | null>(null)
export const learned = signal<Learned | null>(null)
/** The run that the screen shows. */
export const shown = signal<TrajectoriesRun | null>(null)
/** Whether paths are to be played as soon as they are there. */
export const playWhenDrawn = signal(false)

export const running = computed(() => progress.value !== null)

let pending: TrajectoriesRun | undefined
/** Whether a new worker reads the same table, after a stop: then nothing is said of it. */
let rereading = false

export const session = tableActivity<TrajectoriesSettings, ToTrajectories, FromTrajectories>({
  name: 'trajectories',
  defaults: DEFAULTS,
  toAddress,
  fromAddress,
  openWith: ({ blob, source }) => ({ kind: 'open', blob, name: source.name }),
  receive,
  changed,
  reset(stopped) {
    rereading = stopped
    if (!stopped) {
      roles.value = null
      snapshots.value = null
      picture.value = null
    }
    clearResults()
  }
})
export const { source, settings, change, openFile, openExample, enter, close, awaited, lacking } = session

/** The column of times, that of weights, and columns that are no coordinates. */
export const chosen = computed(() => {
  const { time, weights, exclude } = settings.value
  const columns = roles.value?.columns ?? []
  const has = (name: string | null) => name !== null && columns.some((column) => column.name === name)
  const timeName = has(time) ? time! : (roles.value?.time ?? '')
  const weightsName = has(weights) && weights !== timeName ? weights : null
  const usable = columns.filter(({ name, numbers }) => numbers && name !== timeName && name !== weightsName).map(({ name }) => name)
  const without = columns
    .map(({ name }) => name)
    .filter((name) => name !== timeName && name !== weightsName && (!usable.includes(name) || (exclude ?? []).includes(name)))
  return { time: timeName, weights: weightsName, exclude: without, usable }
})

/** The run that the settings describe. */
const wanted = computed(() => runOf(settings.value, chosen.value))
export const outdated = computed(() => shown.value !== null && JSON.stringify(wanted.value) !== JSON.stringify(shown.value))
export const command = computed(() => (shown.value && source.value ? commandOf(source.value.name, shown.value) : ''))
export const code = computed(() => (shown.value && source.value ? codeOf(source.value.name, shown.value) : ''))

/** The columns on the axes: a single coordinate is shown against the time. */
export const axes = computed((): [string, string] => {
  const names = snapshots.value?.names ?? []
  const time = chosen.value.time
  const known = (name: string | null, fallback: string) => (name !== null && (names.includes(name) || name === time) ? name : fallback)
  const [first, second] = names.length > 1 ? [names[0]!, names[1]!] : [time, names[0] ?? '']
  return [known(settings.value.x, first), known(settings.value.y, second)]
})

function clearResults(): void {
  pending = undefined
  progress.value = null
  rounds.value = null
  learned.value = null
  shown.value = null
}

function choose(): void {
  session.send({ kind: 'choose', columns: wanted.value.columns, holdOut: settings.value.holdOut })
}

function sendAxes(): void {
  const [x, y] = axes.value
  session.send({ kind: 'axes', x, y, holdOut: shown.value?.job.holdOut ?? settings.value.holdOut })
}

function changed(before: TrajectoriesSettings): void {
  const now = settings.value
  if (now.time !== before.time || now.weights !== before.weights || now.exclude !== before.exclude) {
    clearResults()
    choose()
    return
  }
  if (now.x !== before.x || now.y !== before.y || (now.holdOut !== before.holdOut && !shown.value)) sendAxes()
}

/** Another column of times: what was said of other times makes no sense any more. */
export function chooseTime(time: string): void {
  change({ time, holdOut: [] })
}

/** Fits and draws as the settings say. */
export function run(): void {
  if (!snapshots.value || running.value) return
  const next = wanted.value
  batch(() => {
    clearResults()
    fault.value = null
    progress.value = { share: 0, stage: 'starting', secondsLeft: null }
    said.value = 'Fitting'
  })
  pending = next
  session.send({ kind: 'run', job: next.job })
}

/** Stops at once. The new worker is told the choice of columns with the table: a fit may be asked of it at once. */
export function stop(): void {
  session.stop()
  choose()
}

export function exportRows(format: RowFormat): void {
  session.send({ kind: 'rows', format })
}

export function exportParameters(): void {
  session.send({ kind: 'parameters' })
}

function receive(message: FromTrajectories): void {
  if (message.kind === 'opened') {
    opening.value = false
    if (!rereading) {
      roles.value = message
      choose()
    }
    rereading = false
  }
  if (message.kind === 'chosen') {
    const { times, counts } = message.facts
    if (!snapshots.value) said.value = `${source.value!.name}: ${counts.reduce((a, b) => a + b, 0)} particles at ${times.length} times`
    snapshots.value = message.facts
    sendAxes()
  }
  if (message.kind === 'picture') picture.value = message.picture
  if (message.kind === 'progress') progress.value = message
  if (message.kind === 'round') rounds.value = { names: message.names, rounds: [...(rounds.value?.rounds ?? []), message.round] }
  if (message.kind === 'drawn' && pending) drawn(message)
  if (message.kind === 'file') save(message.blob, message.name)
  if (message.kind === 'refused') refused(message)
}

function drawn({ learned: found, milliseconds }: Extract<FromTrajectories, { kind: 'drawn' }>): void {
  shown.value = pending!
  pending = undefined
  progress.value = null
  rounds.value = null
  learned.value = found
  playWhenDrawn.value = true
  said.value = `${shown.value.job.rows} paths drawn in ${(milliseconds / 1000).toFixed(1)} seconds`
  sendAxes()
}

function refused({ during, fault: found }: Extract<FromTrajectories, { kind: 'refused' }>): void {
  // Where the first choice is refused there is nothing to go back to.
  if (during === 'open' || (during === 'choose' && !snapshots.value)) {
    session.unusable(found)
    return
  }
  if (during === 'choose') undo('trajectories')
  if (during === 'run') clearResults()
  refuse(found)
}
