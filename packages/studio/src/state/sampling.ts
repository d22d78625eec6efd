import { computed, signal } from '@preact/signals'
import { counted, writeGiven } from '@sbridge/core/internal'
import { isPlain, sidesOf } from '../work/draws.js'
import type { ColumnFacts, ConditionsFile, EvaluationPart, SampleShape } from '../work/messages.js'
import { forgetSearches, foundFor, noteCarried, noteSearch, noteTried } from './bandwidth.js'
import { faultOfCondition, faultOfObservation } from './given.js'
import { askForReport, endMeasuring, forgetMeasures, type Measuring, measure, measured, stopMeasuring } from './measuring.js'
import { said } from './page.js'
import { panel, panelIn } from './panel.js'
import { joinPainter, playback, toPainter } from './scatter.js'
import { type Session, sessionOf } from './session.js'
import { codeOf, commandOf, runOf, type Settings, SHEET } from './settings.js'
import { readingOf, same } from './sheet.js'
import { unplacedWords } from './unplaced.js'

/** Files of conditions that were picked, by name. */
const conditionFiles = new Map<string, ConditionsFile>()
let picks = 0

function conditionsOf(name: string | null): Pick<SampleShape['run'], 'conditions'> {
  const conditions = name === null ? undefined : conditionFiles.get(name)
  return conditions ? { conditions } : {}
}

/** Takes a file with one condition a row. */
export function takeConditions(file: File): void {
  conditionFiles.set(file.name, { blob: file, turn: picks++ })
  change({ givenFile: file.name })
}

/** What the fit of the rows that are shown decided. */
export const summary = signal<SampleShape['interim'] | null>(null)

/** Milliseconds that a hand rests before the rows follow. */
const REST = 180
let resting: ReturnType<typeof setTimeout> | undefined

export const session: Session<Settings, SampleShape> = sessionOf({
  name: 'sample',
  sheet: SHEET,
  choice: () => ({ ...readingOf(settings.value), exclude: settings.value.exclude }),
  look: () => axesShown(),
  wanted: () => ({ ...runOf(settings.value, facts.value!.rowCount), ...conditionsOf(settings.value.givenFile) }),
  commandOf,
  codeOf,
  words: {
    opened: ({ rowCount, columns }) => `${rowCount} rows, ${columns.length} columns`,
    running: 'Sampling',
    done: ({ rowCount }) => `${counted(rowCount, 'row')} drawn`
  },
  beside: () => [
    ...(found.value ? [['found', String(found.value.epsilon)] as const] : []),
    ...(panel.value === 'settings' ? [] : [['panel', panel.value] as const])
  ],
  led(parts) {
    panel.value = panelIn(parts)
    if (source.peek()) noteCarried(settings.peek(), parts)
  },
  check(tell) {
    const { given, observe } = settings.value
    for (const fault of [
      ...Object.entries(given).map(([name, text]) => faultOfCondition(knowable(), name, text)),
      ...observe.map((text) => faultOfObservation(knowable(), text))
    ])
      if (fault) tell(fault)
  },
  tidied: withoutOrphans,
  changed(before, why) {
    const now = settings.value
    if (!same(now.given, before.given) || !same(now.observe, before.observe) || now.givenFile !== before.givenFile) followSoon()
    if (why !== 'changed') follow()
  },
  began: joinPainter,
  another() {
    forgetSearches()
    stand()
  },
  running: endMeasuring,
  interim(found, { fit }) {
    summary.value = found
    if (found.bandwidth && isPlain(fit)) noteSearch(fit, found.bandwidth)
  },
  cleared() {
    summary.value = null
    endMeasuring()
    forgetMeasures()
  },
  forgotten() {
    stand()
    toPainter({ kind: 'forget' })
  },
  done() {
    if (unplaced.value) said.value += `. ${unplaced.value}`
    if (comparable.value) measure(comparison())
  }
})
const { failed, outdated, command } = session
export const { source, settings, facts, progress, running, shown, result, change, run, sendLook } = session
export const frame = session.picture

/** What the data say about the conditions or observations of the rows that are shown. */
export const support = computed(() => result.value?.support ?? null)
/** Small drawings of the rows that are shown, by column. */
export const drawnBars = computed(() => result.value?.bars ?? {})
/** Whether rows are being compared with the data. */
export const measuring = computed(() => measured.value !== null)
/** Whether there are rows enough to compare with the data. */
export const comparable = computed(() => (result.value?.rowCount ?? 0) > 1)
/** The bandwidth that a search found for these settings, if any. */
export const found = computed(() => foundFor(settings.value))
/** What the two clouds are called. */
export const layerNames = computed(() => sidesOf(shown.value?.draw ?? {}))
/** What the picture does not show, in words. */
export const unplaced = computed(() => {
  const { real, synthetic } = layerNames.value
  return unplacedWords([
    [frame.value?.real, `${real} `],
    [shown.value && frame.value?.synthetic, `${synthetic} `]
  ])
})

/** What the drawn rows were told. */
export function knownWords(): string[] {
  const { given, givenFile, observe = [] } = shown.value?.draw ?? {}
  return [
    ...(givenFile ? [`given ${givenFile}`] : []),
    ...(given ? [`given ${writeGiven(given)}`] : []),
    ...observe.map((text) => `observed ${text}`)
  ]
}

/** Columns that conditions can speak of. */
export function knowable(): ColumnFacts[] {
  return facts.value!.columns.filter(({ name, kind }) => kind !== 'identifier' && !settings.value.exclude.includes(name))
}

/** The columns on the axes. */
export function axesShown(): SampleShape['look'] {
  const usable = (name: string | null) =>
    facts.value?.columns.some((c) => c.name === name && c.kind !== 'identifier') && !settings.value.exclude.includes(name!)
  const { x, y } = settings.value
  const [first, second] = facts.value?.axes ?? ['', '']
  return { x: usable(x) ? x! : first, y: usable(y) ? y! : second }
}

/** Conditions on columns that are left out, or that have become another kind, go with them. */
function withoutOrphans(now: Settings, before: Settings): Settings {
  const kept = Object.entries(now.given).filter(([name]) => !now.exclude.includes(name) && now.types[name] === before.types[name])
  return kept.length === Object.keys(now.given).length ? now : { ...now, given: Object.fromEntries(kept) }
}

/** No rows follow, and nothing plays. */
function stand(): void {
  clearTimeout(resting)
  playback.value = { step: 0, steps: 0, playing: false }
}

/** Draws anew where rows are shown that are not what is asked for. */
function follow(): void {
  if (shown.value && outdated.value && !running.value) run('morph')
}

/** The same once the hand rests. */
function followSoon(): void {
  clearTimeout(resting)
  failed.value = null
  resting = setTimeout(() => {
    if (shown.value && outdated.value) run('morph')
  }, REST)
}

/** Stops at once whatever is being computed. */
export function stop(): void {
  if (measuring.value && !running.value) stopMeasuring()
  else session.stop()
}

/** The comparison of the rows that are shown with the data. */
function comparison(): Measuring {
  const { fit } = shown.value!
  const { epsilon } = summary.value!
  return {
    graded: support.value === null,
    handOver: (port) => session.send({ kind: 'join', to: 'measure', port }, [port]),
    found: ({ nearestNeighbourRatio }: EvaluationPart) => {
      const ratio = nearestNeighbourRatio?.value
      if (typeof ratio === 'number' && epsilon !== undefined && fit.bandwidth !== undefined) noteTried(fit, { epsilon, ratio })
    }
  }
}

export function exportReport(): void {
  askForReport({ title: source.value!.name, command: command.value }, comparison())
}
