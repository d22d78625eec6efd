import { batch, effect } from '@preact/signals'
import type { EvaluationPart, Fault, FromBench, RowFormat, ToBench } from '../work/messages.js'
import { surroundings } from '../work/surroundings.js'
import { partsOf, setPlace, withoutActivity } from './activity.js'
import { forgetSearches, noteCarried, noteSearch, noteTried } from './bandwidth.js'
import { forget, remember as rememberStep, undo } from './history.js'
import { askForReport, drawings, endMeasuring, evaluation, forgetMeasures, measure, reporting, stopMeasuring } from './measuring.js'
import { beLed, broughtBy } from './navigation.js'
import {
  brokenWorker,
  fault,
  faultWords,
  fetchExample,
  keepTable,
  type OpenTable,
  openedBefore,
  opening,
  openTable,
  refuse,
  type Source,
  said,
  sameSource,
  save,
  sourceIn
} from './page.js'
import { panel, panelIn } from './panel.js'
import {
  awaited,
  command,
  drawnBars,
  facts,
  found,
  frame,
  lacking,
  measuring,
  outdated,
  preview,
  progress,
  runFault,
  running,
  settings,
  shown,
  source,
  summary,
  support,
  unplaced
} from './sampling.js'
import { joinPainter, playback, toPainter } from './scatter.js'
import { addressOf, DEFAULTS, fromAddress, type Run, runOf, type Settings } from './settings.js'

export * from './sampling.js'
export { drawings, evaluation, fault, opening, reporting, said, save }

/** What the address says of a file that the page does not have. */
let unread = new URLSearchParams()

let bench: Worker | undefined
/** The table that the bench reads, and whether it was open elsewhere before; otherwise what was here before it. */
let held: OpenTable | null = null
let entered = false
let before: { readonly table: OpenTable; readonly settings: Settings } | null = null
/** What was open in another activity before it. */
let elsewhere: OpenTable | null = null
let runCount = 0
let pending: Run | undefined
/** Where the page may share memory with its workers: the newest run that is to end between two of its steps. */
const ended = surroundings().shared ? new Int32Array(new SharedArrayBuffer(4)) : null
/** A run that waits for the one before it: of a slider only the last place counts. */
let waiting = false

function startBench(): Worker {
  const worker = new Worker(new URL('../work/bench.worker.ts', import.meta.url), { type: 'module' })
  worker.onmessage = ({ data }: MessageEvent<FromBench>) => batch(() => fromBench(data))
  worker.onerror = (event) => broken(event)
  bench = worker
  if (ended) worker.postMessage({ kind: 'ended', run: ended } satisfies ToBench)
  joinPainter(worker)
  return worker
}

function toBench(message: ToBench, transfer: Transferable[] = []): void {
  ;(bench ?? startBench()).postMessage(message, transfer)
}

function broken(event: ErrorEvent): void {
  batch(() => {
    progress.value = null
    refuse(brokenWorker(event))
  })
}

function put(table: OpenTable | null, kept: Settings): void {
  stopWorkers()
  held = table
  forget('sample')
  batch(() => {
    openTable.value = table
    source.value = table?.source ?? null
    settings.value = kept
    facts.value = null
    frame.value = null
    lacking.value = null
    awaited.value = null
    opening.value = table !== null
    forgetSearches()
    clearResults()
  })
  if (table) sendOpen()
}

/** Opens a table; settings and the bandwidth that was found are taken from an address that belongs to it. */
function open(table: OpenTable, parts?: URLSearchParams): void {
  entered = openTable.peek() === table
  before = entered ? null : held && source.peek() && { table: held, settings: settings.peek() }
  elsewhere = openTable.peek()
  // What was said of another file stays said.
  const told = entered ? fault.peek() : null
  keepTable(table)
  put(table, parts ? fromAddress(parts.toString()).settings : DEFAULTS)
  fault.value = told
  if (parts) noteCarried(settings.value, parts)
}

/** The table that was read cannot be sampled: it stays open elsewhere, or the one before comes back. */
function unusable(why: Fault): void {
  if (entered) {
    source.value = null
    opening.value = false
    lacking.value = why
    said.value = faultWords(why)
    return
  }
  put(before?.table ?? null, before?.settings ?? DEFAULTS)
  refuse(why)
  opening.value = before !== null
  if (!before) openTable.value = elsewhere
  before = null
}

function sendOpen(): void {
  const { types, exclude } = settings.value
  toBench({ kind: 'open', blob: held!.blob, name: held!.source.name, choice: { types, exclude } })
}

/** Fetches an example from beside the page. */
export async function openExample(name: string, parts?: URLSearchParams): Promise<void> {
  const example = await fetchExample(name)
  if (example) open(example, parts)
}

export function openFile(file: File): void {
  const parts = partsOf(location.hash)
  const from: Source = { kind: 'file', name: file.name }
  open({ blob: file, source: from }, sameSource(sourceIn(parts), from) ? parts : undefined)
}

/** Takes up the table that is open, unless it is at hand already. */
export function enter(): void {
  if (opening.value || openTable.value === held) return
  if (openTable.value) open(openTable.value)
  else close()
}

/** Back to the page where a table is picked. */
export function close(): void {
  put(null, DEFAULTS)
}

function clearResults(): void {
  fault.value = null
  runFault.value = null
  support.value = null
  drawnBars.value = {}
  progress.value = null
  summary.value = null
  preview.value = null
  shown.value = null
  endMeasuring()
  forgetMeasures()
  playback.value = { step: 0, steps: 0, playing: false }
}

function stopWorkers(): void {
  clearTimeout(patience)
  clearTimeout(resting)
  bench?.terminate()
  endMeasuring()
  bench = undefined
  pending = undefined
  waiting = false
}

/** Changes settings, remembers the old ones, and does what follows from the change. */
export function change(part: Partial<Settings>, { remember } = { remember: true }): void {
  const before = settings.value
  if (remember) rememberStep('sample', () => goBack(before))
  settings.value = withoutOrphans({ ...before, ...part }, before)
  follow(before)
}

/** Conditions on columns that are left out, or that have become another kind, go with them. */
function withoutOrphans(now: Settings, before: Settings): Settings {
  if (now.types === before.types && now.exclude === before.exclude) return now
  const kept = Object.entries(now.given).filter(([name]) => !now.exclude.includes(name) && now.types[name] === before.types[name])
  return kept.length === Object.keys(now.given).length ? now : { ...now, given: Object.fromEntries(kept) }
}

function goBack(to: Settings): void {
  const before = settings.value
  settings.value = to
  said.value = 'Undone'
  follow(before)
  if (shown.value && outdated.value && !running.value) run('morph')
}

function follow(before: Settings): void {
  const now = settings.value
  if (now.types !== before.types || now.exclude !== before.exclude) {
    clearResults()
    toPainter({ kind: 'forget' })
    if (running.value || pending) restart()
    else toBench({ kind: 'choose', choice: { types: now.types, exclude: now.exclude } })
    return
  }
  if (now.x !== before.x || now.y !== before.y) sendAxes()
  if (now.given !== before.given || now.observe !== before.observe) followSoon()
}

/** Milliseconds that a hand rests before the rows follow. */
const REST = 180
let resting: ReturnType<typeof setTimeout> | undefined

/** Draws anew once the hand rests, where rows are shown. */
function followSoon(): void {
  clearTimeout(resting)
  runFault.value = null
  resting = setTimeout(() => {
    if (shown.value && outdated.value) run('morph')
  }, REST)
}

function restart(): void {
  stopWorkers()
  sendOpen()
}

let firstAxes: readonly [string, string] = ['', '']

/** The columns on the axes. */
export function axesShown(): [string, string] {
  const usable = (name: string | null) =>
    facts.value?.columns.some((c) => c.name === name && c.kind !== 'identifier') && !settings.value.exclude.includes(name!)
  const { x, y } = settings.value
  return [usable(x) ? x! : firstAxes[0], usable(y) ? y! : firstAxes[1]]
}

export function sendAxes(): void {
  if (!facts.value) return
  const [x, y] = axesShown()
  toBench({ kind: 'axes', x, y })
}

/** Fits and draws as the settings say. */
export function run(show: 'play' | 'morph' = 'play'): void {
  if (!facts.value) return
  const wanted = runOf(settings.value, facts.value.rowCount)
  if (pending) {
    waiting = JSON.stringify(pending) !== JSON.stringify(wanted)
    // A draw that nobody waits for ends; what the next one can use of it, a bandwidth that is being chosen, goes on.
    if (waiting && ended && shown.value && progress.value?.stage === 'sampling') Atomics.store(ended, 0, runCount)
    return
  }
  endMeasuring()
  pending = wanted
  runCount++
  batch(() => {
    fault.value = null
    runFault.value = null
    progress.value = { share: 0, stage: 'starting', secondsLeft: null }
    if (show === 'play') {
      forgetMeasures()
      shown.value = null
      support.value = null
      drawnBars.value = {}
      preview.value = null
      summary.value = null
    }
    said.value = show === 'play' ? 'Sampling' : ''
  })
  toBench({ kind: 'run', request: { ...pending, show }, run: runCount })
}

/** Stops at once whatever is being computed. */
export function stop(): void {
  if (measuring.value && !running.value) {
    stopMeasuring()
    return
  }
  if (!shown.value || !ended) {
    stopAll()
    return
  }
  // The rows that are shown stay, where the run ends soon by itself.
  waiting = false
  clearTimeout(patience)
  patience = setTimeout(stopAll, PATIENCE)
  Atomics.store(ended, 0, runCount)
}

/** Milliseconds that a run is given to end by itself. */
const PATIENCE = 1500
let patience: ReturnType<typeof setTimeout> | undefined

function stopAll(): void {
  stopWorkers()
  batch(() => {
    clearResults()
    said.value = 'Stopped'
  })
  toPainter({ kind: 'forget' })
  sendOpen()
}

function stopped(): void {
  clearTimeout(patience)
  pending = undefined
  progress.value = null
  if (waiting) {
    waiting = false
    run('morph')
  } else said.value = 'Stopped; the picture shows the rows from before'
}

function fromBench(message: FromBench): void {
  if (message.kind === 'opened') {
    opening.value = false
    facts.value = message.facts
    firstAxes = message.axes
    said.value = `${source.value!.name}: ${message.facts.rowCount} rows, ${message.facts.columns.length} columns`
    sendAxes()
  }
  if (message.kind === 'refused') refused(message)
  if (message.kind === 'axes') {
    frame.value = message.frame
    if (shown.value) said.value = unplaced.value
  }
  if (message.kind === 'file') save(message.blob, message.name)
  if ('run' in message && message.run !== runCount) return
  if (message.kind === 'progress') progress.value = message
  if (message.kind === 'fitted') {
    summary.value = message.summary
    if (message.curve && pending) noteSearch(pending.job, message.curve)
  }
  if (message.kind === 'sampled') sampled(message)
  if (message.kind === 'stopped') stopped()
}

function refused({ during, fault: found }: Extract<FromBench, { kind: 'refused' }>): void {
  if (during === 'open') {
    unusable(found)
    return
  }
  // The choice that was refused is taken back.
  if (during === 'choose') undo('sample')
  if (during === 'run') refusedRun(found)
  else refuse(found)
}

function refusedRun(found: Fault): void {
  const again = waiting
  pending = undefined
  waiting = false
  progress.value = null
  if (again) run('morph')
  else {
    runFault.value = found
    said.value = faultWords(found)
  }
}

function sampled({ preview: rows, milliseconds, support: found, bars }: Extract<FromBench, { kind: 'sampled' }>): void {
  const ran = pending!
  pending = undefined
  clearTimeout(patience)
  shown.value = ran
  preview.value = rows
  support.value = found
  drawnBars.value = bars
  progress.value = null
  said.value = [`${ran.rows} rows drawn in ${(milliseconds / 1000).toFixed(1)} seconds`, unplaced.value].filter(Boolean).join('. ')
  if (waiting) {
    waiting = false
    run('morph')
    return
  }
  measure(comparison())
}

/** The comparison of the rows that are shown with the data. */
function comparison() {
  const { job } = shown.value!
  const { epsilon } = summary.value!
  return {
    run: runCount,
    graded: support.value === null,
    handOver: (port: MessagePort) => toBench({ kind: 'subject', port, seed: job.seed ?? 1 }, [port]),
    found: ({ nearestNeighbourRatio }: EvaluationPart) => {
      const ratio = nearestNeighbourRatio?.value
      if (typeof ratio === 'number' && job.bandwidth !== undefined) noteTried(job, { epsilon, ratio })
    }
  }
}

export function exportRows(format: RowFormat): void {
  toBench({ kind: 'rows', format })
}

export function exportModel(): void {
  toBench({ kind: 'model' })
}

export function exportReport(): void {
  askForReport({ title: source.value!.name, command: command.value, draws: shown.value!.draws }, comparison())
}

function visit(parts: URLSearchParams, fresh: boolean): void {
  const meant = sourceIn(parts)
  panel.value = panelIn(parts)
  if (!meant) {
    if (held || openTable.peek()) close()
    awaited.value = null
    return
  }
  if (held && sameSource(held.source, meant)) {
    openTable.value = held
    const brought = broughtBy(fromAddress(parts.toString()).settings, settings.peek())
    if (fresh && brought && source.peek()) {
      change(brought)
      if (shown.peek() && outdated.peek() && !running.peek()) run('morph')
    }
    noteCarried(settings.peek(), parts)
    return
  }
  const known = openedBefore(meant)
  if (known) open(known, parts)
  else if (meant.kind === 'example') void openExample(meant.name, parts)
  else {
    if (held || openTable.peek()) close()
    awaited.value = meant.name
    unread = parts
  }
}

effect(() => {
  // A table that may yet be refused has no place.
  if (opening.value) return
  const from = source.value ?? (lacking.value && held?.source)
  if (!from) {
    setPlace('sample', awaited.value === null ? '' : withoutActivity(unread))
    return
  }
  const parts = new URLSearchParams(addressOf(from, settings.value))
  if (found.value) parts.set('found', String(found.value.epsilon))
  if (panel.value !== 'settings') parts.set('panel', panel.value)
  setPlace('sample', parts.toString())
})
beLed('sample', visit)
