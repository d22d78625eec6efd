import { batch, computed, effect, signal } from '@preact/signals'
import type { BandwidthCurve, FitSummary } from '@sbridge/core'
import type {
  Drawing,
  EvaluationPart,
  Fault,
  FromBench,
  FromMeasure,
  FromPainter,
  Preview,
  RowFormat,
  ScatterFrame,
  Support,
  TableFacts,
  ToBench,
  ToMeasure,
  ToPainter
} from '../work/messages.js'
import { surroundings } from '../work/surroundings.js'
import { setPlace } from './activity.js'
import { forget, remember as rememberStep, undo } from './history.js'
import {
  brokenWorker,
  fault,
  faultWords,
  fetchExample,
  type OpenTable,
  opening,
  openTable,
  refuse,
  type Source,
  said,
  save
} from './page.js'
import { codeOf, commandOf } from './reproduce.js'
import { addressOf, DEFAULTS, fromAddress, type Run, runOf, type Settings } from './settings.js'

export { fault, opening, said, save }

export const source = signal<Source | null>(null)
export const settings = signal<Settings>(DEFAULTS)
export const facts = signal<TableFacts | null>(null)
export const frame = signal<ScatterFrame | null>(null)
export const progress = signal<{ share: number; stage: string; secondsLeft: number | null } | null>(null)
export const summary = signal<FitSummary | null>(null)
export const curve = signal<BandwidthCurve | null>(null)
/** Bandwidths that were looked at, with the ratio that their rows turned out to have. */
export const tried = signal<readonly { readonly epsilon: number; readonly ratio: number }[]>([])
export const preview = signal<Preview | null>(null)
/** The run that the screen shows. */
export const shown = signal<Run | null>(null)
/** Why the last run was refused. */
export const runFault = signal<Fault | null>(null)
/** What the data say about the conditions or observations of the rows that are shown. */
export const support = signal<Support | null>(null)
/** Small drawings of the rows that are shown, by column. */
export const drawnBars = signal<Readonly<Record<string, readonly number[]>>>({})
export const evaluation = signal<EvaluationPart>({})
export const drawings = signal<readonly Drawing[]>([])
export const measuring = signal(false)
export const reporting = signal(false)
export const playback = signal({ step: 0, steps: 0, playing: false })
export const rate = signal<{ framesPerSecond: number; points: number } | null>(null)
export const visible = signal({ real: true, synthetic: true })

export const running = computed(() => progress.value !== null)
export const command = computed(() => (shown.value && source.value ? commandOf(source.value.name, shown.value) : ''))
export const code = computed(() => (shown.value && source.value ? codeOf(source.value.name, shown.value) : ''))
/** What the two clouds are called. */
export const layerNames = computed(() => {
  const known = shown.value?.known
  if (!known) return { real: 'real', synthetic: 'synthetic' }
  return known.observe.length > 0 ? { real: 'prior', synthetic: 'posterior' } : { real: 'real', synthetic: 'conditional' }
})
/** Whether the settings have moved on from what the screen shows. */
export const outdated = computed(() => {
  if (!shown.value || !facts.value) return false
  return JSON.stringify(runOf(settings.value, facts.value.rowCount)) !== JSON.stringify(shown.value)
})

let bench: Worker | undefined
let measurer: Worker | undefined
let painter: Worker | undefined
/** The table that the bench reads. */
let held: OpenTable | null = null
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
  joinPainter()
  return worker
}

function toBench(message: ToBench, transfer: Transferable[] = []): void {
  ;(bench ?? startBench()).postMessage(message, transfer)
}

function joinPainter(): void {
  if (!bench || !painter) return
  const { port1, port2 } = new MessageChannel()
  bench.postMessage({ kind: 'painter', port: port1 } satisfies ToBench, [port1])
  painter.postMessage({ kind: 'bench', port: port2 } satisfies ToPainter, [port2])
}

function broken(event: ErrorEvent): void {
  batch(() => {
    progress.value = null
    refuse(brokenWorker(event))
  })
}

/** Hands the canvas over to the worker that draws. */
export function givePainter(canvas: OffscreenCanvas): void {
  painter?.terminate()
  painter = new Worker(new URL('../work/painter.worker.ts', import.meta.url), { type: 'module' })
  painter.onmessage = ({ data }: MessageEvent<FromPainter>) => fromPainter(data)
  painter.postMessage({ kind: 'canvas', canvas } satisfies ToPainter, [canvas])
  joinPainter()
  if (facts.value) sendAxes()
}

export function toPainter(message: ToPainter): void {
  painter?.postMessage(message)
}

const awaited = new Map<FromPainter['kind'], (message: never) => void>()

function fromPainter(message: FromPainter): void {
  if (message.kind === 'at') playback.value = message
  if (message.kind === 'rate') rate.value = message
  awaited.get(message.kind)?.(message as never)
  awaited.delete(message.kind)
}

/** Asks the painter for what it shows. */
export function askPainter(message: Extract<ToPainter, { kind: 'picture' }>): Promise<Extract<FromPainter, { kind: 'picture' }>>
export function askPainter(message: Extract<ToPainter, { kind: 'dots' }>): Promise<Extract<FromPainter, { kind: 'dots' }>>
export function askPainter(message: Extract<ToPainter, { kind: 'picture' | 'dots' }>): Promise<FromPainter> {
  return new Promise((resolve) => {
    awaited.set(message.kind, resolve as (message: never) => void)
    toPainter(message)
  })
}

/** Opens a file or an example; settings in the address are kept when they belong to it. */
export function open(file: Blob, from: Source, kept: Settings = DEFAULTS): void {
  stopWorkers()
  held = { blob: file, source: from }
  forget('sample')
  batch(() => {
    openTable.value = held
    source.value = from
    settings.value = kept
    facts.value = null
    frame.value = null
    opening.value = true
    curve.value = null
    tried.value = []
    clearResults()
  })
  sendOpen()
}

function sendOpen(): void {
  const { types, exclude } = settings.value
  toBench({ kind: 'open', blob: held!.blob, name: held!.source.name, choice: { types, exclude } })
}

/** Fetches an example from beside the page. */
export async function openExample(name: string, kept: Settings = DEFAULTS): Promise<void> {
  const example = await fetchExample(name)
  if (example) open(example.blob, example.source, kept)
}

export function openFile(file: File): void {
  const address = fromAddress(location.hash)
  const same = address.source?.kind === 'file' && address.source.name === file.name
  open(file, { kind: 'file', name: file.name }, same ? address.settings : DEFAULTS)
}

/** Takes up the table that is open, unless it is at hand already. */
export function enter(): void {
  if (openTable.value === held) return
  if (openTable.value) open(openTable.value.blob, openTable.value.source)
  else close()
}

/** Back to the page where a table is picked. */
export function close(): void {
  stopWorkers()
  held = null
  forget('sample')
  batch(() => {
    openTable.value = null
    source.value = null
    facts.value = null
    settings.value = DEFAULTS
    clearResults()
  })
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
  evaluation.value = {}
  drawings.value = []
  measuring.value = false
  reporting.value = false
  playback.value = { step: 0, steps: 0, playing: false }
}

function stopWorkers(): void {
  clearTimeout(patience)
  clearTimeout(resting)
  bench?.terminate()
  measurer?.terminate()
  bench = undefined
  measurer = undefined
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
    measurer?.terminate()
    clearResults()
    curve.value = null
    tried.value = []
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

function sendAxes(): void {
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
  measurer?.terminate()
  measurer = undefined
  pending = wanted
  runCount++
  batch(() => {
    fault.value = null
    runFault.value = null
    measuring.value = false
    reporting.value = false
    progress.value = { share: 0, stage: 'starting', secondsLeft: null }
    if (show === 'play') {
      evaluation.value = {}
      drawings.value = []
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
    measurer?.terminate()
    measurer = undefined
    batch(() => {
      measuring.value = false
      said.value = 'Measuring stopped'
    })
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
    fault.value = null
    facts.value = message.facts
    firstAxes = message.axes
    said.value = `${source.value!.name}: ${message.facts.rowCount} rows, ${message.facts.columns.length} columns`
    sendAxes()
  }
  if (message.kind === 'refused') refused(message)
  if (message.kind === 'axes') frame.value = message.frame
  if (message.kind === 'file') save(message.blob, message.name)
  if ('run' in message && message.run !== runCount) return
  if (message.kind === 'progress') progress.value = message
  if (message.kind === 'fitted') {
    summary.value = message.summary
    if (message.curve) curve.value = message.curve
  }
  if (message.kind === 'sampled') sampled(message)
  if (message.kind === 'stopped') stopped()
}

function refused({ during, fault: found }: Extract<FromBench, { kind: 'refused' }>): void {
  if (during === 'open') close()
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
  said.value = `${ran.rows} rows drawn in ${(milliseconds / 1000).toFixed(1)} seconds`
  if (waiting) {
    waiting = false
    run('morph')
    return
  }
  measure()
}

/** Starts a worker that compares the rows with the data; the bench hands them over itself. */
export function measure(): void {
  measurer?.terminate()
  const worker = new Worker(new URL('../work/measure.worker.ts', import.meta.url), { type: 'module' })
  worker.onmessage = ({ data }: MessageEvent<FromMeasure>) => batch(() => fromMeasure(data))
  worker.onerror = (event) => broken(event)
  measurer = worker
  measuring.value = true
  evaluation.value = {}
  const { port1, port2 } = new MessageChannel()
  worker.postMessage({ kind: 'subject', port: port1, run: runCount } satisfies ToMeasure, [port1])
  toBench({ kind: 'subject', port: port2, seed: shown.value!.job.seed ?? 1 }, [port2])
}

function fromMeasure(message: FromMeasure): void {
  if (message.kind === 'report') {
    reporting.value = false
    save(new Blob([message.html], { type: 'text/html' }), `${source.value!.name.replace(/\.[^.]+$/, '')}-report.html`)
    return
  }
  if (message.run !== runCount) return
  if (message.kind === 'part') {
    evaluation.value = { ...evaluation.value, ...message.part }
    noteRatio(message.part)
  }
  if (message.kind === 'drawings') drawings.value = message.drawings
  if (message.kind === 'measured') {
    measuring.value = false
    said.value = support.value ? 'Every column is drawn' : 'All measures are computed'
  }
  if (message.kind === 'refused') {
    measuring.value = false
    reporting.value = false
    fault.value = message.fault
  }
}

function noteRatio({ nearestNeighbourRatio }: EvaluationPart): void {
  const epsilon = summary.value?.epsilon
  const ratio = nearestNeighbourRatio?.value
  if (epsilon === undefined || typeof ratio !== 'number' || !shown.value?.job.bandwidth) return
  tried.value = [...tried.value.filter((one) => one.epsilon !== epsilon), { epsilon, ratio }].sort((a, b) => a.epsilon - b.epsilon)
}

export function exportRows(format: RowFormat): void {
  toBench({ kind: 'rows', format })
}

export function exportModel(): void {
  toBench({ kind: 'model' })
}

export function exportReport(): void {
  reporting.value = true
  if (!measurer) measure()
  const { draws } = shown.value!
  measurer!.postMessage({ kind: 'report', title: source.value!.name, command: command.value, draws } satisfies ToMeasure)
}

effect(() => setPlace('sample', source.value ? addressOf(source.value, settings.value) : ''))

/** Opens what the address says, or says which file it means. */
export function begin(): Source | null {
  const { source: meant, settings: kept } = fromAddress(location.hash)
  if (meant?.kind === 'example') void openExample(meant.name, kept)
  return meant
}
