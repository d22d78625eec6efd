import { log } from '../../num/elementary.js'
import { counted } from '../../num/listed.js'
import type { Matrix } from '../../num/matrix.js'
import { numberText, plainText } from '../../tell/numbers.js'
import { type Drawing, explained, facts, type Telling, type Topic } from '../../tell/telling.js'
import { coordinateFigure, spectrumDrawing } from '../coordinate-figures.js'
import type { EmbeddingModel } from './embedding.js'

/** What a diffusion map says; with the coordinates of its rows [n, K], these are drawn too. */
export function tellEmbedding({ summary }: Pick<EmbeddingModel, 'summary'>, coordinates?: Matrix): Telling {
  const drawn: Topic[] = coordinates ? [{ id: 'coordinates', title: 'Coordinates', blocks: [coordinateFigure(coordinates)] }] : []
  return {
    json: { ...summary },
    topics: [spectrumTopic(summary), ...drawn, roundTripTopic(summary)],
    warnings: [],
    notes: summary.notes
  }
}

/** Eigenvalues that a line of text shows. */
const SHOWN_EIGENVALUES = 8
/** Eigenvalues below this are those of noise, whatever they are. */
const SMALLEST = 1e-6
/** From this ratio on a number says nothing more. */
const INCOMPARABLE = 1e5

function spectrumTopic(summary: EmbeddingModel['summary']): Topic {
  const { dimension, epsilon, bandwidth, eigenvalues, residuals, spectrum, gaps, componentSizes } = summary
  const shown = eigenvalues.slice(0, SHOWN_EIGENVALUES).map((value) => value.toFixed(4))
  return {
    id: 'spectrum',
    title: 'Spectrum',
    blocks: [
      explained(gapSentence(summary)),
      facts(
        { name: 'coordinates', value: dimension },
        {
          name: 'bandwidth ε',
          value: epsilon,
          aside: `${bandwidth.chosen === 'given' ? 'given; ' : ''}connected from ${numberText(bandwidth.connectingEpsilon)}`
        },
        {
          name: 'eigenvalues',
          value: `${shown.join(' ')}${eigenvalues.length > SHOWN_EIGENVALUES ? ' …' : ''}`,
          aside: `largest residual ${Math.max(...residuals).toExponential(1)}`
        },
        { name: 'parts that the kernel does not join', value: componentSizes.length }
      ),
      {
        kind: 'figure',
        caption:
          'Decay rates of the diffusion operator, −log of its eigenvalues; filled ones became coordinates, the band is the gap to the next.',
        drawings: [gapDrawing(spectrum, dimension)]
      },
      {
        kind: 'table',
        caption:
          'Residual ‖Pψ − λψ‖, and how much faster the next eigenvalue decays: the largest of these gaps is the automatic dimension.',
        head: ['number', 'eigenvalue#', 'residual#', 'gap#'],
        rows: spectrum.map((value, k) => [String(k + 1), value.toFixed(4), residuals[k]?.toExponential(1) ?? '', gaps[k]?.ratio ?? ''])
      }
    ]
  }
}

/** Eigenvalues near 1 are told apart by their decay rates; the gap behind the last coordinate is a band. */
function gapDrawing(spectrum: readonly number[], dimension: number): Drawing {
  const rates = spectrum.map((value) => -log(Math.min(1, Math.max(value, SMALLEST))))
  const drawing = spectrumDrawing(rates, dimension, 'decay rate −log λ')
  const [low, high] = [rates[dimension - 1]!, rates[dimension]]
  if (high === undefined) return drawing
  const points = [0.5, rates.length + 0.5].map((x) => ({ x, low, high }))
  return { ...drawing, marks: [{ kind: 'area', side: 'synthetic', points }, ...drawing.marks] }
}

/** How much faster what comes next decays, in a sentence. */
function gapSentence({ dimension, gaps }: EmbeddingModel['summary']): string {
  const ratio = gaps[dimension - 1]?.ratio
  const coordinates = counted(dimension, 'coordinate')
  if (ratio === undefined) return `${coordinates}.`
  return `${coordinates}; what comes next decays ${ratio >= INCOMPARABLE ? 'incomparably' : `${plainText(ratio)} times`} faster.`
}

function roundTripTopic({ roundTrip }: EmbeddingModel['summary']): Topic {
  const { relativeError, neighbourCount, candidates, heldOutCount } = roundTrip
  const heading = { id: 'round-trip', title: 'Round trip' }
  if (heldOutCount === 0)
    return { ...heading, blocks: [facts({ name: 'round trip', value: 'not measured', aside: 'too few rows to hold some out' })] }
  return {
    ...heading,
    blocks: [
      facts({ name: 'round trip', value: relativeError, aside: 'relative error of held-out rows; 0 is perfect, 1 the mean row' }),
      explained(
        `${counted(heldOutCount, 'row')} ${heldOutCount === 1 ? 'was' : 'were'} kept from a map, placed in it and lifted back. The error is relative to their distance from the mean row.`
      ),
      {
        kind: 'table',
        caption: 'Held-out error by the number of neighbours in the lifting.',
        head: ['neighbours', 'relative error#', 'chosen'],
        rows: candidates.map((one) => [String(one.neighbourCount), one.relativeError, one.neighbourCount === neighbourCount ? 'yes' : ''])
      }
    ]
  }
}
