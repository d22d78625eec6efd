import type { Matrix } from '../../num/matrix.js'
import { countText, numberText } from '../../tell/numbers.js'
import { type Block, explained, type Figure, facts, type Telling } from '../../tell/telling.js'
import { coordinateFigure, spectrumDrawing, wholeTicks } from '../coordinate-figures.js'
import type { CodecSummary } from './latent-codec.js'

export interface CodedRows {
  /** Coordinates of training rows [M, K]. */
  readonly real: Matrix
  /** Coordinates of draws, before they were decoded [n, K]. */
  readonly drawn?: Matrix | undefined
  /** Nearest-neighbour ratio of decoded draws, where the bandwidth was searched. */
  readonly ratio?: number | undefined
}

/** What the codec loses apart from what sampling does, its spectrum, its coordinates. */
export function tellCodec(codec: CodecSummary, { real, drawn, ratio }: CodedRows): Telling {
  const { kind, dimension, dataDimension, commonScale, reconstruction, spectrum, history } = codec
  const { trainingError, heldOutError } = reconstruction
  const error = heldOutError ?? trainingError
  const blocks: Block[] = [
    facts(
      {
        name: 'codec',
        value: kind,
        aside: `${countText(dimension)} coordinates for ${countText(dataDimension)} columns${commonScale ? ' on one scale' : ''}`
      },
      { name: 'error of the codec, rows it was fitted to', value: trainingError, aside: '0 perfect, 1 the mean row' },
      { name: 'error of the codec, held-out rows', value: heldOutError ?? 'not measured' },
      { name: 'error of sampling: nearest-neighbour ratio of decoded draws', value: ratio ?? 'not measured' }
    ),
    explained(
      `Rows are drawn in the coordinates and decoded. What the decoder cannot say, no sampler behind it can: the codec alone, without any sampling, keeps ${numberText(100 * (1 - error * error))} % of the variance of ${heldOutError === undefined ? 'the rows' : 'rows that it has not seen'}. Its error is relative to the distance of rows from their mean.`,
      'The ratio compares decoded draws with decoded training rows, where the codec has no part in it, and with training rows as they stand, to which draws come nearer by what the codec leaves out of them; it is the geometric mean of both: 1 is as new as fresh rows, near 0 is copying.'
    ),
    ...(spectrum ? [spectrumFigure(spectrum, dimension)] : []),
    ...(history ? [trainingFigure(history)] : []),
    coordinateFigure(real, drawn)
  ]
  return { json: { codec }, topics: [{ id: 'latent', title: 'Latent space', blocks }], warnings: [], notes: [] }
}

function spectrumFigure({ kind, values, total }: NonNullable<CodecSummary['spectrum']>, dimension: number): Figure {
  const shares = total === undefined ? values : values.map((value) => value / total)
  const kept = shares.slice(0, dimension).reduce((sum, share) => sum + share, 0)
  return {
    kind: 'figure',
    caption:
      kind === 'variance'
        ? `Share of the variance along each principal component; the ${countText(dimension)} that were kept hold ${numberText(100 * kept)} %.`
        : 'Eigenvalues of the diffusion operator; filled ones became coordinates.',
    drawings: [spectrumDrawing(shares, dimension, kind === 'variance' ? 'share of the variance' : 'eigenvalue')]
  }
}

function trainingFigure({ epochs, bestEpoch, ending }: NonNullable<CodecSummary['history']>): Figure {
  const line = (of: 'trainingError' | 'validationError') => epochs.map((one) => ({ x: one.epoch, y: one[of] }))
  return {
    kind: 'figure',
    caption: `Training of the autoencoder: mean squared error. The weights of epoch ${countText(bestEpoch)} were kept; it ended ${ending === 'early-stopping' ? 'since the error on rows kept back grew no smaller' : 'after all epochs'}.`,
    key: { real: 'rows it trains on', synthetic: 'rows kept back' },
    drawings: [
      {
        label: 'Error of the autoencoder by epoch',
        size: [420, 240],
        x: { label: 'epoch', ticks: wholeTicks(epochs.length) },
        y: { label: 'error', domain: [0, 1.05 * Math.max(...epochs.flatMap((one) => [one.trainingError, one.validationError]))] },
        marks: [
          { kind: 'line', side: 'real', points: line('trainingError') },
          { kind: 'line', side: 'synthetic', points: line('validationError') }
        ]
      }
    ]
  }
}
