import { useEffect, useRef } from 'preact/hooks'
import { begun, givePainter, playback, rate, toPainter, visible } from '../state/scatter.js'
import { axesShown, change, facts, frame, layerNames, sendAxes, settings, shown, source, unplaced } from '../state/session.js'
import { AxisSelect } from './axis-select.js'
import { FigureButtons } from './figure-buttons.js'
import { Marks } from './known/marks.js'
import { scatterSvg } from './scatter-figure.js'
import { useIntoSight } from './sight.js'
import { colour, theme } from './theme.js'
import { Ticks } from './ticks.js'
import { formatCount } from './words.js'

/** The stage: real rows and chains on two columns, drawn by a worker; axes, legend and playing around it. */
export function Scatter() {
  const stage = useRef<HTMLElement>(null)
  useIntoSight(stage, begun.value)
  return (
    <section class="stage" aria-label="Scatter" ref={stage}>
      <div class="stage-head">
        <Axis axis="y" />
        <Legend />
      </div>
      <Plot />
      <div class="stage-foot">
        <Axis axis="x" />
      </div>
      {unplaced.value && <p class="soft unplaced">{unplaced.value}</p>}
      <Playback />
    </section>
  )
}

function Axis({ axis }: { axis: 'x' | 'y' }) {
  const names = facts.value!.columns.filter((c) => c.kind !== 'identifier' && !settings.value.exclude.includes(c.name)).map((c) => c.name)
  // The frame is read so that the choice follows what the bench shows.
  const value = frame.value?.[axis].name ?? axesShown()[axis === 'x' ? 0 : 1]
  return <AxisSelect axis={axis} value={value} names={names} choose={(name) => change({ [axis]: name })} />
}

function Legend() {
  const toggle = (which: 'real' | 'synthetic') => {
    visible.value = { ...visible.value, [which]: !visible.value[which] }
    toPainter({ kind: 'show', ...visible.value })
  }
  const count = { real: facts.value!.rowCount, synthetic: shown.value?.rows }
  return (
    <div class="legend">
      {(['real', 'synthetic'] as const).map(
        (which) =>
          count[which] !== undefined && (
            <button key={which} type="button" class={which} aria-pressed={visible.value[which]} onClick={() => toggle(which)}>
              <i aria-hidden="true" />
              {formatCount(count[which])} {layerNames.value[which]}
            </button>
          )
      )}
      <FigureButtons name={`${source.value!.name}-scatter`} svg={scatterSvg} />
    </div>
  )
}

function Plot() {
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    givePainter(canvas.current!.transferControlToOffscreen())
    sendAxes()
    const ground = box.current!
    const fit = () => {
      const { width, height } = ground.getBoundingClientRect()
      toPainter({ kind: 'size', width, height, ratio: Math.min(2, devicePixelRatio || 1) })
    }
    const observer = new ResizeObserver(fit)
    observer.observe(ground)
    fit()
    return () => observer.disconnect()
  }, [])
  const look = theme.value
  useEffect(() => toPainter({ kind: 'colours', real: colour('real'), synthetic: colour('synthetic') }), [look])
  const axes = frame.value
  return (
    <div class="plot">
      {axes && <Ticks axis={axes.y} side="y" />}
      <div class="ground" ref={box}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={words()}
          data-rate={rate.value?.framesPerSecond.toFixed(1)}
          data-points={rate.value?.points}
        />
        <Marks />
      </div>
      {axes && <Ticks axis={axes.x} side="x" />}
    </div>
  )
}

function words(): string {
  const axes = frame.value
  if (!axes) return 'Scatter, not drawn yet'
  const rows = shown.value ? ` and ${shown.value.rows} ${layerNames.value.synthetic}` : ''
  return `Scatter of ${axes.y.name} against ${axes.x.name}: ${facts.value!.rowCount} ${layerNames.value.real}${rows} rows${unplaced.value && `. ${unplaced.value}`}`
}

function Playback() {
  const { step, steps, playing } = playback.value
  if (steps === 0) return <p class="playback soft">{'\u00a0'}</p>
  const toggle = () => toPainter(playing ? { kind: 'hold', at: step } : { kind: 'play', from: step >= steps ? 0 : step })
  return (
    <div class="playback">
      <button type="button" class="round" onClick={toggle} aria-label={playing ? 'Pause' : 'Play the chains'}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d={playing ? 'M4 3h3v10H4zM9 3h3v10H9z' : 'M4.5 2.5v11l9-5.5z'} />
        </svg>
      </button>
      <input
        type="range"
        min="0"
        max={steps}
        value={step}
        aria-label="Step of the chains"
        onInput={(event) => toPainter({ kind: 'hold', at: Number(event.currentTarget.value) })}
      />
      <span class="soft">
        {step === 0 ? startWords() : `step ${step}`} of {steps}
      </span>
    </div>
  )
}

function startWords(): string {
  const run = shown.value
  return run?.known ? 'at the start' : (run?.draws.start ?? settings.value.start) === 'noise' ? 'noise' : 'at the data'
}
