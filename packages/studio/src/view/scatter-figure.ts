import { countText, writeGiven } from '@sbridge/core/internal'
import { facts, frame, layerNames, shown, unplaced } from '../state/sampling.js'
import { askForDots, visible } from '../state/scatter.js'
import { crowdOf, dotSize } from '../work/canvas.js'
import { dot, figureSvg } from './figure.js'
import { DOT, GROUND, marksAt, Outline, plotSvg } from './layers.js'
import { colour } from './theme.js'

/** The scatter as a document of its own: the rows that were drawn, or the last step of chains that still run. */
export async function scatterSvg(): Promise<string> {
  const { real, synthetic, step, steps } = await askForDots()
  const axes = frame.value!
  const count = countText(synthetic.length / 2)
  const drawn = step < steps ? `${count} chains after step ${step} of ${steps}` : `${count} ${layerNames.value.synthetic}`
  const clouds = [
    { key: 'real' as const, places: real, words: `${countText(facts.value!.rowCount)} ${layerNames.value.real}` },
    { key: 'synthetic' as const, places: synthetic, words: drawn }
  ].filter(({ key, places }) => visible.value[key] && places.length > 0)
  const layers = clouds.flatMap(({ key, places }) => {
    const width = dotSize(places.length / 2, GROUND.width * GROUND.height, 1)
    const { levels, covers } = crowdOf(places, { ...GROUND, size: width })
    const members = covers.map((): number[] => [])
    levels.forEach((level, k) => members[level]!.push(k))
    return covers.map((opacity, k) => ({
      outline: new Outline(marksAt(GROUND, places, DOT, members[k])),
      stroke: colour(key),
      width,
      opacity
    }))
  })
  return figureSvg([plotSvg(layers, axes)], {
    title: `${axes.y.name} against ${axes.x.name}`,
    legend: clouds.map(({ key, words }) => dot(colour(key), words)),
    notes: [...knownWords(), unplaced.value].filter(Boolean)
  })
}

/** What the drawn rows were told. */
export function knownWords(): string[] {
  const { given, observe = [] } = shown.value?.draw ?? {}
  return [...(given ? [`given ${writeGiven(given)}`] : []), ...observe.map((text) => `observed ${text}`)]
}
