import { effect, signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { stillness } from '../../state/stillness.js'
import { axes, change, chosen, picture, playWhenDrawn, running, snapshots, source } from '../../state/trajectories.js'
import { AxisSelect } from '../axis-select.js'
import { watchSize } from '../canvas-size.js'
import { FigureButtons } from '../figure-buttons.js'
import { useIntoSight } from '../sight.js'
import { colour, theme } from '../theme.js'
import { Ticks } from '../ticks.js'
import { formatCount } from '../words.js'
import { pathSvg } from './path-figure.js'
import { drawPaths, timesOf } from './path-picture.js'
import { timeText } from './words.js'

/** Seconds that the whole time takes at speed 1. */
const WHOLE = 10
const SPEEDS = [0.25, 0.5, 1, 2, 4] as const

const time = signal(0)
const playing = signal(false)
const speed = signal<number>(1)
const show = signal({ particles: true, paths: true, drift: true })
const rate = signal<number | null>(null)
/** Counts what begins to play by itself. */
const begun = signal(0)

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
        <Legend />
      </div>
      <Plot />
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
      names={[...snapshots.value!.names, chosen.value.time]}
      choose={(name) => change({ [axis]: name })}
      disabled={running.value}
    />
  )
}

function Legend() {
  const now = picture.value
  const { counts, dates } = snapshots.value!
  const particles = counts.reduce((a, b) => a + b, 0)
  const parts = [
    { key: 'particles' as const, look: 'real', words: `${formatCount(particles)} particles` },
    ...(now?.paths ? [{ key: 'paths' as const, look: 'synthetic', words: `${formatCount(now.paths.count)} paths` }] : []),
    ...(now?.field ? [{ key: 'drift' as const, look: 'drift', words: 'drift' }] : [])
  ]
  const svg = () =>
    pathSvg(picture.value!, {
      time: time.value,
      when: `${chosen.value.time} ${timeText(time.value, dates)}`,
      show: show.value,
      particles
    })
  return (
    <div class="legend">
      {parts.map(({ key, look, words }) => (
        <button
          key={key}
          type="button"
          class={look}
          aria-pressed={show.value[key]}
          onClick={() => (show.value = { ...show.value, [key]: !show.value[key] })}
        >
          <i aria-hidden="true" />
          {words}
        </button>
      ))}
      {now && <FigureButtons name={`${source.value!.name}-paths`} svg={svg} />}
    </div>
  )
}

function Plot() {
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => animate(box.current!, canvas.current!), [])
  const now = picture.value
  return (
    <div class="plot">
      {now && <Ticks axis={now.y} side="y" />}
      <div class="ground" ref={box}>
        <canvas ref={canvas} role="img" aria-label={words()} data-rate={rate.value?.toFixed(1)} />
      </div>
      {now && <Ticks axis={now.x} side="x" />}
    </div>
  )
}

function words(): string {
  const now = picture.value
  if (!now) return 'Snapshots, not drawn yet'
  const { times, dates } = snapshots.value!
  const span = `from ${timeText(times[0]!, dates)} to ${timeText(times.at(-1)!, dates)}`
  const moving = now.paths ? `${now.paths.count} paths ${span}` : `particles ${span}`
  return `${now.y.name} against ${now.x.name}: ${moving}, over ${times.length} snapshots${now.field ? ', with the drift as arrows' : ''}`
}

/** Draws when something changes, and frame by frame while playing; what ends it is handed back. */
function animate(box: HTMLElement, canvas: HTMLCanvasElement): () => void {
  const context = canvas.getContext('2d')!
  const { size, end: endWatching } = watchSize(box)
  const endDrawing = effect(() => {
    const { width, height, ratio } = size.value
    const now = picture.value
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
    if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h })
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width, height)
    // Reading the theme draws anew when it changes.
    void theme.value
    if (!now) return
    const colours = { real: colour('real'), synthetic: colour('synthetic'), ink: colour('ink'), soft: colour('soft') }
    drawPaths(context, now, { width, height, time: time.value, colours, show: show.value })
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
      const next = time.peek() + (((now - before) / 1000) * speed.peek() * (last - first)) / WHOLE
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
    endWatching()
  }
}

function Controls() {
  const now = picture.value
  if (!now?.paths) return <p class="playback soft">{now ? '\u00a0' : 'reading …'}</p>
  const [first, last] = timesOf(now)
  const { dates } = snapshots.value!
  const toggle = () => {
    if (!playing.value && time.value >= last) time.value = first
    playing.value = !playing.value
  }
  const hold = (event: Event) => {
    playing.value = false
    time.value = (event.currentTarget as HTMLInputElement).valueAsNumber
  }
  return (
    <div class="playback">
      <button type="button" class="round" onClick={toggle} aria-label={playing.value ? 'Pause' : 'Play the paths'}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d={playing.value ? 'M4 3h3v10H4zM9 3h3v10H9z' : 'M4.5 2.5v11l9-5.5z'} />
        </svg>
      </button>
      <input
        type="range"
        min={first}
        max={last}
        step={(last - first) / 500 || 'any'}
        value={time.value}
        aria-label="Time"
        aria-valuetext={`${chosen.value.time} ${timeText(time.value, dates)}`}
        onInput={hold}
      />
      <span class="soft" aria-hidden="true">
        {chosen.value.time} {timeText(time.value, dates)}
      </span>
      <select aria-label="Speed" value={speed.value} onChange={(event) => (speed.value = Number(event.currentTarget.value))}>
        {SPEEDS.map((one) => (
          <option key={one} value={one}>
            {one}×
          </option>
        ))}
      </select>
    </div>
  )
}
