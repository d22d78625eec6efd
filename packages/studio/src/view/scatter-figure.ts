import { countText } from '@sbridge/core/internal'
import { facts, frame, knownWords, layerNames, unplaced } from '../state/sampling.js'
import { askForDots, visible } from '../state/scatter.js'
import { dot, figureSvg } from './figure.js'
import { DOT, GROUND, marksAt, Outline, plotSvg } from './layers.js'
import { colour } from './theme.js'

/** The scatter as a document of its own: the rows that were drawn, or the last step of chains that still run. */
export async function scatterSvg(): Promise<string> {
  const { real, synthetic, step, steps } = await askForDots(GROUND)
  const axes = frame.value!
  const count = countText(synthetic.places.length / 2)
  const drawn = step < steps ? `${count} chains after step ${step} of ${steps}` : `${count} ${layerNames.value.synthetic}`
  const clouds = [
    { key: 'real' as const, ...real, words: `${countText(facts.value!.rowCount)} ${layerNames.value.real}` },
    { key: 'synthetic' as const, ...synthetic, words: drawn }
  ].filter(({ key, places }) => visible.value[key] && places.length > 0)
  const layers = clouds.flatMap(({ key, places, size: width, levels, covers }) => {
    const members = covers.map((): number[] => [])
    for (const [k, level] of levels.entries()) members[level]!.push(k)
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
