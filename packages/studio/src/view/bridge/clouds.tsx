import { computed, effect, signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { change, facts, look, picture, result, shownTime, source, visibleColumns } from '../../state/bridge.js'
import { secondName } from '../../state/bridge-settings.js'
import { dotSize } from '../../work/canvas.js'
import { dot, figureSvg } from '../figure.js'
import { FigureButtons } from '../figure-buttons.js'
import { DOT, drawLayers, GROUND, type Ground, type Layer, marksAt, Outline, plotSvg } from '../layers.js'
import { keepDrawn, Plot } from '../plot.js'
import { useIntoSight } from '../sight.js'
import { AxisSelect, Legend, Playback } from '../stage.js'
import { colour } from '../theme.js'

/** Milliseconds that a time is shown while playing. */
const EACH = 700

const show = signal({ from: true, to: true, between: true })
const playing = signal(false)

/** The rows between at the time that is shown, if there are any. */
const now = computed(() => picture.value?.between[Math.min(shownTime.value, picture.value.between.length - 1)])
const timeWords = computed(() => (now.value ? `${Number((100 * now.value.time).toFixed(2))} % of the way` : ''))

effect(() => {
  if (!playing.value) return
  const timer = setInterval(() => {
    const last = (picture.peek()?.between.length ?? 0) - 1
    if (shownTime.peek() >= last) playing.value = false
    else shownTime.value++
  }, EACH)
  return () => clearInterval(timer)
})

function hold(): void {
  playing.value = false
}

/** Both tables as dots, and between them the rows at one time. */
export function Clouds() {
  const stage = useRef<HTMLElement>(null)
  useIntoSight(stage, result.value)
  useEffect(() => hold, [])
  const axis = (which: 'x' | 'y') => (
    <AxisSelect axis={which} value={look.value[which]} names={visibleColumns.value} choose={(name) => change({ [which]: name })} />
  )
  return (
    <section class="stage" aria-label="Both tables and the rows between" ref={stage}>
      <div class="stage-head">
        {axis('y')}
        <Legend
          parts={partsNow().map(({ key, words }) => ({ key, look: LOOKS[key], words }))}
          shown={show.value}
          toggle={(key) => (show.value = { ...show.value, [key]: !show.value[key] })}
        >
          {picture.value && <FigureButtons name={`${source.value!.name}-between`} svg={svg} />}
        </Legend>
      </div>
      <Plot
        axes={picture.value}
        canvas={{ 'aria-label': words() }}
        begin={(canvas, size) =>
          keepDrawn(canvas, size, (context, { width, height }) => drawLayers(context, layersOn({ left: 0, top: 0, width, height })))
        }
      />
      <div class="stage-foot">{axis('x')}</div>
      <Times />
    </section>
  )
}

type Part = keyof (typeof show)['value']
const LOOKS: Readonly<Record<Part, string>> = { from: 'real', to: 'synthetic', between: 'between' }
const PAINTS: Readonly<Record<Part, string>> = { from: 'real', to: 'synthetic', between: 'ink' }

/** The parts of the picture that are there, in words. */
function partsNow(): { readonly key: Part; readonly words: string }[] {
  const { second } = facts.value!
  const { name } = source.value!
  return [
    { key: 'from' as const, words: name },
    ...(second ? [{ key: 'to' as const, words: secondName(name, second.name) }] : []),
    ...(now.value ? [{ key: 'between' as const, words: timeWords.value }] : [])
  ]
}

function layersOn(ground: Ground): Layer[] {
  if (!picture.value) return []
  const places = { from: picture.value.from, to: picture.value.to, between: now.value?.places ?? new Float32Array() }
  return (['from', 'to', 'between'] as const)
    .filter((part) => show.value[part])
    .map((part) => ({
      outline: new Outline(marksAt(ground, places[part], DOT)),
      stroke: colour(PAINTS[part]),
      width: dotSize(places[part].length / 2, ground.width * ground.height, 1),
      opacity: 0.8
    }))
}

function svg(): string {
  const { x, y } = picture.value!
  const legend = partsNow()
    .filter(({ key }) => show.value[key])
    .map(({ key, words }) => dot(colour(PAINTS[key]), words))
  return figureSvg([plotSvg(layersOn(GROUND), picture.value!)], { title: `${y.name} against ${x.name}`, legend })
}

function words(): string {
  if (!picture.value) return 'Two tables, not both open yet'
  const { x, y } = picture.value
  return `${y.name} against ${x.name}: ${partsNow()
    .map(({ words }) => words)
    .join(', ')}`
}

function Times() {
  const times = picture.value?.between ?? []
  if (times.length === 0)
    return <p class="playback soft">{facts.value!.second ? '\u00a0' : 'the second table is missing: drop it beside the first'}</p>
  return (
    <Playback
      playing={playing.value}
      toggle={() => {
        if (!playing.value && shownTime.value >= times.length - 1) shownTime.value = 0
        playing.value = !playing.value
      }}
      what="way"
      place={{ min: 0, max: times.length - 1, step: 1, value: shownTime.value }}
      label="Time"
      words={timeWords.value}
      hold={(at) => {
        hold()
        shownTime.value = at
      }}
    >
      <span class="soft" aria-hidden="true">
        {timeWords.value}
      </span>
    </Playback>
  )
}
