import { writeGiven } from 'sbridge/internal'
import { askForDots, visible } from '../state/scatter.js'
import { facts, frame, layerNames, shown, unplaced } from '../state/session.js'
import { dot, figureSvg, type LegendPart } from './figure.js'
import { axesSvg, dotsPath, paper } from './plot-figure.js'
import { colour } from './theme.js'
import { formatCount } from './words.js'

/** The scatter as a document of its own: the rows that were drawn, or the last step of chains that still run. */
export async function scatterSvg(): Promise<string> {
  const { real, synthetic, step, steps } = await askForDots()
  const axes = frame.value!
  const opacity = (count: number) => Math.min(0.8, Math.max(0.15, 9 / Math.sqrt(Math.max(1, count)) + 0.12)).toFixed(2)
  const layers: { places: Float32Array; paint: string; words: string }[] = []
  if (visible.value.real)
    layers.push({ places: real, paint: colour('real'), words: `${formatCount(facts.value!.rowCount)} ${layerNames.value.real}` })
  if (visible.value.synthetic && synthetic.length > 0) {
    const count = formatCount(synthetic.length / 2)
    const words = step < steps ? `${count} chains after step ${step} of ${steps}` : `${count} ${layerNames.value.synthetic}`
    layers.push({ places: synthetic, paint: colour('synthetic'), words })
  }
  const drawing = paper(
    ...layers.map(
      ({ places, paint }) =>
        `<path d="${dotsPath(places)}" fill="none" stroke="${paint}" stroke-width="4" stroke-linecap="round" stroke-opacity="${opacity(places.length / 2)}"/>`
    ),
    axesSvg(axes, colour('ink'))
  )
  const legend: LegendPart[] = layers.map(({ paint, words }) => dot(paint, words))
  return figureSvg([drawing], {
    title: `${axes.y.name} against ${axes.x.name}`,
    legend,
    notes: [...knownWords(), unplaced.value].filter(Boolean)
  })
}

/** What the drawn rows were told. */
export function knownWords(): string[] {
  const known = shown.value?.known
  if (!known) return []
  const given = Object.keys(known.given).length > 0 ? [`given ${writeGiven(known.given)}`] : []
  return [...given, ...known.observe.map((text) => `observed ${text}`)]
}
