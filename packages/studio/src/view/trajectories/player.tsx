import { computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import { countText } from '@sbridge/core/internal'
import { useEffect, useRef } from 'preact/hooks'
import { stillness } from '../../state/stillness.js'
import { axes, change, chosen, picture, playWhenDrawn, running, snapshots, source, timeText } from '../../state/trajectories.js'
import { Select } from '../fields.js'
import { FigureButtons } from '../figure-buttons.js'
import { drawLayers } from '../layers.js'
import { type CanvasSize, keepDrawn, Plot } from '../plot.js'
import { useIntoSight } from '../sight.js'
import { AxisSelect, Legend, Playback } from '../stage.js'
import { theme } from '../theme.js'
import { fateColour, pathLayers, pathSvg, type Shown, timesOf } from './path-picture.js'

/** Seconds that the whole time takes at speed 1. */
const WHOLE = 10
const SPEEDS = ['0.25×', '0.5×', '1×', '2×', '4×'] as const

const time = signal(0)
const playing = signal(false)
const speed = signal<(typeof SPEEDS)[number]>('1×')
const show = signal<Shown>({ particles: true, paths: true, drift: true })
const rate = signal<number | null>(null)
/** Counts what begins to play by itself. */
const begun = signal(0)

/** The time that is shown, as a person reads it. */
const timeWords = (): string => `${chosen.value.told.time} ${timeText(time.value)}`

/** Particles that move along their paths, over the snapshots and the drift. */
export function Player() {
  const now = picture.value
  useEffect(() => {
    const [first, last] = now ? timesOf(now) : [0, 0]
    if (!now?.paths) playing.value = false
    if (playWhenDrawn.value && now?.paths) {
      playWhenDrawn.value = false
      time.value = first
      playing.value = !stillness.value
      if (stillness.value) time.value = last
      begun.value++
    }
    time.value = Math.min(last, Math.max(first, time.value))
  }, [now])
  const stage = useRef<HTMLElement>(null)
  useIntoSight(stage, begun.value)
  return (
    <section class="stage" aria-label="Snapshots and paths" ref={stage}>
      <div class="stage-head">
        <Axis axis="y" />
        <Parts />
      </div>
      <Plot axes={picture.value} canvas={{ 'aria-label': words(), 'data-rate': rate.value?.toFixed(1) }} begin={animate} />
      <div class="stage-foot">
        <Axis axis="x" />
      </div>
      <Controls />
    </section>
  )
}

function Axis({ axis }: { axis: 'x' | 'y' }) {
  return (
    <AxisSelect
      axis={axis}
      value={axes.value[axis === 'x' ? 0 : 1]}
      names={[...snapshots.value!.names, chosen.value.told.time]}
      choose={(name) => change({ [axis]: name })}
      disabled={running.value}
    />
  )
}

function Parts() {
  const now = picture.value
  const particles = snapshots.value!.counts.reduce((a, b) => a + b, 0)
  const parts = [
    { key: 'particles' as const, look: 'real', words: `${countText(particles)} particles` },
    ...(now?.paths
      ? [{ key: 'paths' as const, look: now.paths.fates ? 'fated' : 'synthetic', words: `${countText(now.paths.count)} paths` }]
      : []),
    ...(now?.field ? [{ key: 'drift' as const, look: 'drift', words: 'drift' }] : [])
  ]
  const svg = () => pathSvg(picture.value!, { time: time.value, show: show.value, when: timeWords(), particles })
  const toggle = (key: keyof Shown) => {
    show.value = { ...show.value, [key]: !show.value[key] }
  }
  return (
    <Legend parts={parts} shown={show.value} toggle={toggle}>
      {show.value.particles && now?.snapshots.some(({ heldOut }) => heldOut) && (
        <span class="fate">
          <span aria-hidden="true">×</span> held out
        </span>
      )}
      {now?.paths?.fates?.names.map((name, c) => (
        <span key={name} class="fate">
          <i aria-hidden="true" style={{ background: fateColour(c) }} />
          {name}
        </span>
      ))}
      {now?.paths?.weights && <span class="soft fate">area: descendants</span>}
      {now && <FigureButtons name={`${source.value!.name}-paths`} svg={svg} />}
    </Legend>
  )
}

function words(): string {
  const now = picture.value
  if (!now) return 'Snapshots, not drawn yet'
  const { times } = snapshots.value!
  const span = `from ${timeText(times[0]!)} to ${timeText(times.at(-1)!)}`
  const moving = now.paths ? `${now.paths.count} paths ${span}` : `particles ${span}`
  const marks = `${now.paths?.fates ? ', coloured by the most probable fate' : ''}${now.paths?.weights ? ', as large as their weight' : ''}`
  return `${now.y.name} against ${now.x.name}: ${moving}${marks}, over ${times.length} snapshots${now.field ? ', with the drift as arrows' : ''}`
}

/** Draws when something changes, and frame by frame while playing; what ends it is handed back. */
function animate(canvas: HTMLCanvasElement, size: ReadonlySignal<CanvasSize>): () => void {
  const layersAt = computed(() => {
    void theme.value
    return picture.value && pathLayers(picture.value, { left: 0, top: 0, ...size.value })
  })
  const endDrawing = keepDrawn(canvas, size, (context) => {
    drawLayers(context, layersAt.value?.({ time: time.value, show: show.value, whole: false }) ?? [])
  })
  let due = 0
  const endPlaying = effect(() => {
    cancelAnimationFrame(due)
    if (playing.value) due = requestAnimationFrame((start) => play(start, { frames: 0, since: start }))
  })
  const play = (before: number, count: { frames: number; since: number }): void => {
    due = requestAnimationFrame((now) => {
      const shown = picture.peek()
      if (!playing.peek() || !shown) return
      const [first, last] = timesOf(shown)
      const next = time.peek() + (((now - before) / 1000) * Number.parseFloat(speed.peek()) * (last - first)) / WHOLE
      time.value = Math.min(last, next)
      if (next >= last) playing.value = false
      const frames = count.frames + 1
      const counted = now - count.since >= 1000
      if (counted) rate.value = (1000 * frames) / (now - count.since)
      play(now, counted ? { frames: 0, since: now } : { frames, since: count.since })
    })
  }
  return () => {
    playing.value = false
    cancelAnimationFrame(due)
    endDrawing()
    endPlaying()
  }
}

function Controls() {
  const now = picture.value
  if (!now?.paths) return <p class="playback soft">{now ? '\u00a0' : 'reading …'}</p>
  const [first, last] = timesOf(now)
  const toggle = () => {
    if (!playing.value && time.value >= last) time.value = first
    playing.value = !playing.value
  }
  const hold = (at: number) => {
    playing.value = false
    time.value = at
  }
  return (
    <Playback
      playing={playing.value}
      toggle={toggle}
      what="paths"
      place={{ min: first, max: last, step: (last - first) / 500 || 'any', value: time.value }}
      label="Time"
      words={timeWords()}
      hold={hold}
    >
      <span class="soft" aria-hidden="true">
        {timeWords()}
      </span>
      <Select aria-label="Speed" value={speed.value} options={SPEEDS} set={(value) => (speed.value = value)} />
    </Playback>
  )
}
