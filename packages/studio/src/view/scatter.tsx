import { effect } from '@preact/signals'
import { countText } from '@sbridge/core/internal'
import { useRef } from 'preact/hooks'
import { axesShown, change, facts, frame, layerNames, result, sendLook, settings, shown, source, unplaced } from '../state/sampling.js'
import { begun, givePainter, playback, rate, toPainter, visible } from '../state/scatter.js'
import { FigureButtons } from './figure-buttons.js'
import { Marks } from './known/marks.js'
import { Plot } from './plot.js'
import { scatterSvg } from './scatter-figure.js'
import { useIntoSight } from './sight.js'
import { AxisSelect, Legend, Playback } from './stage.js'
import { colour, theme } from './theme.js'

/** The stage: real rows and chains on two columns, drawn by a worker; axes, legend and playing around it. */
export function Scatter() {
  const stage = useRef<HTMLElement>(null)
  useIntoSight(stage, begun.value)
  return (
    <section class="stage" aria-label="Scatter" ref={stage}>
      <div class="stage-head">
        <Axis axis="y" />
        <Layers />
      </div>
      <Plot
        axes={frame.value}
        canvas={{ 'aria-label': words(), 'data-rate': rate.value?.framesPerSecond.toFixed(1), 'data-points': rate.value?.points }}
        begin={(canvas, size) => {
          givePainter(canvas.transferControlToOffscreen())
          sendLook()
          const endSizing = effect(() => toPainter({ kind: 'size', ...size.value }))
          const endColouring = effect(() => {
            void theme.value
            toPainter({ kind: 'colours', real: colour('real'), synthetic: colour('synthetic') })
          })
          return () => {
            endSizing()
            endColouring()
          }
        }}
      >
        <Marks />
      </Plot>
      <div class="stage-foot">
        <Axis axis="x" />
      </div>
      {unplaced.value && <p class="soft unplaced">{unplaced.value}</p>}
      <Chains />
    </section>
  )
}

function Axis({ axis }: { axis: 'x' | 'y' }) {
  const names = facts.value!.columns.filter((c) => c.kind !== 'identifier' && !settings.value.exclude.includes(c.name)).map((c) => c.name)
  // The frame is read so that the choice follows what is shown.
  return (
    <AxisSelect
      axis={axis}
      value={frame.value?.[axis].name ?? axesShown()[axis]}
      names={names}
      choose={(name) => change({ [axis]: name })}
    />
  )
}

function Layers() {
  const count = { real: facts.value!.rowCount, synthetic: result.value?.rowCount }
  const parts = (['real', 'synthetic'] as const).flatMap((key) =>
    count[key] === undefined ? [] : [{ key, look: key, words: `${countText(count[key])} ${layerNames.value[key]}` }]
  )
  const toggle = (which: 'real' | 'synthetic') => {
    visible.value = { ...visible.value, [which]: !visible.value[which] }
    toPainter({ kind: 'show', ...visible.value })
  }
  return (
    <Legend parts={parts} shown={visible.value} toggle={toggle}>
      <FigureButtons name={`${source.value!.name}-scatter`} svg={scatterSvg} />
    </Legend>
  )
}

function words(): string {
  const axes = frame.value
  if (!axes) return 'Scatter, not drawn yet'
  const rows = result.value ? ` and ${result.value.rowCount} ${layerNames.value.synthetic}` : ''
  return `Scatter of ${axes.y.name} against ${axes.x.name}: ${facts.value!.rowCount} ${layerNames.value.real}${rows} rows${unplaced.value && `. ${unplaced.value}`}`
}

function Chains() {
  const { step, steps, playing } = playback.value
  if (steps === 0) return <p class="playback soft">{'\u00a0'}</p>
  return (
    <Playback
      playing={playing}
      toggle={() => toPainter(playing ? { kind: 'hold', at: step } : { kind: 'play', at: step >= steps ? 0 : step })}
      what="chains"
      place={{ min: 0, max: steps, value: step }}
      label="Step of the chains"
      hold={(at) => toPainter({ kind: 'hold', at })}
    >
      <span class="soft">
        {step === 0 ? startWords() : `step ${step}`} of {steps}
      </span>
    </Playback>
  )
}

function startWords(): string {
  const { given, observe, start } = shown.value?.draw ?? settings.value
  if (shown.value && (given || observe)) return 'at the start'
  return start === 'noise' ? 'noise' : 'at the data'
}
