import type { Matrix } from '../../num/matrix.js'
import { numberText } from '../../tell/numbers.js'
import { explained, facts, type Telling, type Topic } from '../../tell/telling.js'
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

const SHOWN_EIGENVALUES = 8

function spectrumTopic(summary: EmbeddingModel['summary']): Topic {
  const { dimension, epsilon, bandwidth, eigenvalues, residuals, spectrum, gaps, componentSizes } = summary
  const shown = eigenvalues.slice(0, SHOWN_EIGENVALUES).map((value) => value.toFixed(4))
  return {
    id: 'spectrum',
    title: 'Spectrum',
    blocks: [
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
        caption: 'Eigenvalues of the bistochastic operator; filled ones became coordinates.',
        drawings: [spectrumDrawing(spectrum, dimension, 'eigenvalue')]
      },
      {
        kind: 'table',
        caption:
          'Residual ‖Pψ − λψ‖, and how much faster the next eigenvalue decays: the largest of these gaps is the automatic dimension.',
        head: ['number', 'eigenvalue#', 'residual#', 'gap#'],
        rows: spectrum.map((value, k) => [String(k + 1), value, residuals[k]?.toExponential(1) ?? '', gaps[k]?.ratio ?? ''])
      }
    ]
  }
}

function roundTripTopic({ roundTrip }: EmbeddingModel['summary']): Topic {
  const { relativeError, neighbourCount, candidates, heldOutCount } = roundTrip
  return {
    id: 'round-trip',
    title: 'Round trip',
    blocks: [
      facts({ name: 'round trip', value: relativeError, aside: 'relative error of held-out rows; 0 is perfect, 1 the mean row' }),
      explained(
        `${heldOutCount} rows were kept from a map, placed in it and lifted back. The error is relative to their distance from the mean row.`
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
